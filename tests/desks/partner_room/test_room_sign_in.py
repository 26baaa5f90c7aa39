"""Members sign in to the partners' room with name, password and code, and lose access at once."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pyotp
import pytest

from bot.clock import SECOND
from bot.desks.partner_room import texts
from bot.desks.web.auth.totp import STEP_SECONDS
from bot.errors import HavenError
from bot.partners.members import MemberState
from bot.partners.partners import Partners
from bot.vault.audit.log import OPERATOR
from tests.support.database.key_store_fixtures import PASSWORD
from tests.support.harnesses.room_harness import RoomBrowser, RoomHarness

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.harnesses.room_harness import RoomMember

NEW_PASSWORD = "seven boats under a paper moon"  # noqa: S105 - a test's


@pytest.fixture
def rosa(room: RoomHarness) -> RoomMember:
    room.partner()
    return room.member("Harbour House", "Rosa")


def test_an_invitation_leads_to_a_password_a_code_and_a_recovery_key(room: RoomHarness) -> None:
    room.partner()
    invite, now = room.context.members.invite, room.now()
    member, link = room.run(lambda work: invite(work, "Harbour House", "Rosa", OPERATOR, now))
    stranger = RoomBrowser(room)
    assert "Rosa" in stranger.get(f"/welcome/{link}").text
    short = stranger.post(f"/welcome/{link}", {"password": "x", "again": "x"}, is_signed=False)
    assert texts.PASSWORD_TOO_SHORT.source.partition("{")[0] in unescape(short.text)
    chosen = {"password": NEW_PASSWORD, "again": NEW_PASSWORD}
    page = stranger.post(f"/welcome/{link}", chosen, is_signed=False).text
    (secret,) = re.findall(r'class="secret"[^>]*>([A-Z2-7 ]+)<', page)
    step = room.now() // SECOND // STEP_SECONDS
    code = pyotp.TOTP(secret.replace(" ", "")).generate_otp(step)
    wrong = stranger.post(f"/welcome/{link}/code", {"code": "000000"}, is_signed=False)
    assert wrong.status_code == 401
    done = stranger.post(f"/welcome/{link}/code", {"code": code}, is_signed=False)
    (recovery,) = re.findall(r'class="secret"[^>]*>([0-9A-Z-]+)<', done.text)
    assert "Rosa" in stranger.get("/account").text
    assert stranger.get(f"/welcome/{link}").status_code == 404  # it works once
    _recovers(room, member.name, recovery, secret.replace(" ", ""))


def _recovers(room: RoomHarness, name: str, recovery: str, secret: str) -> None:
    """The recovery key and a fresh code set another password; the first one opens no more."""
    room.home.advance_time(STEP_SECONDS)
    step = room.now() // SECOND // STEP_SECONDS
    browser, code = RoomBrowser(room), pyotp.TOTP(secret).generate_otp(step)
    fields = {"who": name, "code": code, "password": PASSWORD, "again": PASSWORD}
    wrong = browser.post("/recover", {**fields, "recovery": "0" * 52}, is_signed=False)
    assert wrong.status_code == 401
    assert browser.post("/recover", {**fields, "recovery": recovery}, is_signed=False).is_success
    assert "Rosa" in browser.get("/account").text
    other, after = RoomBrowser(room), {"who": name, "password": NEW_PASSWORD, "code": code}
    assert other.post("/signin", after, is_signed=False).status_code == 401


def test_an_invitation_ends_after_three_days_and_with_the_next(room: RoomHarness) -> None:
    room.partner()
    members, now = room.context.members, room.now()
    member, first = room.run(
        lambda work: members.invite(work, "Harbour House", "Rosa", OPERATOR, now)
    )
    second = room.run(lambda work: members.invite_again(work, member.id, OPERATOR, now))
    stranger = RoomBrowser(room)
    assert stranger.get(f"/welcome/{first}").status_code == 404
    assert stranger.get(f"/welcome/{second}").status_code == 200
    room.home.advance_time(3 * 24 * 3600)
    assert stranger.get(f"/welcome/{second}").status_code == 404


def test_a_stranger_learns_nothing_from_a_refused_sign_in(
    room: RoomHarness, rosa: RoomMember
) -> None:
    """Unknown name, wrong password, wrong code, ended access: one answer, letter by letter."""
    gone = room.member("Harbour House", "Jun")
    room.run(lambda work: room.context.members.disable(work, gone.about.id, OPERATOR, room.now()))
    tries = [
        {"who": "Rosa", "password": "wrong " * 4, "code": "123456"},
        {"who": "Rosa", "password": PASSWORD, "code": "12345"},
        {"who": "Jun", "password": PASSWORD, "code": "123456"},
        {"who": "Nie Da", "password": PASSWORD, "code": "123456"},
    ]
    answers = []
    for fields in tries:
        said = RoomBrowser(room).post("/signin", fields, is_signed=False)
        answers.append((said.status_code, said.text.replace(fields["who"], "WHO")))
    assert len(set(answers)) == 1
    assert answers[0][0] == 401
    assert rosa.signs_in().status_code == 303  # the control


def test_guesses_are_slowed_down_and_a_code_is_good_once(
    room: RoomHarness, rosa: RoomMember
) -> None:
    code = rosa.code()
    assert rosa.signs_in(code=code).status_code == 303
    other = RoomBrowser(room)
    again = {"who": "Rosa", "password": PASSWORD, "code": code}
    for _ in range(3):
        assert other.post("/signin", again, is_signed=False).status_code == 401
    assert other.post("/signin", again, is_signed=False).status_code == 429
    assert rosa.browser.get("/links").status_code == 200
    assert rosa.signs_in().status_code == 303  # a browser that is known waits for no one


ENDINGS: dict[str, Callable[[RoomHarness, RoomMember], object]] = {
    "fifteen idle minutes": lambda room, _who: room.home.advance_time(15 * 60 + 1),
    "ended access": lambda room, who: room.run(
        lambda work: room.context.members.disable(work, who.about.id, OPERATOR, room.now())
    ),
    "a disabled partner": lambda room, who: room.home.database.writer.run_sync(
        lambda work: _partners(room).disable(work, who.about.partner_id, OPERATOR, room.now())
    ),
    "sign-out": lambda _room, who: who.browser.post("/signout"),
    "another browser": lambda _room, who: who.browser.client.headers.update({"user-agent": "x"}),
}


def _partners(room: RoomHarness) -> Partners:
    return Partners(room.context.audit)


@pytest.mark.parametrize("how", ENDINGS)
def test_a_session_ends_at_once_with(room: RoomHarness, rosa: RoomMember, how: str) -> None:
    rosa.comes()
    csrf = rosa.browser.csrf()
    assert rosa.browser.get("/links").status_code == 200
    ENDINGS[how](room, rosa)
    said = rosa.browser.get("/links")
    assert (said.status_code, said.headers.get("location")) == (303, "/signin")
    form = {"name": "Pier", "language": "vi", "csrf": csrf, "nonce": "0" * 24}
    assert rosa.browser.post("/links", form, is_signed=False).status_code == 401
    assert room.home.ask("SELECT id FROM campaigns") == []


def test_a_session_ends_ten_hours_after_it_began(room: RoomHarness, rosa: RoomMember) -> None:
    rosa.comes()
    for _ in range(10 * 6 - 1):
        room.home.advance_time(10 * 60)
        assert rosa.browser.get("/account").status_code == 200
    room.home.advance_time(10 * 60 + 1)
    assert rosa.browser.get("/account").status_code == 303


def test_a_password_is_changed_by_who_knows_it_and_ends_other_browsers(
    room: RoomHarness, rosa: RoomMember
) -> None:
    rosa.comes()
    other = RoomBrowser(room)
    room.home.advance_time(STEP_SECONDS)
    fields = {"who": "Rosa", "password": PASSWORD, "code": rosa.code()}
    assert other.post("/signin", fields, is_signed=False).status_code == 303
    new = {"new": NEW_PASSWORD, "again": NEW_PASSWORD}
    wrong = rosa.browser.post("/account/password", {"password": "x", **new})
    assert wrong.status_code == 422
    assert other.get("/account").status_code == 200
    assert rosa.browser.post("/account/password", {"password": PASSWORD, **new}).is_success
    assert rosa.browser.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert rosa.signs_in(password=NEW_PASSWORD).status_code == 303


def test_two_members_with_access_never_share_a_name(room: RoomHarness, rosa: RoomMember) -> None:
    room.partner("Other House")
    members, now = room.context.members, room.now()
    with pytest.raises(HavenError, match="taken"):
        room.run(lambda work: members.invite(work, "Other House", "ROSA", OPERATOR, now))
    room.run(lambda work: members.disable(work, rosa.about.id, OPERATOR, now))
    new, _link = room.run(lambda work: members.invite(work, "Other House", "Rosa", OPERATOR, now))
    assert new.state is MemberState.INVITED
