"""Approvals: one member of staff asks, with a reason, and a senior colleague approves.

Nothing is allowed before the approval, and requesters cannot approve their own requests. An
approval is used once, by the requester, within an hour.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam

from bot.cases.state_machine import SENIOR_ROLES, Role
from bot.clock import DAY, HOUR
from bot.errors import DecryptionError, NotApprovedError
from bot.store.statements import delete_by, insert, select_by, select_one, update_by
from bot.store.tables.desk import desk_requests
from bot.vault import Purpose

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault import AuditLog, Vault

REQUEST_VALID_FOR, APPROVAL_VALID_FOR, KEEP_FOR = DAY, HOUR, 7 * DAY
MAX_REASON = 1000
"""Characters of a reason."""


class ApprovalKind(StrEnum):
    """What needs an approval."""

    EXPORT = "export"
    """To export a list of many cases."""
    IDENTITY = "identity"
    """To see which person works here under a role."""
    ACCOUNT = "account"
    """To hand an invitation to a new colleague; requested where accounts are administered."""


MAY_REQUEST = {
    ApprovalKind.EXPORT: SENIOR_ROLES,
    ApprovalKind.IDENTITY: SENIOR_ROLES | {Role.AUDITOR},
    ApprovalKind.ACCOUNT: frozenset({Role.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A request for an approval."""

    id: str
    kind: ApprovalKind
    subject: str
    """A queue, or the id of a colleague; empty for every queue."""
    asked_by: str
    agreed_by: str
    """Empty until it is approved."""
    why: str
    asked_at: int
    until: int
    used_at: int | None

    def may_be_used(self, by: str, now: int) -> bool:
        """Return whether a requester may use it now."""
        is_open = self.used_at is None and now < self.until
        return bool(self.agreed_by) and self.asked_by == by and is_open

    def may_be_approved_by(self, by: Caseworker, now: int) -> bool:
        """Return whether a caseworker may approve it."""
        is_another = self.asked_by != by.id and by.role in SENIOR_ROLES
        return is_another and not self.agreed_by and now < self.until


_NAMES = ("id", "kind", "subject", "asked_by", "sealed", "asked_at", "until")
_COLUMNS = ("id", "kind", "subject", "asked_by", "agreed_by", "sealed", "asked_at", "until",
            "used_at")  # fmt: skip
_IS_OPEN = desk_requests.c.until > bindparam("now")
_REQUEST = insert(desk_requests, *_NAMES)
_RECENT = select_by(
    desk_requests, *_COLUMNS, by=desk_requests.c.until > bindparam("since"),
    order_by=(desk_requests.c.until.desc(), desk_requests.c.id), limit=100,
)  # fmt: skip
_ONE = select_one(desk_requests, *_COLUMNS, by="id")
_APPROVE = update_by(
    # Compare and set, like a claim: one colleague approves, and only what is still open.
    desk_requests, "agreed_by", "until",
    by=("id", desk_requests.c.agreed_by.is_(None), desk_requests.c.asked_by != bindparam("by"),
        _IS_OPEN),
)  # fmt: skip
_USE = update_by(
    desk_requests, "used_at",
    by=("id", "asked_by", desk_requests.c.agreed_by.is_not(None),
        desk_requests.c.used_at.is_(None), _IS_OPEN),
)  # fmt: skip
_DELETE_OLD = delete_by(desk_requests, by=desk_requests.c.until < bindparam("before"))


class Approvals:
    """Requests and approvals, used inside units of work."""

    def __init__(self, vault: Vault, audit: AuditLog) -> None:
        self._vault = vault
        self._audit = audit

    def request(
        self, work: Work, by: Caseworker, kind: ApprovalKind, subject: str, why: str, now: int
    ) -> str:
        """Store a request; return its id.

        Raises:
            NotApprovedError: the role may not request this, or there is no reason.
        """
        if by.role not in MAY_REQUEST[kind] or not why.strip():
            raise NotApprovedError("this needs a reason, and a role that may request it")
        number = secrets.token_hex(16)
        sealed = self._vault.seal(
            Purpose.TOPIC_MESSAGES, _associated_data(number), why.strip()[:MAX_REASON].encode()
        )
        work.run(_REQUEST, number, kind.value, subject, by.id, sealed, now, now + REQUEST_VALID_FOR)
        self._audit.record(work, now, by.id, "two_ask", number, f"{kind.value}:{subject}")
        return number

    def approve(self, work: Work, by: Caseworker, number: str, now: int) -> ApprovalRequest:
        """Approve a colleague's request.

        Raises:
            NotApprovedError: it is their own, not theirs to approve, expired or approved already.
        """
        found = self.find(work, number)
        if found is None or not found.may_be_approved_by(by, now):
            raise NotApprovedError("a senior colleague has to approve this")
        if not work.run(_APPROVE, by.id, now + APPROVAL_VALID_FOR, number, by.id, now):
            raise NotApprovedError("it was approved already, or it has expired")
        detail = f"{found.kind.value}:{found.subject}"
        self._audit.record(work, now, by.id, "two_agree", number, detail)
        return found

    def use(self, work: Work, by: Caseworker, number: str, now: int) -> ApprovalRequest:
        """Use an approval, which ends with that.

        Raises:
            NotApprovedError: it was not approved, is another's, or has expired.
        """
        found = self.find(work, number)
        if found is None or not work.run(_USE, now, number, by.id, now):
            raise NotApprovedError("this was not approved, or the approval has expired")
        detail = f"{found.kind.value}:{found.subject}"
        self._audit.record(work, now, by.id, "two_use", number, detail)
        return found

    def find(self, work: Work, number: str) -> ApprovalRequest | None:
        """Return a request by its id."""
        rows = work.rows(_ONE, number)
        return self._open(rows[0]) if rows else None

    def recent(self, work: Work, now: int) -> list[ApprovalRequest]:
        """Return requests that are open or ended within a week, newest first."""
        return [self._open(row) for row in work.rows(_RECENT, now - KEEP_FOR)]

    @staticmethod
    def delete_old(work: Work, now: int) -> None:
        """Delete requests that ended a week ago."""
        work.run(_DELETE_OLD, now - KEEP_FOR)

    def _open(self, row: tuple[Any, ...]) -> ApprovalRequest:
        number, kind, subject, asked_by, agreed_by, sealed, asked_at, until, used_at = row
        try:
            why = self._vault.open(
                Purpose.TOPIC_MESSAGES, _associated_data(str(number)), bytes(sealed)
            ).decode()
        except DecryptionError:  # altered: it cannot be approved without its reason
            why = ""
        return ApprovalRequest(
            str(number), ApprovalKind(kind), str(subject), str(asked_by), str(agreed_by or ""), why,
            asked_at, until, used_at,
        )  # fmt: skip


def _associated_data(number: str) -> bytes:
    return f"request/{number}".encode()
