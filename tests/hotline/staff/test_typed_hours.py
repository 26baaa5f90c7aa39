"""Hours and waiting times are understood as staff type them, and nonsense is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hotline.staff.opening_hours import DAY_MINUTES, Span
from bot.hotline.staff.typed_hours import (
    MAX_NIGHT,
    HoursFault,
    parse_typed_hours,
    parse_typed_minutes,
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("9-18", "09:00-18:00"),
        ("9\uff5e18", "09:00-18:00"),  # a full-width tilde
        ("\uff19\uff1a\uff10\uff10\uff5e\uff11\uff18\uff1a\uff10\uff10", "09:00-18:00"),
        ("9\u301c18", "09:00-18:00"),
        ("09:00\u201312:00, 13:00\u201318:00", "09:00-12:00 13:00-18:00"),
        ("9-12\u300113-18", "09:00-12:00 13:00-18:00"),
        ("13-18 and 9-12", "09:00-12:00 13:00-18:00"),
        ("930-1800", "09:30-18:00"),
        ("9am-6pm", "09:00-18:00"),
        ("12am to 12pm", "00:00-12:00"),
        ("9點半到18點", "09:30-18:00"),
        ("22-6", "22:00-06:00"),
        ("18-9", "18:00-09:00"),
        ("24h", "00:00-24:00"),
        ("全天", "00:00-24:00"),
        ("0-24", "00:00-24:00"),
        ("0:00-0:00", "00:00-24:00"),
        ("12-13,13-14", "12:00-14:00"),
        ("", ""),
        (" closed ", ""),
        ("休息", ""),
    ],
)
def test_hours_are_understood_as_they_are_typed(typed: str, meant: str) -> None:
    found = parse_typed_hours(typed)
    assert not isinstance(found, HoursFault)
    assert " ".join(map(str, found)) == meant


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("banana", HoursFault.NONSENSE),
        ("9", HoursFault.NONSENSE),
        ("9-", HoursFault.NONSENSE),
        ("9-25", HoursFault.NONSENSE),
        ("9:60-10", HoursFault.NONSENSE),
        ("24-3", HoursFault.NONSENSE),
        ("0pm-3pm", HoursFault.NONSENSE),
        (",", HoursFault.NONSENSE),
        ("9-8", HoursFault.BACKWARDS),
        ("9-9", HoursFault.BACKWARDS),
        ("9-12, 11-15", HoursFault.OVERLAP),
        ("22-6, 23-24", HoursFault.OVERLAP),
        ("1-2,3-4,5-6,7-8,9-10,11-12,13-14", HoursFault.TOO_MANY),
        ("9-18" + " " * 40 + "\u3000" * 3 + "x" * 80, HoursFault.TOO_MANY),
    ],
)
def test_what_are_no_hours_is_said(typed: str, fault: HoursFault) -> None:
    assert parse_typed_hours(typed) is fault


@given(st.integers(0, DAY_MINUTES - 1), st.integers(1, MAX_NIGHT))
def test_every_span_is_understood_as_it_is_shown(begins: int, length: int) -> None:
    span = Span(begins, begins + length)
    assert parse_typed_hours(str(span)) == (span,)


@given(st.text(max_size=100))
def test_any_text_gives_hours_in_order_or_a_fault(text: str) -> None:
    found = parse_typed_hours(text)
    if not isinstance(found, HoursFault):
        ends = [0, *(at for span in found for at in (span.begins, span.ends))]
        assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("15", 15), ("15 min", 15), ("4 h", 240), ("4h", 240), ("3 days", 4320), ("4小時", 240),
        ("\uff13天", 4320), ("", None), ("soon", None), ("-5", None), ("4 weeks", None),
        ("1.5 h", None), ("999999", None),
    ],
)  # fmt: skip
def test_a_time_to_wait_is_understood_or_refused(typed: str, minutes: int | None) -> None:
    assert parse_typed_minutes(typed) == minutes
