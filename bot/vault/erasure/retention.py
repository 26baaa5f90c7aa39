"""How long what is kept, as data, and the rounds in which closed cases go.

Cases are erased only while the clock can be believed: after it went back, or forward by more than a
day since the last round, none goes until somebody said that it is right, or until it has gone
steadily for a day. Nobody can tell a jump from a bot that stood still that long, and need not.
And where more than one case in twenty would go at once, and more than twenty, somebody is asked
first. So a house with few cases is not asked every day, and may lose twenty to a wrong setting.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, func, select, text

from bot.clock import DAY, HOUR, MINUTE, SECOND
from bot.errors import UnderLegalHoldError
from bot.log import log
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.main import (
    CASE_IS_CLOSED,
    cases,
    conversations,
    inbox,
    legal_holds,
    outbox,
    rounds,
)
from bot.vault.audit.log import SYSTEM
from bot.vault.erasure.erase import ErasureReason

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Table
    from sqlalchemy.sql.elements import ClauseElement, TextClause

    from bot.clock import Clock
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault.audit.truncate import AuditTruncation
    from bot.vault.erasure.erase import Erasures
    from bot.vault.erasure.ledger import BackupFolder

DRAFTS_KEPT = DAY
"""How long a conversation, and the draft in it, is kept after its last step."""
UPDATES_KEPT = 8 * DAY
"""How long we know an update again; Telegram forgets it after one day."""
SET_ASIDE_KEPT = DAY
"""How long an update that could not be handled keeps its content."""
NUMBERS_KEPT = 48 * HOUR
"""How long we keep the number of a message: after that Telegram lets nobody delete it."""
UNDELIVERED_KEPT = 7 * DAY

ROUND_INTERVAL = 600.0
"""Seconds between two rounds."""
MAX_PER_ROUND = 20
"""Cases that go in one round, each in a unit of work of its own: nobody who writes waits long."""
TRUST_AFTER = DAY
"""How long the clock has to go steadily before it is believed again."""
MAX_FORWARD_JUMP = DAY
"""How far it may have gone since the last round."""
MAX_BACK_JUMP = MINUTE
"""How far it may be set back by whatever keeps it right."""
MAX_DRIFT = HOUR
"""How far it may go otherwise than the time that passed in this very process."""
OVERDUE_AFTER = DAY
"""How long after its day anything may still be there before somebody has to look."""
APPROVAL_DIVISOR = 20
"""Of how many cases one may be due at once; where more are, somebody is asked."""
APPROVAL_THRESHOLD = 20
"""So many may go at once in any case."""
_NAME = "cases"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long one thing is kept."""

    label: str
    table: Table
    since: str
    """The column from whose moment it counts."""
    duration: int
    """Microseconds."""
    where: TextClause | None = None


RULES = (
    RetentionRule("drafts and conversations, after the last step", conversations, "touched_at",
         DRAFTS_KEPT + HOUR),
    RetentionRule("content of updates set aside", inbox, "received_at", SET_ASIDE_KEPT,
         text("state = 'quarantined' AND raw IS NOT NULL")),
    RetentionRule("digests of updates", inbox, "received_at", UPDATES_KEPT,
         text("state not in ('waiting', 'in_line')")),
    RetentionRule("numbers of messages, after they were sent", outbox, "settled_at", NUMBERS_KEPT,
         text("state = 'sent'")),
    RetentionRule("letters that did not arrive", outbox, "settled_at", UNDELIVERED_KEPT,
         text("state <> 'sent'")),
)  # fmt: skip
"""Everything with a time of its own but cases: they, with their files, have a setting."""


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """What is known of the clock."""

    ran_at: int
    steady_since: int

    @property
    def is_trusted(self) -> bool:
        """Tell whether it has gone steadily for long enough."""
        return self.ran_at - self.steady_since >= TRUST_AFTER


def assess_clock(before: ClockStatus | None, now: int, drift: int = 0) -> ClockStatus:
    """Return what is known of the clock now.

    Args:
        before: what was known at the last round; None: there was none.
        now: what the clock says.
        drift: by how much it went otherwise than the time that passed since then.
    """
    if before is None:
        return ClockStatus(now, now)
    gone = now - before.ran_at
    is_steady = -MAX_BACK_JUMP <= gone <= MAX_FORWARD_JUMP and abs(drift) <= MAX_DRIFT
    return ClockStatus(now, min(before.steady_since, now) if is_steady else now)


@dataclass(frozen=True, slots=True)
class DueCase:
    """A case whose time has come."""

    case: str
    reference: str
    closed_at: int
    legal_hold_until: int | None = None
    """Until when it is kept all the same."""


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """What would go now, and why what would not."""

    clock: ClockStatus | None
    counts: tuple[tuple[RetentionRule, int], ...]
    cases: tuple[DueCase, ...]
    needs_approval: bool
    """Whether so many are due at once that somebody has to say yes."""

    @property
    def due(self) -> tuple[DueCase, ...]:
        """Return the cases nobody must keep."""
        return tuple(it for it in self.cases if it.legal_hold_until is None)


_IS_UNDER_HOLD = (
    legal_holds.c.case_id == cases.c.id,
    legal_holds.c.agreed_by.is_not(None),
    legal_holds.c.until > bindparam("now"),
)
_HOLD_UNTIL = select(func.max(legal_holds.c.until)).where(*_IS_UNDER_HOLD)
_CLOSED = (CASE_IS_CLOSED, cases.c.status == "closed", cases.c.closed_at < bindparam("before"))
_DUE = Prepared(
    lambda _: (
        select(cases.c.id, cases.c.reference, cases.c.closed_at)
        .where(*_CLOSED, ~exists().where(*_IS_UNDER_HOLD))
        .order_by(cases.c.closed_at)
        .limit(bindparam("most"))
    ),
    "before",
    "now",
    "most",
)
_COUNT_DUE = Prepared(
    lambda _: (
        select(func.count()).select_from(cases).where(*_CLOSED, ~exists().where(*_IS_UNDER_HOLD))
    ),
    "before",
    "now",
)
_ALL = Prepared(lambda _: select(func.count()).select_from(cases))
_PLANNED = Prepared(
    lambda _: (
        select(cases.c.id, cases.c.reference, cases.c.closed_at, _HOLD_UNTIL.scalar_subquery())
        .where(*_CLOSED)
        .order_by(cases.c.closed_at)
    ),
    "now",
    "before",
)
_LAST = Prepared(
    lambda _: select(rounds.c.ran_at, rounds.c.steady_since).where(rounds.c.name == _NAME)
)


def _upsert(dialect: str) -> ClauseElement:
    names = ("name", "ran_at", "steady_since")
    new = insert_into(dialect, rounds).values({name: bindparam(name) for name in names})
    changed = {name: new.excluded[name] for name in names[1:]}
    return new.on_conflict_do_update(index_elements=["name"], set_=changed)


_UPSERT = Prepared(_upsert, "name", "ran_at", "steady_since")


def _count(rule: RetentionRule) -> Prepared:
    wanted = select(func.count()).select_from(rule.table)
    wanted = wanted.where(rule.table.c[rule.since] < bindparam("before"))
    return Prepared(lambda _: wanted if rule.where is None else wanted.where(rule.where), "before")


_COUNTS = [_count(rule) for rule in RULES]


def _no_progress(_gone: int) -> None:
    pass


class RetentionSchedule:
    """How old what is, against how long it is kept.

    Args:
        keep_days: how long a closed case is kept.
    """

    def __init__(self, keep_days: int) -> None:
        self._keep_for = keep_days * DAY

    @staticmethod
    def load_clock_status(work: Work) -> ClockStatus | None:
        """Return what was known of the clock at the last round."""
        rows = work.rows(_LAST)
        return ClockStatus(*rows[0]) if rows else None

    def due(self, work: Work, now: int, most: int = MAX_PER_ROUND) -> list[DueCase]:
        """Return the cases whose time has come and that nobody must keep, the oldest first."""
        return [DueCase(*row) for row in work.rows(_DUE, now - self._keep_for, now, most)]

    def count_due(self, work: Work, now: int, late: int = 0) -> int:
        """Return how many cases' time came that long ago, or longer."""
        return int(work.rows(_COUNT_DUE, now - self._keep_for - late, now)[0][0])

    def needs_approval(self, work: Work, now: int) -> bool:
        """Tell whether so many are due at once that somebody has to say yes."""
        due = self.count_due(work, now)
        return due > APPROVAL_THRESHOLD and due * APPROVAL_DIVISOR > int(work.rows(_ALL)[0][0])

    def overdue(self, work: Work, now: int) -> list[tuple[str, int]]:
        """Return what should have gone more than a day ago, and how much of it."""
        found = [
            (rule.label, int(work.rows(statement, now - rule.duration - OVERDUE_AFTER)[0][0]))
            for rule, statement in zip(RULES, _COUNTS, strict=True)
        ]
        found.append(("closed cases", self.count_due(work, now, OVERDUE_AFTER)))
        return [(what, count) for what, count in found if count]

    def plan(self, work: Work, now: int) -> RetentionPlan:
        """Return what would go now, without touching anything."""
        counts = [
            int(work.rows(statement, now - rule.duration)[0][0])
            for rule, statement in zip(RULES, _COUNTS, strict=True)
        ]
        planned = [DueCase(*row) for row in work.rows(_PLANNED, now, now - self._keep_for)]
        pairs = tuple(zip(RULES, counts, strict=True))
        return RetentionPlan(
            self.load_clock_status(work), pairs, tuple(planned), self.needs_approval(work, now)
        )


class Retention(RetentionSchedule):
    """Erases what was closed long enough ago."""

    def __init__(
        self, erasures: Erasures, keep_days: int, backups: BackupFolder | None = None,
        audit_truncation: AuditTruncation | None = None,
    ) -> None:  # fmt: skip
        super().__init__(keep_days)
        self._audit_truncation = audit_truncation
        self._erasures = erasures
        self._backups = backups
        self._last_clock: tuple[int, float] | None = None
        """The clock and the time that passes, at the last round of this process."""

    async def run(self, database: Database, clock: Clock) -> None:
        """Hold rounds until cancelled."""
        while True:
            await self.run_once(database, clock)
            await asyncio.sleep(ROUND_INTERVAL)

    async def run_once(self, database: Database, clock: Clock) -> int:
        """Finish what is unfinished, then erase what is due; return how many cases went."""
        now = clock.now()
        drift = self._drift(now, clock.monotonic())
        known, due = await database.writer.run(lambda work: self._start_round(work, now, drift))
        await self._erasures.finish(database, now)
        gone = sum([await self._erase(database, it, SYSTEM, now) for it in due])
        if self._audit_truncation is not None and known.is_trusted:
            cut = self._audit_truncation.truncate
            await database.writer.run(lambda work: cut(work, now))
        if self._backups is not None:
            ledger = await database.writer.run(self._erasures.load_all)
            trusted = known.is_trusted
            maintain = self._backups.maintain
            await asyncio.to_thread(maintain, ledger, now, is_clock_trusted=trusted)
        return gone

    async def erase_due(
        self,
        database: Database,
        by: str,
        now: int,
        on_progress: Callable[[int], None] = _no_progress,
    ) -> int:
        """Erase all that is due, as somebody has said; return how many cases went.

        Args:
            database: where they are.
            by: who said so.
            now: the moment.
            on_progress: hears how many went so far.
        """
        await self._erasures.finish(database, now)
        gone = 0
        while due := await database.writer.run(lambda work: self.due(work, now)):
            for it in due:
                gone += await self._erase(database, it, by, now)
                on_progress(gone)
        return gone

    async def _erase(self, database: Database, it: DueCase, by: str, now: int) -> bool:
        try:
            left = await self._erasures.erase(database, it.case, ErasureReason.AGE, by, now)
        except UnderLegalHoldError:  # since a moment ago
            return False
        return left == ()

    def _start_round(self, work: Work, now: int, drift: int) -> tuple[ClockStatus, list[DueCase]]:
        """Look at the clock; return what is known of it, and what may go in this round."""
        before = self.load_clock_status(work)
        known = assess_clock(before, now, drift)
        work.run(_UPSERT, _NAME, known.ran_at, known.steady_since)
        self._erasures.evict_erased_keys(work)
        if before is not None and known.steady_since == now:
            log.error("clock_jumped", seconds=(now - before.ran_at) / SECOND)
        due = self.due(work, now)
        if due and not known.is_trusted:
            log.warning("retention_paused", count=len(due))
            return known, []
        if due and self.needs_approval(work, now):
            log.warning("retention_needs_approval", count=self.count_due(work, now))
            return known, []
        return known, due

    def _drift(self, now: int, passed: float) -> int:
        seen, self._last_clock = self._last_clock, (now, passed)
        return 0 if seen is None else (now - seen[0]) - int((passed - seen[1]) * SECOND)

    @staticmethod
    def trust_clock(work: Work, now: int) -> None:
        """Take somebody's word for it that the clock is right."""
        work.run(_UPSERT, _NAME, now, now - TRUST_AFTER)
