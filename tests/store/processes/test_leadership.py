"""One process leads, on the session it writes with; one front polls; each knows who else runs."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.clock import SECOND
from bot.errors import AlreadyRunningError, LeadLostError
from bot.store import database as database_module
from bot.store.database import Database
from bot.store.patience import Patience
from bot.store.processes import leadership
from bot.store.processes.leadership import SILENCE_SECONDS, is_lead_free
from bot.store.processes.polling_lock import PollingLock
from bot.store.processes.running import (
    ALIVE_FOR,
    FORGOTTEN_AFTER,
    RUNS,
    STANDS_BY,
    RunningProcess,
    beat,
    count_roles,
    forget_dead,
    has_other_workers,
    joins_others,
    leave,
    load_processes,
    process_number,
)
from bot.store.work import check_connection
from tests.store.test_postgresql_faults import kill_connections
from tests.store.test_writer import note, noted
from tests.support.database import postgres_server
from tests.support.database_fixtures import migrated_url, on_both_databases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.store.writer import Work

QUICK = Patience(first=0.01, longest=0.05, reopen=0.01, silence=0.1)
NOW = 10**15
FREED_WITHIN = 60.0
"""Seconds in which the server ends a session that was closed; more only when it is broken."""


class Fleet:
    """Processes of one deployment, each with a database of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.url = postgres_server.migrated_database()
        self.made: list[Database] = []
        self._monkeypatch = monkeypatch

    def process(self, number: int, *, leads: bool = True) -> Database:
        made = Database(self.url, QUICK)
        self._monkeypatch.setattr(database_module, "process_number", lambda: number)
        if leads:
            made.claim_for_bot()
        self.made.append(made)
        return made


async def until_true(what: Callable[[], object]) -> None:
    """Ask again and again: the server ends a session a moment after its client closed it."""
    async with asyncio.timeout(FREED_WITHIN):
        while not what():  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.01)


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    made = Fleet(monkeypatch)
    yield made
    for each in made.made:
        each.writer.close()


# --- the lead -----------------------------------------------------------------------------------


async def test_a_leader_that_another_one_followed_begins_again_before_it_stores_anything(
    fleet: Fleet,
) -> None:
    first = fleet.process(1)
    await first.writer.run(note("first"))
    kill_connections(first)  # as the server does to one from which it hears nothing
    second = fleet.process(2)
    await second.writer.run(note("second"))
    with pytest.raises(AlreadyRunningError, match="--standby"):
        await first.writer.run(note("too late"))
    assert not first.writer.can_reopen
    assert noted(second) == ["first", "second"]


async def test_a_leader_that_gets_the_lead_back_begins_again_too(fleet: Fleet) -> None:
    """What it remembers may be old: the other one may have answered, erased, or made new keys."""
    first = fleet.process(1)
    kill_connections(first)
    second = fleet.process(2)
    await second.writer.run(note("second"))
    second.writer.close()
    looks = fleet.process(3, leads=False).writer
    await until_true(lambda: looks.run_sync(is_lead_free))
    with pytest.raises(LeadLostError):
        await first.writer.run(note("from memory"))
    assert first.writer.can_reopen
    await first.writer.reopen()
    await first.writer.run(note("begun again"))
    assert noted(first) == ["second", "begun again"]


async def test_a_leader_whom_no_one_followed_goes_on(fleet: Fleet) -> None:
    first = fleet.process(1)
    kill_connections(first)
    await first.writer.run(note("goes on"))
    assert noted(first) == ["goes on"]


async def test_who_stands_by_sees_when_the_lead_is_free(fleet: Fleet) -> None:
    leader, waiting = fleet.process(1), fleet.process(2, leads=False)
    assert not await waiting.writer.run(is_lead_free)
    leader.writer.close()
    await until_true(lambda: waiting.writer.run_sync(is_lead_free))


async def test_who_stands_by_ends_a_leader_that_says_nothing_in_the_midst_of_its_work(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader, waiting = fleet.process(1), fleet.process(2, leads=False)
    begun, goes_on = threading.Event(), threading.Event()

    def pauses(work: Work) -> None:
        note("before")(work)
        begun.set()
        goes_on.wait()

    paused = asyncio.create_task(leader.writer.run(pauses))
    await asyncio.to_thread(begun.wait)
    assert not await waiting.writer.run(is_lead_free)
    monkeypatch.setattr(leadership, "SILENCE_SECONDS", 0)
    while not await waiting.writer.run(is_lead_free):
        pass
    second = fleet.process(3)
    await second.writer.run(note("second"))
    goes_on.set()
    with pytest.raises(AlreadyRunningError):
        await paused
    assert noted(second) == ["second"]


async def test_the_server_ends_a_leader_from_which_it_hears_nothing(fleet: Fleet) -> None:
    def limits(database: Database) -> list[Any]:
        shown = "current_setting('{}')::interval = '{} s'"
        names = ("idle_session_timeout", "idle_in_transaction_session_timeout")
        asked = ", ".join(shown.format(name, SILENCE_SECONDS) for name in names)
        return list(database.writer.run_sync(lambda work: work.execute(f"SELECT {asked}"))[0])

    assert limits(fleet.process(1)) == [True, True]
    assert limits(fleet.process(2, leads=False)) == [False, False]


def test_an_answer_of_the_database_counts_for_a_few_seconds(fleet: Fleet) -> None:
    leader = fleet.process(1)
    assert leader.writer.is_current
    leader.writer._heard_at -= SILENCE_SECONDS / 2
    assert not leader.writer.is_current
    leader.writer.run_sync(check_connection)
    assert leader.writer.is_current


def heard(database: Database) -> tuple[Any, Any]:
    """Return when the server began the last statement of a session, and when it heard it last."""
    ask = (
        "SELECT query_start, state_change FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name <> 'heard' AND backend_type = 'client backend'"
    )
    with closing(database.connect()) as connection:
        # The server may still be ending the connection that asked before this one.
        connection.execute("SET application_name TO 'heard'")
        (session,) = connection.execute(ask).fetchall()
        return tuple(session)


def test_a_leader_keeps_its_session_without_a_transaction(fleet: Fleet) -> None:
    """At rest a server has nothing to do for it: no transaction, no row of a log."""
    leader = fleet.process(1)
    began, before = heard(leader)
    leader.writer.run_sync(check_connection)
    again, after = heard(leader)
    assert again == began
    assert after > before
    leader.writer.run_sync(lambda _work: None)  # what any other unit of work is
    assert heard(leader)[0] > began


async def test_a_leader_that_asks_notices_that_another_one_followed(fleet: Fleet) -> None:
    first = fleet.process(1)
    kill_connections(first)
    fleet.process(2)
    with pytest.raises(AlreadyRunningError, match="--standby"):
        await first.writer.run(check_connection)


async def test_a_leader_that_asks_connects_again_where_no_one_followed(fleet: Fleet) -> None:
    first = fleet.process(1)
    kill_connections(first)
    await first.writer.run(check_connection)
    assert not await fleet.process(2, leads=False).writer.run(is_lead_free)


def test_on_sqlite_the_data_folder_is_locked_and_nothing_is_asked(tmp_path: Path) -> None:
    with closing(Database(migrated_url("sqlite", tmp_path)).writer) as writer:
        assert writer.is_current


# --- the turn to poll ---------------------------------------------------------------------------


def test_a_front_keeps_its_turn_without_a_transaction(fleet: Fleet) -> None:
    database = Database(fleet.url, QUICK)
    lock = PollingLock(database.connect_briefly)
    assert lock.hold()
    began, before = heard(database)
    assert lock.hold()
    again, after = heard(database)
    assert again == began
    assert after > before
    lock.release()


async def test_one_front_polls_and_the_next_goes_on_when_it_ends(fleet: Fleet) -> None:
    database = Database(fleet.url, QUICK)
    first, second = (PollingLock(database.connect_briefly) for _ in range(2))
    assert (first.hold(), first.hold(), second.hold()) == (True, True, False)
    first.release()
    await until_true(second.hold)
    assert not first.hold()
    first.release()
    second.release()


def test_a_front_that_lost_its_connection_takes_the_lock_again_unless_another_has_it(
    fleet: Fleet,
) -> None:
    database = Database(fleet.url, QUICK)
    first, second = (PollingLock(database.connect_briefly) for _ in range(2))
    assert first.hold()
    kill_connections(database)
    assert first.hold()
    kill_connections(database)
    assert second.hold()
    assert not first.hold()
    first.release()
    second.release()


# --- who runs -----------------------------------------------------------------------------------


def process(number: int, roles: str, *, state: str = RUNS, at: int = NOW) -> RunningProcess:
    return RunningProcess(number, roles, "elsewhere", 5, 7, state, "0.4.0", at, at)


@on_both_databases
def test_running_processes_are_counted_by_role_and_dead_ones_forgotten(
    kind: str, tmp_path: Path
) -> None:
    with closing(Database(migrated_url(kind, tmp_path)).writer) as writer:
        known = [
            process(1, "front,worker,leader"), process(2, "worker"),
            process(3, "leader", state=STANDS_BY), process(4, "worker", at=NOW - ALIVE_FOR - 1),
            process(5, "front", at=NOW - FORGOTTEN_AFTER - 1),
        ]  # fmt: skip
        for it in known:
            writer.run_sync(lambda work, it=it: beat(work, it, it.alive_at))
        assert writer.run_sync(lambda work: count_roles(load_processes(work), NOW)) == {
            "front": 1, "worker": 2, "leader": 1, "desk": 0, "standby": 1,
        }  # fmt: skip
        writer.run_sync(lambda work: forget_dead(work, NOW))
        assert [it.number for it in writer.run_sync(load_processes)] == [4, 1, 2, 3]
        writer.run_sync(lambda work: leave(work, 2))
        assert [it.number for it in writer.run_sync(load_processes)] == [4, 1, 3]
        others = writer.run_sync(lambda work: has_other_workers(work, NOW))
        assert others is (kind == "postgresql")


def test_a_worker_joins_at_once_where_another_one_was_known_for_long_enough(tmp_path: Path) -> None:
    own = RunningProcess.own("worker", RUNS, NOW)
    span, later = 2 * SECOND, NOW + 3 * SECOND
    beginner = replaced(own, 1, 11)
    elsewhere = process(2, "worker")
    idle = process(3, "front")
    with closing(Database(migrated_url("sqlite", tmp_path)).writer) as writer:

        def joins(now: int, *stored: tuple[RunningProcess, int]) -> bool:
            for it, alive_at in stored:
                writer.run_sync(partial(beat, own=it, now=alive_at))
            return writer.run_sync(lambda work: joins_others(work, now, span))

        assert not joins(later, (beginner, NOW), (idle, later))  # our own row is not stored yet
        assert joins(later, (own, NOW))
        assert not joins(NOW + SECOND)  # the other one may not have been seen yet
        writer.run_sync(lambda work: leave(work, 1))
        assert not joins(later)
        assert not joins(later, (elsewhere, NOW + SECOND))  # by a clock that may be behind ours
        assert joins(later, (elsewhere, NOW + span))


def test_a_process_of_this_machine_that_was_killed_is_forgotten_at_once(tmp_path: Path) -> None:
    with closing(Database(migrated_url("sqlite", tmp_path)).writer) as writer:
        own = RunningProcess.own("leader", RUNS, NOW)
        here = [own, *(replaced(own, number, process) for number, process in ((1, 11), (2, 22)))]
        for it in [*here, process(3, "worker")]:
            writer.run_sync(lambda work, it=it: beat(work, it, NOW))
        writer.run_sync(lambda work: forget_dead(work, NOW, lambda number: number == 11))
        left = {it.number for it in writer.run_sync(load_processes)}
    assert left == {process_number(), 1, 3}


def replaced(own: RunningProcess, number: int, pid: int) -> RunningProcess:
    return RunningProcess(
        number, own.roles, own.host, own.boot, pid, own.state, own.release, NOW, NOW + SECOND
    )


def test_each_process_has_a_number_of_its_own() -> None:
    numbers: list[int] = []
    thread = threading.Thread(target=lambda: numbers.append(process_number()))
    thread.start()
    thread.join()
    assert numbers == [process_number()]
