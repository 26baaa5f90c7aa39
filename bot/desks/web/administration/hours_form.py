"""Forms of opening hours, special days and reply times: what they mean, and faults by field."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from bot.cases.urgency import Priority
from bot.clock import SECOND
from bot.desks.web.administration import texts
from bot.desks.web.texts import HOURS_FAULTS
from bot.hotline.staff.opening_hours import DAY_MINUTES, Spans, Week
from bot.hotline.staff.service_hours import MAX_DAY_NAME, SpecialDay
from bot.hotline.staff.typed_hours import HoursFault, parse_typed_hours, parse_typed_minutes
from bot.languages.typed.typed_time import parse_typed_time
from bot.settings.formats import MAX_WAIT_MINUTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from bot.hotline.staff.service_hours import OwnMinutes, ServicePlan
    from bot.text import Text

FIXED, UNFIXED = "fixed", "unfixed"
"""Whether a week has hours of its own, or those of the deployment or none."""
DAY_FIELDS = tuple(f"day{number}" for number in range(1, 8))
WEEK_FIELDS = frozenset({"kind", *DAY_FIELDS})
DAY_FORM_FIELDS = frozenset({"day", "name", "hours"})
REPLY_FIELDS = tuple(f"p{it.value}" for it in Priority)
MAX_SPECIAL_DAYS = 200
Faults = dict[str, tuple["Text", dict[str, str]]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ParsedForm(Generic[T]):
    """A filled-in form, what it means, and what is wrong by field."""

    values: Mapping[str, str]
    meaning: T | None = None
    faults: Faults = field(default_factory=dict)


def week_form(week: Week | None) -> ParsedForm[Week | None]:
    """Return the form of a week as it is now; None has no hours of its own."""
    days = {
        name: ", ".join(map(str, spans))
        for name, spans in zip(DAY_FIELDS, week or [()] * 7, strict=True)
    }
    return ParsedForm({"kind": UNFIXED if week is None else FIXED, **days})


def parse_week(values: Mapping[str, str]) -> ParsedForm[Week]:
    """Return the hours of a week; a night may not reach into the hours of the next day."""
    faults: Faults = {}
    found: list[Spans] = []
    for name in DAY_FIELDS:
        spans = parse_typed_hours(values.get(name, ""))
        if isinstance(spans, HoursFault):
            faults[name] = (HOURS_FAULTS[spans], {})
        found.append(() if isinstance(spans, HoursFault) else spans)
    for (name, spans), (after, following) in pairwise(
        [*zip(DAY_FIELDS, found, strict=True), (DAY_FIELDS[0], found[0])]
    ):
        if runs_into(spans, following) and name not in faults:
            faults.setdefault(after, (texts.HOURS_OVERLAP_NIGHT, {"hours": str(spans[-1])}))
    if not faults and not any(found):
        faults[DAY_FIELDS[0]] = (texts.HOURS_NEVER_OPEN, {})
    return ParsedForm(values, None if faults else cast("Week", tuple(found)), faults)


def runs_into(night: Spans, following: Spans) -> bool:
    """Return whether hours that pass midnight reach into those of the next day."""
    return bool(night and following) and night[-1].ends - DAY_MINUTES > following[0].begins


def parse_special_day(
    values: Mapping[str, str], plan: ServicePlan, now: int
) -> ParsedForm[SpecialDay]:
    """Return the special day of a form; only today and days to come can be changed."""
    faults: Faults = {}
    here = datetime.fromtimestamp(now / SECOND, plan.zone)
    name = " ".join(values.get("name", "").split())
    typed = parse_typed_time(values.get("day", ""), here)
    day = None if typed is None or typed.at is not None else typed.day
    if day is None:
        faults["day"] = (texts.DAY_WRONG, {})
    elif day < here.date():
        faults["day"] = (texts.DAY_PAST, {})
    elif plan.special_day(day) is None and len(plan.days_from(here.date())) >= MAX_SPECIAL_DAYS:
        faults["day"] = (texts.DAY_TOO_MANY, {"count": str(MAX_SPECIAL_DAYS)})
    if not name or len(name) > MAX_DAY_NAME or not name.isprintable():
        faults["name"] = (texts.DAY_NAME_NEEDED, {"count": str(MAX_DAY_NAME)})
    spans = parse_typed_hours(values.get("hours", ""))
    if isinstance(spans, HoursFault):
        faults["hours"] = (HOURS_FAULTS[spans], {})
    elif day is not None and (night := _touching_night(plan, day, spans)):
        faults["hours"] = (texts.HOURS_OVERLAP_NIGHT, {"hours": night})
    if faults or day is None or isinstance(spans, HoursFault):
        return ParsedForm(values, None, faults)
    return ParsedForm(values, SpecialDay(day, name, spans))


def _touching_night(plan: ServicePlan, day: date, spans: Spans) -> str:
    """Return the hours past midnight that would overlap, before or after a day; empty for none."""
    before, after = (plan.hours().spans_on(day + timedelta(days=it)) for it in (-1, 1))
    if runs_into(before, spans):
        return str(before[-1])
    return str(spans[-1]) if runs_into(spans, after) else ""


def parse_replies(values: Mapping[str, str]) -> ParsedForm[tuple[int, ...]]:
    """Return the minutes until a reply is due, by priority; they never fall."""
    found, faults = _parse_minutes(values, None)
    return ParsedForm(values, None if faults else found, faults)


def parse_own_replies(values: Mapping[str, str], general: Sequence[int]) -> ParsedForm[OwnMinutes]:
    """Return the minutes of a queue; with the general ones in empty fields they never fall."""
    found, faults = _parse_minutes(values, general)
    own = (
        minutes if values.get(name, "").strip() else None
        for name, minutes in zip(REPLY_FIELDS, found, strict=True)
    )  # fmt: skip
    return ParsedForm(values, None if faults else cast("OwnMinutes", tuple(own)), faults)


def _parse_minutes(
    values: Mapping[str, str], general: Sequence[int] | None
) -> tuple[tuple[int, ...], Faults]:
    """Return minutes by priority and what is wrong; an empty field has the general time, if any."""
    faults: Faults = {}
    found: list[int] = []
    for priority, name in enumerate(REPLY_FIELDS):
        typed = values.get(name, "").strip()
        is_general = not typed and general is not None
        minutes = general[priority] if is_general and general else parse_typed_minutes(typed)
        if minutes is None:
            faults[name] = (texts.REPLY_WRONG, {})
        elif not 1 <= minutes <= MAX_WAIT_MINUTES:
            faults[name] = (texts.REPLY_TOO_LONG, {})
        elif found and minutes < found[-1]:
            faults[name] = (texts.REPLY_FALLS_GENERAL if is_general else texts.REPLY_FALLS, {})
        found.append(minutes or (found[-1] if found else 1))
    return tuple(found), faults


def with_day(days: Iterable[SpecialDay], added: SpecialDay) -> tuple[SpecialDay, ...]:
    """Return special days with one more, or with another for its date."""
    return _in_order({it.day: it for it in days} | {added.day: added})


def without_day(days: Iterable[SpecialDay], day: date) -> tuple[SpecialDay, ...]:
    """Return special days without that of a date."""
    return _in_order({it.day: it for it in days if it.day != day})


def _in_order(days: Mapping[date, SpecialDay]) -> tuple[SpecialDay, ...]:
    return tuple(days[it] for it in sorted(days))
