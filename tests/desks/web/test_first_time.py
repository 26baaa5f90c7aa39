"""The first administrator comes by a link, once; so does everybody who needs a second factor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyotp

from bot.cases.state_machine import Role
from bot.cli.desk import _invited
from bot.clock import SECOND
from bot.desks.web.auth.totp import INVITED_FOR, STEP, Passes
from tests.desks.web.window import Browser, Worker
from tests.keys import PASSWORD

if TYPE_CHECKING:
    from tests.desks.web.window import Office

CHOSEN = "seven grey herons wade"
_SECRET = re.compile(r'<p class="secret" translate="no">([A-Z2-7 ]+)</p>')


def invited(office: Office, who: str = "Wu", role: str = "administrator") -> str:
    now = office.home.loop.now()
    _colleague, secret = office.home.database.writer.run_now(
        lambda work: _invited(work, office.vault, who, role, now)
    )
    return f"/welcome/{secret}"


def shown(text: str) -> str:
    found = _SECRET.search(text)
    assert found is not None
    return found[1].replace(" ", "")


def code(office: Office, secret: str) -> str:
    return pyotp.TOTP(secret).generate_otp(office.home.loop.now() // SECOND // STEP)


def test_the_first_administrator_chooses_a_password_and_a_second_factor(office: Office) -> None:
    link, browser = invited(office), Browser(office)
    assert "Wu" in browser.get(link).text
    asked = browser.post(link, {"password": CHOSEN, "again": CHOSEN}, is_signed=False)
    secret = shown(asked.text)
    wrong = browser.post(f"{link}/code", {"code": "000000"}, is_signed=False)
    assert wrong.status_code == 401
    done = browser.post(f"{link}/code", {"code": code(office, secret)}, is_signed=False)
    assert "Your recovery key" in done.text
    assert browser.get("/staff").status_code == 200
    assert browser.get(link).status_code == 404  # it was used


def test_a_link_is_for_one_person_once_and_for_three_days(office: Office) -> None:
    old, new = invited(office), invited(office, "Chen")
    browser = Browser(office)
    assert browser.get(old).status_code == 200
    office.home.passes(INVITED_FOR / SECOND + 1)
    assert browser.get(old).status_code == browser.get(new).status_code == 404
    assert browser.get("/welcome/" + "0" * 64).status_code == 404
    assert browser.get("/welcome/%00").status_code == 404


def test_a_second_link_ends_the_first(office: Office) -> None:
    mei = office.worker()
    first, second = invited(office, mei.id), invited(office, mei.id)
    assert Browser(office).get(first).status_code == 404
    assert Browser(office).get(second).status_code == 200


def test_whoever_has_a_password_shows_it_and_keeps_their_key(office: Office) -> None:
    _person, reference = office.somebody()
    mei = office.worker()
    link, browser = invited(office, mei.id), Browser(office)
    assert (
        browser.post(link, {"password": "not it, by any means"}, is_signed=False).status_code == 401
    )
    secret = shown(browser.post(link, {"password": PASSWORD}, is_signed=False).text)
    done = browser.post(f"{link}/code", {"code": code(office, secret)}, is_signed=False)
    assert done.status_code == 303
    assert browser.get(f"/cases/{reference}").status_code == 200
    assert mei.signs_in().status_code == 401  # the authenticator of before opens no more
    assert Worker(office, mei.colleague, secret).signs_in().status_code == 303


def test_a_link_alone_lets_nobody_in_and_names_nobody_else(office: Office) -> None:
    mei, jun = office.worker(), office.worker("Jun")
    link, browser = invited(office, mei.id), Browser(office)
    skipped = browser.post(f"{link}/code", {"code": "123456"}, is_signed=False)
    assert skipped.status_code == 404
    browser.post(link, {"password": PASSWORD, "who": jun.id, "staff": jun.id}, is_signed=False)
    rows = office.home.ask(f"SELECT staff_id FROM desk_factors WHERE staff_id = '{jun.id}'")  # noqa: S608 - ours
    assert len(rows) == 1


def test_a_password_that_is_short_simple_or_typed_differently_is_refused(office: Office) -> None:
    link, browser = invited(office), Browser(office)
    for password, again in (
        ("short", "short"), ("aaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaa"), (CHOSEN, CHOSEN + "."),
    ):  # fmt: skip
        said = browser.post(link, {"password": password, "again": again}, is_signed=False)
        assert said.status_code == 401
    assert office.home.ask("SELECT * FROM desk_factors") == []


def test_an_administrator_invites_and_their_key_opens_no_case(office: Office) -> None:
    _person, reference = office.somebody()
    chief, mei = office.worker("Wu", Role.ADMINISTRATOR).comes(), office.worker()
    made = chief.browser.post("/staff/invite", {"staff": mei.id})
    found = re.search(r"https://desk\.test(/welcome/[0-9a-f]{64})", made.text)
    assert found is not None
    assert Browser(office).get(found[1]).status_code == 200
    page = chief.browser.get(f"/cases/{reference}")
    assert page.status_code == 200
    assert "He keeps my passport." not in page.text


def test_an_administrator_who_claims_a_case_cannot_open_it(office: Office) -> None:
    _person, reference = office.somebody()
    office.supervisor()
    chief = office.worker("Wu", Role.ADMINISTRATOR).comes()
    chief.does(reference, "claim")
    assert "He keeps my passport." not in chief.browser.get(f"/cases/{reference}").text


def test_new_secrets_are_long() -> None:
    assert len({Passes.new_codes() for _again in range(20)}) == 20
    assert len(Passes.new_codes()) == 32
