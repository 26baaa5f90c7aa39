"""What interpreters are paid in Taiwan: Article 6 of the regulation for assistance, by the hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import MINUTE, SECOND
from bot.places.taiwan.interpreter_fees import INTERPRETER_FEES

ASSISTANCE, WORKERS = INTERPRETER_FEES
TAIPEI = ZoneInfo("Asia/Taipei")
BEGINS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))  # noqa: DTZ001 - of the zone
LENGTHS = st.integers(0, 12 * 60)


def moment(at: datetime) -> int:
    return int(at.replace(tzinfo=TAIPEI).timestamp()) * SECOND


def paid(begin: str, minutes: int) -> int:
    began = moment(datetime.fromisoformat(f"2026-11-28T{begin}:00"))
    return ASSISTANCE.fee(began, began + minutes * MINUTE, TAIPEI).amount


@pytest.mark.parametrize(
    ("begin", "minutes", "amount"),
    [
        ("10:00", 0, 0),
        ("10:00", 1, 600),
        ("10:00", 120, 600),
        ("10:00", 121, 750),  # a rest below thirty minutes: half an hour
        ("10:00", 149, 750),
        ("10:00", 150, 900),  # from thirty minutes on: a whole hour
        ("10:00", 180, 900),
        ("22:00", 120, 1200),
        ("22:00", 180, 1800),
        ("20:30", 120, 1200),  # the first two hours span day and night
        ("20:00", 120, 600),  # they end when the night begins
        ("20:00", 180, 1200),  # the third hour is at night
        ("19:30", 180, 1200),  # the third hour spans: paid at night
        ("19:30", 150, 900),  # thirty minutes of it, all by day
        ("05:00", 120, 1200),
        ("06:00", 120, 600),
        ("03:30", 240, 1200 + 600 + 300),  # 5:30 to 6:30 spans, 6:30 to 7:30 does not
        ("23:00", 25, 1200),
    ],
)
def test_a_session_is_paid_as_article_six_says(begin: str, minutes: int, amount: int) -> None:
    assert paid(begin, minutes) == amount


def reference(begin: datetime, minutes: int) -> int:
    """Count the same minute by minute, in another way: from the text of the article."""
    if not minutes:
        return 0
    nights = [
        not 6 <= (begin.hour * 60 + begin.minute + it) // 60 % 24 < 22 for it in range(minutes)
    ]
    amount = 1200 if any(nights[:120]) else 600
    for start in range(120, minutes, 60):
        part = nights[start : start + 60]
        amount += (600 if any(part) else 300) // (2 if len(part) < 30 else 1)
    return amount


@given(BEGINS, LENGTHS)
def test_every_session_is_paid_as_a_count_by_minutes_says(begin: datetime, minutes: int) -> None:
    begin = begin.replace(second=0, microsecond=0)
    found = ASSISTANCE.fee(moment(begin), moment(begin) + minutes * MINUTE, TAIPEI)
    assert (found.minutes, found.amount) == (minutes, reference(begin, minutes))
    assert isinstance(found.amount, int)


@given(BEGINS, LENGTHS, LENGTHS)
def test_a_longer_session_is_never_paid_less(begin: datetime, one: int, other: int) -> None:
    began = moment(begin)
    short, long = (WORKERS.fee(began, began + it * MINUTE, TAIPEI) for it in sorted((one, other)))
    assert short.amount <= long.amount
    assert short.night_minutes <= long.night_minutes <= long.minutes


@given(BEGINS, st.integers(1, 12 * 60))
def test_the_least_is_paid_for_two_hours_and_night_never_more_than_double(
    begin: datetime, minutes: int
) -> None:
    began = moment(begin)
    ended = began + minutes * MINUTE
    amount = ASSISTANCE.fee(began, ended, TAIPEI).amount
    by_day = replace(ASSISTANCE, night_factor=1).fee(began, ended, TAIPEI).amount
    assert by_day >= ASSISTANCE.first_fee
    assert by_day <= amount <= 2 * by_day


def test_each_rule_names_a_source_and_can_be_halved() -> None:
    for rule in INTERPRETER_FEES:
        assert rule.source.startswith("https://")
        assert rule.hour_fee % 2 == 0
