"""What a person sends becomes a case: rows for the case, its reports and its files, sealed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.cases.consents import ConsentRecords
from bot.cases.reference import new_reference
from bot.cases.response_times import RESPONSE_MINUTES, due_at, earlier_due
from bot.cases.routing import choose_queue, raise_queue
from bot.cases.sealed_fields import (
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
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.main import cases, files, reports
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.cases.consents import ConsentRecord
    from bot.cases.sealed_fields import AnswerFilter
    from bot.store.writer import Work
    from bot.vault import Vault

PERSON = "person"
"""Who acts where it is the person."""
WAITING, CLOSED = CaseState.WAITING.value, CaseState.CLOSED.value
TO_FETCH, SAVED, TOO_LARGE, LOST = "named", "saved", "too_large", "gone"
"""How far a file has come: to be fetched, sealed on disk, larger than we are handed, lost."""
MAX_FILE_BYTES = 20 * 1024 * 1024
"""Bytes Telegram hands to a bot."""
PLAIN_CONTACT_RULES = ("when_i_write", "any_time")
"""Codes of contact rules that say all by themselves."""
WITHDRAWAL = "withdrawal"
REPORT_KINDS = ("danger", "report", "request", "talk", "addition", WITHDRAWAL, "check_in")
"""What can be sent. The first four can open a case."""


@dataclass(slots=True)
class NewReport:
    """Something a person sent, before it is stored."""

    case: str
    kind: str
    flow: str
    answers: dict[str, Answer]
    sent_at: int
    consents: list[ConsentRecord] = field(default_factory=list)
    """What the person was asked on the way, and whether they agreed."""
    id: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(slots=True)
class NewCase:
    """A case before it is stored."""

    kind: str
    language: str
    chat_key: bytes
    chat: int
    opened_at: int
    priority: Priority
    reasons: list[str]
    county: str | None
    queue: str
    contact_rule: str
    """The contact rule, as a code."""
    due_at: int
    """The moment the first human answer is promised for."""
    reference: str = field(default_factory=new_reference)
    id: str = field(default_factory=lambda: secrets.token_hex(16))


_CASE_COLUMNS = ("id", "reference", "kind", "status", "priority", "language", "county", "chat_key",
         "address", "reasons", "waiting_since", "opened_at", "queue", "contact", "due_at",
         "alerts")  # fmt: skip
_REPORT_COLUMNS = ("id", "case_id", "kind", "flow", "sealed", "codes", "sent_at")
_FILE_COLUMNS = ("id", "case_id", "state", "sealed", "handle", "attempts", "not_before", "size",
         "created_at")  # fmt: skip
_ADD_CASE = Prepared(
    lambda dialect: insert_into(dialect, cases).values(
        {name: bindparam(name) for name in _CASE_COLUMNS}
    ),
    *_CASE_COLUMNS,
)
_ADD_REPORT = Prepared(
    lambda dialect: insert_into(dialect, reports).values(
        {name: bindparam(name) for name in _REPORT_COLUMNS}
    ),
    *_REPORT_COLUMNS,
)
_ADD_FILE = Prepared(
    lambda dialect: insert_into(dialect, files).values(
        {name: bindparam(name) for name in _FILE_COLUMNS}
    ),
    *_FILE_COLUMNS,
)
_BY_REFERENCE = Prepared(
    lambda _: select(cases.c.id).where(cases.c.reference == bindparam("wanted")), "wanted"
)
_LOCK_CASE = Prepared(
    lambda _: (
        select(
            cases.c.priority, cases.c.reasons, cases.c.county, cases.c.queue, cases.c.contact,
            cases.c.due_at, cases.c.alerts, cases.c.status,
        )
        .where(cases.c.id == bindparam("case"))
        .with_for_update()
    ),
    "case",
)  # fmt: skip
_RAISE_COLUMNS = ("priority", "reasons", "county", "queue", "contact", "due_at", "alerts")
_RAISE = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("case"))
        .values({name: bindparam(name) for name in _RAISE_COLUMNS})
    ),
    *_RAISE_COLUMNS,
    "case",
)


class Intake:
    """Stores what people send, used inside units of work."""

    def __init__(
        self,
        vault: Vault,
        bot: int,
        response_minutes: Sequence[int] = RESPONSE_MINUTES,
        answer_filter: AnswerFilter = keep_nothing,
    ) -> None:
        """Store what people send.

        Args:
            vault: seals it.
            bot: whose files they are.
            response_minutes: minutes to the first answer, by priority.
            answer_filter: what of the answers the bot itself may open, for a day.
        """
        self._vault = vault
        self._consents = ConsentRecords(vault)
        self._answer_filter = answer_filter
        self._bot = bot
        self._response_minutes = response_minutes

    def open_case(  # noqa: PLR0913, PLR0917 - what a case begins with
        self,
        work: Work,
        kind: str,
        language: str,
        chat_key: bytes,
        chat: int,
        answers: Mapping[str, object],
        base_priority: Priority,
        now: int,
    ) -> NewCase:
        """Return a new case for what a person sent, under a reference that is free."""
        priority, reasons = assess_urgency(answers, base_priority)
        case = NewCase(
            kind,
            language,
            chat_key,
            chat,
            now,
            priority,
            reasons,
            county_of(answers),
            choose_queue(answers).value,
            contact_rule_of(answers),
            due_at(self._response_minutes, priority, now),
        )
        while work.rows(_BY_REFERENCE, case.reference):
            case.reference = new_reference()
        return case

    def store(
        self, work: Work, new_cases: Iterable[NewCase], new_reports: Iterable[NewReport]
    ) -> None:
        """Write cases, each with a key of its own, then what was sent to them.

        Sealing to a case costs an eighth of a millisecond, and is done once a report.
        """
        opened = list(new_cases)
        if opened:
            new = [(case.id, case.queue) for case in opened]
            keys = self._vault.cases.create(new, opened[0].opened_at)
            work.many(_ADD_CASE, [self._case_row(case) for case in opened])
            self._vault.cases.store(work, keys)
        named: list[tuple[object, ...]] = []
        rows = []
        agreed: list[tuple[str, ConsentRecord]] = []
        for report in new_reports:
            rows.append(self._report_row(work, report))
            agreed += [(report.case, each) for each in report.consents]
            named += self._file_rows(work, report.case, files_in(report.answers), report.sent_at)
        work.many(_ADD_REPORT, rows)
        work.many(_ADD_FILE, named)
        if agreed:
            self._consents.store(work, agreed)

    def store_files(self, work: Work, case: str, notes: Iterable[FileRef], at: int) -> None:
        """Name files that came to a case outside a report, so that they are fetched and sealed."""
        work.many(_ADD_FILE, self._file_rows(work, case, notes, at))

    def raise_priority(
        self,
        work: Work,
        case: str,
        answers: Mapping[str, object],
        base_priority: Priority,
        now: int,
    ) -> bool:
        """Make a case as urgent as these answers ask for; never less. Tell whether it changed.

        The person wrote: a clock that stood still starts again, and one that runs is brought
        forward by a higher priority. Nothing is promised of a case that is closed.
        """
        found = work.rows(_LOCK_CASE, case)
        if not found:
            return False
        priority, reasons = assess_urgency(answers, base_priority)
        old_priority, sealed, old_county, queue, contact, due, alerts, status = found[0]
        old = open_reasons(self._vault, case, bytes(sealed)) or []
        merged = [*old, *(code for code in reasons if code not in old)]
        new_priority = min(priority, old_priority)
        new_due = (
            earlier_due(self._response_minutes, new_priority, now, due) if status != CLOSED else due
        )
        work.run(
            _RAISE, int(new_priority), self._seal_reasons(case, merged),
            old_county or county_of(answers), raise_queue(queue, answers),
            contact_rule_of(answers) or contact, new_due, alerts if new_due == due else 0, case,
        )  # fmt: skip
        return bool(new_priority < old_priority)

    def _seal_reasons(self, case: str, reasons: list[str]) -> bytes:
        return self._vault.seal(Purpose.CODES, reasons_associated_data(case), encode(reasons))

    def _case_row(self, case: NewCase) -> tuple[object, ...]:
        sealed = self._seal_reasons(case.id, case.reasons)
        address = self._vault.seal(Purpose.ADDRESS, case.id.encode(), b"%d" % case.chat)
        return (
            case.id, case.reference, case.kind, WAITING, int(case.priority), case.language,
            case.county, case.chat_key, address, sealed, case.opened_at, case.opened_at,
            case.queue, case.contact_rule, case.due_at, 0,
        )  # fmt: skip

    def _report_row(self, work: Work, report: NewReport) -> tuple[object, ...]:
        plain, place = (
            encode(ReportContents(report.answers)),
            report_associated_data(report.case, report.id),
        )
        sealed = self._vault.case_sealer(work, report.case).seal(Purpose.CASE, place, plain)
        codes = encode(ReportContents(self._answer_filter(report.flow, report.answers)))
        kept = self._vault.seal(Purpose.CODES, place, codes)
        return (report.id, report.case, report.kind, report.flow, sealed, kept, report.sent_at)

    def _file_rows(
        self, work: Work, case: str, notes: Iterable[FileRef], at: int
    ) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        for note in notes:
            name = secrets.token_hex(16)
            sent, place = SentFile(self._bot, note), name.encode()
            sealed = self._vault.case_sealer(work, case).seal(Purpose.FILE, place, encode(sent))
            state, handle = TOO_LARGE, None  # it is never fetched, so nothing says how
            if note.size <= MAX_FILE_BYTES:
                state = TO_FETCH
                handle = self._vault.seal_with_waiting_key(
                    Purpose.HANDLE, place, encode_fetch_handle(sent), at
                )
            rows.append((name, case, state, sealed, handle, 0, 0, note.size, at))
        return rows


def files_in(answers: Mapping[str, object]) -> list[FileRef]:
    """Return every file among the answers, each once."""
    found: dict[str, FileRef] = {}
    for answer in answers.values():
        if isinstance(answer, tuple | list):
            found |= {part.handle: part for part in answer if isinstance(part, FileRef)}
    return list(found.values())


def county_of(answers: Mapping[str, object]) -> str | None:
    """Return the county a person chose; None when they wrote words or nothing."""
    where = answers.get("county")
    return where.county if isinstance(where, PlaceAnswer) else None


def contact_rule_of(answers: Mapping[str, object]) -> str:
    """Return when a person may be written to, as a code; empty where they did not say.

    Hours without any hour chosen allow nothing, so they are as if nothing had been said.
    """
    rule = answers.get("contact_rule")
    if rule == "hours":
        chosen = answers.get("contact_hours")
        parts = map(str, chosen) if isinstance(chosen, tuple | list) else ()
        return f"hours:{','.join(parts)}" if chosen else ""
    return str(rule) if rule in PLAIN_CONTACT_RULES else ""
