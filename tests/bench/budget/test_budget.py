"""The budget of an update: that time counts once, for the right stage, and that worse is marked."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.bench.budget import budget_table, run_budget
from tests.bench.budget.run_budget import LOOP, WRITER, Budget
from tests.bench.budget.stage_clock import StageClock
from tests.bench.budget.stages import COMMIT, ENGINE, STATEMENTS
from tests.bench.older_head import UnknownHeadError, older_head
from tests.bench.run_one import BenchRun
from tests.support.paths import ROOT

MILLISECOND = 1_000_000
is_repository = pytest.mark.skipif(
    not (ROOT / ".git").exists(), reason="an export of the source has no older heads"
)


def work(milliseconds: float) -> None:
    """Use the processor for so long."""
    end = time.thread_time_ns() + int(milliseconds * MILLISECOND)
    while time.thread_time_ns() < end:
        pass


class Machine:
    """Something with stages inside one another."""

    def outer(self) -> None:
        work(4)
        self.inner()
        work(4)

    def inner(self) -> None:
        work(8)

    @staticmethod
    def of_rows(rows: list[int]) -> int:
        return len(rows)

    async def waits(self) -> str:
        work(4)
        await asyncio.sleep(0.05)
        work(4)
        return "done"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StageClock:
    for name in ("outer", "inner", "of_rows", "waits"):
        monkeypatch.setattr(Machine, name, Machine.__dict__[name])  # as they were, afterwards
    made = StageClock()
    made.running = True
    return made


def spent(clock: StageClock) -> dict[str, int]:
    return {stage: round(it / MILLISECOND / 4) * 4 for stage, it in clock.spent.items()}


def test_time_counts_once_and_for_the_innermost_stage(clock: StageClock) -> None:
    clock.wrap(Machine, "outer", "a")
    clock.wrap(Machine, "inner", "b")
    Machine().outer()
    assert spent(clock) == {"a": 8, "b": 8}
    assert sum(clock.in_thread.values()) == sum(clock.spent.values())


async def test_of_a_coroutine_only_its_steps_count(clock: StageClock) -> None:
    clock.wrap(Machine, "waits", "steps", is_async=True)
    waiting = asyncio.create_task(Machine().waits())
    await asyncio.sleep(0.01)
    work(12)  # while it waits
    assert await waiting == "done"
    assert spent(clock) == {"steps": 8}


async def test_an_error_and_a_cancellation_end_the_stage(clock: StageClock) -> None:
    clock.wrap(Machine, "waits", "steps", is_async=True)
    waiting = asyncio.create_task(Machine().waits())
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert clock.enter("next") is None


def test_nothing_counts_while_the_clock_does_not_run_or_where_there_is_no_stage(
    clock: StageClock,
) -> None:
    def stage_of(rows: list[int]) -> str:
        return "rows" if rows else ""

    clock.wrap(Machine, "of_rows", stage_of)
    assert (Machine.of_rows([]), dict(clock.calls)) == (0, {})
    assert (Machine.of_rows([1]), dict(clock.calls)) == (1, {"rows": 1})
    clock.running = False
    assert (Machine.of_rows([1]), dict(clock.calls)) == (1, {"rows": 1})


def budget(**stages: float) -> Budget:
    return Budget(
        cpu_us=1.0, stages=stages, statements=2.0, commits=0.5, written_kb=3.0, memory_kb=4.0
    )


def test_the_median_of_the_rounds_counts_and_the_dearest_stage_stands_first() -> None:
    rounds = [budget(engine=9.0, commit=1.0), budget(engine=5.0), budget(engine=6.0, commit=3.0)]
    rows = budget_table.stage_rows({"SQLite, 1": rounds})
    assert list(rows) == [budget_table.TOTAL, "engine", "commit"]
    assert rows["engine"] == {"SQLite, 1": 6.0}
    assert rows["commit"] == {"SQLite, 1": 1.0}


@pytest.mark.parametrize(
    ("now", "is_marked"), [(109.0, False), (111.0, True), (90.0, False)], ids=["9%", "11%", "less"]
)
def test_a_stage_that_needs_over_a_tenth_more_than_before_is_marked(
    now: float, is_marked: bool
) -> None:
    shown = budget_table.table({"one": [budget(engine=now)]}, {"one": [budget(engine=100.0)]})
    cells = [cell for column in shown.columns for cell in column.cells]
    assert any("worse" in str(cell) for cell in cells) == is_marked


def test_a_new_stage_and_one_of_a_microsecond_are_compared_too() -> None:
    after, before = {"one": [budget(new=30.0, tiny=1.5)]}, {"one": [budget(tiny=1.0)]}
    column = [str(cell) for cell in budget_table.table(after, before).columns[3].cells]
    assert [it for it in column if "worse" in it] == ["1.0 worse", "0.0 worse"]  # total, new


async def test_the_stages_of_a_run_add_up_to_its_threads_and_every_function_is_found(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_budget, "wrap_all", wrap_for_now(monkeypatch))
    run = BenchRun(subject="haven", people=5, stored=5, warm_up=1, folder=str(tmp_path))
    found = await run_budget.measure(run)
    assert found.missing == []
    assert {ENGINE, COMMIT, LOOP, WRITER, f"{STATEMENTS}outbox"} <= set(found.stages)
    assert sum(found.stages.values()) == pytest.approx(found.cpu_us, rel=0.3)
    assert found.commits >= 1
    assert found.statements > found.commits
    assert found.written_kb > 1
    assert found.memory_kb > 1


def wrap_for_now(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return `wrap_all`, whose changes end with the test."""
    wrap_all = run_budget.wrap_all

    def wrapping(clock: StageClock) -> list[str]:
        wrap = clock.wrap

        def wrap_until_end(owner: Any, name: str, *stage: Any, **how: Any) -> None:
            kept = owner.__dict__[name] if isinstance(owner, type) else getattr(owner, name)
            monkeypatch.setattr(owner, name, kept)
            wrap(owner, name, *stage, **how)

        monkeypatch.setattr(clock, "wrap", wrap_until_end)
        return wrap_all(clock)

    return wrapping


@is_repository
def test_a_head_that_git_does_not_know_is_named_with_what_to_do() -> None:
    with (
        pytest.raises(UnknownHeadError, match=r"--against no-such-head: .*HEAD~10"),
        older_head("no-such-head"),
    ):
        pass


@is_repository
def test_an_older_head_is_checked_out_with_its_catalogues_and_removed() -> None:
    with older_head("HEAD") as root:
        assert (root / "bot" / "__init__.py").exists()
        assert any(root.glob("locales/*/LC_MESSAGES/*.mo"))
    assert not root.exists()
