"""Legal holds: a case must be kept, for a reason and until a day, by the decision of two people.

One requests a hold, another approves it; before that it has no effect. A hold stops erasure and
nothing else: it lets no one read more of the case, and it ends by itself. There is no hold for
several cases at once, on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.cases.state_machine import CASE_ROLES
from bot.clock import DAY
from bot.errors import LegalHoldError
from bot.store import Work, insert, select_by, update_by
from bot.store.tables.main import cases, legal_holds
from bot.vault import OPERATOR, AuditLog
from bot.vault.erasure.delete_rows import lock_case
from bot.vault.erasure.erase import Erasures

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Staff

MAX_DURATION = 180 * DAY
"""After that it has to be requested again."""


class HoldReason(StrEnum):
    """The kind of reason to keep a case; the reason itself is kept on paper."""

    COURT = "court"
    """A court or a prosecutor ordered it."""
    AUTHORITY = "authority"
    """Another authority that may demand it by law has done so."""
    CLAIM = "claim"
    """The person needs it: for wages, damages, a permit to stay."""
    COMPLAINT = "complaint"
    """There is a complaint about the organisation."""


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A hold on a case, approved or only requested."""

    reference: str
    reason: str
    asked_by: str
    agreed_by: str | None
    """None until it is approved."""
    since: int
    until: int


_NAMES = ("case_id", "reason", "asked_by", "since", "until")
_IS_CURRENT = legal_holds.c.until > bindparam("now")
_REQUEST = insert(legal_holds, *_NAMES)
_REQUESTED = select_by(
    legal_holds, "id", "asked_by", "reason",
    by=("case_id", legal_holds.c.agreed_by.is_(None), _IS_CURRENT),
    order_by=legal_holds.c.id.desc(),
)  # fmt: skip
_APPROVE = update_by(legal_holds, "agreed_by", by="id")
_CURRENT = select_by(
    legal_holds.join(cases), cases.c.reference, legal_holds.c.reason, legal_holds.c.asked_by,
    legal_holds.c.agreed_by, legal_holds.c.since, legal_holds.c.until,
    by=_IS_CURRENT, order_by=(legal_holds.c.until, legal_holds.c.id),
)  # fmt: skip
_END = update_by(legal_holds, "until", by=("case_id", _IS_CURRENT))


class LegalHolds:
    """Requests, approves and ends legal holds, inside units of work."""

    def __init__(self, staff: Staff, audit: AuditLog) -> None:
        self._staff = staff
        self._audit = audit

    def request(
        self, work: Work, case: str, by: str, reason: HoldReason, until: int, now: int
    ) -> None:
        """Request that a case be kept until a moment, whatever its age.

        Raises:
            LegalHoldError: no such case, not staff who may, or not a valid time.
        """
        self._require_active_staff(work, by)
        if not now < until <= now + MAX_DURATION:
            raise LegalHoldError("a hold ends between tomorrow and 180 days from now")
        if lock_case(work, case) is None or case in Erasures.unfinished(work):
            raise LegalHoldError("there is no such case")
        work.run(_REQUEST, case, reason.value, by, now, until)
        self._audit.record(work, now, OPERATOR, "hold_ask", case, f"{by}:{reason.value}")

    def approve(self, work: Work, case: str, by: str, now: int) -> HoldReason:
        """Approve the latest request of a colleague: from now on the case is kept.

        Raises:
            LegalHoldError: no request, not staff who may, or their own request.
        """
        self._require_active_staff(work, by)
        lock_case(work, case)
        asked = work.rows(_REQUESTED, case, now)
        if not asked or case in Erasures.unfinished(work):
            raise LegalHoldError("no one has requested this hold; haven legal-hold place does")
        hold, asked_by, reason = asked[0]
        if asked_by == by:
            raise LegalHoldError("a hold takes two people: no one approves their own request")
        work.run(_APPROVE, by, hold)
        self._audit.record(work, now, OPERATOR, "hold_agree", case, f"{by}:{reason}")
        return HoldReason(reason)

    def end(self, work: Work, case: str, by: str, other: str, now: int) -> int:
        """End every hold of a case, approved or only requested; return how many there were.

        Raises:
            LegalHoldError: not two members of staff who may.
        """
        if by == other:
            raise LegalHoldError("ending a hold takes two different people")
        self._require_active_staff(work, by, other)
        lock_case(work, case)
        ended = work.run(_END, now, case, now)
        if ended:
            self._audit.record(work, now, OPERATOR, "hold_end", case, f"{by}:{other}")
        return ended

    @staticmethod
    def current(work: Work, now: int) -> list[LegalHold]:
        """Return the holds that have not ended, the one that ends first at the top."""
        return [LegalHold(*row) for row in work.rows(_CURRENT, now)]

    def _require_active_staff(self, work: Work, *people: str) -> None:
        for who in people:
            found = self._staff.find(work, who)
            if found is None or not found.is_active or found.role not in CASE_ROLES:
                raise LegalHoldError(
                    f"{who} is no caseworker with access; haven staff list shows them"
                )
