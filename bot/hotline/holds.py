"""Legal holds: two people say that a case must be kept, and until when; then time erases it not.

A hold stops erasure and nothing else: nobody may read more of the case for it, and it ends itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.cases.life import Role
from bot.clock import DAY
from bot.errors import HoldRefused
from bot.store.prepared import Prepared, insert_of
from bot.store.tables import cases, legal_holds
from bot.vault.audit import OPERATOR

if TYPE_CHECKING:
    from bot.hotline.staff import Staff
    from bot.store.writer import Work
    from bot.vault import Audit

LONGEST = 180 * DAY
"""After that it is thought over again."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A case that must be kept for now."""

    reference: str
    asked_by: str
    agreed_by: str
    since: int
    until: int


_NAMES = ("case_id", "asked_by", "agreed_by", "since", "until")
_ADD = Prepared(
    lambda dialect: insert_of(dialect, legal_holds).values({n: bindparam(n) for n in _NAMES}),
    *_NAMES,
)
_RUNNING = Prepared(
    lambda _: (
        select(
            cases.c.reference, legal_holds.c.asked_by, legal_holds.c.agreed_by,
            legal_holds.c.since, legal_holds.c.until,
        )
        .join_from(legal_holds, cases)
        .where(legal_holds.c.until > bindparam("now"))
        .order_by(legal_holds.c.until, legal_holds.c.id)
    ),
    "now",
)  # fmt: skip
_END = Prepared(
    lambda _: (
        update(legal_holds)
        .where(legal_holds.c.case_id == bindparam("case"), legal_holds.c.until > bindparam("now"))
        .values(until=bindparam("at"))
    ),
    "at",
    "case",
    "now",
)


class Holds:
    """Sets and ends legal holds, inside units of work."""

    def __init__(self, staff: Staff, audit: Audit) -> None:
        self._staff = staff
        self._audit = audit

    def add(  # noqa: PLR0913, PLR0917 - which case, who says so, until when
        self, work: Work, case: str, asked_by: str, agreed_by: str, until: int, now: int
    ) -> None:
        """Keep a case until a moment, whatever its age.

        Raises:
            HoldRefused: not two people who may, or no time that can be.
        """
        self._see_two(work, asked_by, agreed_by)
        if not now < until <= now + LONGEST:
            raise HoldRefused("a hold ends between tomorrow and 180 days from now")
        work.run(_ADD, case, asked_by, agreed_by, now, until)
        self._audit.note(work, now, OPERATOR, "hold_add", case, f"{asked_by}:{agreed_by}")

    def end(self, work: Work, case: str, asked_by: str, agreed_by: str, now: int) -> int:
        """End every hold of a case; return how many there were.

        Raises:
            HoldRefused: not two people who may.
        """
        self._see_two(work, asked_by, agreed_by)
        ended = work.run(_END, now, case, now)
        if ended:
            self._audit.note(work, now, OPERATOR, "hold_end", case, f"{asked_by}:{agreed_by}")
        return ended

    @staticmethod
    def running(work: Work, now: int) -> list[Hold]:
        """Return the holds that stand, the one that ends first at the top."""
        return [Hold(*row) for row in work.rows(_RUNNING, now)]

    def _see_two(self, work: Work, *people: str) -> None:
        if len(set(people)) != len(people):
            raise HoldRefused("a hold takes two people, and these are one")
        for who in people:
            found = self._staff.find(work, who)
            if found is None or not found.is_active or found.role is Role.AUDITOR:
                raise HoldRefused(
                    f"{who} is no caseworker with access; haven staff list shows them"
                )
