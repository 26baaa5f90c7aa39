"""Telling others, as a caseworker orders it: the person is asked, and only then others are told.

Whoever took back that others may be told is asked no more, unless they bring it up themselves: then
a caseworker writes down what they said, and the person agrees anew, to exactly what they see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import Move, Refusal
from bot.hotline.chat.takeover import AskConsent, WasTold
from bot.hotline.commands.texts import (
    ANSWERS_SEALED,
    ASK_NO_MORE,
    DONE,
    NO_SUCH_RECIPIENT,
    NOT_AGREED,
    NOTHING_TO_PASS_ON,
    TELL_NOBODY,
)
from bot.hotline.commands.types import Verb
from bot.hotline.events import Event, Happened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.cases.consents import Agreements
    from bot.hotline.commands.context import Order
    from bot.hotline.queue.claims import Claims
    from bot.hotline.referrals.model import Referral
    from bot.hotline.referrals.store import Referrals
    from bot.places.taiwan.recipients import Recipient


class Referring:
    """Carries out what caseworkers order about telling others, inside units of work."""

    def __init__(
        self,
        claims: Claims,
        referrals: Referrals,
        agreements: Agreements,
        recipients: Mapping[str, Recipient],
    ) -> None:
        self._claims = claims
        self._referrals = referrals
        self._agreements = agreements
        self._recipients = recipients

    def carry_out(self, order: Order) -> None:
        """Do what was ordered, or say why not."""
        _VERBS[order.command.verb](self, order)

    def _refer(self, order: Order) -> None:
        command = order.command
        may_be_told = [it for it, to in self._recipients.items() if to.is_offered_at(order.now)]
        if command.code not in may_be_told:
            order.refuse(NO_SUCH_RECIPIENT, codes=", ".join(may_be_told))
            return
        if self._referrals.is_sealed(order.work, order.case):
            order.refuse(ANSWERS_SEALED)
            return
        offerable = self._referrals.offerable(order.work, order.case)
        chosen = [offerable[code] for code in command.values or offerable if code in offerable]
        if not chosen:
            order.refuse(NOTHING_TO_PASS_ON, codes=", ".join(offerable) or "-")
        elif self._may_ask(order) and order.may_write() and self._moves(order, Move.WORK):
            order.keep_note()
            offered = self._referrals.offer(
                order.work, order.case, command.code, chosen, order.by.id, order.now
            )
            order.deeds.append(AskConsent(offered))

    def _may_ask(self, order: Order) -> bool:
        """Tell whether the person may be asked: who took it back has to begin it themselves."""
        is_taken_back = self._agreements.nobody_since(order.work, order.case) is not None
        if is_taken_back and not order.command.words.strip():
            order.refuse(ASK_NO_MORE, recipient=order.command.code)
            return False
        return True

    def _tell(self, order: Order) -> None:
        command = order.command
        found = self._referrals.find(order.work, order.case, command.code)
        if found is not None and self._is_taken_back(order, found):
            order.refuse(TELL_NOBODY)
        elif found is None or not found.may_be_sent:
            order.refuse(NOT_AGREED)
        elif self._moves(order, Move.REFER, found.recipient):
            sent = self._referrals.mark_sent(
                order.work, order.case, command.code, order.by.id, order.now
            )
            if sent is not None:
                order.events.append(
                    Event(Happened.REFERRED, order.case, order.by.id, code=sent.stage.value,
                          referral=sent)
                )  # fmt: skip
                order.deeds.append(WasTold(sent))
                order.tell(DONE)

    def _is_taken_back(self, order: Order, it: Referral) -> bool:
        """Tell whether the person took back, after they agreed, that anybody may be told."""
        since = self._agreements.nobody_since(order.work, order.case)
        return since is not None and (it.answered_at is None or it.answered_at <= since)

    def _moves(self, order: Order, verb: Move, detail: str = "") -> bool:
        moved = self._claims.move(order.work, order.case, verb, order.now, order.by, detail=detail)
        if isinstance(moved, Refusal):
            order.refuse(moved.text)
            return False
        return True


_VERBS: Mapping[Verb, Callable[[Referring, Order], None]] = {
    Verb.REFER: Referring._refer,  # noqa: SLF001 - a table of this class's own verbs
    Verb.TELL_OTHERS: Referring._tell,  # noqa: SLF001
}
TOLD_ON = tuple(_VERBS)
"""What is carried out here."""
