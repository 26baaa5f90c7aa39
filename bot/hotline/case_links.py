"""Cases that belong together, or are one: a row at each of the two, gone with either."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from bot.store.compiled import Prepared, insert_of
from bot.store.tables.case_extras import case_links
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.store.writer import Work

MOST = 50
"""Links of one case."""


class Kind(StrEnum):
    """What another case is to this one."""

    LINKED = "linked"
    INTO = "into"
    """This one is a duplicate, and the other is the case it went into."""
    FROM = "from"
    """The other one is a duplicate of this."""


MIRRORED = {Kind.LINKED: Kind.LINKED, Kind.INTO: Kind.FROM, Kind.FROM: Kind.INTO}


@dataclass(frozen=True, slots=True)
class Link:
    """Another case, as this one knows it."""

    other: str
    """Its id."""
    reference: str
    kind: Kind
    by: str
    at: int


_KEPT = ("case_id", "other_id", "kind", "by", "at")
_ADD = Prepared(
    lambda dialect: (
        new := insert_of(dialect, case_links).values({name: bindparam(name) for name in _KEPT})
    ).on_conflict_do_update(
        index_elements=["case_id", "other_id"],
        set_={"kind": new.excluded.kind, "by": new.excluded.by, "at": new.excluded.at},
    ),
    *_KEPT,
)
_OF = Prepared(
    lambda _: (
        select(
            case_links.c.other_id, cases.c.reference, case_links.c.kind, case_links.c.by,
            case_links.c.at,
        )
        .select_from(case_links.join(cases, cases.c.id == case_links.c.other_id))
        .where(case_links.c.case_id == bindparam("case"))
        .order_by(case_links.c.id)
    ),
    "case",
)  # fmt: skip
_REMOVE = Prepared(
    lambda _: delete(case_links).where(
        case_links.c.case_id == bindparam("case"), case_links.c.other_id == bindparam("other")
    ),
    "case",
    "other",
)
_REFERENCE = Prepared(
    lambda _: select(cases.c.reference).where(cases.c.id == bindparam("case")), "case"
)
_FORGET = Prepared(
    lambda _: delete(case_links).where(case_links.c.other_id == bindparam("case")), "case"
)


class Links:
    """Links between cases, used inside units of work."""

    @staticmethod
    def of(work: Work, case: str) -> list[Link]:
        """Return the cases one is linked to, the first first."""
        return [
            Link(other, reference, Kind(kind), by, at)
            for other, reference, kind, by, at in work.rows(_OF, case)
        ]

    @staticmethod
    def add(work: Work, case: str, other: str, kind: Kind, by: str, now: int) -> None:  # noqa: PLR0913, PLR0917 - the columns of a row
        """Link two cases; what they were to each other before is replaced."""
        work.run(_ADD, case, other, kind.value, by, now)
        work.run(_ADD, other, case, MIRRORED[kind].value, by, now)

    @staticmethod
    def remove(work: Work, case: str, other: str) -> None:
        """Take a link away, at both."""
        work.run(_REMOVE, case, other)
        work.run(_REMOVE, other, case)


def reference_of(work: Work, case: str) -> str:
    """Return the number of a case; empty for one that is gone."""
    rows = work.rows(_REFERENCE, case)
    return str(rows[0][0]) if rows else ""


def forget_links(work: Work, _key: bytes, case: str, _now: int) -> int:
    """Forget at other cases that one which is being erased was linked to them."""
    return work.run(_FORGET, case)
