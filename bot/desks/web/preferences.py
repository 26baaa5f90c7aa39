"""What somebody chose at the desk, kept for them: filters of a list, what rings, what they read.

Codes only, a few signs each: no word of anybody is ever among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from bot.cases.routing import Queue
from bot.cases.urgency import Priority
from bot.languages import LANGUAGES
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.team import desk_choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.writer import Work

ALERTS, READ_UNTIL = "alerts", "read_until"
"""Names of choices: what rings, and up to which note of a shift somebody has read."""
SOUND, NOTICE = "sound", "notice"
"""What can ring: nothing does until somebody chooses it."""
SOON = "soon"
PRIORITIES = tuple(str(int(level)) for level in Priority)

_OF_STAFF = Prepared(
    lambda _: select(desk_choices.c.name, desk_choices.c.chosen).where(
        desk_choices.c.staff_id == bindparam("who")
    ),
    "who",
)
_UPSERT = Prepared(
    lambda dialect: (
        put := insert_into(dialect, desk_choices).values(
            staff_id=bindparam("staff_id"), name=bindparam("name"), chosen=bindparam("chosen")
        )
    ).on_conflict_do_update(
        index_elements=["staff_id", "name"], set_={"chosen": put.excluded.chosen}
    ),
    "staff_id",
    "name",
    "chosen",
)
_DELETE = Prepared(
    lambda _: delete(desk_choices).where(
        desk_choices.c.staff_id == bindparam("who"), desk_choices.c.name == bindparam("called")
    ),
    "who",
    "called",
)


def load_preferences(work: Work, who: str) -> dict[str, str]:
    """Return everything somebody chose, by name."""
    return {str(name): str(chosen) for name, chosen in work.rows(_OF_STAFF, who)}


def store_preference(work: Work, who: str, name: str, chosen: str) -> None:
    """Keep a choice; an empty one is forgotten."""
    if chosen:
        work.run(_UPSERT, who, name, chosen)
    else:
        work.run(_DELETE, who, name)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which cases of a list somebody wants to see; empty: whichever."""

    queue: str = ""
    language: str = ""
    priority: str = ""
    has_near_deadline: bool = False
    """Only those in which a time the law gives runs out."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is left out."""
        return self == QueueFilter()

    @property
    def encoded(self) -> str:
        """Return it as it is kept; empty for whichever."""
        soon = SOON if self.has_near_deadline else ""
        return "" if self.is_empty else f"{self.queue}/{self.language}/{self.priority}/{soon}"

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> QueueFilter:
        """Return what a form asks for; what nobody knows is not asked for."""
        queue, language, priority = (
            form.get(name, "") for name in ("queue", "language", "priority")
        )
        return cls(
            queue if queue in {it.value for it in Queue} else "",
            language if language in LANGUAGES else "",
            priority if priority in PRIORITIES else "",
            form.get(SOON, "") != "",
        )

    @classmethod
    def decode(cls, written: str) -> QueueFilter:
        """Return what was kept; of another release, as much of it as is known."""
        parts = (written.split("/") + [""] * 4)[:4]
        return cls.from_form(dict(zip(("queue", "language", "priority", SOON), parts, strict=True)))
