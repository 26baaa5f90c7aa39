"""Commands that answer an erasure request, or record what a person revoked in words.

Erasing cannot be undone: only the holder of the case or a supervisor may confirm it. A caseworker
who serves the queue may object and may record a revocation: objecting takes two, and a small team
may have no supervisor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.consents import ConsentKind
from bot.hotline.commands.texts import DONE, NO_CONSENT_GIVEN, NO_SUCH_CONSENT
from bot.hotline.erasure.requests import (
    DECISION_TEXTS,
    OBJECTION_REASON_NEEDED,
    REFUSAL_TEXTS,
    ErasureDecision,
    ErasureRequests,
)
from bot.hotline.events import EventKind
from bot.hotline.referrals.revoke import ConsentRevocation

if TYPE_CHECKING:
    from bot.hotline.commands.context import CommandContext


def confirm_erasure(context: CommandContext) -> None:
    """Confirm that the person wants the case erased: it is erased at once."""
    requests = ErasureRequests(context.services.audit)
    _report(context, requests.confirm(context.work, context.case, context.by.id, context.now))


def object_to_erasure(context: CommandContext) -> None:
    """Object to erasing the case, for a reason that is stored as a note."""
    reason = context.command.text
    if not reason.strip():
        context.refuse(OBJECTION_REASON_NEEDED)
        return
    requests = ErasureRequests(context.services.audit)
    decision = requests.object(context.work, context.case, context.by.id, context.now)
    if decision in {ErasureDecision.OBJECTED, ErasureDecision.REFUSED}:
        context.store_note(reason)
    _report(context, decision)


def _report(context: CommandContext, decision: ErasureDecision) -> None:
    if decision in REFUSAL_TEXTS:
        context.refuse(REFUSAL_TEXTS[decision])
        return
    context.announce(EventKind.ERASURE_REQUESTED, DECISION_TEXTS[decision])
    context.reply(DONE)


def revoke_consent(context: CommandContext) -> None:
    """Record that the person revoked a kind of consent."""
    code, services = context.command.code, context.services
    if code not in list(ConsentKind):
        context.refuse(NO_SUCH_CONSENT, codes=", ".join(ConsentKind))
        return
    revocation = ConsentRevocation(services.vault, services.audit, services.referrals)
    events = revocation.revoke(
        context.work, context.case, ConsentKind(code), context.by.id, context.now
    )
    if events is None:
        context.refuse(NO_CONSENT_GIVEN)
        return
    context.events += events
    context.reply(DONE)
