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

from bot.cases.assessment import Grounds, grounds, together
from bot.cases.consents import Agreed, Agreements, agreed_in
from bot.cases.escape_text import in_a_line, plainly, point, visible
from bot.cases.reference import read_reference
from bot.cases.routing import DEFAULT
from bot.cases.sealed_fields import (
    open_kept_reasons,
    open_old_reasons,
    read_contents,
    read_file,
    report_place,
)
from bot.cases.state_machine import State
from bot.cases.urgency import REASONS as RISKS
from bot.cases.urgency import reasons_in_words, urgency
from bot.clock import SECOND
from bot.conversation.replies import LEFT_EMPTY
from bot.errors import EpochGone
from bot.store.compiled import Prepared
from bot.store.tables.check_ins import check_ins as hours
from bot.store.tables.main import CASE_WAITS, case_keys, cases, files, notices, reports
from bot.store.tables.main import staff as colleagues
from bot.store.tables.passphrases import words as chosen
from bot.text import _, is_zawgyi
from bot.vault import Purpose
from bot.vault.keys.epoch_keys import is_of_epoch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.cases.assessment import Law
    from bot.conversation import Answer, Book
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.text import Catalogue
    from bot.vault import Vault
    from bot.vault.keys.case_keys import Opener
    from bot.vault.keys.keyring import Keyring

    _Sent = tuple[str, str, int, dict[str, Answer]]

ALARMS = "alarms"
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
    # Translators: an hour at which the person wants to be heard from, and what silence means.
    "check_in": _("Agreed on an hour"),
}
"""What each thing a person can send is called among staff."""
# Translators: stands behind what somebody wrote in Burmese with an old encoding.
ZAWGYI = _("{words}\n(Probably typed in Zawgyi: only a Zawgyi font shows the right letters.)")
REASONS, ATTACHED = _("Why"), _("Files")
MOST = 200
UNNAMED = "\u2026"
"""What stands for the organisation where a command was not told its name."""


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
    queue: str = DEFAULT.value
    due_at: datetime | None = None
    """When an answer is promised for; none while it is the person who is waited for."""
    holder: str | None = None
    """The title of whoever holds it, as a code."""
    compromised: bool = False
    """Whether the second word was written: somebody else reads along, and nothing may be sent."""


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
    grounds: Grounds = field(default_factory=Grounds)
    """What the law and the vocabularies say to it."""
    agreed: tuple[Agreed, ...] = ()
    """What the person was asked to agree to, oldest first."""
    is_open: bool = True
    """Whether whoever reads has signed in; otherwise there is only what is in clear."""


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
    cases.c.queue,
    cases.c.due_at,
    colleagues.c.title,
    or_(
        exists().where(chosen.c.case_id == cases.c.id, chosen.c.frozen_at.is_not(None)),
        exists().where(hours.c.case_id == cases.c.id, hours.c.frozen_at.is_not(None)),
    ),
)
_CALLED = Prepared(
    lambda _: select(cases.c.id).where(cases.c.reference == bindparam("wanted")), "wanted"
)
_HELD = colleagues.c.id == cases.c.holder
_WITH_HOLDER = cases.outerjoin(colleagues, _HELD)
_TAKEN = (State.HELD.value, State.OPEN.value)


async def queue(database: Database, most: int = MOST, only: str = "") -> list[Waiting]:
    """Return the cases that wait and those somebody answers for.

    The most urgent come first, then those that wait longest.

    Args:
        database: where they are.
        most: how many, at most.
        only: a queue; every queue if none.
    """
    # Word for word what the partial index says, or it is not used.
    waiting = select(*_QUEUE).select_from(_WITH_HOLDER).where(CASE_WAITS)
    # By holder: whoever was helped keeps one, and no index holds those who are at it now.
    taken = (
        select(*_QUEUE).select_from(colleagues.join(cases, _HELD)).where(cases.c.status.in_(_TAKEN))
    )
    found: list[Waiting] = []
    async with database.readers.connect() as connection:
        for wanted in (waiting, taken):
            chosen = wanted.where(cases.c.queue == only) if only else wanted
            first = chosen.order_by(cases.c.priority, cases.c.waiting_since, cases.c.id).limit(most)
            found += [_waiting(row) for row in (await connection.execute(first)).all()]
    found.sort(key=lambda case: (case.priority, case.waiting_since))
    return found[:most]


def case_called(work: Work, reference: str) -> str | None:
    """Return the id of the case with a reference, however it is typed; None for none."""
    found = work.rows(_CALLED, read_reference(reference))
    return str(found[0][0]) if found else None


async def notices_since(database: Database, moment: int) -> list[Notice]:
    """Return what staff must know about the service since a moment."""
    wanted = select(notices.c.kind, notices.c.since, notices.c.until).where(
        notices.c.until >= moment
    )
    async with database.readers.connect() as connection:
        rows = (await connection.execute(wanted)).all()
    return [Notice(kind, when(since), when(until)) for kind, since, until in rows]


class Telling:
    """Renders answers from their codes for somebody who reads one language."""

    def __init__(
        self, book: Book, words: Catalogue, staff: Catalogue, *, organisation: str = ""
    ) -> None:
        self._blanks = {"organisation": organisation or UNNAMED}
        self._book = book
        self._words = words
        self._staff = staff

    def told(self, flow: str, answers: Mapping[str, Answer]) -> tuple[Told, ...]:
        """Return every question of a flow and what was answered."""
        return tuple(
            Told(step, *self._read(flow, step, answer)) for step, answer in answers.items()
        )

    def _read(self, flow: str, step: str, answer: Answer) -> tuple[str, str]:
        question = self._book.question(flow, step)
        if question is None:
            beside = BESIDE.get(step)
            prompt = beside.read_in(self._staff) if beside else step
        else:
            prompt = question.short.read_in(self._words, self._blanks)
        if answer is None:
            return prompt, LEFT_EMPTY.read_in(self._words)
        if step == ALARMS:
            return prompt, self._alarms(answer)
        parts = question.told(answer) if question else plainly(answer)
        told = [
            shown(part, self._staff) if isinstance(part, str) else part.read_in(self._words)
            for part in parts
        ]
        return prompt, ", ".join([*told, *point(answer)])

    def _alarms(self, answer: Answer) -> str:
        """Return what was alarming in somebody's words, for staff to read."""
        codes = map(str, answer if isinstance(answer, tuple) else (answer,))
        reasons = [(code, RISKS.get(f"alarm_{code}")) for code in codes]
        return " ".join(r.read_in(self._staff) if r else visible(code) for code, r in reasons)


class Reader:
    """Opens cases for somebody who reads one language."""

    def __init__(  # noqa: PLR0913 - where it lies, what opens it, and what it is read in
        self,
        database: Database,
        vault: Vault,
        book: Book,
        words: Catalogue,
        staff: Catalogue,
        *,
        organisation: str = "",
        law: Law | None = None,
    ) -> None:
        self._database = database
        self._vault = vault
        self._staff = staff
        self._telling = Telling(book, words, staff, organisation=organisation)
        self._law = law

    async def open(self, reference: str, keyring: Keyring | None = None) -> Opened | None:
        """Return a case with everything that was sent to it; None when there is no such case.

        Args:
            reference: however it is typed.
            keyring: of whoever reads; without one only what is in clear is returned.

        Raises:
            NotYours: nothing on this keyring opens it.
            DoesNotOpen: something of it was altered.
        """
        async with self._database.readers.connect() as connection:
            wanted = (
                select(*_QUEUE, cases.c.id, cases.c.reasons, case_keys.c.sealed)
                .select_from(_WITH_HOLDER.outerjoin(case_keys))
                .where(cases.c.reference == read_reference(reference))
            )
            row = (await connection.execute(wanted)).one_or_none()
            if row is None:
                return None
            *clear, case, sealed, key = row
            if keyring is None:
                return Opened(_waiting(clear), (), (), (), is_open=False)
            # Beside: keys lie in another database, whose writer may be busy.
            opener = await asyncio.to_thread(self._vault.cases.opener, case, key, keyring)
            sent = await self._sent(connection, case, opener)
            codes = await asyncio.to_thread(self._reasons, opener, case, sealed, sent)
            reasons = reasons_in_words(codes)
            told = together(answers for *_, answers in sent)
            return Opened(
                _waiting(clear),
                tuple(reason.read_in(self._staff) for reason in reasons),
                tuple(
                    Received(kind, when(sent_at), self._telling.told(flow, answers))
                    for kind, flow, sent_at, answers in sent
                ),
                await self._attached(connection, case, opener),
                grounds(told, self._law, self._staff),
                await agreed_in(connection, Agreements(self._vault), case, self._staff),
            )

    def _reasons(self, opener: Opener, case: str, sealed: bytes, sent: list[_Sent]) -> list[str]:
        """Return why it is urgent: what was kept for the queue, and what what was sent asks for."""
        kept: list[str] = []
        if is_of_epoch(sealed):
            with contextlib.suppress(EpochGone):
                kept = open_kept_reasons(self._vault, case, sealed)
        else:
            kept = open_old_reasons(opener, case, sealed)
        found = [code for _kind, _flow, _at, answers in sent for code in urgency(answers)[1]]
        known = set(kept) | set(found)
        return [code for code in RISKS if code in known]

    @staticmethod
    async def _sent(connection: AsyncConnection, case: str, opener: Opener) -> list[_Sent]:
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
            plain = opener.open(Purpose.CASE, report_place(case, report), sealed)
            found.append((kind, flow, sent_at, read_contents(plain).answers))
        return found

    @staticmethod
    async def _attached(
        connection: AsyncConnection, case: str, opener: Opener
    ) -> tuple[Attached, ...]:
        wanted = (
            select(files.c.id, files.c.state, files.c.size, files.c.sealed)
            .where(files.c.case_id == case)
            .order_by(files.c.created_at, files.c.id)
        )
        found = []
        for name, state, size, sealed in (await connection.execute(wanted)).all():
            note = read_file(opener.open(Purpose.FILE, name.encode(), sealed)).note
            found.append(Attached(visible(note.kind), in_a_line(note.name), state, size))
        return tuple(found)


def _waiting(row: Sequence[Any]) -> Waiting:
    reference, kind, status, priority, language, county, since, queue, due, holder, frozen = row
    return Waiting(
        reference, kind, status, priority, language, county, when(since), queue,
        None if due is None else when(due), holder, bool(frozen),
    )  # fmt: skip


def when(moment: int) -> datetime:
    """Return a stored moment as a date and time, UTC."""
    return datetime.fromtimestamp(moment / SECOND, UTC)


def shown(words: str, staff: Catalogue) -> str:
    """Return a person's words as staff read them, with a remark where their letters mislead."""
    told = visible(words)
    return ZAWGYI.read_in(staff, {"words": told}) if is_zawgyi(words) else told
