"""What caseworkers do reaches the queue, the person and their colleagues, or they hear why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import ChatBlockedError, DeliveryUncertainError, LetterRefusedError, RetryLaterError
from bot.hotline.commands.types import Command, Verb
from bot.hotline.events import Event, EventKind
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.caseworker_driver import refusals
from tests.support.telegram.recording_channel import delivery_failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path)
    yield home
    home.close()


def wanting(home: HotlineHarness, language: str = "en") -> tuple[ChatPerson, str]:
    """Return somebody who wants to talk, and their case."""
    person = home.person(language)
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.says("It is about my pay")
    person.presses("Send", "Any time")
    return person, home.ask("SELECT id FROM cases ORDER BY opened_at DESC LIMIT 1")[0][0]


def status(home: HotlineHarness, case: str) -> str:
    found = dict(home.ask("SELECT id, status FROM cases"))
    return str(found[case])


def codes(home: HotlineHarness, what: EventKind) -> list[str]:
    return [event.code for event in home.board.events if event.kind is what]


def told(events: list[Event]) -> list[str]:
    return [
        event.text.source
        for event in events
        if event.kind is EventKind.COMMAND_RESULT and event.text
    ]


def test_the_next_case_goes_to_the_first_claim(hotline: HotlineHarness) -> None:
    _person, case = wanting(hotline)
    mei, lan = hotline.colleague("Mei"), hotline.colleague("Lan")
    assert mei.claims() == case
    (refused,) = [it for it in lan.run_command(Verb.CLAIM, case) if it.is_refused]
    assert refused.text
    assert refused.values == {"name": "Mei"}
    assert refusals(lan.run_command(Verb.CLAIM)) == ["No case waits in your queues and languages."]


def test_what_another_process_wrote_down_is_carried_out(hotline: HotlineHarness) -> None:
    _person, case = wanting(hotline)
    mei = hotline.colleague()
    command = Command(verb=Verb.CLAIM, by=mei.id, case=case)
    hotline.store_staff_commands(command)
    hotline.run(hotline.house.dispatcher.resume())
    assert status(hotline, case) == "held"
    hotline.run(hotline.house.dispatcher.resume())
    assert hotline.ask("SELECT count(*) FROM audit WHERE deed = 'claim'") == [(1,)]


def test_no_update_of_telegram_can_pass_for_a_command(hotline: HotlineHarness) -> None:
    person, case = wanting(hotline)
    mei = hotline.colleague()
    forged = {"verb": "claim", "by": mei.id, "case": case}
    person.send_update(person.words("x") | {"command": forged} | forged)
    assert status(hotline, case) == "waiting"


def test_a_command_delivered_twice_is_carried_out_once(hotline: HotlineHarness) -> None:
    _person, case = wanting(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    hotline.store_staff_commands(Command(verb=Verb.NOTE, by=mei.id, case=case, text="once"))
    hotline.run(hotline.house.dispatcher.resume())
    hotline.run(hotline.house.dispatcher.resume())
    assert len(mei.reads(case)) == 1


def test_a_case_that_is_given_back_waits_again_and_the_chat_with_it(
    hotline: HotlineHarness,
) -> None:
    person, case = wanting(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    mei.run_command(Verb.RELEASE, case)
    assert status(hotline, case) == "waiting"
    assert "The bot answers here again." in " ".join(person.texts)


def test_a_transfer_keeps_the_chat_and_tells_the_person_of_another(hotline: HotlineHarness) -> None:
    person, case = wanting(hotline)
    mei, lan = hotline.colleague("Mei"), hotline.colleague("Lan", title="counsellor")
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    events = mei.run_command(Verb.TRANSFER, case, code=lan.id, text="Speaks softly, is afraid.")
    (passed,) = [it for it in events if it.kind is EventKind.TRANSFERRED]
    assert (passed.to, passed.values["rule"]) == ((lan.id,), "any_time")
    assert "a counsellor of Hope House" in person.last
    assert refusals(mei.says(case, "hello")) != []
    lan.says(case, "Hello, I am here now.")
    assert person.last == "Hello, I am here now."
    assert [it.content.text for it in lan.reads(case) if it.side == "note"] == [
        "Speaks softly, is afraid."
    ]


def test_lowering_a_priority_wants_a_reason(hotline: HotlineHarness) -> None:
    _person, case = wanting(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    assert refusals(mei.run_command(Verb.SET_PRIORITY, case, code="4")) == ["Please give a reason."]
    mei.run_command(Verb.SET_PRIORITY, case, code="4", text="A question about a library card.")
    assert hotline.ask("SELECT priority FROM cases") == [(4,)]


def test_a_case_that_waits_too_long_is_shown_at_the_desks(hotline: HotlineHarness) -> None:
    _person, case = wanting(hotline)
    mei = hotline.colleague()
    hotline.advance_time(25 * 3600)
    now = hotline.loop.now()
    hotline.database.writer.run_sync(lambda work: hotline.house.staff.check_due(work, now))
    (late,) = [it for it in hotline.board.events if it.kind is EventKind.OVERDUE]
    assert (late.case, late.to) == (case, (mei.id,))


def test_a_closed_case_leaves_the_bot_silent_until_the_person_writes(
    hotline: HotlineHarness,
) -> None:
    person, case = wanting(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    mei.run_command(Verb.CLOSE, case, code="helped")
    assert person.last.startswith("The bot answers here again.")
    assert refusals(mei.says(case, "one more thing")) != []


@on_both_databases
def test_a_letter_to_a_person_who_blocked_the_bot_is_shown_as_blocked(
    kind: str, tmp_path: Path
) -> None:
    home = HotlineHarness(tmp_path, kind=kind)
    person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    home.post.fate = lambda _chat, _body: delivery_failure(ChatBlockedError("blocked"))
    mei.says(case, "Are you there?")
    home.run(home.close_writer_idle(1))
    assert codes(home, EventKind.DELIVERY_RESULT)[-1] == "blocked"
    assert [it.state for it in mei.reads(case)][-1] == "blocked"
    home.close()


def test_words_that_waited_when_the_person_blocked_us_are_shown_as_blocked(
    hotline: HotlineHarness,
) -> None:
    person, case = wanting(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    mei.says(case, "Are you there?")  # it waits until she has said that she can write
    assert codes(hotline, EventKind.DELIVERY_RESULT)[-1:] != ["blocked"]
    hotline.post.blocked.add(person.id)
    person.send_update(person.membership("kicked"))
    assert codes(hotline, EventKind.DELIVERY_RESULT)[-1] == "blocked"
    assert [it.state for it in mei.reads(case)][-1] == "blocked"


def test_how_a_letter_ended_is_not_overwritten_by_what_is_heard_of_it_later(
    hotline: HotlineHarness,
) -> None:
    person, case = wanting(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    hotline.post.fate = lambda _chat, _body: delivery_failure(RetryLaterError(retry_after=30.0))
    mei.says(case, "Are you there?")
    person.send_update(person.membership("kicked"))
    hotline.post.fate = lambda _chat, _body: delivery_failure(LetterRefusedError("something else"))
    hotline.run(hotline.close_writer_idle(60))
    settled = codes(hotline, EventKind.DELIVERY_RESULT)
    assert settled[-1] == "blocked"
    assert "refused" not in settled
    assert hotline.ask("SELECT DISTINCT state FROM outbox WHERE author = 'caseworker'") == [
        ("blocked",)
    ]


def test_direction_marks_are_removed_from_letters_of_every_desk(hotline: HotlineHarness) -> None:
    person, case = wanting(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    mei.says(case, "Go to \u202eexit\u202c \u2066M3\u2069\u200e now.")
    assert person.last.endswith("Go to exit M3 now.")
    assert refusals(mei.says(case, "\u202e\u202c")) != []
    mei.says(case, "Joined\u200dletters stay.")  # the control: scripts need these
    assert "Joined\u200dletters" in person.last


def test_uncertain_words_are_never_sent_again_by_themselves(hotline: HotlineHarness) -> None:
    person, case = wanting(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    hotline.post.fate = lambda _chat, _body: delivery_failure(DeliveryUncertainError("no answer"))
    mei.says(case, "Are you there?")
    hotline.post.fate = None
    person.says("hello?")
    hotline.run(hotline.close_writer_idle(400))
    assert "Are you there?" not in person.texts
    assert [it.state for it in mei.reads(case) if it.side == "caseworker"][-1] == "uncertain"
