"""Every address of the partners' room, with every session that is not the right one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from bot.desks import poster_texts
from bot.desks.partner_room.app import ROOM_ROUTES, build_room
from bot.desks.partner_room.context import PracticeScene
from bot.desks.partner_room.request import SESSION_COOKIE, NothingHereError
from bot.desks.partner_room.routes import Access, RoomRoute, RoomRouteError
from bot.desks.web.app import ROUTES
from bot.desks.web.request import SESSION_COOKIE as DESK_COOKIE
from bot.hotline.deliveries.model import ReferralDelivery
from bot.hotline.deliveries.store import Deliveries
from bot.partners.delivered import DeliveryState
from bot.posters.order import PosterRefusal
from bot.vault.audit.log import OPERATOR
from tests.desks.web.test_routes_and_permissions import protects
from tests.support.harnesses.room_harness import RoomBrowser, RoomHarness
from tests.support.harnesses.web_desk_harness import ORIGIN, fill_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from httpx import Response

    from tests.support.harnesses.room_harness import RoomMember

MEMBER_ROUTES = [it for it in ROOM_ROUTES if it.access is Access.MEMBER]
SHARED = {"/practice/{name}", "/practice/{name}/file"}
"""Addresses with a blank whose objects are no one's."""
OF_A_PARTNER = [it for it in MEMBER_ROUTES if "{" in it.path and it.path not in SHARED]
SCENE = PracticeScene("pier", "Pier", "A made-up fisher.", "id", "> /start")
_BLANK = re.compile(r"\{(\w+)\}")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[RoomHarness]:
    made = RoomHarness(tmp_path, scenes=(SCENE,))
    for partner in ("Harbour House", "Other House"):
        made.partner(partner)
        made.link(partner, "Pier")
    _add_referrals(made)
    yield made
    made.close()


def _add_referrals(room: RoomHarness) -> None:
    """Add a referral to each partner, taken back after it was read, and to be deleted."""
    room.desk.add_person()
    ((case,),) = room.home.ask("SELECT id FROM cases")
    for partner in (1, 2):
        made = ReferralDelivery(
            f"REF-{partner}", case, "0" * 32, "spa", partner, DeliveryState.TAKEN_BACK, 1, 2
        )
        room.run(lambda work, it=made: Deliveries.add(work, it, ()))
        room.run(lambda work, it=made: Deliveries.mark_stopped(work, it, 1))


def filled(path: str, number: int = 1) -> str:
    """Return an address with an object of the partner with this number in its blanks."""
    known = {
        "name": "pier", "link": "0" * 64, "entry": f"entry{number}",
        "referral": f"REF-{number}",
    }  # fmt: skip
    return _BLANK.sub(lambda found: known.get(found[1], str(number)), path)


def ask(browser: RoomBrowser, route: RoomRoute, number: int = 1, csrf: str = "") -> Response:
    """Ask for an address as its page would."""
    path = filled(route.path, number)
    if not route.changes_state:
        return browser.get(path)
    fields = dict.fromkeys(sorted(route.fields or ()), "x") | {"csrf": csrf, "nonce": "0" * 24}
    return browser.post(path, fields, is_signed=False)


def is_refused(route: RoomRoute, said: Response) -> bool:
    """Tell whether someone without a session got the one answer for them."""
    if route.changes_state:
        return said.status_code == 401
    return (said.status_code, said.headers.get("location")) == (303, "/signin")


def ended(room: RoomHarness) -> RoomBrowser:
    rosa = room.member("Harbour House", "Rosa").comes()
    room.run(lambda work: room.context.members.disable(work, rosa.about.id, OPERATOR, room.now()))
    return rosa.browser


def staff(room: RoomHarness) -> RoomBrowser:
    """Return the browser of a colleague at the desk, under both names of the cookie."""
    mei, browser = room.desk.worker().comes(), RoomBrowser(room)
    secret = mei.browser.client.cookies[DESK_COOKIE]
    for name in (DESK_COOKIE, SESSION_COOKIE):
        browser.client.cookies.set(name, secret)
    return browser


@pytest.mark.parametrize("who", [RoomBrowser, ended, staff], ids=["stranger", "ended", "staff"])
def test_no_address_opens_without_a_session_of_the_room(room: RoomHarness, who: Any) -> None:
    browser, before = who(room), _links(room)
    open_ = [it.path for it in MEMBER_ROUTES if not is_refused(it, ask(browser, it))]
    assert open_ == []
    assert _links(room) == before


def test_what_is_another_partners_does_not_exist(room: RoomHarness) -> None:
    """Nor does a number that no one has: both answers are the same, letter by letter."""
    rosa = room.member("Harbour House", "Rosa").comes()
    csrf, before = rosa.browser.csrf(), _links(room)
    unknown = rosa.browser.get("/nowhere")
    assert unknown.status_code == 404
    for route in OF_A_PARTNER:
        for number in (2, 99, 10**13):
            said = ask(rosa.browser, route, number, csrf)
            assert (said.status_code, said.text) == (404, unknown.text), route.path
    assert _links(room) == before


def test_another_partners_link_is_on_no_poster(room: RoomHarness) -> None:
    rosa = room.member("Harbour House", "Rosa").comes()
    page = rosa.browser.get("/posters?link=2&kind=a5").text
    assert (poster_texts.REFUSALS[PosterRefusal.NO_LINK].source in page, "<img" in page) == (1, 0)
    said = rosa.browser.get("/posters/file?link=2&format=svg")
    assert (said.status_code, said.text) == (404, rosa.browser.get("/nowhere").text)
    assert "<img" in rosa.browser.get("/posters?link=1").text  # the control


def test_every_address_answers_whom_it_is_for(room: RoomHarness) -> None:
    """The control of both matrices."""
    rosa = room.member("Harbour House", "Rosa").comes()
    csrf = rosa.browser.csrf()
    order = sorted(MEMBER_ROUTES, key=lambda it: (it.path == "/signout", it.path.endswith("/end")))
    for route in order:
        said = ask(rosa.browser, route, 1, csrf)
        assert said.status_code in {200, 303, 422}, route.path
        assert not is_refused(route, said), route.path
        protects(said, None)


def test_a_members_cookie_opens_nothing_at_the_desk(room: RoomHarness) -> None:
    rosa = room.member("Harbour House", "Rosa").comes()
    secret = rosa.browser.client.cookies[SESSION_COOKIE]
    member, stranger = (RoomBrowser(room, ORIGIN, room.desk.app) for _ in range(2))
    for name in (DESK_COOKIE, SESSION_COOKIE):
        member.client.cookies.set(name, secret)
    for route in ROUTES:
        answers = [_at_desk(browser, route) for browser in (member, stranger)]
        assert answers[0] == answers[1], route.path


def _at_desk(browser: RoomBrowser, route: Any) -> tuple[int, str | None]:
    path = fill_path(route.path)
    said = browser.post(path, is_signed=False) if route.changes_state else browser.get(path)
    return said.status_code, said.headers.get("location")


def _links(room: RoomHarness) -> list[Any]:
    return room.home.ask("SELECT id, label, revoked_at FROM campaigns ORDER BY id")


# --- What protects every answer ---------------------------------------------------------------


def test_every_answer_of_the_room_carries_what_protects_it(room: RoomHarness) -> None:
    stranger = RoomBrowser(room)
    for route in ROOM_ROUTES:
        if not route.path.startswith("/static/"):
            protects(ask(stranger, route), None)
    said = stranger.get("/signin")
    assert "script-src 'none'" in said.headers["content-security-policy"]
    assert "<script" not in said.text


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": ORIGIN}, {"sec-fetch-site": "cross-site"},
     {"content-type": "application/json"}],
    ids=str,
)  # fmt: skip
def test_no_form_of_the_room_comes_from_elsewhere(
    room: RoomHarness, headers: dict[str, str]
) -> None:
    rosa = room.member("Harbour House", "Rosa").comes()
    fields = {"csrf": rosa.browser.csrf(), "nonce": "0" * 24}
    for route in ROOM_ROUTES:
        if route.changes_state:
            said = rosa.browser.post(filled(route.path), fields, is_signed=False, **headers)
            assert said.status_code == 403, route.path
    assert rosa.browser.get("/account").status_code == 200  # not even signed out
    assert rosa.browser.get("/links", host="desk.test").text == "Not here.\n"


def test_a_form_sent_twice_acts_once_and_an_unknown_field_is_refused(room: RoomHarness) -> None:
    rosa = room.member("Harbour House", "Rosa").comes()
    form = {"csrf": rosa.browser.csrf(), "nonce": "1" * 24, "name": "Quay", "language": "id"}
    assert rosa.browser.post("/links", form, is_signed=False).status_code == 303
    again = rosa.browser.post("/links", form, is_signed=False)
    assert again.headers["location"] == "/"
    assert len(_links(room)) == 3
    assert rosa.browser.post("/links", {**form, "partner": "2"}, is_signed=False).status_code == 422


def test_a_route_of_the_room_without_an_access_stops_the_start(room: RoomHarness) -> None:
    async def nothing(_request: Any) -> Any:
        raise NothingHereError

    for bad in (
        RoomRoute("/open", nothing, None),  # type: ignore[arg-type]
        RoomRoute("/open", nothing, Access.MEMBER, "POST"),
        RoomRoute("/links", nothing, Access.MEMBER),
    ):
        with pytest.raises(RoomRouteError):
            build_room(room.context, [*ROOM_ROUTES, bad])


# --- Needles ----------------------------------------------------------------------------------


def _needles(room: RoomHarness) -> set[str]:
    """Return what no partner may learn of a case that came by the partner's own link."""
    mei = room.desk.worker("Mei Lin-Needle").comes()
    person, reference = room.desk.add_person("My passport is kept in needle street.")
    mei.told(reference, "claim")
    mei.told(reference, "note", words="needle note of staff")
    found = {reference, room.desk.case(reference), mei.id, "Mei Lin-Needle", "needle"}
    return found | {str(person.id)}


def _found_in(pages: dict[str, str], needles: set[str]) -> set[tuple[str, str]]:
    return {(path, needle) for path, text in pages.items() for needle in needles if needle in text}


def _pages(rosa: RoomMember) -> dict[str, str]:
    paths = [filled(it.path) for it in MEMBER_ROUTES if not it.changes_state]
    return {path: rosa.browser.get(path).text for path in paths}


def test_no_page_of_the_room_names_a_case_a_person_or_staff(room: RoomHarness) -> None:
    needles = _needles(room)
    rosa = room.approve(room.member("Harbour House", "Rosa")).comes()
    pages = _pages(rosa)
    assert len(pages) >= 9
    assert _found_in(pages, needles) == set()
    mei = room.desk.worker("Jun").comes()  # the control: at the desk they are there
    assert _found_in({"": mei.browser.get("/queue/all").text}, needles) != set()
