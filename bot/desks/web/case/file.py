"""Case file: reports, law, consents, referrals, evidence, links, audit log."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.cases.consents import CONSENT_QUESTIONS, ConsentRecords
from bot.cases.evidence.custody_log import CustodyEntry, CustodyFault, CustodyLog
from bot.conversation import Choose, ChooseMany
from bot.desks.consent_text import referral_answers
from bot.desks.web import texts
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case.law import LegalStatus, legal_status
from bot.desks.web.case.view import load_message_views
from bot.desks.web.casework.delivery_view import DeliveriesView, load_deliveries
from bot.desks.web.casework.duty_view import DutiesView, load_duties
from bot.desks.web.casework.plan_view import PlanView
from bot.desks.web.exports.sealed_package import SealingChoice, sealing_choices
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.team.audit_view import audit_lines
from bot.dispatch.turn.staff_actions import can_be_filled
from bot.errors import CaseNotReadableError, DecryptionError
from bot.hotline.case_links import Link, Links
from bot.hotline.chat.messages import CaseMessageKind, CaseMessages
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.check_ins.texts import check_in_line
from bot.hotline.referrals.consent_dialog import ConsentDialog
from bot.hotline.referrals.copies import CASE_FILE
from bot.hotline.referrals.model import OPEN_STAGES, Referral, ReferralStage
from bot.places.directory import utc_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.cases.queries import AnswerView, CaseDetails, ReportView
    from bot.conversation.progress import FlowProgress
    from bot.desks.case_summary import CaseSummary
    from bot.desks.web.case.message_view import MessageView
    from bot.desks.web.case.view import CaseView
    from bot.desks.web.record.view import RecordView
    from bot.desks.web.team.audit_view import AuditLine
    from bot.hotline.referrals.copies import ReferralCopy
    from bot.messages import Button, SendText
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.audit.log import AuditRow
    from bot.vault.keys.keyring import Keyring

MAX_AUDIT_ROWS = 60
"""Rows of the audit log that a page shows."""
CONSENTED_STAGES = frozenset({ReferralStage.AGREED, ReferralStage.SENT})


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question of the bot, and how it can be answered for the person."""

    code: str  # `flow.step`; empty if only the person can answer
    name: str
    choices: tuple[tuple[str, str], ...] = ()
    answer: MessageView | None = None
    """The newest answer that is in the case."""
    is_unsent: bool = False
    """Whether the person has answered it in what they did not send: no one reads that."""


@dataclass(frozen=True, slots=True)
class AloudReferral:
    """Exactly what may be told to whom, to be read aloud, and the answers that can be recorded."""

    person_text: str
    staff_text: str
    answers: tuple[tuple[str, str, str], ...]
    """The token of each, and its words for the person and for staff."""


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
    referrals: list[tuple[Referral, Sequence[AnswerView]]] = field(default_factory=list)
    """Each with what it passes on: nothing until the person agrees."""
    sheet_refusals: dict[str, Text] = field(default_factory=dict)
    """By referral: why no sheet of it can be made."""
    sealing: dict[str, SealingChoice] = field(default_factory=dict)
    """By referral to a body abroad: how a package can be sealed."""
    copies: dict[str, list[ReferralCopy]] = field(default_factory=dict)
    """By referral: the sheets that left the desk, oldest first."""
    case_files: list[ReferralCopy] = field(default_factory=list)
    """Case files for a prosecutor that left the desk, oldest first."""
    deliveries: DeliveriesView = field(default_factory=DeliveriesView)
    unavailable: dict[str, str] = field(default_factory=dict)
    """By recipient that cannot be chosen: why."""
    refuses_referrals: bool = False
    links: list[tuple[Link, CaseSummary | None]] = field(default_factory=list)
    """Each with the other case; None for one the caseworker may not see."""
    check_in: str = ""
    aloud: dict[str, AloudReferral] = field(default_factory=dict)
    """By referral that waits for an answer: what is read to a person without a chat."""
    law: LegalStatus = field(default_factory=LegalStatus)
    record: RecordView | None = None
    """The record, for an export; a page loads it by itself."""
    plan: PlanView = field(default_factory=PlanView)
    """The plan, for an export; a page loads it by itself."""
    duties: DutiesView = field(default_factory=DutiesView)
    audit_rows: list[AuditRow] = field(default_factory=list)
    """All of the audit log, as it is stored; the newest first."""
    audit_lines: list[AuditLine] = field(default_factory=list)
    """The newest in words; for an export all."""

    @property
    def reports(self) -> list[ReportView]:
        """Return the reports; what stands under consent is no answer here."""
        return [] if self.opened is None else shown_reports(self.opened)


def shown_reports(opened: CaseDetails) -> list[ReportView]:
    """Return the reports of a case without the answers that stand among its consents."""
    shown = {it.kind for it in opened.consents}
    steps = {step for step, asked in CONSENT_QUESTIONS.items() if asked.kind.value in shown}
    return [
        replace(it, answers=tuple(part for part in it.answers if part.step not in steps))
        for it in opened.reports
    ]


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
    context, case, progress = request.context, view.access.case, view.chat.progress
    found = CaseFile()
    found.audit_rows = list(reversed(context.audit.rows_about(work, case)))
    found.audit_lines = audit_lines(work, request, found.audit_rows[:MAX_AUDIT_ROWS])
    found.links = _links(work, request, case)
    if progress is not None:
        found.answered = _answered_views(work, request, view, progress)
        found.skipped = _question_views(request, progress.flow, progress.skipped)
        found.missing = _question_views(request, progress.flow, progress.missing)
    if view.is_readable:
        custody = CustodyLog(context.vault, context.audit, keyring)
        found.broken_custody = custody.verify(work, case)
        if found.broken_custody is None:
            found.custody_log = custody.of_case(work, case)
            found.custody_head = custody.head(work, case)
        found.referrals = _referrals(work, request, case)
        _load_sheets(work, request, found, case)
        offered = [it for it, _parts in found.referrals]
        found.deliveries = load_deliveries(work, request, case, offered, keyring)
        if not view.has_chat:
            found.aloud = _aloud(request, found, view.access.summary.language)
        consents = ConsentRecords(context.vault)
        found.refuses_referrals = consents.no_sharing_since(work, case) is not None
        found.check_in = _check_in_line(work, request, case)
        found.law = legal_status(work, request, case)
        found.duties = load_duties(work, request, case, view.access.summary.language, keyring)
    return found


def _check_in_line(work: Work, request: DeskRequest, case: str) -> str:
    context, locale = request.context, request.locale
    with contextlib.suppress(DecryptionError):  # altered; the bot reports that
        check_in = CheckIns(context.vault, context.audit).of_case(work, case)
        if check_in is not None:
            return check_in_line(check_in.check_in, locale.staff_catalogue, context.zone)
    return ""


def _links(work: Work, request: DeskRequest, case: str) -> list[tuple[Link, CaseSummary | None]]:
    found = []
    for link in Links.of_case(work, case):
        other = None
        with contextlib.suppress(NotFoundError):
            other = check_case_access(work, request, link.reference).summary
        found.append((link, other))
    return found


def _referrals(
    work: Work, request: DeskRequest, case: str
) -> list[tuple[Referral, Sequence[AnswerView]]]:
    try:
        found = request.context.referrals.of_case(work, case)
    except DecryptionError:  # altered: nothing of it may be passed on
        return []
    renderer, locale = request.context.answer_renderer(request.locale.language), request.locale
    return [
        (it, referral_answers(it, renderer, locale) if it.stage in CONSENTED_STAGES else ())
        for it in found
    ]


def _aloud(request: DeskRequest, found: CaseFile, language: str) -> dict[str, AloudReferral]:
    """Return what is read aloud instead of a screen of a chat, for the referrals that are open."""
    screens, staff = request.context.referrals.spoken_screen, request.locale.language
    known = request.context.place.recipients
    return {
        it.id: AloudReferral(
            screens(it, language).text, screens(it, staff).text,
            tuple(
                (one.token, one.label, other.label)
                for one, other in zip(
                    answer_buttons(screens(it, language)), answer_buttons(screens(it, staff)),
                    strict=True,
                )
            ),
        )
        for it, _parts in found.referrals
        if it.stage in OPEN_STAGES and it.parts and it.recipient in known
    }  # fmt: skip


def answer_buttons(screen: SendText) -> list[Button]:
    """Return the buttons by which the person answers, without the ways out of a chat."""
    return [
        it for row in screen.rows for it in row if ConsentDialog.parse_token(it.token) is not None
    ]


def _load_sheets(work: Work, request: DeskRequest, found: CaseFile, case: str) -> None:
    """Load which sheets left, and where none can be made, why."""
    context, now = request.context, request.now
    known, copies = context.place.recipients, context.referral_copies
    made = copies.of_case(work, case)
    found.case_files = [it for it in made if it.referral == CASE_FILE]
    for it, _parts in found.referrals:
        refusal = copies.refusal(work, it, known.get(it.recipient), now)
        if refusal is not None:
            found.sheet_refusals[it.id] = refusal
        for copy in made:
            if copy.referral == it.id:
                found.copies.setdefault(it.id, []).append(copy)
    found.sealing = sealing_choices(work, request, [it for it, _parts in found.referrals])
    found.unavailable = unavailable_recipients(request)


def unavailable_recipients(request: DeskRequest) -> dict[str, str]:
    """Return why recipients cannot be chosen, by code, in the reader's language."""
    today = utc_day(request.now)
    found = {}
    for code, it in request.context.place.recipients.items():
        why, agreed = it.unavailability(today), it.agreement
        days = {"since": str(agreed.since), "until": str(agreed.until)} if agreed else {}
        if why is not None:
            found[code] = request.locale(texts.UNAVAILABLE[why], **days)
    return found


def fillable_questions(request: DeskRequest, view: CaseView) -> list[QuestionView]:
    """Return open questions whose answer is free text, for those who may fill it in."""
    progress = view.chat.progress
    if progress is None or not (view.access.is_mine and view.chat.is_taken_over):
        return []
    found = _question_views(request, progress.flow, (*progress.missing, *progress.skipped))
    return [it for it in found if it.code and not it.choices]


def _answered_views(
    work: Work, request: DeskRequest, view: CaseView, progress: FlowProgress
) -> list[QuestionView]:
    """Return answered questions, each with its answer if that is in the case.

    What the person has answered and not sent is read by no one, as they were told.
    """
    given: dict[str, MessageView] = {}
    with contextlib.suppress(CaseNotReadableError, DecryptionError):
        if view.is_readable:
            given = _newest_answers(work, request, view)
    found = _question_views(request, progress.flow, progress.answered)
    return [
        replace(
            it, answer=given.get(f"{progress.flow}.{step}"),
            is_unsent=f"{progress.flow}.{step}" not in given and step not in CONSENT_QUESTIONS,
        )
        for it, step in zip(found, progress.answered, strict=True)
    ]  # fmt: skip


def _newest_answers(work: Work, request: DeskRequest, view: CaseView) -> dict[str, MessageView]:
    """Return the newest answer to each question of the bot, by `flow.step`."""
    case = view.access.case
    opener = request.context.vault.cases.opener(case, request.keyring())
    written = [
        it
        for it in CaseMessages.of_case(work, case, opener)
        if it.content.asked or it.kind is CaseMessageKind.EDIT
    ]
    return {it.asked: it for it in load_message_views(work, request, view, written) if it.asked}


def _question_views(request: DeskRequest, flow: str, steps: Iterable[str]) -> list[QuestionView]:
    registry, words = request.context.flow_registry, request.locale.flow_catalogue
    found = []
    for step in steps:
        question = registry.question(flow, step)
        name = request.locale.question_name(question) if question else step
        if can_be_filled(registry, flow, step):
            labels = question.choices if isinstance(question, Choose | ChooseMany) else {}
            choices = tuple((code, label.render(words)) for code, label in labels.items())
            found.append(QuestionView(f"{flow}.{step}", name, choices))
        else:
            found.append(QuestionView("", name))
    return found
