"""Who may give which command."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.cases.state_machine import (
    CASEWORK_ROLES,
    HOLDER_OR_SUPERVISOR,
    IS_STAFF,
    OPENS_NO_CASE,
    Role,
)
from bot.hotline.commands.types import Verb
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import NOT_YOUR_QUEUE
from bot.hotline.queue.visibility import is_seen_by, serves
from bot.text import _

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text

INTERPRETS_ONLY = _("Interpreters can only do this in a conversation they were invited to.")
NOT_YOUR_OFFICE = _("This case belongs to another office.")
KEY_WAITS = _(
    "Your key waits for the approval of a colleague, so it opens no case. Until then you can only "
    "return cases to the queue."
)
FOR_INTERPRETERS = _("Only the interpreter who was invited can do that.")

WITHOUT_KEY = frozenset({Verb.RELEASE, Verb.OFF_DUTY, Verb.REST})
"""What may be done while one's key waits for an approval: it leaves cases to colleagues."""


class CommandPermission(StrEnum):
    """Who may give a command; the caseworker's access must be active in any case."""

    CASE_STATE = "case_state"
    """Those whom the state machine (`bot.cases.state_machine`) allows it, by state and role."""
    ANY_STAFF = "any_staff"
    """Every role: it concerns only the one who gives it."""
    NO_AUDITOR = "no_auditor"
    """Every role that may change something of a case."""
    SERVES_QUEUE = "serves_queue"
    """The holder of the case, and all who serve its queue."""
    HOLDER_OR_SUPERVISOR = "holder_or_supervisor"
    INTERPRETER = "interpreter"
    """An interpreter; the handler checks that they were invited."""


def may_object(work: Work, case: str, by: Caseworker, now: int) -> bool:
    """Return whether a caseworker holds a case or serves its queue."""
    status = case_status.load(work, case)
    if status is None or by.role not in CASEWORK_ROLES or not by.is_active:
        return False
    return status.holder == by.id or serves(by, status.place, now)


def may_erase(work: Work, case: str, by: Caseworker, now: int) -> bool:
    """Return whether a caseworker holds a case, or is a supervisor."""
    status = case_status.load(work, case)
    may = by.role is Role.SUPERVISOR or (status is not None and status.holder == by.id)
    return may and may_object(work, case, by, now)


def refusal_text(
    permission: CommandPermission, work: Work, case: str, by: Caseworker, now: int
) -> Text | None:
    """Return why a caseworker may not give a command; None if they may.

    What the state machine decides is refused later, when the handler moves the case.
    """
    is_interpreters = permission is CommandPermission.INTERPRETER
    if is_interpreters or by.role is Role.INTERPRETER:
        return _interpreter_refusal(by, is_interpreters=is_interpreters)
    if case and by.offices and not _is_in_reach(work, case, by, now):
        return NOT_YOUR_OFFICE
    return _role_refusal(permission, work, case, by, now)


def _role_refusal(
    permission: CommandPermission, work: Work, case: str, by: Caseworker, now: int
) -> Text | None:
    if permission in {CommandPermission.CASE_STATE, CommandPermission.ANY_STAFF}:
        return None
    if by.role is Role.AUDITOR:
        return IS_STAFF.refusal
    if by.role is Role.ADMINISTRATOR:
        return OPENS_NO_CASE
    if permission is CommandPermission.SERVES_QUEUE and not may_object(work, case, by, now):
        return NOT_YOUR_QUEUE
    if permission is CommandPermission.HOLDER_OR_SUPERVISOR and not may_erase(work, case, by, now):
        return HOLDER_OR_SUPERVISOR.refusal
    return None


def _is_in_reach(work: Work, case: str, by: Caseworker, now: int) -> bool:
    """Return whether someone who belongs to offices holds a case, or sees it."""
    status = case_status.load(work, case)
    return status is None or status.holder == by.id or is_seen_by(by, status.place, now)


def _interpreter_refusal(by: Caseworker, *, is_interpreters: bool) -> Text | None:
    if by.role is not Role.INTERPRETER:
        return FOR_INTERPRETERS
    return None if is_interpreters else INTERPRETS_ONLY
