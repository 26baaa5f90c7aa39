"""An hour agreed on: one neutral question, a word, and staff who hear of silence. Nobody else."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from bot.cli.cases.show import agreed_check_in, check_in_as_json, check_in_lines
from bot.clock import HOUR
from bot.hotline.commands.types import Verb
from bot.hotline.deadlines import deadline_line
from bot.hotline.events import EventKind
from bot.languages import catalogue
from bot.messages import DeleteMessages
from flows.texts.phrasebook import PHRASES
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    messages_of_people,
    stored_conversation,
)
from tests.support.harnesses.hotline_harness import ALWAYS, HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.hotline.events import Event
    from tests.support.people.chat_person import ChatPerson

on_each = pytest.mark.both_databases
"""Marks a test of what is stored and found: who has a check-in is asked in other words on each."""
OPENER = PHRASES["opener"].text.render(catalogue("en"))
RIGHT, SECOND = "mangga tua", "hujan besar"
PLAN = "Call my sister, 0900 000 000."


@pytest.fixture
def home(database_kind: str, tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, hours=ALWAYS, kind=database_kind)
    yield home
    home.close()


def writes_to_us(home: HotlineHarness, rule: str = "Any time") -> tuple[ChatPerson, str]:
    person = home.person("en")
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.presses("Send", rule)
    if rule == "Only when I write":
        person.presses("Skip")
    ((case,),) = home.ask("SELECT id FROM cases ORDER BY opened_at DESC LIMIT 1")
    return person, case


def agrees(
    person: ChatPerson, often: str = "Every day", *, second: bool = True, hour: int = 21
) -> None:
    """Agree on nine at night; it is midday."""
    person.presses("Ask me at a set time")
    person.says(str(hour))
    person.presses(often, "Call a number")
    person.says(PLAN)
    person.says(RIGHT)
    person.presses("Choose a second word" if second else "One word is enough")
    if second:
        person.says(SECOND)
    person.presses("Send")


def agreed(
    home: HotlineHarness, rule: str = "Any time", often: str = "Every day"
) -> tuple[ChatPerson, str]:
    person, case = writes_to_us(home, rule)
    agrees(person, often)
    return person, case


def looks(home: HotlineHarness) -> list[Event]:
    before, now = len(home.board.events), home.loop.now()
    house = home.house
    house.courier.enqueue(
        home.database.writer.run_sync(lambda work: house.staff.check_due(work, now))
    )
    home.run(home.close_writer_idle(3))
    home.settle()
    return alarms(home.board.events[before:])


def alarms(events: list[Event]) -> list[Event]:
    return [it for it in events if it.kind is EventKind.OVERDUE and it.text and _is_ours(it)]


def _is_ours(event: Event) -> bool:
    return event.text is not None and "Only staff are told of this" in event.text.source


def test_a_word_written_too_early_is_kept_nowhere_and_the_question_stands(
    home: HotlineHarness,
) -> None:
    person, _case = writes_to_us(home)
    person.presses("Ask me at a set time")
    person.says("21")
    written = len(messages_of_people(home))
    for step in ("often", "plan"):
        home.advance_time(60)
        heard = person.says(RIGHT)
        assert current_step(person) == ("check_in", step)
        assert len(heard) == 1
        assert person.asked()[1].rows
        person.presses("Every day" if step == "often" else "Only look at it")
    assert RIGHT not in str(messages_of_people(home)[written:])
    assert stored_conversation(person).position.extra_texts == []
    deleted = [it for _, it in home.post.arrived if isinstance(it, DeleteMessages)]
    assert len(deleted) >= 2  # off the phone, too
    person.says(RIGHT)
    person.presses("One word is enough", "Send")
    assert home.ask("SELECT count(*) FROM check_ins") == [(1,)]


def passes(home: HotlineHarness, hours: float, step: float = 0.25) -> list[Event]:
    """Let time pass, looking as often as the house does, more or less."""
    found = []
    while hours > 0:
        home.advance_time(min(step, hours) * 3600)
        found += looks(home)
        hours -= step
    return found


def until(home: HotlineHarness, hour: float, step: float = 0.25) -> list[Event]:
    """Let time pass until a clock in Taipei shows an hour, in hours from midday."""
    begun = home.loop.now()
    zone_hour = (begun / 3_600_000_000 + 8) % 24
    return passes(home, (hour - zone_hour) % 24, step)


def priority(home: HotlineHarness, case: str) -> int:
    ((level,),) = home.ask(f"SELECT priority FROM cases WHERE id = '{case}'")  # noqa: S608 - ours
    return int(level)


@on_each
def test_the_right_passphrase_raises_no_alarm_and_the_question_is_neutral(
    hotline: HotlineHarness,
) -> None:
    person, case = agreed(hotline)
    before = len(person.texts)
    assert until(hotline, 21.1) == []
    assert person.texts[before:] == [OPENER]
    person.says(RIGHT)
    assert until(hotline, 23) == []
    assert priority(hotline, case) != 0
    shown = [it.text for it in hotline.board.events if it.kind is EventKind.CHECKED_IN]
    assert [it.source for it in shown if it] == ["The right word came at {time}."]


@on_each
def test_silence_raises_the_case_once_an_hour_later_and_every_day(hotline: HotlineHarness) -> None:
    _person, case = agreed(hotline)
    assert until(hotline, 21.9) == []
    (alarm,) = until(hotline, 23)
    assert (alarm.case, priority(hotline, case)) == (case, 0)
    assert alarm.to == () or alarm.to
    assert until(hotline, 20) == []
    assert len(until(hotline, 23)) == 1


def test_staff_who_are_called_for_a_silence_hear_when_help_may_end(hotline: HotlineHarness) -> None:
    _person, case = agreed(hotline)
    assert [alarm.deadlines for alarm in until(hotline, 23)] == [()]
    mei = hotline.colleague()
    mei.claims(case)
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="contact")
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="permit")
    (alarm,) = until(hotline, 22.9)
    (running,) = alarm.deadlines
    line = deadline_line(running, catalogue("en", "staff"), hotline.loop.now())
    assert line == "assistance may end in 48 h (72-hour contact rule)"


def test_staff_are_called_although_a_clock_of_the_case_was_altered(hotline: HotlineHarness) -> None:
    _person, case = agreed(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="contact")
    looks(hotline)
    hotline.ask("UPDATE clock_events SET sealed = X'00112233' RETURNING id")
    (alarm,) = until(hotline, 23)
    assert alarm.deadlines == ()


@on_each
def test_the_duress_passphrase_raises_the_case_and_freezes_the_chat(
    hotline: HotlineHarness,
) -> None:
    person, case = agreed(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    until(hotline, 21.1)
    before = len(hotline.board.events)
    person.says(SECOND)
    (alarm,) = alarms(hotline.board.events[before:])
    assert "duress word" in (alarm.text.source if alarm.text else "")
    assert priority(hotline, case) == 0
    assert alarm.to == (mei.id,)
    refused = [it for it in mei.run_command(Verb.TAKE_OVER, case) if it.is_refused]
    assert refused
    said = len(person.texts)
    assert passes(hotline, 30) == []  # asked no more, and silence says nothing new
    assert OPENER not in person.texts[said:]


def test_a_wrong_passphrase_is_no_answer(hotline: HotlineHarness) -> None:
    person, case = agreed(hotline)
    until(hotline, 21.1)
    person.says("I am fine, thank you")
    assert until(hotline, 21.8) == []
    assert len(until(hotline, 23)) == 1
    assert priority(hotline, case) == 0


def test_a_right_passphrase_after_a_wrong_one_is_an_answer(hotline: HotlineHarness) -> None:
    person, _case = agreed(hotline)
    until(hotline, 21.1)
    person.says("mango")
    person.says(RIGHT.upper())
    assert until(hotline, 23) == []


def test_whatever_is_written_the_chat_answers_the_same(tmp_path: Path) -> None:
    said = []
    for place, word in enumerate((RIGHT, SECOND, "good evening")):
        folder = tmp_path / str(place)
        folder.mkdir()
        home = HotlineHarness(folder, hours=ALWAYS)
        person, _case = agreed(home)
        until(home, 21.1)
        before = len(home.post.arrived)
        person.says(word)
        until(home, 22.6)
        said.append([(chat, type(it).__name__, getattr(it, "text", "")) for chat, it in
                     home.post.arrived[before:]])  # fmt: skip
        home.close()
    assert said[0] == said[1] == said[2]
    assert any(name == "DeleteMessages" for _chat, name, _text in said[0])


def test_what_was_written_while_agreeing_is_off_the_phone(hotline: HotlineHarness) -> None:
    person, _case = writes_to_us(hotline)
    before = len(hotline.post.arrived)
    agrees(person)
    gone = [
        it for _chat, it in hotline.post.arrived[before:] if type(it).__name__ == "DeleteMessages"
    ]
    removed = {number for it in gone for number in it.messages}
    assert len(removed) >= 4  # the hour, the plan, both words


def test_nothing_is_asked_where_the_rule_forbids_it_and_silence_still_counts(
    hotline: HotlineHarness,
) -> None:
    person, case = agreed(hotline, rule="Only when I write")
    before = len(person.texts)
    assert until(hotline, 21.9) == []
    assert person.texts[before:] == []
    (alarm,) = until(hotline, 23)
    assert (alarm.case, alarm.code) == (case, "only_they_write")


def test_an_unasked_passphrase_counts_as_an_answer(hotline: HotlineHarness) -> None:
    person, _case = agreed(hotline, rule="Only when I write")
    until(hotline, 20.5)
    person.says(RIGHT)
    assert until(hotline, 23) == []


@on_each
def test_once_is_once(hotline: HotlineHarness) -> None:
    person, _case = agreed(hotline, often="Only once")
    assert len(until(hotline, 23)) == 1
    before = len(person.texts)
    assert passes(hotline, 30, step=1) == []
    assert person.texts[before:] == []
    assert hotline.ask("SELECT sealed, answer, duress FROM check_ins") == [(None, None, None)]


@on_each
def test_it_can_be_ended_where_it_was_begun_and_staff_hear_of_it(hotline: HotlineHarness) -> None:
    person, _case = agreed(hotline)
    person.says("hello")
    person.presses("Ask me at a set time", "Ask me no more")
    ended = [it for it in hotline.board.events if it.kind is EventKind.CHECKED_IN]
    assert len(ended) == 1
    assert passes(hotline, 30, step=1) == []


def test_a_restart_forgets_nothing_and_a_jump_raises_nothing_at_once(
    hotline: HotlineHarness,
) -> None:
    person, _case = agreed(hotline)
    hotline.restart(3600)
    before = len(person.texts)
    hotline.loop.jumped += 12 * HOUR
    hotline.run(hotline.close_writer_idle(3))
    assert looks(hotline) == []
    assert OPENER not in person.texts[before:]
    hotline.loop.jumped -= 12 * HOUR
    hotline.run(hotline.close_writer_idle(3))
    assert until(hotline, 21.9) == []
    hotline.restart(60)
    assert len(until(hotline, 23)) == 1


def test_messages_sent_during_downtime_are_handled_before_staff_are_alerted(
    hotline: HotlineHarness,
) -> None:
    person, _case = agreed(hotline)
    until(hotline, 21.1)
    hotline.restart(900)
    hotline.advance_time(1)
    person.says(RIGHT)  # it waited at the channel
    assert until(hotline, 23) == []


def test_a_case_with_an_active_check_in_cannot_be_closed(hotline: HotlineHarness) -> None:
    _person, case = agreed(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    assert [it for it in mei.run_command(Verb.CLOSE, case, code="helped") if it.is_refused]
    assert not [it for it in mei.run_command(Verb.END_CHECK_IN, case) if it.is_refused]
    assert [it for it in mei.run_command(Verb.END_CHECK_IN, case) if it.is_refused]
    assert not [it for it in mei.run_command(Verb.CLOSE, case, code="helped") if it.is_refused]


def test_staff_are_told_that_it_may_be_contact_as_the_law_means_it(hotline: HotlineHarness) -> None:
    person, case = agreed(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="contact")
    until(hotline, 21.1)
    person.says(RIGHT)
    (told,) = [it for it in hotline.board.events if it.kind is EventKind.CHECKED_IN]
    assert told.text is not None
    assert "enter it: contact" in told.text.render(catalogue("en"), told.values)
    assert hotline.ask("SELECT count(*) FROM clock_events") == [(1,)]  # nobody entered it by itself


def test_the_plan_lies_sealed_with_the_case_and_no_word_in_clear(hotline: HotlineHarness) -> None:
    _person, case = agreed(hotline)
    for table in ("check_ins", "reports"):
        for row in hotline.ask(f"SELECT * FROM {table}"):  # noqa: S608 - our own name
            blob = b"".join(bytes(it) for it in row if isinstance(it, bytes | memoryview))
            assert PLAN.encode() not in blob
            assert RIGHT.encode() not in blob
    kinds = [kind for (kind,) in hotline.ask(f"SELECT kind FROM reports WHERE case_id = '{case}'")]  # noqa: S608
    assert "check_in" in kinds
    sent = next(it for each in cases_of(hotline) for it in each.sent if it.kind == "check_in")
    assert sent.answers == {
        "hour": 21, "often": "daily", "plan": "call", "details": PLAN, "wants_second": "yes",
        "send": "send",
    }  # fmt: skip
    agreements = hotline.ask(f"SELECT kind FROM agreements WHERE case_id = '{case}'")  # noqa: S608
    assert agreements.count(("hotline",)) == 2  # what was sent, and what is wanted in silence


def test_the_case_page_shows_the_agreed_check_in(hotline: HotlineHarness) -> None:
    _person, case = agreed(hotline)
    ((reference,),) = hotline.ask(f"SELECT reference FROM cases WHERE id = '{case}'")  # noqa: S608
    it = agreed_check_in(hotline.database, hotline.vault, reference)
    (line,) = check_in_lines(it, catalogue("en", "staff"), hotline.settings)
    assert line.plain.strip() == (
        "Agreed hour: every day at 21:00. Without the right word: call a number. "
        f"Next: {day_of(hotline)} 21:00."
    )
    told = check_in_as_json(it, hotline.settings.zone)["check_in"]
    assert isinstance(told, dict)
    assert (told["hour"], told["daily"], told["plan"]) == (21, True, "call")
    assert check_in_as_json(
        agreed_check_in(hotline.database, hotline.vault, "AAAAAA"), hotline.settings.zone
    ) == {"check_in": None}


def day_of(home: HotlineHarness) -> str:
    """Return the day a calendar in Taipei shows."""
    return datetime.fromtimestamp(home.seconds(), home.settings.zone).date().isoformat()


@on_each
def test_an_erased_case_leaves_no_hour(hotline: HotlineHarness) -> None:
    _person, case = agreed(hotline)
    erasures = hotline.house.erasure_job._erasures
    assert (
        hotline.run(erasures.erase(hotline.database, case, "withdrawn", "mei", hotline.loop.now()))
        == ()
    )
    assert hotline.ask("SELECT count(*) FROM check_ins") == [(0,)]
    assert passes(hotline, 30, step=1) == []


def takes_back(person: ChatPerson) -> list[str]:
    person.says("hello")
    person.presses("Take it back")
    return person.presses("Take it back")


def test_who_takes_it_back_reads_that_the_hour_stays_and_how_to_end_it(
    hotline: HotlineHarness,
) -> None:
    person, case = agreed(hotline)
    (told,) = takes_back(person)
    assert "we still ask you" in told
    person.says("ok")
    person.presses(*re.findall("“(.*?)”", told))
    ended = [it for it in hotline.board.events if it.kind is EventKind.CHECKED_IN]
    assert [it.case for it in ended] == [case]
    assert until(hotline, 23) == []


def test_the_hour_stays_when_what_was_sent_is_taken_back(hotline: HotlineHarness) -> None:
    person, case = agreed(hotline)
    takes_back(person)
    before = len(person.texts)
    assert until(hotline, 21.5) == []
    assert person.texts[before:] == [OPENER]
    (alarm,) = until(hotline, 23)
    assert alarm.case == case


def test_nothing_is_said_of_an_hour_where_none_is_agreed(hotline: HotlineHarness) -> None:
    person, _case = writes_to_us(hotline)
    (told,) = takes_back(person)
    assert told == "All right. It is marked as taken back. You can write here again at any time."
