"""Summaries of cases for desks, loaded in one unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from bot.cases.intake import files_in
from bot.cases.offices import CasePlace
from bot.cases.sealed_fields import open_address, open_codes, open_reasons
from bot.cases.state_machine import CaseState
from bot.errors import DecryptionError
from bot.hotline.queue.visibility import OFFICE_PARAMETERS, office_values, seen_by_offices
from bot.store.compiled import Prepared
from bot.store.statements import select_by, select_in, select_one
from bot.store.tables.main import CASE_WAITS, cases, reports

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement

    from bot.conversation import Answer, FileRef
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault import Vault


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """The columns of one case that a desk shows."""

    case: str
    reference: str
    kind: str
    state: CaseState
    priority: int
    language: str
    queue: str
    contact_rule: str  # empty where nothing was chosen
    holder: str
    waiting_since: int
    due_at: int | None
    disposition: str
    closed_at: int | None
    county: str  # empty where none was chosen, and once it is closed
    office: str | None  # None: all offices see it
    chat: int
    reasons: tuple[str, ...] | None  # None once only staff who sign in can open them

    @property
    def place(self) -> CasePlace:
        """Where it waits: what decides who sees it."""
        return CasePlace(self.queue, self.office, self.due_at)

    @property
    def has_chat(self) -> bool:
        """Whether the person can be written to; not where staff opened the case from a call."""
        return bool(self.chat)


@dataclass(frozen=True, slots=True)
class CaseSubmission:
    """One thing a person sent to a case."""

    kind: str
    flow: str
    answers: Mapping[str, Answer] | None
    """None once only staff who sign in can open them."""
    sent_at: int


def count_waiting(*names: str, where: Sequence[ColumnElement[bool]] = ()) -> Prepared:
    """Return a statement that counts the waiting cases of `in_queue`, up to `most`."""
    found = select(cases.c.id).where(CASE_WAITS, cases.c.queue == bindparam("in_queue"), *where)
    counted = select(func.count()).select_from(found.limit(bindparam("most")).subquery())
    return Prepared(lambda _: counted, "in_queue", *names, "most")


_COLUMNS = (
    "id", "reference", "kind", "status", "priority", "language", "queue", "contact", "holder",
    "waiting_since", "due_at", "disposition", "closed_at", "county", "office",
    "address", "reasons",
)  # fmt: skip
_BY_ID = select_one(cases, *_COLUMNS, by="id")
_BY_IDS = select_in(cases, *_COLUMNS, among="id")
_BY_REFERENCE = select_one(cases, "id", by="reference")
_NEXT_WAITING = select_by(
    cases, *_COLUMNS, by=(CASE_WAITS, "queue", "language"),
    order_by=("priority", "waiting_since", "id"), limit=bindparam("most"),
)  # fmt: skip
"""One index range: for several queues in one query, a database sorts all waiting cases."""
_COUNT_WAITING = count_waiting()
_COUNT_OF_OFFICES = count_waiting(*OFFICE_PARAMETERS, where=(seen_by_offices(),))
_NEXT_OF_OFFICES = select_by(
    cases, *_COLUMNS, by=(CASE_WAITS, "queue", "language", seen_by_offices()),
    order_by=("priority", "waiting_since", "id"), limit=bindparam("most"),
)  # fmt: skip
_REPORTS = select_by(
    reports, "id", "kind", "flow", "codes", "sent_at",
    by=("case_id", reports.c.sent_at >= bindparam("since")), order_by=("sent_at", "id"),
)  # fmt: skip


class CaseSummaries:
    """Loads summaries, inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def find(self, work: Work, case: str) -> CaseSummary | None:
        """Return a case; None for one that was erased."""
        rows = work.rows(_BY_ID, case) if case else []
        return self._summary(rows[0]) if rows else None

    def find_all(self, work: Work, found: Sequence[str]) -> dict[str, CaseSummary]:
        """Return these cases by id, without those that were erased."""
        rows = work.rows_in(_BY_IDS, found) if found else []
        return {str(row[0]): self._summary(row) for row in rows}

    def next_waiting(self, work: Work, by: Caseworker, limit: int, now: int) -> list[CaseSummary]:
        """Return the next cases in a caseworker's queues and languages, the most urgent first."""
        statement = _NEXT_OF_OFFICES if by.offices else _NEXT_WAITING
        seen = office_values(by, now) if by.offices else ()
        rows = [
            row
            for queue in by.queues
            for language in by.languages
            for row in work.rows(statement, queue, language, *seen, limit)
        ]
        found = [self._summary(row) for row in rows]
        found.sort(key=lambda it: (it.priority, it.waiting_since, it.case))
        return found[:limit]

    @staticmethod
    def count_waiting(
        work: Work, by: Caseworker, queues: Iterable[str], limit: int, now: int
    ) -> dict[str, int]:
        """Return how many cases a caseworker sees wait in these queues, counted up to a limit."""
        statement = _COUNT_OF_OFFICES if by.offices else _COUNT_WAITING
        seen = office_values(by, now) if by.offices else ()
        return {it: int(work.rows(statement, it, *seen, limit)[0][0]) for it in queues}

    @staticmethod
    def find_id(work: Work, reference: str) -> str:
        """Return the case with a reference; empty for none."""
        rows = work.rows(_BY_REFERENCE, reference)
        return str(rows[0][0]) if rows else ""

    def submissions(self, work: Work, case: str, since: int = 0) -> list[CaseSubmission]:
        """Return the submissions of a case since a moment, oldest first."""
        found = []
        for report, kind, flow, codes, sent_at in work.rows(_REPORTS, case, since):
            kept = None if codes is None else bytes(codes)
            answers = open_codes(self._vault, case, report, kept)
            found.append(CaseSubmission(kind, flow, answers, sent_at))
        return found

    def files(self, work: Work, case: str, since: int = 0) -> list[FileRef]:
        """Return the files of a case since a moment, oldest first.

        Only for a desk in mode content, and within a day, as with all answers.
        """
        found = self.submissions(work, case, since)
        return [note for sent in found for note in files_in(sent.answers or {})]

    def _summary(self, row: Sequence[Any]) -> CaseSummary:
        (case, reference, kind, status, priority, language, queue, contact, holder, since, due_at,
         disposition, closed_at, county, office, address, reasons) = row  # fmt: skip
        chat = 0
        if address is not None:
            chat = open_address(self._vault, case, bytes(address))
        return CaseSummary(
            case, reference, kind, CaseState(status), priority, language, queue, contact,
            holder or "", since, due_at, disposition or "", closed_at, county or "",
            office, chat, self._reasons(case, bytes(reasons)),
        )  # fmt: skip

    def _reasons(self, case: str, sealed: bytes) -> tuple[str, ...] | None:
        try:
            found = open_reasons(self._vault, case, sealed)
        except DecryptionError:
            return ()
        return None if found is None else tuple(found)
