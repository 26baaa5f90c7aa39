"""`haven hours`: opening hours, special days and reply times, and where each comes from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from bot.cases.routing import Queue
from bot.cli.deployment import open_deployment
from bot.cli.options import AsJson
from bot.cli.output import format_time, make_table, print_json, print_table
from bot.clock import SECOND
from bot.hotline.staff.service_hours import (
    DAYS,
    QUEUE_REPLIES,
    QUEUE_WEEK,
    REPLIES,
    WEEK,
    ServiceHours,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.hotline.staff.opening_hours import Week
    from bot.hotline.staff.service_hours import ServicePlan

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SOURCES = {
    WEEK: "HAVEN_HOURS, HAVEN_WEEKDAYS",
    DAYS: "HAVEN_HOLIDAYS",
    REPLIES: "HAVEN_PROMISE_MINUTES",
}


class HoursRow(NamedTuple):
    """One part of the hours."""

    part: str
    value: str
    source: str
    """The variable, or who set it at the desk, and when."""


def hours(*, as_json: AsJson = False) -> None:
    """Show opening hours, special days and reply times, and where each comes from."""
    with open_deployment() as deployment:
        service_hours = ServiceHours(deployment.settings, deployment.vault)
        plan, now = deployment.run(service_hours.plan), deployment.now()
    rows = list(hours_rows(plan, now))
    if as_json:
        print_json([it._asdict() for it in rows])
        return
    print_table(make_table(f"Hours ({plan.zone})", ("what", "now", "from"), rows))


def hours_rows(plan: ServicePlan, now: int) -> Iterator[HoursRow]:
    """Yield each part of the hours, those of queues only if they have their own."""
    today = datetime.fromtimestamp(now / SECOND, plan.zone).date()
    yield HoursRow("opening hours", _week_text(plan.week), _source(plan, WEEK))
    for queue in Queue:
        week = plan.queue_weeks.get(queue.value)
        if week is not None:
            source = _source(plan, QUEUE_WEEK + queue.value)
            yield HoursRow(f"queue {queue.value}", _week_text(week), source)
    days = [
        f"{it.day} {', '.join(map(str, it.spans)) or 'closed'} {it.name}".strip()
        for it in plan.days_from(today)
    ]
    yield HoursRow("special days", "\n".join(days) or "none ahead", _source(plan, DAYS))
    yield HoursRow("reply times", _minutes_text(plan.minutes), _source(plan, REPLIES))
    for queue in Queue:
        if queue.value in plan.queue_minutes:
            minutes = _minutes_text(plan.minutes_of(queue.value))
            source = _source(plan, QUEUE_REPLIES + queue.value)
            yield HoursRow(f"reply times {queue.value}", minutes, source)


def _minutes_text(minutes: Sequence[int]) -> str:
    return ", ".join(f"P{priority} {it} min" for priority, it in enumerate(minutes))


def _week_text(week: Week | None) -> str:
    if week is None:
        return "no fixed hours"
    named = zip(DAY_NAMES, week, strict=True)
    return "\n".join(f"{name} {', '.join(map(str, spans))}" for name, spans in named if spans)


def _source(plan: ServicePlan, part: str) -> str:
    stored = plan.stored.get(part)
    return (
        f"the desk: {stored.by}, {format_time(stored.at, plan.zone)}" if stored else SOURCES[part]
    )
