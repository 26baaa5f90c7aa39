"""Queries for staff: the queue, and one case decrypted and rendered in their language.

Answers are rendered from their codes. A person's own words stay as they were written, with control
characters escaped.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, bindparam, exists, literal_column, or_, select

from bot.cases import sealed_fields
from bot.cases.assessment import Assessment, LawLike, assess, merge_answers
from bot.cases.consents import ConsentRecords, ConsentView, load_consents
from bot.cases.escape_text import coordinates, escape_line, escape_text, plain_answer
from bot.cases.reference import parse_reference
from bot.cases.routing import DEFAULT_QUEUE
from bot.cases.state_machine import CaseState
from bot.cases.urgency import REASON_TEXTS as RISKS
from bot.cases.urgency import assess_urgency, reason_texts
from bot.clock import to_utc
from bot.conversation import Ask, Choose, FileRef
from bot.conversation.question_names import question_name
from bot.conversation.replies import LEFT_EMPTY
from bot.store import Database, Work, select_by, select_one
from bot.store.tables.case_extras import check_ins as hours
from bot.store.tables.case_extras import words as chosen
from bot.store.tables.main import CASE_WAITS, cases, files, notices, reports
from bot.store.tables.main import staff as colleagues
from bot.text import Catalogue, _, is_zawgyi
from bot.vault import Keyring, Opener, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.conversation import Answer, FlowRegistry

    _ReportRow = tuple[str, str, int, dict[str, Answer]]

ALARMS, ALSO = "alarms", "also"
NOT_ANSWERS = {
    ALSO: _("In their own words"),
    "also_files": _("Files outside the questions"),
    "alarms": _("Alarming words"),
}
REPORT_KIND_NAMES = {
    "danger": _("Danger now"),
    "report": _("What happened"),
    "request": _("Asks for help"),
    "talk": _("Wants to talk to a person"),
    "story": _("Wrote a message of their own"),
    "addition": _("Added"),
    "withdrawal": _("Asks to withdraw"),
    # Translators: a time at which the person agreed to be asked whether they are safe.
    "check_in": _("Check-in agreed"),
}
# Translators: follows a text written in Burmese with an old encoding.
ZAWGYI_REMARK = _(
    "{words}\n(Probably typed in Zawgyi: only a Zawgyi font shows the right letters.)"
)
REASONS_HEADING, FILES_HEADING = _("Reasons"), _("Files")
MAX_CASES = 200


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """A case in the queue, without anything the person wrote."""

    reference: str
    kind: str
    status: str
    priority: int
    language: str
    county: str | None
    waiting_since: datetime
    queue: str = DEFAULT_QUEUE.value
    due_at: datetime | None = None
    """When a reply is due; None while the hotline waits for the person."""
    holder: str | None = None
    """The title of the assigned caseworker, as a code."""
    compromised: bool = False
    """Whether the duress passphrase was used: others read along, and nothing may be sent."""


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A question and its answer, in the reader's language."""

    step: str
    question: str
    answer: str
    code: str = ""
    """The code of a single choice; empty for any other answer."""
    is_own_words: bool = False
    """Whether the person wrote it in words of their own."""
    files: tuple[FileRef, ...] = ()
    point: str = ""
    """Latitude and longitude of a shared location, e.g. `25.0330, 121.5654`; else empty."""


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report, rendered."""

    kind: str
    sent_at: datetime
    answers: tuple[AnswerView, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that a person sent, and its state."""

    kind: str
    name: str
    state: str
    size: int


@dataclass(frozen=True, slots=True)
class CaseDetails:
    """A case with everything in it."""

    case: QueuedCase
    reasons: tuple[str, ...]
    reports: tuple[ReportView, ...]
    files: tuple[FileView, ...]
    assessment: Assessment = field(default_factory=Assessment)
    consents: tuple[ConsentView, ...] = ()
    """Oldest first."""
    is_decrypted: bool = True
    """False if the reader has no keys: then only the columns in clear are filled."""


@dataclass(frozen=True, slots=True)
class ServiceNotice:
    """A notice about the service itself."""

    kind: str
    since: datetime
    until: datetime


_QUEUE_COLUMNS = (
    *(cases.c[name] for name in (
        "reference", "kind", "status", "priority", "language", "county", "waiting_since", "queue",
        "due_at",
    )),
    colleagues.c.title,
    or_(
        exists().where(chosen.c.case_id == cases.c.id, chosen.c.frozen_at.is_not(None)),
        exists().where(hours.c.case_id == cases.c.id, hours.c.frozen_at.is_not(None)),
    ),
)  # fmt: skip
_BY_REFERENCE = select_one(cases, "id", by="reference")
_IS_HOLDER = colleagues.c.id == cases.c.holder
_WITH_HOLDER = cases.outerjoin(colleagues, _IS_HOLDER)
_HELD = (CaseState.CLAIMED.value, CaseState.OPEN.value, CaseState.REFERRED.value)


_OF_QUEUE = or_(bindparam("only", type_=String) == "", cases.c.queue == bindparam("queue"))
_MOST_URGENT: dict[str, Any] = {
    "order_by": (cases.c.priority, cases.c.waiting_since, cases.c.id), "limit": bindparam("most"),
}  # fmt: skip
# Must repeat the condition of the partial index exactly, or the index is not used.
_WAITING = select_by(_WITH_HOLDER, *_QUEUE_COLUMNS, by=(CASE_WAITS, _OF_QUEUE), **_MOST_URGENT)
# From the staff table, because closed cases keep their holder and no index has only open ones.
_TAKEN = select_by(
    colleagues.join(cases, _IS_HOLDER), *_QUEUE_COLUMNS,
    by=(cases.c.status.in_([literal_column(f"'{state}'") for state in _HELD]), _OF_QUEUE),
    **_MOST_URGENT,
)  # fmt: skip
_NOTICES = select_by(
    notices, "kind", "since", "until", by=notices.c.until >= bindparam("moment"), order_by="since"
)


def load_queue(work: Work, most: int = MAX_CASES, only: str = "") -> list[QueuedCase]:
    """Return waiting and assigned cases, the most urgent first, then the longest waiting.

    `only` is a queue; every queue if empty.
    """
    found: list[QueuedCase] = []
    for statement in (_WAITING, _TAKEN):
        found += [_queued_case(row) for row in work.rows(statement, only, only, most)]
    found.sort(key=lambda case: (case.priority, case.waiting_since))
    return found[:most]


def find_case_id(work: Work, reference: str) -> str | None:
    """Return the id of the case with a reference, however it is typed; None if there is none."""
    found = work.rows(_BY_REFERENCE, parse_reference(reference))
    return str(found[0][0]) if found else None


def load_notices(work: Work, moment: int) -> list[ServiceNotice]:
    """Return the notices that hold since a moment."""
    rows = work.rows(_NOTICES, moment)
    return [ServiceNotice(kind, to_utc(since), to_utc(until)) for kind, since, until in rows]


class AnswerRenderer:
    """Renders answers from their codes, in one language."""

    def __init__(
        self, book: FlowRegistry, flow_texts: Catalogue, staff: Catalogue, *, organisation: str = ""
    ) -> None:
        self._organisation = organisation
        self._book = book
        self._flow_texts = flow_texts
        self.staff = staff

    def render(self, flow: str, answers: Mapping[str, Answer]) -> tuple[AnswerView, ...]:
        """Return the questions of a flow with their answers."""
        return tuple(self._view(flow, step, answer) for step, answer in answers.items())

    def _view(self, flow: str, step: str, answer: Answer) -> AnswerView:
        question = self._book.question(flow, step)
        is_code = isinstance(question, Choose) and isinstance(answer, str)
        parts = answer if isinstance(answer, tuple) else ()
        return AnswerView(
            step, *self._render_answer(flow, step, answer),
            code=answer if is_code and isinstance(answer, str) else "",
            is_own_words=answer is not None and (isinstance(question, Ask) or step == ALSO),
            files=tuple(it for it in parts if isinstance(it, FileRef)),
            point="".join(coordinates(answer)),
        )  # fmt: skip

    def _render_answer(self, flow: str, step: str, answer: Answer) -> tuple[str, str]:
        question = self._book.question(flow, step)
        if question is None:
            label = NOT_ANSWERS.get(step)
            prompt = label.render(self.staff) if label else step
        else:
            prompt = question_name(question.short, self._flow_texts, self._organisation)
        if answer is None:
            return prompt, LEFT_EMPTY.render(self._flow_texts)
        if step == ALARMS:
            return prompt, self._render_alarms(answer)
        parts = question.describe(answer) if question else plain_answer(answer)
        rendered = [
            display_text(it, self.staff) if isinstance(it, str) else it.render(self._flow_texts)
            for it in parts
        ]
        between = "\n" if step == ALSO else ", "  # a message a line: no comma is the person's
        return prompt, between.join([*rendered, *coordinates(answer)])

    def _render_alarms(self, answer: Answer) -> str:
        codes = map(str, answer if isinstance(answer, tuple) else (answer,))
        reasons = [(code, RISKS.get(f"alarm_{code}")) for code in codes]
        return "\n".join(r.render(self.staff) if r else escape_text(code) for code, r in reasons)


class CaseReader:
    """Decrypts cases and renders them in one language."""

    def __init__(
        self, database: Database, vault: Vault, renderer: AnswerRenderer, *,
        law: LawLike | None = None,
    ) -> None:  # fmt: skip
        self._database, self._vault, self._law = database, vault, law
        self._renderer, self._staff = renderer, renderer.staff

    async def open(self, reference: str, keyring: Keyring | None = None) -> CaseDetails | None:
        """Return a case with all its reports, its reference however typed; None if there is none.

        Without the keyring of a reader only the columns in clear are returned.

        Raises:
            CaseNotReadableError: no key of the keyring opens it.
            DecryptionError: it was altered.
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
            # In a thread, because keys are in another database, whose writer may be busy.
            opener = await asyncio.to_thread(self._vault.cases.opener, case, keyring)
            sent = await self._load_reports(connection, case, opener)
            codes = await asyncio.to_thread(self._reasons, case, sealed, sent)
            answers = merge_answers(answers for *_, answers in sent)
            return CaseDetails(
                _queued_case(clear),
                tuple(reason.render(self._staff) for reason in reason_texts(codes)),
                tuple(
                    ReportView(kind, to_utc(sent_at), self._renderer.render(flow, answers))
                    for kind, flow, sent_at, answers in sent
                ),
                await self._load_files(connection, case, opener),
                assess(answers, self._law, self._staff),
                await load_consents(connection, ConsentRecords(self._vault), case, self._staff),
            )

    def _reasons(self, case: str, sealed: bytes, sent: list[_ReportRow]) -> list[str]:
        """Return the codes of the urgency reasons, from the queue and from the reports."""
        known = set(sealed_fields.open_reasons(self._vault, case, sealed) or ())
        known.update(code for *_, answers in sent for code in assess_urgency(answers)[1])
        return [code for code in RISKS if code in known]

    @staticmethod
    async def _load_reports(
        connection: AsyncConnection, case: str, opener: Opener
    ) -> list[_ReportRow]:
        """Return kind, flow, time and answers of every report, oldest first."""
        columns = ("id", "kind", "flow", "sealed", "sent_at")
        wanted = select(*(reports.c[name] for name in columns)).where(reports.c.case_id == case)
        rows = (await connection.execute(wanted.order_by(reports.c.sent_at))).all()
        found = []
        for report, kind, flow, sealed, sent_at in rows:
            plain = opener.open(
                Purpose.CASE, sealed_fields.report_associated_data(case, report), sealed
            )
            found.append((kind, flow, sent_at, sealed_fields.decode_contents(plain).answers))
        return found

    @staticmethod
    async def _load_files(
        connection: AsyncConnection, case: str, opener: Opener
    ) -> tuple[FileView, ...]:
        wanted = (
            select(files.c.id, files.c.state, files.c.size, files.c.sealed)
            .where(files.c.case_id == case)
            .order_by(files.c.number, files.c.created_at, files.c.id)
        )
        found = []
        for name, state, size, sealed in (await connection.execute(wanted)).all():
            note = sealed_fields.decode_file(opener.open(Purpose.FILE, name.encode(), sealed)).note
            found.append(FileView(escape_text(note.kind), escape_line(note.name), state, size))
        return tuple(found)


def _queued_case(row: Sequence[Any]) -> QueuedCase:
    reference, kind, status, priority, language, county, since, queue, due, holder, frozen = row
    return QueuedCase(
        reference, kind, status, priority, language, county, to_utc(since), queue,
        None if due is None else to_utc(due), holder, bool(frozen),
    )  # fmt: skip


def display_text(text: str, staff: Catalogue) -> str:
    """Return a person's text for staff, with a remark if it seems to be in Zawgyi encoding."""
    shown = escape_text(text)
    return ZAWGYI_REMARK.render(staff, {"words": shown}) if is_zawgyi(text) else shown
