"""The one thread that writes: whole units, and nothing believed after a failed commit."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import bindparam, delete, insert, select

from bot.errors import CommitFailedError
from bot.store.compiled import Prepared
from bot.store.database import Database, connect_sqlite
from bot.store.tables.main import notices
from bot.store.writer import Work, Writer
from tests.support.database_fixtures import migrated_url, on_both_databases, query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOTE = Prepared(
    lambda _: insert(notices).values(
        kind=bindparam("kind"), since=bindparam("since"), until=bindparam("until")
    ),
    "kind",
    "since",
    "until",
)
KINDS_NOTED = Prepared(lambda _: select(notices.c.kind).order_by(notices.c.id))
FORGET = Prepared(lambda _: delete(notices))


def note(kind: str) -> Callable[[Work], int]:
    return lambda work: work.run(NOTE, kind, 1, 2)


def noted(database: Database) -> list[str]:
    return [kind for (kind,) in query(database, "SELECT kind FROM notices ORDER BY id")]


class Broken:
    """A connection to SQLite on which one statement fails, as on a full or dying disk."""

    def __init__(self, path: str, statement: str, after: int = 0) -> None:
        self._connection = connect_sqlite(path)
        self._statement = statement
        self._after = after

    def cursor(self) -> Broken:
        self._cursor = self._connection.cursor()
        return self

    def execute(self, sql: str, *values: Any) -> Any:
        if sql.startswith(self._statement):
            self._after -= 1
            if self._after < 0:
                raise sqlite3.OperationalError("disk I/O error")
        return self._cursor.execute(sql, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def close(self) -> None:
        self._connection.close()


def broken_writer(database: Database, statement: str, after: int = 0) -> Writer:
    return Writer(lambda: Broken(str(database.url.database), statement, after), "sqlite")


@on_both_databases
async def test_a_unit_is_durable_when_it_returns(kind: str, tmp_path: Path) -> None:
    database = Database(migrated_url(kind, tmp_path))
    assert await database.writer.run(note("one")) == 1
    assert noted(database) == ["one"]
    await database.close()


@on_both_databases
async def test_a_failed_unit_leaves_nothing_and_stops_no_other(kind: str, tmp_path: Path) -> None:
    database = Database(migrated_url(kind, tmp_path))

    def fails(work: Work) -> None:
        work.run(NOTE, "half", 1, 2)
        raise LookupError("in the middle")

    with pytest.raises(LookupError):
        await database.writer.run(fails)
    await database.writer.run(note("next"))
    assert noted(database) == ["next"]
    await database.close()


@on_both_databases
async def test_units_run_whole_and_in_the_order_they_were_handed_in(
    kind: str, tmp_path: Path
) -> None:
    database = Database(migrated_url(kind, tmp_path))

    def read_then_write(work: Work) -> None:
        count = len(work.rows(KINDS_NOTED))
        work.run(NOTE, str(count), 1, 2)

    await asyncio.gather(*(database.writer.run(read_then_write) for _ in range(50)))
    assert noted(database) == [str(number) for number in range(50)]
    await database.close()


async def test_after_a_failed_commit_every_later_unit_is_refused(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    writer = broken_writer(database, "COMMIT", after=1)
    await writer.run(note("kept"))
    with pytest.raises(CommitFailedError) as failed:
        await writer.run(note("lost"))
    assert isinstance(failed.value.__cause__, sqlite3.OperationalError)
    assert writer.failed.is_set()
    for _ in range(3):
        with pytest.raises(CommitFailedError):
            await writer.run(note("never"))
    writer.close()
    assert noted(database) == ["kept"]


async def test_a_commit_that_works_again_is_not_believed(tmp_path: Path) -> None:
    """SQLite says OK to the commits after a failed fsync (safety.md F11)."""
    database = Database(migrated_url("sqlite", tmp_path))

    class Once(Broken):
        def execute(self, sql: str, *values: Any) -> Any:
            if sql == "COMMIT" and self._after == 0:
                self._after = 1
                raise sqlite3.OperationalError("disk I/O error")
            return self._cursor.execute(sql, *values)

    writer = Writer(lambda: Once(str(database.url.database), "never"), "sqlite")
    with pytest.raises(CommitFailedError):
        await writer.run(note("lost"))
    with pytest.raises(CommitFailedError):
        await writer.run(note("not believed"))
    writer.close()
    assert noted(database) == []


async def test_a_unit_that_cannot_be_undone_stops_the_writer_too(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    writer = broken_writer(database, "ROLLBACK")

    def fails(_work: Work) -> None:
        raise LookupError("in the middle")

    with pytest.raises(LookupError):
        await writer.run(fails)
    with pytest.raises(CommitFailedError):
        await writer.run(note("never"))
    writer.close()


def disk_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk")
    error.sqlite_errorcode = code
    return error


class RefusingDisk:
    """Connections on which no commit works while the disk refuses it."""

    def __init__(self, path: str, error: sqlite3.OperationalError) -> None:
        self.path, self.error, self.refuses = path, error, True

    def connect(self) -> Any:
        disk = self

        class Refusing(Broken):
            def execute(self, sql: str, *values: Any) -> Any:
                if sql == "COMMIT" and disk.refuses:
                    raise disk.error
                return self._cursor.execute(sql, *values)

        return Refusing(self.path, "never")


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR_WRITE]
)
async def test_after_a_refused_write_it_begins_again_once_a_write_works(
    tmp_path: Path, code: int
) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    disk = RefusingDisk(str(database.url.database), disk_error(code))
    writer = Writer(disk.connect, "sqlite")
    with pytest.raises(CommitFailedError):
        await writer.run(note("lost"))
    since = writer.failed_at
    with pytest.raises(CommitFailedError):
        await writer.reopen()
    assert writer.failed.is_set()
    assert writer.failed_at == since > 0
    disk.refuses = False
    with pytest.raises(CommitFailedError):  # not by itself
        await writer.run(note("too early"))
    await writer.reopen()
    assert not writer.failed.is_set()
    assert not writer.failed_at
    await writer.run(note("kept"))
    writer.close()
    assert noted(database) == ["kept"]


async def test_after_a_failed_fsync_it_never_begins_again(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    disk = RefusingDisk(str(database.url.database), disk_error(sqlite3.SQLITE_IOERR_FSYNC))
    writer = Writer(disk.connect, "sqlite")
    with pytest.raises(CommitFailedError):
        await writer.run(note("lost"))
    disk.refuses = False
    assert not writer.can_reopen
    with pytest.raises(CommitFailedError):
        await writer.reopen()
    writer.close()


async def test_a_disk_full_in_the_midst_of_a_unit_is_a_refused_write(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))

    def fill(work: Work) -> None:
        work.execute("ROLLBACK")  # as SQLite does by itself when the disk is full
        raise disk_error(sqlite3.SQLITE_FULL)

    with pytest.raises(sqlite3.OperationalError):
        await database.writer.run(fill)
    assert database.writer.failed.is_set()
    await database.writer.reopen()
    await database.writer.run(note("kept"))
    await database.close()
    assert noted(database) == ["kept"]


def impatient(path: str) -> sqlite3.Connection:
    """Open a connection that waits a twentieth of a second where others wait five."""
    connection = connect_sqlite(path)
    connection.execute("PRAGMA busy_timeout=50")
    return connection


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[tuple[Database, sqlite3.Connection, Writer]]:
    """Have a database, somebody who writes to it and does not end, and an impatient writer."""
    database = Database(migrated_url("sqlite", tmp_path))
    path = str(database.url.database)
    other = connect_sqlite(path)
    other.execute("BEGIN IMMEDIATE")
    writer = Writer(lambda: impatient(path), "sqlite")
    yield database, other, writer
    writer.close()
    other.close()


async def test_the_writer_waits_for_a_long_transaction_of_another_process(
    crowded: tuple[Database, sqlite3.Connection, Writer],
) -> None:
    database, other, writer = crowded
    asyncio.get_running_loop().call_later(0.05, other.execute, "COMMIT")
    await writer.run(note("waited"))
    assert noted(database) == ["waited"]


async def test_an_endless_lock_is_not_treated_as_a_failing_disk(
    crowded: tuple[Database, sqlite3.Connection, Writer],
) -> None:
    database, other, writer = crowded
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        await writer.run(note("in vain"))
    assert not writer.failed.is_set()
    other.execute("COMMIT")
    await writer.run(note("afterwards"))
    assert noted(database) == ["afterwards"]


async def test_where_nothing_begins_the_writer_stops(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    path = str(database.url.database)
    writer = Writer(lambda: Broken(path, "BEGIN"), "sqlite")
    with pytest.raises(CommitFailedError):
        await writer.run(note("never"))
    assert writer.failed.is_set()
    writer.close()


async def test_a_failing_checkpoint_stops_the_writer(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    writer = broken_writer(database, "PRAGMA wal_checkpoint")
    await writer.run(note("kept"))
    assert await asyncio.to_thread(writer.failed.wait, 30)
    with pytest.raises(CommitFailedError):
        await writer.run(note("never"))
    writer.close()


async def test_work_on_an_unopenable_database_is_refused_without_hanging() -> None:
    def refuses() -> Any:
        raise sqlite3.OperationalError("unable to open database file")

    writer = Writer(refuses, "sqlite")
    for _ in range(2):
        with pytest.raises(CommitFailedError):
            await writer.run(note("never"))
    assert writer.failed.is_set()
    writer.close()


async def test_work_after_closing_is_refused_without_hanging(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    writer = database.writer
    await writer.run(note("one"))
    await database.close()
    with pytest.raises(CommitFailedError):
        await writer.run(note("late"))
    with pytest.raises(CommitFailedError):
        writer.run_sync(note("late"))


async def test_whatever_was_handed_in_before_the_end_is_done(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    waiting = [asyncio.ensure_future(database.writer.run(note(str(n)))) for n in range(20)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*waiting)
    assert len(noted(database)) == 20


def test_a_cancelled_caller_does_not_stop_the_writer(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    loop = asyncio.new_event_loop()

    async def hand_in_and_leave() -> None:
        task = loop.create_task(database.writer.run(note("left")))
        await asyncio.sleep(0)
        task.cancel()

    loop.run_until_complete(hand_in_and_leave())
    loop.close()
    database.writer.run_sync(note("stayed"))
    assert noted(database) == ["left", "stayed"]
    database.writer.close()


def log_of(database: Database) -> Path:
    return Path(f"{database.url.database}-wal")


async def cut(database: Database) -> None:
    """Wait until the writer has had its rest."""
    async with asyncio.timeout(30):
        while log_of(database).stat().st_size:  # noqa: ASYNC110 - another thread's rest
            await asyncio.sleep(0.01)


def holding(needle: bytes, folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if needle in file.read_bytes()]


async def test_at_rest_nothing_that_was_erased_is_left_in_the_files(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    await database.writer.run(note("needle-needle"))
    await database.writer.run(lambda work: work.run(FORGET))
    assert b"needle-needle" in log_of(database).read_bytes()  # so it would be seen
    await cut(database)
    assert not holding(b"needle-needle", tmp_path)
    await database.close()


async def test_a_reader_delays_the_cut_and_does_not_prevent_it(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    reader = database.connect()
    await database.writer.run(note("one"))
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM notices").fetchall()
    await database.writer.run(note("two"))
    assert database.writer.run_sync(note("three")) == 1
    assert log_of(database).stat().st_size
    reader.close()
    await cut(database)
    await database.close()


class Watched:
    """A connection that counts its checkpoints."""

    def __init__(self, path: str) -> None:
        self._connection = connect_sqlite(path)
        self.checkpoints = 0

    def cursor(self) -> Watched:
        self._cursor = self._connection.cursor()
        return self

    def execute(self, sql: str, *values: Any) -> Any:
        self.checkpoints += sql.startswith("PRAGMA wal_checkpoint")
        return self._cursor.execute(sql, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def close(self) -> None:
        self._connection.close()


async def test_a_busy_writer_checkpoints_the_wal_each_time_it_is_full(
    tmp_path: Path,
) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    watched: list[Watched] = []

    def connect() -> Watched:
        watched.append(Watched(str(database.url.database)))
        return watched[0]

    longest = 400_000  # about a hundred units
    writer = Writer(connect, "sqlite", log_of(database), longest)
    for _ in range(1000):
        await writer.run(note("again"))
    assert log_of(database).stat().st_size < 2 * longest
    assert 2 <= watched[0].checkpoints <= 20
    writer.close()
    await database.close()
