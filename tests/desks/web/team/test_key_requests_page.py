"""A new key is shown to everyone who reads cases, and opens cases once a supervisor approves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.desks.web.administration.account_form import LANGUAGE_PREFIX, QUEUE_PREFIX
from bot.vault.audit.log import OPERATOR
from tests.support.database.key_store_fixtures import PASSWORD, QUEUES

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS = "He keeps my passport."
BANNER = 'id="key-requests"'


def comes_unapproved(
    desk: WebDeskHarness, name: str = "Mallory", role: Role = Role.SUPERVISOR
) -> WebCaseworker:
    """Return someone who was added on the host, with a key and a browser."""
    new = desk.worker(name, role)
    desk.keys.enrol(new.id, role.value, QUEUES, PASSWORD, desk.home.loop.now())
    return new


def decides(by: WebCaseworker, deed: str, who: WebCaseworker) -> str:
    """Approve or refuse after a step-up; return the page that follows."""
    by.office.home.advance_time(31)
    by.browser.post("/step-up", {"code": by.code(), "back": "/key-requests"})
    by.browser.post(f"/key-requests/{deed}", {"staff": who.id})
    return by.browser.get("/key-requests").text


def reads(who: WebCaseworker, reference: str) -> bool:
    return WORDS in who.browser.get(f"/cases/{reference}").text


def deeds(desk: WebDeskHarness, who: WebCaseworker) -> list[tuple[str, str]]:
    rows = desk.home.ask(
        f"SELECT actor, deed FROM audit WHERE subject = '{who.id}' AND deed LIKE 'key_%'"  # noqa: S608 - ours
    )
    return [(str(actor), str(deed)) for actor, deed in rows]


def test_everyone_who_reads_cases_sees_a_new_key_and_one_supervisor_approves(
    web_desk: WebDeskHarness,
) -> None:
    _person, reference = web_desk.add_person(WORDS)
    hua, mei = web_desk.supervisor().comes(), web_desk.worker().comes()
    assert BANNER not in hua.browser.get("/queue/waiting").text
    new = comes_unapproved(web_desk).comes()
    hua.comes()  # a colleague's sign-in gives the new key nothing
    assert not reads(new, reference)
    claim = 'id="do-claim"'
    assert claim in mei.browser.get(f"/cases/{reference}").text
    assert claim not in new.browser.get(f"/cases/{reference}").text  # who claims has to read it
    for who in (hua, mei, new):
        assert BANNER in who.browser.get("/queue/waiting").text
    page = mei.browser.get("/key-requests").text
    assert "Mallory" in page
    assert "the operator of this server" in page
    assert "/key-requests/approve" not in page  # a supervisor decides
    page = decides(hua, "approve", new)
    assert "No key waits for approval." in page
    assert reads(new, reference)
    assert reads(hua, reference)
    assert BANNER not in mei.browser.get("/queue/waiting").text
    assert deeds(web_desk, new) == [(hua.id, "key_approve")]


def test_a_refused_key_opens_nothing_and_is_shown_no_more(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person(WORDS)
    hua, new = web_desk.supervisor().comes(), comes_unapproved(web_desk).comes()
    assert "Refused." in decides(hua, "refuse", new)
    hua.comes()
    assert not reads(new, reference)
    assert BANNER not in hua.browser.get("/queue/waiting").text
    assert deeds(web_desk, new) == [(hua.id, "key_refuse")]


@pytest.mark.parametrize("deed", ["approve", "refuse"])
def test_a_decision_takes_a_step_up_and_a_colleague_who_may(
    web_desk: WebDeskHarness, deed: str
) -> None:
    _person, reference = web_desk.add_person(WORDS)
    hua, mei = web_desk.supervisor().comes(), web_desk.worker().comes()
    wen = web_desk.worker("Wen", Role.ADMINISTRATOR).comes()
    new = comes_unapproved(web_desk).comes()
    web_desk.home.advance_time(360)
    answer = hua.browser.post(f"/key-requests/{deed}", {"staff": new.id})
    assert answer.headers["location"].startswith("/step-up?back=")
    for who in (mei, wen, new):
        assert "Nothing was done" in decides(who, deed, new)
    assert [it.staff_id for it in web_desk.keys.requests()] == [new.id]
    assert not reads(new, reference)
    assert deeds(web_desk, new) == []
    decides(hua, deed, new)  # the control: with both it counts
    assert web_desk.keys.requests() == []


def test_a_session_without_a_key_approves_nothing(web_desk: WebDeskHarness) -> None:
    hua, new = web_desk.supervisor().comes(), comes_unapproved(web_desk)
    for session in web_desk.front.sessions._sessions.values():
        session.wrapped_key = b""
    assert "Sign in again with your password" in decides(hua, "approve", new)
    assert [it.staff_id for it in web_desk.keys.requests()] == [new.id]


def test_an_administrator_who_raises_a_role_gives_no_access_alone(
    web_desk: WebDeskHarness,
) -> None:
    _person, reference = web_desk.add_person(WORDS)
    hua, jun = web_desk.supervisor().comes(), web_desk.worker("Jun", queues=("labour",)).comes()
    wen = web_desk.worker("Wen", Role.ADMINISTRATOR).comes()
    assert not reads(jun, reference)
    fields = {
        "role": "supervisor", "title": "caseworker", "skills": "", "chats": "3",
        f"{LANGUAGE_PREFIX}en": "on", **{f"{QUEUE_PREFIX}{it}": "on" for it in QUEUES},
    }  # fmt: skip
    wen.browser.post(f"/staff/account/{jun.id}/change", fields)
    (asked,) = web_desk.keys.requests()
    assert (asked.staff_id, asked.role, asked.asked_by) == (jun.id, "supervisor", wen.id)
    assert asked.asked_by != OPERATOR
    hua.comes()
    jun.comes()
    assert not reads(jun, reference)
    assert "Wen" in hua.browser.get("/key-requests").text
    decides(hua, "approve", jun)
    assert reads(jun, reference)


def test_a_step_up_returns_to_the_list_of_requests_without_a_referer(
    web_desk: WebDeskHarness,
) -> None:
    hua, new = web_desk.supervisor().comes(), comes_unapproved(web_desk).comes()
    web_desk.home.advance_time(6 * 60)
    asked = hua.browser.post("/key-requests/approve", {"staff": new.id})
    assert asked.headers["location"] == "/step-up?back=/key-requests"
    code = {"code": hua.code(), "back": "/key-requests"}
    done = hua.browser.post("/step-up", code)
    assert done.headers["location"] == "/key-requests"
    assert deeds(web_desk, new) == []
