"""Being sure that it is the person who writes, although no word of theirs says so.

In a quiet chat whoever holds the case has asked in neutral words first, and was answered. In a chat
that somebody made the person open nothing can be asked, and whoever stands beside them may tell
them what to write: there it takes two, each with a written reason, within an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import Move, Refusal
from bot.clock import HOUR
from bot.hotline.chat.passphrases import Recognition
from bot.hotline.chat.takeover import Confirm
from bot.hotline.commands.texts import SAY_HOW, SURE_ALONE
from bot.hotline.commands.types import Verb
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import serves

if TYPE_CHECKING:
    from bot.hotline.commands.context import Order
    from bot.hotline.queue.claims import Claims
    from bot.vault import Audit

SURE = "sure"
"""What the audit log calls it where it takes two: whom it names is sure, and has written why."""
TOGETHER = HOUR
"""In this time the second has to be sure as well."""


class MakingSure:
    """Carries out that caseworkers are sure who writes, inside units of work."""

    def __init__(self, claims: Claims, audit: Audit) -> None:
        self._claims = claims
        self._audit = audit

    def carry_out(self, order: Order) -> None:
        """Let the conversation go on, or say what has to be done first."""
        if order.where is None:
            return
        frozen_at = Recognition.frozen_at(order.work, order.case)
        if not frozen_at:
            if self._moves(order, "confirmed"):
                order.deeds.append(Confirm(order.case, order.by.id, order.where.reference))
        elif not order.command.words.strip():
            order.refuse(SAY_HOW)
        elif self._may_second(order) or self._moves(order, SURE):
            self._is_sure(order, frozen_at, order.where.reference)

    @staticmethod
    def _may_second(order: Order) -> bool:
        """Tell whether somebody serves the queue of a case that another answers for."""
        found = case_status.read(order.work, order.case)
        return found is not None and found.holder != order.by.id and serves(order.by, found.queue)

    def _moves(self, order: Order, detail: str) -> bool:
        moved = self._claims.move(
            order.work, order.case, Move.WORK, order.now, order.by, detail=detail
        )
        if isinstance(moved, Refusal):
            order.refuse(moved.text)
            return False
        return True

    def _is_sure(self, order: Order, frozen_at: int, reference: str) -> None:
        """Write down that somebody is sure and why; go on where another is as well."""
        since = max(frozen_at, order.now - TOGETHER)
        others = {
            row.actor
            for row in self._audit.about(order.work, order.case)
            if row.deed == SURE and row.at >= since
        } - {order.by.id}
        self._audit.note(order.work, order.now, order.by.id, SURE, order.case)
        order.keep_note()
        if others:
            order.deeds.append(Confirm(order.case, order.by.id, reference, is_agreed=True))
        else:
            order.tell(SURE_ALONE)


SURENESS = (Verb.CONFIRM,)
"""What is carried out here."""
