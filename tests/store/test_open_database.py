"""How a database is opened, and what it must promise before anything is written."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from bot.errors import AlreadyRunningError, CommitFailedError, SettingError
from bot.store import database as opening
from bot.store.database import PRAGMAS, Database, DataDirectory
from tests.support.database import postgres_server
from tests.support.database_fixtures import migrated_url, on_both_databases

if TYPE_CHECKING:
    from pathlib import Path

MUST_BE = {
    "journal_mode": "wal",
    "synchronous": "2",
    "secure_delete": "1",
    "foreign_keys": "1",
}


def test_every_connection_to_sqlite_is_durable_and_leaves_no_trace(tmp_path: Path) -> None:
    connection = Database(migrated_url("sqlite", tmp_path)).connect()
    found = {
        name: str(connection.execute(f"PRAGMA {name}").fetchone()[0]).lower() for name in PRAGMAS
    }
    connection.close()
    assert found == PRAGMAS
    assert found.items() >= MUST_BE.items()


async def test_readers_are_held_to_the_same_pragmas(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    async with database.readers.connect() as connection:
        found = {
            name: str((await connection.execute(text(f"PRAGMA {name}"))).scalar_one()).lower()
            for name in PRAGMAS
        }
    await database.close()
    assert found == PRAGMAS


class _Forgetful:
    """A connection that answers one pragma with what it likes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._answer: str = ""

    def cursor(self) -> _Forgetful:
        return self

    def execute(self, sql: str) -> None:
        self._answer = PRAGMAS[sql.removeprefix("PRAGMA ").partition("=")[0]]
        if sql == f"PRAGMA {self._name}":
            self._answer = "1"

    def fetchone(self) -> tuple[str]:
        return (self._answer,)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("name", ["journal_mode", "synchronous"])
def test_a_sqlite_without_durable_commits_is_refused(name: str) -> None:
    with pytest.raises(CommitFailedError, match=name):
        opening._set_pragmas(_Forgetful(name))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "haven.db").write_bytes(b"a letter, not a database" * 100)
    with pytest.raises(Exception, match="not a database"):
        Database(f"sqlite:///{tmp_path / 'haven.db'}").connect()


def test_a_postgresql_that_may_forget_a_commit_is_refused() -> None:
    url = postgres_server.migrated_database()
    name = url.partition("@/")[2].partition("?")[0]
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    with pytest.raises(CommitFailedError, match="synchronous_commit=off"):
        Database(url).connect()


@pytest.mark.parametrize("url", ["mysql://x/y", "postgres+asyncpg://x", "sqlite3:///x", "nonsense"])
def test_another_database_is_refused_with_what_would_do(url: str) -> None:
    with pytest.raises(SettingError, match=r"HAVEN_DATABASE_URL.*sqlite:///.*postgresql://"):
        Database(url)


def test_a_wrong_address_is_refused_without_repeating_its_password() -> None:
    with pytest.raises(SettingError) as refused:
        Database("mysql://haven:hunter2@host/name")
    assert "hunter2" not in str(refused.value)


@on_both_databases
async def test_a_foreign_key_holds_on_either_database(kind: str, tmp_path: Path) -> None:
    database = Database(migrated_url(kind, tmp_path))
    orphan = text(
        "INSERT INTO reports (id, case_id, kind, flow, sealed, sent_at)"
        " VALUES ('r', 'nobody', 'report', 'report', 'x', 1)"
    )
    if kind == "sqlite":
        orphan = text(orphan.text.replace("'x'", "x'00'"))
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        async with database.readers.execution_options(reads=False).begin() as connection:
            await connection.execute(orphan)
    await database.close()


HOLDS = """
import sys, pathlib
from bot.store.database import DataDirectory
directory = DataDirectory(pathlib.Path(sys.argv[1]))
directory.create()
directory.lock()
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_bot_on_one_folder_exits_and_names_the_first(tmp_path: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as first:
        assert first.stdout is not None
        first.stdout.readline()
        directory = DataDirectory(tmp_path)
        with pytest.raises(AlreadyRunningError, match=rf"process {first.pid}\b"):
            directory.lock()
        first.kill()
    directory.lock()  # a dead bot holds nothing
    assert (tmp_path / "bot.lock").read_text().startswith(f"{os.getpid()} on ")
    directory.unlock()


def test_a_folder_that_was_let_go_can_be_taken_again(tmp_path: Path) -> None:
    first, second = DataDirectory(tmp_path), DataDirectory(tmp_path)
    first.lock()
    with pytest.raises(AlreadyRunningError):
        second.lock()
    first.unlock()
    second.lock()
    second.unlock()


@pytest.mark.parametrize("name", ["a b", "100%41", "what?x=1", "資料", "a#b"])
def test_a_folder_of_any_name_holds_its_database(tmp_path: Path, name: str) -> None:
    directory = DataDirectory(tmp_path / name)
    directory.create()
    Database(directory.database_url).connect().close()
    assert (directory.path / "haven.db").exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "postgresql://"])
def test_a_database_without_a_name_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="must name"):
        Database(url)


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path / "data")
    directory.create()
    assert directory.path.stat().st_mode & 0o077 == 0
    assert directory.files.stat().st_mode & 0o077 == 0
