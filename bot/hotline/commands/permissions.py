"""Who may give which command."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.cases.state_machine import (
    CASEWORK_ROLES,
    HAS_REASON,
    HOLDER_OR_SUPERVISOR,
    IS_STAFF,
    OPENS_NO_CASE,
    SENIOR_ROLES,
    Role,
)
from bot.clock import HOUR
from bot.hotline.commands.types import Verb
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import NOT_YOUR_QUEUE
from bot.hotline.queue.visibility import is_seen_by, serves
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.hotline.commands.types import Command
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.audit.log import AuditLog

INTERPRETS_ONLY = _("Interpreters can only do this in a conversation they were invited to.")
NOT_YOUR_OFFICE = _("This case belongs to another office.")
KEY_WAITS = _(
    "Your key waits for the approval of a colleague, so it opens no case. Until then you can only "
    "return your own cases to the queue."
)
FOR_INTERPRETERS = _("Only the interpreter who was invited can do that.")

REASON_NEEDED = _(
    "A colleague has this case. First say why you act on it: open the case in the browser, or "
    "write /reason in its topic. The reason is logged, and your colleague reads it."
)

WITHOUT_KEY = frozenset({Verb.RELEASE, Verb.OFF_DUTY, Verb.REST})
"""What may be done while one's key waits for an approval: it leaves cases to colleagues.

A case is returned by its holder alone then: of a colleague's it would only take the claim.
"""

BREAK_GLASS = "break_glass"
"""The audit row of a reason, about the case."""
REASON_COUNTS = 10 * HOUR
"""For how long a reason counts: as long as a session at the desk can last."""
NEEDS_NO_REASON: Mapping[Verb, str] = {
    Verb.GIVE_REASON: "it gives the reason",
    Verb.CLAIM: "it takes no case that a colleague has, and the answer names who has it",
}
"""Commands that a supervisor gives without a reason on a colleague's case, and why."""


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


def is_colleagues(work: Work, case: str, by: Caseworker) -> bool:
    """Return whether someone else has a case, or closed it."""
    status = case_status.load(work, case)
    if status is None or status.state in case_status.QUEUED:
        return False
    return bool(status.holder) and status.holder != by.id


def gave_reason(audit: AuditLog, work: Work, case: str, by: Caseworker, now: int) -> bool:
    """Return whether a supervisor gave a reason for a colleague's case that still counts."""
    return audit.has_row(work, BREAK_GLASS, case, by.id, now - REASON_COUNTS)


def reason_refusal(
    audit: AuditLog, work: Work, command: Command, by: Caseworker, now: int
) -> Text | None:
    """Return why a supervisor or administrator may not act on a colleague's case yet; else None.

    What moves a case away from its holder can also show it to who moved it, so a reason comes
    first. Two commands bring a case to another colleague and show it to no one else: a transfer to
    a third, and a return to the queue by an administrator, whose key opens no case. They say why
    in their text, which stays in the case as a note.
    """
    if by.role not in SENIOR_ROLES or not is_colleagues(work, command.case, by):
        return None
    has_words = bool(command.text.strip())
    if by.role is Role.ADMINISTRATOR:
        is_mute = command.verb is Verb.RELEASE and not has_words
        return HAS_REASON.refusal if is_mute else None
    if command.verb in NEEDS_NO_REASON:
        return None
    if command.verb is Verb.TRANSFER and has_words and command.code != by.id:
        return None
    return None if gave_reason(audit, work, command.case, by, now) else REASON_NEEDED


def key_refusal(work: Work, command: Command, by: Caseworker) -> Text | None:
    """Return why someone whose key waits for an approval may not give a command; else None."""
    is_own = not command.case or not is_colleagues(work, command.case, by)
    return None if command.verb in WITHOUT_KEY and is_own else KEY_WAITS


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
