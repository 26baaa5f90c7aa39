"""Days and times as staff type them: `tomorrow 14:00`, `明天下午2點`, `in 2 hours`, `Mon 9:00`.

Why not a library: those that read free text know hundreds of languages, guess, and are heavy. Staff
write English or Chinese, and what is not certain is refused.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_DAYS_AHEAD = {
    "today": 0, "tonight": 0, "this": 0, "今天": 0, "今日": 0, "今晚": 0,
    "tomorrow": 1, "tmr": 1, "明天": 1, "明日": 1, "明早": 1, "明晚": 1,
    "day after tomorrow": 2, "後天": 2, "后天": 2, "大後天": 3,
    "yesterday": -1, "昨天": -1, "昨日": -1, "前天": -2,
}  # fmt: skip
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE_WEEKDAYS = "一二三四五六日"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CHINESE_DIGITS = {
    "一": "1", "二": "2", "兩": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7",
    "八": "8", "九": "9", "十": "10", "半": "0.5",
}  # fmt: skip
_UNITS = {
    "minute": timedelta(minutes=1), "min": timedelta(minutes=1), "分鐘": timedelta(minutes=1),
    "hour": timedelta(hours=1), "hr": timedelta(hours=1), "h": timedelta(hours=1),
    "小時": timedelta(hours=1), "鐘頭": timedelta(hours=1),
    "day": timedelta(days=1), "天": timedelta(days=1), "日": timedelta(days=1),
    "week": timedelta(weeks=1), "週": timedelta(weeks=1), "周": timedelta(weeks=1),
    "星期": timedelta(weeks=1), "禮拜": timedelta(weeks=1),
}  # fmt: skip
_AFTERNOON, _MORNING = {"pm", "下午", "晚上", "今晚", "明晚", "tonight"}, {"am", "上午", "早上"}
_PARTS_OF_DAY = {
    "morning": 9, "早上": 9, "上午": 9, "noon": 12, "中午": 12, "afternoon": 14, "下午": 14,
    "evening": 20, "night": 20, "晚上": 20, "tonight": 20, "今晚": 20, "明晚": 20, "明早": 9,
}  # fmt: skip
"""Hours that are meant by a part of a day alone."""
NOON = 12
MAX_LENGTH = 40

_SPAN = re.compile(
    r"(?:in )?(an?|\d{1,3}|half an)\s*(minute|min|hour|hr|h|day|week)s?"
    r"|(\d{1,3}|[一二兩三四五六七八九十半])\s*個?(分鐘|小時|鐘頭|天|日|週|周|星期|禮拜)[後后]"
)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_SHORT_DAY = re.compile(r"(\d{1,2})[-/](\d{1,2})|(\d{1,2})月(\d{1,2})[日號]")
_NAMED_DAY = re.compile(
    rf"(?:(\d{{1,2}}) ({'|'.join(_MONTHS)})[a-z]*|({'|'.join(_MONTHS)})[a-z]* (\d{{1,2}}))"
    r"(?: (\d{4}))?"
)
_WEEKDAY = re.compile(
    rf"(next |下)?(?:({'|'.join(_WEEKDAYS)})[a-z]*|(?:週|周|星期|禮拜)([一二三四五六日天]))"
)
_CLOCK = re.compile(
    r"(?:at )?(上午|下午|早上|晚上)?\s*(\d{1,2})(?::(\d{2})|[點点](半|\d{1,2}分?)?)?\s*(am|pm)?"
)
_CHINESE_HOUR = re.compile("(十?[一二兩三四五六七八九]|十)(?=[點点])")


@dataclass(frozen=True, slots=True)
class TypedTime:
    """A day, and a time of day where one was typed."""

    day: date
    at: time | None = None


def parse_typed_time(text: str, now: datetime, *, is_past: bool = False) -> TypedTime | None:
    """Return what was typed, seen from a moment in the zone of the desk; None if it is not certain.

    A weekday, a day without a year and a time alone mean the next one, or, if `is_past`, the last.
    """
    typed = " ".join(unicodedata.normalize("NFKC", text).lower().replace(",", " ").split())
    if not typed or len(typed) > MAX_LENGTH:
        return None
    span = _SPAN.fullmatch(typed)
    if span is not None:
        return None if is_past else _after(span, now)
    try:
        found, rest = _take_day(typed, now.date(), is_past=is_past)
        at = _clock_time(rest, typed)
    except ValueError:  # there is no such day or time
        return None
    if at is None and rest:
        return None
    if found is not None:
        return _moved(TypedTime(found, at), now, typed, is_past=is_past)
    return None if at is None else _nearest(at, now, is_past=is_past)


def _after(span: re.Match[str], now: datetime) -> TypedTime:
    count = span[1] or span[3]
    number = {"a": 1.0, "an": 1.0, "half an": 0.5}.get(count) or float(
        _CHINESE_DIGITS.get(count, count)
    )
    unit = _UNITS[span[2] or span[4]]
    then = now + number * unit
    return TypedTime(then.date(), then.time().replace(second=0, microsecond=0))


def _take_day(typed: str, today: date, *, is_past: bool) -> tuple[date | None, str]:
    """Return the day that begins a text, and the rest."""
    for word, ahead in sorted(_DAYS_AHEAD.items(), key=lambda it: -len(it[0])):
        if typed.startswith(word):
            return today + timedelta(days=ahead), typed.removeprefix(word).strip()
    for pattern, day_of in (
        (_ISO, _iso_day), (_NAMED_DAY, _named_day), (_SHORT_DAY, _short_day), (_WEEKDAY, _weekday),
    ):  # fmt: skip
        found = pattern.match(typed)
        if found is not None:
            return day_of(found, today, is_past), typed[found.end() :].strip()
    return None, typed


def _iso_day(found: re.Match[str], _today: date, _is_past: bool) -> date:
    return date(int(found[1]), int(found[2]), int(found[3]))


def _short_day(found: re.Match[str], today: date, is_past: bool) -> date:
    return _of_year(int(found[1] or found[3]), int(found[2] or found[4]), today, is_past)


def _named_day(found: re.Match[str], today: date, is_past: bool) -> date:
    month = _MONTHS.index(found[2] or found[3]) + 1
    day = int(found[1] or found[4])
    return date(int(found[5]), month, day) if found[5] else _of_year(month, day, today, is_past)


def _of_year(month: int, day: int, today: date, is_past: bool) -> date:
    found = date(today.year, month, day)
    if is_past:
        return found if found <= today else date(today.year - 1, month, day)
    return found if found >= today else date(today.year + 1, month, day)


def _weekday(found: re.Match[str], today: date, is_past: bool) -> date:
    wanted = (
        _WEEKDAYS.index(found[2])
        if found[2]
        else _CHINESE_WEEKDAYS.index(found[3].replace("天", "日"))
    )
    if is_past:
        return today - timedelta(days=(today.weekday() - wanted) % 7)
    if found[1] == "下":  # of the week that begins next Monday
        return today + timedelta(days=7 - today.weekday() + wanted)
    return today + timedelta(days=(wanted - today.weekday()) % 7)


def _clock_time(rest: str, typed: str) -> time | None:
    """Return the time of day in what follows a day; raise ValueError for one there is not."""
    if (part := rest or typed) in _PARTS_OF_DAY:
        return time(_PARTS_OF_DAY[part])
    found = _CLOCK.fullmatch(_CHINESE_HOUR.sub(_in_digits, rest))
    if found is None or not rest:
        return None
    is_bare = not (found[1] or found[3] or found[5] or "點" in rest or "点" in rest)
    if is_bare:
        return None  # "tomorrow 14": a day or an hour?
    minutes = found[3] or (found[4] or "0").removesuffix("分").replace("半", "30")
    hour, half = int(found[2]), found[1] or found[5] or ""
    if half and not 1 <= hour <= NOON:
        raise ValueError(rest)
    is_afternoon = half in _AFTERNOON or (
        not half and hour < NOON and any(typed.startswith(it) for it in ("今晚", "明晚", "tonight"))
    )
    if is_afternoon and hour < NOON:
        hour += NOON
    elif half in _MORNING and hour == NOON:
        hour = 0
    return time(hour, int(minutes))


def _in_digits(found: re.Match[str]) -> str:
    """Return a Chinese hour in digits: 十 is 10, 十二 is 12."""
    tens, ones = found[1].startswith("十"), found[1].removeprefix("十")
    return str(10 * tens + int(_CHINESE_DIGITS.get(ones, "0")))


def _moved(typed: TypedTime, now: datetime, text: str, *, is_past: bool) -> TypedTime:
    """Move a weekday that is today by a week where its time is over, or was not meant."""
    named = _WEEKDAY.match(text)
    if named is None or is_past or typed.day != now.date():
        return typed
    is_ahead = typed.at is not None and typed.at > now.time() and not named[1]
    return typed if is_ahead else TypedTime(typed.day + timedelta(weeks=1), typed.at)


def _nearest(at: time, now: datetime, *, is_past: bool) -> TypedTime:
    is_over = at <= now.time()
    if is_over == is_past:
        return TypedTime(now.date(), at)
    return TypedTime(now.date() + timedelta(days=-1 if is_past else 1), at)
