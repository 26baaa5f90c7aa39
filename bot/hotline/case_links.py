"""Links between cases: a row for each of the two, deleted with either."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.store import Work, delete_by, select_by, select_one, upsert
from bot.store.tables.case_extras import case_links
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LINKS = 50
"""Links of one case."""


class LinkKind(StrEnum):
    """What the other case is to this one."""

    LINKED = "linked"
    DUPLICATE_OF = "into"
    """This one is a duplicate and was merged into the other."""
    HAS_DUPLICATE = "from"
    """The other one is a duplicate of this."""
    SAME_PERSON = "person"
    """Both are of one person, who proved it by passphrase."""

    @property
    def mirrored(self) -> LinkKind:
        """Return what this case is to the other one."""
        mirrored = {
            LinkKind.DUPLICATE_OF: LinkKind.HAS_DUPLICATE,
            LinkKind.HAS_DUPLICATE: LinkKind.DUPLICATE_OF,
        }
        return mirrored.get(self, self)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of one case to another, whose id is `other`."""

    other: str
    reference: str
    kind: LinkKind
    by: str
    at: int


_ADD = upsert(case_links, "case_id", "other_id", "kind", "by", "at", key=("case_id", "other_id"))
_OF_CASE = select_by(
    case_links.join(cases, cases.c.id == case_links.c.other_id),
    case_links.c.other_id, cases.c.reference, case_links.c.kind, case_links.c.by, case_links.c.at,
    by=case_links.c.case_id == bindparam("case"), order_by=case_links.c.id,
)  # fmt: skip
_REMOVE = delete_by(case_links, by=("case_id", "other_id"))
_REFERENCE = select_one(cases, "reference", by="id")
_DELETE_REVERSE = delete_by(case_links, by="other_id")


class Links:
    """Links between cases, used inside units of work."""

    @staticmethod
    def of_case(work: Work, case: str) -> list[Link]:
        """Return the links of a case, oldest first."""
        return [
            Link(other, reference, LinkKind(kind), by, at)
            for other, reference, kind, by, at in work.rows(_OF_CASE, case)
        ]

    @staticmethod
    def add(work: Work, case: str, other: str, kind: LinkKind, by: str, now: int) -> None:
        """Link two cases, in place of an earlier link between them."""
        work.run(_ADD, case, other, kind.value, by, now)
        work.run(_ADD, other, case, kind.mirrored.value, by, now)

    @staticmethod
    def add_same_person(
        work: Work, case: str, others: Iterable[str], by: str, now: int
    ) -> list[str]:
        """Link a case to others of the same person; return those that are newly linked.

        A link that staff made stays as it is; a case that was erased gets none.
        """
        if not reference_of(work, case):
            return []
        known = {link.other for link in Links.of_case(work, case)}
        room = MAX_LINKS - len(known)
        new = [it for it in others if it not in {case, *known} and reference_of(work, it)][:room]
        for other in new:
            Links.add(work, case, other, LinkKind.SAME_PERSON, by, now)
        return new

    @staticmethod
    def remove(work: Work, case: str, other: str) -> None:
        """Remove a link from both cases."""
        work.run(_REMOVE, case, other)
        work.run(_REMOVE, other, case)


def reference_of(work: Work, case: str) -> str:
    """Return the reference of a case; empty for one that was erased."""
    rows = work.rows(_REFERENCE, case)
    return str(rows[0][0]) if rows else ""


def delete_links(work: Work, _key: bytes, case: str, _now: int) -> int:
    """Delete the links that other cases have to one that is being erased."""
    return work.run(_DELETE_REVERSE, case)
