"""What the clock does by itself: whoever waits too long is heard of, and a claim nobody touched."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.response_times import ResponseTimes
from bot.cases.state_machine import CaseAction, Role
from bot.cases.urgency import Priority
from bot.clock import SECOND
from bot.hotline.events import EventKind
from bot.hotline.queue.alerts import LATE, SILENT, CaseAlert, alert_recipients
from bot.hotline.staff.opening_hours import same_hours
from bot.hotline.staff.staff import Caseworker
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from bot.hotline.events import Event
    from bot.store.writer import Work
    from tests.support.harnesses.queue_harness import QueueHarness

pytestmark = pytest.mark.both_databases

NOW, DAY, SHIFT, STANDARD = list(Priority)[:4]


def heard(events: list[Event]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what was heard of whom by whom."""
    return [(event.code or event.kind.value, event.case, event.to) for event in events]


# --- Whoever waits too long ------------------------------------------------------------------


def test_a_late_alert_is_sent_once_after_the_reply_is_due(
    queue_harness: QueueHarness,
) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case(DAY)
    queue_harness.passes(14.9)
    assert queue_harness.looks() == []
    queue_harness.passes(0.1)
    (event,) = queue_harness.looks()
    assert (event.kind, event.code, event.case, event.to) == (
        EventKind.OVERDUE, LATE, case, (mei.id,),
    )  # fmt: skip
    queue_harness.passes(1)
    assert queue_harness.looks() == []
    assert queue_harness.told(case) == [("house", "alert", "late:1")]


def test_with_every_further_span_the_circle_of_those_who_hear_grows(
    queue_harness: QueueHarness,
) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case(NOW)
    chief = queue_harness.add_caseworker("Lin", role=Role.SUPERVISOR, queues=())
    head = queue_harness.add_caseworker("Wu", role=Role.ADMINISTRATOR, queues=(), there=False)
    circles = []
    for _ in range(4):
        queue_harness.passes(2)
        circles += [set(to) for _, _, to in heard(queue_harness.looks())]
    assert circles == [
        {mei.id}, {mei.id, chief.id}, {mei.id, chief.id, head.id}, {mei.id, chief.id, head.id},
    ]  # fmt: skip
    assert queue_harness.of(case, "alerts") == 4


def test_after_a_pause_of_the_watch_one_alert_is_given_at_a_time(
    queue_harness: QueueHarness,
) -> None:
    queue_harness.add_caseworker()
    queue_harness.add_waiting_case(NOW)
    queue_harness.passes(60)
    assert [len(queue_harness.looks()) for _ in range(3)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("priority", "first", "second"),
    [(NOW, [3], [5]), (DAY, [], [6 * 60 + 15, 6 * 60 + 30])],
)
def test_alerts_wait_for_the_morning_except_in_an_emergency(
    queue_harness: QueueHarness, priority: Priority, first: list[int], second: list[int]
) -> None:
    taipei = ZoneInfo("Asia/Taipei")
    queue_harness.count_hours(same_hours("09:00-21:00", taipei))
    queue_harness.now = int(datetime(2026, 11, 26, 3, tzinfo=taipei).timestamp()) * SECOND
    queue_harness.add_caseworker()
    queue_harness.add_waiting_case(priority)
    alerted = []
    for minute in (3, 5, 6 * 60 + 14, 6 * 60 + 15, 6 * 60 + 29, 6 * 60 + 30):
        queue_harness.now = int(datetime(2026, 11, 26, 3, tzinfo=taipei).timestamp()) * SECOND
        queue_harness.passes(minute)
        alerted += [minute for _event in queue_harness.looks()]
    expected = [*first, *second]
    assert alerted[: len(expected)] == expected


def test_a_second_alert_waits_for_the_next_opening(queue_harness: QueueHarness) -> None:
    taipei = ZoneInfo("Asia/Taipei")
    queue_harness.count_hours(same_hours("09:00-21:00", taipei))
    queue_harness.now = int(datetime(2026, 11, 26, 20, 40, tzinfo=taipei).timestamp()) * SECOND
    queue_harness.add_caseworker()
    queue_harness.add_waiting_case(DAY)
    alerts = []
    for minutes in (15, 10, 6 * 60, 6 * 60 - 1, 6, 1):  # 20:55, 21:05, 03:05, 09:04, 09:10, 09:11
        queue_harness.passes(minutes)
        alerts.append(len(queue_harness.looks()))
    assert alerts == [1, 0, 0, 0, 1, 0]


def test_a_queue_with_its_own_hours_is_alerted_in_them(queue_harness: QueueHarness) -> None:
    taipei = ZoneInfo("Asia/Taipei")
    spans = {"trafficking": "09:00-21:00", "labour": "14:00-14:20"}
    times = {it: ResponseTimes(hours=same_hours(span, taipei)) for it, span in spans.items()}
    queue_harness.count_times(TimesByQueue(times))
    queue_harness.now = int(datetime(2026, 11, 26, 9, tzinfo=taipei).timestamp()) * SECOND
    queue_harness.add_caseworker(queues=tuple(spans))
    cases = {it: queue_harness.add_waiting_case(DAY, it) for it in spans}
    alerted: dict[str, list[bool]] = {it: [] for it in spans}
    for minutes in (15, 15, 4 * 60 + 29, 1, 14, 1):  # 09:15, 09:30, 13:59, 14:00, 14:14, 14:15
        queue_harness.passes(minutes)
        told = {it.case for it in queue_harness.looks()}
        for queue, case in cases.items():
            alerted[queue].append(case in told)
    assert alerted["labour"] == [False, False, False, True, False, True]
    # Every quarter of an hour; what no look was there for is told once, at 13:59.
    assert alerted["trafficking"] == [True, True, True, True, False, True]


def test_what_a_standstill_missed_is_told_once_when_all_know_already(
    queue_harness: QueueHarness,
) -> None:
    queue_harness.add_caseworker("Mei")
    case = queue_harness.add_waiting_case(NOW)
    told = []
    for _ in range(4):  # the wider circles come one by one, and then the same colleagues again
        queue_harness.passes(60)
        told.append(sum(it.case == case for it in queue_harness.looks()))
    assert told == [1, 1, 1, 1]
    queue_harness.passes(10 * 60)  # no process ran
    assert [sum(it.case == case for it in queue_harness.looks()) for _ in range(20)] == [
        1, *[0] * 19,
    ]  # fmt: skip


def test_a_case_overdue_for_two_years_costs_a_look_few_steps(
    queue_harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its alerts are 525,000; to look at each held the database for seconds."""
    asked = []
    due_at = ResponseTimes.due_at

    def counted(self: ResponseTimes, *of: int) -> int:
        asked.append(of)
        return due_at(self, *of)

    queue_harness.add_caseworker("Mei")
    case = queue_harness.add_waiting_case(NOW)
    queue_harness.passes(2 * 365 * 24 * 60)
    monkeypatch.setattr(ResponseTimes, "due_at", counted)
    assert [it.case for it in queue_harness.looks()] == [case]
    assert len(asked) < 40


class TimesByQueue:
    """Other times for each queue."""

    def __init__(self, times: dict[str, ResponseTimes]) -> None:
        self._times = times

    def of(self, _work: Work, queue: str, _office: str | None = None) -> ResponseTimes:
        return self._times.get(queue) or self._times["trafficking"]

    def all(self, _work: Work) -> list[ResponseTimes]:
        return list(self._times.values())


def test_the_holder_is_alerted_even_off_duty(queue_harness: QueueHarness) -> None:
    mei, case = queue_harness.add_caseworker("Mei"), queue_harness.add_waiting_case(NOW)
    queue_harness.claims_this(mei, case)
    queue_harness.works(case)
    queue_harness.run(lambda work: queue_harness.staff.set_duty(work, mei.id, on=False))
    ana = queue_harness.add_caseworker("Ana")
    queue_harness.passes(2)
    assert heard(queue_harness.looks()) == [(LATE, case, (mei.id, ana.id))]


def test_a_case_that_was_answered_is_late_again_only_after_the_next_word(
    queue_harness: QueueHarness,
) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case(SHIFT)
    queue_harness.claims_this(mei, case)
    queue_harness.answers(case)
    queue_harness.passes(10_000)
    assert queue_harness.looks() == []
    queue_harness.writes(case)
    queue_harness.passes(240)
    assert heard(queue_harness.looks()) == [(LATE, case, (mei.id,))]


def test_a_closed_case_is_late_no_more(queue_harness: QueueHarness) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case(NOW)
    queue_harness.claims_this(mei, case)
    queue_harness.moves(mei, case, CaseAction.CLOSE, detail="helped")
    queue_harness.passes(60)
    assert queue_harness.looks() == []


# --- Whoever is silent after danger ----------------------------------------------------------


@pytest.mark.parametrize("priority", [NOW, DAY])
def test_silence_after_danger_is_told_twice_and_no_more(
    queue_harness: QueueHarness, priority: Priority
) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case(priority)
    chief = queue_harness.add_caseworker("Lin", role=Role.SUPERVISOR, queues=())
    queue_harness.claims_this(mei, case)
    queue_harness.answers(case)
    queue_harness.passes(29)
    assert queue_harness.looks() == []
    queue_harness.passes(1)
    assert heard(queue_harness.looks()) == [(SILENT, case, (mei.id,))]
    assert queue_harness.looks() == []
    queue_harness.passes(30)
    assert heard(queue_harness.looks()) == [(SILENT, case, (mei.id, chief.id))]
    queue_harness.passes(500)
    assert queue_harness.looks() == []
    assert [row for row in queue_harness.told(case) if row[1] == "alert"] == [
        ("house", "alert", "silent:1"), ("house", "alert", "silent:2"),
    ]  # fmt: skip


def test_a_word_ends_the_silence_and_another_answer_begins_a_new_one(
    queue_harness: QueueHarness,
) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case(NOW)
    queue_harness.claims_this(mei, case)
    queue_harness.answers(case)
    queue_harness.passes(31)
    assert len(queue_harness.looks()) == 1
    queue_harness.writes(case)
    queue_harness.passes(1)
    assert queue_harness.looks() == []
    queue_harness.answers(case)
    queue_harness.passes(30)
    assert heard(queue_harness.looks()) == [(SILENT, case, (mei.id,))]


@pytest.mark.parametrize("priority", [SHIFT, STANDARD])
def test_silence_after_an_ordinary_case_raises_no_alert(
    queue_harness: QueueHarness, priority: Priority
) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case(priority)
    queue_harness.claims_this(mei, case)
    queue_harness.answers(case)
    queue_harness.passes(10_000)
    assert queue_harness.looks() == []


# --- Claims that nobody touched --------------------------------------------------------------


def test_an_idle_claim_returns_to_the_queue(queue_harness: QueueHarness) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case()
    queue_harness.claims_this(mei, case)
    queue_harness.passes(14.9)
    assert queue_harness.looks() == []
    queue_harness.passes(0.1)
    (event,) = queue_harness.looks()
    assert (event.kind, event.case, event.by) == (EventKind.LAPSED, case, mei.id)
    assert queue_harness.of(case, "status", "holder", "claimed_at") == ("waiting", None, None)
    assert queue_harness.told(case)[-1] == ("house", "lapse", "")
    assert queue_harness.looks() == []


def test_a_claim_that_was_worked_on_does_not_lapse(queue_harness: QueueHarness) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case()
    queue_harness.claims_this(mei, case)
    queue_harness.passes(14)
    queue_harness.works(case)
    queue_harness.passes(500)
    assert queue_harness.looks() == []
    assert queue_harness.of(case, "holder") == mei.id


def test_a_case_that_was_passed_on_has_its_own_time_to_be_touched(
    queue_harness: QueueHarness,
) -> None:
    mei, ana, case = (
        queue_harness.add_caseworker("Mei"),
        queue_harness.add_caseworker("Ana"),
        queue_harness.add_waiting_case(),
    )
    queue_harness.claims_this(mei, case)
    queue_harness.works(case)
    queue_harness.passes(500)
    queue_harness.passes_on(mei, case, ana)
    queue_harness.passes(14)
    assert queue_harness.looks() == []
    queue_harness.passes(1)
    assert [event.by for event in queue_harness.looks()] == [ana.id]


def test_a_claim_of_disabled_staff_lapses(queue_harness: QueueHarness) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case()
    queue_harness.claims_this(mei, case)
    queue_harness.run(lambda work: queue_harness.staff.disable(work, mei.id))
    queue_harness.passes(15)
    assert [event.kind for event in queue_harness.looks()] == [EventKind.LAPSED]


# --- Who hears -------------------------------------------------------------------------------


def somebody(name: str, **given: object) -> Caseworker:
    about = {
        "role": Role.CASEWORKER, "title": "caseworker", "account": 0, "languages": ("id",),
        "queues": ("trafficking",), "skills": (), "most": 3, "is_active": True,
        "is_on_duty": True, "rests_until": 0, **given,
    }  # fmt: skip
    return Caseworker(id=name, name=name, **about)  # type: ignore[arg-type]


def concern(alerts: int = 0, holder: str | None = None) -> CaseAlert:
    return CaseAlert("c", "REF", "trafficking", None, "id", holder, alerts, MIDDAY)


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
    assert set(alert_recipients(concern(alerts), staff, MIDDAY)) == expected


def test_an_auditor_is_never_called_to_a_case() -> None:
    assert alert_recipients(concern(), (AUDITOR,), MIDDAY) == ()


@given(st.sets(st.sampled_from(EVERYBODY)), st.integers(0, 5), st.booleans())
def test_each_alert_reaches_someone_and_widens_the_circle(
    staff: set[Caseworker], alerts: int, is_held: bool
) -> None:
    there = sorted(staff, key=lambda each: each.id)
    holder = there[0].id if is_held and there else None
    now = set(alert_recipients(concern(alerts, holder), there, MIDDAY))
    then = set(alert_recipients(concern(alerts + 1, holder), there, MIDDAY))
    assert now <= then
    assert now <= {each.id for each in there if each.is_active}
    callable_ = {SPEAKS, SERVES, CHIEF, CHIEF_AWAY, HEAD}
    assert now or not staff & callable_
