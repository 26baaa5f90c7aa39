"""A desk in front of a whole house: real pages, sessions and keys; browsers speak HTTP to it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
import pyotp
import starlette.routing

from bot.app.options import DeskOptions
from bot.app.retention import build_erasures
from bot.app.web_desk import build_desk_context
from bot.cases.evidence.download import FileDownloader
from bot.cases.intake import Intake, NewReport
from bot.cases.state_machine import Role
from bot.clock import SECOND
from bot.conversation import FileRef
from bot.desks.web.app import ROUTES, build_app
from bot.desks.web.auth.totp import STEP_SECONDS, SecondFactors, parse_secret
from bot.desks.web.form_nonces import new_nonce
from bot.desks.web.live.event_log import EventLog, WebDesk
from bot.desks.web.live.watcher import EventWatcher
from bot.desks.web.request import SESSION_COOKIE
from bot.store.blobs.folder import FolderBlobs
from bot.vault import Vault
from bot.vault.erasure.erase import ErasureReason
from bot.vault.keys.browser_key import secret_digest
from tests.support.database.key_store_fixtures import (
    CHEAP,
    PASSWORD,
    QUEUES,
    enrol_approved,
    key_store,
)
from tests.support.harnesses.hotline_harness import BOT, ROOT, HotlineHarness

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

    from bot.desks.web.context import DeskContext
    from bot.desks.web.routes import Route
    from bot.vault.keys.staff_keys import StaffKeys
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

# For each request httpx asks whether this is installed; without an answer Python looks at the disk.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]
# A process of Haven builds one application of all addresses; each test here builds its own.
starlette.routing.compile_path = cache(starlette.routing.compile_path)

ORIGIN = "https://desk.test"
FIREFOX = "Firefox Linux"
"""What the browsers of these tests are called on the list of sessions."""
_BLANK = re.compile(r"\{(\w+)\}")
_CSRF = re.compile(r'data-csrf="([0-9a-f]{32})"')


def fill_path(path: str, reference: str = "K7M4Q2", **blanks: str) -> str:
    """Return an address with something in its blanks, whatever they are called."""
    known = {
        "reference": reference, "tab": "waiting", "pane": "head", "verb": "note", "number": "1",
        "form": "work", "kind": "say", "language": "vi", "link": "0" * 64,
        "name": "desk.css", **blanks,
    }  # fmt: skip
    return _BLANK.sub(lambda found: known.get(found[1], "1"), path)


class WebDeskHarness:
    """A house with a desk in a browser."""

    def __init__(self, folder: Path, *, doors: Iterable[Route] = ROUTES, **given: Any) -> None:
        self.vault = Vault(ROOT, key_store())
        self.home = HotlineHarness(folder, vault=self.vault, staff_language="en", **given)
        side = self.home.house.staff.service
        side.desks = (*side.desks, WebDesk(self.vault))
        self.front = self._front()
        self.watch = EventWatcher(
            self.front.read_pool,
            EventLog(self.vault),
            self.front.streams,
            self.front.command_client,
            self.home.database.writer,
            self.home.loop,
            self.front.staff,
            self.front.sessions,
        )
        self.app = build_app(self.front, doors)
        self.does(self.watch.poll())

    def _front(self) -> DeskContext:
        return build_desk_context(
            self.home.settings, self.home.database, self.vault,
            DeskOptions(
                bot_id=BOT, origin=ORIGIN, clock=self.home.loop, password_cost=CHEAP,
                wake_dispatcher=self._nudged,
            ),
        )  # fmt: skip

    async def _nudged(self) -> None:
        await self.home.house.dispatcher.resume()
        await self.watch.poll()

    def does(self, work: Any) -> Any:
        """Run something on the house's loop, whose time stands still for threads meanwhile."""
        with self.home.loop.busy():
            return self.home.run(work)

    @property
    def keys(self) -> StaffKeys:
        return self.front.staff_keys

    def settles(self) -> None:
        """Let letters go, and pages hear of it."""
        self.home.settle()
        self.does(self.watch.poll())

    def close(self) -> None:
        self.front.read_pool.close()
        self.home.close()
        self.vault.close()

    # --- who works here -----------------------------------------------------------------------

    def worker(
        self, name: str = "Mei", role: Role = Role.CASEWORKER, **given: Any
    ) -> WebCaseworker:
        """Return a colleague with a key, an authenticator and a browser, not signed in yet."""
        colleague = self.home.colleague(name, role=role, **given)
        queues = given.get("queues", QUEUES) if role in {Role.CASEWORKER, Role.SUPERVISOR} else ()
        enrol_approved(self.keys, colleague.id, role.value, queues, PASSWORD, self.home.loop.now())
        secret = SecondFactors.new_totp_secret()
        now = self.home.loop.now()
        self.home.database.writer.run_sync(
            lambda work: self.front.factors.store_totp(work, colleague.id, secret, 0, now)
        )
        return WebCaseworker(self, colleague, secret)

    def supervisor(self, name: str = "Hua") -> WebCaseworker:
        return self.worker(name, Role.SUPERVISOR)

    # --- who writes ---------------------------------------------------------------------------

    def add_person(self, words: str = "He keeps my passport.") -> tuple[ChatPerson, str]:
        """Return somebody who wrote to the hotline, and the number of their case."""
        person = self.home.person("th")
        person.says("/start")
        person.presses("English", "Talk to a person", "I am safe here")
        person.says(words)
        person.presses("Send", "Any time")
        return person, self.newest()

    def newest(self) -> str:
        rows = self.home.ask("SELECT reference FROM cases ORDER BY opened_at DESC, id DESC")
        return str(rows[0][0])

    def sends(self, reference: str, data: bytes, **about: Any) -> None:
        """Let a file come for a case, and be fetched."""
        note = FileRef("handle", **{"kind": "document", "size": len(data), **about})
        case, now, intake = self.case(reference), self.home.loop.now(), Intake(self.vault, BOT)
        report = NewReport(case, "addition", "report", {"f": (note,)}, now)
        writer = self.home.database.writer
        writer.run_sync(lambda work: intake.store(work, [], [report]))
        self.make_files_folder()
        keeper = FileDownloader(
            writer, self.vault, SingleFileSource(data), self.front.blobs, self.home.loop
        )
        self.does(keeper.download_due())

    @property
    def files_folder(self) -> Path:
        """Return the folder in which sealed files lie."""
        assert isinstance(self.front.blobs, FolderBlobs)
        return self.front.blobs.folder

    def make_files_folder(self) -> None:
        """Make it, as a start of the bot does."""
        self.files_folder.mkdir(parents=True, exist_ok=True)

    def erases(self, reference: str) -> None:
        """Let a case be gone."""
        erasures, now = build_erasures(self.home.settings, self.vault), self.home.loop.now()
        gone = erasures.erase(
            self.home.database, self.case(reference), ErasureReason.WITHDRAWN, "operator", now
        )
        assert self.does(gone) == ()

    def case(self, reference: str) -> str:
        rows = self.home.ask(f"SELECT id FROM cases WHERE reference = '{reference}'")  # noqa: S608 - ours
        return str(rows[0][0])


class SingleFileSource:
    """Hands one file over, whichever is asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def fetch(self, _handle: str, _unique: str) -> AsyncIterator[bytes]:
        yield self._data


@dataclass
class WebCaseworker:
    """Somebody at the desk."""

    office: WebDeskHarness
    colleague: CaseworkerDriver
    secret: str
    browser: HttpBrowser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = HttpBrowser(self.office)

    @property
    def id(self) -> str:
        return self.colleague.id

    def code(self) -> str:
        """Return what their authenticator shows now."""
        return pyotp.TOTP(self.secret).generate_otp(
            self.office.home.loop.now() // SECOND // STEP_SECONDS
        )

    def fields(self, **other: str) -> dict[str, str]:
        return {"who": self.id, "password": PASSWORD, "code": self.code(), **other}

    def signs_in(self, **other: str) -> httpx.Response:
        """Sign in as a page does, and follow where it leads."""
        self.office.home.advance_time(STEP_SECONDS)  # a code is good once
        return self.browser.post("/signin", self.fields(**other), is_signed=False)

    def comes(self) -> WebCaseworker:
        """Sign in, and see that it went."""
        assert self.signs_in().status_code == 303
        return self

    def does(self, reference: str, verb: str, **fields: str) -> httpx.Response:
        """Do something to a case, as its page does."""
        response = self.browser.post(f"/cases/{reference}/do/{verb}", fields, is_fetched=True)
        self.office.settles()
        return response

    def told(self, reference: str, verb: str, **fields: str) -> str:
        """Do something that goes, and return what was said."""
        said = self.does(reference, verb, **fields).json()
        assert not said["refused"], said
        return str(said["told"])


class HttpBrowser:
    """A browser: cookies of its own, and headers as browsers send them."""

    def __init__(self, office: WebDeskHarness) -> None:
        self.office = office
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(office.app, raise_app_exceptions=True), base_url=ORIGIN,
            headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"},
        )  # fmt: skip

    def asks(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self.office.does(self.client.request(method, path, **given))  # type: ignore[no-any-return]

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Go somewhere."""
        return self.asks("GET", path, headers=headers)

    def csrf(self) -> str:
        """Return what forms of this session carry, as it stands on any page."""
        found = _CSRF.search(self.get("/account").text)
        return found[1] if found else ""

    def _known_csrf(self) -> str:
        """Return what forms of this session carry without opening a page, if the desk knows it."""
        token = secret_digest(parse_secret(self._cookies().get(SESSION_COOKIE, "")))
        session = self.office.front.sessions._sessions.get(token)
        return session.csrf_token if session is not None else self.csrf()

    def _cookies(self) -> dict[str, str]:
        return dict(self.client.cookies)

    def post(
        self, path: str, fields: dict[str, str] | None = None, *, is_signed: bool = True,
        is_fetched: bool = False, **headers: str,
    ) -> httpx.Response:  # fmt: skip
        """Send a form of this desk."""
        sent = dict(fields or {})
        if is_signed:
            sent.setdefault("csrf", self._known_csrf())
            sent.setdefault("nonce", new_nonce())
        given = {"origin": ORIGIN, "sec-fetch-site": "same-origin", **headers}
        if is_fetched:
            given["x-haven"] = "1"
        return self.asks("POST", path, data=sent or {"csrf": ""}, headers=given)
