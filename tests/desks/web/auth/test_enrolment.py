"""The first administrator comes by a link, once; so does everybody who needs a second factor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyotp

from bot.cases.state_machine import Role
from bot.cli.desk import create_invite
from bot.clock import SECOND
from bot.desks.web.auth.totp import INVITE_LIFETIME, STEP_SECONDS, SecondFactors
from tests.support.database.key_store_fixtures import PASSWORD
from tests.support.harnesses.web_desk_harness import HttpBrowser, WebCaseworker

if TYPE_CHECKING:
    from bot.store.writer import Work
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

CHOSEN = "seven grey herons wade"
_SECRET = re.compile(r'<p class="secret" translate="no">([A-Z2-7 ]+)</p>')


def invited(office: WebDeskHarness, who: str = "Wu") -> str:
    """Return the link of a colleague, by id, or of a new administrator, by name."""
    now = office.home.loop.now()

    def invite(work: Work) -> str:
        role = "" if office.front.staff.find(work, who) else "administrator"
        return create_invite(work, office.vault, who, role, now)[1]

    secret = office.home.database.writer.run_sync(invite)
    return f"/welcome/{secret}"


def shown(text: str) -> str:
    found = _SECRET.search(text)
    assert found is not None
    return found[1].replace(" ", "")


def code(office: WebDeskHarness, secret: str) -> str:
    return pyotp.TOTP(secret).generate_otp(office.home.loop.now() // SECOND // STEP_SECONDS)


def test_the_first_administrator_chooses_a_password_and_a_second_factor(
    web_desk: WebDeskHarness,
) -> None:
    link, browser = invited(web_desk), HttpBrowser(web_desk)
    assert "Wu" in browser.get(link).text
    asked = browser.post(link, {"password": CHOSEN, "again": CHOSEN}, is_signed=False)
    secret = shown(asked.text)
    wrong = browser.post(f"{link}/code", {"code": "000000"}, is_signed=False)
    assert wrong.status_code == 401
    done = browser.post(f"{link}/code", {"code": code(web_desk, secret)}, is_signed=False)
    assert "Recovery key" in done.text
    assert browser.get("/staff").status_code == 200
    assert browser.get(link).status_code == 404  # it was used


def test_a_link_is_for_one_person_once_and_for_three_days(web_desk: WebDeskHarness) -> None:
    old, new = invited(web_desk), invited(web_desk, "Chen")
    browser = HttpBrowser(web_desk)
    assert browser.get(old).status_code == 200
    web_desk.home.advance_time(INVITE_LIFETIME / SECOND + 1)
    assert browser.get(old).status_code == browser.get(new).status_code == 404
    assert browser.get("/welcome/" + "0" * 64).status_code == 404
    assert browser.get("/welcome/%00").status_code == 404


def test_a_second_link_ends_the_first(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker()
    first, second = invited(web_desk, mei.id), invited(web_desk, mei.id)
    assert HttpBrowser(web_desk).get(first).status_code == 404
    assert HttpBrowser(web_desk).get(second).status_code == 200


def test_an_invited_caseworker_with_a_password_keeps_their_key(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    mei = web_desk.worker()
    link, browser = invited(web_desk, mei.id), HttpBrowser(web_desk)
    assert (
        browser.post(link, {"password": "not it, by any means"}, is_signed=False).status_code == 401
    )
    secret = shown(browser.post(link, {"password": PASSWORD}, is_signed=False).text)
    done = browser.post(f"{link}/code", {"code": code(web_desk, secret)}, is_signed=False)
    assert done.status_code == 303
    assert browser.get(f"/cases/{reference}").status_code == 200
    assert mei.signs_in().status_code == 401  # the authenticator of before opens no more
    assert WebCaseworker(web_desk, mei.colleague, secret).signs_in().status_code == 303


def test_an_invite_link_alone_grants_no_access_and_names_no_one(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker(), web_desk.worker("Jun")
    link, browser = invited(web_desk, mei.id), HttpBrowser(web_desk)
    skipped = browser.post(f"{link}/code", {"code": "123456"}, is_signed=False)
    assert skipped.status_code == 404
    browser.post(link, {"password": PASSWORD, "who": jun.id, "staff": jun.id}, is_signed=False)
    rows = web_desk.home.ask(f"SELECT staff_id FROM desk_factors WHERE staff_id = '{jun.id}'")  # noqa: S608 - ours
    assert len(rows) == 1


def test_a_password_that_is_short_simple_or_typed_differently_is_refused(
    web_desk: WebDeskHarness,
) -> None:
    link, browser = invited(web_desk), HttpBrowser(web_desk)
    for password, again in (
        ("short", "short"), ("aaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaa"), (CHOSEN, CHOSEN + "."),
    ):  # fmt: skip
        said = browser.post(link, {"password": password, "again": again}, is_signed=False)
        assert said.status_code == 401
    assert web_desk.home.ask("SELECT * FROM desk_factors") == []


def test_an_administrator_invites_and_their_key_opens_no_case(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    chief, mei = web_desk.worker("Wu", Role.ADMINISTRATOR).comes(), web_desk.worker()
    made = chief.browser.post("/staff/invite", {"staff": mei.id})
    shown_once = chief.browser.get(made.headers["location"]).text
    found = re.search(r"https://desk\.test(/welcome/[0-9a-f]{64})", shown_once)
    assert found is not None
    assert HttpBrowser(web_desk).get(found[1]).status_code == 200
    page = chief.browser.get(f"/cases/{reference}")
    assert page.status_code == 200
    assert "He keeps my passport." not in page.text


def test_an_administrator_who_claims_a_case_cannot_open_it(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    web_desk.supervisor()
    chief = web_desk.worker("Wu", Role.ADMINISTRATOR).comes()
    chief.does(reference, "claim")
    assert "He keeps my passport." not in chief.browser.get(f"/cases/{reference}").text


def test_new_secrets_are_long() -> None:
    assert len({SecondFactors.new_totp_secret() for _again in range(20)}) == 20
    assert len(SecondFactors.new_totp_secret()) == 32


def test_a_new_key_that_waits_ends_the_duty_of_its_holder(web_desk: WebDeskHarness) -> None:
    web_desk.supervisor()
    jun, mei = web_desk.home.colleague("Jun"), web_desk.worker()
    link = invited(web_desk, jun.id)
    on_duty = "SELECT id FROM staff WHERE on_duty = 1"
    assert (jun.id,) in web_desk.home.ask(on_duty)
    HttpBrowser(web_desk).post(link, {"password": CHOSEN, "again": CHOSEN}, is_signed=False)
    assert [it.staff_id for it in web_desk.keys.requests()] == [jun.id]
    assert (jun.id,) not in web_desk.home.ask(on_duty)
    assert (mei.id,) in web_desk.home.ask(on_duty)  # the control
