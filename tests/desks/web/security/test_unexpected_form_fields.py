"""A form is what its door asks for and nothing more: no other field, none twice, no other kind."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from bot.cases.state_machine import Role
from bot.desks.web.app import ROUTES
from bot.desks.web.case.actions import CASE_ACTIONS, OWN_ACTIONS, VALUE_PREFIX
from bot.desks.web.form_nonces import NONCE_FIELD, new_nonce
from bot.desks.web.routes import CHECKED_BY_HANDLER, ROLES, Permission
from tests.desks.web.security.test_csrf_and_cookies import EXTRA, stored
from tests.support.drill_length import part_in_turn
from tests.support.harnesses.web_desk_harness import ORIGIN, HttpBrowser, WebDeskHarness, fill_path

if TYPE_CHECKING:
    from httpx import Response

    from tests.support.harnesses.web_desk_harness import WebCaseworker

FORM = "application/x-www-form-urlencoded"
CHANGES = [it for it in ROUTES if it.changes_state]
ANY = (
    frozenset({"code", "words", f"{VALUE_PREFIX}place", "sure", "reason", "to", "reference"})
    | EXTRA
)
"""Fields of some form or other, and some of none."""


@pytest.fixture
def chief(web_desk: WebDeskHarness) -> WebCaseworker:
    _person, reference = web_desk.add_person()
    chief = web_desk.worker("Wu", Role.SUPERVISOR).comes()
    chief.does(reference, "claim")
    chief.does(reference, "take_over")
    return chief


def sends(worker: WebCaseworker, path: str, pairs: list[tuple[str, str]]) -> Response:
    content = urlencode([*pairs, (NONCE_FIELD, new_nonce())])
    return worker.browser.asks(
        "POST", path, content=content, headers={"origin": ORIGIN, "content-type": FORM}
    )


def test_nothing_that_can_be_done_takes_a_field_of_something_else(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    mark, before = ("csrf", chief.browser.csrf()), stored(web_desk)
    for turn, (verb, form) in enumerate((CASE_ACTIONS | OWN_ACTIONS).items()):
        taken = {
            it for it in ANY if it in form.field_names or (form.has_values and VALUE_PREFIX in it)
        }
        path = f"/own/{verb}" if verb in OWN_ACTIONS else f"/cases/{web_desk.newest()}/do/{verb}"
        for extra in part_in_turn(sorted(ANY - taken), turn, 4):
            said = sends(chief, path, [mark, (extra, "administrator")])
            assert said.status_code == 422, (verb, extra)
    assert stored(web_desk) == before


def test_every_route_rejects_a_repeated_field(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    mark, before = ("csrf", chief.browser.csrf()), stored(web_desk)
    for door in CHANGES:
        path = fill_path(door.path, web_desk.newest())
        names = sorted((door.fields or frozenset()) - CHECKED_BY_HANDLER) or ["csrf"]
        pairs = [mark, *((it, "x") for it in names), (names[0], "y")]
        if Role.SUPERVISOR in ROLES[door.permission]:
            assert sends(chief, path, pairs).status_code == 422, door.path
    assert stored(web_desk) == before


ALMOST = (
    "words[]",
    "words[0]",
    "words.a",
    "WORDS",
    " words",
    "words\x00",
    "__proto__",
    "words\u200b",
)


def test_a_name_that_is_almost_one_is_none(web_desk: WebDeskHarness, chief: WebCaseworker) -> None:
    path, before = f"/cases/{web_desk.newest()}/do/note", stored(web_desk)
    mark = ("csrf", chief.browser.csrf())
    for name in ALMOST:
        assert sends(chief, path, [mark, ("words", "a"), (name, "b")]).status_code == 422, name
    assert stored(web_desk) == before


def test_what_stands_in_an_address_fills_in_no_form(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    """Pollution: the address says one thing and the form another."""
    mark, before = ("csrf", chief.browser.csrf()), stored(web_desk)
    case = f"/cases/{web_desk.newest()}/do"
    for path in (
        f"{case}/note?words=told", f"{case}/transfer?code={chief.id}", f"{case}/close?code=helped",
        f"/team/assign?reference={web_desk.newest()}&to={chief.id}", "/own/rest?code=15",
        "/account/end?session=others", f"/staff/invite?staff={chief.id}",
    ):  # fmt: skip
        sends(chief, path, [mark])
        said = sends(chief, f"{path}&csrf={mark[1]}", [])
        assert said.status_code in {403, 404}, path
    assert [
        it for it in stored(web_desk) if it not in before and it[0] in {"exchanges", "cases"}
    ] == []
    assert sends(chief, f"{case}/note", [mark, ("words", "told")]).status_code == 303  # the control
    assert stored(web_desk) != before


DEEP = "[" * 20_000
ODD_ANSWERS = (
    DEEP, '{"response":' * 3_000, '{"a":NaN}', '{"rawId":Infinity}', "1" * 5000, "1e999999", "null",
    '{"rawId":"AA","rawId":"BB","response":{"userHandle":"AA","userHandle":{}}}', '"\\ud83d"',
    '{"rawId":[],"response":{"userHandle":1,"clientDataJSON":{}}}', '{"response":[]}', "\x00", "",
)  # fmt: skip


def test_malformed_passkey_answers_are_refused(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    stranger, mark = HttpBrowser(web_desk), chief.browser.csrf()
    for answer in ODD_ANSWERS:
        for path in ("/step-up/passkey", "/account/passkeys"):
            said = chief.browser.post(path, {"answer": answer, "csrf": mark})
            assert said.status_code in {303, 401}, answer[:20]
        said = stranger.post("/signin/passkey", {"answer": answer}, is_signed=False)
        assert said.status_code == 401, answer[:20]
    assert stranger.get("/account").status_code == 303
    assert web_desk.home.ask("SELECT * FROM desk_factors WHERE kind = 'passkey'") == []


def test_every_public_route_is_listed() -> None:
    """What asks for no session is few, and none of it is found by adding one more."""
    open_ = {it.path for it in CHANGES if it.permission is Permission.PUBLIC}
    assert open_ == {
        "/language", "/signin", "/signin/ask", "/signin/passkey", "/welcome/{link}",
        "/welcome/{link}/code", "/welcome/{link}/ask", "/welcome/{link}/passkey",
    }  # fmt: skip
