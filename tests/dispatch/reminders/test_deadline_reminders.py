"""A time the law gives runs out: the person is reminded within their rule, or staff are told."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from bot.clock import HOUR
from bot.hotline.commands.types import Verb
from bot.hotline.deadlines import deadlines_line
from bot.hotline.events import EventKind
from bot.languages import catalogue
from flows.texts.phrasebook import PHRASES
from tests.support.harnesses.hotline_harness import ALWAYS, HotlineHarness
from tests.support.people.contact_rule_simulation import OPENERS, ContactRuleSimulation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.hotline.events import Event
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

OPENER = PHRASES["opener"].text.render(catalogue("en"))


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def wants_a_person(home: HotlineHarness, rule: str = "Any time", *more: str) -> ChatPerson:
    person = home.person("en")
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.presses("Send", rule, *more)
    return person


def with_contact(
    home: HotlineHarness, rule: str = "Any time", *more: str
) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Somebody wrote half a day ago, and whoever helps was in contact with them just then."""
    person, mei = wants_a_person(home, rule, *more), home.colleague()
    case = mei.claims()
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="contact")
    looks(home)
    return person, mei, case


def looks(home: HotlineHarness) -> list[Event]:
    """Look at the clocks as is done every few seconds; return what staff were shown of them."""
    before, now = len(home.board.events), home.loop.now()
    house = home.house
    house.courier.enqueue(
        home.database.writer.run_sync(lambda work: house.staff.check_due(work, now))
    )
    home.run(home.close_writer_idle(3))
    return [it for it in home.board.events[before:] if it.kind is EventKind.LEGAL_DEADLINE]


def passes(home: HotlineHarness, hours: float) -> list[Event]:
    home.advance_time(hours * 3600)
    return looks(home)


def told(events: list[Event]) -> list[tuple[str, str]]:
    """Return what staff were told, and why the person was not reminded."""
    return [(it.text.render(catalogue("en"), it.values), it.code) for it in events if it.text]


def test_a_person_is_asked_in_neutral_words_and_staff_are_told_at_the_last(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = with_contact(hotline)
    before = len(person.texts)
    assert passes(hotline, 23) == []
    assert passes(hotline, 1.1) == []
    assert person.texts[before:] == [OPENER]
    assert passes(hotline, 24) == []
    assert person.texts[before:] == [OPENER, OPENER]
    events = passes(hotline, 18)
    assert told(events) == [("assistance may end in 5 h (72-hour contact rule)", "")]
    assert events[0].to == (mei.id,)
    assert person.texts[before:] == [OPENER] * 3
    assert told(passes(hotline, 6)) == [
        ("assistance may end: 72 hours without contact passed 6 min ago", "")
    ]
    assert passes(hotline, 1) == []
    assert case


def test_what_is_answered_to_it_reaches_staff_as_not_confirmed(hotline: HotlineHarness) -> None:
    person, _mei, case = with_contact(hotline)
    passes(hotline, 25)
    said = person.presses("I can write now")
    heard = [it for it in hotline.board.events if it.kind is EventKind.PERSON_WROTE]
    assert [(it.case, it.code) for it in heard] == [(case, "unconfirmed")]
    assert not any("72" in line for line in said)


def test_staff_hear_the_last_warning_although_another_clock_has_just_reminded(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = with_contact(hotline)
    passes(hotline, 25)
    passes(hotline, 24)
    passes(hotline, 12)  # 61 hours
    before = len(person.texts)
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="summons", text="2026-11-22 11:30")
    assert told(looks(hotline)) == [("summons in 10 h", "")]
    assert person.texts[before:] == [OPENER]
    assert told(passes(hotline, 6)) == [("assistance may end in 4 h (72-hour contact rule)", "")]
    assert person.texts[before:] == [OPENER]


def test_clocks_that_are_entered_together_ask_once(hotline: HotlineHarness) -> None:
    person, mei, case = with_contact(hotline)
    passes(hotline, 23)
    before = len(person.texts)
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="not_identified", text="2026-11-08")
    assert told(passes(hotline, 1.1)) == []
    assert person.texts[before:] == [OPENER]


@pytest.mark.parametrize("rule", [("Only when I write",), ("Skip",)])
def test_without_permission_to_write_staff_are_reminded_instead(
    hotline: HotlineHarness, rule: tuple[str, ...]
) -> None:
    person, _mei, _case = with_contact(hotline, *rule)
    before = len(person.texts)
    assert told(passes(hotline, 25)) == [
        ("assistance may end in 46 h (72-hour contact rule)", "only_they_write")
    ]
    assert person.texts[before:] == []


def test_hours_are_waited_for_and_where_none_comes_in_time_staff_are_told(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = with_contact(hotline, "At certain hours", "Evening", "Done")
    before = len(person.texts)
    assert passes(hotline, 24.5) == []  # half past noon: the evening begins at six
    assert person.texts[before:] == []
    hotline.advance_time(6 * 3600)
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts[before:] == [OPENER]
    hotline.advance_time(5 * 3600)  # half past eleven
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="summons", text="2026-11-21 10:00")
    hotline.advance_time(12 * 3600 - 20 * 60)  # ten minutes past eleven of the next day: it is over
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="attended", text="2026-11-21 10:00")
    assert looks(hotline) == []
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="summons", text="2026-11-21 16:00")
    assert told(looks(hotline)) == [("summons in 4 h", "no_hour")]


def test_no_reminder_is_sent_into_a_takeover(hotline: HotlineHarness) -> None:
    person, mei, case = with_contact(hotline)
    mei.take_over(case)
    hotline.run(hotline.close_writer_idle(3))
    before = len(person.texts)
    assert [code for _line, code in told(passes(hotline, 25))] == ["colleague_is_there"]
    assert person.texts[before:] == []


def test_no_reminder_is_sent_while_the_chat_is_active(hotline: HotlineHarness) -> None:
    person, _mei, _case = with_contact(hotline)
    hotline.advance_time(24.1 * 3600)
    person.says("hello")  # whoever that is
    before = len(person.texts)
    assert looks(hotline) == []
    assert OPENER not in person.texts[before:]
    hotline.advance_time(31 * 60)
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts[before:] == [OPENER]


def test_a_person_who_blocked_the_bot_is_one_staff_hear_of(hotline: HotlineHarness) -> None:
    person, _mei, _case = with_contact(hotline)
    hotline.post.blocked.add(person.id)
    assert [code for _line, code in told(passes(hotline, 25))] == ["blocked"]


def test_a_rule_that_became_stricter_on_the_way_is_kept(hotline: HotlineHarness) -> None:
    person, _mei, case = with_contact(hotline, "At certain hours", "Evening", "Done")
    passes(hotline, 24.5)
    hotline.ask(f"UPDATE cases SET contact = 'when_i_write' WHERE id = '{case}'")  # noqa: S608
    before = len(person.texts)
    events = passes(hotline, 6)
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts[before:] == []
    assert EventKind.LEGAL_DEADLINE in {it.kind for it in hotline.board.events}
    assert events is not None


def test_a_closed_case_has_no_clock_and_one_that_is_opened_again_has(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = with_contact(hotline)
    before = len(person.texts)
    mei.run_command(Verb.CLOSE, case, code="helped", text="A colleague looks after it.")
    assert passes(hotline, 49) == []
    assert person.texts[before:] == []


def refused(home: HotlineHarness, events: list[Event]) -> list[str]:
    """Return why nothing came of an order, with the clocks that speak against it."""
    words, now = catalogue("en"), home.loop.now()
    return [
        it.text.render(words, {**it.values, "clocks": deadlines_line(it.deadlines, words, now)})
        for it in events
        if it.is_refused and it.text
    ]


def status(home: HotlineHarness, case: str) -> str:
    ((found,),) = home.ask(f"SELECT status FROM cases WHERE id = '{case}'")  # noqa: S608 - ours
    return str(found)


def test_a_clock_that_runs_is_stopped_only_for_a_reason_which_is_kept(
    hotline: HotlineHarness,
) -> None:
    _person, mei, case = with_contact(hotline)
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="not_identified", text="2026-11-18")
    (why,) = refused(hotline, mei.run_command(Verb.CLOSE, case, code="helped"))
    assert "2026-11-22: assistance may end in 71 h (72-hour contact rule); " in why
    assert "2026-12-08: the time to object ends in 19 d" in why
    assert status(hotline, case) != "closed"
    events = mei.run_command(Verb.CLOSE, case, code="helped", text="Their lawyer does it.")
    assert refused(hotline, events) == []
    kept = [it.message.content.text for it in events if it.message]
    assert (status(hotline, case), kept) == ("closed", ["Their lawyer does it."])


def test_a_time_that_is_over_or_was_used_keeps_no_case_open(hotline: HotlineHarness) -> None:
    _person, mei, case = with_contact(hotline)
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="not_identified", text="2026-11-18")
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="objected", text="2026-11-19")
    passes(hotline, 73)
    mei.claims(case)
    (why,) = refused(hotline, mei.run_command(Verb.CLOSE, case, code="helped"))
    assert why.count("2026-") == 1  # the unit's own ten days; the contact is over already
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="decided")
    assert refused(hotline, mei.run_command(Verb.CLOSE, case, code="helped")) == []
    assert status(hotline, case) == "closed"


def test_a_refused_close_does_not_reveal_deadlines(hotline: HotlineHarness) -> None:
    _person, _mei, case = with_contact(hotline)
    events = hotline.colleague("Jun").run_command(Verb.CLOSE, case, code="helped")
    assert [it.deadlines for it in events if it.is_refused] == [()]
    assert refused(hotline, events) == ["Only the assigned caseworker or a supervisor can do that."]


def test_a_clock_that_was_altered_keeps_no_case_open(hotline: HotlineHarness) -> None:
    _person, mei, case = with_contact(hotline)
    hotline.ask("UPDATE clock_events SET sealed = X'00112233' RETURNING id")
    mei.run_command(Verb.CLOSE, case, code="helped")
    assert status(hotline, case) == "closed"


def test_a_clock_that_was_altered_is_told_to_staff_once_a_day_and_stops_no_other(
    hotline: HotlineHarness,
) -> None:
    _, _, altered = with_contact(hotline)
    mei = hotline.colleague("Lin")
    person = wants_a_person(hotline)
    case = mei.claims()
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="contact")
    looks(hotline)
    hotline.ask(f"UPDATE clock_events SET sealed = zeroblob(80) WHERE case_id = '{altered}'")  # noqa: S608
    before = len(person.texts)
    events = passes(hotline, 25)
    assert [it.case for it in events] == [altered]
    assert "altered" in told(events)[0][0]
    assert person.texts[before:] == [OPENER]
    assert passes(hotline, 20) == []
    assert [it.case for it in passes(hotline, 5)] == [altered]


def test_after_a_restart_and_a_jump_every_warning_is_given_once(hotline: HotlineHarness) -> None:
    person, _mei, _case = with_contact(hotline)
    before = len(person.texts)
    hotline.loop.jumped += 40 * HOUR  # two days ahead, and looked at so
    hotline.run(hotline.close_writer_idle(3))
    looks(hotline)
    early = len(person.texts[before:])
    hotline.loop.jumped -= 40 * HOUR
    looks(hotline)
    hotline.restart(24.2 * 3600)
    looks(hotline)
    hotline.advance_time(2 * 3600)
    looks(hotline)
    assert len(person.texts[before:]) == early + 1
    hotline.restart(48 * 3600)
    assert told(looks(hotline))[-1][0].startswith("assistance may end: 72 hours without contact")


def test_what_staff_enter_is_sealed_only_added_to_and_in_the_audit_log(
    hotline: HotlineHarness,
) -> None:
    _person, mei, case = with_contact(hotline)
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="not_identified", text="2026-11-18")
    rows = hotline.ask("SELECT sealed, at FROM clock_events ORDER BY id")
    assert all(b"identified" not in bytes(sealed) for sealed, _ in rows)
    mei.run_command(Verb.STRIKE_DEADLINE_EVENT, case, code="2")
    assert hotline.ask("SELECT sealed, at FROM clock_events ORDER BY id")[:2] == rows
    deeds = hotline.ask("SELECT actor, detail FROM audit WHERE deed = 'clock' ORDER BY id")
    assert deeds == [(mei.id, "1"), (mei.id, "2"), (mei.id, "3")]
    clocks = hotline.house.staff.service.deadline_reminders.legal_deadlines
    running = hotline.database.writer.run_sync(lambda work: clocks.running(work, case))
    assert [it.rule.code for it in running] == ["contact"]


REFUSED = {
    ("nonsense", ""): "Say what happened: not_identified",
    ("contact", "yesterday"): "Say when",
    ("contact", "2026-11-20"): "not come yet",
    ("contact", "2026-11-19 23:00"): "not come yet",
    ("summons", "2099-01-01"): "too far away",
    ("contact", "1999-01-01"): "too far away",
}


@pytest.mark.parametrize(("given", "why"), REFUSED.items())
def test_what_cannot_be_is_answered_and_nothing_is_entered(
    hotline: HotlineHarness, given: tuple[str, str], why: str
) -> None:
    _person, mei, case = with_contact(hotline)
    events = mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code=given[0], text=given[1])
    (refusal,) = [it for it in events if it.is_refused]
    assert refusal.text is not None
    assert why in refusal.text.render(catalogue("en"), refusal.values)
    assert hotline.ask("SELECT count(*) FROM clock_events") == [(1,)]
    (refusal,) = [
        it for it in mei.run_command(Verb.STRIKE_DEADLINE_EVENT, case, code="9") if it.is_refused
    ]


def test_an_erased_case_leaves_no_clock(hotline: HotlineHarness) -> None:
    _person, mei, case = with_contact(hotline)
    passes(hotline, 25)
    assert hotline.ask("SELECT count(*) FROM clock_marks") == [(1,)]
    erasures = hotline.house.erasure_job._erasures
    assert (
        hotline.run(erasures.erase(hotline.database, case, "withdrawn", mei.id, hotline.loop.now()))
        == ()
    )
    for table in ("clock_events", "clocks", "clock_marks"):
        assert hotline.ask(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - our own name


# --- Whatever happens ------------------------------------------------------------------------


def lived(folder: Path, seed: int) -> ContactRuleSimulation:
    """Let clocks run through an evening of jumps, restarts and changes of mind."""
    world, dice = ContactRuleSimulation(folder), Random(seed)
    for place in range(3):
        world.lets_go(place)
        world.contact(place)
    for _ in range(40):
        place = dice.randrange(3)
        deeds = (
            lambda place=place: world.contact(place),
            lambda: world.passes(dice.choice((600, 3700, 3 * 3600, 9 * 3600, 23 * 3600))),
            lambda: world.passes(dice.choice((3700, 9 * 3600, 23 * 3600))),
            lambda place=place: world.changes_rule(
                place, dice.choice(("any_time", "when_i_write", "hours:night", "hours:evening"))
            ),
            lambda: world.clock_jumps(dice.choice((-9 * 3600, 1200, 9 * 3600, 24 * 3600))),
            lambda place=place: world.writes(place),
            lambda: world.restarts(dice.choice((0, 7200))),
            lambda: world.crashes(30, dice.choice((0, -7200, 7200))),
        )
        dice.choice(deeds)()
    world.passes(4 * 24 * 3600)
    return world


@pytest.mark.parametrize("seed", range(3))
def test_no_reminder_arrives_outside_the_rule_whatever_happens(tmp_path: Path, seed: int) -> None:
    world = lived(tmp_path, seed)
    assert world.broken == []
    asked = [body for _, body in world.home.post.arrived if getattr(body, "text", "") in OPENERS]
    assert asked
    world.close()


@pytest.mark.parametrize("gate_is_off", [False, True])
def test_a_missing_contact_policy_is_detected(tmp_path: Path, *, gate_is_off: bool) -> None:
    """The negative control: a reminder waits for the evening, and the rule changes meanwhile."""
    world = ContactRuleSimulation(tmp_path, people=1, gate_is_off=gate_is_off)
    world.changes_rule(0, "hours:evening")
    world.lets_go(0)
    world.contact(0)
    world.passes(24 * 3600 + 1800)
    world.changes_rule(0, "when_i_write")
    world.passes(6 * 3600)
    assert bool(world.broken) is gate_is_off
    world.close()
