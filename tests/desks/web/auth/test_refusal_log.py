"""What is refused at the doors is told in kinds, and no word of what was sent is told with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import MINUTE, SECOND
from bot.desks.web.auth.refusal_log import AUDIT_INTERVAL, RefusalLog, RefusalReason
from tests.support.harnesses.web_desk_harness import HttpBrowser

if TYPE_CHECKING:
    import io

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

SAID = "Sari-keeps-a-passport"
LINES = {
    RefusalReason.HOST: ("GET", "/signin", {}, {"host": f"{SAID}.example"}),
    RefusalReason.CROSS_ORIGIN: (
        "POST",
        "/own/rest",
        {"code": SAID},
        {"origin": f"https://{SAID}.example"},
    ),
    RefusalReason.NO_CSRF: ("POST", "/own/rest", {"code": SAID, "csrf": SAID}, {}),
    RefusalReason.FORM: ("POST", "/own/rest", {"role": SAID, SAID: "x"}, {}),
    RefusalReason.NOT_THERE: ("GET", f"/cases/{SAID}", {}, {}),
    RefusalReason.LONG_HEADERS: ("GET", "/signin", {}, {"cookie": SAID * 2000}),
    RefusalReason.FRAMING: ("GET", "/signin", {}, {"transfer-encoding": "chunked"}),
}


def refusals(log: io.StringIO) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    return [it for it in lines if it["event"] == "desk_request_refused"]


@pytest.mark.parametrize("why", LINES)
def test_what_was_refused_is_in_the_log_by_its_kind_and_without_a_word(
    web_desk: WebDeskHarness, debug_log: io.StringIO, why: RefusalReason
) -> None:
    mei = web_desk.worker().comes()
    method, path, fields, headers = LINES[why]
    if method == "POST":
        mei.browser.post(path, dict(fields), **headers)
    else:
        mei.browser.get(path, **headers)
    (told,) = refusals(debug_log)
    assert (told["kind"], told["count"], told["level"]) == (why.value, 1, "warning")
    assert SAID not in debug_log.getvalue()
    assert mei.id not in debug_log.getvalue()


def test_what_is_let_in_is_no_refusal(web_desk: WebDeskHarness, debug_log: io.StringIO) -> None:
    """The control."""
    mei = web_desk.worker().comes()
    mei.browser.get("/queue/mine")
    mei.browser.post("/own/rest", {"code": "15"})
    assert refusals(debug_log) == []


def test_repeated_refusals_log_one_line_a_minute(debug_log: io.StringIO) -> None:
    told, now = RefusalLog(), 10**15
    for _knock in range(5000):
        told.record("/signout", RefusalReason.CROSS_ORIGIN, now)
    told.record("/signout", RefusalReason.FORM, now)
    told.record("/signout", RefusalReason.CROSS_ORIGIN, now + MINUTE)
    told.record(
        "/signout", RefusalReason.CROSS_ORIGIN, now - MINUTE
    )  # a clock that went back holds nothing up
    assert [it["count"] for it in refusals(debug_log)] == [1, 1, 5000, 1]


# --- whoever tries numbers -------------------------------------------------------------------


def tried(office: WebDeskHarness) -> list[tuple[object, ...]]:
    return office.home.ask("SELECT actor, subject, detail FROM audit WHERE deed = 'refused'")


def test_a_colleague_who_tries_numbers_is_in_the_audit_log_once_in_a_while(
    web_desk: WebDeskHarness,
) -> None:
    _person, reference = web_desk.add_person()
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    mei.told(reference, "claim")
    for number in (reference, "QQQQQQ", "QQQQQR"):
        assert jun.browser.get(f"/cases/{number}").status_code == 404
    assert tried(web_desk) == [(jun.id, jun.id, "/cases/reference")]
    web_desk.home.advance_time(AUDIT_INTERVAL / SECOND - 1)
    jun.browser.get("/cases/QQQQQQ")
    web_desk.home.advance_time(1)
    jun.browser.get("/cases/QQQQQQ")
    assert len(tried(web_desk)) == 2
    jun.browser.get("/staff")
    assert (jun.id, jun.id, "/staff") in tried(web_desk)
    auditor = web_desk.worker("Wu", Role.AUDITOR).comes().browser.get("/audit").text
    assert "/cases/reference" in auditor


def test_a_request_for_a_former_case_is_not_logged_as_an_attempt(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun")
    mei.told(reference, "claim")
    mei.told(reference, "transfer", code=jun.id)
    assert mei.browser.get(f"/cases/{reference}/panes/head").status_code == 404
    mei.browser.get("/nowhere")
    HttpBrowser(web_desk).get("/staff")
    assert tried(web_desk) == []


# --- a secret in another browser -------------------------------------------------------------


EDGE = {"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/139.0 Safari/537.36 Edg/139.0"}


def stolen(mei: WebCaseworker, **headers: str) -> int:
    thief = HttpBrowser(mei.office)
    thief.client.cookies.update(dict(mei.browser.client.cookies))
    return thief.get("/queue/mine", **headers).status_code


def test_a_cookie_in_another_browser_ends_the_session_for_both(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    assert stolen(mei) == 200  # the control: a browser that calls itself the same is not told apart
    newer = {"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/141.0"}
    assert stolen(mei, **newer) == 200  # nor is a new version of one's own
    assert stolen(mei, **EDGE) == 303
    assert mei.browser.get("/queue/mine").status_code == 303
    moved = web_desk.home.ask("SELECT actor, detail FROM audit WHERE deed = 'session_moved'")
    assert moved == [(mei.id, "web")]
    assert mei.signs_in().status_code == 303
