"""Telling others, as a caseworker orders it: the person is asked, and only then others are told.

Whoever took back that others may be told is asked no more, unless they bring it up themselves: then
a caseworker writes down what they said, and the person agrees anew, to exactly what they see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import ActionRefusal, CaseAction
from bot.hotline.chat.takeover import AskConsent, NotifyReferralSent
from bot.hotline.commands.texts import (
    ANSWERS_SEALED,
    CONSENT_WITHDRAWN,
    DO_NOT_ASK_AGAIN,
    DONE,
    NO_MATCHING_CONSENT,
    NO_SUCH_RECIPIENT,
    NOTHING_TO_REFER,
)
from bot.hotline.commands.types import Verb
from bot.hotline.events import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.cases.consents import ConsentRecords
    from bot.hotline.commands.context import CommandContext
    from bot.hotline.queue.claims import Claims
    from bot.hotline.referrals.model import Referral
    from bot.hotline.referrals.store import Referrals
    from bot.places.directory import Recipient


class ReferralCommands:
    """Carries out what caseworkers order about telling others, inside units of work."""

    def __init__(
        self,
        claims: Claims,
        referrals: Referrals,
        agreements: ConsentRecords,
        recipients: Mapping[str, Recipient],
    ) -> None:
        self._claims = claims
        self._referrals = referrals
        self._agreements = agreements
        self._recipients = recipients

    def handle(self, order: CommandContext) -> None:
        """Do what was ordered, or say why not."""
        _HANDLERS[order.command.verb](self, order)

    def _refer(self, order: CommandContext) -> None:
        command = order.command
        may_be_told = [it for it, to in self._recipients.items() if to.is_offered_at(order.now)]
        if command.code not in may_be_told:
            order.refuse(NO_SUCH_RECIPIENT, codes=", ".join(may_be_told))
            return
        if self._referrals.has_sealed_answers(order.work, order.case):
            order.refuse(ANSWERS_SEALED)
            return
        offerable = self._referrals.offerable_parts(order.work, order.case)
        chosen = [offerable[code] for code in command.values or offerable if code in offerable]
        if not chosen:
            order.refuse(NOTHING_TO_REFER, codes=", ".join(offerable) or "-")
        elif self._may_ask(order) and order.may_write() and self._move(order, CaseAction.WORK):
            order.add_note()
            offered = self._referrals.offer(
                order.work, order.case, command.code, chosen, order.by.id, order.now
            )
            order.actions.append(AskConsent(offered))

    def _may_ask(self, order: CommandContext) -> bool:
        """Tell whether the person may be asked: who took it back has to begin it themselves."""
        is_taken_back = self._agreements.no_sharing_since(order.work, order.case) is not None
        if is_taken_back and not order.command.text.strip():
            order.refuse(DO_NOT_ASK_AGAIN, recipient=order.command.code)
            return False
        return True

    def _send(self, order: CommandContext) -> None:
        command = order.command
        found = self._referrals.find(order.work, order.case, command.code)
        if found is not None and self._is_consent_withdrawn(order, found):
            order.refuse(CONSENT_WITHDRAWN)
        elif found is None or not found.may_be_sent:
            order.refuse(NO_MATCHING_CONSENT)
        elif self._move(order, CaseAction.REFER, found.recipient):
            sent = self._referrals.mark_sent(
                order.work, order.case, command.code, order.by.id, order.now
            )
            if sent is not None:
                order.events.append(
                    Event(EventKind.REFERRED, order.case, order.by.id, code=sent.stage.value,
                          referral=sent)
                )  # fmt: skip
                order.actions.append(NotifyReferralSent(sent))
                order.reply(DONE)

    def _is_consent_withdrawn(self, order: CommandContext, it: Referral) -> bool:
        """Tell whether the person took back, after they agreed, that anybody may be told."""
        since = self._agreements.no_sharing_since(order.work, order.case)
        return since is not None and (it.answered_at is None or it.answered_at <= since)

    def _move(self, order: CommandContext, verb: CaseAction, detail: str = "") -> bool:
        moved = self._claims.move(order.work, order.case, verb, order.now, order.by, detail=detail)
        if isinstance(moved, ActionRefusal):
            order.refuse(moved.text)
            return False
        return True


_HANDLERS: Mapping[Verb, Callable[[ReferralCommands, CommandContext], None]] = {
    Verb.REFER: ReferralCommands._refer,  # noqa: SLF001 - a table of this class's own verbs
    Verb.SEND_REFERRAL: ReferralCommands._send,  # noqa: SLF001
}
REFERRAL_VERBS = tuple(_HANDLERS)
"""What is carried out here."""
