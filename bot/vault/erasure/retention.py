"""Retention periods as data, and the rounds that erase closed cases.

Cases are erased only while the clock is trusted. After it went back, or forward by more than a day
since the last round, no case is erased until an operator confirms the time, or until the clock has
been steady for a day. A bot that was off for a day looks the same, which does no harm.

If more than 20 cases and more than one in 20 are due at once, an operator must approve. A small
organisation is not asked every day, but may lose 20 cases to a wrong setting.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Table, bindparam, exists, func, select, text

from bot.clock import DAY, HOUR, MINUTE, SECOND, Clock
from bot.errors import UnderLegalHoldError
from bot.log import log
from bot.store import Database, Prepared, Work, count, select_by, upsert
from bot.store.tables.desk import staff_commands
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
from bot.vault.erasure.erase import ErasureReason, Erasures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.sql.elements import TextClause

    from bot.vault.audit.log import AuditTruncation
    from bot.vault.erasure.ledger import BackupFolder

DRAFTS_KEPT = DAY
"""How long a conversation and its draft are kept after the last step."""
UPDATES_KEPT = 8 * DAY
"""How long a repeated update is recognised; Telegram repeats them for one day."""
SET_ASIDE_KEPT = DAY
"""How long a quarantined update keeps its content."""
NUMBERS_KEPT = 48 * HOUR
"""How long message ids are kept: later Telegram deletes no message."""
UNDELIVERED_KEPT = 7 * DAY

ROUND_INTERVAL = 600.0
"""Seconds between two rounds."""
MAX_PER_ROUND = 20
"""Cases erased in one round, each in its own unit of work, so that updates need not wait long."""
TRUST_AFTER = DAY
"""How long the clock must be steady before it is trusted again."""
MAX_FORWARD_JUMP = DAY
"""How far the clock may go between rounds."""
MAX_BACK_JUMP = MINUTE
"""How far time synchronisation may set it back."""
MAX_DRIFT = HOUR
"""How far it may differ from this process's monotonic clock."""
OVERDUE_AFTER = DAY
"""How long after its period anything may still be there before the doctor reports it."""
APPROVAL_DIVISOR = 20
"""More than one case in this many due at once needs approval."""
APPROVAL_THRESHOLD = 20
"""Up to this many due at once never need approval."""
_NAME = "cases"
ALL_ROWS = text("1 = 1")


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long one kind of data is kept."""

    label: str
    table: Table
    since: str
    """The column with the start of the period."""
    duration: int
    """Microseconds."""
    where: TextClause = ALL_ROWS


RULES = (
    RetentionRule("drafts and conversations, after the last step", conversations, "touched_at",
         DRAFTS_KEPT + HOUR),
    RetentionRule("content of updates set aside", inbox, "received_at", SET_ASIDE_KEPT,
         text("state = 'quarantined' AND raw IS NOT NULL")),
    RetentionRule("content of commands set aside", staff_commands, "created_at", SET_ASIDE_KEPT,
         text("state <> 'waiting' AND sealed IS NOT NULL")),
    RetentionRule("digests of updates", inbox, "received_at", UPDATES_KEPT,
         text("state not in ('waiting', 'in_line', 'stored')")),
    RetentionRule("numbers of messages, after they were sent", outbox, "settled_at", NUMBERS_KEPT,
         text("state = 'sent'")),
    RetentionRule("letters that did not arrive", outbox, "settled_at", UNDELIVERED_KEPT,
         text("state <> 'sent'")),
)  # fmt: skip
"""All periods but that of cases and their files, which is a setting."""


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """The last round and the start of the clock's steady time, in microseconds."""

    ran_at: int
    steady_since: int

    @property
    def is_trusted(self) -> bool:
        """Tell whether the clock has been steady for long enough."""
        return self.ran_at - self.steady_since >= TRUST_AFTER


def assess_clock(before: ClockStatus | None, now: int, drift: int = 0) -> ClockStatus:
    """Return the status of the clock now, by that at the last round (None: there was none).

    `drift` is the difference from the monotonic clock since then, in microseconds.
    """
    if before is None:
        return ClockStatus(now, now)
    gone = now - before.ran_at
    is_steady = -MAX_BACK_JUMP <= gone <= MAX_FORWARD_JUMP and abs(drift) <= MAX_DRIFT
    return ClockStatus(now, min(before.steady_since, now) if is_steady else now)


@dataclass(frozen=True, slots=True)
class DueCase:
    """A case whose retention period is over."""

    case: str
    reference: str
    closed_at: int
    legal_hold_until: int | None = None


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """What would be erased now, and why other cases would not."""

    clock: ClockStatus | None
    counts: tuple[tuple[RetentionRule, int], ...]
    cases: tuple[DueCase, ...]
    needs_approval: bool
    """Whether so many are due at once that an operator must approve."""

    @property
    def due(self) -> tuple[DueCase, ...]:
        """Return the cases without a legal hold."""
        return tuple(it for it in self.cases if it.legal_hold_until is None)


_IS_UNDER_HOLD = (
    legal_holds.c.case_id == cases.c.id,
    legal_holds.c.agreed_by.is_not(None),
    legal_holds.c.until > bindparam("now"),
)
_HOLD_UNTIL = select(func.max(legal_holds.c.until)).where(*_IS_UNDER_HOLD)
_CLOSED = (CASE_IS_CLOSED, cases.c.status == "closed", cases.c.closed_at < bindparam("before"))
_IS_DUE = (*_CLOSED, ~exists().where(*_IS_UNDER_HOLD))
_CASE_COLUMNS = ("id", "reference", "closed_at")
_DUE = select_by(cases, *_CASE_COLUMNS, by=_IS_DUE, order_by="closed_at", limit=bindparam("most"))
_COUNT_DUE = count(cases, by=_IS_DUE)
_ALL = count(cases)
_PLANNED_COLUMNS = (*(cases.c[it] for it in _CASE_COLUMNS), _HOLD_UNTIL.scalar_subquery())
_PLANNED = Prepared(
    lambda _: select(*_PLANNED_COLUMNS).where(*_CLOSED).order_by(cases.c.closed_at), "now", "before"
)
_LAST = select_by(rounds, "ran_at", "steady_since", by=rounds.c.name == _NAME)
_UPSERT = upsert(rounds, "name", "ran_at", "steady_since", key="name")


_COUNTS = [
    count(it.table, by=(it.table.c[it.since] < bindparam("before"), it.where)) for it in RULES
]


class RetentionSchedule:
    """What is due, by the retention periods; `keep_days` is that of a closed case."""

    def __init__(self, keep_days: int) -> None:
        self._keep_for = keep_days * DAY

    @staticmethod
    def load_clock_status(work: Work) -> ClockStatus | None:
        """Return the status of the clock at the last round."""
        rows = work.rows(_LAST)
        return ClockStatus(*rows[0]) if rows else None

    def due(self, work: Work, now: int, most: int = MAX_PER_ROUND) -> list[DueCase]:
        """Return due cases without a legal hold, the oldest first."""
        return [DueCase(*row) for row in work.rows(_DUE, now - self._keep_for, now, most)]

    def count_due(self, work: Work, now: int, late: int = 0) -> int:
        """Return how many cases have been due for `late` microseconds or longer."""
        return int(work.rows(_COUNT_DUE, now - self._keep_for - late, now)[0][0])

    def needs_approval(self, work: Work, now: int) -> bool:
        """Tell whether so many are due at once that an operator must approve."""
        due = self.count_due(work, now)
        return due > APPROVAL_THRESHOLD and due * APPROVAL_DIVISOR > int(work.rows(_ALL)[0][0])

    def overdue(self, work: Work, now: int) -> list[tuple[str, int]]:
        """Return the labels of data that should be gone for a day, with numbers of rows."""
        found = [(rule.label, rows) for rule, rows in _count_old(work, now - OVERDUE_AFTER)]
        found.append(("closed cases", self.count_due(work, now, OVERDUE_AFTER)))
        return [(what, count) for what, count in found if count]

    def plan(self, work: Work, now: int) -> RetentionPlan:
        """Return what would be erased now."""
        clock, counts = self.load_clock_status(work), tuple(_count_old(work, now))
        planned = tuple(DueCase(*row) for row in work.rows(_PLANNED, now, now - self._keep_for))
        return RetentionPlan(clock, counts, planned, self.needs_approval(work, now))


def _count_old(work: Work, now: int) -> Iterator[tuple[RetentionRule, int]]:
    for rule, statement in zip(RULES, _COUNTS, strict=True):
        yield rule, int(work.rows(statement, now - rule.duration)[0][0])


class Retention(RetentionSchedule):
    """Erases closed cases after their retention period."""

    def __init__(
        self, erasures: Erasures, keep_days: int, backups: BackupFolder | None = None,
        audit_truncation: AuditTruncation | None = None,
    ) -> None:  # fmt: skip
        super().__init__(keep_days)
        self._audit_truncation = audit_truncation
        self._erasures = erasures
        self._backups = backups
        self._last_clock: tuple[int, float] | None = None
        """The clock and the monotonic clock at the last round of this process."""

    async def run(self, database: Database, clock: Clock) -> None:
        """Run a round every `ROUND_INTERVAL` seconds until cancelled."""
        while True:
            await self.run_once(database, clock)
            await asyncio.sleep(ROUND_INTERVAL)

    async def run_once(self, database: Database, clock: Clock) -> int:
        """Finish unfinished erasures, then erase what is due; return how many cases."""
        now = clock.now()
        drift = self._drift(now, clock.monotonic())
        known, due = await database.writer.run(lambda work: self._start_round(work, now, drift))
        await self._erasures.finish(database, now)
        gone = sum([await self._erase(database, it, SYSTEM, now) for it in due])
        if self._audit_truncation is not None and known.is_trusted:
            await database.writer.run(partial(self._audit_truncation.truncate, now=now))
        if self._backups is not None:
            ledger = await database.writer.run(self._erasures.load_all)
            maintain, is_trusted = self._backups.maintain, known.is_trusted
            await asyncio.to_thread(maintain, ledger, now, is_clock_trusted=is_trusted)
        return gone

    async def erase_due(
        self, database: Database, by: str, now: int,
        on_progress: Callable[[int], None] = lambda _gone: None,
    ) -> int:  # fmt: skip
        """Erase all that is due, as an operator (`by`) approved; return how many cases.

        `on_progress` is called with the number of erased cases so far.
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
        except UnderLegalHoldError:  # set a moment ago
            return False
        return left == ()

    def _start_round(self, work: Work, now: int, drift: int) -> tuple[ClockStatus, list[DueCase]]:
        """Assess the clock; return its status, and the cases to erase in this round."""
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
        """Trust the clock from now on, because an operator confirmed the time."""
        work.run(_UPSERT, _NAME, now, now - TRUST_AFTER)
