"""Being sure that it is the person who writes, although no word of theirs says so.

In a quiet chat whoever holds the case has asked in neutral words first, and was answered. In a chat
that somebody made the person open nothing can be asked, and whoever stands beside them may tell
them what to write: there it takes two, each with a written reason, within an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import ActionRefusal, CaseAction
from bot.clock import HOUR
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.chat.takeover import ConfirmIdentity
from bot.hotline.commands.texts import IDENTITY_REASON_NEEDED, SECOND_CONFIRMATION_NEEDED
from bot.hotline.commands.types import Verb
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import serves

if TYPE_CHECKING:
    from bot.hotline.commands.context import CommandContext
    from bot.hotline.queue.claims import Claims
    from bot.vault import AuditLog

IDENTITY_SURE = "sure"
"""What the audit log calls it where it takes two: whom it names is sure, and has written why."""
SECOND_WITHIN = HOUR
"""In this time the second has to be sure as well."""


class IdentityCommands:
    """Carries out that caseworkers are sure who writes, inside units of work."""

    def __init__(self, claims: Claims, audit: AuditLog) -> None:
        self._claims = claims
        self._audit = audit

    def handle(self, order: CommandContext) -> None:
        """Let the conversation go on, or say what has to be done first."""
        if order.contact is None:
            return
        frozen_at = Passphrases.frozen_at(order.work, order.case)
        if not frozen_at:
            if self._move(order, "confirmed"):
                order.actions.append(
                    ConfirmIdentity(order.case, order.by.id, order.contact.reference)
                )
        elif not order.command.text.strip():
            order.refuse(IDENTITY_REASON_NEEDED)
        elif self._may_second(order) or self._move(order, IDENTITY_SURE):
            self._record_confirmation(order, frozen_at, order.contact.reference)

    @staticmethod
    def _may_second(order: CommandContext) -> bool:
        """Tell whether somebody serves the queue of a case that another answers for."""
        found = case_status.load(order.work, order.case)
        return found is not None and found.holder != order.by.id and serves(order.by, found.queue)

    def _move(self, order: CommandContext, detail: str) -> bool:
        moved = self._claims.move(
            order.work, order.case, CaseAction.WORK, order.now, order.by, detail=detail
        )
        if isinstance(moved, ActionRefusal):
            order.refuse(moved.text)
            return False
        return True

    def _record_confirmation(self, order: CommandContext, frozen_at: int, reference: str) -> None:
        """Write down that somebody is sure and why; go on where another is as well."""
        since = max(frozen_at, order.now - SECOND_WITHIN)
        others = {
            row.actor
            for row in self._audit.rows_about(order.work, order.case)
            if row.action == IDENTITY_SURE and row.at >= since
        } - {order.by.id}
        self._audit.record(order.work, order.now, order.by.id, IDENTITY_SURE, order.case)
        order.add_note()
        if others:
            order.actions.append(
                ConfirmIdentity(order.case, order.by.id, reference, is_approved=True)
            )
        else:
            order.reply(SECOND_CONFIRMATION_NEEDED)


IDENTITY_VERBS = (Verb.CONFIRM_IDENTITY,)
"""What is carried out here."""
