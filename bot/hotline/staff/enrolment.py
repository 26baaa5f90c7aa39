"""Enrolling caseworkers and ending their access; every change is in the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cases.state_machine import CaseAction, CaseState, Role
from bot.errors import HavenError
from bot.hotline.commands.store import submit_command
from bot.hotline.commands.types import Command, Verb
from bot.hotline.interpreting.profiles import erase_conflicts
from bot.hotline.interpreting.sessions import InterpretingSessions, SessionOutcome
from bot.hotline.staff.approved_keys import as_approved
from bot.hotline.staff.staff import AccountTerms, Staff
from bot.store.statements import delete_by
from bot.store.tables.desk import desk_choices, desk_factors, desk_invites, desk_sessions
from bot.store.tables.on_call import on_call
from bot.store.tables.service_hours import duty_shifts
from bot.store.tables.training import training_records
from bot.vault.audit.log import OPERATOR
from bot.vault.keys.staff_keys import may_open

if TYPE_CHECKING:
    from bot.hotline.queue.claims import Claims
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault import AuditLog, Vault

_DELETE_DESK_ACCESS = [
    delete_by(table, by="staff_id")
    for table in (
        desk_sessions,
        desk_factors,
        desk_invites,
        desk_choices,
        on_call,
        duty_shifts,
        training_records,
    )
]
"""Sessions, second factors, invites and preferences in the web desk; on-call; shifts; training."""
ACCESS_ENDED = "access_ended"
"""Follows, in the audit detail of a case that was returned, the id of whose access ended."""


class Enrolment:
    """Changes staff, inside units of work."""

    def __init__(self, vault: Vault, claims: Claims, audit: AuditLog) -> None:
        self._vault = vault
        self._staff = Staff(vault)
        self._claims = claims
        self._audit = audit

    def enrol(self, work: Work, now: int, *, by: str = OPERATOR, **agreed: Any) -> Caseworker:
        """Enrol a caseworker; `by` is who does it, `agreed` is what `Staff.add` takes.

        Raises:
            AlreadyEnrolled: the account belongs to a colleague.
        """
        new = self._staff.add(work, now, **agreed)
        self._audit.record(work, now, by, "staff_add", new.id, new.role.value)
        return new

    def change(
        self, work: Work, now: int, who: str, terms: AccountTerms, *, by: str
    ) -> tuple[str, ...]:
        """Store other terms; return the names of what changed.

        Raises:
            HavenError: there is no access to change, or the role would cross the line between those
                who can read cases and those who cannot, or an interpreter would become another.
        """
        found = self._staff.find(work, who)
        if found is None or not found.is_active:
            raise HavenError(f"there is no colleague {who} with access")
        if not may_become(found.role, terms.role):
            raise HavenError("this role cannot be given to this account; make a new one")
        if changed := terms.differences(AccountTerms.of(found)):
            self._staff.change(work, found, terms)
            detail = [f"role:{terms.role.value}" if it == "role" else it for it in changed]
            self._audit.record(work, now, by, "staff_change", who, ",".join(detail))
        return changed

    def end_duty_until_approved(
        self, work: Work, now: int, who: str, *, by: str = OPERATOR
    ) -> bool:
        """Take a caseworker off duty whose key waits for an approval; return whether it did.

        Call it after each change of a key. On duty they would count as a colleague to whom an
        emergency can be left, and they can open none. Cases they have claimed and not worked on
        wait again.
        """
        found = self._staff.find(work, who)
        if found is None or not found.is_on_duty or as_approved(self._vault, found) is not None:
            return False
        self._staff.set_duty(work, who, on=False)
        self._claims.end_shift(work, found, now)
        self._audit.record(work, now, by, "staff_change", who, "off_duty")
        return True

    def disable(self, work: Work, now: int, who: str, *, by: str = OPERATOR) -> list[str] | None:
        """End a caseworker's access and return the cases they held to the queue.

        Returns:
            The cases that wait again; None if there was no access to end.
        """
        if not self._staff.disable(work, who):
            return None
        for statement in _DELETE_DESK_ACCESS:
            work.run(statement, who)
        InterpretingSessions.end_of(work, who, SessionOutcome.LEFT, now)
        erase_conflicts(work, who, now)
        detail = f"{who}:{ACCESS_ENDED}"
        moves = [(it, CaseAction.RELEASE) for it in self._claims.assigned_cases(work, who)]
        moves += [(it, CaseAction.REOPEN) for it in self._claims.referred_cases(work, who)]
        back = [
            case
            for case, verb in moves
            if isinstance(self._claims.move(work, case, verb, now, detail=detail), CaseState)
        ]
        for case in back:
            InterpretingSessions.end_in(work, case, SessionOutcome.CASE_MOVED, now)
            # The bot's process alone may speak to the person, and it tells them who has left.
            ended = Command(verb=Verb.ACCESS_ENDED, by=who, case=case)
            submit_command(work, self._vault, ended, now)
        self._audit.record(work, now, by, "staff_disable", who, f"released:{len(back)}")
        return back


def may_become(role: Role, other: Role) -> bool:
    """Whether an account with one role can be given another.

    Who manages accounts never gets to read cases. An interpreter stays one: the copies that were
    shared with them are sealed to the key of this account.
    """
    if Role.INTERPRETER in {role, other}:
        return role is other
    return reads_cases(role) == reads_cases(other)


def reads_cases(role: Role) -> bool:
    """Whether a role reads cases; only those who do have queues, and languages to answer in."""
    return may_open(role.value)
