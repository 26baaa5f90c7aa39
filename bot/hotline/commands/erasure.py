"""What a person wants erased, or takes back, as a caseworker answers it.

To erase is for whoever answers for the case, or a supervisor: nothing brings it back. To object,
and to write down what the person took back, is for whoever serves its queue as well: it takes two
to object, and a team may have nobody who stands above. An auditor changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.consents import ConsentKind
from bot.cases.state_machine import HOLDER_OR_SENIOR, IS_STAFF, Role
from bot.hotline.chat.messages import CaseMessage, CaseMessageContent, CaseMessageKind, MessageSide
from bot.hotline.commands.texts import DONE, NO_CONSENT_GIVEN, NO_SUCH_CONSENT
from bot.hotline.commands.types import Verb
from bot.hotline.erasure.requests import (
    DECISION_TEXTS,
    OBJECTION_REASON_NEEDED,
    REFUSAL_TEXTS,
    ErasureDecision,
    ErasureRequests,
)
from bot.hotline.events import Event, EventKind
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import NOT_YOUR_QUEUE, serves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.hotline.commands.context import CommandContext
    from bot.hotline.referrals.revoke import ConsentRevocation
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault import AuditLog


def may_erase(work: Work, case: str, by: Caseworker) -> bool:
    """Tell whether somebody may say that a case is erased."""
    return may_object(work, case, by) and (
        by.role is Role.SUPERVISOR or _is_holder(case_status.load(work, case), by)
    )


def may_object(work: Work, case: str, by: Caseworker) -> bool:
    """Tell whether somebody may object, or write down what the person took back."""
    found = case_status.load(work, case)
    if found is None or by.role is Role.AUDITOR or not by.is_active:
        return False
    return _is_holder(found, by) or serves(by, found.queue)


def _is_holder(found: case_status.CaseStatus | None, by: Caseworker) -> bool:
    return found is not None and found.holder == by.id


class ErasureCommands:
    """Carries out what caseworkers say to a person's wish, inside units of work."""

    def __init__(self, audit: AuditLog, consent_revocation: ConsentRevocation) -> None:
        self._requests = ErasureRequests(audit)
        self._consent_revocation = consent_revocation

    def handle(self, order: CommandContext) -> None:
        """Do what was ordered, or say why not."""
        verb, by = order.command.verb, order.by
        may = may_erase if verb is Verb.ERASE else may_object
        if by.role is Role.AUDITOR:
            order.refuse(IS_STAFF.refusal)
        elif not may(order.work, order.case, by):
            order.refuse(HOLDER_OR_SENIOR.refusal if verb is Verb.ERASE else NOT_YOUR_QUEUE)
        else:
            _HANDLERS[verb](self, order)

    def _confirm_erasure(self, order: CommandContext) -> None:
        answer = self._requests.confirm(order.work, order.case, order.by.id, order.now)
        self._reply(order, answer)

    def _object(self, order: CommandContext) -> None:
        words = order.command.text
        if not words.strip():
            order.refuse(OBJECTION_REASON_NEEDED)
            return
        answer = self._requests.object(order.work, order.case, order.by.id, order.now)
        if answer in {ErasureDecision.OBJECTED, ErasureDecision.REFUSED}:
            content = CaseMessageContent(text=words)
            order.notes.append(
                CaseMessage(
                    order.case,
                    MessageSide.NOTE,
                    CaseMessageKind.TEXT,
                    content,
                    order.now,
                    order.by.id,
                )
            )
        self._reply(order, answer)

    @staticmethod
    def _reply(order: CommandContext, answer: ErasureDecision) -> None:
        if answer in REFUSAL_TEXTS:
            order.refuse(REFUSAL_TEXTS[answer])
            return
        text, values = DECISION_TEXTS[answer], {"name": order.by.name or order.by.id}
        order.events.append(
            Event(EventKind.ERASURE_REQUESTED, order.case, order.by.id, text=text, values=values)
        )
        order.reply(DONE)

    def _revoke_consent(self, order: CommandContext) -> None:
        code = order.command.code
        if code not in list(ConsentKind):
            order.refuse(NO_SUCH_CONSENT, codes=", ".join(ConsentKind))
            return
        events = self._consent_revocation.revoke(
            order.work, order.case, ConsentKind(code), order.by.id, order.now
        )
        if events is None:
            order.refuse(NO_CONSENT_GIVEN)
            return
        order.events += events
        order.reply(DONE)


_HANDLERS: Mapping[Verb, Callable[[ErasureCommands, CommandContext], None]] = {
    Verb.ERASE: ErasureCommands._confirm_erasure,  # noqa: SLF001 - a table of this class's own verbs
    Verb.OBJECT_TO_ERASURE: ErasureCommands._object,  # noqa: SLF001
    Verb.REVOKE_CONSENT: ErasureCommands._revoke_consent,  # noqa: SLF001
}
ERASURE_VERBS = tuple(_HANDLERS)
"""What is carried out here."""
