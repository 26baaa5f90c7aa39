"""Intake: new cases, reports and files, encrypted and stored."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func

from bot.cases.consents import ConsentRecord, ConsentRecords
from bot.cases.offices import EVERY_OFFICE, NoOffices, OfficeSource
from bot.cases.reference import new_reference
from bot.cases.response_times import ResponseTimes, ResponseTimeSource
from bot.cases.routing import choose_queue, raise_queue
from bot.cases.sealed_fields import (
    AnswerFilter,
    ReportContents,
    SentFile,
    encode,
    encode_fetch_handle,
    keep_nothing,
    open_reasons,
    reasons_associated_data,
    report_associated_data,
)
from bot.cases.state_machine import CaseState
from bot.cases.urgency import Priority, assess_urgency
from bot.conversation import Answer, FileRef, PlaceAnswer
from bot.store import Work, insert, select_one, update_by
from bot.store.tables.main import cases, files, reports
from bot.vault import Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


PERSON = "person"
"""The actor in the audit log where the person acts."""
WAITING, CLOSED = CaseState.WAITING.value, CaseState.CLOSED.value
WAITING_STATES = (WAITING, CaseState.REOPENED.value)
TO_FETCH, SAVED, TOO_LARGE, LOST, MISSING = "named", "saved", "too_large", "gone", "missing"
"""States of a file: to be downloaded, encrypted on disk, larger than Telegram allows, lost."""
MAX_FILE_BYTES = 20 * 1024 * 1024
"""The largest file Telegram lets a bot download."""
PLAIN_CONTACT_RULES = ("when_i_write", "any_time")
"""Contact rules without hours."""
WITHDRAWAL = "withdrawal"
REPORT_KINDS = ("danger", "report", "request", "talk", "story", "addition", WITHDRAWAL, "check_in")
"""Kinds of reports. The first five can open a case."""


@dataclass(slots=True)
class NewReport:
    """A report before it is stored."""

    case: str
    kind: str
    flow: str
    answers: dict[str, Answer]
    sent_at: int
    consents: list[ConsentRecord] = field(default_factory=list)
    """The consent questions of the flow and their answers."""
    known_files: frozenset[str] = frozenset()
    """The channel's ids of files that the case has already: they are not stored again."""
    id: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class CaseOpening:
    """What a case is opened with."""

    kind: str
    language: str
    chat_key: bytes
    """For a case without a chat a random one, which no chat can have."""
    chat: int | None
    answers: Mapping[str, object]
    base_priority: Priority
    """The priority when no rule raises it."""
    now: int
    offices: tuple[str, ...] = ()
    """Of the caseworker who opens it: it is a case of one of them, whatever its county."""


@dataclass(slots=True)
class NewCase:
    """A new case before it is stored."""

    kind: str
    language: str
    chat_key: bytes
    chat: int | None
    """None for a case that staff opened: there is nowhere to write to."""
    opened_at: int
    priority: Priority
    reasons: list[str]
    county: str | None
    queue: str
    contact_rule: str
    due_at: int
    """When the first reply of a caseworker is due."""
    office: str | None = EVERY_OFFICE
    reference: str = field(default_factory=new_reference)
    id: str = field(default_factory=lambda: secrets.token_hex(16))


_ADD_CASE = insert(
    cases, "id", "reference", "kind", "status", "priority", "language", "county", "chat_key",
    "address", "reasons", "waiting_since", "opened_at", "queue", "contact", "due_at", "alerts",
    "office",
)  # fmt: skip
_ADD_REPORT = insert(reports, "id", "case_id", "kind", "flow", "sealed", "codes", "sent_at")
_ADD_FILE = insert(
    files, "id", "case_id", "state", "sealed", "handle", "attempts", "not_before", "size",
    "created_at", "number",
)  # fmt: skip
_LAST_NUMBER = select_one(files, func.max(files.c.number), by="case_id")
_BY_REFERENCE = select_one(cases, "id", by="reference")
_LOCK_CASE = select_one(
    cases, "priority", "reasons", "county", "queue", "contact", "due_at", "alerts", "status",
    "office", by="id", lock=True,
)  # fmt: skip
_RAISE = update_by(
    cases, "priority", "reasons", "county", "queue", "contact", "due_at", "alerts", "office",
    by="id",
)  # fmt: skip


class Intake:
    """Stores reports, used inside units of work."""

    def __init__(
        self, vault: Vault, bot: int, response_times: ResponseTimeSource | None = None,
        answer_filter: AnswerFilter = keep_nothing, offices: OfficeSource | None = None,
    ) -> None:  # fmt: skip
        """Create an intake for the bot (its id) that can download the files.

        `response_times` say how soon the first reply is due, by queue and priority; `offices` to
        which office a case goes.
        """
        self._vault, self._bot = vault, bot
        self._consents = ConsentRecords(vault)
        self._answer_filter = answer_filter
        self._response_times: ResponseTimeSource = response_times or ResponseTimes()
        self._offices: OfficeSource = offices or NoOffices()

    def open_case(self, work: Work, opening: CaseOpening) -> NewCase:
        """Return a new case with an unused reference."""
        answers, now = opening.answers, opening.now
        priority, reasons = assess_urgency(answers, opening.base_priority)
        queue, county = choose_queue(answers).value, county_of(answers)
        office = self._offices.office_of(work, county, priority, now)
        if office is not None and opening.offices and office not in opening.offices:
            office = opening.offices[0]
        case = NewCase(
            opening.kind, opening.language, opening.chat_key, opening.chat, now, priority, reasons,
            county, queue, contact_rule_of(answers),
            self._response_times.of(work, queue, office).due_at(priority, now), office,
        )  # fmt: skip
        while work.rows(_BY_REFERENCE, case.reference):
            case.reference = new_reference()
        return case

    def store(
        self, work: Work, new_cases: Iterable[NewCase], new_reports: Iterable[NewReport]
    ) -> None:
        """Store cases, each with a key of its own, then reports.

        Sealing a report takes an eighth of a millisecond.
        """
        opened = list(new_cases)
        if opened:
            new = [(case.id, case.queue) for case in opened]
            keys = self._vault.cases.create(new, opened[0].opened_at)
            work.many(_ADD_CASE, [self._case_row(case) for case in opened])
            self._vault.cases.store(work, keys)
        reports_ = list(new_reports)
        work.many(_ADD_REPORT, [self._report_row(work, it) for it in reports_])
        for it in reports_:
            unknown = [note for note in files_in(it.answers) if note.unique not in it.known_files]
            self.store_files(work, it.case, unknown, it.sent_at)
        self._consents.store(work, [(it.case, each) for it in reports_ for each in it.consents])

    def store_files(self, work: Work, case: str, notes: Iterable[FileRef], at: int) -> None:
        """Store files that reached a case, in the order in which they arrived; they are downloaded.

        Their numbers go on from those of the case, and never change.
        """
        in_order = sorted(notes, key=lambda it: (it.arrived_at, it.sent_at, it.message))
        if in_order:
            last = int(work.rows(_LAST_NUMBER, case)[0][0] or 0)
            work.many(_ADD_FILE, self._file_rows(work, case, in_order, at, last))

    def raise_priority(
        self, work: Work, case: str, answers: Mapping[str, object], base_priority: Priority,
        now: int,
    ) -> bool:  # fmt: skip
        """Raise the priority of a case as its new answers demand; tell whether it rose.

        Because the person wrote, a reply is due again, or earlier if the priority rises; for a
        closed case nothing becomes due.
        """
        rows = work.rows(_LOCK_CASE, case)
        if not rows:
            return False
        priority, reasons = assess_urgency(answers, base_priority)
        old_priority, sealed, old_county, queue, contact, due, alerts, status, office = rows[0]
        old = open_reasons(self._vault, case, bytes(sealed)) or []
        merged = [*old, *(code for code in reasons if code not in old)]
        new_priority = min(priority, old_priority)
        new_due, new_queue = due, raise_queue(queue, answers)
        if office is not None and status in WAITING_STATES:
            office = self._offices.office_after(work, office, new_priority, now)
        if status != CLOSED:
            times = self._response_times.of(work, new_queue, office)
            new_due = times.earlier_due(new_priority, now, due)
        work.run(
            _RAISE, int(new_priority), self._seal_reasons(case, merged),
            old_county or county_of(answers), new_queue,
            contact_rule_of(answers) or contact, new_due, alerts if new_due == due else 0, office,
            case,
        )  # fmt: skip
        return bool(new_priority < old_priority)

    def _seal_reasons(self, case: str, reasons: list[str]) -> bytes:
        return self._vault.seal(Purpose.CODES, reasons_associated_data(case), encode(reasons))

    def _case_row(self, case: NewCase) -> tuple[object, ...]:
        sealed = self._seal_reasons(case.id, case.reasons)
        address = None
        if case.chat is not None:
            address = self._vault.seal(Purpose.ADDRESS, case.id.encode(), b"%d" % case.chat)
        return (
            case.id, case.reference, case.kind, WAITING, int(case.priority), case.language,
            case.county, case.chat_key, address, sealed, case.opened_at, case.opened_at,
            case.queue, case.contact_rule, case.due_at, 0, case.office,
        )  # fmt: skip

    def _report_row(self, work: Work, report: NewReport) -> tuple[object, ...]:
        plain = encode(ReportContents(report.answers))
        associated_data = report_associated_data(report.case, report.id)
        sealer = self._vault.case_sealer(work, report.case)
        sealed = sealer.seal(Purpose.CASE, associated_data, plain)
        codes = encode(ReportContents(self._answer_filter(report.flow, report.answers)))
        codes = self._vault.seal(Purpose.CODES, associated_data, codes)
        return (report.id, report.case, report.kind, report.flow, sealed, codes, report.sent_at)

    def _file_rows(
        self, work: Work, case: str, notes: Iterable[FileRef], at: int, last: int
    ) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        for number, note in enumerate(notes, last + 1):
            name = secrets.token_hex(16)
            sent, data = SentFile(self._bot, note), name.encode()
            sealed = self._vault.case_sealer(work, case).seal(Purpose.FILE, data, encode(sent))
            state, handle = TOO_LARGE, None  # it is never downloaded
            if note.size <= MAX_FILE_BYTES:
                state = TO_FETCH
                handle = self._vault.seal_with_waiting_key(
                    Purpose.HANDLE, data, encode_fetch_handle(sent), at
                )
            rows.append((name, case, state, sealed, handle, 0, 0, note.size, at, number))
        return rows


def files_in(answers: Mapping[str, object]) -> list[FileRef]:
    """Return every file in the answers, each once: as it came first."""
    found = [
        part
        for answer in answers.values()
        if isinstance(answer, tuple | list)
        for part in answer
        if isinstance(part, FileRef)
    ]
    by_handle: dict[str, FileRef] = {}
    for part in sorted(found, key=lambda it: it.arrived_at):
        by_handle.setdefault(part.handle, part)
    return list(by_handle.values())


def county_of(answers: Mapping[str, object]) -> str | None:
    """Return the county a person chose; None if they wrote text or nothing."""
    where = answers.get("county")
    return where.county if isinstance(where, PlaceAnswer) else None


def contact_rule_of(answers: Mapping[str, object]) -> str:
    """Return the contact rule a person chose, as a code; empty if they chose none.

    Hours without any chosen hour would allow nothing, so they count as no rule.
    """
    rule = answers.get("contact_rule")
    if rule == "hours":
        chosen = answers.get("contact_hours")
        parts = map(str, chosen) if isinstance(chosen, tuple | list) else ()
        return f"hours:{','.join(parts)}" if chosen else ""
    return str(rule) if rule in PLAIN_CONTACT_RULES else ""
