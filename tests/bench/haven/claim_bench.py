"""The next case for a caseworker, claimed until the disk has it, with so many cases in the table.

A third of the cases waits. Beside Haven's way of asking stands the one that comes to mind first:
one `IN` over the languages, sorted.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from bot.cases.state_machine import Role
from bot.clock import SystemClock
from bot.hotline.queue import next_case
from bot.hotline.queue.claims import Claimed, Claims
from bot.hotline.queue.offers import ALWAYS, Offer
from bot.hotline.queue.sla import ReplyClocks
from bot.hotline.staff.staff import Caseworker
from bot.store.compiled import Prepared
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.tables.main import CASE_WAITS, cases
from bot.vault.audit.log import AuditLog
from tests.bench.haven.haven_parts import VAULT
from tests.bench.scripted_conversation import UPDATES, press
from tests.support.database.bulk_cases import case_rows, insert_cases

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.writer import Work
    from tests.bench.scripted_conversation import Step

QUEUES: Final = ("trafficking", "labour", "child_protection")
LANGUAGES: Final = ("id", "vi")
WAITING: Final = 0.3
"""The share of all cases that waits."""
AT_ONCE: Final = 3
"""Chats a caseworker holds; then another one claims."""
_SORTED: Final = Prepared(
    lambda _: (
        select(cases.c.id)
        .where(
            CASE_WAITS,
            cases.c.queue.in_([bindparam(f"queue_{place}") for place in range(len(QUEUES))]),
            cases.c.language.in_(
                [bindparam(f"language_{place}") for place in range(len(LANGUAGES))]
            ),
        )
        .order_by(cases.c.priority, cases.c.waiting_since, cases.c.id)
        .limit(1)
    ),
    *(f"queue_{place}" for place in range(len(QUEUES))),
    *(f"language_{place}" for place in range(len(LANGUAGES))),
)


class Claiming:
    """Every update that is fed is one claim."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clock = SystemClock()
        self._claims = Claims(AuditLog(VAULT), ReplyClocks())
        self._claimed = 0

    @property
    def plan(self) -> str:
        """How the database finds the next case."""
        statement, values = self.asked()
        compiled = statement.for_dialect(self.kind)
        explain = "EXPLAIN QUERY PLAN" if self.kind == "sqlite" else "EXPLAIN (COSTS OFF)"
        connection = self._store.connect()
        cursor = connection.cursor()
        cursor.execute(f"{explain} {compiled.sql}", compiled.row(values))
        lines = [str(row[-1]) for row in cursor.fetchall()]
        connection.close()
        return "\n".join(lines)

    def press(self, person: int, step: Step) -> str:
        """Return what nobody looks at here."""
        return press(person, step)

    async def setup(self, stored: int) -> None:
        """Put so many cases into an empty database."""
        self._store = Database(self._url())
        upgrade(self._store)
        insert_cases(self._store, case_rows(stored, WAITING))

    async def feed(self, _raw: bytes) -> None:
        """Claim the next case for whoever has a hand free."""
        who = _caseworker(self._claimed // AT_ONCE)
        self._claimed += 1
        case = await self._store.writer.run(lambda work: self._claim(work, who))
        if case is None:
            raise SystemExit("haven: nobody waits any more.")

    async def finished(self) -> int:
        """Return how many people's worth of claims there were."""
        return self._claimed // UPDATES

    async def close(self) -> None:
        """Close the store."""
        await self._store.close()

    def asked(self) -> tuple[Prepared, tuple[Any, ...]]:
        """Return the statement that finds the next case, and its values."""
        pairs = [(queue, language) for queue in QUEUES for language in LANGUAGES]
        offered = [Offer(*pair, ALWAYS, 0) for pair in pairs]
        dialect = self._store.dialect
        values = next_case.parameters(dialect, offered)
        statement = next_case.take_statement(dialect, len(offered))
        return statement, ("nobody", 0, "nobody", 1, *values)

    def _claim(self, work: Work, who: Caseworker) -> str | None:
        taken = self._claims.claim_next(work, who, self._clock.now())
        return taken.case if isinstance(taken, Claimed) else None

    def _url(self) -> str:
        return f"sqlite:///{self._folder / 'haven.db'}"


class ClaimingOnPostgreSQL(Claiming):
    """The same on the other database."""

    kind = "postgresql"

    def _url(self) -> str:
        from tests.support.database import postgres_server  # noqa: PLC0415 - only where it is measured

        tempfile.tempdir = str(self._folder.parent)  # outlives this folder, and goes with us
        return postgres_server.empty_database()


class ClaimBySorting(Claiming):
    """Finds the next case as one would write it first."""

    def asked(self) -> tuple[Prepared, tuple[Any, ...]]:
        """Return the statement that finds the next case, and its values."""
        return _SORTED, (*QUEUES, *LANGUAGES)

    def _claim(self, work: Work, who: Caseworker) -> str | None:
        statement, values = self.asked()
        for (case,) in work.rows(statement, *values):
            taken = self._claims.claim(work, case, who, self._clock.now())
            return taken.case if isinstance(taken, Claimed) else None
        return None


class SortedOnPostgreSQL(ClaimBySorting, ClaimingOnPostgreSQL):
    """The same on the other database."""


def _caseworker(number: int) -> Caseworker:
    return Caseworker(
        f"caseworker{number}", Role.CASEWORKER, "caseworker", "", 0, LANGUAGES, QUEUES, (),
        2 * AT_ONCE, is_active=True, is_on_duty=True, rests_until=0,
    )  # fmt: skip
