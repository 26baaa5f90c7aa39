"""The web desk of a deployment that really runs: browsers speak HTTP to it, on the sandbox's port.

Nothing is in between: forms go to the desk, commands to the bot, letters to the sandbox's phones.
Everyone looks at one clock, which `pass_time` sets forward.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any

import httpx
import pyotp

from bot.app.demo import DESK_PATH
from bot.app.options import DeskOptions
from bot.app.run import expire_keys
from bot.app.web_desk import build_desk_context, open_desk_app
from bot.cases.state_machine import Role
from bot.clock import SECOND, SystemClock
from bot.desks.web.auth.totp import STEP_SECONDS, SecondFactors
from bot.desks.web.form_nonces import new_nonce
from bot.hotline.figures.counters import FigureCounters, load_counts, month_start
from bot.hotline.figures.sources import CountedMonth
from bot.store.processes.heartbeat import record_heartbeat
from bot.vault.erasure.retention import Retention
from tests.support.database.key_store_fixtures import (
    CHEAP,
    PASSWORD,
    QUEUES,
    enrol_approved,
)
from tests.support.harnesses.live_deployment import START_PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from bot.app.build import App, RunningApp
    from bot.desks.web.context import DeskContext
    from bot.hotline.figures.model import Figure
    from bot.store.writer import Work
    from tests.support.harnesses.live_deployment import LiveDeployment

HOUR, DAY = 3600, 24 * 3600
"""In seconds."""
_CSRF = re.compile(r'data-csrf="([0-9a-f]{32})"')
_TAG = re.compile(r"<[^>]+>")


class ClockFrom:
    """A clock that goes on from a moment, at the pace of this machine's."""

    def __init__(self, moment: datetime) -> None:
        self._system = SystemClock()
        self._ahead = int(moment.timestamp()) * SECOND - self._system.now()

    def now(self) -> int:
        return self._system.now() + self._ahead

    def monotonic(self) -> float:
        return self._system.monotonic()


class LiveDesk:
    """The desk of one running deployment, and everyone who works there."""

    def __init__(self, night: LiveDeployment) -> None:
        self.night = night
        self.context: DeskContext
        self._running: RunningApp
        self._workers: list[LiveWorker] = []
        self._is_open = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, night: LiveDeployment) -> AsyncIterator[LiveDesk]:
        """Start a deployment whose process serves the desk as well."""
        desk = cls(night)
        night.patience = START_PATIENCE  # weeks are played: one slow moment is no fault
        night.extra_job = desk.serve
        await night.start()
        await asyncio.wait_for(desk._is_open.wait(), night.patience)
        try:
            yield desk
        finally:
            for worker in desk._workers:
                await worker.client.aclose()

    async def serve(self, running: RunningApp) -> None:
        """Serve the desk for as long as the bot runs; a job of the bot's process."""
        self._running = running
        options = DeskOptions(
            bot_id=self.app.inbox.bot, origin=self.night.settings.telegram_api, root=DESK_PATH,
            clock=self.app.clock, password_cost=CHEAP, rehearsal=True,
            wake_dispatcher=running.wake_dispatcher,
        )  # fmt: skip
        self.context = build_desk_context(
            self.night.settings, self.app.database, self.app.vault, options
        )
        async with open_desk_app(self.context) as app:
            self.night.sandbox.mounted_apps[DESK_PATH] = app
            self._is_open.set()
            await asyncio.Event().wait()

    @property
    def app(self) -> App:
        return self._running.app

    async def pass_time(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> None:
        """Set the clock forward, and let the bot do what it does every half minute and later."""
        app, now = self.app, self.app.clock.now

        def beat(work: Work) -> None:
            app.vault.rotate_epoch(now())
            app.setting.session_counts.store(work, FigureCounters(app.setting.zone), now())
            record_heartbeat(work, app.inbox.bot, now())

        await self.run(beat)
        self.night.sandbox.jump(days * DAY + hours * HOUR + minutes * 60)
        await self.run(beat)
        await expire_keys(app)
        letters = await self.run(lambda work: app.staff.check_due(work, now()))
        app.courier.enqueue(letters)
        await self.night.settled()

    async def count_month(self, year: int, month: int) -> dict[str, Figure]:
        """Return the exact figures of a month, as they are when it is frozen."""
        months, number = self.app.figures, year * 12 + month - 1
        since, until = (month_start(it, months.zone) for it in (number, number + 1))

        def count(work: Work) -> dict[str, Figure]:
            span = CountedMonth(number, since, until, load_counts(work, number))
            return {it.name: it for each in months.sources for it in each.count(work, span)}

        found: dict[str, Figure] = await self.run(count)
        return found

    async def freeze_months(self) -> None:
        """Freeze the months that are due, of a machine whose clock its operator trusts."""
        now = self.app.clock.now()
        await self.run(lambda work: Retention.trust_clock(work, now))
        while await self.run(lambda work: self.app.figures.freeze_due(work, now)):
            pass

    async def run(self, does: Callable[[Work], Any]) -> Any:
        return await self.app.database.writer.run(does)

    async def employ(self, name: str, role: Role = Role.CASEWORKER, **given: Any) -> LiveWorker:
        """Return a new colleague with a key and an authenticator, not signed in yet."""
        staff, now = self.context.staff, self.app.clock.now()
        queues = QUEUES if role in {Role.CASEWORKER, Role.SUPERVISOR} else ()
        about = {
            "role": role, "title": "caseworker", "languages": ("vi", "en"), "queues": queues,
            "most": 9, **given,
        }  # fmt: skip
        who = (await self.run(lambda work: staff.add(work, now, name=name, **about))).id
        if role is Role.CASEWORKER:
            await self.run(lambda work: staff.set_duty(work, who, on=True))
        keys = self.context.staff_keys
        await asyncio.to_thread(
            enrol_approved, keys, who, role.value, queues, PASSWORD, self.app.clock.now()
        )
        secret = SecondFactors.new_totp_secret()
        await self.run(lambda work: self.context.factors.store_totp(work, who, secret, 0, now))
        self._workers.append(LiveWorker(self, who, secret))
        return self._workers[-1]


@dataclass
class LiveWorker:
    """One of the staff, with a browser."""

    desk: LiveDesk
    id: str
    secret: str
    client: httpx.AsyncClient = field(init=False)
    _cookies: dict[str, str] = field(default_factory=dict)
    _csrf: str = ""

    def __post_init__(self) -> None:
        origin = self.desk.context.origin
        self.client = httpx.AsyncClient(
            base_url=f"{origin}{DESK_PATH}",
            headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"},
            timeout=START_PATIENCE,
        )

    async def comes(self) -> LiveWorker:
        """Sign in with name, password and the code of this moment, which is good once."""
        self.desk.night.sandbox.jump(STEP_SECONDS)
        self._cookies.clear()
        given = {"who": self.id, "password": PASSWORD, "code": self.code(), "csrf": ""}
        assert (await self._send("/signin", given)).status_code == 303
        found = _CSRF.search(await self.sees("/account"))
        assert found is not None
        self._csrf = found[1]
        return self

    def code(self) -> str:
        """Return what their authenticator shows now."""
        now = self.desk.app.clock.now()
        return pyotp.TOTP(self.secret).generate_otp(now // SECOND // STEP_SECONDS)

    async def get(self, path: str) -> httpx.Response:
        return self._keep(await self.client.get(path, headers=self._headers()))

    async def sees(self, path: str) -> str:
        """Return the source of a page they may see."""
        answer = await self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers)
        return answer.text

    async def reads(self, path: str) -> str:
        """Return the words of a page they may see, each run of blanks as one."""
        return words_of(await self.sees(path))

    async def sends(self, path: str, *, by_script: bool = True, **fields: str) -> httpx.Response:
        """Send a form of the desk as its page does."""
        given = {"csrf": self._csrf, "nonce": new_nonce(), **fields}
        answer = await self._send(path, given, by_script=by_script)
        await self.desk.night.settled()
        return answer

    async def does(self, reference: str, verb: str, **fields: str) -> dict[str, Any]:
        """Press a button of a case; return what the desk said, and whether it refused."""
        said = await self.sends(f"/cases/{reference}/do/{verb}", **_named(fields))
        return dict(said.json())

    async def told(self, reference: str, verb: str, **fields: str) -> str:
        """Press a button of a case, and see that it went; return what the desk said."""
        said = await self.does(reference, verb, **fields)
        assert not said.get("refused", True), (verb, said)
        return str(said["told"])

    async def proves(self, back: str) -> None:
        """Show the second factor again, as the desk asks before what cannot be undone."""
        self.desk.night.sandbox.jump(STEP_SECONDS)
        answer = await self.sends("/step-up", by_script=False, code=self.code(), back=back)
        assert answer.status_code == 303

    async def _send(
        self, path: str, fields: dict[str, str], *, by_script: bool = False
    ) -> httpx.Response:
        headers = {"origin": self.desk.context.origin, "sec-fetch-site": "same-origin"}
        if by_script:
            headers["x-haven"] = "1"
        answer = await self.client.post(path, data=fields, headers=self._headers() | headers)
        return self._keep(answer)

    def _headers(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    def _keep(self, answer: httpx.Response) -> httpx.Response:
        """Keep the cookies by hand: they are secure, and the sandbox speaks plain HTTP."""
        for line in answer.headers.get_list("set-cookie"):
            name, _equals, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        self.client.cookies.clear()
        return answer


def words_of(page: str) -> str:
    """Return the words of a page, each run of blanks as one."""
    return " ".join(unescape(_TAG.sub(" ", page)).split())


def _named(fields: dict[str, str]) -> dict[str, str]:
    """Return fields with `value_at` as `value.at`: a keyword cannot have a dot."""
    return {name.replace("value_", "value.", 1): value for name, value in fields.items()}
