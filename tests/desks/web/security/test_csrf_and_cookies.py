"""Forms from elsewhere, fields nobody asked for, cookies that were planted or stolen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import HOUR, SECOND
from bot.desks.web.app import ROUTES
from bot.desks.web.auth.sessions import IDLE_TIMEOUT, MAX_LIFETIME
from bot.desks.web.request import SESSION_COOKIE
from bot.desks.web.routes import CHECKED_BY_HANDLER, Permission, Route
from tests.support.drill_length import part_in_turn
from tests.support.harnesses.web_desk_harness import HttpBrowser, WebDeskHarness, fill_path
from tests.support.response_likeness import normalised_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work
    from tests.support.harnesses.web_desk_harness import WebCaseworker

CHANGES = [it for it in ROUTES if it.changes_state]
TABLES = ("cases", "exchanges", "outbox", "staff_commands", "staff", "desk_factors", "desk_invites",
          "desk_sessions", "audit")  # fmt: skip


def stored(office: WebDeskHarness) -> list[tuple[object, ...]]:
    """Return what stands in the store, all that a change could change."""
    found = []
    for table in TABLES:
        found += [(table, *row) for row in office.home.ask(f"SELECT * FROM {table}")]  # noqa: S608
    return found


def a_chief(office: WebDeskHarness) -> WebCaseworker:
    """Return whoever may use the most addresses, and has a case."""
    _person, reference = office.add_person()
    chief = office.worker("Wu", Role.ADMINISTRATOR).comes()
    chief.does(reference, "claim")
    return chief


@pytest.fixture
def chief(web_desk: WebDeskHarness) -> WebCaseworker:
    return a_chief(web_desk)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebCaseworker]:
    """Give a chief to tests that each show that nothing was changed."""
    office = WebDeskHarness(tmp_path_factory.mktemp("unchanged"))
    yield a_chief(office)
    office.close()


def token_of(kind: str, chief: WebCaseworker, office: WebDeskHarness) -> str:
    """Return what a form could carry instead of what it should."""
    if kind == "of another":
        return office.worker("Jun").comes().browser.csrf()
    if kind == "of before":
        before = chief.browser.csrf()
        chief.comes()
        return before
    return {"none": "", "made up": "0" * 32, "no letter": "\u00e9"}[kind]


def other_roles(web_desk: WebDeskHarness, chief: WebCaseworker) -> dict[Permission, WebCaseworker]:
    """Return who uses the forms that are not for administrators; all have just been seen."""
    others = {
        Permission.OPEN: web_desk.worker().comes(),
        Permission.INTERPRET: web_desk.worker("Ann", Role.INTERPRETER).comes(),
        Permission.SUPERVISION: web_desk.supervisor().comes(),
    }
    for who in (chief, *others.values()):
        who.browser.get("/account")
    return others


@pytest.mark.parametrize("kind", ["none", "made up", "no letter", "of another", "of before"])
def test_no_form_but_of_this_session_changes_anything(
    web_desk: WebDeskHarness, chief: WebCaseworker, kind: str
) -> None:
    others = other_roles(web_desk, chief)
    token = token_of(kind, chief, web_desk)
    for who in (chief, *others.values()):
        who.browser.csrf()  # that they are there is stored once a minute
    before = stored(web_desk)
    for door in CHANGES:
        if door.permission is not Permission.PUBLIC:
            path = fill_path(door.path, web_desk.newest())
            who = others.get(door.permission, chief)
            said = who.browser.post(path, {"csrf": token})
            assert said.status_code == 403, door.path
    assert stored(web_desk) == before
    assert chief.browser.get("/account").status_code == 200


def test_the_same_forms_of_this_session_and_this_place_change_something(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    """The control: what is refused above for where it comes from is taken when it comes from here.

    So it is the mark and the place alone that are looked at there, and the store is one that moves.
    """
    token, before = chief.browser.csrf(), stored(web_desk)
    for door in sorted(CHANGES, key=lambda it: it.path == "/signout"):
        said = chief.browser.post(fill_path(door.path, web_desk.newest()), {"csrf": token})
        assert said.status_code != 403, door.path
    changed = {str(row[0]) for row in set(stored(web_desk)) ^ set(before)}
    # A command leaves no row: it is deleted in the transaction that runs it.
    assert {"staff", "desk_sessions", "audit"} <= changed
    assert chief.browser.get("/account").status_code == 303


def test_a_form_that_carries_nothing_and_changes_something_is_found(tmp_path: Path) -> None:
    """The control: a change at a door for anybody is made whatever mark its form carries."""

    async def careless(visit: DeskRequest) -> Response:
        def note(work: Work) -> None:
            visit.context.audit.record(work, visit.now, "stranger", "careless", "nobody")

        await visit.context.database.writer.run(note)
        return visit.redirect("/")

    bad = Route("/careless", careless, Permission.PUBLIC, "POST", frozenset())
    office = WebDeskHarness(tmp_path, doors=[*ROUTES, bad])
    before = stored(office)
    assert office.worker().comes().browser.post("/careless", {"csrf": "0" * 32}).status_code != 403
    assert stored(office) != before
    office.close()


ELSEWHERE: list[dict[str, str]] = [
    {"origin": "https://evil.example"},
    {"origin": "https://desk.test.evil.example"},
    {"origin": "http://desk.test"},
    {"origin": "https://desk.test:444"},
    {"origin": "null"},
    {"origin": ""},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "none"},
    {"content-type": "text/plain"},
    {"content-type": "application/json"},
    {"content-type": "application/x-www-form-urlencoded-not"},
    {"content-length": "1" * 5000},
    {"content-length": "-1"},
    {"content-length": "\u00b2"},
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=lambda it: "=".join(next(iter(it.items())))[:40])
def test_no_page_of_another_place_changes_anything(
    unchanged: WebCaseworker, headers: dict[str, str]
) -> None:
    chief, web_desk = unchanged, unchanged.office
    fields = {"csrf": chief.browser.csrf()}
    before, reference = stored(web_desk), web_desk.newest()
    # Over all headers, each form is tried several times.
    for door in part_in_turn(CHANGES, ELSEWHERE.index(headers), len(CHANGES) // 4):
        path = fill_path(door.path, reference)
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        said = chief.browser.post(path, fields, **raw)  # type: ignore[arg-type]
        assert said.status_code == 403, door.path
    assert stored(web_desk) == before


def test_a_change_is_no_address_to_go_to(web_desk: WebDeskHarness, chief: WebCaseworker) -> None:
    """No link, picture or preview changes anything: under GET there is nothing."""
    before, readable = stored(web_desk), {it.path for it in ROUTES if not it.changes_state}
    for door in CHANGES:
        if door.path not in readable:
            path = fill_path(door.path, web_desk.newest())
            assert chief.browser.get(path).status_code == 404, door.path
            asked = chief.browser.get(f"{path}?_method=POST", **{"x-http-method-override": "POST"})
            assert asked.status_code == 404
    assert stored(web_desk) == before


READING = frozenset({"audit", "desk_sessions"})
"""What going somewhere writes: that somebody read, and that somebody is there."""


def unread(office: WebDeskHarness) -> list[tuple[object, ...]]:
    return [row for row in stored(office) if row[0] not in READING]


def test_going_anywhere_changes_nothing_but_who_was_there(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    before = unread(web_desk)
    for door in ROUTES:
        if not door.changes_state and door.path != "/stream":
            chief.browser.get(fill_path(door.path, web_desk.newest()))
    assert unread(web_desk) == before


def test_an_address_that_changes_something_is_found(tmp_path: Path) -> None:
    """The control: a link that sends somebody off duty."""

    async def goes(visit: DeskRequest) -> Response:
        def set_duty(work: Work) -> None:
            visit.context.staff.set_duty(work, visit.caseworker.id, on=False)

        await visit.context.database.writer.run(set_duty)
        return visit.redirect("/")

    bad = Route("/gone", goes, Permission.SIGNED_IN)
    office = WebDeskHarness(tmp_path, doors=[*ROUTES, bad])
    mei = office.worker().comes()
    before = unread(office)
    mei.browser.get("/gone")
    assert unread(office) != before
    office.close()


EXTRA = frozenset(
    {"role", "queue", "holder", "claimed_by", "priority", "case", "by", "at_desk", "is_proved"}
)


def test_an_unexpected_form_field_is_refused(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    others = other_roles(web_desk, chief)
    before = stored(web_desk)
    for turn, door in enumerate(CHANGES):
        who = others.get(door.permission, chief)
        for extra in part_in_turn(sorted(EXTRA - (door.fields or frozenset())), turn, 2):
            given = {extra: "administrator"}
            said = who.browser.post(fill_path(door.path, web_desk.newest()), given)
            assert said.status_code == 422, (door.path, extra)
    assert stored(web_desk) == before


def test_every_form_says_what_it_takes() -> None:
    free = [it.path for it in CHANGES if it.fields == CHECKED_BY_HANDLER]
    assert len(free) < len(CHANGES) / 2
    assert all(it.fields is not None for it in CHANGES)


def test_a_route_that_accepts_any_field_is_detected(tmp_path: Path) -> None:
    """The control: a form without a list of its fields lets one more through."""

    async def takes(visit: DeskRequest) -> Response:
        return visit.redirect("/")

    bad = Route("/takes", takes, Permission.SIGNED_IN, "POST", CHECKED_BY_HANDLER)
    office = WebDeskHarness(tmp_path, doors=[*ROUTES, bad])
    mei = office.worker().comes()
    assert mei.browser.post("/takes", {"role": "administrator"}).status_code == 303
    office.close()


def test_a_cookie_that_was_planted_is_nobodys_after_signing_in(web_desk: WebDeskHarness) -> None:
    mei, thief = web_desk.worker(), HttpBrowser(web_desk)
    for planted in ("ab" * 32, "00" * 32, "ab", "", "x" * 64):
        for browser in (mei.browser, thief):
            browser.client.cookies.set(SESSION_COOKIE, planted, domain="desk.test", path="/")
        mei.comes()
        assert mei.browser.client.cookies.get(SESSION_COOKIE, domain="desk.test") != planted
        assert thief.get("/account").status_code == 303
        mei.browser.client.cookies.clear()


def leaves(mei: WebCaseworker) -> None:
    mei.browser.post("/signout")


def is_disabled(mei: WebCaseworker) -> None:
    mei.colleague.disable()


def is_idle(mei: WebCaseworker) -> None:
    mei.office.home.advance_time(IDLE_TIMEOUT / SECOND + 1)


def is_there_all_day(mei: WebCaseworker) -> None:
    for _time in range(MAX_LIFETIME // (IDLE_TIMEOUT - SECOND) + 1):
        mei.office.home.advance_time(IDLE_TIMEOUT / SECOND - 1)
        mei.browser.get("/account")


def signs_in_anew(mei: WebCaseworker) -> None:
    mei.comes()


def clock_goes_back(mei: WebCaseworker) -> None:
    mei.office.home.loop.jumped -= 2 * HOUR


@pytest.mark.parametrize(
    "ends", [leaves, is_disabled, is_idle, is_there_all_day, signs_in_anew, clock_goes_back]
)
def test_a_stolen_cookie_opens_nothing_once_the_session_is_over(
    web_desk: WebDeskHarness, ends: Callable[[WebCaseworker], None]
) -> None:
    _person, reference = web_desk.add_person()
    mei, thief, stranger = web_desk.worker().comes(), HttpBrowser(web_desk), HttpBrowser(web_desk)
    thief.client.cookies.update(dict(mei.browser.client.cookies))
    csrf = thief.csrf()
    assert thief.get("/queue/mine").status_code == 200  # the control: until then it opens
    ends(mei)
    before = stored(web_desk)
    for path in ("/", "/queue/mine", f"/cases/{reference}", "/account", "/stream"):
        assert (
            normalised_response(thief.get(path))[::2]
            == normalised_response(stranger.get(path))[::2]
        ), path
    said = thief.post(f"/cases/{reference}/do/claim", {"csrf": csrf})
    assert said.status_code == 401
    ended = [
        it for it in before if it not in stored(web_desk)
    ]  # its own row, if it was still there
    assert [it for it in before if it not in ended] == stored(web_desk)
    assert {it[0] for it in ended} <= {"desk_sessions"}


FORWARDED = {
    "x-forwarded-for": "127.0.0.1", "x-forwarded-host": "desk.test", "x-forwarded-proto": "https",
    "x-real-ip": "127.0.0.1", "forwarded": "for=127.0.0.1;host=desk.test;proto=https",
    "x-original-url": "/staff", "x-rewrite-url": "/staff", "x-haven": "1", "via": "1.1 desk",
    "x-http-method-override": "POST", "referer": "https://desk.test/staff",
}  # fmt: skip


def test_what_a_proxy_says_changes_no_answer(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    stranger = HttpBrowser(web_desk)
    for path in ("/queue/mine", "/staff", "/audit", "/nowhere", "/account"):
        for name, value in FORWARDED.items():
            if name == "x-haven":
                continue  # ours
            said = mei.browser.get(path, **{name: value})
            assert normalised_response(said) == normalised_response(mei.browser.get(path)), (
                path,
                name,
            )
        who = dict.fromkeys(("remote-user", "x-forwarded-user", "x-auth-request-user"), mei.id)
        assert stranger.get(path, **FORWARDED, **who).status_code in {303, 401, 404}


@pytest.mark.parametrize(
    "host",
    ["evil.example", "desk.test.evil.example", "desk.test:444", "", "127.0.0.1", "desk.test@x"],
)
def test_a_request_that_names_another_host_is_not_answered(
    web_desk: WebDeskHarness, host: str
) -> None:
    mei = web_desk.worker().comes()
    for path in ("/queue/mine", "/signin", "/static/desk.css"):
        said = mei.browser.get(path, host=host, **{"x-forwarded-host": "desk.test"})
        assert (said.status_code, said.text) == (404, "Not here.\n")
        for ours in ("desk.test", "DESK.test"):  # the control: the same with our own name
            assert mei.browser.get(path, host=ours).status_code in {200, 303}
