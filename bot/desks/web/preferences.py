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
from bot.store.compiled import Prepared, insert_of
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

_OF = Prepared(
    lambda _: select(desk_choices.c.name, desk_choices.c.chosen).where(
        desk_choices.c.staff_id == bindparam("who")
    ),
    "who",
)
_CHOOSE = Prepared(
    lambda dialect: (
        put := insert_of(dialect, desk_choices).values(
            staff_id=bindparam("staff_id"), name=bindparam("name"), chosen=bindparam("chosen")
        )
    ).on_conflict_do_update(
        index_elements=["staff_id", "name"], set_={"chosen": put.excluded.chosen}
    ),
    "staff_id",
    "name",
    "chosen",
)
_DROP = Prepared(
    lambda _: delete(desk_choices).where(
        desk_choices.c.staff_id == bindparam("who"), desk_choices.c.name == bindparam("called")
    ),
    "who",
    "called",
)


def chosen_by(work: Work, who: str) -> dict[str, str]:
    """Return everything somebody chose, by name."""
    return {str(name): str(chosen) for name, chosen in work.rows(_OF, who)}


def choose(work: Work, who: str, name: str, chosen: str) -> None:
    """Keep a choice; an empty one is forgotten."""
    if chosen:
        work.run(_CHOOSE, who, name, chosen)
    else:
        work.run(_DROP, who, name)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases of a list somebody wants to see; empty: whichever."""

    queue: str = ""
    language: str = ""
    priority: str = ""
    is_soon: bool = False
    """Only those in which a time the law gives runs out."""

    @property
    def is_all(self) -> bool:
        """Tell whether nothing is left out."""
        return self == Wanted()

    @property
    def written(self) -> str:
        """Return it as it is kept; empty for whichever."""
        soon = SOON if self.is_soon else ""
        return "" if self.is_all else f"{self.queue}/{self.language}/{self.priority}/{soon}"

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Wanted:
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
    def read(cls, written: str) -> Wanted:
        """Return what was kept; of another release, as much of it as is known."""
        parts = (written.split("/") + [""] * 4)[:4]
        return cls.of(dict(zip(("queue", "language", "priority", SOON), parts, strict=True)))
