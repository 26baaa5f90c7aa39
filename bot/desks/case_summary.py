"""A case as a desk sees it at a glance: what its card says, read in one unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from bot.cases.intake import files_in
from bot.cases.sealed_fields import open_address, open_codes, open_reasons
from bot.cases.state_machine import CaseState
from bot.errors import DecryptionError
from bot.store.compiled import Prepared
from bot.store.tables.main import CASE_WAITS, cases, reports

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.conversation import Answer, FileRef
    from bot.store.writer import Work
    from bot.vault import Vault


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One case."""

    case: str
    reference: str
    kind: str
    state: CaseState
    priority: int
    language: str
    queue: str
    contact_rule: str
    """The contact rule; empty where nothing was chosen."""
    holder: str
    """The id of the caseworker who answers for it; empty for none."""
    waiting_since: int
    due_at: int | None
    disposition: str
    chat: int
    """Where the person writes; 0 once that is erased."""
    reasons: tuple[str, ...] | None
    """None: the bot opens them no more; whoever signs in reads them."""


@dataclass(frozen=True, slots=True)
class CaseSubmission:
    """One thing a person sent to a case."""

    kind: str
    flow: str
    answers: Mapping[str, Answer] | None
    """None: the bot opens them no more."""
    sent_at: int


_COLUMNS = (
    cases.c.id, cases.c.reference, cases.c.kind, cases.c.status, cases.c.priority,
    cases.c.language, cases.c.queue, cases.c.contact, cases.c.holder, cases.c.waiting_since,
    cases.c.due_at, cases.c.disposition, cases.c.address, cases.c.reasons,
)  # fmt: skip
_BY_ID = Prepared(lambda _: select(*_COLUMNS).where(cases.c.id == bindparam("case")), "case")
_BY_REFERENCE = Prepared(
    lambda _: select(cases.c.id).where(cases.c.reference == bindparam("wanted")), "wanted"
)
_NEXT_WAITING = Prepared(
    lambda _: (
        select(*_COLUMNS)
        .where(
            CASE_WAITS,
            cases.c.queue == bindparam("in_queue"),
            cases.c.language == bindparam("spoken"),
        )
        .order_by(cases.c.priority, cases.c.waiting_since, cases.c.id)
        .limit(bindparam("most"))
    ),
    "in_queue",
    "spoken",
    "most",
)
"""One range of the index: asked for several queues at once, a database sorts all that waits."""
_COUNT_WAITING = Prepared(
    lambda _: select(func.count()).select_from(
        select(cases.c.id)
        .where(CASE_WAITS, cases.c.queue == bindparam("in_queue"))
        .limit(bindparam("most"))
        .subquery()
    ),
    "in_queue",
    "most",
)
_REPORTS = Prepared(
    lambda _: (
        select(
            reports.c.id,
            reports.c.kind,
            reports.c.flow,
            reports.c.codes,
            reports.c.sent_at,
        )
        .where(reports.c.case_id == bindparam("case"), reports.c.sent_at >= bindparam("since"))
        .order_by(reports.c.sent_at, reports.c.id)
    ),
    "case",
    "since",
)


class CaseSummaries:
    """Looks at cases, inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def find(self, work: Work, case: str) -> CaseSummary | None:
        """Return a case; None for one that is not there any more."""
        rows = work.rows(_BY_ID, case) if case else []
        return self._summary(rows[0]) if rows else None

    def next_waiting(
        self, work: Work, queues: Iterable[str], languages: Iterable[str], limit: int
    ) -> list[CaseSummary]:
        """Return the cases that are next in these queues and languages, the most urgent first."""
        spoken = tuple(languages)
        rows = [
            row
            for queue in queues
            for language in spoken
            for row in work.rows(_NEXT_WAITING, queue, language, limit)
        ]
        found = [self._summary(row) for row in rows]
        found.sort(key=lambda it: (it.priority, it.waiting_since, it.case))
        return found[:limit]

    @staticmethod
    def count_waiting(work: Work, queues: Iterable[str], limit: int) -> dict[str, int]:
        """Return how many wait in each of these queues, counted up to `most`."""
        return {queue: int(work.rows(_COUNT_WAITING, queue, limit)[0][0]) for queue in queues}

    @staticmethod
    def find_id(work: Work, reference: str) -> str:
        """Return the case with a reference; empty for none."""
        rows = work.rows(_BY_REFERENCE, reference)
        return str(rows[0][0]) if rows else ""

    def submissions(self, work: Work, case: str, since: int = 0) -> list[CaseSubmission]:
        """Return what was sent to a case since a moment, oldest first."""
        found = []
        for report, kind, flow, codes, sent_at in work.rows(_REPORTS, case, since):
            kept = None if codes is None else bytes(codes)
            answers = open_codes(self._vault, case, report, kept)
            found.append(CaseSubmission(kind, flow, answers, sent_at))
        return found

    def files(self, work: Work, case: str, since: int = 0) -> list[FileRef]:
        """Return the files that were sent to a case since a moment, oldest first.

        Only a desk that may show words is told of them, and for a day, like of all that was sent.
        """
        found = self.submissions(work, case, since)
        return [note for sent in found for note in files_in(sent.answers or {})]

    def _summary(self, row: Sequence[Any]) -> CaseSummary:
        (case, reference, kind, status, priority, language, queue, contact, holder, since, due_at,
         disposition, address, reasons) = row  # fmt: skip
        chat = 0
        if address is not None:
            chat = open_address(self._vault, case, bytes(address))
        return CaseSummary(
            case,
            reference,
            kind,
            CaseState(status),
            priority,
            language,
            queue,
            contact,
            holder or "",
            since,
            due_at,
            disposition or "",
            chat,
            self._reasons(case, bytes(reasons)),
        )

    def _reasons(self, case: str, sealed: bytes) -> tuple[str, ...] | None:
        try:
            found = open_reasons(self._vault, case, sealed)
        except DecryptionError:
            return ()
        return None if found is None else tuple(found)
