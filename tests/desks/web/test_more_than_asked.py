"""A form is what its door asks for and nothing more: no other field, none twice, no other kind."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from bot.cases.state_machine import Role
from bot.desks.web.app import DOORS
from bot.desks.web.case.actions import FORMS, OWN, VALUE
from bot.desks.web.routes import BY_WHAT_IS_DONE, ROLES, May
from tests.desks.web.test_forged import EXTRA, stored
from tests.desks.web.window import ORIGIN, Browser, Office, filled

if TYPE_CHECKING:
    from httpx import Response

    from tests.desks.web.window import Worker

FORM = "application/x-www-form-urlencoded"
CHANGES = [it for it in DOORS if it.changes]
ANY = frozenset({"code", "words", f"{VALUE}place", "sure", "reason", "to", "reference"}) | EXTRA
"""Fields of some form or other, and some of none."""


@pytest.fixture
def chief(office: Office) -> Worker:
    _person, reference = office.somebody()
    chief = office.worker("Wu", Role.SUPERVISOR).comes()
    chief.does(reference, "claim")
    chief.does(reference, "take_over")
    return chief


def sends(worker: Worker, path: str, pairs: list[tuple[str, str]]) -> Response:
    return worker.browser.asks(
        "POST", path, content=urlencode(pairs), headers={"origin": ORIGIN, "content-type": FORM}
    )


def test_nothing_that_can_be_done_takes_a_field_of_something_else(
    office: Office, chief: Worker
) -> None:
    mark, before = ("csrf", chief.browser.csrf()), stored(office)
    for verb, form in (FORMS | OWN).items():
        taken = {it for it in ANY if it in form.fields or (form.has_values and VALUE in it)}
        path = f"/own/{verb}" if verb in OWN else f"/cases/{office.newest()}/do/{verb}"
        for extra in sorted(ANY - taken):
            said = sends(chief, path, [mark, (extra, "administrator")])
            assert said.status_code == 422, (verb, extra)
    assert stored(office) == before


def test_a_name_that_comes_twice_is_no_form_at_any_door(office: Office, chief: Worker) -> None:
    mark, before = ("csrf", chief.browser.csrf()), stored(office)
    for door in CHANGES:
        path = filled(door.path, office.newest())
        names = sorted((door.fields or frozenset()) - BY_WHAT_IS_DONE) or ["csrf"]
        pairs = [mark, *((it, "x") for it in names), (names[0], "y")]
        if Role.SUPERVISOR in ROLES[door.may]:
            assert sends(chief, path, pairs).status_code == 422, door.path
    assert stored(office) == before


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


def test_a_name_that_is_almost_one_is_none(office: Office, chief: Worker) -> None:
    path, before = f"/cases/{office.newest()}/do/note", stored(office)
    mark = ("csrf", chief.browser.csrf())
    for name in ALMOST:
        assert sends(chief, path, [mark, ("words", "a"), (name, "b")]).status_code == 422, name
    assert stored(office) == before


def test_what_stands_in_an_address_fills_in_no_form(office: Office, chief: Worker) -> None:
    """Pollution: the address says one thing and the form another."""
    mark, before = ("csrf", chief.browser.csrf()), stored(office)
    case = f"/cases/{office.newest()}/do"
    for path in (
        f"{case}/note?words=told", f"{case}/transfer?code={chief.id}", f"{case}/close?code=helped",
        f"/team/give?reference={office.newest()}&to={chief.id}", "/own/rest?code=15",
        "/account/end?session=others", f"/staff/invite?staff={chief.id}",
    ):  # fmt: skip
        sends(chief, path, [mark])
        said = sends(chief, f"{path}&csrf={mark[1]}", [])
        assert said.status_code in {403, 404}, path
    assert [
        it for it in stored(office) if it not in before and it[0] in {"exchanges", "cases"}
    ] == []
    assert sends(chief, f"{case}/note", [mark, ("words", "told")]).status_code == 303  # the control
    assert stored(office) != before


DEEP = "[" * 20_000
ODD_ANSWERS = (
    DEEP, '{"response":' * 3_000, '{"a":NaN}', '{"rawId":Infinity}', "1" * 5000, "1e999999", "null",
    '{"rawId":"AA","rawId":"BB","response":{"userHandle":"AA","userHandle":{}}}', '"\\ud83d"',
    '{"rawId":[],"response":{"userHandle":1,"clientDataJSON":{}}}', '{"response":[]}', "\x00", "",
)  # fmt: skip


def test_an_answer_of_no_passkey_lets_nobody_in_and_breaks_nothing(
    office: Office, chief: Worker
) -> None:
    stranger, mark = Browser(office), chief.browser.csrf()
    for answer in ODD_ANSWERS:
        for path in ("/prove/passkey", "/account/passkeys"):
            said = chief.browser.post(path, {"answer": answer, "csrf": mark})
            assert said.status_code in {303, 401}, answer[:20]
        said = stranger.post("/signin/passkey", {"answer": answer}, is_signed=False)
        assert said.status_code == 401, answer[:20]
    assert stranger.get("/account").status_code == 303
    assert office.home.ask("SELECT * FROM desk_factors WHERE kind = 'passkey'") == []


def test_every_door_for_anybody_is_known_by_name() -> None:
    """What asks for no session is few, and none of it is found by adding one more."""
    open_ = {it.path for it in CHANGES if it.may is May.ANYBODY}
    assert open_ == {
        "/language", "/signin", "/signin/ask", "/signin/passkey", "/welcome/{link}",
        "/welcome/{link}/code", "/welcome/{link}/ask", "/welcome/{link}/passkey",
    }  # fmt: skip
