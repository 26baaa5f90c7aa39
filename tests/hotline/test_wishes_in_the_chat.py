"""What whoever wants it erased reads, and who is taken at their word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import DAY, SECOND
from bot.hotline.erasure.requests import ANYWAY
from bot.hotline.events import Happened
from tests.dispatch.peeking import at, kept, skip_on, tell
from tests.hotline.wanted import (
    ANYTHING_SENT,
    AT_ONCE,
    asks,
    believe,
    carries_out,
    cases,
    hold,
    known_by_word,
    sent,
    wants_it_gone,
    wish,
)

if TYPE_CHECKING:
    from tests.houses import Home


def test_it_answers_the_same_whether_anything_was_sent_or_not(home: Home) -> None:
    with_case, without = sent(home), home.person()
    home.passes(3600)
    said = [wants_it_gone(person) for person in (with_case, without)]
    assert any(ANYTHING_SENT in text for text in said[0])
    assert [text for text in said[0] if ANYTHING_SENT in text] == [
        text for text in said[1] if ANYTHING_SENT in text
    ]


def test_what_was_not_sent_is_gone_at_once(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    person.says("My secret words.")
    wants_it_gone(person)
    assert "My secret words." not in str(kept(person))


def test_the_chat_is_cleared_and_says_the_same_to_everybody(home: Home) -> None:
    with_case, without = sent(home), home.person()
    without.says("/start")
    without.presses("English", "Nobody can see")
    screens = []
    for person in (with_case, without):
        before = set(home.post.chats[person.id])
        wants_it_gone(person)
        home.passes(1)
        home.settle()
        assert before.isdisjoint(home.post.chats[person.id])
        screens.append(person.texts)
    assert screens[0] == screens[1]
    assert ANYTHING_SENT in screens[0][-1]


def test_nothing_happens_by_a_slip_of_the_finger(home: Home) -> None:
    person = sent(home)
    person.says("/delete")
    heard = person.presses("Leave it there")
    assert any("Nothing was erased" in text for text in heard)
    assert wish(home, cases(home)[0]) is None


def test_in_the_middle_of_a_question_it_comes_back_to_it(home: Home) -> None:
    person = home.person()
    tell(person, until="needs")
    person.says("/delete")
    person.presses("Leave it there")
    assert at(person) == ("report", "needs")


def test_a_hold_is_told_in_a_live_sitting_and_to_nobody_else(home: Home) -> None:
    person = sent(home)
    hold(home, cases(home)[0], 30 * DAY)
    heard = person.says("/delete")
    assert any("has to be kept by law until" in text for text in heard)
    person.presses("Leave it there")
    home.passes(3600)
    heard = asks(person)
    heard += person.presses("Erase it")
    assert not any("law until" in text for text in heard)


def test_whoever_wrote_their_word_is_taken_at_it_at_once(home: Home) -> None:
    person, case = known_by_word(home)
    person.says("/delete")
    heard = person.presses("Erase it")
    assert AT_ONCE in heard
    assert ANYTHING_SENT not in "".join(heard)
    assert carries_out(home) == 1
    assert cases(home) == []
    assert home.ask("SELECT actor, detail FROM audit WHERE deed = 'wish'") == [("person", "word")]
    assert not [it for it in home.board.events if it.what is Happened.WISHED and it.case == case]


def test_a_word_proves_nothing_of_another_case_nor_after_the_sitting(home: Home) -> None:
    """The negative control: erased at once is only what the word was written for."""
    person, case = known_by_word(home)
    home.passes(3600)
    asks(person)
    heard = person.presses("Erase it")
    assert AT_ONCE not in heard
    carries_out(home)
    assert cases(home) == [case]


def test_what_the_law_keeps_is_not_said_to_be_erased_now(home: Home) -> None:
    person, case = known_by_word(home)
    hold(home, case, 30 * DAY)
    person.says("/delete")
    assert AT_ONCE not in person.presses("Erase it")


def test_one_person_alone_keeps_nothing_that_its_person_wants_erased(home: Home) -> None:
    person, case = known_by_word(home)
    hold(home, case, 180 * DAY, is_agreed=False)
    person.says("/delete")
    assert AT_ONCE in person.presses("Erase it")
    assert carries_out(home) == 1
    assert cases(home) == []


def test_once_a_second_agrees_it_is_kept_and_its_person_reads_until_when(home: Home) -> None:
    """The negative control: it is the second person who makes it a hold."""
    person, case = known_by_word(home)
    hold(home, case, 180 * DAY)
    heard = person.says("/delete")
    heard += person.presses("Erase it")
    assert any("has to be kept by law until" in text for text in heard)
    assert any("What has to be kept by law is erased after that day" in text for text in heard)
    assert not any("After seven days it is erased anyway" in text for text in heard)
    assert AT_ONCE not in heard
    assert carries_out(home) == 0
    assert cases(home) == [case]


def test_of_two_cases_that_one_has_to_be_kept_is_said_before_either_is_erased(home: Home) -> None:
    person, first = known_by_word(home)
    hold(home, first, 180 * DAY)
    person.presses("Ask for help")
    while not any("Send" in label for label in person.labels()):
        skip_on(person)
    person.presses("Send")
    assert len(cases(home)) == 2
    heard = person.says("/delete")
    assert any("has to be kept by law until" in text for text in heard)
    assert AT_ONCE not in person.presses("Erase it")


def test_an_unagreed_hold_keeps_nothing_after_seven_days_either(home: Home) -> None:
    person = sent(home)
    (case,) = cases(home)
    hold(home, case, 180 * DAY, is_agreed=False)
    wants_it_gone(person)
    home.passes(ANYWAY // SECOND + 60)
    believe(home)
    assert carries_out(home) == 1
    assert cases(home) == []
