"""Nobody is written to outside the rule they chose, whatever the hour and however clocks go."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import DAY, HOUR, MINUTE, SECOND
from bot.hotline.contact_rule import (
    DISTRUST_PERIOD,
    HOURS,
    LONG_AGO,
    MAX_CHANNEL_SKEW,
    NEVER,
    PRESENCE_WINDOW,
    ClockMonitor,
    clock_error,
    may_write_at,
    received_at,
)

TAIPEI = ZoneInfo("Asia/Taipei")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = 1_795_000_000 * SECOND
moments = st.integers(NOW - 400 * DAY, NOW + 400 * DAY)
zones = st.sampled_from((TAIPEI, BERLIN))
chosen = st.sets(st.sampled_from(sorted(HOURS)), min_size=1)


def hour(moment: int, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(moment / SECOND, zone).hour


def allowed(code: str, at: int) -> bool:
    begin, end = HOURS[code]
    return begin <= at < end or begin <= at + 24 < end


@pytest.mark.parametrize("step", [-HOUR, -MINUTE, MINUTE, HOUR])
def test_a_clock_set_forward_or_back_begins_a_new_span(step: int) -> None:
    monitor = ClockMonitor()
    assert monitor.check(NOW, 100.0)
    assert not monitor.check(NOW + SECOND, 101.0)  # the control
    assert monitor.check(NOW + 2 * SECOND + step, 102.0)
    assert monitor.steady_since == NOW + 2 * SECOND + step


@given(moments, st.integers(0, PRESENCE_WINDOW), zones)
def test_a_recent_message_may_always_be_answered(now: int, ago: int, zone: ZoneInfo) -> None:
    assert may_write_at("when_i_write", now - ago, now, zone) == now


@given(moments, st.integers(PRESENCE_WINDOW + 1, 9 * DAY), zones)
def test_only_when_i_write_means_never_first(now: int, ago: int, zone: ZoneInfo) -> None:
    assert may_write_at("when_i_write", now - ago, now, zone) == NEVER


@given(moments, st.integers(PRESENCE_WINDOW + 1, 9 * DAY), zones, chosen)
def test_hours_are_kept_to_the_minute(now: int, ago: int, zone: ZoneInfo, codes: set[str]) -> None:
    at = may_write_at("hours:" + ",".join(sorted(codes)), now - ago, now, zone)
    assert now <= at <= now + DAY + HOUR
    assert any(allowed(code, hour(at, zone)) for code in codes)
    if any(allowed(code, hour(now, zone)) for code in codes):
        assert at == now


@pytest.mark.parametrize("rule", ["", "hours", "hours:", "hours:noon", "whenever", "any_timex"])
def test_an_unknown_contact_rule_is_the_strictest(rule: str) -> None:
    assert may_write_at(rule, NOW - DAY, NOW, TAIPEI) == NEVER


@given(moments, st.integers(PRESENCE_WINDOW + 1, 9 * DAY))
def test_any_time_is_any_time(now: int, ago: int) -> None:
    assert may_write_at("any_time", now - ago, now, TAIPEI) == now


def test_hours_of_another_zone_would_be_found_out() -> None:
    three_at_night = int(datetime(2026, 11, 24, 3, 0, tzinfo=TAIPEI).timestamp()) * SECOND
    at = may_write_at("hours:morning", three_at_night - HOUR, three_at_night, TAIPEI)
    assert (at - three_at_night) // MINUTE == 180
    assert not allowed("morning", hour(at, BERLIN))


off = st.integers(-30 * DAY, 30 * DAY)
ages = st.integers(0, 9 * DAY)


@given(ages, off)
def test_to_a_steady_clock_a_line_is_as_old_as_the_channel_says(ago: int, wrong: int) -> None:
    """However wrong our clock is: it dates nothing but itself."""
    assert (
        received_at(NOW - ago, NOW + wrong, NOW + wrong - DISTRUST_PERIOD, NOW) == NOW + wrong - ago
    )


@given(ages, off, st.integers(0, DISTRUST_PERIOD - 1))
def test_with_a_doubtful_clock_too_the_channel_says_how_old_a_line_is(
    ago: int, wrong: int, since: int
) -> None:
    now = NOW + wrong
    assert received_at(NOW - ago, now, now - since, NOW) == now - ago


@given(ages, off, st.integers(0, DISTRUST_PERIOD - 1))
def test_without_dates_a_doubtful_clock_believes_only_what_is_new(
    ago: int, wrong: int, since: int
) -> None:
    now = NOW + wrong
    is_new = abs(now - (NOW - ago)) <= MAX_CHANNEL_SKEW
    assert received_at(NOW - ago, now, now - since) == (min(now, NOW - ago) if is_new else LONG_AGO)


@given(off)
def test_a_clock_is_wrong_that_differs_by_more_than_two_minutes(wrong: int) -> None:
    assert clock_error(NOW + wrong, NOW) == (wrong if abs(wrong) > MAX_CHANNEL_SKEW else 0)
    assert clock_error(NOW + wrong, None) == 0


@pytest.mark.parametrize(("channel_at", "heard"), [(NOW, NOW - 4 * HOUR), (None, NOW - 2 * HOUR)])
def test_a_late_message_looks_new_only_without_a_server_date(
    channel_at: int | None, heard: int
) -> None:
    back = NOW - 2 * HOUR
    assert received_at(back, back, back, channel_at) == heard
