"""What a person can still do once something was sent, as long as they are here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.dispatch import callback_data
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.vault import Vault
from flows.texts import phrases
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    frames,
    messages_of_people,
    place_at,
    reachable_positions,
    send_report,
    skip_on,
    stored_conversation,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

MORE = "there is also a second house"


def sent(home: HotlineHarness) -> ChatPerson:
    """Return somebody who has just sent a report."""
    person = home.person()
    send_report(person)
    return person


@pytest.mark.parametrize("again", ["Tell something new", "Talk to a person"])
def test_after_a_second_report_no_farewell_precedes_the_next_question(
    hotline: HotlineHarness, again: str
) -> None:
    person = sent(hotline)
    heard = person.presses(again)
    while "Send" not in [label.lstrip("0123456789 ") for label in person.labels()]:
        heard += skip_on(person)
    heard += person.presses("Send", "Skip")
    assert current_step(person) == ("afterwards", "what_now")
    assert [said for said in heard if said.startswith("All right.")] == []


def test_a_photo_that_is_added_is_one_file_of_the_case(hotline: HotlineHarness) -> None:
    """It reaches the case as it comes, and stands in what is sent then."""
    person = sent(hotline)
    person.presses("Add something")
    person.sends(photo=[{"file_id": "f1", "file_unique_id": "u1", "file_size": 900}])
    assert hotline.ask("SELECT count(*) FROM files") == [(1,)]
    person.presses("Send")
    assert len(cases_of(hotline)[0].sent) == 2
    assert hotline.ask("SELECT count(*) FROM files") == [(1,)]


def test_what_is_added_joins_the_case(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    person.presses("Add something")
    person.says(MORE)
    assert len(cases_of(hotline)[0].sent) == 1
    hotline.advance_time(1)
    person.presses("Send")
    (case,) = cases_of(hotline)
    assert [one.kind for one in case.sent] == ["report", "addition"]
    assert case.sent[1].answers["added"] == MORE


def test_what_staff_read_already_is_not_called_unsent_after_not_now(
    hotline: HotlineHarness,
) -> None:
    person = sent(hotline)
    person.presses("Add something")
    person.says(MORE)
    assert person.presses("Not now") == [phrases.STILL_READ.source]
    assert [it.text for it in messages_of_people(hotline)] == [MORE]
    hotline.advance_time(10)
    heard = [*person.says("hm"), *person.presses("Has anyone read it?")]
    assert any("Received:" in text for text in heard)
    assert phrases.CONTINUE_OR_LEAVE.source not in heard
    assert len(cases_of(hotline)[0].sent) == 1


def test_what_is_not_added_now_is_kept_and_can_be_added_later(hotline: HotlineHarness) -> None:
    """Staff do not read what follows once the report was taken back."""
    person = sent(hotline)
    person.presses("Take it back", "Take it back")
    person.says("hm")
    person.presses("Add something")
    person.says(MORE)
    person.presses("Not now")
    assert len(cases_of(hotline)[0].sent) == 2
    hotline.advance_time(1)
    person.says("hm")
    person.presses("Go on", "Send")
    (case,) = cases_of(hotline)
    assert case.sent[2].answers["added"] == MORE


def test_an_addition_reaches_its_own_case(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    person.presses("Add something")
    person.says(MORE)
    hotline.advance_time(1)
    person.says("hm")
    person.presses("Send")
    (case,) = cases_of(hotline)
    assert [one.kind for one in case.sent] == ["report", "addition"]


def test_an_addition_begun_is_out_of_sight_after_a_silence(hotline: HotlineHarness) -> None:
    """Who it is has to be known before it can be gone on with: `test_going_quiet.py`."""
    person, stranger = sent(hotline), hotline.person()
    person.presses("Add something")
    person.says(MORE)
    hotline.advance_time(SESSION_TIMEOUT // SECOND + 60)
    assert person.says("hm") == stranger.says("hm")
    assert current_step(person) == current_step(stranger)


def test_taking_back_marks_and_erases_nothing(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    person.presses("Take it back")
    assert len(cases_of(hotline)[0].sent) == 1
    hotline.advance_time(1)
    heard = person.presses("Take it back")
    assert heard[0].startswith("All right. It is marked as taken back.")
    (case,) = cases_of(hotline)
    assert [one.kind for one in case.sent] == ["report", "withdrawal"]


def test_leaving_it_there_changes_nothing(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    person.presses("Take it back", "Do not take it back")
    assert [one.kind for one in cases_of(hotline)[0].sent] == ["report"]


def test_something_new_is_a_case_of_its_own_and_asked_about_again(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    person.presses("Ask for help")
    while current_step(person) != ("ask_for_help", "send"):
        skip_on(person)
    hotline.advance_time(1)
    person.presses("Send", "Skip")
    assert [case.kind for case in cases_of(hotline)] == ["report", "request"]
    assert current_step(person) == ("afterwards", "what_now")
    assert stored_conversation(person).reference in {case.reference for case in cases_of(hotline)}


def test_after_nothing_more_the_person_can_still_return(hotline: HotlineHarness) -> None:
    hotline.colleague()
    person = sent(hotline)
    person.presses("Nothing more")
    assert current_step(person) is None
    assert person.says("one more thing") == [
        "They have it now.",
        "What would you like to do now?",
    ]
    assert stored_conversation(person).position.extra_texts == []


def test_start_after_sending_begins_again_and_keeps_the_case(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    person.says("/start")
    assert current_step(person) == ("language", "language")
    assert [one.kind for one in cases_of(hotline)[0].sent] == ["report"]


@pytest.fixture
def nothing_remembered() -> Iterator[None]:
    """Have every token made anew, and none of this test's used by another."""
    callback_data.token_prefix.cache_clear()
    yield
    callback_data.token_prefix.cache_clear()


@pytest.mark.usefixtures("nothing_remembered")
def test_where_nothing_vouches_another_chats_button_would_be_obeyed(
    hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of every test that presses what belongs to somebody else."""
    monkeypatch.setattr(Vault, "button_mac", lambda _vault, _what: b"0123456789abcdef")
    one, two = hotline.person(), hotline.person()
    for person in (one, two):
        place_at(person, reachable_positions()["report", "safe"])
    two.send_update(two.press(one.token("I am safe here")))
    assert frames(two)[-1].answers["safe"] == "safe"
