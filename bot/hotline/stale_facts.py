"""Facts of a place that grow old: staff are told before people are shown them no more, and after.

What nobody has read again in time is hidden by itself (`bot.places.directory`). Here stands how
many facts that are and from which day, and when staff are called; a command names each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.cases.state_machine import SENIOR_ROLES
from bot.clock import SECOND
from bot.hotline.events import Event, EventKind
from bot.log import log
from bot.text import Text, _

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from bot.hotline.staff.staff import Staff
    from bot.places.place import Place
    from bot.store.writer import Work

NOTICE_PERIOD = timedelta(days=30)
"""How long before the end staff are told."""
ALERT_TIME = time(10)
"""When staff are called: somebody is there, and a bot that starts anew does not say it again."""
MONDAY = 0
STALE, SOON = "over", "soon"
ALERT_TEXTS = {
    # Translators: {count} e.g. 28, {day} e.g. 2027-11-24. The command is typed as it stands here.
    STALE: _(
        "Too old to be told to people, because nobody has read them again: {count} facts of this "
        "place, the first since {day}. Only what danger needs is still shown. Which they are: "
        "haven directory todo"
    ),
    # Translators: as above.
    SOON: _(
        "Too old to be told to people from {day} on, unless somebody reads them again: {count} "
        "facts of this place. Which they are: haven directory todo"
    ),
}
"""What staff read of them."""


@dataclass(frozen=True, slots=True)
class StaleFacts:
    """Facts that people are told no more, or soon will not be."""

    state: str
    count: int
    first_day: date
    """From when."""

    @property
    def text(self) -> Text:
        """Return what staff read."""
        return ALERT_TEXTS[self.state]

    @property
    def values(self) -> dict[str, str]:
        """Return what fills its blanks."""
        return {"count": str(self.count), "day": self.first_day.isoformat()}


def find_stale_facts(place: Place, today: date) -> list[StaleFacts]:
    """Return what is too old to be told, then what soon will be; nothing where all is fresh."""
    ends = [it.expires_on for _code, it in place.facts() if it.is_verified]
    over = [day for day in ends if day <= today]
    soon = [day for day in ends if today < day <= today + NOTICE_PERIOD]
    return [
        StaleFacts(state, len(it), min(it)) for state, it in ((STALE, over), (SOON, soon)) if it
    ]


@dataclass
class StaleFactAlerts:
    """Calls those who can have facts read again, inside units of work; asked every few seconds."""

    place: Place
    staff: Staff
    zone: ZoneInfo
    checked_at: int | None = field(default=None, init=False)

    def check(self, work: Work, now: int) -> list[Event]:
        """Return what staff have to hear, once a day; at the start it stands in the log alone."""
        here = datetime.fromtimestamp(now / SECOND, self.zone)
        before, self.checked_at = self.checked_at, now
        ten = int(datetime.combine(here, ALERT_TIME, self.zone).timestamp()) * SECOND
        if before is not None and not before < ten <= now:
            return []
        found = find_stale_facts(self.place, here.date())
        for it in found:
            log.warning("directory_entries_expired", count=it.count, state=it.state)
        # What is said every day for a month is read by nobody: what is only near, on Mondays.
        told = [it for it in found if it.state == STALE or here.weekday() == MONDAY]
        if before is None or not told:
            return []
        to = tuple(it.id for it in self.staff.all(work) if it.is_active and it.role in SENIOR_ROLES)
        return [Event(EventKind.OVERDUE, to=to, text=it.text, values=it.values) for it in told]
