"""What a commit is worth with a standby: on a real pair of servers, frozen, killed and promoted."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.app.databases.standbys import require_synchronous
from bot.app.storage import fault_of
from bot.cli.health.standbys import standby_checks
from bot.clock import SystemClock
from bot.errors import CommitFailedError, DatabaseAwayError, SettingError
from bot.monitoring.metrics import _of_standbys
from bot.monitoring.standby_watch import StandbyWatch
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.patience import Patience, StatementLimits
from bot.store.postgresql.connection import connect
from bot.store.postgresql.session import PostgresqlSession
from bot.store.replication import (
    Durability,
    Replication,
    Standby,
    count_needed,
    load_replication,
)
from tests.store.test_writer import note, noted
from tests.support.cli_runner import is_user_message, run_haven
from tests.support.database.machines_page import followed, place
from tests.support.database.server_pair import STANDBY, ServerPair, server_pair, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

QUICK = Patience(
    units=3, connects=100, first=0.02, longest=0.05, limits=StatementLimits(0.5, 0.3, 0.2)
)
QUORUM = "SELECT count(*) = 2 FROM pg_stat_replication WHERE sync_state = 'quorum'"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
GONE = "SELECT count(*) = 0 FROM pg_stat_replication"
CANCEL = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@pytest.fixture(scope="module")
def pair() -> Iterator[ServerPair]:
    with server_pair() as made:
        for line in followed("sql on a"):
            if "replicator" not in line:  # who is there already
                made.primary.run(line)
        upgrade(Database(made.primary.url("haven", "haven")))
        made.primary.run("CREATE ROLE modest LOGIN")
        made.wait_for_standby()
        yield made


@pytest.fixture
def synchronous(pair: ServerPair) -> Iterator[Database]:
    pair.be_synchronous()
    database = Database(pair.url("haven"), QUICK)
    yield database
    pair.standby.thaw()
    if database._writer is not None:
        database.writer.close()
    pair.be_synchronous("")


def test_what_a_server_says_of_its_standbys_and_what_an_ordinary_user_sees(
    pair: ServerPair,
) -> None:
    def seen(user: str = "haven") -> Durability:
        return load_replication(Database(pair.url(user=user))).durability

    alone = load_replication(Database("sqlite:///none"))
    assert (alone.durability, alone.timeline) == (Durability.ALONE, 0)
    assert seen("modest") == Durability.HIDDEN  # that there is one, but not how it follows
    assert seen() == Durability.ASYNCHRONOUS
    pair.be_synchronous()
    found = load_replication(Database(pair.url(user="haven")))
    assert found.durability == Durability.SYNCHRONOUS
    assert [(it.name, it.sync_state) for it in found.standbys] == [(STANDBY, "sync")]
    assert (found.timeline, found.seconds_behind < 5) == (1, True)
    pair.be_synchronous("another")
    assert seen() == Durability.MISSING
    pair.be_synchronous("")
    assert load_replication(Database(pair.standby.url())).durability == Durability.STANDBY


@pytest.mark.parametrize(
    ("wanted", "states", "worth"),
    [
        ("b", "sync", Durability.SYNCHRONOUS),
        ("FIRST 2 (b, c)", "sync", Durability.MISSING),
        ("FIRST 2 (b, c)", "sync sync", Durability.SYNCHRONOUS),
        ("ANY 1 (b, c)", "quorum quorum", Durability.SYNCHRONOUS),
        ("1 (b, c)", "sync potential", Durability.SYNCHRONOUS),
        ("b", "async", Durability.MISSING),
        ("", "async async", Durability.ASYNCHRONOUS),
        ("b", "", Durability.MISSING),
        ("", "", Durability.ALONE),
    ],
)
def test_as_many_standbys_must_be_synchronous_as_a_commit_waits_for(
    wanted: str, states: str, worth: Durability
) -> None:
    standbys = tuple(Standby("b", state) for state in states.split())
    assert Replication(wanted, standbys).durability == worth
    assert count_needed("FIRST 2 (b, c)") == 2


def test_of_several_hosts_the_one_that_takes_writes_is_used_by_default(
    pair: ServerPair,
) -> None:
    def wants(address: str) -> str | None:
        found = Database(address).url.query.get("target_session_attrs")
        return None if found is None else str(found)

    assert wants("postgresql://haven@a,b/haven") == "read-write"
    assert wants("postgresql://haven@/haven?host=/a,/b") == "read-write"
    assert wants("postgresql://haven@a,b/haven?target_session_attrs=any") == "any"
    assert wants("postgresql://haven@a/haven") is None
    backwards = f"postgresql://postgres:@/haven?host={pair.standby.data},{pair.primary.data}"
    assert not load_replication(Database(backwards)).is_standby


def test_a_commit_that_the_standby_does_not_have_is_not_taken_for_stored(
    pair: ServerPair, synchronous: Database
) -> None:
    synchronous.writer.run_sync(note("before"))
    pair.standby.freeze()
    with capture_logs() as logs, pytest.raises(DatabaseAwayError, match="does not answer"):
        synchronous.writer.run_sync(note("while it is frozen"))
    assert [it["event"] for it in logs] == ["commit_uncertain"]
    assert "while it is frozen" in noted(synchronous)  # the primary alone has it
    with pytest.raises(CommitFailedError):
        asyncio.run(synchronous.writer.reopen())
    assert pair.primary.run(WAITING) in {(0,), (1,)}  # no more, however often it is tried
    pair.standby.thaw()
    with closing(PostgresqlSession(synchronous.connect_briefly, QUICK)) as session:
        session.run(note("after"))
    assert noted(synchronous)[-1] == "after"


def test_a_wait_for_the_standby_that_was_cancelled_is_noticed(
    pair: ServerPair, synchronous: Database
) -> None:
    patient = Patience(units=3, first=0.02, limits=StatementLimits(20.0))
    failed = threading.Event()
    reconnect = partial(connect, synchronous.url, patient.limits)
    session = PostgresqlSession(reconnect, patient)
    pair.standby.freeze()

    def store() -> None:
        try:
            session.run(note("cancelled"))
        except DatabaseAwayError:
            failed.set()

    storing = threading.Thread(target=store)
    storing.start()
    cancelled = 0
    while storing.is_alive():  # the wait of the commit, and that of its proof
        cancelled += pair.primary.run(CANCEL) == (True,)
        time.sleep(0.1)
    session.close()
    assert cancelled
    assert failed.is_set()


def test_a_session_that_believes_the_primary_alone_would_be_seen(
    pair: ServerPair, synchronous: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresqlSession, "_prove", lambda *_given: None)
    pair.standby.freeze()
    synchronous.writer.run_sync(note("believed"))


# --- a start, the doctor, and a bot that runs ----------------------------------------------------


def settings_of(pair: ServerPair, folder: Path, **given: object) -> Settings:
    addresses = {
        "database_url": pair.url("haven", "haven"),
        "keys_url": pair.url("haven_keys", "haven"),
    }
    return Settings(data=folder, **(addresses | given))  # type: ignore[arg-type]


def test_a_start_refuses_a_standby_that_no_commit_waits_for_and_names_the_fix(
    pair: ServerPair, tmp_path: Path
) -> None:
    settings = settings_of(pair, tmp_path)
    fix = r"HAVEN_DATABASE_URL: .*machine_b.*synchronous_standby_names = 'FIRST 1 \(machine_b\)'"
    with pytest.raises(SettingError, match=rf"{fix}.*HAVEN_ALLOW_ASYNC_STANDBY=yes"):
        require_synchronous(settings)
    require_synchronous(settings_of(pair, tmp_path, allow_async_standby="yes"))
    pair.be_synchronous("FIRST 1 (machine_b)")  # as it says
    require_synchronous(settings)


def test_a_start_says_at_once_that_commits_would_wait_for_ever(
    pair: ServerPair, tmp_path: Path
) -> None:
    pair.be_synchronous("FIRST 2 (machine_b, machine_c)")
    for given in ({}, {"allow_async_standby": True}):
        with pytest.raises(SettingError, match=r"too few of them are connected \(machine_b\)"):
            require_synchronous(settings_of(pair, tmp_path, **given))
    pair.be_synchronous("")


def test_keys_on_one_machine_and_data_on_two_are_refused(pair: ServerPair, tmp_path: Path) -> None:
    pair.be_synchronous()
    settings = settings_of(pair, tmp_path, keys_url=None)
    with pytest.raises(SettingError, match=r"HAVEN_KEYS_URL: .* Put both databases on the same"):
        require_synchronous(settings)
    pair.be_synchronous("")


def test_haven_start_refuses_it_before_it_stores_anything(pair: ServerPair, tmp_path: Path) -> None:
    settings = settings_of(pair, tmp_path)
    done = run_haven(
        "start", "--only", "desk", data=tmp_path, database_url=settings.database_url or "",
        keys_url=settings.keys_url or "", organisation="Hope House", contact="02-1234-5678",
    )  # fmt: skip
    assert (done.returncode, "has a standby" in done.stderr) == (1, True), done.stderr
    assert is_user_message(done.stderr)


def test_the_doctor_says_how_each_standby_follows(pair: ServerPair, tmp_path: Path) -> None:
    def faults() -> dict[str, str | None]:
        found = standby_checks(settings_of(pair, tmp_path))
        return {name: fault_of(check) for name, check in found}

    assert list(standby_checks(Settings(data=tmp_path))) == []
    assert all("no commit waits for" in str(fault) for fault in faults().values())
    pair.be_synchronous()
    said = faults()
    assert [name.partition(":")[0] for name in said] == [
        "standbys of the database (timeline 1)", "standbys of the key store (timeline 1)",
    ]  # fmt: skip
    assert all("machine_b: sync, " in name for name in said)
    assert set(said.values()) == {None}
    pair.be_synchronous("")


async def test_a_standby_that_is_lost_is_logged_shown_and_found_again(
    pair: ServerPair, tmp_path: Path
) -> None:
    pair.be_synchronous()
    data, keys = (Database(pair.url(name), QUICK) for name in ("haven", "haven_keys"))
    watch = StandbyWatch.of(data, keys, SystemClock())
    await watch.look()
    before = metrics_of(watch)
    pair.standby.kill()
    wait_until(pair.primary, GONE)
    with capture_logs() as logs:
        await watch.look()
        gone = metrics_of(watch)
        pair.standby.start()
        pair.be_synchronous()
        await watch.look()
    assert [(it["event"], it["kind"], it.get("state")) for it in logs] == [
        ("standby_missing", "data", "missing"), ("standby_missing", "keys", "missing"),
        ("standby_found", "data", None), ("standby_found", "keys", None),
    ]  # fmt: skip
    assert (before["haven_standbys"], gone["haven_standbys"]) == (1, 0)
    assert (before["haven_standby_missing"], gone["haven_standby_missing"]) == (0, 1)
    assert before["haven_database_timeline"] == 1
    pair.be_synchronous("")


def metrics_of(watch: StandbyWatch) -> dict[str, float]:
    return {family.name: family.samples[0].value for family in _of_standbys(watch)}


# --- promotion: the last tests, after which there is no pair any more ---------------------------


@dataclass
class Scribe:
    """Writes one note after another, and keeps those that were acknowledged."""

    database: Database
    name: str
    acknowledged: list[str] = field(default_factory=list)
    ends: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        session = PostgresqlSession(self.database.connect_briefly, QUICK)
        number = 0
        while not self.ends.is_set():
            number += 1
            said = f"{self.name} {number}"
            try:
                session.run(note(said))
            except CommitFailedError:
                session.close()
            else:
                self.acknowledged.append(said)
        session.close()


async def test_what_was_acknowledged_is_there_once_after_a_promotion_by_the_page(
    pair: ServerPair,
) -> None:
    pair.add_standby("machine_c")
    for line in followed("sql on a, synchronous"):
        pair.primary.run(line)
    wait_until(pair.primary, QUORUM)
    watch = await watched(pair)
    scribes = [Scribe(Database(pair.url("haven"), QUICK), f"scribe {n}") for n in range(4)]
    threads = [threading.Thread(target=it.run, daemon=True) for it in scribes]
    for each in threads:
        each.start()
    wait_for(lambda: all(len(it.acknowledged) > 10 for it in scribes))
    pair.primary.kill()
    before = [len(it.acknowledged) for it in scribes]
    promote_by_the_page(pair)
    wait_for(lambda: all(len(it.acknowledged) > n for it, n in zip(scribes, before, strict=True)))
    for scribe, thread in zip(scribes, threads, strict=True):
        scribe.ends.set()
        thread.join()
    stored = Counter(noted(Database(pair.url("haven"))))
    acknowledged = [said for it in scribes for said in it.acknowledged]
    assert len(acknowledged) > 40
    assert [said for said in acknowledged if stored[said] != 1] == []
    with capture_logs() as logs:
        await watch.look()
        await watch.look()
        await watched(pair)  # a Haven that was stopped while it happened
    found = [(it["event"], it.get("count")) for it in logs]
    assert found == [("database_promoted", 2), ("database_promoted", 2)]


def promote_by_the_page(pair: ServerPair) -> None:
    """Promote the standby that has more, let it wait for the other, and let that one follow."""
    both = {STANDBY: pair.standby, "machine_c": pair.others[0]}
    (question,) = followed("sql on b and c")
    other, chosen = sorted(both, key=lambda it: lsn_of(both[it].run(question)))
    pair.standby, pair.others = both[chosen], [both[other]]
    for line in followed("sql on b, promote"):
        both[chosen].run(line.replace("machine_c", other))
    for line in followed("sql on c, follow"):
        both[other].run(place(line, "b", both[chosen].data, other))


def lsn_of(row: tuple[object, ...] | None) -> tuple[int, ...]:
    assert row is not None
    return tuple(int(part, 16) for part in str(row[0]).split("/"))


async def watched(pair: ServerPair) -> StandbyWatch:
    """Return a watch that has begun, and has stored what it found."""
    database = Database(pair.url("haven"), QUICK)
    watch = StandbyWatch.of(database, Database("sqlite:///none"), SystemClock())
    await watch._load_timeline(database)
    await watch.look()
    await watch._store(database)
    await database.close()
    return watch


def test_an_asynchronous_standby_loses_what_was_acknowledged(pair: ServerPair) -> None:
    pair.standby.run("ALTER SYSTEM SET synchronous_standby_names = ''")
    pair.standby.run("SELECT pg_reload_conf()")
    pair.follow_standby("machine_d")  # the one that was promoted
    database = Database(pair.url("haven"), QUICK)
    assert load_replication(database).durability == Durability.ASYNCHRONOUS
    pair.standby.kill()
    database.writer.run_sync(note("lost"))
    assert noted(database)[-1] == "lost"
    database.writer.close()
    pair.primary.kill()
    pair.standby.start()
    pair.promote()
    assert "lost" not in noted(Database(pair.url("haven")))


def wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)
