"""The partners' room next to a desk, on one database: real pages, sessions and keys over HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pyotp

from bot.app.partner_room.room import RoomOptions, build_room_context
from bot.clock import SECOND
from bot.desks.partner_room.app import ROOM_ROUTES, build_room
from bot.desks.partner_room.context import RoomService
from bot.desks.web.auth.totp import STEP_SECONDS, SecondFactors
from bot.desks.web.form_nonces import new_nonce
from bot.partners.partners import Campaigns, NewCampaign, Partners
from bot.vault.audit.log import OPERATOR
from tests.support.database.key_store_fixtures import CHEAP, PASSWORD
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bot.desks.locale import StaffLocale
    from bot.desks.partner_room.context import PracticeScene
    from bot.desks.partner_room.routes import RoomRoute
    from bot.partners.members import Member
    from bot.partners.partners import Campaign
    from bot.store.writer import Work
    from bot.vault.keys.hpke import KeyPair

ROOM_ORIGIN = "https://partners.test"
BOT_NAME = "haven_test_bot"
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]{32})"')


class MadeUpServices:
    """Entries of partners 1 and 2, called `entry1` and `entry2`; keeps what is stored."""

    def __init__(self) -> None:
        self.stored: list[tuple[object, ...]] = []

    def all(self, _work: Work, partner: int, now: int, _locale: StaffLocale) -> list[RoomService]:
        """Return the one entry of a partner."""
        facts = [("Who may come", "women")]
        about = {"places": 12, "free": 3, "verified_at": now, "is_asked_for": True}
        name = f"Lantern {partner}"
        entry = RoomService(
            f"entry{partner}", name, facts, is_hidden=False, has_ended=False, **about
        )
        return [entry]

    def confirm(self, _work: Work, partner: int, entry: str, _now: int) -> bool:
        """Keep it."""
        self.stored.append((partner, entry))
        return True

    def count(self, _work: Work, partner: int, entry: str, free: int, _now: int) -> bool:
        """Keep it, if there are so many."""
        if free <= 12:
            self.stored.append((partner, entry, free))
            return True
        return False


class RoomHarness:
    """A deployment with a desk and a partners' room."""

    def __init__(
        self, folder: Path, *, routes: Iterable[RoomRoute] = ROOM_ROUTES,
        scenes: tuple[PracticeScene, ...] = (), **given: Any,
    ) -> None:  # fmt: skip
        self.desk = WebDeskHarness(folder, **given)
        self.home, self.vault = self.desk.home, self.desk.vault
        options = RoomOptions(
            origin=ROOM_ORIGIN, clock=self.home.loop, password_cost=CHEAP, practice=lambda: scenes
        )
        self.context = build_room_context(
            self.home.settings, self.home.database, self.vault, options
        )
        self.context.find_username = _bot_name
        self.services = self.context.services = MadeUpServices()
        self.app = build_room(self.context, routes)

    def run(self, unit: Any) -> Any:
        """Run a unit of work."""
        return self.home.database.writer.run_sync(unit)

    def now(self) -> int:
        """Return the moment of the deployment."""
        return self.home.loop.now()

    def close(self) -> None:
        """Close the room, the desk and the database."""
        self.context.read_pool.close()
        self.desk.close()

    # --- who is there -------------------------------------------------------------------------

    def partner(self, name: str = "Harbour House") -> int:
        """Add a partner; return its number."""
        add, now = Partners(self.context.audit).add, self.now()
        return int(self.run(lambda work: add(work, name, OPERATOR, now)).id)

    def link(self, partner: str, name: str, language: str = "vi") -> Campaign:
        """Make a link for a partner."""
        add, now = Campaigns(self.context.audit).add, self.now()
        new = NewCampaign(name, partner, language)
        return self.run(lambda work: add(work, new, OPERATOR, now))  # type: ignore[no-any-return]

    def member(self, partner: str, name: str) -> RoomMember:
        """Return someone with a password and an authenticator, not signed in; no one approved."""
        members, access, now = self.context.members, self.context.access, self.now()
        secret = SecondFactors.new_totp_secret()

        def unit(work: Work) -> tuple[Member, KeyPair]:
            member, link = members.invite(work, partner, name, OPERATOR, now)
            chosen = access.choose(member, PASSWORD)
            assert access.enrol(work, member, bytes.fromhex(link), chosen, (secret, 0), now)
            return member, chosen.pair

        member, pair = self.run(unit)
        return RoomMember(self, member, pair, secret)

    def approve(self, member: RoomMember) -> RoomMember:
        """Let a supervisor approve the member's key."""
        chief = self.desk.supervisor()
        keyring = self.desk.keys.unlock(chief.id, PASSWORD)
        approve, now = self.context.members.approve, self.now()
        self.run(lambda work: approve(work, keyring, member.about.id, now))
        return member


async def _bot_name() -> str:
    return BOT_NAME


@dataclass
class RoomMember:
    """Someone of a partner, with a browser."""

    room: RoomHarness
    about: Member
    pair: KeyPair
    secret: str
    browser: RoomBrowser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = RoomBrowser(self.room)

    def code(self) -> str:
        """Return what their authenticator shows now."""
        return pyotp.TOTP(self.secret).generate_otp(self.room.now() // SECOND // STEP_SECONDS)

    def signs_in(self, **other: str) -> httpx.Response:
        """Sign in as the page does."""
        self.room.home.advance_time(STEP_SECONDS)  # a code is good once
        fields = {"who": self.about.name, "password": PASSWORD, "code": self.code(), **other}
        return self.browser.post("/signin", fields, is_signed=False)

    def comes(self) -> RoomMember:
        """Sign in, and see that it went."""
        assert self.signs_in().status_code == 303
        return self


class RoomBrowser:
    """A browser: cookies of its own, and headers as browsers send them."""

    def __init__(self, room: RoomHarness, origin: str = ROOM_ORIGIN, app: Any = None) -> None:
        self.room, self.origin = room, origin
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app or room.app, raise_app_exceptions=True),
            base_url=origin,
            headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"},
        )

    def asks(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Send any request."""
        return self.room.desk.does(self.client.request(method, path, **given))  # type: ignore[no-any-return]

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Go somewhere."""
        return self.asks("GET", path, headers=headers)

    def csrf(self) -> str:
        """Return what forms of this session carry; empty without a session."""
        found = _CSRF.search(self.get("/account").text)
        return found[1] if found else ""

    def post(
        self, path: str, fields: dict[str, str] | None = None, *, is_signed: bool = True,
        **headers: str,
    ) -> httpx.Response:  # fmt: skip
        """Send a form."""
        sent = dict(fields or {})
        if is_signed:
            sent.setdefault("csrf", self.csrf())
            sent.setdefault("nonce", new_nonce())
        given = {"origin": self.origin, "sec-fetch-site": "same-origin", **headers}
        return self.asks("POST", path, data=sent or {"csrf": ""}, headers=given)
