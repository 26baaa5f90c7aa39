"""What staff see of cases: the queue in clear, and one case opened, in their own language.

Answers are rendered from their codes, so whoever reads them reads their own language; a person's
own words stand as they were written, with everything that could move a cursor made visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bot.cases.intake import open_reasons, read_contents, read_file, report_place
from bot.cases.reference import read_reference
from bot.cases.urgency import reasons_in_words
from bot.clock import SECOND
from bot.conversation import FileNote
from bot.conversation.turn import LEFT_EMPTY
from bot.store.tables import cases, files, notices, reports
from bot.text import _
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.conversation import Answer, Book
    from bot.store.database import Database
    from bot.text import Catalogue
    from bot.vault import Vault

BESIDE = {
    "also": _("Wrote beside the questions"),
    "also_files": _("Sent beside the questions"),
    "alarms": _("Alarming words"),
}
"""What goes along without being an answer."""
KINDS = {
    "danger": _("Danger now"),
    "report": _("What happened"),
    "request": _("Asks for help"),
    "talk": _("Wants to talk to a person"),
    "addition": _("Added"),
    "withdrawal": _("Wants it back"),
}
"""What each thing a person can send is called among staff."""
REASONS, ATTACHED = _("Why"), _("Files")
MOST = 200
LOWEST_SHOWN = 0x20


@dataclass(frozen=True, slots=True)
class Waiting:
    """One case in the queue: nothing a person wrote."""

    reference: str
    kind: str
    status: str
    priority: int
    language: str
    county: str | None
    waiting_since: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One question and what was answered, in the reader's language."""

    step: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Received:
    """One thing a person sent."""

    kind: str
    sent_at: datetime
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Attached:
    """One file a person sent, and how far it has come."""

    kind: str
    name: str
    state: str
    size: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A case, opened."""

    case: Waiting
    reasons: tuple[str, ...]
    received: tuple[Received, ...]
    files: tuple[Attached, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something staff must know about the service itself."""

    kind: str
    since: datetime
    until: datetime


_QUEUE = (
    cases.c.reference,
    cases.c.kind,
    cases.c.status,
    cases.c.priority,
    cases.c.language,
    cases.c.county,
    cases.c.waiting_since,
)


async def queue(database: Database, most: int = MOST) -> list[Waiting]:
    """Return the cases that wait, most urgent first, then longest waiting."""
    wanted = (
        select(*_QUEUE)
        .where(cases.c.status == "waiting")
        .order_by(cases.c.priority, cases.c.waiting_since, cases.c.id)
        .limit(most)
    )
    async with database.readers.connect() as connection:
        return [_waiting(row) for row in (await connection.execute(wanted)).all()]


async def notices_since(database: Database, moment: int) -> list[Notice]:
    """Return what staff must know about the service since a moment."""
    wanted = select(notices.c.kind, notices.c.since, notices.c.until).where(
        notices.c.until >= moment
    )
    async with database.readers.connect() as connection:
        rows = (await connection.execute(wanted)).all()
    return [Notice(kind, when(since), when(until)) for kind, since, until in rows]


class Reader:
    """Opens cases for somebody who reads one language."""

    def __init__(
        self, database: Database, vault: Vault, book: Book, words: Catalogue, staff: Catalogue
    ) -> None:
        self._database = database
        self._vault = vault
        self._book = book
        self._words = words
        self._staff = staff

    async def open(self, reference: str) -> Opened | None:
        """Return a case with everything that was sent to it; None when there is no such case."""
        async with self._database.readers.connect() as connection:
            wanted = select(*_QUEUE, cases.c.id, cases.c.reasons).where(
                cases.c.reference == read_reference(reference)
            )
            row = (await connection.execute(wanted)).one_or_none()
            if row is None:
                return None
            *clear, case, sealed = row
            reasons = reasons_in_words(open_reasons(self._vault, case, sealed))
            return Opened(
                _waiting(clear),
                tuple(reason.read_in(self._staff) for reason in reasons),
                await self._received(connection, case),
                await self._attached(connection, case),
            )

    async def _received(self, connection: AsyncConnection, case: str) -> tuple[Received, ...]:
        wanted = (
            select(
                reports.c.id, reports.c.kind, reports.c.flow, reports.c.sealed, reports.c.sent_at
            )
            .where(reports.c.case_id == case)
            .order_by(reports.c.sent_at)
        )
        found = []
        for report, kind, flow, sealed, sent_at in (await connection.execute(wanted)).all():
            plain = self._vault.open(Purpose.CASE, report_place(case, report), sealed)
            told = self._told(flow, read_contents(plain).answers)
            found.append(Received(kind, when(sent_at), told))
        return tuple(found)

    def _told(self, flow: str, answers: dict[str, Answer]) -> tuple[Told, ...]:
        return tuple(
            Told(step, *self._read(flow, step, answer)) for step, answer in answers.items()
        )

    def _read(self, flow: str, step: str, answer: Answer) -> tuple[str, str]:
        question = self._book.question(flow, step)
        if question is None:
            beside = BESIDE.get(step)
            return beside.read_in(self._staff) if beside else step, _plain(answer)
        prompt = question.short.read_in(self._words)
        if answer is None:
            return prompt, LEFT_EMPTY.read_in(self._words)
        parts = question.told(answer)
        told = ", ".join(
            visible(part) if isinstance(part, str) else part.read_in(self._words) for part in parts
        )
        return prompt, told

    async def _attached(self, connection: AsyncConnection, case: str) -> tuple[Attached, ...]:
        wanted = (
            select(files.c.id, files.c.state, files.c.size, files.c.sealed)
            .where(files.c.case_id == case)
            .order_by(files.c.created_at, files.c.id)
        )
        found = []
        for name, state, size, sealed in (await connection.execute(wanted)).all():
            note = read_file(self._vault.open(Purpose.FILE, name.encode(), sealed)).note
            found.append(Attached(note.kind, visible(note.name), state, size))
        return tuple(found)


def _waiting(row: Sequence[Any]) -> Waiting:
    reference, kind, status, priority, language, county, since = row
    return Waiting(reference, kind, status, priority, language, county, when(since))


def when(moment: int) -> datetime:
    """Return a stored moment as a date and time, UTC."""
    return datetime.fromtimestamp(moment / SECOND, UTC)


def visible(words: str) -> str:
    """Return words with control and direction characters shown instead of obeyed."""
    return "".join(sign if _is_harmless(sign) else f"\\x{ord(sign):02x}" for sign in words)


def _is_harmless(sign: str) -> bool:
    number = ord(sign)
    if sign == "\n":
        return True
    turns = 0x202A <= number <= 0x202E or 0x2066 <= number <= 0x2069  # noqa: PLR2004 - Unicode
    return number >= LOWEST_SHOWN and not 0x7F <= number <= 0x9F and not turns  # noqa: PLR2004


def _plain(answer: Answer) -> str:
    parts = answer if isinstance(answer, tuple) else (answer,)
    return ", ".join(
        visible(part.name or part.kind) if isinstance(part, FileNote) else visible(str(part))
        for part in parts
    )
