"""Processes and machines of one deployment mean the same span when they speak of presence.

A worker notes when a person wrote; the leader asks whether they are still there. If both counted
from another span, nobody would ever be there, and no letter of a caseworker would go out.
"""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.clock import HOUR, SECOND, SystemClock
from bot.hotline import clock_record
from bot.hotline.clock_record import check_clock, follow_clocks
from bot.hotline.contact_rule import ClockMonitor
from bot.store.database import Database
from tests.support.database_fixtures import migrated_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.store.writer import Work

FIRST, SECOND_MACHINE = 101, 202
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


class OneProcess:
    """A process on a machine: its clocks, and what it knows of them."""

    def __init__(self, url: str, boot: int, channel: Callable[[], int | None]) -> None:
        self.writer = Database(url).writer
        self.monitor = ClockMonitor(channel, boot)
        self.ahead = 0
        """By how much its wall clock differs from the true one."""
        self.booted_at = 0
        """When its monotonic clock was 0, by that clock."""

    def now(self) -> int:
        return SystemClock().now() + self.ahead

    def monotonic(self) -> float:
        return (SystemClock().now() - self.booted_at) / SECOND

    def checks(self) -> None:
        self.writer.run_sync(lambda work: check_clock(work, self.monitor, self))

    def follows(self) -> None:
        self.writer.run_sync(lambda work: follow_clocks(work, self.monitor, self))

    @property
    def span(self) -> int:
        return self.monitor.steady_since


class Deployment:
    """Processes on machines, and one database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.processes: list[OneProcess] = []

    def add(self, boot: int, *, has_channel: bool = True) -> OneProcess:
        made = OneProcess(self.url, boot, SystemClock().now if has_channel else lambda: None)
        self.processes.append(made)
        return made

    def all_follow(self) -> set[int]:
        """Let all look twice, as time goes by, and return the spans they go by."""
        for _ in range(2):
            for it in self.processes:
                it.checks()
                it.follows()
        return {it.span for it in self.processes}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(migrated_url("postgresql", tmp_path))
    yield made
    for it in made.processes:
        it.writer.close()


def begin_at_once(one: OneProcess, other: OneProcess, here: Deployment) -> None:
    """Let the other process begin while the first has not committed its beginning."""

    def unit(work: Work) -> None:
        check_clock(work, one.monitor, one)
        second.start()
        with closing(Database(here.url).connect()) as watcher:
            while not next(iter(watcher.execute(WAITS)))[0] and second.is_alive():
                time.sleep(0.01)

    second = threading.Thread(target=other.checks)
    one.writer.run_sync(unit)
    second.join()


def test_two_processes_that_begin_at_once_count_from_one_moment(here: Deployment) -> None:
    one, other = here.add(FIRST), here.add(FIRST)
    begin_at_once(one, other, here)
    assert (one.span, one.monitor.span_before) == (other.span, other.monitor.span_before)
    assert len(here.all_follow()) == 1
    assert one.monitor.doubt == other.monitor.doubt == ""


def test_processes_that_only_store_what_they_think_would_be_seen(
    here: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: how it was while one process served a deployment."""
    monkeypatch.setattr(clock_record, "_ADD", clock_record._STORE)
    monkeypatch.setattr(clock_record, "_row_of_start", lambda *_: None)
    one, other = here.add(FIRST), here.add(FIRST)
    begin_at_once(one, other, here)
    assert one.span != other.span


def test_a_jump_of_the_clock_begins_one_span_for_all_processes_of_the_machine(
    here: Deployment,
) -> None:
    processes = [here.add(FIRST) for _ in range(3)]
    (before,) = here.all_follow()
    for it in processes:
        it.booted_at += HOUR  # the wall clock was set, and is right now
    for it in processes:
        it.checks()
    assert {it.span for it in processes} == {processes[0].span}
    assert here.all_follow() == {processes[0].span} != {before}


def test_another_machine_goes_on_with_the_span_of_the_first(here: Deployment) -> None:
    first = here.add(FIRST)
    (before,) = here.all_follow()
    workers = [here.add(SECOND_MACHINE, has_channel=False) for _ in range(2)]
    assert here.all_follow() == {before}
    assert first.monitor.doubt == workers[0].monitor.doubt == ""


def test_a_jump_on_one_machine_counts_on_all(here: Deployment) -> None:
    first, other = here.add(FIRST), here.add(SECOND_MACHINE, has_channel=False)
    (before,) = here.all_follow()
    other.booted_at += HOUR
    other.checks()
    assert first.span == before
    assert here.all_follow() == {other.span} != {before}


@pytest.mark.parametrize("ahead", [8 * HOUR, -8 * HOUR])
def test_no_machine_goes_by_the_span_of_one_whose_clock_is_wrong(
    here: Deployment, ahead: int
) -> None:
    first, wrong = here.add(FIRST), here.add(SECOND_MACHINE, has_channel=False)
    (before,) = here.all_follow()
    wrong.ahead = ahead
    assert here.all_follow() == {before, wrong.span}
    assert first.span == before != wrong.span
    wrong.ahead = 0
    (after,) = here.all_follow()
    assert after > before
    assert first.span == wrong.span == after
