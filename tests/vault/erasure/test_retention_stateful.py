"""In any year: what must be kept opens, what is due is gone in a day, and nothing comes back.

Cases are opened, closed, reopened, held, agreed about, erased on request; the clock jumps, the bot
is restarted, an old copy of the data is put back. What really passed is counted beside the clock.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.cases.state_machine import CaseAction
from bot.clock import DAY, HOUR, SECOND
from bot.errors import LegalHoldError, UnderLegalHoldError
from bot.hotline.erasure.legal_holds import HoldReason
from bot.vault.erasure.delete_rows import remaining_tables
from tests.support.database_fixtures import migrated_url
from tests.support.drill_length import drill_length
from tests.support.harnesses.retention_harness import KEPT, WORDS, RetentionHarness

which = st.integers(0, 5)


@dataclass
class Known:
    """What should be true of a case."""

    closed_at: int | None = None
    """By the clock of that moment."""
    held_until: int = 0
    asked: list[int] = field(default_factory=list)
    """Until when, for each request without an approval; the newest is the last."""
    due_seen: int = 0
    """Since when the clock has gone steadily with this case due and not held; 0: it is not."""


class Year(RuleBasedStateMachine):
    """A model of what must be there, beside what is."""

    MISTAKE: ClassVar[str] = ""

    @initialize()
    def begins(self) -> None:
        self.folder = TemporaryDirectory()
        self.here = Path(self.folder.name) / "live"
        self.here.mkdir()
        self.shelf = RetentionHarness(migrated_url("sqlite", self.here), self.here)
        self.cases: dict[str, Known] = {}
        self.gone: set[str] = set()
        self.steady = 0
        """How long the clock has gone steadily."""
        self.copy: tuple[Path, dict[str, Known], int] | None = None
        self.copies = 0

    def teardown(self) -> None:
        if hasattr(self, "shelf"):
            self.shelf.close()
            self.folder.cleanup()

    def _some(self, number: int) -> str:
        names = list(self.cases)
        return names[number % len(names)]

    # --- What people do ----------------------------------------------------------------------

    @rule(days=st.sampled_from([0, 50, 89, 91, 200]))
    def a_case_was_closed(self, days: int) -> None:
        case = self.shelf.closed(days)
        self.cases[case] = Known(self.shelf.now - days * DAY)

    @precondition(lambda self: self.cases)
    @rule(number=which)
    def a_case_is_reopened(self, number: int) -> None:
        case = self._some(number)
        if self.cases[case].closed_at is not None:
            self.shelf.moves(self.shelf.mei, case, CaseAction.REOPEN)
            self.cases[case].closed_at = None

    @precondition(lambda self: self.cases)
    @rule(number=which, days=st.integers(1, 180))
    def somebody_asks_to_keep_it(self, number: int, days: int) -> None:
        case, shelf = self._some(number), self.shelf
        until = shelf.now + days * DAY
        shelf.run(
            lambda work: shelf.holds.request(
                work, case, shelf.mei.id, HoldReason.CLAIM, until, shelf.now
            )
        )
        self.cases[case].asked.append(until)

    @precondition(lambda self: self.cases)
    @rule(number=which)
    def another_agrees(self, number: int) -> None:
        case, shelf = self._some(number), self.shelf
        known = self.cases[case]
        newest = max(
            (it for it, until in enumerate(known.asked) if until > shelf.now), default=None
        )
        try:
            shelf.run(lambda work: shelf.holds.approve(work, case, shelf.jun.id, shelf.now))
        except LegalHoldError:
            assert newest is None
        else:
            assert newest is not None
            known.held_until = max(known.held_until, known.asked.pop(newest))

    @precondition(lambda self: self.cases)
    @rule(number=which)
    def two_people_end_it(self, number: int) -> None:
        case, shelf = self._some(number), self.shelf
        shelf.run(lambda work: shelf.holds.end(work, case, shelf.mei.id, shelf.jun.id, shelf.now))
        known = self.cases[case]
        known.held_until = min(known.held_until, shelf.now)
        known.asked.clear()

    @precondition(lambda self: self.cases)
    @rule(number=which)
    def a_person_wants_it_gone(self, number: int) -> None:
        case = self._some(number)
        try:
            left = self.shelf.erases(case)
        except UnderLegalHoldError:
            assert self.cases[case].held_until > self.shelf.now
        else:
            assert left == ()
            assert self.cases[case].held_until <= self.shelf.now
            self._is_gone(case)

    # --- What time does ----------------------------------------------------------------------

    @rule(hours=st.sampled_from([1, 7, 30, 60]))
    def time_goes_by(self, hours: int) -> None:
        for _ in range(hours):
            self.shelf.now += HOUR
            self.shelf.passed += HOUR / SECOND
            self.steady += HOUR
            self.shelf.round()
            self._see_what_went()

    @rule(days=st.sampled_from([-400, -2, 2, 30, 400]))
    def the_clock_jumps(self, days: int) -> None:
        self.shelf.now += days * DAY
        self.steady = 0
        for known in self.cases.values():
            known.due_seen = 0
        self.shelf.round()

    @rule(hours=st.integers(1, 20))
    def the_bot_is_away(self, hours: int) -> None:
        self.shelf.now += hours * HOUR
        self.shelf.passed += hours * HOUR / SECOND
        self.steady += hours * HOUR
        self.shelf.restarts()

    # --- Copies ------------------------------------------------------------------------------

    @rule()
    def a_copy_is_made(self) -> None:
        self.copies += 1
        folder = Path(self.folder.name) / f"copy{self.copies}"
        shutil.copytree(self.here / "files", folder / "files")
        for name in ("haven.db", "keys.db"):
            with (
                closing(sqlite3.connect(self.here / name)) as live,
                closing(sqlite3.connect(folder / name)) as copy,
            ):
                live.backup(copy)
        known = {case: Known(it.closed_at, it.held_until, list(it.asked))
                 for case, it in self.cases.items()}  # fmt: skip
        self.copy = (folder, known, self.shelf.now)

    @precondition(lambda self: self.copy is not None)
    @rule()
    def the_copy_is_put_back(self) -> None:
        assert self.copy is not None
        ledger = self.shelf.ledger()
        old, now = self.shelf, self.shelf.now
        old.close()
        self.here = Path(self.folder.name) / f"back{self.copies}-{len(self.gone)}-{now}"
        if self.here.exists():
            shutil.rmtree(self.here)
        shutil.copytree(self.copy[0], self.here)
        self.shelf = shelf = RetentionHarness.reopened(self.here)
        shelf.now, shelf.passed = now, old.passed
        shelf._people = old._people
        shelf.mei, shelf.jun, shelf.ida = old.mei, old.jun, old.ida
        connection = shelf.database.connect()
        connection.execute("DELETE FROM rounds")  # as a restore does: see `LEFT_OUT`
        connection.close()
        for begun in shelf.run(lambda work: shelf.erasures.replay(work, ledger, now)):
            assert asyncio.run(shelf.erasures.complete(shelf.database, begun, now)) == ()
        self.cases = {case: Known(it.closed_at, it.held_until, list(it.asked))
                      for case, it in self.copy[1].items() if case not in self.gone}  # fmt: skip
        self.steady = 0

    # --- What must be so ---------------------------------------------------------------------

    def _is_gone(self, case: str) -> None:
        del self.cases[case]
        self.gone.add(case)

    def _see_what_went(self) -> None:
        """Take note of what went by age, and see that it might."""
        now = self.shelf.now
        there = self.shelf.cases()
        for case in [case for case in self.cases if case not in there]:
            known = self.cases[case]
            assert known.closed_at is not None
            assert now - known.closed_at >= KEPT * DAY
            assert known.held_until <= now
            assert self.steady >= DAY
            self._is_gone(case)
        for known in self.cases.values():
            is_due = known.closed_at is not None and now - known.closed_at >= KEPT * DAY
            if not is_due or known.held_until > now:
                known.due_seen = 0
            elif not known.due_seen:
                known.due_seen = now
            else:
                assert now - known.due_seen <= DAY + 2 * HOUR, "due for a day, and still there"

    @invariant()
    def what_is_there_opens_and_what_is_gone_is_gone(self) -> None:
        if not hasattr(self, "shelf"):
            return
        assert self.shelf.cases() == set(self.cases)
        for case in self.cases:
            assert self.shelf.says(case) == [WORDS, WORDS]
        for case in self.gone:
            assert remaining_tables(self.shelf.database, case) == []

    @invariant()
    def everybody_knows_what_is_gone(self) -> None:
        if hasattr(self, "shelf"):
            from tests.support.harnesses.hotline_harness import VAULT  # noqa: PLC0415 - used here alone

            told: dict[bytes, Any] = {it.case_hash: it for it in self.shelf.ledger()}
            assert all(
                told[VAULT.erased_case_digest(case)].done_at is not None for case in self.gone
            )


TestYear = Year.TestCase
TestYear.settings = settings(
    max_examples=drill_length(4, 10), stateful_step_count=18, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
