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
from bot.errors import UnderHold
from bot.log import log
from bot.store.compiled import Prepared, insert_of
from bot.store.tables.main import (
    CASE_IS_CLOSED,
    cases,
    conversations,
    inbox,
    legal_holds,
    outbox,
    rounds,
)
from bot.vault.audit.log import HOUSE
from bot.vault.erasure.erase import Why

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Table
    from sqlalchemy.sql.elements import ClauseElement, TextClause

    from bot.clock import Clock
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault.audit.truncate import Cutting
    from bot.vault.erasure.erase import Erasures
    from bot.vault.erasure.ledger import BackupFolder

DRAFTS_KEPT = DAY
"""How long a conversation, and the draft in it, is kept after its last step."""
UPDATES_KNOWN = 8 * DAY
"""How long we know an update again; Telegram forgets it after one day."""
SET_ASIDE_KEPT = DAY
"""How long an update that could not be handled keeps its content."""
NUMBERS_KEPT = 48 * HOUR
"""How long we keep the number of a message: after that Telegram lets nobody delete it."""
UNDELIVERED_KEPT = 7 * DAY

EVERY = 600.0
"""Seconds between two rounds."""
AT_ONCE = 20
"""Cases that go in one round, each in a unit of work of its own: nobody who writes waits long."""
STEADY = DAY
"""How long the clock has to go steadily before it is believed again."""
FARTHEST = DAY
"""How far it may have gone since the last round."""
BACK = MINUTE
"""How far it may be set back by whatever keeps it right."""
DRIFT = HOUR
"""How far it may go otherwise than the time that passed in this very process."""
LATE = DAY
"""How long after its day anything may still be there before somebody has to look."""
MANY = 20
"""Of how many cases one may be due at once; where more are, somebody is asked."""
FEW = 20
"""So many may go at once in any case."""
_NAME = "cases"


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one thing is kept."""

    what: str
    table: Table
    since: str
    """The column from whose moment it counts."""
    kept: int
    """Microseconds."""
    where: TextClause | None = None


RULES = (
    Rule("drafts and conversations, after the last step", conversations, "touched_at",
         DRAFTS_KEPT + HOUR),
    Rule("content of updates set aside", inbox, "received_at", SET_ASIDE_KEPT,
         text("state = 'quarantined' AND raw IS NOT NULL")),
    Rule("digests of updates", inbox, "received_at", UPDATES_KNOWN,
         text("state not in ('waiting', 'in_line')")),
    Rule("numbers of messages, after they were sent", outbox, "settled_at", NUMBERS_KEPT,
         text("state = 'sent'")),
    Rule("letters that did not arrive", outbox, "settled_at", UNDELIVERED_KEPT,
         text("state <> 'sent'")),
)  # fmt: skip
"""Everything with a time of its own but cases: they, with their files, have a setting."""


@dataclass(frozen=True, slots=True)
class Steadiness:
    """What is known of the clock."""

    ran_at: int
    steady_since: int

    @property
    def is_believed(self) -> bool:
        """Tell whether it has gone steadily for long enough."""
        return self.ran_at - self.steady_since >= STEADY


def look(before: Steadiness | None, now: int, drift: int = 0) -> Steadiness:
    """Return what is known of the clock now.

    Args:
        before: what was known at the last round; None: there was none.
        now: what the clock says.
        drift: by how much it went otherwise than the time that passed since then.
    """
    if before is None:
        return Steadiness(now, now)
    gone = now - before.ran_at
    is_steady = -BACK <= gone <= FARTHEST and abs(drift) <= DRIFT
    return Steadiness(now, min(before.steady_since, now) if is_steady else now)


@dataclass(frozen=True, slots=True)
class Due:
    """A case whose time has come."""

    case: str
    reference: str
    closed_at: int
    held_until: int | None = None
    """Until when it is kept all the same."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go now, and why what would not."""

    clock: Steadiness | None
    counts: tuple[tuple[Rule, int], ...]
    cases: tuple[Due, ...]
    is_asked: bool
    """Whether so many are due at once that somebody has to say yes."""

    @property
    def due(self) -> tuple[Due, ...]:
        """Return the cases nobody must keep."""
        return tuple(it for it in self.cases if it.held_until is None)


_IS_HELD = (
    legal_holds.c.case_id == cases.c.id,
    legal_holds.c.agreed_by.is_not(None),
    legal_holds.c.until > bindparam("now"),
)
_HOLDS = select(func.max(legal_holds.c.until)).where(*_IS_HELD)
_CLOSED = (CASE_IS_CLOSED, cases.c.status == "closed", cases.c.closed_at < bindparam("before"))
_DUE = Prepared(
    lambda _: (
        select(cases.c.id, cases.c.reference, cases.c.closed_at)
        .where(*_CLOSED, ~exists().where(*_IS_HELD))
        .order_by(cases.c.closed_at)
        .limit(bindparam("most"))
    ),
    "before",
    "now",
    "most",
)
_HOW_MANY = Prepared(
    lambda _: select(func.count()).select_from(cases).where(*_CLOSED, ~exists().where(*_IS_HELD)),
    "before",
    "now",
)
_ALL = Prepared(lambda _: select(func.count()).select_from(cases))
_PLANNED = Prepared(
    lambda _: (
        select(cases.c.id, cases.c.reference, cases.c.closed_at, _HOLDS.scalar_subquery())
        .where(*_CLOSED)
        .order_by(cases.c.closed_at)
    ),
    "now",
    "before",
)
_LAST = Prepared(
    lambda _: select(rounds.c.ran_at, rounds.c.steady_since).where(rounds.c.name == _NAME)
)


def _write(dialect: str) -> ClauseElement:
    names = ("name", "ran_at", "steady_since")
    new = insert_of(dialect, rounds).values({name: bindparam(name) for name in names})
    changed = {name: new.excluded[name] for name in names[1:]}
    return new.on_conflict_do_update(index_elements=["name"], set_=changed)


_WRITE = Prepared(_write, "name", "ran_at", "steady_since")


def _count(rule: Rule) -> Prepared:
    wanted = select(func.count()).select_from(rule.table)
    wanted = wanted.where(rule.table.c[rule.since] < bindparam("before"))
    return Prepared(lambda _: wanted if rule.where is None else wanted.where(rule.where), "before")


_COUNTS = [_count(rule) for rule in RULES]


def _nothing(_gone: int) -> None:
    pass


class Ages:
    """How old what is, against how long it is kept.

    Args:
        keep_days: how long a closed case is kept.
    """

    def __init__(self, keep_days: int) -> None:
        self._kept = keep_days * DAY

    @staticmethod
    def clock(work: Work) -> Steadiness | None:
        """Return what was known of the clock at the last round."""
        rows = work.rows(_LAST)
        return Steadiness(*rows[0]) if rows else None

    def due(self, work: Work, now: int, most: int = AT_ONCE) -> list[Due]:
        """Return the cases whose time has come and that nobody must keep, the oldest first."""
        return [Due(*row) for row in work.rows(_DUE, now - self._kept, now, most)]

    def how_many(self, work: Work, now: int, late: int = 0) -> int:
        """Return how many cases' time came that long ago, or longer."""
        return int(work.rows(_HOW_MANY, now - self._kept - late, now)[0][0])

    def is_asked(self, work: Work, now: int) -> bool:
        """Tell whether so many are due at once that somebody has to say yes."""
        due = self.how_many(work, now)
        return due > FEW and due * MANY > int(work.rows(_ALL)[0][0])

    def late(self, work: Work, now: int) -> list[tuple[str, int]]:
        """Return what should have gone more than a day ago, and how much of it."""
        found = [
            (rule.what, int(work.rows(statement, now - rule.kept - LATE)[0][0]))
            for rule, statement in zip(RULES, _COUNTS, strict=True)
        ]
        found.append(("closed cases", self.how_many(work, now, LATE)))
        return [(what, count) for what, count in found if count]

    def plan(self, work: Work, now: int) -> Plan:
        """Return what would go now, without touching anything."""
        counts = [
            int(work.rows(statement, now - rule.kept)[0][0])
            for rule, statement in zip(RULES, _COUNTS, strict=True)
        ]
        planned = [Due(*row) for row in work.rows(_PLANNED, now, now - self._kept)]
        pairs = tuple(zip(RULES, counts, strict=True))
        return Plan(self.clock(work), pairs, tuple(planned), self.is_asked(work, now))


class Retention(Ages):
    """Erases what was closed long enough ago."""

    def __init__(
        self, erasures: Erasures, keep_days: int, backups: BackupFolder | None = None,
        log: Cutting | None = None,
    ) -> None:  # fmt: skip
        super().__init__(keep_days)
        self._log = log
        self._erasures = erasures
        self._backups = backups
        self._seen: tuple[int, float] | None = None
        """The clock and the time that passes, at the last round of this process."""

    async def run(self, database: Database, clock: Clock) -> None:
        """Hold rounds until cancelled."""
        while True:
            await self.round(database, clock)
            await asyncio.sleep(EVERY)

    async def round(self, database: Database, clock: Clock) -> int:
        """Finish what is unfinished, then erase what is due; return how many cases went."""
        now = clock.now()
        drift = self._drift(now, clock.monotonic())
        known, due = await database.writer.run(lambda work: self._begin(work, now, drift))
        await self._erasures.finish(database, now)
        gone = sum([await self._erase(database, it, HOUSE, now) for it in due])
        if self._log is not None and known.is_believed:
            cut = self._log.cut
            await database.writer.run(lambda work: cut(work, now))
        if self._backups is not None:
            ledger = await database.writer.run(self._erasures.of)
            is_believed = known.is_believed
            await asyncio.to_thread(self._backups.tend, ledger, now, is_believed=is_believed)
        return gone

    async def erase_due(
        self, database: Database, by: str, now: int, tell: Callable[[int], None] = _nothing
    ) -> int:
        """Erase all that is due, as somebody has said; return how many cases went.

        Args:
            database: where they are.
            by: who said so.
            now: the moment.
            tell: hears how many went so far.
        """
        await self._erasures.finish(database, now)
        gone = 0
        while due := await database.writer.run(lambda work: self.due(work, now)):
            for it in due:
                gone += await self._erase(database, it, by, now)
                tell(gone)
        return gone

    async def _erase(self, database: Database, it: Due, by: str, now: int) -> bool:
        try:
            left = await self._erasures.erase(database, it.case, Why.AGE, by, now)
        except UnderHold:  # since a moment ago
            return False
        return left == ()

    def _begin(self, work: Work, now: int, drift: int) -> tuple[Steadiness, list[Due]]:
        """Look at the clock; return what is known of it, and what may go in this round."""
        before = self.clock(work)
        known = look(before, now, drift)
        work.run(_WRITE, _NAME, known.ran_at, known.steady_since)
        self._erasures.forget_gone(work)
        if before is not None and known.steady_since == now:
            log.error("clock_jumped", seconds=(now - before.ran_at) / SECOND)
        due = self.due(work, now)
        if due and not known.is_believed:
            log.warning("retention_waits", count=len(due))
            return known, []
        if due and self.is_asked(work, now):
            log.warning("retention_asks", count=self.how_many(work, now))
            return known, []
        return known, due

    def _drift(self, now: int, passed: float) -> int:
        seen, self._seen = self._seen, (now, passed)
        return 0 if seen is None else (now - seen[0]) - int((passed - seen[1]) * SECOND)

    @staticmethod
    def believe(work: Work, now: int) -> None:
        """Take somebody's word for it that the clock is right."""
        work.run(_WRITE, _NAME, now, now - STEADY)
