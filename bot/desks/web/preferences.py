"""Preferences of a caseworker: filters of a list, saved views, alerts, the last shift note read.

Only short codes are stored, and the names that caseworkers give their views; no text of a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bot.cases.routing import Queue
from bot.cases.urgency import Priority
from bot.hotline.commands.texts import DISPOSITIONS
from bot.languages import LANGUAGES
from bot.store.statements import delete_by, select_by, upsert
from bot.store.tables.desk import desk_choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.writer import Work

ALERTS, READ_UNTIL, MAPS, DENSITY = "alerts", "read_until", "maps", "density"
"""Names of preferences: chosen alerts, the time of the newest shift note read, whether places have
a link to a map, and how much room a case takes in a list."""
ROOMY = "roomy"
SOUND, NOTICE = "sound", "notice"  # kinds of alerts; all are off until chosen
SOON, LATE, OUTCOME, OFFICE = "soon", "late", "outcome", "office"
PRIORITIES = tuple(str(int(level)) for level in Priority)
SORT, ORDER = "sort", "order"
"""Fields that say by what a list is sorted: the one that is kept, and the button of a column."""
BY_PRIORITY, BY_WAITING, BY_DUE = "priority", "waiting", "due"
ORDERS = (BY_PRIORITY, BY_WAITING, BY_DUE)
FILTER_FIELDS = ("queue", "language", "priority", SOON, "county", SORT, LATE, OUTCOME, OFFICE)
"""Names of the fields of a filter, in its form and in its address, in the order they are stored."""
_MARK = "1"
"""Stored in place of the name of a field that is only set or not."""
_OFFICE = re.compile(r"[0-9a-f]{8}")
_COUNTY = re.compile(r"[A-Za-z_]{2,6}")

_OF_STAFF = select_by(desk_choices, "name", "chosen", by="staff_id")
_UPSERT = upsert(desk_choices, "staff_id", "name", "chosen", key=("staff_id", "name"))
_DELETE = delete_by(desk_choices, ("staff_id", "name"))


def load_preferences(work: Work, who: str) -> dict[str, str]:
    """Return all preferences of a caseworker, by name."""
    return {str(name): str(chosen) for name, chosen in work.rows(_OF_STAFF, who)}


def store_preference(work: Work, who: str, name: str, chosen: str) -> None:
    """Store a preference; an empty value deletes it."""
    if chosen:
        work.run(_UPSERT, who, name, chosen)
    else:
        work.run(_DELETE, who, name)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Filter of a case list; empty fields filter nothing.

    It holds codes only, so it may stand in an address.
    """

    queue: str = ""
    language: str = ""
    priority: str = ""
    has_near_deadline: bool = False  # only cases with a legal deadline that ends soon
    county: str = ""
    order: str = ""
    """By what the list is sorted, one of `ORDERS`; empty: as the list is by itself."""
    is_overdue: bool = False  # only cases whose reply should have gone out
    outcome: str = ""  # how a closed case ended
    office: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether no case is filtered out."""
        return self == QueueFilter(order=self.order)

    @property
    def encoded(self) -> str:
        """Return the stored form; empty for an empty filter."""
        return "" if self == QueueFilter() else "/".join(self._values())

    @property
    def address(self) -> str:
        """Return the part of an address that names the filter, e.g. `queue=labour&county=TPE`."""
        return urlencode(self.named)

    @property
    def named(self) -> list[tuple[str, str]]:
        """Return the fields that filter or sort, by name, as a form sends them."""
        named = zip(FILTER_FIELDS, self._values(), strict=True)
        return [(name, value) for name, value in named if value]

    def _values(self) -> tuple[str, ...]:
        soon, late = (_MARK if it else "" for it in (self.has_near_deadline, self.is_overdue))
        return (
            self.queue, self.language, self.priority, soon, self.county, self.order, late,
            self.outcome, self.office,
        )  # fmt: skip

    def of_list(self, *, is_closed: bool) -> QueueFilter:
        """Return what of it a list has: a closed case has no county, and nothing is due in it."""
        if not is_closed:
            return replace(self, outcome="")
        return replace(self, has_near_deadline=False, county="", order="", is_overdue=False)

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> QueueFilter:
        """Return the filter of a form; unknown values are ignored."""
        queue, language, priority, soon, county, order, late, outcome, office = (
            form.get(it, "") for it in FILTER_FIELDS
        )
        order = form.get(ORDER, "") or order
        return cls(
            queue if queue in {it.value for it in Queue} else "",
            language if language in LANGUAGES else "",
            priority if priority in PRIORITIES else "",
            soon != "",
            county if _COUNTY.fullmatch(county) else "",
            order if order in ORDERS else "",
            late != "",
            outcome if outcome in DISPOSITIONS else "",
            office if _OFFICE.fullmatch(office) else "",
        )

    @classmethod
    def decode(cls, stored: str) -> QueueFilter:
        """Return a stored filter; parts of another release that are unknown are ignored."""
        count = len(FILTER_FIELDS)
        parts = (stored.split("/") + [""] * count)[:count]
        return cls.from_form(dict(zip(FILTER_FIELDS, parts, strict=True)))
