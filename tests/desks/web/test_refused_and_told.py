"""What is refused at the doors is told in kinds, and no word of what was sent is told with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import MINUTE, SECOND
from bot.desks.web.auth.refusal_log import AGAIN, Refusals, Why
from tests.desks.web.window import Browser

if TYPE_CHECKING:
    import io

    from tests.desks.web.window import Office, Worker

SAID = "Sari-keeps-a-passport"
LINES = {
    Why.HOST: ("GET", "/signin", {}, {"host": f"{SAID}.example"}),
    Why.ELSEWHERE: ("POST", "/own/rest", {"code": SAID}, {"origin": f"https://{SAID}.example"}),
    Why.UNSIGNED: ("POST", "/own/rest", {"code": SAID, "csrf": SAID}, {}),
    Why.FORM: ("POST", "/own/rest", {"role": SAID, SAID: "x"}, {}),
    Why.NOT_THERE: ("GET", f"/cases/{SAID}", {}, {}),
    Why.LONG: ("GET", "/signin", {}, {"cookie": SAID * 2000}),
    Why.FRAMED: ("GET", "/signin", {}, {"transfer-encoding": "chunked"}),
}


def refusals(log: io.StringIO) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    return [it for it in lines if it["event"] == "desk_refused"]


@pytest.mark.parametrize("why", LINES)
def test_what_was_refused_is_in_the_log_by_its_kind_and_without_a_word(
    office: Office, log: io.StringIO, why: Why
) -> None:
    mei = office.worker().comes()
    method, path, fields, headers = LINES[why]
    if method == "POST":
        mei.browser.post(path, dict(fields), **headers)
    else:
        mei.browser.get(path, **headers)
    (told,) = refusals(log)
    assert (told["kind"], told["count"], told["level"]) == (why.value, 1, "warning")
    assert SAID not in log.getvalue()
    assert mei.id not in log.getvalue()


def test_what_is_let_in_is_no_refusal(office: Office, log: io.StringIO) -> None:
    """The control."""
    mei = office.worker().comes()
    mei.browser.get("/queue/mine")
    mei.browser.post("/own/rest", {"code": "15"})
    assert refusals(log) == []


def test_whoever_knocks_without_end_writes_one_line_a_minute(log: io.StringIO) -> None:
    told, now = Refusals(), 10**15
    for _knock in range(5000):
        told.note("/signout", Why.ELSEWHERE, now)
    told.note("/signout", Why.FORM, now)
    told.note("/signout", Why.ELSEWHERE, now + MINUTE)
    told.note("/signout", Why.ELSEWHERE, now - MINUTE)  # a clock that went back holds nothing up
    assert [it["count"] for it in refusals(log)] == [1, 1, 5000, 1]


# --- whoever tries numbers -------------------------------------------------------------------


def tried(office: Office) -> list[tuple[object, ...]]:
    return office.home.ask("SELECT actor, subject, detail FROM audit WHERE deed = 'refused'")


def test_a_colleague_who_tries_numbers_is_in_the_audit_log_once_in_a_while(office: Office) -> None:
    _person, reference = office.somebody()
    mei, jun = office.worker().comes(), office.worker("Jun").comes()
    mei.told(reference, "claim")
    for number in (reference, "QQQQQQ", "QQQQQR"):
        assert jun.browser.get(f"/cases/{number}").status_code == 404
    assert tried(office) == [(jun.id, jun.id, "/cases/reference")]
    office.home.passes(AGAIN / SECOND - 1)
    jun.browser.get("/cases/QQQQQQ")
    office.home.passes(1)
    jun.browser.get("/cases/QQQQQQ")
    assert len(tried(office)) == 2
    jun.browser.get("/staff")
    assert (jun.id, jun.id, "/staff") in tried(office)
    auditor = office.worker("Wu", Role.AUDITOR).comes().browser.get("/audit").text
    assert "/cases/reference" in auditor


def test_whoever_lost_a_case_has_tried_nothing(office: Office) -> None:
    _person, reference = office.somebody()
    mei, jun = office.worker().comes(), office.worker("Jun")
    mei.told(reference, "claim")
    mei.told(reference, "transfer", code=jun.id)
    assert mei.browser.get(f"/cases/{reference}").status_code == 404
    mei.browser.get("/nowhere")
    Browser(office).get("/staff")
    assert tried(office) == []


# --- a secret in another browser -------------------------------------------------------------


EDGE = {"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/139.0 Safari/537.36 Edg/139.0"}


def stolen(mei: Worker, **headers: str) -> int:
    thief = Browser(mei.office)
    thief.client.cookies.update(dict(mei.browser.client.cookies))
    return thief.get("/queue/mine", **headers).status_code


def test_a_cookie_in_another_browser_ends_the_session_for_both(office: Office) -> None:
    mei = office.worker().comes()
    assert stolen(mei) == 200  # the control: a browser that calls itself the same is not told apart
    newer = {"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/141.0"}
    assert stolen(mei, **newer) == 200  # nor is a new version of one's own
    assert stolen(mei, **EDGE) == 303
    assert mei.browser.get("/queue/mine").status_code == 303
    moved = office.home.ask("SELECT actor, detail FROM audit WHERE deed = 'session_moved'")
    assert moved == [(mei.id, "web")]
    assert mei.signs_in().status_code == 303
