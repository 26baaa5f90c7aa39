"""What staff see of cases: the queue in clear, and one case opened, in their own language.

Answers are rendered from their codes, so whoever reads them reads their own language; a person's
own words stand as they were written, with everything that could move a cursor made visible.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, exists, or_, select

from bot.cases.assessment import Assessment, assess, merge_answers
from bot.cases.consents import ConsentRecords, ConsentView, load_consents
from bot.cases.escape_text import coordinates, escape_line, escape_text, plain_answer
from bot.cases.reference import parse_reference
from bot.cases.routing import DEFAULT_QUEUE
from bot.cases.sealed_fields import (
    decode_contents,
    decode_file,
    open_queue_reasons,
    report_associated_data,
)
from bot.cases.state_machine import CaseState
from bot.cases.urgency import REASON_TEXTS as RISKS
from bot.cases.urgency import assess_urgency, reason_texts
from bot.clock import SECOND
from bot.conversation.replies import LEFT_EMPTY
from bot.errors import EpochExpiredError
from bot.store.compiled import Prepared
from bot.store.tables.check_ins import check_ins as hours
from bot.store.tables.main import CASE_WAITS, cases, files, notices, reports
from bot.store.tables.main import staff as colleagues
from bot.store.tables.passphrases import words as chosen
from bot.text import _, is_zawgyi
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.cases.assessment import LawLike
    from bot.conversation import Answer, FlowRegistry
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.text import Catalogue
    from bot.vault import Vault
    from bot.vault.keys.case_keys import Opener
    from bot.vault.keys.keyring import Keyring

    _ReportRow = tuple[str, str, int, dict[str, Answer]]

ALARMS = "alarms"
NOT_ANSWERS = {
    "also": _("Messages outside the questions"),
    "also_files": _("Files outside the questions"),
    "alarms": _("Alarming words"),
}
"""What goes along without being an answer."""
REPORT_KIND_NAMES = {
    "danger": _("Danger now"),
    "report": _("What happened"),
    "request": _("Asks for help"),
    "talk": _("Wants to talk to a person"),
    "addition": _("Added"),
    "withdrawal": _("Asks to withdraw"),
    # Translators: an hour at which the person wants to be heard from, and what silence means.
    "check_in": _("Check-in agreed"),
}
"""What each thing a person can send is called among staff."""
# Translators: stands behind what somebody wrote in Burmese with an old encoding.
ZAWGYI_REMARK = _(
    "{words}\n(Probably typed in Zawgyi: only a Zawgyi font shows the right letters.)"
)
REASONS_HEADING, FILES_HEADING = _("Reasons"), _("Files")
MAX_CASES = 200
UNNAMED_ORGANISATION = "\u2026"
"""What stands for the organisation where a command was not told its name."""


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """One case in the queue: nothing a person wrote."""

    reference: str
    kind: str
    status: str
    priority: int
    language: str
    county: str | None
    waiting_since: datetime
    queue: str = DEFAULT_QUEUE.value
    due_at: datetime | None = None
    """When an answer is promised for; none while it is the person who is waited for."""
    holder: str | None = None
    """The title of whoever holds it, as a code."""
    compromised: bool = False
    """Whether the second word was written: somebody else reads along, and nothing may be sent."""


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One question and what was answered, in the reader's language."""

    step: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """One thing a person sent."""

    kind: str
    sent_at: datetime
    answers: tuple[AnswerView, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """One file a person sent, and how far it has come."""

    kind: str
    name: str
    state: str
    size: int


@dataclass(frozen=True, slots=True)
class CaseDetails:
    """A case, opened."""

    case: QueuedCase
    reasons: tuple[str, ...]
    reports: tuple[ReportView, ...]
    files: tuple[FileView, ...]
    assessment: Assessment = field(default_factory=Assessment)
    """What the law and the vocabularies say to it."""
    consents: tuple[ConsentView, ...] = ()
    """What the person was asked to agree to, oldest first."""
    is_decrypted: bool = True
    """Whether whoever reads has signed in; otherwise there is only what is in clear."""


@dataclass(frozen=True, slots=True)
class ServiceNotice:
    """Something staff must know about the service itself."""

    kind: str
    since: datetime
    until: datetime


_QUEUE_COLUMNS = (
    cases.c.reference,
    cases.c.kind,
    cases.c.status,
    cases.c.priority,
    cases.c.language,
    cases.c.county,
    cases.c.waiting_since,
    cases.c.queue,
    cases.c.due_at,
    colleagues.c.title,
    or_(
        exists().where(chosen.c.case_id == cases.c.id, chosen.c.frozen_at.is_not(None)),
        exists().where(hours.c.case_id == cases.c.id, hours.c.frozen_at.is_not(None)),
    ),
)
_BY_REFERENCE = Prepared(
    lambda _: select(cases.c.id).where(cases.c.reference == bindparam("wanted")), "wanted"
)
_IS_HOLDER = colleagues.c.id == cases.c.holder
_WITH_HOLDER = cases.outerjoin(colleagues, _IS_HOLDER)
_CLAIMED = (CaseState.CLAIMED.value, CaseState.OPEN.value)


async def load_queue(database: Database, most: int = MAX_CASES, only: str = "") -> list[QueuedCase]:
    """Return the cases that wait and those somebody answers for.

    The most urgent come first, then those that wait longest.

    Args:
        database: where they are.
        most: how many, at most.
        only: a queue; every queue if none.
    """
    # Word for word what the partial index says, or it is not used.
    waiting = select(*_QUEUE_COLUMNS).select_from(_WITH_HOLDER).where(CASE_WAITS)
    # By holder: whoever was helped keeps one, and no index holds those who are at it now.
    taken = (
        select(*_QUEUE_COLUMNS)
        .select_from(colleagues.join(cases, _IS_HOLDER))
        .where(cases.c.status.in_(_CLAIMED))
    )
    found: list[QueuedCase] = []
    async with database.readers.connect() as connection:
        for wanted in (waiting, taken):
            chosen = wanted.where(cases.c.queue == only) if only else wanted
            first = chosen.order_by(cases.c.priority, cases.c.waiting_since, cases.c.id).limit(most)
            found += [_queued_case(row) for row in (await connection.execute(first)).all()]
    found.sort(key=lambda case: (case.priority, case.waiting_since))
    return found[:most]


def find_case_id(work: Work, reference: str) -> str | None:
    """Return the id of the case with a reference, however it is typed; None for none."""
    found = work.rows(_BY_REFERENCE, parse_reference(reference))
    return str(found[0][0]) if found else None


async def load_notices(database: Database, moment: int) -> list[ServiceNotice]:
    """Return what staff must know about the service since a moment."""
    wanted = select(notices.c.kind, notices.c.since, notices.c.until).where(
        notices.c.until >= moment
    )
    async with database.readers.connect() as connection:
        rows = (await connection.execute(wanted)).all()
    return [ServiceNotice(kind, to_utc(since), to_utc(until)) for kind, since, until in rows]


class AnswerRenderer:
    """Renders answers from their codes for somebody who reads one language."""

    def __init__(
        self, book: FlowRegistry, flow_texts: Catalogue, staff: Catalogue, *, organisation: str = ""
    ) -> None:
        self._blanks = {"organisation": organisation or UNNAMED_ORGANISATION}
        self._book = book
        self._flow_texts = flow_texts
        self._staff = staff

    def render(self, flow: str, answers: Mapping[str, Answer]) -> tuple[AnswerView, ...]:
        """Return every question of a flow and what was answered."""
        return tuple(
            AnswerView(step, *self._render_answer(flow, step, answer))
            for step, answer in answers.items()
        )

    def _render_answer(self, flow: str, step: str, answer: Answer) -> tuple[str, str]:
        question = self._book.question(flow, step)
        if question is None:
            beside = NOT_ANSWERS.get(step)
            prompt = beside.render(self._staff) if beside else step
        else:
            prompt = question.short.render(self._flow_texts, self._blanks)
        if answer is None:
            return prompt, LEFT_EMPTY.render(self._flow_texts)
        if step == ALARMS:
            return prompt, self._render_alarms(answer)
        parts = question.describe(answer) if question else plain_answer(answer)
        told = [
            display_text(part, self._staff)
            if isinstance(part, str)
            else part.render(self._flow_texts)
            for part in parts
        ]
        return prompt, ", ".join([*told, *coordinates(answer)])

    def _render_alarms(self, answer: Answer) -> str:
        """Return what was alarming in somebody's words, for staff to read."""
        codes = map(str, answer if isinstance(answer, tuple) else (answer,))
        reasons = [(code, RISKS.get(f"alarm_{code}")) for code in codes]
        return " ".join(r.render(self._staff) if r else escape_text(code) for code, r in reasons)


class CaseReader:
    """Opens cases for somebody who reads one language."""

    def __init__(  # noqa: PLR0913 - where it lies, what opens it, and what it is read in
        self,
        database: Database,
        vault: Vault,
        book: FlowRegistry,
        flow_texts: Catalogue,
        staff: Catalogue,
        *,
        organisation: str = "",
        law: LawLike | None = None,
    ) -> None:
        self._database = database
        self._vault = vault
        self._staff = staff
        self._renderer = AnswerRenderer(book, flow_texts, staff, organisation=organisation)
        self._law = law

    async def open(self, reference: str, keyring: Keyring | None = None) -> CaseDetails | None:
        """Return a case with everything that was sent to it; None when there is no such case.

        Args:
            reference: however it is typed.
            keyring: of whoever reads; without one only what is in clear is returned.

        Raises:
            CaseNotReadableError: nothing on this keyring opens it.
            DecryptionError: something of it was altered.
        """
        async with self._database.readers.connect() as connection:
            wanted = (
                select(*_QUEUE_COLUMNS, cases.c.id, cases.c.reasons)
                .select_from(_WITH_HOLDER)
                .where(cases.c.reference == parse_reference(reference))
            )
            row = (await connection.execute(wanted)).one_or_none()
            if row is None:
                return None
            *clear, case, sealed = row
            if keyring is None:
                return CaseDetails(_queued_case(clear), (), (), (), is_decrypted=False)
            # Beside: keys lie in another database, whose writer may be busy.
            opener = await asyncio.to_thread(self._vault.cases.opener, case, keyring)
            sent = await self._load_reports(connection, case, opener)
            codes = await asyncio.to_thread(self._reasons, case, sealed, sent)
            reasons = reason_texts(codes)
            told = merge_answers(answers for *_, answers in sent)
            return CaseDetails(
                _queued_case(clear),
                tuple(reason.render(self._staff) for reason in reasons),
                tuple(
                    ReportView(kind, to_utc(sent_at), self._renderer.render(flow, answers))
                    for kind, flow, sent_at, answers in sent
                ),
                await self._load_files(connection, case, opener),
                assess(told, self._law, self._staff),
                await load_consents(connection, ConsentRecords(self._vault), case, self._staff),
            )

    def _reasons(self, case: str, sealed: bytes, sent: list[_ReportRow]) -> list[str]:
        """Return why it is urgent: what was kept for the queue, and what what was sent asks for."""
        kept: list[str] = []
        with contextlib.suppress(EpochExpiredError):
            kept = open_queue_reasons(self._vault, case, sealed)
        found = [code for _kind, _flow, _at, answers in sent for code in assess_urgency(answers)[1]]
        known = set(kept) | set(found)
        return [code for code in RISKS if code in known]

    @staticmethod
    async def _load_reports(
        connection: AsyncConnection, case: str, opener: Opener
    ) -> list[_ReportRow]:
        """Return kind, flow, moment and answers of everything that was sent, oldest first."""
        wanted = (
            select(
                reports.c.id, reports.c.kind, reports.c.flow, reports.c.sealed, reports.c.sent_at
            )
            .where(reports.c.case_id == case)
            .order_by(reports.c.sent_at)
        )
        found = []
        for report, kind, flow, sealed, sent_at in (await connection.execute(wanted)).all():
            plain = opener.open(Purpose.CASE, report_associated_data(case, report), sealed)
            found.append((kind, flow, sent_at, decode_contents(plain).answers))
        return found

    @staticmethod
    async def _load_files(
        connection: AsyncConnection, case: str, opener: Opener
    ) -> tuple[FileView, ...]:
        wanted = (
            select(files.c.id, files.c.state, files.c.size, files.c.sealed)
            .where(files.c.case_id == case)
            .order_by(files.c.created_at, files.c.id)
        )
        found = []
        for name, state, size, sealed in (await connection.execute(wanted)).all():
            note = decode_file(opener.open(Purpose.FILE, name.encode(), sealed)).note
            found.append(FileView(escape_text(note.kind), escape_line(note.name), state, size))
        return tuple(found)


def _queued_case(row: Sequence[Any]) -> QueuedCase:
    reference, kind, status, priority, language, county, since, queue, due, holder, frozen = row
    return QueuedCase(
        reference, kind, status, priority, language, county, to_utc(since), queue,
        None if due is None else to_utc(due), holder, bool(frozen),
    )  # fmt: skip


def to_utc(moment: int) -> datetime:
    """Return a stored moment as a date and time, UTC."""
    return datetime.fromtimestamp(moment / SECOND, UTC)


def display_text(text: str, staff: Catalogue) -> str:
    """Return a person's words as staff read them, with a remark where their letters mislead."""
    told = escape_text(text)
    return ZAWGYI_REMARK.render(staff, {"words": told}) if is_zawgyi(text) else told
