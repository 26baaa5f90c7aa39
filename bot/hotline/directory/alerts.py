"""Alerts about the work list of the directory of services, once a week to senior staff."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cases.state_machine import SENIOR_ROLES
from bot.clock import SECOND
from bot.hotline.events import Event, EventKind
from bot.hotline.stale_facts import ALERT_TIME, MONDAY
from bot.text import _

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.hotline.directory.freshness import FreshnessRule
    from bot.hotline.directory.store import ServiceDirectory
    from bot.hotline.staff.staff import Staff
    from bot.store.writer import Work

# Translators: both are numbers. Services and its parts are pages of the desk.
WORK_WAITS = _(
    "The directory of services needs you: to check {count}, proposals that wait {waiting}. At the "
    "desk: Services."
)


@dataclass
class DirectoryAlerts:
    """Tells senior staff, inside units of work; asked every few seconds."""

    directory: ServiceDirectory
    rule: FreshnessRule
    staff: Staff
    zone: ZoneInfo
    checked_at: int | None = field(default=None, init=False)

    def check(self, work: Work, now: int) -> list[Event]:
        """Return the alert, on Mondays, if anything waits."""
        here = datetime.fromtimestamp(now / SECOND, self.zone)
        before, self.checked_at = self.checked_at, now
        alert_at = int(datetime.combine(here, ALERT_TIME, self.zone).timestamp()) * SECOND
        if here.weekday() != MONDAY or before is None or not before < alert_at <= now:
            return []
        count = sum(self.rule.needs_look(it, now) for it in self.directory.all(work))
        waiting = len(self.directory.waiting(work))
        if not count and not waiting:
            return []
        to = tuple(it.id for it in self.staff.all(work) if it.is_active and it.role in SENIOR_ROLES)
        values = {"count": str(count), "waiting": str(waiting)}
        return [Event(EventKind.OVERDUE, to=to, text=WORK_WAITS, values=values)]
