"""What takes two people: one of the staff asks and says why, another who stands above agrees.

As with holds, nothing is allowed until a second person agrees, and nobody agrees to what they asked
for themselves. What was agreed to is done once, by whoever asked, within an hour.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select, update

from bot.cases.state_machine import SENIOR_ROLES, Role
from bot.clock import DAY, HOUR
from bot.errors import DecryptionError, NotApprovedError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.team import desk_requests
from bot.vault import Purpose

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault import AuditLog, Vault

REQUEST_VALID_FOR, APPROVAL_VALID_FOR, KEEP_FOR = DAY, HOUR, 7 * DAY
MAX_REASON = 1000
"""Characters of a reason."""


class ApprovalKind(StrEnum):
    """What takes two."""

    EXPORT = "export"
    """A list of many cases leaves the desk."""
    IDENTITY = "identity"
    """Who it is that works here under a role."""


MAY_REQUEST = {
    ApprovalKind.EXPORT: SENIOR_ROLES,
    ApprovalKind.IDENTITY: SENIOR_ROLES | {Role.AUDITOR},
}


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """One thing that was asked for."""

    id: str
    kind: ApprovalKind
    subject: str
    """A queue, or the id of a colleague; empty: every queue."""
    asked_by: str
    agreed_by: str
    """Empty: it allows nothing yet."""
    why: str
    asked_at: int
    until: int
    used_at: int | None

    def may_be_used(self, by: str, now: int) -> bool:
        """Tell whether somebody may do now what they asked for."""
        is_open = self.used_at is None and now < self.until
        return bool(self.agreed_by) and self.asked_by == by and is_open

    def may_be_approved_by(self, by: Caseworker, now: int) -> bool:
        """Tell whether somebody could agree to it."""
        is_another = self.asked_by != by.id and by.role in SENIOR_ROLES
        return is_another and not self.agreed_by and now < self.until


_NAMES = ("id", "kind", "subject", "asked_by", "sealed", "asked_at", "until")
_COLUMNS = ("id", "kind", "subject", "asked_by", "agreed_by", "sealed", "asked_at", "until",
            "used_at")  # fmt: skip
_REQUEST = Prepared(
    lambda dialect: insert_into(dialect, desk_requests).values({n: bindparam(n) for n in _NAMES}),
    *_NAMES,
)
_RECENT = Prepared(
    lambda _: (
        select(*(desk_requests.c[name] for name in _COLUMNS))
        .where(desk_requests.c.until > bindparam("since"))
        .order_by(desk_requests.c.until.desc(), desk_requests.c.id)
        .limit(100)
    ),
    "since",
)
_ONE = Prepared(
    lambda _: select(*(desk_requests.c[name] for name in _COLUMNS)).where(
        desk_requests.c.id == bindparam("request")
    ),
    "request",
)
_APPROVE = Prepared(
    # Compare and set, like a claim: one agrees, and to what is still open.
    lambda _: (
        update(desk_requests)
        .where(
            desk_requests.c.id == bindparam("request"),
            desk_requests.c.agreed_by.is_(None),
            desk_requests.c.asked_by != bindparam("by"),
            desk_requests.c.until > bindparam("now"),
        )
        .values(agreed_by=bindparam("who"), until=bindparam("for_so_long"))
    ),
    "who",
    "for_so_long",
    "request",
    "by",
    "now",
)
_USE = Prepared(
    lambda _: (
        update(desk_requests)
        .where(
            desk_requests.c.id == bindparam("request"),
            desk_requests.c.asked_by == bindparam("by"),
            desk_requests.c.agreed_by.is_not(None),
            desk_requests.c.used_at.is_(None),
            desk_requests.c.until > bindparam("now"),
        )
        .values(used_at=bindparam("at"))
    ),
    "at",
    "request",
    "by",
    "now",
)
_DELETE_OLD = Prepared(
    lambda _: delete(desk_requests).where(desk_requests.c.until < bindparam("before")), "before"
)


class Approvals:
    """What was asked for and agreed to, inside units of work."""

    def __init__(self, vault: Vault, audit: AuditLog) -> None:
        self._vault = vault
        self._audit = audit

    def request(
        self, work: Work, by: Caseworker, kind: ApprovalKind, subject: str, why: str, now: int
    ) -> str:
        """Ask for something; return the number of what was asked.

        Raises:
            NotAgreed: it is not theirs to ask for, or they do not say why.
        """
        if by.role not in MAY_REQUEST[kind] or not why.strip():
            raise NotApprovedError("nobody asks for this without a reason, or in this role")
        number = secrets.token_hex(16)
        sealed = self._vault.seal(
            Purpose.TOPIC_MESSAGES, _associated_data(number), why.strip()[:MAX_REASON].encode()
        )
        work.run(_REQUEST, number, kind.value, subject, by.id, sealed, now, now + REQUEST_VALID_FOR)
        self._audit.record(work, now, by.id, "two_ask", number, f"{kind.value}:{subject}")
        return number

    def approve(self, work: Work, by: Caseworker, number: str, now: int) -> ApprovalRequest:
        """Agree to what another asked for: they may do it once, within an hour.

        Raises:
            NotAgreed: it is their own, not theirs to agree to, over, or agreed to already.
        """
        found = self.find(work, number)
        if found is None or not found.may_be_approved_by(by, now):
            raise NotApprovedError("it takes a second person, who stands above")
        if not work.run(_APPROVE, by.id, now + APPROVAL_VALID_FOR, number, by.id, now):
            raise NotApprovedError("somebody was first, or it is over")
        said = f"{found.kind.value}:{found.subject}"
        self._audit.record(work, now, by.id, "two_agree", number, said)
        return found

    def use(self, work: Work, by: Caseworker, number: str, now: int) -> ApprovalRequest:
        """Take what was agreed to; it is gone with that.

        Raises:
            NotAgreed: nobody agreed, it was another's, or it is over.
        """
        found = self.find(work, number)
        if found is None or not work.run(_USE, now, number, by.id, now):
            raise NotApprovedError("nobody agreed to this, or it is over")
        said = f"{found.kind.value}:{found.subject}"
        self._audit.record(work, now, by.id, "two_use", number, said)
        return found

    def find(self, work: Work, number: str) -> ApprovalRequest | None:
        """Return one that was asked for."""
        rows = work.rows(_ONE, number)
        return self._open(rows[0]) if rows else None

    def recent(self, work: Work, now: int) -> list[ApprovalRequest]:
        """Return what was asked for and is open, or ended within a week; the newest first."""
        return [self._open(row) for row in work.rows(_RECENT, now - KEEP_FOR)]

    @staticmethod
    def delete_old(work: Work, now: int) -> None:
        """Forget what ended a week ago."""
        work.run(_DELETE_OLD, now - KEEP_FOR)

    def _open(self, row: tuple[Any, ...]) -> ApprovalRequest:
        number, kind, subject, asked_by, agreed_by, sealed, asked_at, until, used_at = row
        try:
            why = self._vault.open(
                Purpose.TOPIC_MESSAGES, _associated_data(str(number)), bytes(sealed)
            ).decode()
        except DecryptionError:  # altered: nobody agrees to what they cannot read
            why = ""
        return ApprovalRequest(
            str(number), ApprovalKind(kind), str(subject), str(asked_by), str(agreed_by or ""), why,
            asked_at, until, used_at,
        )  # fmt: skip


def _associated_data(number: str) -> bytes:
    return f"request/{number}".encode()
