"""Clocks of the law: no date is later than the true one, wherever, whatever the calendar."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.clock import DAY, HOUR, SECOND
from bot.places.deadlines import (
    DaySpan,
    Deadline,
    DeadlineRules,
    LegalEvent,
    MaxTimes,
    MonthSpan,
    last_day,
)
from bot.places.taiwan.deadlines import DEADLINE_RULES
from tests.support.content.catalogue_files import read_in

ZONES = (
    "Asia/Taipei", "Asia/Jakarta", "America/Santiago", "Africa/Cairo", "Pacific/Apia",
    "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu",
)  # fmt: skip
"""With midnights that do not exist or come twice, and a day that was left out."""
DAYS = st.dates(date(2024, 1, 1), date(2040, 12, 31))
RESTS = st.sets(st.integers(0, 30), max_size=12)
"""How many days after the last one somebody rests: holidays as they fall."""
ONE = timedelta(days=1)


def noted(code: str, day: date, number: int = 1, at: int | None = None) -> LegalEvent:
    return LegalEvent(number, code, day, at)


def the(code: str, *events: LegalEvent, clocks: DeadlineRules = DEADLINE_RULES) -> Deadline:
    """Return the one deadline of a clock."""
    (found,) = [it for it in clocks.open_deadlines(events) if it.rule.code == code]
    return found


def none_of(code: str, *events: LegalEvent) -> bool:
    return not [it for it in DEADLINE_RULES.open_deadlines(events) if it.rule.code == code]


# --- The true date, counted another way: day by day, as Article 48 says ----------------------


def counted(day: date, span: DaySpan | MonthSpan) -> date:
    """Return the last day by the letter of Article 48, paragraphs 2 and 3."""
    if isinstance(span, DaySpan):
        for _ in range(span.count):
            day += ONE
        return day
    start = day if span.counts_first_day else day + ONE
    whole = start.month - 1 + span.count
    year, month = start.year + whole // 12, whole % 12 + 1
    if start.day == 1 or start.day <= monthrange(year, month)[1]:
        return date(year, month, start.day) - ONE
    return date(year, month, monthrange(year, month)[1])


def moved(last: date, rests: set[int]) -> date:
    """Return the last day as paragraph 4 moves it: behind days on which nobody works."""
    first = last
    while last.isoweekday() > 5 or (last - first).days in rests:
        last += ONE
    return last


def after(day: date, zone: ZoneInfo) -> int:
    """Return the first instant that is not of this day, looked for second by second's hour."""
    local = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    found = int(local.timestamp()) - 36 * 3600
    while datetime.fromtimestamp(found, zone).date() <= day:
        found += 900
    return found * SECOND


SPANS = [it.span for it in DEADLINE_RULES.rules if isinstance(it.span, DaySpan | MonthSpan)]


@pytest.mark.parametrize("name", ZONES)
@given(day=DAYS, rests=RESTS)
@example(day=date(2028, 2, 29), rests=set())
@example(day=date(2027, 8, 31), rests={0, 1, 2})
@example(day=date(2027, 2, 28), rests=set())
def test_no_deadline_is_later_than_the_true_one(name: str, day: date, rests: set[int]) -> None:
    zone = ZoneInfo(name)
    clocks = replace(DEADLINE_RULES, zone=zone)
    for clock in clocks.rules:
        if not isinstance(clock.span, DaySpan | MonthSpan):
            continue
        found = the(clock.code, noted(min(clock.started_by), day), clocks=clocks)
        true = counted(day, clock.span)
        assert found.last_day is not None
        assert found.ends_at is not None
        assert true - ONE <= found.last_day <= true <= moved(true, rests)
        assert found.ends_at <= after(moved(true, rests), zone)
        assert found.ends_at > after(found.last_day - ONE, zone) - HOUR


@pytest.mark.parametrize("name", ZONES)
@given(day=DAYS, minute=st.integers(0, 24 * 60 - 1), is_known=st.booleans())
def test_hours_count_from_the_first_instant_it_can_have_been(
    name: str, day: date, minute: int, *, is_known: bool
) -> None:
    clocks = replace(DEADLINE_RULES, zone=ZoneInfo(name))
    true = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=clocks.zone)
    typed = f"{day} {minute // 60}:{minute % 60:02}" if is_known else f"{day}"
    read = clocks.parse_time(typed)
    assert read is not None
    found = the("contact", noted("contact", read[0], at=read[1]), clocks=clocks)
    assert found.ends_at is not None
    assert found.ends_at <= int(true.timestamp()) * SECOND + 72 * HOUR
    if is_known:
        assert found.ends_at > int(true.timestamp()) * SECOND + 72 * HOUR - HOUR - 1


def test_a_count_from_the_day_itself_would_be_seen() -> None:
    """The negative control: one day more, and the date is later than the true one."""
    assert last_day(date(2026, 11, 25), DaySpan(21)) > counted(date(2026, 11, 25), DaySpan(20))


# --- Taiwan's, one by one --------------------------------------------------------------------


def test_twenty_days_to_object_begin_the_day_after_the_notice_was_served() -> None:
    found = the("objection", noted("not_identified", date(2026, 11, 5)))
    assert found.last_day == date(2026, 11, 25)
    assert found.ends_at == int(datetime(2026, 11, 25, 16, tzinfo=UTC).timestamp()) * SECOND
    served = noted("not_identified", date(2026, 11, 5))
    assert none_of("objection", served, noted("objected", date(2026, 11, 5), 2))
    assert not none_of("objection", served, noted("objected", date(2026, 11, 4), 2))


def test_two_times_ten_days_for_the_decision() -> None:
    objected, passed = noted("objected", date(2026, 12, 1)), noted("passed_on", date(2026, 12, 9))
    assert the("passing_on", objected).last_day == date(2026, 12, 11)
    assert none_of("passing_on", objected, passed)
    assert the("decision", objected, passed).last_day == date(2026, 12, 19)
    assert (
        DEADLINE_RULES.open_deadlines([objected, passed, noted("decided", date(2026, 12, 19), 3)])
        == []
    )


def test_the_last_contact_counts_whichever_was_entered_last() -> None:
    later = noted("contact", date(2026, 11, 24), 1, at=1_795_492_800 * SECOND)
    earlier = noted("contact", date(2026, 11, 20), 2)
    assert the("contact", later, earlier).ends_at == (1_795_492_800 + 72 * 3600) * SECOND
    assert none_of("contact", later, earlier, noted("help_ended", date(2026, 11, 25), 3))


def test_summonses_each_have_their_day_and_missed_ones_are_counted() -> None:
    first, second = noted("summons", date(2026, 12, 1)), noted("summons", date(2026, 12, 20), 2)
    gone = noted("attended", date(2026, 12, 1), 3)
    assert (
        len(
            [
                it
                for it in DEADLINE_RULES.open_deadlines([first, second])
                if it.rule.code == "summons"
            ]
        )
        == 2
    )
    assert the("summons", first, second, gone).start is second
    missed = [noted("missed", date(2026, 12, day), day) for day in (1, 2, 3)]
    assert not the("missed", *missed[:2]).is_reached
    assert the("missed", *missed).is_reached
    assert the("missed", *missed).ends_at is None


def test_a_permit_is_renewed_in_the_last_three_months_and_ends_as_printed() -> None:
    issued = noted("permit", date(2027, 1, 10))
    found = the("permit", issued)
    assert (found.opens_on, found.last_day) == (date(2027, 10, 10), date(2028, 1, 10))
    printed = noted("permit_until", date(2027, 12, 31), 2)
    assert none_of("permit", issued, printed)
    assert the("printed", issued, printed).last_day == date(2027, 12, 31)
    asked = noted("renewal", date(2027, 11, 1), 3)
    assert none_of("printed", issued, printed, asked)
    longer = noted("permit_until", date(2028, 12, 31), 4)
    assert the("printed", issued, printed, asked, longer).last_day == date(2028, 12, 31)


def test_six_months_for_the_fund_count_the_day_of_identification() -> None:
    assert the("fund", noted("identified", date(2026, 8, 31))).last_day == date(2027, 2, 27)
    assert the("fund", noted("identified", date(2026, 11, 25))).last_day == date(2027, 5, 24)


def test_what_ends_first_comes_first_and_what_has_no_date_last() -> None:
    found = DEADLINE_RULES.open_deadlines(
        [noted("missed", date(2026, 11, 1)), noted("identified", date(2026, 11, 1), 2),
         noted("contact", date(2026, 11, 2), 3)]
    )  # fmt: skip
    assert [it.rule.code for it in found] == ["contact", "fund", "missed"]


def test_a_deadline_is_near_from_ten_days_before_until_a_week_after() -> None:
    found = the("objection", noted("not_identified", date(2026, 11, 5)))
    ends = found.ends_at or 0
    near = [found.is_near(ends + it) for it in (-11 * DAY, -10 * DAY, -HOUR, DAY, 8 * DAY)]
    assert near == [False, True, True, True, False]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "25.11.2026",
        "2026-13-01",
        "2026-02-30",
        "2026-11-25 25:00",
        "2026-11-25x",
        "9999999-1-1",
    ],
)
def test_what_is_no_day_is_none(typed: str) -> None:
    assert DEADLINE_RULES.parse_time(typed) is None


def test_every_rule_says_where_it_stands_what_must_happen_and_how_long_is_left() -> None:
    words = read_in("zh_Hant", "staff")
    for clock in DEADLINE_RULES.rules:
        cited = [it.render(words) for it in clock.articles]
        assert cited, clock.code
        assert all("2023" in it for it in cited), clock.code
        assert clock.requirement.source
        assert "{left}" in clock.soon_text.source
        assert "{ago}" in clock.overdue_text.source or isinstance(clock.span, MaxTimes)
        assert list(clock.warn_before) == sorted(clock.warn_before, reverse=True)
