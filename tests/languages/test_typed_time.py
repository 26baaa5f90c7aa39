"""Days and times as staff type them, in English and Chinese; what is not certain is refused."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.languages.typed.typed_time import parse_typed_time

NOW = datetime(2026, 11, 28, 13, 30, tzinfo=ZoneInfo("Asia/Taipei"))  # a Saturday


def read(text: str, *, is_past: bool = False) -> str:
    found = parse_typed_time(text, NOW, is_past=is_past)
    if found is None:
        return ""
    return str(found.day) if found.at is None else f"{found.day} {found.at:%H:%M}"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-12-01 14:30", "2026-12-01 14:30"), ("2026-12-01", "2026-12-01"),
        ("2026/12/1 9:05", "2026-12-01 09:05"),
        ("tomorrow 14:00", "2026-11-29 14:00"), ("Tomorrow at 2pm", "2026-11-29 14:00"),
        ("明天 14:00", "2026-11-29 14:00"), ("明天下午2點", "2026-11-29 14:00"),
        ("明天上午9點半", "2026-11-29 09:30"), ("後天", "2026-11-30"),
        ("大後天 9:00", "2026-12-01 09:00"),
        ("day after tomorrow", "2026-11-30"), ("今晚8點", "2026-11-28 20:00"),
        ("tonight 8:30", "2026-11-28 20:30"), ("today noon", "2026-11-28 12:00"),
        ("in 2 hours", "2026-11-28 15:30"), ("2h", "2026-11-28 15:30"),
        ("in an hour", "2026-11-28 14:30"), ("half an hour", "2026-11-28 14:00"),
        ("in 30 minutes", "2026-11-28 14:00"), ("in 3 days", "2026-12-01 13:30"),
        ("兩小時後", "2026-11-28 15:30"), ("半小時後", "2026-11-28 14:00"),
        ("3天後", "2026-12-01 13:30"), ("一週後", "2026-12-05 13:30"),
        ("Mon 9:00", "2026-11-30 09:00"), ("monday", "2026-11-30"),
        ("週一 9:00", "2026-11-30 09:00"), ("明天\uff0c14\uff1a00", "2026-11-29 14:00"),
        ("星期天", "2026-11-29"), ("下週一", "2026-11-30"), ("下週六", "2026-12-05"),
        ("Sat 15:00", "2026-11-28 15:00"), ("Sat 9:00", "2026-12-05 09:00"), ("Sat", "2026-12-05"),
        ("tonight", "2026-11-28 20:00"), ("今晚", "2026-11-28 20:00"),
        ("this evening", "2026-11-28 20:00"), ("tomorrow morning", "2026-11-29 09:00"),
        ("明早", "2026-11-29 09:00"), ("明天下午", "2026-11-29 14:00"),
        ("明天下午三點", "2026-11-29 15:00"), ("今天晚上十點半", "2026-11-28 22:30"),
        ("明天十二點", "2026-11-29 12:00"), ("next Sat 15:00", "2026-12-05 15:00"),
        ("11/30 14:00", "2026-11-30 14:00"), ("1/5", "2027-01-05"),
        ("12月1日 14:00", "2026-12-01 14:00"),
        ("1 Dec 14:00", "2026-12-01 14:00"), ("December 1, 2026", "2026-12-01"),
        ("14:00", "2026-11-28 14:00"), ("9:00", "2026-11-29 09:00"), ("12am", "2026-11-29 00:00"),
    ],
)  # fmt: skip
def test_what_people_type_is_read_as_they_mean_it(typed: str, meant: str) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("yesterday 14:00", "2026-11-27 14:00"), ("昨天下午2點", "2026-11-27 14:00"),
        ("Mon 9:00", "2026-11-23 09:00"), ("11/30", "2025-11-30"), ("14:00", "2026-11-27 14:00"),
        ("9:00", "2026-11-28 09:00"), ("today 9:00", "2026-11-28 09:00"),
    ],
)  # fmt: skip
def test_of_something_that_happened_the_last_time_is_meant(typed: str, meant: str) -> None:
    assert read(typed, is_past=True) == meant


@pytest.mark.parametrize(
    "typed",
    ["", "soon", "tomorrow 14", "tomorrow 25:00", "2026-02-30", "13pm", "31/31", "明天見", "14",
     "Mon or Tue", "in many hours", "x" * 200],
)  # fmt: skip
def test_what_is_not_certain_is_refused(typed: str) -> None:
    assert read(typed) == ""


@given(st.text(max_size=60))
def test_no_text_breaks_it(typed: str) -> None:
    for is_past in (False, True):
        parse_typed_time(typed, NOW, is_past=is_past)
