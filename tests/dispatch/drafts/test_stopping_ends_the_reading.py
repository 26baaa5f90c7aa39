"""Whoever stops: nothing they write from then on reaches staff, until they agree again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.hotline.chat.messages import MessageSide
from bot.hotline.chat.takeover import OPENER_REFUSED, PersonLeft
from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind
from tests.dispatch.danger.test_a_yes_taken_back import TAKEN_BACK, TELL, agreeing
from tests.dispatch.relay.test_messages_reach_case import (
    ADDRESS,
    LONG,
    case_ids,
    messages,
    told,
    written,
)
from tests.dispatch.relay.test_takeover import in_danger
from tests.support.dispatch_inspection import current_step, stored_conversation

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

HIDING = "im in the bathroom of the second floor"
PASSES_NOTHING = "Stopping passes nothing more on."
STOPS = {
    "en": ["/stop", "stop", "cancel"], "id": ["stop", "berhenti", "batal"], "vi": ["dừng lại"],
    "th": ["หยุด", "ยกเลิก"], "fil": ["tigil na"], "zh_Hant": ["停", "取消"],
    "zh_Hans": ["停", "取消"], "my": ["ရပ်မယ်"], "km": ["ខ្ញុំឈប់"], "ja": ["ストップ", "キャンセル"],
}  # fmt: skip


@pytest.mark.parametrize("tag", STOPS)
def test_words_for_stopping_end_the_reading_and_are_no_address(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for line in STOPS[tag]:
        person = agreeing(sqlite_hotline, tag, TELL, TAKEN_BACK[tag][0])
        person.says(line)
        case = stored_conversation(person).case
        assert [it.content.asked for it in messages(sqlite_hotline, case)[-1:]] == [""], line
        before = written(sqlite_hotline, case)
        person.says(HIDING)
        assert written(sqlite_hotline, case) == before, line


@pytest.mark.both_databases
def test_while_asked_about_unsent_answers_nothing_is_passed_on(hotline: HotlineHarness) -> None:
    person = told(hotline)
    heard = person.says("/stop")
    assert PASSES_NOTHING in heard[0]
    assert current_step(person) == ("stop", "unsent")
    before = written(hotline)
    person.says(ADDRESS)
    person.presses("Back to the question", "Keep for 24 hours")
    person.says(ADDRESS)
    hotline.advance_time(LONG)
    person.says(ADDRESS)
    assert written(hotline) == before


@pytest.mark.both_databases
def test_without_stopping_the_same_words_reach_the_case(hotline: HotlineHarness) -> None:
    """The negative control."""
    person = told(hotline)
    person.says(HIDING)
    assert written(hotline)[-1] == HIDING


@pytest.mark.both_databases
def test_stopping_in_a_talk_ends_it_before_unsent_answers_are_asked_about(
    hotline: HotlineHarness,
) -> None:
    person, case = in_danger(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    events = len(hotline.board.events)
    person.says("/stop")
    assert current_step(person) == ("stop", "unsent")
    ended = [it.code for it in hotline.board.events[events:] if it.kind is EventKind.HANDED_BACK]
    assert ended == [PersonLeft.STOPPED]
    before = written(hotline, case)
    person.says(HIDING)
    hotline.advance_time(LONG)
    person.says(HIDING)
    assert written(hotline, case) == before


def test_stop_said_to_a_caseworker_ends_no_talk(hotline: HotlineHarness) -> None:
    person, case = in_danger(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    person.says("stop")
    assert written(hotline, case)[-1] == "stop"
    assert stored_conversation(person).takeover is not None


@pytest.mark.both_databases
def test_new_danger_after_stopping_asks_again_and_a_yes_lets_staff_read(
    hotline: HotlineHarness,
) -> None:
    person = told(hotline)
    person.says("/stop")
    person.presses("Keep for 24 hours")
    before = [written(hotline, it) for it in case_ids(hotline)]
    person.says("He is back, help")
    assert current_step(person) == TELL
    assert [written(hotline, it) for it in case_ids(hotline)] == before
    person.presses("Tell them now")
    person.says(HIDING)
    read = [words for it in case_ids(hotline) for words in written(hotline, it)]
    assert {"He is back, help", HIDING} <= {*read}


def test_desks_are_told_once_that_the_person_stopped(hotline: HotlineHarness) -> None:
    person = told(hotline)
    for _ in range(2):
        person.says("/stop")
    ended = [it for it in hotline.board.events if it.kind is EventKind.READING_ENDED]
    assert [it.case for it in ended] == case_ids(hotline)


def test_stopping_before_anything_was_sent_tells_no_desk(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("/start")
    person.presses("English", "Tell what happened")
    person.says("/stop")
    assert [it for it in hotline.board.events if it.kind is EventKind.READING_ENDED] == []


def stopped_and_taken_over(hotline: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Someone who stopped, and whom a caseworker has asked whether this is a good moment."""
    person, case = in_danger(hotline)
    person.says("/stop")
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    return person, mei, case


@pytest.mark.both_databases
def test_what_is_written_after_stopping_waits_until_the_opener_is_answered(
    hotline: HotlineHarness,
) -> None:
    person, _mei, case = stopped_and_taken_over(hotline)
    before = written(hotline, case)
    person.says("i do not know who you are")
    person.says(HIDING)
    assert written(hotline, case) == before
    person.presses("I can write now")
    passed_on = [it for it in written(hotline, case)[len(before) :] if it]  # a press has no words
    assert passed_on == ["i do not know who you are", HIDING]
    person.says("thank you")
    assert written(hotline, case)[-1] == "thank you"


def test_a_no_to_the_opener_passes_nothing_on_that_was_written_after_stopping(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = stopped_and_taken_over(hotline)
    before = written(hotline, case)
    person.says(HIDING)
    person.presses("Not now")
    mei.run_command(Verb.HAND_BACK, case)
    person.says(HIDING)
    assert [it for it in written(hotline, case) if it] == before  # a press has no words
    mei.take_over(case)  # another question: what was said before the no stays unread
    person.presses("I can write now")
    assert HIDING not in written(hotline, case)


def test_alarming_words_after_stopping_reach_the_caseworker_who_asks(
    hotline: HotlineHarness,
) -> None:
    person, _mei, case = stopped_and_taken_over(hotline)
    person.says("help, he is killing me")
    assert written(hotline, case)[-1] == "help, he is killing me"


@pytest.mark.both_databases
def test_what_waited_stands_in_the_order_in_which_it_was_written(hotline: HotlineHarness) -> None:
    """Also with alarming words between, all of one batch, as after an outage."""
    person, _mei, case = stopped_and_taken_over(hotline)
    lines = ["one", "help he has a knife", "three", "he will kill me tonight", "five"]
    begin = len(messages(hotline, case))
    person.send_update(*map(person.words, lines))
    assert written(hotline, case)[-2:] == [lines[1], lines[3]]
    person.send_update(
        person.press(person.token("I can write now")), *map(person.words, ("six", "seven"))
    )
    shown = sorted(messages(hotline, case)[begin:], key=lambda it: (it.seen_at, it.id))
    said = [it.content.text for it in shown if it.side is MessageSide.PERSON]
    assert said == [*lines, "", "six", "seven"]  # a press has no words


def test_a_no_to_the_opener_is_shown_to_the_caseworker_who_asked(hotline: HotlineHarness) -> None:
    person, _mei, case = stopped_and_taken_over(hotline)
    person.presses("Not now")
    assert messages(hotline, case)[-1].content.code == OPENER_REFUSED


@pytest.mark.both_databases
def test_after_stopping_and_a_silence_words_wait_for_an_answer_too(hotline: HotlineHarness) -> None:
    person, _mei, case = stopped_and_taken_over(hotline)
    before = written(hotline, case)
    hotline.advance_time(LONG)
    person.says(HIDING)
    assert written(hotline, case) == before
