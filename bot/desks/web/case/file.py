"""The file of a case: what was sent, what the law says, what was agreed, who did what."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.consents import ConsentRecords
from bot.cases.evidence.custody_log import CustodyLog
from bot.conversation import Choose, ChooseMany
from bot.desks.consent_text import referral_answers
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case.law import LegalStatus, legal_status
from bot.desks.web.request import NotFoundError
from bot.dispatch.staff_actions import can_be_filled
from bot.errors import CaseNotReadableError, DecryptionError
from bot.hotline.case_links import Links
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.check_ins.texts import check_in_line
from bot.hotline.referrals.model import ReferralStage
from bot.vault import AuditLog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cases.evidence.custody_log import CustodyEntry, CustodyFault
    from bot.cases.queries import AnswerView, CaseDetails
    from bot.desks.web.case.view import CaseView
    from bot.desks.web.request import DeskRequest
    from bot.hotline.referrals.model import Referral
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.audit.log import AuditRow
    from bot.vault.keys.keyring import Keyring

MAX_AUDIT_ROWS = 60
CONSENTED_STAGES = frozenset({ReferralStage.AGREED, ReferralStage.SENT})
"""Stages in which the person has said yes to exactly what is shown."""


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question of the bot, and how it can be answered for the person."""

    code: str
    """`flow.step`; empty where only the person answers."""
    name: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LinkedCase:
    """Another case that belongs to this one."""

    reference: str
    kind: str
    """What it is to this one, a key of `words.LINK_KINDS`."""
    is_visible: bool = False
    """Whether whoever looks may see it; the rest is empty otherwise."""
    priority: int = 0
    state: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class ReferralView:
    """Something that was to be told to somebody else, and how far that has come."""

    referral: Referral
    parts: Sequence[AnswerView] = ()
    """What may be told, or was: empty while nobody has agreed to it."""


@dataclass(slots=True)
class CaseFile:
    """What stands beside a conversation."""

    opened: CaseDetails | None = None
    answered: list[QuestionView] = field(default_factory=list)
    skipped: list[QuestionView] = field(default_factory=list)
    missing: list[QuestionView] = field(default_factory=list)
    custody_log: Sequence[CustodyEntry] = ()
    custody_head: str = ""
    broken_custody: CustodyFault | None = None
    referrals: list[ReferralView] = field(default_factory=list)
    refuses_referrals: bool = False
    """Whether the person took back that others may be told."""
    links: list[LinkedCase] = field(default_factory=list)
    check_in: str = ""
    """At which hour the person wants to be heard from, in a line; empty: none is agreed on."""
    law: LegalStatus = field(default_factory=LegalStatus)
    audit_rows: list[AuditRow] = field(default_factory=list)
    """Who did what to it, the newest first."""


async def load_case_file(request: DeskRequest, view: CaseView) -> CaseFile:
    """Return the file of a case, as far as whoever looks may read it."""
    keyring = request.keyring()
    found = await request.context.read_pool.run(lambda work: _load(work, request, view, keyring))
    if view.is_readable and keyring is not None:
        reader = request.context.case_reader(request.locale.language)
        try:
            found.opened = await reader.open(view.access.summary.reference, keyring)
        except CaseNotReadableError:  # it was claimed by somebody else a moment ago
            view.is_sealed = True
    return found


def _load(work: Work, request: DeskRequest, view: CaseView, keyring: Keyring | None) -> CaseFile:
    front, case = request.context, view.access.case
    found = CaseFile()
    found.audit_rows = list(reversed(front.audit.rows_about(work, case)))[:MAX_AUDIT_ROWS]
    found.links = _links(work, request, case)
    mark = view.chat.progress
    if mark is not None:
        found.answered = [_question_view(request, mark.flow, step) for step in mark.answered]
        found.skipped = [_question_view(request, mark.flow, step) for step in mark.skipped]
        found.missing = [_question_view(request, mark.flow, step) for step in mark.missing]
    if view.is_readable:
        _load_custody(work, front.vault, case, keyring, found)
        found.referrals = _referrals(work, request, case)
        found.refuses_referrals = (
            ConsentRecords(front.vault).no_sharing_since(work, case) is not None
        )
        found.check_in = _check_in_line(work, request, case)
        found.law = legal_status(work, request, case)
    return found


def _check_in_line(work: Work, request: DeskRequest, case: str) -> str:
    front, tongue = request.context, request.locale
    try:
        kept = CheckIns(front.vault, front.audit).of_case(work, case)
    except DecryptionError:  # altered: whoever waits for the person hears that from the bot
        return ""
    return check_in_line(kept.check_in, tongue.staff_catalogue, front.zone) if kept else ""


def _links(work: Work, request: DeskRequest, case: str) -> list[LinkedCase]:
    """Return the cases one is linked to; of one that is not theirs to see, its number alone."""
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
    except DecryptionError:  # altered, or of another key: nothing of it may be told to anybody
        return []
    telling = request.context.answer_renderer(request.locale.language)
    return [
        ReferralView(
            it,
            referral_answers(it, telling, request.locale) if it.stage in CONSENTED_STAGES else (),
        )
        for it in found
    ]


def fillable_questions(request: DeskRequest, view: CaseView) -> list[QuestionView]:
    """Return the open questions that somebody's own words can answer, for whoever may fill in."""
    mark = view.chat.progress
    if mark is None or not (view.access.is_mine and view.chat.is_taken_over):
        return []
    found = (_question_view(request, mark.flow, step) for step in (*mark.missing, *mark.skipped))
    return [it for it in found if it.code and not it.choices]


def _question_view(request: DeskRequest, flow: str, step: str) -> QuestionView:
    book, tongue = request.context.flow_registry, request.locale
    question = book.question(flow, step)
    name = question.short.render(tongue.flow_catalogue).replace("\n", " ") if question else step
    if not can_be_filled(book, flow, step):
        return QuestionView("", name)
    labels = question.choices.items() if isinstance(question, Choose | ChooseMany) else ()
    return QuestionView(
        f"{flow}.{step}",
        name,
        tuple((code, it.render(tongue.flow_catalogue)) for code, it in labels),
    )
