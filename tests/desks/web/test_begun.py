"""What a caseworker has begun is there again after their session; it is theirs alone."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.desks.web.auth.sessions import IDLE
from bot.desks.web.case import drafts
from tests.desks.web.test_erasing_at_the_desk import erased, wish

if TYPE_CHECKING:
    from httpx import Response

    from tests.desks.web.window import Office, Worker
    from tests.people import Person

WORDS = "Please stay where you are,\nI ask <b>now</b> & come back."


def claimed(office: Office, worker: Worker) -> tuple[Person, str]:
    person, reference = office.somebody()
    worker.told(reference, "claim")
    worker.told(reference, "take_over")
    return person, reference


def begins(worker: Worker, reference: str, words: str = WORDS, kind: str = "say") -> Response:
    path = f"/cases/{reference}/begun/{kind}"
    return worker.browser.post(path, {"words": words}, is_fetched=True)


def field(worker: Worker, reference: str, kind: str = "say") -> str:
    """Return what stands in a field when its page is opened."""
    page = worker.browser.get(f"/cases/{reference}").text
    found = re.search(rf'<textarea[^>]*id="{kind}-words"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def test_words_that_were_begun_are_there_after_the_session_ended(office: Office) -> None:
    mei = office.worker().comes()
    _person, reference = claimed(office, mei)
    assert field(mei, reference) == ""
    assert begins(mei, reference).status_code == 204
    begins(mei, reference, "For Jun.", "note")
    office.home.passes(IDLE / SECOND + 1)
    assert begins(mei, reference, "Too late.").status_code == 401
    mei.comes()
    assert field(mei, reference) == WORDS
    assert field(mei, reference, "note") == "For Jun."


def test_what_was_sent_or_emptied_is_not_there_any_more(office: Office) -> None:
    mei = office.worker().comes()
    _person, reference = claimed(office, mei)
    begins(mei, reference)
    begins(mei, reference, "For Jun.", "note")
    mei.told(reference, "say", words=WORDS)
    assert field(mei, reference) == ""
    assert field(mei, reference, "note") == "For Jun."
    begins(mei, reference, "  \n", "note")
    assert office.home.ask("SELECT * FROM desk_drafts") == []


def test_a_message_that_was_refused_is_still_there(office: Office) -> None:
    mei = office.worker().comes()
    _person, reference = claimed(office, mei)
    begins(mei, reference)
    mei.told(reference, "hand_back")
    assert mei.does(reference, "say", words=WORDS).json()["refused"]
    assert len(office.home.ask("SELECT * FROM desk_drafts")) == 1


def test_nobody_else_reads_it_nor_does_the_desk(office: Office) -> None:
    mei, hua = office.worker().comes(), office.supervisor().comes()
    _person, reference = claimed(office, mei)
    begins(mei, reference, kind="note")
    hua.browser.post(f"/cases/{reference}/glass", {"reason": "A look."})
    assert field(hua, reference, "note") == ""
    ((sealed, who),) = office.home.ask("SELECT sealed, staff_id FROM desk_drafts")
    assert who == mei.id
    assert b"stay" not in sealed
    # Put in another's place it is still nobody's: sealed to Mei, and for Mei.
    office.home.ask(f"UPDATE desk_drafts SET staff_id = '{hua.id}' RETURNING kind")  # noqa: S608 - ours
    assert field(hua, reference, "note") == ""
    office.home.ask(f"UPDATE desk_drafts SET staff_id = '{mei.id}' RETURNING kind")  # noqa: S608 - ours
    assert field(mei, reference, "note") == WORDS


def test_nothing_is_kept_in_a_case_that_is_not_theirs(office: Office) -> None:
    mei, jun = office.worker().comes(), office.worker("Jun").comes()
    _person, reference = claimed(office, mei)
    assert begins(jun, reference).status_code == 404
    assert begins(mei, "QQQQQQ").status_code == 404
    assert begins(mei, reference, kind="letter").status_code == 404
    assert begins(mei, reference, "x" * 12_001).status_code == 422
    assert office.home.ask("SELECT * FROM desk_drafts") == []


def test_it_goes_with_the_case_and_after_a_week(office: Office) -> None:
    mei = office.worker().comes()
    _person, reference = claimed(office, mei)
    _other, kept = claimed(office, mei)
    begins(mei, reference)
    begins(mei, kept)
    wish(office, reference)
    mei.told(reference, "erase", code=reference)
    assert erased(office) == 1
    assert len(office.home.ask("SELECT * FROM desk_drafts")) == 1
    ((at,),) = office.home.ask("SELECT at FROM desk_drafts")
    writer = office.home.database.writer
    writer.run_now(lambda work: drafts.forget(work, at + drafts.KEPT))
    assert len(office.home.ask("SELECT * FROM desk_drafts")) == 1
    writer.run_now(lambda work: drafts.forget(work, at + drafts.KEPT + SECOND))
    assert office.home.ask("SELECT * FROM desk_drafts") == []


# --- a message that answers a question -------------------------------------------------------


def in_danger(office: Office) -> tuple[Person, str]:
    """Return somebody in the middle of a report, whose case danger has opened."""
    person = office.home.person("th")
    person.says("/start")
    person.presses("English", "Nobody", "Tell what happened", "About me", "18 or over")
    person.presses("Danger now", "Tell them now")
    return person, office.newest()


def conversation(worker: Worker, reference: str) -> str:
    return worker.browser.get(f"/cases/{reference}/panes/conversation").text


def test_a_message_becomes_the_answer_of_a_question(office: Office) -> None:
    mei = office.worker().comes()
    person, reference = in_danger(office)
    mei.told(reference, "claim")
    mei.told(reference, "take_over")
    person.presses("I can write now")
    office.settles()
    said = 'He "locked" the door\nand <took> my phone'
    person.says(said)
    office.settles()
    shown = conversation(mei, reference)
    words = re.search(r'name="words" value="([^"]*)"', shown)
    assert words is not None
    assert unescape(words[1]) == said
    codes = re.findall(r'<option value="(report\.\w+)">', shown)
    assert codes
    mei.told(reference, "answer", code=codes[0], words=unescape(words[1]))
    file = mei.browser.get(f"/cases/{reference}/panes/file").text
    assert codes[0] not in conversation(mei, reference)
    assert "Answered" in file


def test_only_whoever_holds_the_conversation_ticks_answers_off(office: Office) -> None:
    mei = office.worker().comes()
    person, reference = in_danger(office)
    mei.told(reference, "claim")
    mei.told(reference, "take_over")
    person.presses("I can write now")
    person.says("He locked the door")
    office.settles()
    assert "This answers a question" in conversation(mei, reference)
    mei.told(reference, "hand_back")
    assert "This answers a question" not in conversation(mei, reference)
