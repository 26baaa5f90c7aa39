"""A session goes on under another secret, in every tab; who it is is looked at with each event."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import SECOND
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.desks.web.live.event_log import DeskEvent
from bot.desks.web.live.watcher import CASE, QUEUE, SIGNED_OUT
from bot.desks.web.request import SESSION_COOKIE
from tests.support.harnesses.web_desk_harness import HttpBrowser
from tests.support.sse_client import SseClient, close_all, open_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness


def proves(mei: WebCaseworker) -> None:
    """Show the second factor again, in one of several tabs."""
    mei.office.home.advance_time(31)
    said = mei.browser.post("/step-up", {"code": mei.code(), "back": "/"})
    assert said.status_code == 303


def test_step_up_renews_the_session_cookie(
    web_desk: WebDeskHarness,
) -> None:
    mei, thief = web_desk.worker().comes(), HttpBrowser(web_desk)
    thief.client.cookies.update(dict(mei.browser.client.cookies))
    before = mei.browser.client.cookies[SESSION_COOKIE]
    assert thief.get("/queue/mine").status_code == 200  # the control: until then it opens
    proves(mei)
    assert mei.browser.client.cookies[SESSION_COOKIE] != before
    assert thief.get("/queue/mine").status_code == 303
    assert mei.browser.get("/queue/mine").status_code == 200


def test_a_page_that_is_open_in_another_tab_goes_on_as_well(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    mei = web_desk.worker().comes()
    mei.told(reference, "claim")
    mark = mei.browser.csrf()  # what stands in the other tab
    proves(mei)
    path = f"/cases/{reference}/do/note"
    said = mei.browser.post(path, {"csrf": mark, "words": "Half an hour of work"}, is_fetched=True)
    assert not said.json()["refused"]
    assert "Half an hour of work" in mei.browser.get(f"/cases/{reference}").text
    other = web_desk.worker("Jun").comes()
    assert other.browser.post(path, {"csrf": mark, "words": "x"}).status_code == 403
    mei.comes()
    assert mei.browser.post(path, {"csrf": mark, "words": "x"}).status_code == 403


def test_a_role_changed_in_the_database_ends_access(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    assert mei.browser.get("/queue/mine").status_code == 200
    for role in (Role.ADMINISTRATOR, Role.SUPERVISOR):
        web_desk.home.ask(f"UPDATE staff SET role = '{role}' WHERE id = '{mei.id}' RETURNING id")  # noqa: S608 - ours
        for path in ("/staff", "/team", "/queue/mine"):
            assert mei.browser.get(path).status_code == 303, path


# --- streams ---------------------------------------------------------------------------------


def loses_access(office: WebDeskHarness, mei: WebCaseworker, _reference: str) -> None:
    mei.colleague.disable()


def loses_the_case(office: WebDeskHarness, mei: WebCaseworker, reference: str) -> None:
    office.worker("Jun").colleague.claims(office.case(reference))


def shows_a_factor_again(office: WebDeskHarness, mei: WebCaseworker, _reference: str) -> None:
    proves(mei)


@pytest.mark.parametrize("ends", [loses_access, shows_a_factor_again])
def test_a_stream_hears_nothing_more_once_its_page_may_not(
    web_desk: WebDeskHarness, ends: Callable[[WebDeskHarness, WebCaseworker, str], None]
) -> None:
    _person, reference = web_desk.add_person()
    mei = web_desk.worker().comes()
    page = SseClient(mei.browser, f"/stream?case={reference}")
    tasks = web_desk.does(open_all([page]))
    web_desk.front.streams.publish(DeskEvent(1, web_desk.case(reference), "noted", "", None))
    web_desk.does(page.next_event(CASE))  # the control: until then it hears
    before = list(page.heard)
    ends(web_desk, mei, reference)
    web_desk.front.streams.publish(DeskEvent(2, web_desk.case(reference), "claimed", "", None))
    web_desk.does(asyncio.gather(*tasks))
    assert [it for it in page.heard if it != "ping"] == [*before, SIGNED_OUT]


def test_a_stream_ignores_the_browsers_last_event_id(web_desk: WebDeskHarness) -> None:
    web_desk.add_person()
    mei = web_desk.worker().comes()
    for number in ("0", "-1", "999999999999", "../../x", "\u00e9"):
        page = SseClient(mei.browser, last=number)
        tasks = web_desk.does(open_all([page]))
        web_desk.front.streams.publish(DeskEvent(1, "", "claimed", "", None))
        web_desk.does(page.next_event(QUEUE))
        web_desk.does(close_all([page], tasks))
        assert page.heard == ["connected", QUEUE], number


# --- ended by others -------------------------------------------------------------------------


def test_an_administrator_ends_all_sessions_of_a_caseworker(web_desk: WebDeskHarness) -> None:
    mei, other = web_desk.worker(), HttpBrowser(web_desk)
    mei.comes()
    web_desk.home.advance_time(31)
    other.post("/signin", mei.fields(), is_signed=False)
    jun, chief = web_desk.worker("Jun").comes(), web_desk.worker("Wu", Role.ADMINISTRATOR).comes()
    assert chief.browser.post("/staff/end", {"staff": mei.id}).headers["location"] == "/staff"
    for browser in (mei.browser, other):
        assert browser.get("/queue/mine").status_code == 303
    assert jun.browser.get("/queue/mine").status_code == 200
    assert mei.signs_in().status_code == 303  # they may come back
    ended = web_desk.home.ask(
        "SELECT actor, subject, detail FROM audit WHERE deed = 'sessions_ended'"
    )
    assert ended == [(chief.id, mei.id, "2")]


@pytest.mark.parametrize("who", ["nobody", "", "../x", "others"])
def test_ending_sessions_of_unknown_staff_is_not_found(web_desk: WebDeskHarness, who: str) -> None:
    chief = web_desk.worker("Wu", Role.ADMINISTRATOR).comes()
    assert chief.browser.post("/staff/end", {"staff": who}).status_code == 404
    assert chief.browser.get("/staff").status_code == 200


@pytest.mark.parametrize("path", ["/account/end", "/staff/end", "/staff/invite"])
def test_ending_sessions_and_inviting_need_a_recent_step_up(
    web_desk: WebDeskHarness, path: str
) -> None:
    chief, mei = web_desk.worker("Wu", Role.ADMINISTRATOR).comes(), web_desk.worker().comes()
    fields = {"session": "others"} if path == "/account/end" else {"staff": mei.id}
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    page = f"https://desk.test/{path.split('/')[1]}"
    said = chief.browser.post(path, fields, referer=page)
    assert said.headers["location"] == f"/step-up?back=/{path.split('/')[1]}"
    assert mei.browser.get("/queue/mine").status_code == 200
    proves(chief)
    assert chief.browser.post(path, fields).status_code in {200, 303}
    assert (mei.browser.get("/queue/mine").status_code == 303) == (path == "/staff/end")
