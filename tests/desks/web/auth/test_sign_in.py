"""Whoever is let in has shown a password and a second factor, and nobody is locked out."""

from __future__ import annotations

from hashlib import blake2b, sha256
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bot.cases.state_machine import Role
from bot.clock import SECOND
from bot.desks.web.auth.sessions import IDLE_TIMEOUT, MAX_SESSIONS
from bot.desks.web.auth.wrong_guesses import (
    EXPIRES_AFTER,
    FREE_GUESSES,
    MAX_ENTRIES,
    MAX_WAIT,
    MAX_WAIT_KNOWN_BROWSER,
    WrongGuesses,
)
from bot.desks.web.request import BROWSER_COOKIE, SESSION_COOKIE
from bot.store.compiled import Prepared
from bot.store.statements import insert
from bot.store.tables.desk import desk_guesses
from bot.store.tables.keys import staff_keys
from bot.vault.keys import case_keys
from bot.vault.keys.case_keys import CaseKeyWraps
from bot.vault.keys.passwords import MIN_LENGTH
from tests.support.database.key_store_fixtures import CHEAP, PASSWORD
from tests.support.harnesses.web_desk_harness import HttpBrowser

if TYPE_CHECKING:
    from bot.store.writer import Work
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

GUESS = {"password": "a guess, and a long one"}
COSTS = Prepared(lambda _: select(staff_keys.c.memory, staff_keys.c.passes))
WRONG = "The name, password or code is wrong"


def test_a_caseworker_signs_in_and_reads_what_their_key_opens(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person("He keeps my passport.")
    mei = web_desk.worker().comes()
    page = mei.browser.get(f"/cases/{reference}")
    assert page.status_code == 200
    assert "He keeps my passport." in page.text


def test_people_are_answered_between_the_cases_that_a_sign_in_looks_through(
    web_desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei = web_desk.worker()
    for _person in range(3):
        web_desk.add_person("He keeps my passport.")
    monkeypatch.setattr(case_keys, "REWRAP_AT_ONCE", 1)
    units, look = [], CaseKeyWraps.rewrap_next

    def noted(self: CaseKeyWraps, work: Work, *given: Any, **named: Any) -> tuple[int, str]:
        units.append(work)
        return look(self, work, *given, **named)

    monkeypatch.setattr(CaseKeyWraps, "rewrap_next", noted)
    mei.comes()
    assert len({id(work) for work in units}) == 4  # one for each case, one that finds no more


@pytest.mark.parametrize("field", ["who", "password", "code"])
def test_whatever_is_wrong_the_answer_is_the_same(web_desk: WebDeskHarness, field: str) -> None:
    mei = web_desk.worker()
    refused = mei.signs_in(**{field: "000000"})
    assert refused.status_code == 401
    assert WRONG in refused.text
    assert SESSION_COOKIE not in refused.cookies


class Counted:
    """What a guess costs, which knows how often it was paid."""

    passes = CHEAP.passes

    def __init__(self) -> None:
        self.paid = 0

    @property
    def memory(self) -> int:
        self.paid += 1
        return CHEAP.memory


def test_an_unknown_name_costs_as_much_as_a_wrong_password(web_desk: WebDeskHarness) -> None:
    """Time tells nobody who works here: for a name that is none, as much is computed."""
    mei, hua, cost = web_desk.worker("Mei"), web_desk.supervisor("Hua"), Counted()
    kept = web_desk.vault.keys.run(lambda work: work.rows(COSTS)) if web_desk.vault.keys else []
    assert kept == [(CHEAP.memory, CHEAP.passes)] * 2  # what a key costs is what a guess costs
    web_desk.front.staff_keys.cost = cost  # type: ignore[assignment]
    for who in ("nobody", "", "x" * 200, "Mei ", mei.id, "hua", hua.id):
        before = cost.paid
        fields = {"who": who, "password": "not theirs, whoever it is", "code": "000000"}
        assert HttpBrowser(web_desk).post("/signin", fields, is_signed=False).status_code == 401
        is_known = who.strip() in {"Mei", "hua", mei.id, hua.id}
        assert cost.paid - before == (0 if is_known else 1), who  # the known pay for their own key


def test_a_code_opens_once(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker()
    fields = mei.fields()
    assert mei.browser.post("/signin", fields, is_signed=False).status_code == 303
    assert HttpBrowser(web_desk).post("/signin", fields, is_signed=False).status_code == 401


def test_a_name_opens_as_a_number_does_unless_two_have_it(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker("Lin Mei-hua")
    assert mei.signs_in(who="lin mei-hua").status_code == 303
    web_desk.worker("Lin Mei-hua")
    assert mei.signs_in(who="lin mei-hua").status_code == 401
    assert mei.signs_in().status_code == 303


def test_disabling_staff_ends_sessions_and_refuses_sign_in(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    assert mei.browser.get("/queue/mine").status_code == 200
    mei.colleague.disable()
    assert mei.browser.get("/queue/mine").status_code == 303
    assert mei.signs_in().status_code == 401


def test_a_role_that_was_taken_away_is_gone_with_the_next_request(web_desk: WebDeskHarness) -> None:
    chief = web_desk.worker("Wu", Role.ADMINISTRATOR).comes()
    assert chief.browser.get("/staff").status_code == 200
    chief.colleague.disable()
    assert chief.browser.get("/staff").status_code == 303


def test_every_sign_in_has_a_secret_of_its_own(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker()
    fixed = "ab" * 32
    mei.browser.client.cookies.set(SESSION_COOKIE, fixed, domain="desk.test")
    first = mei.signs_in().cookies[SESSION_COOKIE]
    second = mei.signs_in().cookies[SESSION_COOKIE]
    assert len({fixed, first, second}) == 3
    stale = HttpBrowser(web_desk)
    stale.client.cookies.set(SESSION_COOKIE, first, domain="desk.test")
    assert stale.get("/queue/mine").status_code == 303  # it ended when they signed in anew


def test_cookies_are_seen_by_no_script_and_sent_by_no_other_site(web_desk: WebDeskHarness) -> None:
    said = web_desk.worker().signs_in().headers.get_list("set-cookie")
    assert len(said) == 2
    for cookie in said:
        assert cookie.startswith(("__Host-haven=", "__Host-haven-known="))
        for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
            assert word in cookie


def test_a_session_ends_when_idle_and_after_ten_hours(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    web_desk.home.advance_time(IDLE_TIMEOUT / SECOND + 1)
    assert mei.browser.get("/account").status_code == 303
    mei.comes()
    for _quarter in range(40):
        web_desk.home.advance_time(900 - 1)
        mei.browser.get("/account")
    web_desk.home.advance_time(900 - 1)
    assert mei.browser.get("/account").status_code == 303


def test_automatic_refresh_does_not_keep_a_session_alive(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    for _minute in range(16):
        web_desk.home.advance_time(60)
        last = mei.browser.get("/queue/mine/pane")
    assert last.status_code == 401


def test_signing_out_ends_the_session_and_the_key_goes_with_it(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    stolen = dict(mei.browser.client.cookies)
    assert web_desk.front.sessions._sessions
    assert mei.browser.post("/signout").status_code == 200
    assert web_desk.front.sessions._sessions == {}
    thief = HttpBrowser(web_desk)
    thief.client.cookies.update(stolen)
    assert thief.get("/queue/mine").status_code == 303


def test_what_lies_in_memory_and_store_opens_nothing(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    secret = bytes.fromhex(mei.browser.client.cookies[SESSION_COOKIE])
    (session,) = web_desk.front.sessions._sessions.values()
    rows = web_desk.home.ask("SELECT token FROM desk_sessions")
    assert secret not in session.wrapped_key
    assert all(secret not in bytes(token) for (token,) in rows)
    assert web_desk.front.sessions.unlock_keyring(session, secret) is not None


def test_sessions_are_listed_and_each_can_be_ended(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    other = HttpBrowser(web_desk)
    web_desk.home.advance_time(60)
    other.post("/signin", mei.fields(), is_signed=False)
    page = mei.browser.get("/account").text
    assert page.count("Firefox Linux") == 2
    mei.browser.post("/account/end", {"session": "others"})
    assert other.get("/queue/mine").status_code == 303
    assert mei.browser.get("/queue/mine").status_code == 200


def test_a_caseworker_cannot_end_the_session_of_another(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    (token,) = web_desk.home.ask(f"SELECT token FROM desk_sessions WHERE staff_id = '{jun.id}'")  # noqa: S608 - ours
    refused = mei.browser.post("/account/end", {"session": bytes(token[0]).hex()[:16]})
    assert refused.status_code == 404
    assert jun.browser.get("/queue/mine").status_code == 200


def test_of_too_many_sessions_the_oldest_ends(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker()
    browsers = []
    for _again in range(MAX_SESSIONS + 1):
        web_desk.home.advance_time(31)
        browsers.append(HttpBrowser(web_desk))
        assert browsers[-1].post("/signin", mei.fields(), is_signed=False).status_code == 303
    assert browsers[0].get("/queue/mine").status_code == 303
    assert browsers[1].get("/queue/mine").status_code == 200


@pytest.mark.parametrize("which", [0, MAX_SESSIONS - 1], ids=["the oldest", "the newest"])
def test_step_up_ends_no_other_session(web_desk: WebDeskHarness, which: int) -> None:
    mei = web_desk.worker()
    browsers = []
    for _again in range(MAX_SESSIONS):
        web_desk.home.advance_time(31)
        browsers.append(HttpBrowser(web_desk))
        assert browsers[-1].post("/signin", mei.fields(), is_signed=False).status_code == 303
    web_desk.home.advance_time(31)
    browsers[which].post("/step-up", {"code": mei.code(), "back": "/"})
    assert [it.get("/queue/mine").status_code for it in browsers] == [200] * MAX_SESSIONS


def test_guessing_throttles_strangers_and_not_known_browsers(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    stranger = HttpBrowser(web_desk)
    for _guess in range(FREE_GUESSES + 2):
        said = stranger.post("/signin", mei.fields() | GUESS, is_signed=False)
    assert said.status_code == 429
    assert stranger.post("/signin", mei.fields(), is_signed=False).status_code == 429
    assert BROWSER_COOKIE in mei.browser.client.cookies
    assert mei.signs_in().status_code == 303


def test_waiting_grows_and_ends_by_itself(web_desk: WebDeskHarness) -> None:
    guesses, now = web_desk.front.guesses, web_desk.home.loop.now()

    def seconds(name: str, browser: str, at: int) -> int:
        run = web_desk.front.database.writer.run_sync
        return run(lambda work: guesses.seconds_to_wait(work, name, browser, at))

    for wrong in range(30):
        assert web_desk.does(guesses.begin("mei", "", now)) == 0
        assert web_desk.does(guesses.begin("mei", "home", now)) == 0
        assert (seconds("mei", "", now) > 0) == (wrong + 1 >= FREE_GUESSES)
        assert seconds("mei", "home", now) <= MAX_WAIT_KNOWN_BROWSER
        now += (longest := seconds("mei", "", now)) * SECOND
        assert longest <= MAX_WAIT
    assert longest == MAX_WAIT
    assert web_desk.does(guesses.begin("jun", "", now)) == 0
    web_desk.does(guesses.forgive("mei", ""))
    assert seconds("mei", "", now) == 0


def test_counts_of_strangers_take_no_more_than_their_room(web_desk: WebDeskHarness) -> None:
    writer, now = web_desk.front.database.writer, 10**15
    add = insert(desk_guesses, "name", "wrong", "last_at")
    rows = [(number.to_bytes(16), 1, now + number) for number in range(MAX_ENTRIES + 500)]
    writer.run_sync(lambda work: work.many(add, rows))
    writer.run_sync(lambda work: WrongGuesses.expire(work, now))
    kept = "SELECT count(*), max(last_at) FROM desk_guesses"
    assert web_desk.home.ask(kept) == [(MAX_ENTRIES, now + MAX_ENTRIES + 499)]
    writer.run_sync(lambda work: WrongGuesses.expire(work, now + 2 * EXPIRES_AFTER))
    assert web_desk.home.ask(kept) == [(0, None)]


def test_what_was_typed_as_a_name_cannot_be_guessed_from_its_count(
    web_desk: WebDeskHarness,
) -> None:
    """Some type their password there."""
    mei = web_desk.worker()
    HttpBrowser(web_desk).post("/signin", mei.fields(who=PASSWORD) | GUESS, is_signed=False)
    ((name,),) = web_desk.home.ask("SELECT name FROM desk_guesses")
    for plain in (PASSWORD, f"guess|desk|{PASSWORD}\0"):
        digests = (new(plain.encode()).digest() for new in (sha256, blake2b))
        assert all(bytes(name) not in it for it in digests)


def test_a_forged_known_browser_cookie_is_ignored(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun")
    forged = HttpBrowser(web_desk)
    theirs = mei.browser.client.cookies[BROWSER_COOKIE].replace(mei.id, jun.id)
    forged.client.cookies.set(BROWSER_COOKIE, theirs, domain="desk.test")
    for _guess in range(FREE_GUESSES + 1):
        said = forged.post("/signin", jun.fields() | GUESS, is_signed=False)
    assert said.status_code == 429
    assert f'"{MAX_WAIT_KNOWN_BROWSER}"' not in said.text


def test_passwords_are_long(web_desk: WebDeskHarness) -> None:
    assert MIN_LENGTH >= 15
    assert len(PASSWORD) >= MIN_LENGTH
