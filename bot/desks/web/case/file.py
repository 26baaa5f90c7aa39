"""Case file: reports, law, consents, referrals, evidence, links, audit log."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.consents import ConsentRecords
from bot.cases.evidence.custody_log import CustodyEntry, CustodyFault, CustodyLog
from bot.conversation import Choose, ChooseMany
from bot.desks.consent_text import referral_answers
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case.law import LegalStatus, legal_status
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.dispatch.turn.staff_actions import can_be_filled
from bot.errors import CaseNotReadableError, DecryptionError
from bot.hotline.case_links import Links
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.check_ins.texts import check_in_line
from bot.hotline.referrals.model import Referral, ReferralStage
from bot.vault import AuditLog, Vault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cases.queries import AnswerView, CaseDetails
    from bot.desks.web.case.view import CaseView
    from bot.store.writer import Work
    from bot.vault.audit.log import AuditRow
    from bot.vault.keys.keyring import Keyring

MAX_AUDIT_ROWS = 60
CONSENTED_STAGES = frozenset({ReferralStage.AGREED, ReferralStage.SENT})


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question of the bot, and how it can be answered for the person."""

    code: str
    """`flow.step`; empty if only the person can answer."""
    name: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LinkedCase:
    """Another case linked to this one."""

    reference: str
    kind: str
    is_visible: bool = False
    """Whether the caseworker may see it; if not, the other fields are empty."""
    priority: int = 0
    state: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class ReferralView:
    """One referral, and what it passes on."""

    referral: Referral
    parts: Sequence[AnswerView] = ()
    """Answers to be passed on; empty until the person agrees."""


@dataclass(slots=True)
class CaseFile:
    """What the case file shows."""

    opened: CaseDetails | None = None
    answered: list[QuestionView] = field(default_factory=list)
    skipped: list[QuestionView] = field(default_factory=list)
    missing: list[QuestionView] = field(default_factory=list)
    custody_log: Sequence[CustodyEntry] = ()
    custody_head: str = ""
    broken_custody: CustodyFault | None = None
    referrals: list[ReferralView] = field(default_factory=list)
    refuses_referrals: bool = False
    links: list[LinkedCase] = field(default_factory=list)
    check_in: str = ""
    law: LegalStatus = field(default_factory=LegalStatus)
    audit_rows: list[AuditRow] = field(default_factory=list)


async def load_case_file(request: DeskRequest, view: CaseView) -> CaseFile:
    """Return the case file, as far as the caseworker may read it."""
    keyring = request.keyring()
    found = await request.read(lambda work: _load(work, request, view, keyring))
    if view.is_readable and keyring is not None:
        reader = request.context.case_reader(request.locale.language)
        try:
            found.opened = await reader.open(view.access.summary.reference, keyring)
        except CaseNotReadableError:  # a colleague has just claimed it
            view.is_sealed = True
    return found


def _load(work: Work, request: DeskRequest, view: CaseView, keyring: Keyring | None) -> CaseFile:
    context, case = request.context, view.access.case
    found = CaseFile()
    found.audit_rows = list(reversed(context.audit.rows_about(work, case)))[:MAX_AUDIT_ROWS]
    found.links = _links(work, request, case)
    progress = view.chat.progress
    if progress is not None:
        found.answered = [
            _question_view(request, progress.flow, step) for step in progress.answered
        ]
        found.skipped = [_question_view(request, progress.flow, step) for step in progress.skipped]
        found.missing = [_question_view(request, progress.flow, step) for step in progress.missing]
    if view.is_readable:
        _load_custody(work, context.vault, case, keyring, found)
        found.referrals = _referrals(work, request, case)
        consents = ConsentRecords(context.vault)
        found.refuses_referrals = consents.no_sharing_since(work, case) is not None
        found.check_in = _check_in_line(work, request, case)
        found.law = legal_status(work, request, case)
    return found


def _check_in_line(work: Work, request: DeskRequest, case: str) -> str:
    context, locale = request.context, request.locale
    try:
        check_in = CheckIns(context.vault, context.audit).of_case(work, case)
    except DecryptionError:  # altered; the bot reports that
        return ""
    if check_in is None:
        return ""
    return check_in_line(check_in.check_in, locale.staff_catalogue, context.zone)


def _links(work: Work, request: DeskRequest, case: str) -> list[LinkedCase]:
    """Return the linked cases; for a case the caseworker may not see, only its number."""
    found = []
    for link in Links.of_case(work, case):
        linked = LinkedCase(link.reference, link.kind.value)
        with contextlib.suppress(NotFoundError):
            other = check_case_access(work, request, link.reference).summary
            linked = LinkedCase(
                link.reference, link.kind.value, is_visible=True, priority=other.priority,
                state=other.state.value, language=other.language,
            )  # fmt: skip
        found.append(linked)
    return found


def _load_custody(
    work: Work, vault: Vault, case: str, keyring: Keyring | None, found: CaseFile
) -> None:
    custody = CustodyLog(vault, AuditLog(vault), keyring)
    found.broken_custody = custody.verify(work, case)
    if found.broken_custody is None:
        found.custody_log = custody.of_case(work, case)
        found.custody_head = custody.head(work, case)


def _referrals(work: Work, request: DeskRequest, case: str) -> list[ReferralView]:
    try:
        found = request.context.referrals.of_case(work, case)
    except DecryptionError:  # altered: nothing of it may be passed on
        return []
    renderer = request.context.answer_renderer(request.locale.language)
    return [
        ReferralView(
            it,
            referral_answers(it, renderer, request.locale) if it.stage in CONSENTED_STAGES else (),
        )
        for it in found
    ]


def fillable_questions(request: DeskRequest, view: CaseView) -> list[QuestionView]:
    """Return open questions whose answer is free text, for those who may fill it in."""
    progress = view.chat.progress
    if progress is None or not (view.access.is_mine and view.chat.is_taken_over):
        return []
    found = (
        _question_view(request, progress.flow, step)
        for step in (*progress.missing, *progress.skipped)
    )
    return [it for it in found if it.code and not it.choices]


def _question_view(request: DeskRequest, flow: str, step: str) -> QuestionView:
    registry, locale = request.context.flow_registry, request.locale
    question = registry.question(flow, step)
    name = question.short.render(locale.flow_catalogue).replace("\n", " ") if question else step
    if not can_be_filled(registry, flow, step):
        return QuestionView("", name)
    labels = question.choices.items() if isinstance(question, Choose | ChooseMany) else ()
    choices = tuple((code, it.render(locale.flow_catalogue)) for code, it in labels)
    return QuestionView(f"{flow}.{step}", name, choices)
