"""Preferences of a caseworker: filters of a list, alerts, the last shift note read.

Only short codes are stored, never text of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.routing import Queue
from bot.cases.urgency import Priority
from bot.languages import LANGUAGES
from bot.store.statements import delete_by, select_by, upsert
from bot.store.tables.desk import desk_choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.writer import Work

ALERTS, READ_UNTIL = "alerts", "read_until"
"""Names of preferences: chosen alerts, and the time of the newest shift note read."""
SOUND, NOTICE = "sound", "notice"  # kinds of alerts; all are off until chosen
SOON = "soon"
PRIORITIES = tuple(str(int(level)) for level in Priority)

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
    """Filter of a case list; empty fields filter nothing."""

    queue: str = ""
    language: str = ""
    priority: str = ""
    has_near_deadline: bool = False  # only cases with a legal deadline that ends soon

    @property
    def is_empty(self) -> bool:
        """Whether no case is filtered out."""
        return self == QueueFilter()

    @property
    def encoded(self) -> str:
        """Return the stored form; empty for an empty filter."""
        soon = SOON if self.has_near_deadline else ""
        return "" if self.is_empty else f"{self.queue}/{self.language}/{self.priority}/{soon}"

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> QueueFilter:
        """Return the filter of a form; unknown values are ignored."""
        queue, language, priority = (form.get(it, "") for it in ("queue", "language", "priority"))
        return cls(
            queue if queue in {it.value for it in Queue} else "",
            language if language in LANGUAGES else "",
            priority if priority in PRIORITIES else "",
            form.get(SOON, "") != "",
        )

    @classmethod
    def decode(cls, stored: str) -> QueueFilter:
        """Return a stored filter; parts of another release that are unknown are ignored."""
        parts = (stored.split("/") + [""] * 4)[:4]
        return cls.from_form(dict(zip(("queue", "language", "priority", SOON), parts, strict=True)))
