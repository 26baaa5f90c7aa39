"""Enrolling caseworkers and ending their access; every change is in the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cases.state_machine import CaseAction, CaseState
from bot.store.statements import delete_by
from bot.store.tables.desk import desk_choices, desk_factors, desk_invites, desk_sessions
from bot.store.tables.on_call import on_call
from bot.vault.audit.log import OPERATOR

if TYPE_CHECKING:
    from bot.hotline.queue.claims import Claims
    from bot.hotline.staff.staff import Caseworker, Staff
    from bot.store.writer import Work
    from bot.vault import AuditLog

_DELETE_DESK_ACCESS = [
    delete_by(table, by="staff_id")
    for table in (desk_sessions, desk_factors, desk_invites, desk_choices, on_call)
]
"""Sessions, second factors, invites and preferences in the web desk, and being on call."""


class Enrolment:
    """Changes staff, inside units of work."""

    def __init__(self, staff: Staff, claims: Claims, audit: AuditLog) -> None:
        self._staff = staff
        self._claims = claims
        self._audit = audit

    def enrol(self, work: Work, now: int, **agreed: Any) -> Caseworker:
        """Enrol a caseworker; `agreed` is what `Staff.add` takes.

        Raises:
            AlreadyEnrolled: the account belongs to a colleague.
        """
        new = self._staff.add(work, now, **agreed)
        self._audit.record(work, now, OPERATOR, "staff_add", new.id, new.role.value)
        return new

    def disable(self, work: Work, now: int, who: str) -> list[str] | None:
        """End a caseworker's access and return the cases they held to the queue.

        Returns:
            The cases that wait again; None if there was no access to end.
        """
        if not self._staff.disable(work, who):
            return None
        for statement in _DELETE_DESK_ACCESS:
            work.run(statement, who)
        moves = [(it, CaseAction.RELEASE) for it in self._claims.assigned_cases(work, who)]
        moves += [(it, CaseAction.REOPEN) for it in self._claims.referred_cases(work, who)]
        back = [
            case
            for case, verb in moves
            if isinstance(self._claims.move(work, case, verb, now), CaseState)
        ]
        self._audit.record(work, now, OPERATOR, "staff_disable", who, f"released:{len(back)}")
        return back
