"""What the clock does by itself: whoever waits too long is heard of, and a claim nobody touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.state_machine import Move, Role
from bot.cases.urgency import Priority
from bot.hotline.events import Happened
from bot.hotline.queue.alerts import LATE, SILENT, Concern, whom
from bot.hotline.staff.staff import Caseworker
from tests.clocks import MIDDAY

if TYPE_CHECKING:
    from bot.hotline.events import Event
    from tests.hotline.line import Line

NOW, DAY, SHIFT, STANDARD = list(Priority)[:4]


def heard(events: list[Event]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what was heard of whom by whom."""
    return [(event.code or event.what.value, event.case, event.to) for event in events]


# --- Whoever waits too long ------------------------------------------------------------------


def test_nobody_is_alerted_before_the_promised_moment_and_once_after_it(line: Line) -> None:
    mei, case = line.colleague(), line.waits(DAY)
    line.passes(14.9)
    assert line.looks() == []
    line.passes(0.1)
    (event,) = line.looks()
    assert (event.what, event.code, event.case, event.to) == (
        Happened.OVERDUE, LATE, case, (mei.id,),
    )  # fmt: skip
    line.passes(1)
    assert line.looks() == []
    assert line.told(case) == [("house", "alert", "late:1")]


def test_with_every_further_span_the_circle_of_those_who_hear_grows(line: Line) -> None:
    mei, case = line.colleague(), line.waits(NOW)
    chief = line.colleague("Lin", role=Role.SUPERVISOR, queues=())
    head = line.colleague("Wu", role=Role.ADMINISTRATOR, queues=(), there=False)
    circles = []
    for _ in range(4):
        line.passes(2)
        circles += [set(to) for _, _, to in heard(line.looks())]
    assert circles == [
        {mei.id}, {mei.id, chief.id}, {mei.id, chief.id, head.id}, {mei.id, chief.id, head.id},
    ]  # fmt: skip
    assert line.of(case, "alerts") == 4


def test_after_a_pause_of_the_watch_one_alert_is_given_at_a_time(line: Line) -> None:
    line.colleague()
    line.waits(NOW)
    line.passes(60)
    assert [len(line.looks()) for _ in range(3)] == [1, 1, 1]


def test_whoever_holds_a_case_hears_of_it_even_off_duty(line: Line) -> None:
    mei, case = line.colleague("Mei"), line.waits(NOW)
    line.claims_this(mei, case)
    line.works(case)
    line.run(lambda work: line.staff.set_duty(work, mei.id, on=False))
    ana = line.colleague("Ana")
    line.passes(2)
    assert heard(line.looks()) == [(LATE, case, (mei.id, ana.id))]


def test_a_case_that_was_answered_is_late_again_only_after_the_next_word(line: Line) -> None:
    mei, case = line.colleague(), line.waits(SHIFT)
    line.claims_this(mei, case)
    line.answers(case)
    line.passes(10_000)
    assert line.looks() == []
    line.writes(case)
    line.passes(240)
    assert heard(line.looks()) == [(LATE, case, (mei.id,))]


def test_a_closed_case_is_late_no_more(line: Line) -> None:
    mei, case = line.colleague(), line.waits(NOW)
    line.claims_this(mei, case)
    line.moves(mei, case, Move.CLOSE, detail="helped")
    line.passes(60)
    assert line.looks() == []


# --- Whoever is silent after danger ----------------------------------------------------------


@pytest.mark.parametrize("priority", [NOW, DAY])
def test_silence_after_danger_is_told_twice_and_no_more(line: Line, priority: Priority) -> None:
    mei, case = line.colleague(), line.waits(priority)
    chief = line.colleague("Lin", role=Role.SUPERVISOR, queues=())
    line.claims_this(mei, case)
    line.answers(case)
    line.passes(29)
    assert line.looks() == []
    line.passes(1)
    assert heard(line.looks()) == [(SILENT, case, (mei.id,))]
    assert line.looks() == []
    line.passes(30)
    assert heard(line.looks()) == [(SILENT, case, (mei.id, chief.id))]
    line.passes(500)
    assert line.looks() == []
    assert [row for row in line.told(case) if row[1] == "alert"] == [
        ("house", "alert", "silent:1"), ("house", "alert", "silent:2"),
    ]  # fmt: skip


def test_a_word_ends_the_silence_and_another_answer_begins_a_new_one(line: Line) -> None:
    mei, case = line.colleague(), line.waits(NOW)
    line.claims_this(mei, case)
    line.answers(case)
    line.passes(31)
    assert len(line.looks()) == 1
    line.writes(case)
    line.passes(1)
    assert line.looks() == []
    line.answers(case)
    line.passes(30)
    assert heard(line.looks()) == [(SILENT, case, (mei.id,))]


@pytest.mark.parametrize("priority", [SHIFT, STANDARD])
def test_where_there_was_no_danger_silence_is_nobody_s_business(
    line: Line, priority: Priority
) -> None:
    mei, case = line.colleague(), line.waits(priority)
    line.claims_this(mei, case)
    line.answers(case)
    line.passes(10_000)
    assert line.looks() == []


# --- Claims that nobody touched --------------------------------------------------------------


def test_a_claim_nobody_touched_goes_back_to_the_queue(line: Line) -> None:
    mei, case = line.colleague(), line.waits()
    line.claims_this(mei, case)
    line.passes(14.9)
    assert line.looks() == []
    line.passes(0.1)
    (event,) = line.looks()
    assert (event.what, event.case, event.by) == (Happened.LAPSED, case, mei.id)
    assert line.of(case, "status", "holder", "claimed_at") == ("waiting", None, None)
    assert line.told(case)[-1] == ("house", "lapse", "")
    assert line.looks() == []


def test_a_claim_that_was_worked_on_does_not_lapse(line: Line) -> None:
    mei, case = line.colleague(), line.waits()
    line.claims_this(mei, case)
    line.passes(14)
    line.works(case)
    line.passes(500)
    assert line.looks() == []
    assert line.of(case, "holder") == mei.id


def test_a_case_that_was_passed_on_has_its_own_time_to_be_touched(line: Line) -> None:
    mei, ana, case = line.colleague("Mei"), line.colleague("Ana"), line.waits()
    line.claims_this(mei, case)
    line.works(case)
    line.passes(500)
    line.passes_on(mei, case, ana)
    line.passes(14)
    assert line.looks() == []
    line.passes(1)
    assert [event.by for event in line.looks()] == [ana.id]


def test_the_claim_of_somebody_who_was_disabled_lapses_as_well(line: Line) -> None:
    mei, case = line.colleague(), line.waits()
    line.claims_this(mei, case)
    line.run(lambda work: line.staff.disable(work, mei.id))
    line.passes(15)
    assert [event.what for event in line.looks()] == [Happened.LAPSED]


# --- Who hears -------------------------------------------------------------------------------


def somebody(name: str, **given: object) -> Caseworker:
    about = {
        "role": Role.CASEWORKER, "title": "caseworker", "account": 0, "languages": ("id",),
        "queues": ("trafficking",), "skills": (), "most": 3, "is_active": True,
        "is_on_duty": True, "rests_until": 0, **given,
    }  # fmt: skip
    return Caseworker(id=name, name=name, **about)  # type: ignore[arg-type]


def concern(alerts: int = 0, holder: str | None = None) -> Concern:
    return Concern("c", "REF", "trafficking", "id", holder, alerts, MIDDAY)


SPEAKS = somebody("speaks")
SERVES = somebody("serves", languages=("th",))
ELSEWHERE = somebody("elsewhere", queues=("labour",))
AWAY = somebody("away", is_on_duty=False)
RESTS = somebody("rests", rests_until=MIDDAY + 1)
GONE = somebody("gone", is_active=False)
CHIEF = somebody("chief", role=Role.SUPERVISOR, queues=())
CHIEF_AWAY = somebody("chief away", role=Role.SUPERVISOR, queues=(), is_on_duty=False)
HEAD = somebody("head", role=Role.ADMINISTRATOR, queues=(), is_on_duty=False)
AUDITOR = somebody("auditor", role=Role.AUDITOR)
EVERYBODY = (SPEAKS, SERVES, ELSEWHERE, AWAY, RESTS, GONE, CHIEF, CHIEF_AWAY, HEAD, AUDITOR)


@pytest.mark.parametrize(
    ("staff", "alerts", "expected"),
    [
        (EVERYBODY, 0, {"speaks"}),
        (EVERYBODY, 1, {"speaks", "chief"}),
        (EVERYBODY, 2, {"speaks", "chief", "head"}),
        ((SERVES, ELSEWHERE, CHIEF), 0, {"serves"}),  # a phrasebook speaks every language
        ((ELSEWHERE, AWAY, RESTS, CHIEF), 0, {"chief"}),
        ((ELSEWHERE, CHIEF_AWAY), 0, {"chief away"}),  # somebody has to be called
        ((GONE, HEAD), 0, {"head"}),
        ((), 0, set()),
    ],
)
def test_first_those_who_can_answer_then_those_above_them(
    staff: tuple[Caseworker, ...], alerts: int, expected: set[str]
) -> None:
    assert set(whom(concern(alerts), staff, MIDDAY)) == expected


def test_an_auditor_is_never_called_to_a_case() -> None:
    assert whom(concern(), (AUDITOR,), MIDDAY) == ()


@given(st.sets(st.sampled_from(EVERYBODY)), st.integers(0, 5), st.booleans())
def test_an_alert_reaches_somebody_whoever_is_there_and_one_circle_more_each_time(
    staff: set[Caseworker], alerts: int, is_held: bool
) -> None:
    there = sorted(staff, key=lambda each: each.id)
    holder = there[0].id if is_held and there else None
    now = set(whom(concern(alerts, holder), there, MIDDAY))
    then = set(whom(concern(alerts + 1, holder), there, MIDDAY))
    assert now <= then
    assert now <= {each.id for each in there if each.is_active}
    callable_ = {SPEAKS, SERVES, CHIEF, CHIEF_AWAY, HEAD}
    assert now or not staff & callable_
