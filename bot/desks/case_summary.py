"""A case as a desk sees it at a glance: what its card says, read in one unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from bot.cases.intake import files_in
from bot.cases.sealed_fields import open_address, open_codes, open_reasons
from bot.cases.state_machine import State
from bot.errors import DoesNotOpen
from bot.store.compiled import Prepared
from bot.store.tables.main import CASE_WAITS, cases, reports

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.conversation import Answer, FileNote
    from bot.store.writer import Work
    from bot.vault import Vault


@dataclass(frozen=True, slots=True)
class Glance:
    """One case."""

    case: str
    reference: str
    kind: str
    state: State
    priority: int
    language: str
    queue: str
    rule: str
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
class Sent:
    """One thing a person sent to a case."""

    kind: str
    flow: str
    answers: Mapping[str, Answer] | None
    """None: the bot opens them no more."""
    sent_at: int


_CLEAR = (
    cases.c.id, cases.c.reference, cases.c.kind, cases.c.status, cases.c.priority,
    cases.c.language, cases.c.queue, cases.c.contact, cases.c.holder, cases.c.waiting_since,
    cases.c.due_at, cases.c.disposition, cases.c.address, cases.c.reasons,
)  # fmt: skip
_ONE = Prepared(lambda _: select(*_CLEAR).where(cases.c.id == bindparam("case")), "case")
_BY_REFERENCE = Prepared(
    lambda _: select(cases.c.id).where(cases.c.reference == bindparam("wanted")), "wanted"
)
_FIRST = Prepared(
    lambda _: (
        select(*_CLEAR)
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
_COUNT = Prepared(
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
            reports.c.sealed,
            reports.c.codes,
            reports.c.sent_at,
        )
        .where(reports.c.case_id == bindparam("case"), reports.c.sent_at >= bindparam("since"))
        .order_by(reports.c.sent_at, reports.c.id)
    ),
    "case",
    "since",
)


class Glances:
    """Looks at cases, inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def at(self, work: Work, case: str) -> Glance | None:
        """Return a case; None for one that is not there any more."""
        rows = work.rows(_ONE, case) if case else []
        return self._glance(work, rows[0]) if rows else None

    def first(
        self, work: Work, queues: Iterable[str], languages: Iterable[str], most: int
    ) -> list[Glance]:
        """Return the cases that are next in these queues and languages, the most urgent first."""
        spoken = tuple(languages)
        rows = [
            row
            for queue in queues
            for language in spoken
            for row in work.rows(_FIRST, queue, language, most)
        ]
        found = [self._glance(work, row) for row in rows]
        found.sort(key=lambda it: (it.priority, it.waiting_since, it.case))
        return found[:most]

    @staticmethod
    def waiting(work: Work, queues: Iterable[str], most: int) -> dict[str, int]:
        """Return how many wait in each of these queues, counted up to `most`."""
        return {queue: int(work.rows(_COUNT, queue, most)[0][0]) for queue in queues}

    @staticmethod
    def called(work: Work, reference: str) -> str:
        """Return the case with a reference; empty for none."""
        rows = work.rows(_BY_REFERENCE, reference)
        return str(rows[0][0]) if rows else ""

    def sent(self, work: Work, case: str, since: int = 0) -> list[Sent]:
        """Return what was sent to a case since a moment, oldest first."""
        found = []
        for report, kind, flow, sealed, codes, sent_at in work.rows(_REPORTS, case, since):
            kept = None if codes is None else bytes(codes)
            answers = open_codes(self._vault, work, case, report, bytes(sealed), kept)
            found.append(Sent(kind, flow, answers, sent_at))
        return found

    def files(self, work: Work, case: str, since: int = 0) -> list[FileNote]:
        """Return the files that were sent to a case since a moment, oldest first.

        Only a desk that may show words is told of them, and for a day, like of all that was sent.
        """
        found = self.sent(work, case, since)
        return [note for sent in found for note in files_in(sent.answers or {})]

    def _glance(self, work: Work, row: Sequence[Any]) -> Glance:
        (case, reference, kind, status, priority, language, queue, contact, holder, since, due_at,
         disposition, address, reasons) = row  # fmt: skip
        chat = 0
        if address is not None:
            chat = open_address(self._vault, work, case, bytes(address))
        return Glance(
            case, reference, kind, State(status), priority, language, queue, contact, holder or "",
            since, due_at, disposition or "", chat, self._reasons(work, case, bytes(reasons)),
        )  # fmt: skip

    def _reasons(self, work: Work, case: str, sealed: bytes) -> tuple[str, ...] | None:
        try:
            found = open_reasons(self._vault, work, case, sealed)
        except DoesNotOpen:
            return ()
        return None if found is None else tuple(found)
