"""A time the law gives runs out: the person is reminded within their rule, or staff are told."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from bot.clock import HOUR
from bot.hotline.commands.types import Verb
from bot.hotline.deadlines import dated
from bot.hotline.events import Happened
from bot.languages import catalogue
from flows.phrasebook import PHRASES
from tests.houses import ALWAYS, Home
from tests.ruled import OPENERS, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.hotline.events import Event
    from tests.colleagues import Colleague
    from tests.people import Person

OPENER = PHRASES["opener"].text.read_in(catalogue("en"))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def wants_a_person(home: Home, rule: str = "Any time", *more: str) -> Person:
    person = home.person("en")
    person.says("/start")
    person.presses("English", "Nobody can see", "Talk to a person", "I am safe here", "Skip")
    person.presses(rule, *more, "Send")
    return person


def with_contact(home: Home, rule: str = "Any time", *more: str) -> tuple[Person, Colleague, str]:
    """Somebody wrote half a day ago, and whoever helps was in contact with them just then."""
    person, mei = wants_a_person(home, rule, *more), home.colleague()
    case = mei.claims()
    mei.does(Verb.CLOCK, case, code="contact")
    looks(home)
    return person, mei, case


def looks(home: Home) -> list[Event]:
    """Look at the clocks as is done every few seconds; return what staff were shown of them."""
    before, now = len(home.board.events), home.loop.now()
    house = home.house
    house.courier.hand(home.database.writer.run_now(lambda work: house.shift.look(work, now)))
    home.run(home.rest(3))
    return [it for it in home.board.events[before:] if it.what is Happened.CLOCK]


def passes(home: Home, hours: float) -> list[Event]:
    home.passes(hours * 3600)
    return looks(home)


def told(events: list[Event]) -> list[tuple[str, str]]:
    """Return what staff were told, and why the person was not reminded."""
    return [(it.text.read_in(catalogue("en"), it.values), it.code) for it in events if it.text]


def test_a_person_is_asked_in_neutral_words_and_staff_are_told_at_the_last(home: Home) -> None:
    person, mei, case = with_contact(home)
    before = len(person.texts)
    assert passes(home, 23) == []
    assert passes(home, 1.1) == []
    assert person.texts[before:] == [OPENER]
    assert passes(home, 24) == []
    assert person.texts[before:] == [OPENER, OPENER]
    events = passes(home, 18)
    assert told(events) == [("help may end in 5 h (72-hour contact rule)", "")]
    assert events[0].to == (mei.id,)
    assert person.texts[before:] == [OPENER] * 3
    assert told(passes(home, 6)) == [
        ("help may end: 72 hours without contact were over 6 min ago", "")
    ]
    assert passes(home, 1) == []
    assert case


def test_what_is_answered_to_it_reaches_staff_as_not_confirmed(home: Home) -> None:
    person, _mei, case = with_contact(home)
    passes(home, 25)
    said = person.presses("I can write now")
    heard = [it for it in home.board.events if it.what is Happened.HEARD]
    assert [(it.case, it.code) for it in heard] == [(case, "unconfirmed")]
    assert not any("72" in line for line in said)


def test_staff_hear_the_last_warning_although_another_clock_has_just_reminded(home: Home) -> None:
    person, mei, case = with_contact(home)
    passes(home, 25)
    passes(home, 24)
    passes(home, 12)  # 61 hours
    before = len(person.texts)
    mei.does(Verb.CLOCK, case, code="summons", words="2026-11-22 11:30")
    assert told(looks(home)) == [("they are called to be heard in 10 h", "")]
    assert person.texts[before:] == [OPENER]
    assert told(passes(home, 6)) == [("help may end in 4 h (72-hour contact rule)", "")]
    assert person.texts[before:] == [OPENER]


def test_clocks_that_are_entered_together_ask_once(home: Home) -> None:
    person, mei, case = with_contact(home)
    passes(home, 23)
    before = len(person.texts)
    mei.does(Verb.CLOCK, case, code="not_identified", words="2026-11-08")
    assert told(passes(home, 1.1)) == []
    assert person.texts[before:] == [OPENER]


@pytest.mark.parametrize("rule", [("Only when I write",), ("Skip",)])
def test_whoever_wants_to_write_first_is_not_reminded_and_staff_are_told(
    home: Home, rule: tuple[str, ...]
) -> None:
    person, _mei, _case = with_contact(home, *rule)
    before = len(person.texts)
    assert told(passes(home, 25)) == [
        ("help may end in 46 h (72-hour contact rule)", "only_they_write")
    ]
    assert person.texts[before:] == []


def test_hours_are_waited_for_and_where_none_comes_in_time_staff_are_told(home: Home) -> None:
    person, mei, case = with_contact(home, "At certain hours", "Evening", "Done")
    before = len(person.texts)
    assert passes(home, 24.5) == []  # half past noon: the evening begins at six
    assert person.texts[before:] == []
    home.passes(6 * 3600)
    home.run(home.rest(3))
    assert person.texts[before:] == [OPENER]
    home.passes(5 * 3600)  # half past eleven
    mei.does(Verb.CLOCK, case, code="summons", words="2026-11-21 10:00")
    home.passes(12 * 3600 - 20 * 60)  # ten minutes past eleven of the next day: it is over
    mei.does(Verb.CLOCK, case, code="attended", words="2026-11-21 10:00")
    assert looks(home) == []
    mei.does(Verb.CLOCK, case, code="summons", words="2026-11-21 16:00")
    assert told(looks(home)) == [("they are called to be heard in 4 h", "no_hour")]


def test_a_chat_with_a_caseworker_in_it_is_theirs(home: Home) -> None:
    person, mei, case = with_contact(home)
    mei.takes_over(case)
    home.run(home.rest(3))
    before = len(person.texts)
    assert [code for _line, code in told(passes(home, 25))] == ["colleague_is_there"]
    assert person.texts[before:] == []


def test_nobody_is_asked_while_somebody_is_in_the_chat(home: Home) -> None:
    person, _mei, _case = with_contact(home)
    home.passes(24.1 * 3600)
    person.says("hello")  # whoever that is
    before = len(person.texts)
    assert looks(home) == []
    assert OPENER not in person.texts[before:]
    home.passes(31 * 60)
    home.run(home.rest(3))
    assert person.texts[before:] == [OPENER]


def test_a_person_who_blocked_the_bot_is_one_staff_hear_of(home: Home) -> None:
    person, _mei, _case = with_contact(home)
    home.post.blocked.add(person.id)
    assert [code for _line, code in told(passes(home, 25))] == ["blocked"]


def test_a_rule_that_became_stricter_on_the_way_is_kept(home: Home) -> None:
    person, _mei, case = with_contact(home, "At certain hours", "Evening", "Done")
    passes(home, 24.5)
    home.ask(f"UPDATE cases SET contact = 'when_i_write' WHERE id = '{case}'")  # noqa: S608
    before = len(person.texts)
    events = passes(home, 6)
    home.run(home.rest(3))
    assert person.texts[before:] == []
    assert Happened.CLOCK in {it.what for it in home.board.events}
    assert events is not None


def test_a_closed_case_has_no_clock_and_one_that_is_opened_again_has(home: Home) -> None:
    person, mei, case = with_contact(home)
    before = len(person.texts)
    mei.does(Verb.CLOSE, case, code="helped", words="A colleague looks after it.")
    assert passes(home, 49) == []
    assert person.texts[before:] == []


def refused(home: Home, events: list[Event]) -> list[str]:
    """Return why nothing came of an order, with the clocks that speak against it."""
    words, now = catalogue("en"), home.loop.now()
    return [
        it.text.read_in(words, {**it.values, "clocks": dated(it.running, words, now)})
        for it in events
        if it.is_refused and it.text
    ]


def status(home: Home, case: str) -> str:
    ((found,),) = home.ask(f"SELECT status FROM cases WHERE id = '{case}'")  # noqa: S608 - ours
    return str(found)


def test_a_clock_that_runs_is_stopped_only_for_a_reason_which_is_kept(home: Home) -> None:
    _person, mei, case = with_contact(home)
    mei.does(Verb.CLOCK, case, code="not_identified", words="2026-11-18")
    (why,) = refused(home, mei.does(Verb.CLOSE, case, code="helped"))
    assert "2026-11-22: help may end in 71 h (72-hour contact rule); " in why
    assert "2026-12-08: the time to object ends in 19 d" in why
    assert status(home, case) != "closed"
    events = mei.does(Verb.CLOSE, case, code="helped", words="Their lawyer does it.")
    assert refused(home, events) == []
    kept = [it.exchange.content.words for it in events if it.exchange]
    assert (status(home, case), kept) == ("closed", ["Their lawyer does it."])


def test_a_time_that_is_over_or_was_used_keeps_no_case_open(home: Home) -> None:
    _person, mei, case = with_contact(home)
    mei.does(Verb.CLOCK, case, code="not_identified", words="2026-11-18")
    mei.does(Verb.CLOCK, case, code="objected", words="2026-11-19")
    passes(home, 73)
    mei.claims(case)
    (why,) = refused(home, mei.does(Verb.CLOSE, case, code="helped"))
    assert why.count("2026-") == 1  # the unit's own ten days; the contact is over already
    mei.does(Verb.CLOCK, case, code="decided")
    assert refused(home, mei.does(Verb.CLOSE, case, code="helped")) == []
    assert status(home, case) == "closed"


def test_whoever_may_not_close_a_case_hears_of_none_of_its_clocks(home: Home) -> None:
    _person, _mei, case = with_contact(home)
    events = home.colleague("Jun").does(Verb.CLOSE, case, code="helped")
    assert [it.running for it in events if it.is_refused] == [()]
    assert refused(home, events) == ["Only whoever holds the case, or a supervisor, may do that."]


def test_a_clock_that_was_altered_keeps_no_case_open(home: Home) -> None:
    _person, mei, case = with_contact(home)
    home.ask("UPDATE clock_events SET sealed = X'00112233' RETURNING id")
    mei.does(Verb.CLOSE, case, code="helped")
    assert status(home, case) == "closed"


def test_a_clock_that_was_altered_is_told_to_staff_once_a_day_and_stops_no_other(
    home: Home,
) -> None:
    _, _, altered = with_contact(home)
    mei = home.colleague("Lin")
    person = wants_a_person(home)
    case = mei.claims()
    mei.does(Verb.CLOCK, case, code="contact")
    looks(home)
    home.ask(f"UPDATE clock_events SET sealed = zeroblob(80) WHERE case_id = '{altered}'")  # noqa: S608
    before = len(person.texts)
    events = passes(home, 25)
    assert [it.case for it in events] == [altered]
    assert "altered" in told(events)[0][0]
    assert person.texts[before:] == [OPENER]
    assert passes(home, 20) == []
    assert [it.case for it in passes(home, 5)] == [altered]


def test_after_a_restart_and_a_jump_every_warning_is_given_once(home: Home) -> None:
    person, _mei, _case = with_contact(home)
    before = len(person.texts)
    home.loop.jumped += 40 * HOUR  # two days ahead, and looked at so
    home.run(home.rest(3))
    looks(home)
    early = len(person.texts[before:])
    home.loop.jumped -= 40 * HOUR
    looks(home)
    home.restart(24.2 * 3600)
    looks(home)
    home.passes(2 * 3600)
    looks(home)
    assert len(person.texts[before:]) == early + 1
    home.restart(48 * 3600)
    assert told(looks(home))[-1][0].startswith("help may end: 72 hours without contact")


def test_what_staff_enter_is_sealed_only_added_to_and_in_the_audit_log(home: Home) -> None:
    _person, mei, case = with_contact(home)
    mei.does(Verb.CLOCK, case, code="not_identified", words="2026-11-18")
    rows = home.ask("SELECT sealed, at FROM clock_events ORDER BY id")
    assert all(b"identified" not in bytes(sealed) for sealed, _ in rows)
    mei.does(Verb.STRIKE, case, code="2")
    assert home.ask("SELECT sealed, at FROM clock_events ORDER BY id")[:2] == rows
    deeds = home.ask("SELECT actor, detail FROM audit WHERE deed = 'clock' ORDER BY id")
    assert deeds == [(mei.id, "1"), (mei.id, "2"), (mei.id, "3")]
    clocks = home.house.shift.side.reminding.clocks
    running = home.database.writer.run_now(lambda work: clocks.running(work, case))
    assert [it.clock.code for it in running] == ["contact"]


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
    home: Home, given: tuple[str, str], why: str
) -> None:
    _person, mei, case = with_contact(home)
    events = mei.does(Verb.CLOCK, case, code=given[0], words=given[1])
    (refusal,) = [it for it in events if it.is_refused]
    assert refusal.text is not None
    assert why in refusal.text.read_in(catalogue("en"), refusal.values)
    assert home.ask("SELECT count(*) FROM clock_events") == [(1,)]
    (refusal,) = [it for it in mei.does(Verb.STRIKE, case, code="9") if it.is_refused]


def test_an_erased_case_leaves_no_clock(home: Home) -> None:
    _person, mei, case = with_contact(home)
    passes(home, 25)
    assert home.ask("SELECT count(*) FROM clock_marks") == [(1,)]
    erasures = home.house.erasing._erasures
    assert home.run(erasures.erase(home.database, case, "withdrawn", mei.id, home.loop.now())) == ()
    for table in ("clock_events", "clocks", "clock_marks"):
        assert home.ask(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - our own name


# --- Whatever happens ------------------------------------------------------------------------


def lived(folder: Path, seed: int) -> World:
    """Let clocks run through an evening of jumps, restarts and changes of mind."""
    world, dice = World(folder), Random(seed)
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
def test_without_the_gate_it_would_be_seen(tmp_path: Path, *, gate_is_off: bool) -> None:
    """The negative control: a reminder waits for the evening, and the rule changes meanwhile."""
    world = World(tmp_path, people=1, gate_is_off=gate_is_off)
    world.changes_rule(0, "hours:evening")
    world.lets_go(0)
    world.contact(0)
    world.passes(24 * 3600 + 1800)
    world.changes_rule(0, "when_i_write")
    world.passes(6 * 3600)
    assert bool(world.broken) is gate_is_off
    world.close()
