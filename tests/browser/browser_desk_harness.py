"""A desk in a browser in front of a whole house, in the test's own process and the day's own time.

The demo is what a newcomer sees; here there are roles, keys and second factors as in earnest. It is
found under a name, `localhost`, for passkeys are bound to one.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pyotp

from bot.app.build import build
from bot.app.options import BuildOptions, DeskOptions
from bot.app.run import recover
from bot.app.web_desk import build_desk_context, open_desk_app
from bot.cases.state_machine import Role
from bot.cli.desk import create_invite
from bot.clock import SystemClock
from bot.desks.web.app import serve
from bot.desks.web.auth.totp import STEP_SECONDS, SecondFactors
from bot.desks.web.live.event_log import WebDesk
from bot.hotline.staff.staff import Staff
from bot.mailbox.inbox import Arrival
from bot.mailbox.rate_limit import UNLIMITED
from bot.store.database import Database
from bot.vault import Vault
from tests.support.database.cheap_passphrase_hash import InlinePassphraseHasher
from tests.support.database.key_store_fixtures import (
    CHEAP,
    PASSWORD,
    QUEUES,
    enrol_approved,
    key_store,
)
from tests.support.database_fixtures import migrated_url, query
from tests.support.free_ports import free_port
from tests.support.harnesses.hotline_harness import BOT, FIRST_PERSON, ROOT, settings_for
from tests.support.people.chat_person import ChatPerson, update_json
from tests.support.telegram.recording_channel import RecordingChannel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from playwright.async_api import Page


SHOWN_WITHIN = 60.0
"""Seconds in which a question of a desk is at the phone; more only when something is broken."""
AT_ONCE = """() => {
  const later = window.setTimeout;
  window.setTimeout = (does, delay, ...more) => {
    if (delay !== 5000) return later(does, delay, ...more);
    window.setTimeout = later;
    return later(does, 0, ...more);
  };
}"""
"""Makes the next five seconds of a page, which are those for undoing, pass at once."""


async def without_time_to_undo(page: Page) -> None:
    """Let what is sent next leave at once, where undoing it is not what is tested."""
    await page.evaluate(AT_ONCE)


@dataclass(frozen=True)
class BrowserCaseworker:
    """Somebody who works here: their number, and the secret of their authenticator."""

    id: str
    secret: str

    async def signs_in(self, page: Page, address: str, *, is_again: bool = False) -> None:
        """Sign in, without the page for it; again: with the next code, for each is good once."""
        answer = await page.context.request.post(
            f"{address}/signin", headers={"origin": address}, max_redirects=0,
            form={"who": self.id, "password": PASSWORD, "code": self._code(is_again=is_again)},
        )  # fmt: skip
        assert answer.status == HTTPStatus.SEE_OTHER
        await page.goto(f"{address}{answer.headers['location']}")
        await page.wait_for_selector("body.desk")

    async def signs_in_by_form(self, page: Page, address: str) -> None:
        """Sign in on the page, with name, password and code."""
        await page.goto(f"{address}/signin")
        await page.locator("input[name=who]").fill(self.id)
        await page.locator("input[name=password]").fill(PASSWORD)
        await page.locator("input[name=code]").fill(self._code())
        await page.locator("form:has(input[name=code]) button").click()
        await page.wait_for_selector("body.desk")

    def _code(self, *, is_again: bool = False) -> str:
        moment = int(time.time()) + (STEP_SECONDS if is_again else 0)
        return pyotp.TOTP(self.secret).at(moment)


class BrowserDeskHarness:
    """A house with a desk that browsers reach."""

    def __init__(self, folder: Path, language: str, **given: Any) -> None:
        self.settings = settings_for(folder, staff_language=language, **given)
        self.database = Database(migrated_url("sqlite", folder))
        self.vault = Vault(ROOT, key_store())
        self.post = RecordingChannel()
        self.clock = SystemClock()
        self.house = build(
            self.settings, self.database, self.vault, self.post,
            BuildOptions(
                bot_id=BOT, username=lambda: "haven_bot", clock=self.clock, limits=UNLIMITED,
                hasher=InlinePassphraseHasher(),
            ),
        )  # fmt: skip
        side = self.house.staff.service
        side.desks = (*side.desks, WebDesk(self.vault))
        self._updates = 1000
        self._people = 0
        self.address = f"http://localhost:{free_port()}"
        self.front = build_desk_context(
            self.settings, self.database, self.vault,
            DeskOptions(
                bot_id=BOT, origin=self.address, password_cost=CHEAP,
                wake_dispatcher=self.house.dispatcher.resume,
            ),
        )  # fmt: skip

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls, folder: Path, language: str = "en", **given: Any
    ) -> AsyncIterator[BrowserDeskHarness]:
        """Give an office that runs while the context lasts; `given` are further settings."""
        office = cls(folder, language, **given)
        await recover(office.house)
        courier = asyncio.create_task(office.house.courier.run())
        hashing = asyncio.create_task(office.house.passphrase_hashing.run())
        port = int(office.address.rpartition(":")[2])
        async with open_desk_app(office.front) as app, serve(app, "127.0.0.1", port):
            yield office
        for task in (courier, hashing):
            task.cancel()
        await asyncio.wait({courier, hashing})
        await office.database.close()

    def seconds(self) -> int:
        """Return the moment, as people's updates have it."""
        return self.clock.now() // 1_000_000

    # --- who works here -------------------------------------------------------------------------

    def worker(self, name: str, role: Role = Role.CASEWORKER) -> BrowserCaseworker:
        """Return a colleague with a key and an authenticator."""
        staff, now, run = Staff(self.vault), self.clock.now(), self.database.writer.run_sync
        given = {"name": name, "role": role, "title": "caseworker", "queues": QUEUES,
                 "languages": ("id", "en", "th"), "most": 9}  # fmt: skip
        who = run(lambda work: staff.add(work, now, **given)).id
        run(lambda work: staff.set_duty(work, who, on=True))
        queues = QUEUES if role in {Role.CASEWORKER, Role.SUPERVISOR} else ()
        enrol_approved(self.front.staff_keys, who, role.value, queues, PASSWORD, now)
        secret = SecondFactors.new_totp_secret()
        run(lambda work: self.front.factors.store_totp(work, who, secret, 0, now))
        return BrowserCaseworker(who, secret)

    def invites(self, name: str, role: str = "administrator") -> str:
        """Return the link with which somebody new comes for the first time."""
        now = self.clock.now()
        _colleague, secret = self.database.writer.run_sync(
            lambda work: create_invite(work, self.vault, name, role, now)
        )
        return f"{self.address}/welcome/{secret}"

    # --- who writes -----------------------------------------------------------------------------

    def newcomer(self) -> ChatPerson:
        """Return a person who has not written yet."""
        self._people += 1
        return ChatPerson(self, FIRST_PERSON + self._people, "en")  # type: ignore[arg-type]

    async def somebody(self, words: str = "He keeps my passport.") -> tuple[ChatPerson, str]:
        """Return somebody who wrote to the hotline, and the number of their case."""
        person = self.newcomer()
        await self.hears(person.words("/start"))
        for label in ("English", "Talk to a person", "I am safe here"):
            await self.presses(person, label)
        await self.hears(person.words(words))
        for label in ("Send", "Any time"):
            await self.presses(person, label)
        rows = query(self.database, "SELECT reference FROM cases ORDER BY opened_at DESC, id DESC")
        return person, str(rows[0][0])

    async def everybody(self, words: Sequence[str]) -> list[tuple[ChatPerson, str]]:
        """Return people who wrote at the same time, and the numbers of their cases."""
        first = FIRST_PERSON + self._people + 1
        self._people += len(words)
        people = [ChatPerson(self, first + it, "en") for it in range(len(words))]  # type: ignore[arg-type]
        await self.hears(*(it.words("/start") for it in people))
        for label in ("English", "Talk to a person", "I am safe here"):
            await self.hears(*(it.press(it.token(label)) for it in people))
        await self.hears(*(it.words(said) for it, said in zip(people, words, strict=True)))
        for label in ("Send", "Any time"):
            await self.hears(*(it.press(it.token(label)) for it in people))
        rows = query(self.database, "SELECT chat_key, reference FROM cases")
        numbers = {bytes(key): str(reference) for key, reference in rows}
        return [(it, numbers[self.vault.chat_key(BOT, it.id)]) for it in people]

    async def hears(self, *updates: dict[str, Any]) -> None:
        """Take updates in together, and let the answers go out."""
        numbered = enumerate(updates, self._updates)
        arrivals = [Arrival.of(number, update_json(number, it)) for number, it in numbered]
        self._updates += len(arrivals)
        await self.house.dispatcher.receive(arrivals, self._updates)
        await self.house.dispatcher.drain()
        await self.house.courier.drain()

    async def presses(self, person: ChatPerson, label: str) -> None:
        """Press a button once it is there: what a desk asks takes a moment to reach the phone."""
        async with asyncio.timeout(SHOWN_WITHIN):
            while not any(label in it for it in person.labels()):  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.02)
        await self.hears(person.press(person.token(label)))
