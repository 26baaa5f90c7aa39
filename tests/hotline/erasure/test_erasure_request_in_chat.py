"""What whoever wants it erased reads, and who is taken at their word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import DAY, SECOND
from bot.hotline.erasure.requests import ERASE_AFTER
from bot.hotline.events import EventKind
from tests.support.dispatch_inspection import (
    current_step,
    skip_on,
    start_report,
    stored_conversation,
)
from tests.support.people.erasure_request_steps import (
    ANYTHING_SENT,
    AT_ONCE,
    add_legal_hold,
    cases,
    erasure_request_of,
    identified_by_passphrase,
    request_erasure,
    run_erasure_job,
    sent,
    start_erasure_dialog,
    trust_clock,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness


def test_it_answers_the_same_whether_anything_was_sent_or_not(hotline: HotlineHarness) -> None:
    with_case, without = sent(hotline), hotline.person()
    hotline.advance_time(3600)
    said = [request_erasure(person) for person in (with_case, without)]
    assert any(ANYTHING_SENT in text for text in said[0])
    assert [text for text in said[0] if ANYTHING_SENT in text] == [
        text for text in said[1] if ANYTHING_SENT in text
    ]


def test_what_was_not_sent_is_gone_at_once(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says("My secret words.")
    request_erasure(person)
    assert "My secret words." not in str(stored_conversation(person))


def test_the_chat_is_cleared_and_says_the_same_to_everybody(hotline: HotlineHarness) -> None:
    with_case, without = sent(hotline), hotline.person()
    without.says("/start")
    without.presses("English")
    screens = []
    for person in (with_case, without):
        before = set(hotline.post.chats[person.id])
        request_erasure(person)
        hotline.advance_time(1)
        hotline.settle()
        assert before.isdisjoint(hotline.post.chats[person.id])
        screens.append(person.texts)
    assert screens[0] == screens[1]
    assert ANYTHING_SENT in screens[0][-1]


def test_nothing_happens_by_a_slip_of_the_finger(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    person.says("/delete")
    heard = person.presses("Do not erase it")
    assert any("Nothing was erased" in text for text in heard)
    assert erasure_request_of(hotline, cases(hotline)[0]) is None


def test_in_the_middle_of_a_question_it_comes_back_to_it(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="needs")
    person.says("/delete")
    person.presses("Do not erase it")
    assert current_step(person) == ("report", "needs")


def test_a_legal_hold_is_shown_only_in_a_live_session(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    add_legal_hold(hotline, cases(hotline)[0], 30 * DAY)
    heard = person.says("/delete")
    assert any("has to be kept by law until" in text for text in heard)
    person.presses("Do not erase it")
    hotline.advance_time(3600)
    heard = start_erasure_dialog(person)
    heard += person.presses("Erase it")
    assert not any("law until" in text for text in heard)


def test_a_request_after_the_passphrase_is_confirmed_at_once(hotline: HotlineHarness) -> None:
    person, case = identified_by_passphrase(hotline)
    person.says("/delete")
    heard = person.presses("Erase it")
    assert AT_ONCE in heard
    assert ANYTHING_SENT not in "".join(heard)
    assert run_erasure_job(hotline) == 1
    assert cases(hotline) == []
    assert hotline.ask("SELECT actor, detail FROM audit WHERE deed = 'wish'") == [
        ("person", "word")
    ]
    assert not [
        it
        for it in hotline.board.events
        if it.kind is EventKind.ERASURE_REQUESTED and it.case == case
    ]


def test_a_passphrase_confirms_no_other_case_and_no_later_session(
    hotline: HotlineHarness,
) -> None:
    """The negative control: erased at once is only what the word was written for."""
    person, case = identified_by_passphrase(hotline)
    hotline.advance_time(3600)
    start_erasure_dialog(person)
    heard = person.presses("Erase it")
    assert AT_ONCE not in heard
    run_erasure_job(hotline)
    assert cases(hotline) == [case]


def test_what_the_law_keeps_is_not_said_to_be_erased_now(hotline: HotlineHarness) -> None:
    person, case = identified_by_passphrase(hotline)
    add_legal_hold(hotline, case, 30 * DAY)
    person.says("/delete")
    assert AT_ONCE not in person.presses("Erase it")


def test_one_person_alone_keeps_nothing_that_its_person_wants_erased(
    hotline: HotlineHarness,
) -> None:
    person, case = identified_by_passphrase(hotline)
    add_legal_hold(hotline, case, 180 * DAY, is_agreed=False)
    person.says("/delete")
    assert AT_ONCE in person.presses("Erase it")
    assert run_erasure_job(hotline) == 1
    assert cases(hotline) == []


def test_once_a_second_agrees_it_is_kept_and_its_person_reads_until_when(
    hotline: HotlineHarness,
) -> None:
    """The negative control: it is the second person who makes it a hold."""
    person, case = identified_by_passphrase(hotline)
    add_legal_hold(hotline, case, 180 * DAY)
    heard = person.says("/delete")
    heard += person.presses("Erase it")
    assert any("has to be kept by law until" in text for text in heard)
    assert any("What has to be kept by law is erased after that day" in text for text in heard)
    assert not any("After seven days it is erased anyway" in text for text in heard)
    assert AT_ONCE not in heard
    assert run_erasure_job(hotline) == 0
    assert cases(hotline) == [case]


def test_of_two_cases_that_one_has_to_be_kept_is_said_before_either_is_erased(
    hotline: HotlineHarness,
) -> None:
    person, first = identified_by_passphrase(hotline)
    add_legal_hold(hotline, first, 180 * DAY)
    person.presses("Ask for help")
    while not any("Send" in label for label in person.labels()):
        skip_on(person)
    person.presses("Send")
    assert len(cases(hotline)) == 2
    heard = person.says("/delete")
    assert any("has to be kept by law until" in text for text in heard)
    assert AT_ONCE not in person.presses("Erase it")


def test_an_unagreed_hold_keeps_nothing_after_seven_days_either(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    (case,) = cases(hotline)
    add_legal_hold(hotline, case, 180 * DAY, is_agreed=False)
    request_erasure(person)
    hotline.advance_time(ERASE_AFTER // SECOND + 60)
    trust_clock(hotline)
    assert run_erasure_job(hotline) == 1
    assert cases(hotline) == []
