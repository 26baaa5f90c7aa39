"""Alerts about facts of a place that are out of date, or soon will be.

A fact that was not verified again in time is hidden from people (`bot.places.directory`). Staff are
told how many facts that are, and since when; `haven directory todo` names each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.cases.state_machine import SENIOR_ROLES
from bot.clock import SECOND
from bot.hotline.events import Event, EventKind
from bot.log import log
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from bot.hotline.staff.staff import Staff
    from bot.places.place import Place
    from bot.store.writer import Work

NOTICE_PERIOD = timedelta(days=30)
"""How long before facts expire staff are told."""
ALERT_TIME = time(10)
"""When staff are told: once a day, at an hour when they work, and not at each restart."""
MONDAY = 0
STALE, SOON = "over", "soon"
ALERT_TEXTS = {
    # Translators: {count} e.g. 28, {day} e.g. 2027-11-24. The command is typed as it is here.
    STALE: _(
        "Out of date and hidden from people, because they were not verified again: {count} facts "
        "of this place, the first since {day}. Only what a person in danger needs is still shown. "
        "For the list: haven directory todo"
    ),
    # Translators: as above.
    SOON: _(
        "Hidden from people from {day} on, unless they are verified again: {count} facts of this "
        "place. For the list: haven directory todo"
    ),
}


@dataclass(frozen=True, slots=True)
class StaleFacts:
    """Facts that people are not told any more, or soon will not be."""

    state: str
    count: int
    first_day: date

    @property
    def text(self) -> Text:
        """Return the sentence for staff."""
        return ALERT_TEXTS[self.state]

    @property
    def values(self) -> dict[str, str]:
        """Return the values for its blanks."""
        return {"count": str(self.count), "day": self.first_day.isoformat()}


def find_stale_facts(place: Place, today: date) -> list[StaleFacts]:
    """Return which facts are out of date, then which soon will be."""
    ends = [it.expires_on for _code, it in place.facts() if it.is_verified]
    over = [day for day in ends if day <= today]
    soon = [day for day in ends if today < day <= today + NOTICE_PERIOD]
    return [
        StaleFacts(it, len(days), min(days)) for it, days in ((STALE, over), (SOON, soon)) if days
    ]


@dataclass
class StaleFactAlerts:
    """Tells senior staff, inside units of work; asked every few seconds."""

    find_place: Callable[[], Place]
    staff: Staff
    zone: ZoneInfo
    checked_at: int | None = field(default=None, init=False)

    def check(self, work: Work, now: int) -> list[Event]:
        """Return the alerts, once a day; at the start they are only logged."""
        here = datetime.fromtimestamp(now / SECOND, self.zone)
        before, self.checked_at = self.checked_at, now
        alert_at = int(datetime.combine(here, ALERT_TIME, self.zone).timestamp()) * SECOND
        if before is not None and not before < alert_at <= now:
            return []
        found = find_stale_facts(self.find_place(), here.date())
        for it in found:
            log.warning("directory_entries_expired", count=it.count, state=it.state)
        # An alert that comes every day for a month goes unread: what expires soon, on Mondays.
        due = [it for it in found if it.state == STALE or here.weekday() == MONDAY]
        if before is None or not due:
            return []
        to = tuple(it.id for it in self.staff.all(work) if it.is_active and it.role in SENIOR_ROLES)
        return [Event(EventKind.OVERDUE, to=to, text=it.text, values=it.values) for it in due]
