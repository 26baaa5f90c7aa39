"""A passkey lets its caseworker in, and opens their key where it computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from webauthn.helpers import bytes_to_base64url

from bot.cases.state_machine import Role
from bot.clock import SECOND
from bot.desks.web.auth.passkeys import MAX_PASSKEYS
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.desks.web.auth.webauthn import CHALLENGE_LIFETIME, rp_id_of
from bot.desks.web.auth.wrong_guesses import FREE_GUESSES
from bot.desks.web.request import SESSION_COOKIE
from tests.desks.web.auth.test_enrolment import CHOSEN, invited
from tests.support.database.key_store_fixtures import PASSWORD, QUEUES
from tests.support.harnesses.web_desk_harness import HttpBrowser
from tests.support.virtual_authenticator import VirtualAuthenticator

if TYPE_CHECKING:
    from httpx import Response

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS = "He keeps my passport."


def asked(browser: HttpBrowser, path: str, *, is_signed: bool = True) -> dict[str, Any]:
    said = browser.post(path, is_signed=is_signed, is_fetched=True)
    assert said.status_code == 200, said.text
    found: dict[str, Any] = said.json()["options"]
    return found


def adds(mei: WebCaseworker, key: VirtualAuthenticator) -> Response:
    """Add a passkey on one's own page."""
    question = asked(mei.browser, "/account/passkeys/ask")
    return mei.browser.post("/account/passkeys", key.create_credential(question))


def with_passkey(
    office: WebDeskHarness, **given: Any
) -> tuple[WebCaseworker, VirtualAuthenticator]:
    mei, key = office.worker(**given).comes(), VirtualAuthenticator()
    assert adds(mei, key).status_code == 303
    return mei, key


def comes(browser: HttpBrowser, key: VirtualAuthenticator, **other: Any) -> Response:
    """Sign in with a passkey, and nothing else."""
    shown = key.get_assertion(asked(browser, "/signin/ask", is_signed=False), **other)
    return browser.post("/signin/passkey", shown, is_signed=False)


def test_a_passkey_signs_in_and_opens_the_cases(
    web_desk: WebDeskHarness,
) -> None:
    _person, reference = web_desk.add_person(WORDS)
    mei, key = with_passkey(web_desk)
    browser = HttpBrowser(web_desk)
    said = comes(browser, key)
    assert said.status_code == 303
    assert said.cookies[SESSION_COOKIE] != mei.browser.client.cookies[SESSION_COOKIE]
    assert WORDS in browser.get(f"/cases/{reference}").text
    assert mei.id in browser.get("/account").text


def test_a_passkey_without_prf_also_needs_the_password(
    web_desk: WebDeskHarness,
) -> None:
    _person, reference = web_desk.add_person(WORDS)
    mei, key = web_desk.worker().comes(), VirtualAuthenticator(computes=False)
    assert "You still need your password" in mei.browser.get(
        adds(mei, key).headers["location"]
    ).text  # fmt: skip
    browser = HttpBrowser(web_desk)
    shown = key.get_assertion(asked(browser, "/signin/ask", is_signed=False))
    half = browser.post("/signin/passkey", shown, is_signed=False)
    assert half.status_code == 200
    assert "Enter your password to unlock" in half.text
    assert SESSION_COOKIE not in half.cookies
    wrong = browser.post("/signin/passkey", shown | {"password": "x" * 20}, is_signed=False)
    assert wrong.status_code == 401
    right = browser.post("/signin/passkey", shown | {"password": PASSWORD}, is_signed=False)
    assert right.status_code == 303
    assert WORDS in browser.get(f"/cases/{reference}").text
    again = browser.post("/signin/passkey", shown | {"password": PASSWORD}, is_signed=False)
    assert again.status_code == 401  # an answer is good once


def test_a_passkey_learns_to_open_once_it_computes(web_desk: WebDeskHarness) -> None:
    mei, key = web_desk.worker().comes(), VirtualAuthenticator(computes=False)
    adds(mei, key)
    key.computes = True
    browser = HttpBrowser(web_desk)
    shown = key.get_assertion(asked(browser, "/signin/ask", is_signed=False)) | {
        "password": PASSWORD
    }
    assert browser.post("/signin/passkey", shown, is_signed=False).status_code == 303
    assert comes(HttpBrowser(web_desk), key).status_code == 303


def test_a_new_staff_key_is_not_opened_by_an_old_passkey(web_desk: WebDeskHarness) -> None:
    mei, key = with_passkey(web_desk)
    web_desk.keys.enrol(mei.id, "caseworker", QUEUES, CHOSEN, web_desk.home.loop.now())
    browser = HttpBrowser(web_desk)
    shown = key.get_assertion(asked(browser, "/signin/ask", is_signed=False))
    half = browser.post("/signin/passkey", shown, is_signed=False)
    assert "Enter your password to unlock" in half.text
    shown["password"] = CHOSEN
    assert browser.post("/signin/passkey", shown, is_signed=False).status_code == 303
    assert comes(HttpBrowser(web_desk), key).status_code == 303


def test_a_role_without_case_access_signs_in_with_a_passkey_alone(web_desk: WebDeskHarness) -> None:
    chief, key = web_desk.worker("Wu", Role.AUDITOR).comes(), VirtualAuthenticator(computes=False)
    adds(chief, key)
    browser = HttpBrowser(web_desk)
    assert comes(browser, key).status_code == 303
    assert browser.get("/audit").status_code == 200


FORGED: list[dict[str, Any]] = [
    {"origin": "https://evil.example"},
    {"origin": "https://desk.test.evil.example"},
    {"place": "evil.example"},
    {"challenge": bytes_to_base64url(bytes(40))},
    {"challenge": ""},
    {"user": bytes_to_base64url(b"nobody")},
    {"user": bytes_to_base64url(b"\xff\x00")},
]


@pytest.mark.parametrize("forged", FORGED, ids=str)
def test_what_is_not_asked_and_shown_here_proves_nothing(
    web_desk: WebDeskHarness, forged: dict[str, Any]
) -> None:
    _mei, key = with_passkey(web_desk)
    assert comes(HttpBrowser(web_desk), key, **forged).status_code == 401
    assert comes(HttpBrowser(web_desk), key).status_code == 303  # the control


def test_a_passkey_of_another_is_not_ones_own(web_desk: WebDeskHarness) -> None:
    mei, key = with_passkey(web_desk)
    jun, other = with_passkey(web_desk, name="Jun")
    stolen = bytes_to_base64url(mei.id.encode())
    assert comes(HttpBrowser(web_desk), other, user=stolen).status_code == 401
    assert (
        comes(HttpBrowser(web_desk), key, user=bytes_to_base64url(jun.id.encode())).status_code
        == 401
    )


def test_a_passkey_needs_user_verification(web_desk: WebDeskHarness) -> None:
    mei, key = with_passkey(web_desk)
    key.is_verified = False
    assert comes(HttpBrowser(web_desk), key).status_code == 401
    careless = VirtualAuthenticator(is_verified=False)
    adds(mei, careless)
    assert mei.browser.get("/account").text.count("Remove<") == 1


def test_a_question_is_good_for_five_minutes_and_for_one_session(web_desk: WebDeskHarness) -> None:
    mei, key = with_passkey(web_desk)
    jun = web_desk.worker("Jun").comes()
    browser = HttpBrowser(web_desk)
    late = key.get_assertion(asked(browser, "/signin/ask", is_signed=False))
    web_desk.home.advance_time(CHALLENGE_LIFETIME / SECOND + 1)
    assert browser.post("/signin/passkey", late, is_signed=False).status_code == 401
    jun.comes()
    question = asked(jun.browser, "/account/passkeys/ask")
    mei.comes()
    assert (
        mei.browser.post(
            "/account/passkeys", VirtualAuthenticator().create_credential(question)
        ).status_code
        == 303
    )
    assert mei.browser.get("/account").text.count("Remove<") == 1


def test_a_passkey_that_was_copied_is_found_by_its_count(web_desk: WebDeskHarness) -> None:
    _mei, key = with_passkey(web_desk)
    for _time in range(3):
        assert comes(HttpBrowser(web_desk), key).status_code == 303
    key.made[0].count = 1
    assert comes(HttpBrowser(web_desk), key).status_code == 401


def test_a_passkey_of_disabled_staff_opens_nothing(web_desk: WebDeskHarness) -> None:
    mei, key = with_passkey(web_desk)
    mei.colleague.disable()
    assert comes(HttpBrowser(web_desk), key).status_code == 401
    assert web_desk.home.ask("SELECT * FROM desk_factors") == []


def test_what_lies_in_the_store_opens_nothing(web_desk: WebDeskHarness) -> None:
    _mei, key = with_passkey(web_desk)
    path = str(web_desk.home.database.url.database)
    with open(path, "rb") as file, open(f"{path}-wal", "rb") as log:  # noqa: PTH123
        kept = file.read() + log.read()
    assert key.made[0].id not in kept
    assert key.made[0].secret not in kept


def test_a_passkey_is_taken_away_and_the_last_way_in_stays(web_desk: WebDeskHarness) -> None:
    mei, key = with_passkey(web_desk)
    (factor,) = web_desk.home.ask("SELECT id FROM desk_factors WHERE kind = 'passkey'")
    jun = web_desk.worker("Jun").comes()
    assert jun.browser.post("/account/passkeys/end", {"passkey": factor[0]}).status_code == 404
    assert comes(HttpBrowser(web_desk), key).status_code == 303
    web_desk.home.ask("DELETE FROM desk_factors WHERE kind = 'codes' RETURNING id")
    mei.browser.post("/account/passkeys/end", {"passkey": factor[0]})
    assert "your only second factor" in mei.browser.get("/account").text
    other = VirtualAuthenticator()
    adds(mei, other)
    mei.browser.post("/account/passkeys/end", {"passkey": factor[0]})
    assert comes(HttpBrowser(web_desk), key).status_code == 401
    assert comes(HttpBrowser(web_desk), other).status_code == 303


def test_adding_a_passkey_needs_a_recent_step_up(
    web_desk: WebDeskHarness,
) -> None:
    mei, key = with_passkey(web_desk)
    for path in ("/account/passkeys/ask", "/account/passkeys", "/account/passkeys/end"):
        web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
        mei.browser.get("/account")
        said = mei.browser.post(path, referer="https://desk.test/account")
        assert said.headers["location"] == "/step-up?back=/account"
    fetched = mei.browser.post("/account/passkeys/ask", is_fetched=True)
    assert (fetched.status_code, fetched.json()["go"]) == (403, "/step-up?back=/account")
    shown = key.get_assertion(asked(mei.browser, "/step-up/ask"))
    before = mei.browser.client.cookies[SESSION_COOKIE]
    proved = mei.browser.post("/step-up/passkey", shown | {"back": "/account"})
    assert proved.headers["location"] == "/account"
    assert mei.browser.client.cookies[SESSION_COOKIE] != before
    assert adds(mei, VirtualAuthenticator()).headers["location"] == "/account"


def test_a_passkey_shown_for_another_session_proves_nothing_here(web_desk: WebDeskHarness) -> None:
    mei, key = with_passkey(web_desk)
    other = HttpBrowser(web_desk)
    assert comes(other, key).status_code == 303
    shown = key.get_assertion(asked(other, "/step-up/ask"))
    assert mei.browser.post("/step-up/passkey", shown | {"back": "/"}).status_code == 401


def test_there_are_ten_passkeys_at_most(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    for _time in range(MAX_PASSKEYS):
        adds(mei, VirtualAuthenticator())
    said = mei.browser.post("/account/passkeys/ask", is_fetched=True)
    assert said.status_code == 409


def test_password_guesses_with_a_passkey_are_throttled(web_desk: WebDeskHarness) -> None:
    mei, key = web_desk.worker().comes(), VirtualAuthenticator(computes=False)
    adds(mei, key)
    thief = HttpBrowser(web_desk)
    shown = key.get_assertion(asked(thief, "/signin/ask", is_signed=False)) | {"password": "x" * 20}
    for _guess in range(FREE_GUESSES + 1):
        said = thief.post("/signin/passkey", shown, is_signed=False)
    assert "Too many attempts" in said.text


def test_the_first_administrator_walks_in_with_a_passkey(web_desk: WebDeskHarness) -> None:
    link, browser, key = invited(web_desk), HttpBrowser(web_desk), VirtualAuthenticator()
    no_password = browser.post(f"{link}/ask", is_signed=False)
    assert no_password.status_code == 404
    browser.post(link, {"password": CHOSEN, "again": CHOSEN}, is_signed=False)
    question = asked(browser, f"{link}/ask", is_signed=False)
    wrong = VirtualAuthenticator(origin="https://evil.example").create_credential(question)
    assert browser.post(f"{link}/passkey", wrong, is_signed=False).status_code == 401
    done = browser.post(f"{link}/passkey", key.create_credential(question), is_signed=False)
    assert "Recovery key" in done.text
    assert browser.get("/staff").status_code == 200
    assert browser.get(link).status_code == 404
    assert comes(HttpBrowser(web_desk), key).status_code == 303


def test_a_desk_that_has_only_a_number_offers_no_passkey(web_desk: WebDeskHarness) -> None:
    assert rp_id_of("http://127.0.0.1:8090") == rp_id_of("https://[::1]:8090") == ""
    assert rp_id_of("https://desk.example.org") == "desk.example.org"
    mei = web_desk.worker().comes()
    assert "Add a passkey" in mei.browser.get("/account").text
    web_desk.front.webauthn.rp_id = ""
    assert "Add a passkey" not in mei.browser.get("/account").text
    assert "data-passkey" not in HttpBrowser(web_desk).get("/signin").text
    assert HttpBrowser(web_desk).post("/signin/ask", is_signed=False).status_code == 404
