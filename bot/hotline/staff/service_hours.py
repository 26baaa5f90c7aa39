"""Opening hours, special days and reply times: what is stored, else what the settings say.

They are read in each unit of work, so a change holds at once in every process. What was due before
stays due: a stored moment is never computed again. A row that was changed in the database does not
open, and counts as not stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import msgspec

from bot.cases.response_times import ResponseTimes
from bot.clock import SECOND
from bot.errors import DecryptionError
from bot.hotline.staff.opening_hours import (
    DAY_MINUTES,
    OpeningHours,
    Span,
    Spans,
    Week,
    overlap,
    same_week,
)
from bot.store.statements import delete_by, select_by, upsert
from bot.store.tables.service_hours import service_hours
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from bot.settings import Settings
    from bot.store.writer import Work
    from bot.vault import Vault

WEEK, DAYS, REPLIES = "week", "days", "replies"
"""Names of the parts that can be set."""
QUEUE_WEEK, QUEUE_REPLIES = f"{WEEK}/", f"{REPLIES}/"
"""What the names of a queue's hours and of its reply times begin with."""
MAX_DAY_NAME = 40
OFFICE_SIGN = "@"
"""What stands before the id of an office, in place of a queue in the name of its hours."""
OwnMinutes: TypeAlias = tuple[int | None, int | None, int | None, int | None, int | None]
"""A queue's minutes until a reply is due, by priority; None: the general time holds."""


class SpecialDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """A date on which other hours hold: a holiday, or a day that closes early."""

    day: date
    name: str = ""
    spans: Spans = ()
    """Empty: closed."""


class StoredBy(NamedTuple):
    """Who set a part of the hours, and when."""

    by: str
    at: int


@dataclass(frozen=True, slots=True, eq=False)
class ServicePlan:
    """Hours, special days and reply times that hold together."""

    zone: ZoneInfo
    week: Week | None
    """None: no fixed hours."""
    days: tuple[SpecialDay, ...]
    """In order, past ones included."""
    minutes: tuple[int, ...]
    """Minutes until a reply is due, by priority."""
    queue_weeks: Mapping[str, Week]
    """Hours of the queues that have their own."""
    stored: Mapping[str, StoredBy]
    """The parts that were set at the desk, by name."""
    queue_minutes: Mapping[str, OwnMinutes] = field(default_factory=dict)
    """Reply times of the queues that have their own."""

    def minutes_of(self, queue: str) -> tuple[int, ...]:
        """Return the minutes until a reply is due in a queue, by priority.

        Where a queue has no time of its own, the general one holds. What is more urgent is never
        due later than what is less urgent, whatever was set first.
        """
        own = self.queue_minutes.get(queue)
        if own is None:
            return self.minutes
        found = [
            general if it is None else it for it, general in zip(own, self.minutes, strict=True)
        ]
        return tuple(min(found[priority:]) for priority in range(len(found)))

    def hours(self, queue: str = "", office: str | None = None) -> OpeningHours:
        """Return the opening hours of an office, else of a queue, else of the deployment.

        The hours of an office come before those of a queue: its caseworkers are who answers. On a
        special day an office or a queue with hours of its own is open where both are.
        """
        special = {it.day: it.spans for it in self.days}
        week = self.queue_weeks.get(office_part(office)) or self.queue_weeks.get(queue)
        if week is None:
            return OpeningHours(self.week, self.zone, special)
        own = {day: overlap(spans, week[day.isoweekday() - 1]) for day, spans in special.items()}
        return OpeningHours(week, self.zone, own)

    def is_open(self, queue: str, office: str | None, now: int) -> bool:
        """Return whether an office is open; without fixed hours it is never known to be closed."""
        is_fixed = self.week is not None or bool({office_part(office), queue} & {*self.queue_weeks})
        return not is_fixed or self.hours(queue, office).is_open(now)

    def days_from(self, today: date) -> list[SpecialDay]:
        """Return the special days that are not past."""
        return [it for it in self.days if it.day >= today]

    def special_day(self, day: date) -> SpecialDay | None:
        """Return a special day; None for an ordinary one."""
        return next((it for it in self.days if it.day == day), None)

    def _weeks(self, day: date) -> Iterator[Spans]:
        """Yield the hours of a day, of the deployment and of each queue with its own."""
        for queue in ("", *self.queue_weeks):
            yield self.hours(queue).spans_on(day)

    def closed_from(self, now: int, name: str) -> tuple[SpecialDay, ...] | None:
        """Return the special days if all close now for the rest of today; None if none is open.

        Hours of yesterday that pass midnight end now as well.
        """
        here = datetime.fromtimestamp(now / SECOND, self.zone)
        passed = here.hour * 60 + here.minute
        found = {it.day: it for it in self.days}
        has_closed = False
        for ahead, until in ((-1, passed + DAY_MINUTES), (0, passed)):
            day = here.date() + timedelta(days=ahead)
            spans = self.hours().spans_on(day)
            left = tuple(Span(it.begins, min(it.ends, until)) for it in spans if it.begins < until)
            if any(it.ends > until for each in self._weeks(day) for it in each):
                old = found.get(day)
                found[day] = SpecialDay(day, (old.name if old else "") or name, left)
                has_closed = True
        return tuple(found[it] for it in sorted(found)) if has_closed else None


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read last, and the plan that it makes."""

    rows: tuple[tuple[Any, ...], ...]
    plan: ServicePlan
    times: Mapping[tuple[str, str | None], ResponseTimes]
    """By queue and office; an empty name for all queues without hours or times of their own, None
    for all offices without hours of their own."""


_ALL = select_by(service_hours, "name", "sealed", "set_by", "set_at", order_by="name")
_SET = upsert(service_hours, "name", "sealed", "set_by", "set_at", key="name")
_RESET = delete_by(service_hours, by="name")
_encode = msgspec.msgpack.Encoder().encode
_decode_week = msgspec.msgpack.Decoder(Week | None).decode
_decode_days = msgspec.msgpack.Decoder(tuple[SpecialDay, ...]).decode
_decode_minutes = msgspec.msgpack.Decoder(tuple[int, int, int, int, int]).decode
_decode_own_minutes = msgspec.msgpack.Decoder(OwnMinutes).decode


class ServiceHours:
    """The hours of a deployment, used inside units of work."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        self._vault = vault
        self._default = plan_of_settings(settings)
        self._last: tuple[Work | None, _Read] = (None, _read((), self._default, vault))

    @property
    def latest(self) -> ServicePlan:
        """The plan that was read last in this process."""
        return self._last[1].plan

    @staticmethod
    def expect(work: Work) -> None:
        """Let the database look up what all others here will ask for."""
        work.expect(_ALL)

    def plan(self, work: Work) -> ServicePlan:
        """Return what holds now."""
        return self._load(work).plan

    def of(self, work: Work, queue: str, office: str | None = None) -> ResponseTimes:
        """Return how soon replies are due in a queue, counted in its opening hours."""
        times = self._load(work).times
        own = office if ("", office) in times else None
        return times.get((queue, own)) or times["", own]

    def all(self, work: Work) -> list[ResponseTimes]:
        """Return the response times of all queues, each once."""
        return list(self._load(work).times.values())

    def set(self, work: Work, name: str, value: object, by: str, now: int) -> None:
        """Store one part: a `Week` or None, special days, minutes or `OwnMinutes` by priority."""
        sealed = self._vault.seal(Purpose.STAFF, _associated_data(name), _encode(value))
        work.run(_SET, name, sealed, by, now)
        self._last = (None, self._last[1])

    def reset(self, work: Work, name: str) -> bool:
        """Let the settings decide about a part again; return whether it was stored."""
        self._last = (None, self._last[1])
        return bool(work.run(_RESET, name))

    def _load(self, work: Work) -> _Read:
        # Threads of a desk read at the same time: each returns what it read itself.
        seen_by, last = self._last
        if seen_by is work:
            return last
        rows = tuple(tuple(row) for row in work.rows(_ALL))
        if rows != last.rows:
            last = _read(rows, self._default, self._vault)
        self._last = (work, last)
        return last


def plan_of_settings(settings: Settings) -> ServicePlan:
    """Return the plan that the settings say."""
    days = tuple(SpecialDay(it) for it in sorted(settings.holiday_dates))
    week = same_week(settings.hours, settings.open_weekdays)
    return ServicePlan(settings.zone, week, days, settings.response_minutes, {}, {})


def _read(rows: tuple[tuple[Any, ...], ...], default: ServicePlan, vault: Vault) -> _Read:
    """Return the plan of stored rows; a row that cannot be read counts as not stored."""
    plan, stored = default, {}
    queue_weeks: dict[str, Week] = {}
    queue_minutes: dict[str, OwnMinutes] = {}
    for name, sealed, by, at in rows:
        try:
            value = vault.open(Purpose.STAFF, _associated_data(name), bytes(sealed))
            if name == WEEK:
                plan = replace(plan, week=_decode_week(value))
            elif name == DAYS:
                plan = replace(plan, days=_decode_days(value))
            elif name == REPLIES:
                plan = replace(plan, minutes=_decode_minutes(value))
            elif name.startswith(QUEUE_REPLIES):
                queue_minutes[name.removeprefix(QUEUE_REPLIES)] = _decode_own_minutes(value)
            elif (week := _decode_week(value)) is not None:
                queue_weeks[name.removeprefix(QUEUE_WEEK)] = week
        except (DecryptionError, msgspec.MsgspecError):
            continue
        stored[name] = StoredBy(by, at)
    plan = replace(plan, queue_weeks=queue_weeks, queue_minutes=queue_minutes, stored=stored)
    offices = [it.removeprefix(OFFICE_SIGN) for it in queue_weeks if it.startswith(OFFICE_SIGN)]
    queues = ["", *(it for it in queue_weeks | queue_minutes if not it.startswith(OFFICE_SIGN))]
    times = {
        (queue, office): ResponseTimes(plan.minutes_of(queue), plan.hours(queue, office))
        for office in (None, *offices)
        for queue in queues
    }
    return _Read(rows, plan, times)


def office_part(office: str | None) -> str:
    """Return what stands for an office in place of a queue; for no office what names none."""
    return f"{OFFICE_SIGN}{office or ''}"


def _associated_data(name: str) -> bytes:
    return f"service_hours/{name}".encode()
