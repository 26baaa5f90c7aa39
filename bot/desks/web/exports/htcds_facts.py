"""What a case is written from in HTCDS: its record, and what stands elsewhere in the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.consents import ConsentKind, ConsentRecords
from bot.cases.state_machine import CaseState
from bot.clock import to_utc
from bot.desks.consent_text import referral_answers
from bot.exports.htcds.write import CaseFacts, Profile
from bot.hotline.commands.texts import DISPOSITIONS
from bot.hotline.referrals.model import ReferralStage
from bot.hotline.services.model import OPEN_STATES, PlanAction
from bot.hotline.services.store import ServicePlans
from bot.hotline.services.texts import STATE_NAMES
from bot.store.statements import select_one
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from bot.cases.record.record import CaseRecord
    from bot.desks.case_summary import CaseSummary
    from bot.desks.web.case.view import CaseView
    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

CONSENTS = {
    Profile.DEIDENTIFIED: ConsentKind.STATISTICS, Profile.IDENTIFIED: ConsentKind.OTHERS,
}  # fmt: skip
"""What the person must have agreed to before a file of a profile can leave at all."""
_OPENED = select_one(cases, "opened_at", by="id")
WRITTEN_IN = "en"
"""The language of the standard, and so of the sentences in a file."""
SUPPORT_TYPES = {
    "doctor": "Health", "counsellor": "Health", "lawyer": "Legal", "needs": "Financial",
    "training": "Education", "escort": "SocialCare", "interpreter": "SocialCare",
    "beside": "SocialCare", "welfare": "SocialCare", "place": "SocialCare", "home": "SocialCare",
}  # fmt: skip
"""The type of a support plan, by service; one that the standard has no type for has none."""


async def load_facts(request: DeskRequest, view: CaseView) -> CaseFacts:
    """Return what a case is written from.

    Raises:
        CaseNotReadableError: no key of the caseworker opens it.
        DecryptionError: an entry was altered.
    """
    keyring = request.keyring()
    return await request.read(lambda work: _load(work, request, view, keyring))


def _load(work: Work, request: DeskRequest, view: CaseView, keyring: Keyring | None) -> CaseFacts:
    context, case, summary = request.context, view.access.case, view.access.summary
    opener = context.vault.cases.opener(case, keyring)
    record = context.record_entries.load(work, case, opener)
    elsewhere = dict(_case_columns(view)) | dict(_referrals(work, request, case))
    elsewhere |= dict(_support(work, request, case))
    return CaseFacts(
        record, agreed_profiles(work, request, view), elsewhere, summary.reference,
        _opened_on(work, request, case), _county(request, summary, record),
    )  # fmt: skip


def _opened_on(work: Work, request: DeskRequest, case: str) -> date:
    ((at,),) = work.rows(_OPENED, case)
    return to_utc(at).astimezone(request.context.zone).date()


def agreed_profiles(work: Work, request: DeskRequest, view: CaseView) -> frozenset[Profile]:
    """Return the profiles to which the person agreed, and took nothing back."""
    consents = ConsentRecords(request.context.vault)
    if view.consent_taken_back_at is not None:
        return frozenset()
    case = view.access.case
    return frozenset(
        profile for profile, kind in CONSENTS.items() if consents.has_consent(work, case, kind)
    )


def _case_columns(view: CaseView) -> Iterator[tuple[str, str]]:
    summary = view.access.summary
    yield "cas_Status", _status(summary)
    yield "cas_CaseOwner", view.holder_name
    ended = DISPOSITIONS.get(summary.disposition)
    if summary.state is CaseState.CLOSED and ended is not None:
        yield "cas_ReasonForCaseClosure", ended.source
    yield "con_Consent", "true"


def _status(summary: CaseSummary) -> str:
    if summary.state is CaseState.CLOSED:
        return "ClosedReferred" if summary.disposition == "referred" else "Closed"
    return "FollowUp" if summary.state is CaseState.REFERRED else "Active"


def _referrals(work: Work, request: DeskRequest, case: str) -> Iterator[tuple[str, str]]:
    """Yield what was told to whom with the person's consent."""
    context, locale = request.context, request.context.locale(WRITTEN_IN)
    sent = (it for it in context.referrals.of_case(work, case) if it.stage is ReferralStage.SENT)
    for number, it in enumerate(sent, 1):
        name = context.recipients.get(it.recipient)
        parts = referral_answers(it, context.answer_renderer(WRITTEN_IN), locale)
        yield (
            _numbered("cas_ReferredOrganisation", number),
            name.render(locale.flow_catalogue) if name else "",
        )
        day = to_utc(it.sent_at or it.offered_at).astimezone(context.zone).date()
        yield _numbered("cas_OutgoingReferralDate", number), day.isoformat()
        told = "\n".join(f"{part.question}: {part.answer}" for part in parts)
        yield _numbered("cas_OutgoingReferralDetails", number), told


def _support(work: Work, request: DeskRequest, case: str) -> Iterator[tuple[str, str]]:
    """Yield the services of the plan; the words of an entry stay in the case."""
    context, locale = request.context, request.context.locale(WRITTEN_IN)
    plan = ServicePlans(context.vault, context.audit).if_readable(work, case)
    names = {it.code: it.name for it in context.place.services}
    for number, (service, state) in enumerate(plan.states.items(), 1):
        yield _numbered("spl_Type", number), SUPPORT_TYPES.get(service, "")
        name = names.get(service)
        yield _numbered("spl_Objectives", number), locale(name) if name else service
        yield _numbered("spl_ActionPlan", number), locale(STATE_NAMES[state])
        ended = [
            it.entry.day
            for it in plan.entries
            if it.entry.service == service
            and it.entry.action is PlanAction.END
            and not it.is_struck
        ]
        if state not in OPEN_STATES and ended:
            yield _numbered("spl_ActualEndDate", number), ended[-1]


def _numbered(column: str, number: int) -> str:
    return column if number == 1 else f"{column}.{number}"


def _county(request: DeskRequest, summary: CaseSummary, record: CaseRecord) -> str:
    """Return the county by its code: the one of the report, or the only one of the record."""
    if summary.county:
        return summary.county
    said = {it.content.typed for it in record.values("place.county")} & set(
        request.context.counties
    )
    return said.pop() if len(said) == 1 else ""
