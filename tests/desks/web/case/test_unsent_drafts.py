"""What a caseworker has begun is there again after their session; it is theirs alone."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.desks.web.auth.sessions import IDLE_TIMEOUT
from bot.desks.web.case import drafts
from tests.desks.web.case.test_case_erasure_page import erased, wish

if TYPE_CHECKING:
    from httpx import Response

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

UNSENT = 'id="say-unsent">Not sent yet.</p>'
OTHER = "Xin chào, chị có khỏe không? Tôi ở đây."
WORDS = "Please stay where you are,\nI ask <b>now</b> & come back."


def claimed(office: WebDeskHarness, worker: WebCaseworker) -> tuple[ChatPerson, str]:
    person, reference = office.add_person()
    worker.told(reference, "claim")
    worker.told(reference, "take_over")
    return person, reference


def begins(
    worker: WebCaseworker, reference: str, words: str = WORDS, kind: str = "say"
) -> Response:
    path = f"/cases/{reference}/drafts/{kind}"
    return worker.browser.post(path, {"words": words}, is_fetched=True)


def field(worker: WebCaseworker, reference: str, kind: str = "say") -> str:
    """Return what stands in a field when its page is opened."""
    page = worker.browser.get(f"/cases/{reference}").text
    found = re.search(rf'<textarea[^>]*id="{kind}-words"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def test_words_that_were_begun_are_there_after_the_session_ended(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = claimed(web_desk, mei)
    assert field(mei, reference) == ""
    assert begins(mei, reference).status_code == 204
    begins(mei, reference, "For Jun.", "note")
    web_desk.home.advance_time(IDLE_TIMEOUT / SECOND + 1)
    assert begins(mei, reference, "Too late.").status_code == 401
    mei.comes()
    assert field(mei, reference) == WORDS
    assert field(mei, reference, "note") == "For Jun."


def test_words_that_wait_for_send_anyway_are_named_as_not_sent(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = claimed(web_desk, mei)
    assert UNSENT not in mei.browser.get(f"/cases/{reference}").text
    words = {"words": "Xin chào, chị có khỏe không? Tôi ở đây."}
    asked = mei.browser.post(f"/cases/{reference}/check", words, is_fetched=True)
    assert asked.json()["checks"] == "language"
    begins(mei, reference, **words)  # a page puts them back into their field, and saves it
    assert field(mei, reference) == words["words"]
    assert UNSENT in mei.browser.get(f"/cases/{reference}").text
    mei.told(reference, "say", **words, sure="language")
    assert UNSENT not in mei.browser.get(f"/cases/{reference}").text


def test_what_was_sent_or_emptied_is_not_there_any_more(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = claimed(web_desk, mei)
    begins(mei, reference)
    begins(mei, reference, "For Jun.", "note")
    mei.told(reference, "say", words=WORDS)
    assert field(mei, reference) == ""
    assert field(mei, reference, "note") == "For Jun."
    begins(mei, reference, "  \n", "note")
    assert web_desk.home.ask("SELECT * FROM desk_drafts") == []


def test_a_check_of_words_takes_the_place_of_no_draft(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = claimed(web_desk, mei)
    begins(mei, reference)
    asked = mei.browser.post(f"/cases/{reference}/check", {"words": OTHER}, is_fetched=True)
    assert asked.json()["checks"] == "language"
    assert field(mei, reference) == WORDS


def test_words_written_after_a_message_stay_a_draft_when_it_is_sent(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = claimed(web_desk, mei)
    begins(mei, reference, f"{WORDS}\nAnd then?")
    mei.told(reference, "say", words=WORDS)
    assert field(mei, reference) == "And then?"
    mei.told(reference, "say", words="Something else.")
    assert field(mei, reference) == "And then?"


@pytest.mark.parametrize("fields", [{"delay": "5000"}, {}])
def test_a_message_of_a_page_that_was_left_says_what_was_typed_since(
    web_desk: WebDeskHarness, fields: dict[str, str]
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = claimed(web_desk, mei)
    begins(mei, reference, WORDS[:9])
    mei.does(reference, "say", words=WORDS, typed="Please", **fields)  # with which it begins
    assert field(mei, reference) == "Please"


def test_a_message_asked_about_after_its_page_was_left_stands_before_newer_words(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = claimed(web_desk, mei)
    begins(mei, reference, "Xin")
    asked = mei.does(reference, "say", words=OTHER, typed="And then?", delay="5000")
    assert asked.json()["checks"] == "language"
    assert field(mei, reference) == f"{OTHER}\nAnd then?"


def test_a_message_asked_about_without_a_script_takes_the_place_of_no_words(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = claimed(web_desk, mei)
    begins(mei, reference, "And then?")
    mei.browser.post(f"/cases/{reference}/do/say", {"words": OTHER})
    mei.browser.post(f"/cases/{reference}/do/say", {"words": OTHER})
    assert field(mei, reference) == f"{OTHER}\nAnd then?"


def test_a_place_or_a_file_without_words_leaves_the_draft_of_a_message(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = claimed(web_desk, mei)
    begins(mei, reference)
    place = {"place": "25.0330, 121.5654"}
    sent = mei.browser.post(f"/cases/{reference}/send-place", place, is_fetched=True)
    assert not sent.json()["refused"]
    assert field(mei, reference) == WORDS


def test_both_fields_of_a_call_are_drafts_until_it_is_saved(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = claimed(web_desk, mei)
    begins(mei, reference, "She is locked in.", "call")
    begins(mei, reference, "We call at nine.", "told")
    assert field(mei, reference, "told") == "We call at nine."
    given = {"words": "She is locked in.", "value.told": "We call at nine.", "code": "we_called"}
    mei.told(reference, "call", **given)
    assert web_desk.home.ask("SELECT * FROM desk_drafts") == []


def test_a_message_that_was_refused_is_still_there(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = claimed(web_desk, mei)
    begins(mei, reference)
    mei.told(reference, "hand_back")
    assert mei.does(reference, "say", words=WORDS).json()["refused"]
    assert len(web_desk.home.ask("SELECT * FROM desk_drafts")) == 1


def test_an_unsent_draft_is_readable_by_its_author_only(web_desk: WebDeskHarness) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    _person, reference = claimed(web_desk, mei)
    begins(mei, reference, kind="note")
    hua.browser.post(f"/cases/{reference}/break-glass", {"reason": "A look."})
    assert field(hua, reference, "note") == ""
    ((sealed, who),) = web_desk.home.ask("SELECT sealed, staff_id FROM desk_drafts")
    assert who == mei.id
    assert b"stay" not in sealed
    # Put in another's place it is still nobody's: sealed to Mei, and for Mei.
    web_desk.home.ask(f"UPDATE desk_drafts SET staff_id = '{hua.id}' RETURNING kind")  # noqa: S608 - ours
    assert field(hua, reference, "note") == ""
    web_desk.home.ask(f"UPDATE desk_drafts SET staff_id = '{mei.id}' RETURNING kind")  # noqa: S608 - ours
    assert field(mei, reference, "note") == WORDS


def test_drafts_are_stored_only_in_cases_the_caseworker_may_open(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = claimed(web_desk, mei)
    assert begins(jun, reference).status_code == 404
    assert begins(mei, "QQQQQQ").status_code == 404
    assert begins(mei, reference, kind="letter").status_code == 404
    assert begins(mei, reference, "x" * (drafts.MAX_LENGTH + 1)).status_code == 422
    assert web_desk.home.ask("SELECT * FROM desk_drafts") == []


def test_it_goes_with_the_case_and_after_a_week(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = claimed(web_desk, mei)
    _other, kept = claimed(web_desk, mei)
    begins(mei, reference)
    begins(mei, kept)
    wish(web_desk, reference)
    mei.told(reference, "erase", code=reference)
    assert erased(web_desk) == 1
    assert len(web_desk.home.ask("SELECT * FROM desk_drafts")) == 1
    ((at,),) = web_desk.home.ask("SELECT at FROM desk_drafts")
    writer = web_desk.home.database.writer
    writer.run_sync(lambda work: drafts.expire_drafts(work, at + drafts.MAX_AGE))
    assert len(web_desk.home.ask("SELECT * FROM desk_drafts")) == 1
    writer.run_sync(lambda work: drafts.expire_drafts(work, at + drafts.MAX_AGE + SECOND))
    assert web_desk.home.ask("SELECT * FROM desk_drafts") == []


# --- a message that answers a question -------------------------------------------------------


def in_danger(office: WebDeskHarness) -> tuple[ChatPerson, str]:
    """Return somebody in the middle of a report, whose case danger has opened."""
    person = office.home.person("th")
    person.says("/start")
    person.presses("English", "Tell what happened", "About me", "I am safe here")
    person.presses("Danger now", "Tell them now")
    return person, office.newest()


def conversation(worker: WebCaseworker, reference: str) -> str:
    return worker.browser.get(f"/cases/{reference}/panes/conversation").text


def answer_pane(worker: WebCaseworker, reference: str, message: str = "") -> str:
    return worker.browser.get(f"/cases/{reference}/panes/answer?message={message}").text


def test_a_message_becomes_the_answer_of_a_question(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = in_danger(web_desk)
    mei.told(reference, "claim")
    mei.told(reference, "take_over")
    person.presses("I can write now")
    web_desk.settles()
    said = 'He "locked" the door\nand <took> my phone'
    person.says(said)
    web_desk.settles()
    (message,) = re.findall(r'data-answer="(\d+)"', conversation(mei, reference))
    words = re.findall(r'name="words" value="([^"]*)"', answer_pane(mei, reference, message))
    assert [unescape(it) for it in words] == [said]
    codes = re.findall(r'<option value="(report\.\w+)">', answer_pane(mei, reference))
    assert codes
    mei.told(reference, "answer", code=codes[0], words=unescape(words[0]))
    file = mei.browser.get(f"/cases/{reference}/panes/file").text
    assert codes[0] not in answer_pane(mei, reference)
    assert "Answered" in file


def test_only_the_takeover_holder_marks_answers(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = in_danger(web_desk)
    mei.told(reference, "claim")
    mei.told(reference, "take_over")
    person.presses("I can write now")
    person.says("He locked the door")
    web_desk.settles()
    assert "Which question" in answer_pane(mei, reference)
    mei.told(reference, "hand_back")
    assert "Which question" not in answer_pane(mei, reference)


def test_a_list_marks_a_case_with_a_draft_for_its_writer_alone(web_desk: WebDeskHarness) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    _person, reference = claimed(web_desk, mei)
    mark = '<span class="quiet draft">draft</span>'

    def marked() -> list[bool]:
        pages = (mei.browser.get("/queue/mine").text, hua.browser.get("/queue/all").text)
        assert all(reference in it for it in pages)
        return [mark in it for it in pages]

    assert marked() == [False, False]  # negative control
    begins(mei, reference, "For Jun.", "note")
    assert marked() == [True, False]
    begins(mei, reference, "", "note")
    assert marked() == [False, False]
