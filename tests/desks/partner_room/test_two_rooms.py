"""P48 for partners: a room that restarts signs no one out, and another room goes on."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from bot.app.partner_room.room import RoomOptions, build_room_context
from bot.desks.partner_room.app import build_room
from bot.desks.partner_room.request import SESSION_COOKIE
from bot.desks.web.auth.session_memory import KEY, MemorySeal
from bot.desks.web.auth.wrong_guesses import FREE_GUESSES
from bot.errors import DecryptionError
from bot.vault import HostKey, Vault
from bot.vault.keys.browser_key import new_session_secret
from tests.desks.web.auth.test_enrolment import shown
from tests.support.database.key_store_fixtures import CHEAP
from tests.support.database_fixtures import database_on, on_both_databases
from tests.support.harnesses.hotline_harness import ROOT
from tests.support.harnesses.room_harness import ROOM_ORIGIN, RoomBrowser, RoomHarness, RoomMember

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import ASGIApp

GUESS = "a guess, and a long one"


@contextmanager
def another_room(room: RoomHarness) -> Iterator[ASGIApp]:
    """Open a room with a memory of its own on the data of another, as on another machine."""
    database = database_on(room.home.url, room.home.loop)
    options = RoomOptions(origin=ROOM_ORIGIN, clock=room.home.loop, password_cost=CHEAP)
    context = build_room_context(
        room.home.settings, database, Vault(ROOT, room.vault.keys), options
    )
    room.desk.does(context.sessions.clean(room.now()))
    yield build_room(context)
    context.read_pool.close()
    room.home.run(database.close())


def at(app: ASGIApp, browser: RoomBrowser) -> RoomBrowser:
    """Return the same browser, whose requests a balancer sends to another room."""
    here = RoomBrowser(browser.room, app=app)
    here.client._cookies = browser.client._cookies
    return here


@on_both_databases
def test_a_member_goes_on_at_another_room_and_is_out_at_both(kind: str, tmp_path: Path) -> None:
    with closing(RoomHarness(tmp_path, kind=kind)) as room, another_room(room) as app:
        room.partner()
        rosa = room.approve(room.member("Harbour House", "Rosa")).comes()
        there, csrf = at(app, rosa.browser), rosa.browser.csrf()
        assert there.csrf() == csrf
        there.post("/links", {"name": "Quay 4", "language": "vi"})
        page = rosa.browser.get("/links").text  # said by one, shown by the other, once
        assert page.count('role="status"') >= 1
        assert "Quay 4" in page
        with another_room(room) as restarted:
            assert at(restarted, rosa.browser).csrf() == csrf
        rosa.browser.post("/signout")
        cookies = dict(rosa.browser.client.cookies)
        assert SESSION_COOKIE not in cookies
        assert room.home.ask("SELECT * FROM partner_sessions") == []
        assert there.get("/account").status_code == 303


def test_guesses_and_enrolments_are_shared_by_rooms(tmp_path: Path) -> None:
    with closing(RoomHarness(tmp_path)) as room, another_room(room) as app:
        room.partner()
        rosa = room.member("Harbour House", "Rosa")
        browsers = [RoomBrowser(room), RoomBrowser(room, app=app)]
        fields = {"who": "Rosa", "password": GUESS, "code": "000000"}
        said = [
            browsers[guess % 2].post("/signin", fields, is_signed=False).status_code
            for guess in range(FREE_GUESSES + 2)
        ]
        assert said == [401] * FREE_GUESSES + [429] * 2
        members, now = room.context.members, room.now()
        member, link = room.run(
            lambda work: members.invite(work, "Harbour House", "Ana", "operator", now)
        )
        chosen = {"password": "seven grey herons wade", "again": "seven grey herons wade"}
        secret = shown(browsers[0].post(f"/welcome/{link}", chosen, is_signed=False).text)
        ana = RoomMember(room, member, rosa.pair, secret)
        done = browsers[1].post(f"/welcome/{link}/code", {"code": ana.code()}, is_signed=False)
        assert "ecovery key" in done.text
        assert browsers[1].get("/account").status_code == 200


def test_a_dump_opens_no_session_of_a_member(tmp_path: Path) -> None:
    with closing(RoomHarness(tmp_path)) as room:
        room.partner()
        rosa = room.member("Harbour House", "Rosa").comes()
        secret = bytes.fromhex(rosa.browser.client.cookies[SESSION_COOKIE])
        ((token, sealed),) = room.home.ask("SELECT token, sealed FROM partner_sessions")
        assert MemorySeal(room.vault, "room").open(bytes(token), secret, bytes(sealed))[KEY]
        for vault, place, known in (
            (room.vault, "room", new_session_secret()),  # no browser
            (Vault(HostKey(bytes(32))), "room", secret),  # no host key
            (room.vault, "desk", secret),
        ):
            with pytest.raises(DecryptionError):
                MemorySeal(vault, place).open(bytes(token), known, bytes(sealed))
