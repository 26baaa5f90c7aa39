"""A trusted person during questioning (Article 22 of the Act): only if the person says yes.

A caseworker asks with a sentence of the phrasebook, in the person's language; what they press goes
into the plan of the case as their own entry. Without a yes no appointment is made for it, and what
they refused is in no referral (taiwan.md 2.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.cases.intake import PERSON
from bot.errors import DecryptionError
from bot.hotline.chat.messages import CaseMessageKind, MessageSide
from bot.hotline.services.model import PlanAction, PlanEntry, ServiceState
from bot.vault.audit.log import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.hotline.chat.messages import CaseMessage
    from bot.hotline.referrals.model import ReferralPart
    from bot.hotline.services.model import CasePlan
    from bot.hotline.services.store import ServicePlans
    from bot.places.services import LegalService
    from bot.store.writer import Work

YES, NO = "with_me.yes", "with_me.no"
"""Replies to the phrase `with_me`, as `phrase.reply`."""
AGREED_STATES = frozenset({ServiceState.ASKED, ServiceState.ACCEPTED, ServiceState.GIVEN})
"""States in which the person said yes, or asked for it themselves."""
_STEPS = {
    YES: ((PlanAction.ASK, PERSON), (PlanAction.ACCEPT, PERSON)),
    NO: ((PlanAction.OFFER, SYSTEM), (PlanAction.REFUSE, PERSON)),
}
"""What a reply adds to the plan, each entry if it is possible then."""


def is_agreed(plan: CasePlan, service: LegalService) -> bool:
    """Return whether an appointment for a service may be made, as far as the person decides it."""
    return not service.needs_yes or plan.state(service.code) in AGREED_STATES


def note_reply(
    plans: ServicePlans, services: Iterable[LegalService], work: Work, message: CaseMessage,
    day: str,
) -> bool:  # fmt: skip
    """Put what a person answered into the plan of their case; tell whether anything was."""
    steps = _STEPS.get(message.content.code, ())
    is_reply = message.side is MessageSide.PERSON and message.kind is CaseMessageKind.REPLY
    if not is_reply or not steps:
        return False
    codes = [it.code for it in services if it.needs_yes]
    try:
        found = [
            _add(plans, work, message, PlanEntry(action=action, service=code, by=by, day=day))
            for code in codes
            for action, by in steps
        ]
    except DecryptionError:  # a plan that was altered takes no entry: staff read that at the desk
        return False
    return any(found)


def without_refused(
    parts: Mapping[str, ReferralPart], plan: CasePlan, services: Iterable[LegalService]
) -> dict[str, ReferralPart]:
    """Return the parts that could be told, without what the person asked for and then refused."""
    refused = frozenset[str]().union(
        *(
            it.asked_by for it in services
            if it.needs_yes and plan.state(it.code) is ServiceState.REFUSED
        )
    )  # fmt: skip
    left = ((code, _without(part, refused)) for code, part in parts.items())
    return {code: part for code, part in left if part.answer != ()}


def _without(part: ReferralPart, refused: frozenset[str]) -> ReferralPart:
    answer = part.answer
    if not refused or not isinstance(answer, tuple) or refused.isdisjoint(map(str, answer)):
        return part
    kept = tuple(it for it in answer if not (isinstance(it, str) and it in refused))
    return replace(part, answer=kept)


def _add(plans: ServicePlans, work: Work, message: CaseMessage, entry: PlanEntry) -> bool:
    if not plans.of_case(work, message.case).allows(entry.action, entry.service):
        return False
    plans.add(work, message.case, entry, message.at)
    return True
