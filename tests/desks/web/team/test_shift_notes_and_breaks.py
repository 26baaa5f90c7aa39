"""Caseworkers look after themselves: a pause, a case passed on, a word from shift to shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.routing import Queue
from bot.clock import SECOND
from bot.desks.web.live.watcher import expire_old_rows
from bot.hotline.staff.shift_notes import KEEP_FOR

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

LEFT = "The shelter in Banqiao is full tonight."
NAME = "Lin Mei-hua"


def rests(office: WebDeskHarness, who: WebCaseworker) -> float:
    """Return for how many minutes somebody rests now."""
    ((until,),) = office.home.ask(f"SELECT rests_until FROM staff WHERE id = '{who.id}'")  # noqa: S608 - ours
    return (int(until) - office.home.loop.now()) / SECOND / 60


# --- from shift to shift ---------------------------------------------------------------------


def leaves(who: WebCaseworker, words: str = LEFT, queue: str = "") -> None:
    assert who.browser.post("/shift/leave", {"queue": queue, "words": words}).status_code == 303


def test_a_shift_note_is_shown_once_at_the_start_of_a_shift(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker(NAME).comes(), web_desk.worker("Jun")
    leaves(mei)
    jun.comes()
    assert jun.browser.get("/").headers["location"] == "/shift"
    page = jun.browser.get("/shift").text
    assert LEFT in page
    assert NAME in page
    jun.browser.post("/shift/read")
    assert jun.browser.get("/").headers["location"] != "/shift"
    assert LEFT in jun.browser.get("/shift").text  # and can look it up again
    assert mei.browser.get("/").headers["location"] != "/shift"  # who wrote it knows it


def test_a_note_is_for_the_team_of_its_queue(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker(NAME).comes()
    fisher = web_desk.worker("Wu", queues=("fishers",)).comes()
    leaves(mei, queue="labour")
    assert LEFT not in fisher.browser.get("/shift").text
    leaves(mei, "Boats come on Friday.", "fishers")
    assert "Boats come on Friday." in fisher.browser.get("/shift").text


def test_a_note_to_every_queue_stands_there_once(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    leaves(mei)
    assert len(web_desk.home.ask("SELECT * FROM shift_notes")) == len(Queue)
    assert jun.browser.get("/shift").text.count(LEFT) == 1


def test_a_note_lies_sealed_and_is_gone_after_three_days(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    leaves(mei)
    rows = web_desk.home.ask("SELECT * FROM shift_notes")
    assert rows
    assert all(LEFT.encode() not in bytes(sealed) for (sealed,) in sealed_ones(web_desk))
    later = int(rows[0][-1]) + KEEP_FOR
    web_desk.home.database.writer.run_sync(lambda work: expire_old_rows(work, later - 1))
    assert web_desk.home.ask("SELECT * FROM shift_notes") == rows
    web_desk.home.database.writer.run_sync(lambda work: expire_old_rows(work, later))
    assert web_desk.home.ask("SELECT * FROM shift_notes") == []


def sealed_ones(office: WebDeskHarness) -> list[tuple[object, ...]]:
    return office.home.ask("SELECT sealed FROM shift_notes")


def test_a_note_that_was_moved_to_another_queue_opens_no_more(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    leaves(mei, queue="labour")
    connection = web_desk.home.database.connect()
    connection.execute("UPDATE shift_notes SET queue = 'fishers'")
    connection.close()
    page = jun.browser.get("/shift")
    assert page.status_code == 200
    assert LEFT not in page.text


@pytest.mark.parametrize("words", ["", "  \r\n "])
def test_nothing_is_left_where_nothing_was_written(web_desk: WebDeskHarness, words: str) -> None:
    mei = web_desk.worker().comes()
    leaves(mei, words)
    assert web_desk.home.ask("SELECT * FROM shift_notes") == []


# --- a pause ---------------------------------------------------------------------------------


def hard(office: WebDeskHarness, who: WebCaseworker) -> str:
    _person, reference = office.add_person()
    who.colleague.claims(office.case(reference))
    connection = office.home.database.connect()
    connection.execute(f"UPDATE cases SET priority = 0 WHERE reference = '{reference}'")  # noqa: S608 - ours
    connection.close()
    who.comes()
    return reference


def test_a_pause_is_offered_after_a_danger_case_and_never_started(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker()
    reference = hard(web_desk, mei)
    assert 'id="break-offer" role="status" hidden' in mei.browser.get("/queue/mine").text
    said = mei.does(reference, "close", code="helped", words="She is safe.").json()
    assert said["pause"] is True
    assert said["told"] == "Done."
    page = mei.browser.get("/queue/mine").text
    assert 'id="break-offer" role="status"><span>That was a hard case.' in page
    assert rests(web_desk, mei) <= 0
    mei.browser.post("/pause")
    web_desk.settles()
    assert 14 <= rests(web_desk, mei) <= 15
    assert 'id="break-offer" role="status" hidden' in mei.browser.get("/queue/mine").text
    assert "On a break until" in mei.browser.get("/queue/mine").text
    web_desk.home.advance_time(15 * 60 + 1)  # and back by themselves
    assert rests(web_desk, mei) <= 0


def test_a_pause_can_be_ended_early(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    mei.browser.post("/pause")
    web_desk.settles()
    assert "End the break" in mei.browser.get("/account").text
    mei.browser.post("/own/rest", {"code": "0"})
    web_desk.settles()
    assert rests(web_desk, mei) <= 0
    assert "End the break" not in mei.browser.get("/account").text


def test_off_duty_the_queue_offers_to_go_on_duty_and_no_next_case(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    mei.told(reference, "take_over")
    assert "Claim next case" in mei.browser.get("/queue/waiting").text
    mei.browser.post("/own/off_duty")
    assert "hold cases: 1. They stay yours." in mei.browser.get("/shift").text
    shown = mei.browser.get("/queue/waiting").text
    assert "Claim next case</button>" not in shown
    assert "You are off duty: no case is offered to you." in shown
    mei.browser.post("/own/on_duty")
    assert "Claim next case" in mei.browser.get("/queue/waiting").text
    assert "They stay yours" not in mei.browser.get("/shift").text


def test_going_off_duty_leads_to_the_shift_note(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    assert mei.browser.post("/own/off_duty").headers["location"] == "/shift"
    web_desk.settles()
    assert mei.browser.post("/own/on_duty").headers["location"] == "/"


def test_a_pause_is_offered_for_half_an_hour(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker()
    mei.does(hard(web_desk, mei), "close", code="helped", words="She is safe.")
    for minutes, is_there in ((14, True), (14, True), (3, False)):
        web_desk.home.advance_time(minutes * 60)
        page = mei.browser.get("/queue/mine").text
        assert ('id="break-offer" role="status"><span>' in page) is is_there


def test_a_declined_pause_is_not_offered_again(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker()
    mei.does(hard(web_desk, mei), "close", code="helped", words="She is safe.")
    mei.browser.post("/pause/no")
    assert 'id="break-offer" role="status" hidden' in mei.browser.get("/queue/mine").text
    assert rests(web_desk, mei) <= 0


def test_no_pause_is_offered_after_an_ordinary_case(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    mei = web_desk.worker().comes()
    mei.does(reference, "claim")
    said = mei.does(reference, "close", code="helped", words="She is safe.").json()
    assert said["pause"] is False


# --- a case passed on, and who people hear of ------------------------------------------------


def test_a_case_is_passed_with_a_word_for_the_next_and_no_reason(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    mei.does(reference, "claim")
    mei.told(reference, "release", words="She reads English well. Calls at six.")
    assert mei.browser.get(f"/cases/{reference}").status_code == 200  # it waits for anybody
    jun.does(reference, "claim")
    assert "Calls at six." in jun.browser.get(f"/cases/{reference}").text
    jun.told(reference, "release")  # without a word as well
    ((status,),) = web_desk.home.ask("SELECT status FROM cases")
    assert status == "waiting"


def test_people_hear_of_a_role_and_never_of_a_name(web_desk: WebDeskHarness) -> None:
    person, reference = web_desk.add_person()
    mei = web_desk.worker(NAME).comes()
    mei.does(reference, "claim")
    mei.does(reference, "take_over")
    person.presses("I can write now")
    mei.does(reference, "say", words="Hello, are you safe?")
    mei.does(reference, "hand_back")
    web_desk.settles()
    heard = "\n".join(person.texts)
    assert "caseworker" in heard
    assert NAME not in heard
    assert not any(part in heard for part in NAME.split())


def test_handing_back_says_when_a_reply_is_still_due(web_desk: WebDeskHarness) -> None:
    person, reference = web_desk.add_person()
    mei = web_desk.worker(NAME).comes()
    mei.does(reference, "claim")
    mei.does(reference, "take_over")
    person.presses("I can write now")
    person.says("my boss locked the door again")
    web_desk.settles()
    due = "A reply is still due. In a few seconds:"
    assert due in mei.browser.get(f"/cases/{reference}").text
    mei.does(reference, "say", words="Are you safe now?")
    web_desk.settles()
    assert due not in mei.browser.get(f"/cases/{reference}").text
