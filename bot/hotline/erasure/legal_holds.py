"""Legal holds: two people say that a case must be kept, why, and until when.

One asks for it, another agrees; until then it holds nothing. A hold stops erasure and nothing else:
nobody may read more of the case for it, and it ends by itself. That nobody can hold every case at
once is on purpose: each is asked for by its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.cases.state_machine import Role
from bot.clock import DAY
from bot.errors import LegalHoldError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.main import cases, legal_holds
from bot.vault.audit.log import OPERATOR
from bot.vault.erasure.delete_rows import lock_case
from bot.vault.erasure.erase import Erasures

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Staff
    from bot.store.writer import Work
    from bot.vault import AuditLog

MAX_DURATION = 180 * DAY
"""After that it is thought over again."""


class HoldReason(StrEnum):
    """What kind of reason there is to keep a case; the reason itself is kept on paper."""

    COURT = "court"
    """A court or a prosecutor has ordered it."""
    AUTHORITY = "authority"
    """Another authority may ask for it by law, and has."""
    CLAIM = "claim"
    """The person needs it: for wages, damages, a permit to stay."""
    COMPLAINT = "complaint"
    """Somebody complains about us."""


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A case that must be kept for now, or that somebody asked to keep."""

    reference: str
    reason: str
    asked_by: str
    agreed_by: str | None
    """None: it does not hold yet."""
    since: int
    until: int


_NAMES = ("case_id", "reason", "asked_by", "since", "until")
_REQUEST = Prepared(
    lambda dialect: insert_into(dialect, legal_holds).values({n: bindparam(n) for n in _NAMES}),
    *_NAMES,
)
_REQUESTED = Prepared(
    lambda _: (
        select(legal_holds.c.id, legal_holds.c.asked_by, legal_holds.c.reason)
        .where(
            legal_holds.c.case_id == bindparam("case"),
            legal_holds.c.agreed_by.is_(None),
            legal_holds.c.until > bindparam("now"),
        )
        .order_by(legal_holds.c.id.desc())
    ),
    "case",
    "now",
)
_APPROVE = Prepared(
    lambda _: (
        update(legal_holds)
        .where(legal_holds.c.id == bindparam("hold"))
        .values(agreed_by=bindparam("by"))
    ),
    "by",
    "hold",
)
_CURRENT = Prepared(
    lambda _: (
        select(
            cases.c.reference, legal_holds.c.reason, legal_holds.c.asked_by,
            legal_holds.c.agreed_by, legal_holds.c.since, legal_holds.c.until,
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


class LegalHolds:
    """Places and ends legal holds, inside units of work."""

    def __init__(self, staff: Staff, audit: AuditLog) -> None:
        self._staff = staff
        self._audit = audit

    def request(
        self, work: Work, case: str, by: str, reason: HoldReason, until: int, now: int
    ) -> None:
        """Ask that a case be kept until a moment, whatever its age; nothing holds yet.

        Raises:
            HoldRefused: no such case, nobody who may, or no time that can be.
        """
        self._require_active_staff(work, by)
        if not now < until <= now + MAX_DURATION:
            raise LegalHoldError("a hold ends between tomorrow and 180 days from now")
        if lock_case(work, case) is None or case in Erasures.unfinished(work):
            raise LegalHoldError("there is no such case any more")
        work.run(_REQUEST, case, reason.value, by, now, until)
        self._audit.record(work, now, OPERATOR, "hold_ask", case, f"{by}:{reason.value}")

    def approve(self, work: Work, case: str, by: str, now: int) -> HoldReason:
        """Agree to what another has asked for last: from now on the case is kept.

        Raises:
            HoldRefused: nobody asked, nobody who may, or the one who asked.
        """
        self._require_active_staff(work, by)
        lock_case(work, case)
        asked = work.rows(_REQUESTED, case, now)
        if not asked or case in Erasures.unfinished(work):
            raise LegalHoldError("nobody has asked to keep this case; haven legal-hold place asks")
        hold, asked_by, reason = asked[0]
        if asked_by == by:
            raise LegalHoldError("a hold takes two people: who asked for it cannot agree to it")
        work.run(_APPROVE, by, hold)
        self._audit.record(work, now, OPERATOR, "hold_agree", case, f"{by}:{reason}")
        return HoldReason(reason)

    def end(self, work: Work, case: str, by: str, other: str, now: int) -> int:
        """End every hold of a case, asked for or standing; return how many there were.

        Raises:
            HoldRefused: not two people who may.
        """
        if by == other:
            raise LegalHoldError("to end a hold takes two people, and these are one")
        self._require_active_staff(work, by, other)
        lock_case(work, case)
        ended = work.run(_END, now, case, now)
        if ended:
            self._audit.record(work, now, OPERATOR, "hold_end", case, f"{by}:{other}")
        return ended

    @staticmethod
    def current(work: Work, now: int) -> list[LegalHold]:
        """Return the holds that stand or were asked for, the one that ends first at the top."""
        return [LegalHold(*row) for row in work.rows(_CURRENT, now)]

    def _require_active_staff(self, work: Work, *people: str) -> None:
        for who in people:
            found = self._staff.find(work, who)
            if found is None or not found.is_active or found.role is Role.AUDITOR:
                raise LegalHoldError(
                    f"{who} is no caseworker with access; haven staff list shows them"
                )
