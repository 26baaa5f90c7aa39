"""A case put aside comes back by itself; whoever writes is never hidden, nor is danger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY, HOUR, SECOND
from bot.hotline.events import Event, EventKind
from bot.hotline.queue.alerts import SILENT

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

WHY = "Waits for a call."


def answered(office: WebDeskHarness, worker: WebCaseworker) -> tuple[ChatPerson, str]:
    """Return a case whose person was answered, and is waited for."""
    person, reference = office.add_person()
    for verb, fields in (("claim", {}), ("take_over", {}), ("say", {"words": "I am here."})):
        worker.told(reference, verb, **fields)
    person.presses("I can write now")
    person.says("Thank you.")
    worker.told(reference, "say", words="Until tomorrow.")
    return person, reference


def at(office: WebDeskHarness, span: int) -> str:
    return office.front.legal_deadlines.law.format_time(office.home.loop.now() + span)


def written(office: WebDeskHarness, span: int) -> str:
    """Return a moment as staff read it."""
    return office.front.locale("en").format_full_time(office.home.loop.now() + span)


def listed(worker: WebCaseworker, tab: str) -> list[str]:
    text = worker.browser.get(f"/queue/{tab}/pane").text
    return re.findall(r'id="case-(\w+)"', text)


def head(worker: WebCaseworker, reference: str) -> str:
    text = worker.browser.get(f"/cases/{reference}/panes/head").text
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def aside(
    office: WebDeskHarness, worker: WebCaseworker, reference: str, span: int = 3 * HOUR
) -> None:
    worker.told(reference, "aside", code=at(office, span), words=WHY)


def test_a_case_put_aside_leaves_mine_and_comes_back_by_itself_with_a_mark(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    assert listed(mei, "mine") == [reference]
    aside(web_desk, mei, reference)
    assert (listed(mei, "mine"), listed(mei, "later")) == ([], [reference])
    assert "mine=0 later=1 " in mei.browser.get("/queue/mine/pane").text
    assert f"Snoozed until {written(web_desk, 3 * HOUR)}" in head(mei, reference)
    assert WHY in mei.browser.get(f"/cases/{reference}/panes/conversation").text
    _hours(web_desk, mei, 3)
    assert (listed(mei, "mine"), listed(mei, "later")) == ([reference], [])
    assert "The snooze is over" in mei.browser.get("/queue/mine/pane").text
    assert "The snooze is over" in head(mei, reference)
    mei.told(reference, "say", words="Good morning.")
    assert "The snooze is over" not in head(mei, reference)


def _hours(office: WebDeskHarness, worker: WebCaseworker, count: int) -> None:
    """Let hours pass; somebody who comes back after them signs in anew."""
    office.home.advance_time(count * HOUR / SECOND + 1)
    worker.comes()


@pytest.mark.parametrize("how", ["writes", "begins anew", "presses"])
def test_anything_the_person_does_brings_it_back_at_once(
    web_desk: WebDeskHarness, how: str
) -> None:
    mei = web_desk.worker().comes()
    person, reference = answered(web_desk, mei)
    if how != "writes":
        mei.told(reference, "hand_back")
        web_desk.settles()
    aside(web_desk, mei, reference)
    assert listed(mei, "mine") == []
    if how == "presses":
        person.presses(person.labels()[0])
    else:
        person.says("/start" if how == "begins anew" else "He is at the door.")
    web_desk.settles()
    assert listed(mei, "mine") == [reference]
    assert "the person was active" in mei.browser.get("/queue/mine/pane").text


def test_a_message_in_another_case_does_not_end_a_snooze(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    aside(web_desk, mei, reference)
    web_desk.add_person("Another person.")
    web_desk.settles()
    assert listed(mei, "later") == [reference]


def test_a_case_that_waits_for_an_answer_cannot_be_snoozed(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    said = mei.does(reference, "aside", code=at(web_desk, HOUR), words=WHY).json()
    assert said["refused"]
    assert "answer the person first" in said["told"]
    assert listed(mei, "mine") == [reference]


def test_danger_now_is_not_put_aside_and_comes_back(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    aside(web_desk, mei, reference)
    mei.told(reference, "priority", code="0", words="Worse.")
    assert listed(mei, "mine") == [reference]
    assert "more urgent now" in head(mei, reference)
    said = mei.does(reference, "aside", code=at(web_desk, HOUR), words=WHY).json()
    assert said["refused"]
    assert "in danger now" in said["told"]


def test_a_snooze_that_ended_by_its_time_says_so_after_a_standstill(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = answered(web_desk, mei)
    mei.told(reference, "priority", code="1", words="Worse.")
    aside(web_desk, mei, reference, HOUR)
    _hours(web_desk, mei, 2)  # no check ran meanwhile
    _is_alerted(web_desk, reference)
    person.says("Are you there?")
    assert "The snooze is over." in head(mei, reference)
    assert listed(mei, "mine") == [reference]


def test_an_alert_about_silence_ends_a_snooze_and_claims_no_more_urgency(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    mei.told(reference, "priority", code="1", words="Worse.")
    aside(web_desk, mei, reference)
    _hours(web_desk, mei, 1)
    _is_alerted(web_desk, reference)
    assert listed(mei, "mine") == [reference]
    assert "Snooze ended: there was an alert." in head(mei, reference)
    assert "more urgent now" not in head(mei, reference)


def _is_alerted(office: WebDeskHarness, reference: str) -> None:
    """Alert staff that the person of a case is silent."""
    alert = Event(EventKind.OVERDUE, office.case(reference), code=SILENT)
    now, service = office.home.loop.now(), office.home.house.staff.service
    office.home.database.writer.run_sync(lambda work: service.show_events(work, [alert], now))


def test_a_time_the_law_gives_does_not_run_out_behind_it(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    mei.does(reference, "clock", code="contact", words=at(web_desk, -53 * HOUR))
    late = mei.does(reference, "aside", code=at(web_desk, 20 * HOUR), words=WHY).json()
    assert late["refused"]
    aside(web_desk, mei, reference, 18 * HOUR)
    assert listed(mei, "later") == [reference]


@pytest.mark.parametrize(("span", "why"), [(-HOUR, WHY), (31 * DAY, WHY), (HOUR, " ")])
def test_a_moment_that_is_past_or_far_or_without_a_reason_is_refused(
    web_desk: WebDeskHarness, span: int, why: str
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    assert mei.does(reference, "aside", code=at(web_desk, span), words=why).json()["refused"]
    assert mei.does(reference, "aside", code="some day", words=why).json()["refused"]
    assert listed(mei, "mine") == [reference]


def test_only_the_holder_snoozes_a_case_and_a_transfer_ends_the_snooze(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = answered(web_desk, mei)
    assert jun.does(reference, "aside", code=at(web_desk, HOUR), words=WHY).status_code == 404
    aside(web_desk, mei, reference)
    mei.told(reference, "transfer", code=jun.id)
    assert listed(jun, "mine") == [reference]
    assert listed(mei, "later") == []


def test_it_is_taken_back_before_its_time(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    assert mei.does(reference, "back").json()["refused"]
    aside(web_desk, mei, reference)
    mei.told(reference, "back")
    assert listed(mei, "mine") == [reference]


# --- follow-up -------------------------------------------------------------------------------


def day(office: WebDeskHarness, span: int) -> str:
    return office.front.legal_deadlines.law.date_of(office.home.loop.now() + span).isoformat()


def test_a_follow_up_shows_in_the_queue_when_its_day_has_come(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    mei.told(reference, "follow_up", code=day(web_desk, DAY), words="Call the shelter.")
    assert "follow-up due today" not in mei.browser.get("/queue/mine/pane").text
    assert f"Follow-up on {written(web_desk, DAY)[:-6]}" in head(mei, reference)
    assert "Call the shelter." in mei.browser.get(f"/cases/{reference}/panes/conversation").text
    aside(web_desk, mei, reference, 5 * DAY)
    assert listed(mei, "mine") == []
    _hours(web_desk, mei, 24)
    assert listed(mei, "mine") == [reference]
    assert "follow-up due today" in mei.browser.get("/queue/mine/pane").text
    mei.told(reference, "follow_up")
    assert "follow-up due" not in mei.browser.get("/queue/mine/pane").text


def test_a_follow_up_stays_with_the_case_when_it_is_given_back(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = answered(web_desk, mei)
    mei.told(reference, "follow_up", code=day(web_desk, DAY), words="Call the shelter.")
    mei.told(reference, "release")
    _hours(web_desk, jun, 24)
    assert "follow-up due today" in jun.browser.get("/queue/waiting/pane").text


@pytest.mark.parametrize(("code", "words"), [("2020-01-01", "x"), ("soon", "x"), ("", "")])
def test_a_day_that_is_none_is_refused(web_desk: WebDeskHarness, code: str, words: str) -> None:
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    said = mei.does(reference, "follow_up", code=code, words=words).json()
    assert said["refused"] == bool(code)
    if code:
        assert "Follow-up on" not in head(mei, reference)
