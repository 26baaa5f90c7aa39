"""Opening hours in words, as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.staff.service_hours import office_part
from flows.texts import office_hours

if TYPE_CHECKING:
    from datetime import date

    from bot.hotline.staff.opening_hours import Spans, Week
    from bot.hotline.staff.service_hours import ServicePlan
    from bot.text import Catalogue

WEEK_DAYS = 7


def hours_text(
    plan: ServicePlan, today: date, read_in: Catalogue, office: str | None = None
) -> str:
    """Return opening hours in a language, e.g. Monday to Friday 09:00-21:00.

    They are those of an office that has its own, else the general ones.
    """
    week = plan.queue_weeks.get(office_part(office)) or plan.week
    if week is None or not any(week):
        return office_hours.NO_HOURS.render(read_in)
    when = "; ".join(_days_text(*group, read_in) for group in day_groups(week))
    if not plan.days_from(today):
        return when
    return office_hours.NOT_ON_HOLIDAYS.render(read_in, {"when": when})


def day_groups(week: Week) -> list[tuple[int, int, Spans]]:
    """Return the first and last day (Monday is 1) and the hours of days that follow each other.

    Sunday is followed by Monday, so `6-2` can be one group. Closed days are left out.
    """
    groups: list[tuple[int, int, Spans]] = []
    for day, spans in enumerate(week, 1):
        if groups and groups[-1][2] == spans:
            groups[-1] = (groups[-1][0], day, spans)
        else:
            groups.append((day, day, spans))
    if len(groups) > 1 and groups[0][2] == groups[-1][2]:
        last, (_monday, until, spans) = groups.pop(), groups.pop(0)
        groups.append((last[0], until, spans))
    return [it for it in groups if it[2]]


def _days_text(first: int, last: int, spans: Spans, read_in: Catalogue) -> str:
    span = ", ".join(map(str, spans))
    if (last - first) % WEEK_DAYS == WEEK_DAYS - 1:
        return office_hours.EVERY_DAY.render(read_in, {"span": span})
    names = [office_hours.DAYS[it].render(read_in) for it in (first, last)]
    if first == last:
        return f"{names[0]} {span}"
    return office_hours.SOME_DAYS.render(
        read_in, {"first": names[0], "last": names[1], "span": span}
    )
