"""Cases that belong together, or are one: a row at each of the two, gone with either."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from bot.store.compiled import Prepared, insert_into
from bot.store.tables.case_extras import case_links
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.store.writer import Work

MAX_LINKS = 50
"""Links of one case."""


class LinkKind(StrEnum):
    """What another case is to this one."""

    LINKED = "linked"
    DUPLICATE_OF = "into"
    """This one is a duplicate, and the other is the case it went into."""
    HAS_DUPLICATE = "from"
    """The other one is a duplicate of this."""


MIRRORED_KINDS = {
    LinkKind.LINKED: LinkKind.LINKED,
    LinkKind.DUPLICATE_OF: LinkKind.HAS_DUPLICATE,
    LinkKind.HAS_DUPLICATE: LinkKind.DUPLICATE_OF,
}


@dataclass(frozen=True, slots=True)
class Link:
    """Another case, as this one knows it."""

    other: str
    """Its id."""
    reference: str
    kind: LinkKind
    by: str
    at: int


_NEW_COLUMNS = ("case_id", "other_id", "kind", "by", "at")
_ADD = Prepared(
    lambda dialect: (
        new := insert_into(dialect, case_links).values(
            {name: bindparam(name) for name in _NEW_COLUMNS}
        )
    ).on_conflict_do_update(
        index_elements=["case_id", "other_id"],
        set_={"kind": new.excluded.kind, "by": new.excluded.by, "at": new.excluded.at},
    ),
    *_NEW_COLUMNS,
)
_OF_CASE = Prepared(
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
_DELETE_REVERSE = Prepared(
    lambda _: delete(case_links).where(case_links.c.other_id == bindparam("case")), "case"
)


class Links:
    """Links between cases, used inside units of work."""

    @staticmethod
    def of_case(work: Work, case: str) -> list[Link]:
        """Return the cases one is linked to, the first first."""
        return [
            Link(other, reference, LinkKind(kind), by, at)
            for other, reference, kind, by, at in work.rows(_OF_CASE, case)
        ]

    @staticmethod
    def add(work: Work, case: str, other: str, kind: LinkKind, by: str, now: int) -> None:
        """Link two cases; what they were to each other before is replaced."""
        work.run(_ADD, case, other, kind.value, by, now)
        work.run(_ADD, other, case, MIRRORED_KINDS[kind].value, by, now)

    @staticmethod
    def remove(work: Work, case: str, other: str) -> None:
        """Take a link away, at both."""
        work.run(_REMOVE, case, other)
        work.run(_REMOVE, other, case)


def reference_of(work: Work, case: str) -> str:
    """Return the number of a case; empty for one that is gone."""
    rows = work.rows(_REFERENCE, case)
    return str(rows[0][0]) if rows else ""


def delete_links(work: Work, _key: bytes, case: str, _now: int) -> int:
    """Forget at other cases that one which is being erased was linked to them."""
    return work.run(_DELETE_REVERSE, case)
