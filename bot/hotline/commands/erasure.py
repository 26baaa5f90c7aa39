"""Commands that answer an erasure request, or record what a person revoked in words.

Erasing cannot be undone: only the holder of the case or a supervisor may confirm it. A caseworker
who serves the queue may object and may record a revocation: objecting takes two, and a small team
may have no supervisor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.consents import ConsentKind
from bot.hotline.commands.texts import DONE, NO_CONSENT_GIVEN, NO_SUCH_CONSENT
from bot.hotline.erasure import requests
from bot.hotline.erasure.requests import ErasureDecision, ErasureRequests
from bot.hotline.events import EventKind
from bot.hotline.referrals.store import ConsentRevocation

if TYPE_CHECKING:
    from bot.hotline.commands.context import CommandContext


def confirm_erasure(context: CommandContext) -> None:
    """Confirm that the person wants the case erased: it is erased at once.

    A person who took back that staff read the case, or who has no chat, may have said so in words:
    the request is recorded then. In any other case they have to request it themselves.
    """
    known, consents = ErasureRequests(context.services.audit), context.services.consents
    is_withdrawn = consents.reading_taken_back_at(context.work, context.case) is not None
    has_chat = context.contact is not None and context.contact.has_chat
    if (is_withdrawn or not has_chat) and known.of_case(context.work, context.case) is None:
        known.record(context.work, context.case, context.by.id, context.now)
    _report(context, known.confirm(context.work, context.case, context.by.id, context.now))


def object_to_erasure(context: CommandContext) -> None:
    """Object to erasing the case, for a reason that is stored as a note."""
    reason = context.command.text
    if not reason.strip():
        context.refuse(requests.OBJECTION_REASON_NEEDED)
        return
    known = ErasureRequests(context.services.audit)
    decision = known.object(context.work, context.case, context.by.id, context.now)
    if decision in {ErasureDecision.OBJECTED, ErasureDecision.REFUSED}:
        context.store_note(reason)
    _report(context, decision)


def _report(context: CommandContext, decision: ErasureDecision) -> None:
    if decision in requests.REFUSAL_TEXTS:
        context.refuse(requests.REFUSAL_TEXTS[decision])
    else:
        context.announce(EventKind.ERASURE_REQUESTED, requests.DECISION_TEXTS[decision])
        context.reply(DONE)


def revoke_consent(context: CommandContext) -> None:
    """Record that the person revoked a kind of consent."""
    code, services = context.command.code, context.services
    if code not in list(ConsentKind):
        context.refuse(NO_SUCH_CONSENT, codes=", ".join(ConsentKind))
        return
    revocation = ConsentRevocation(services.vault, services.audit, services.referrals)
    kind, by = ConsentKind(code), context.by.id
    events = revocation.revoke(context.work, context.case, kind, by, context.now)
    if events is None:
        context.refuse(NO_CONSENT_GIVEN)
    else:
        context.events += events
        context.reply(DONE)
