"""A SQLite deployment moves to PostgreSQL: whole, resumable, compared; or it says why not."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.errors import UnfinishedCopyError
from bot.sandbox import TOKEN
from bot.settings.env_file import read_env_file
from bot.store.copies.row_digests import digest_tables
from bot.store.copies.table_copy import TableCopy
from bot.store.database import PRACTICE_MARKER, Database, DataDirectory
from bot.store.migrate import (
    KEY_MIGRATIONS,
    LATEST_KEY_REVISION,
    LATEST_REVISION,
    MIGRATIONS,
    current_revision,
    schema_engine,
    upgrade,
)
from bot.store.tables.keys import key_metadata
from bot.store.tables.main import metadata
from bot.vault import HostKey, KeyStore, Vault
from tests.support.cli_runner import command_runner, is_user_message
from tests.support.database import postgres_server
from tests.support.database.dump_deployment import SECRET, STORE, dump_deployment
from tests.support.database.release_dumps import execute, rows_of
from tests.support.database_fixtures import query
from tests.support.forked_commands import python_code
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_runner import CommandResult, Haven

UNFINISHED = f"copying {STORE.hex()}"


@dataclass(frozen=True)
class Move:
    """A deployment on SQLite, and two empty PostgreSQL databases."""

    folder: Path
    haven: Haven
    to: str
    keys_to: str

    @property
    def options(self) -> list[str]:
        return ["--to", self.to, "--keys-to", self.keys_to]

    @property
    def originals(self) -> tuple[Database, Database]:
        directory = DataDirectory(self.folder / "data")
        return Database(directory.database_url), Database(directory.keys_url)

    @property
    def copies(self) -> tuple[Database, Database]:
        return Database(self.to), Database(self.keys_to)

    def runs(self) -> CommandResult:
        return self.haven("migrate", *self.options)

    def refuses(self, why: str) -> None:
        """See that it is refused in one sentence, and that both copies stay as they are."""
        before = [current_revision(it) for it in self.copies]
        refused = self.runs()
        assert refused.returncode == 1, refused.stdout
        assert why in refused.stderr
        assert is_user_message(refused.stderr)
        assert len(refused.stderr.splitlines()) == 1  # no empty bars before it
        assert [current_revision(it) for it in self.copies] == before

    def is_equal(self) -> bool:
        return all(
            rows_of(original) == rows_of(copy)
            for original, copy in zip(self.originals, self.copies, strict=True)
        )


@pytest.fixture
def move(tmp_path: Path) -> Move:
    haven = dump_deployment(tmp_path)
    return Move(tmp_path, haven, postgres_server.empty_database(), postgres_server.empty_database())


def test_every_row_of_both_databases_is_copied_and_compared(move: Move) -> None:
    done = move.runs()
    assert done.returncode == 0, done.stderr
    assert move.is_equal()
    assert all(rows for rows in rows_of(move.copies[0]).values())  # conversations, letters, files
    assert [current_revision(it) for it in move.copies] == [LATEST_REVISION, LATEST_KEY_REVISION]
    for name in (*metadata.tables, *key_metadata.tables):
        assert f" {name} " in done.stdout
    assert " no " not in done.stdout.partition("Every row")[0]


def test_the_settings_it_prints_are_read_by_a_shell_and_the_settings_file(move: Move) -> None:
    more = {name: f"{url}&application_name=a" for name, url in (
        ("HAVEN_DATABASE_URL", move.to), ("HAVEN_KEYS_URL", move.keys_to),
    )}  # fmt: skip
    to, keys_to = more.values()
    done = move.haven("migrate", "--to", to, "--keys-to", keys_to)
    assert done.returncode == 0, done.stderr
    printed = "".join(f"{it}\n" for it in done.stdout.splitlines() if it.startswith(tuple(more)))
    file = move.folder / "haven.env"
    file.write_text(printed, encoding="utf-8")
    assert read_env_file(file) == more
    sourced = subprocess.run(  # noqa: S603 - a shell, as an operator pastes it
        ["/bin/sh", "-euc", f"{printed}echo $HAVEN_DATABASE_URL; echo $HAVEN_KEYS_URL"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert sourced.stdout.split() == [to, keys_to]


def test_the_copy_recorded_in_the_audit_log_is_a_chain_there_too(move: Move) -> None:
    assert move.runs().returncode == 0
    there = command_runner(move.folder, HAVEN_DATABASE_URL=move.to, HAVEN_KEYS_URL=move.keys_to)
    assert there("audit", "verify").returncode == 0
    assert query(move.copies[0], "SELECT deed FROM audit ORDER BY id DESC LIMIT 1") == [
        ("move_database",)
    ]


def test_a_person_in_the_middle_of_a_question_goes_on_in_postgresql(move: Move) -> None:
    assert move.runs().returncode == 0
    vault = Vault(HostKey(SECRET), KeyStore(move.copies[1]))
    home = HotlineHarness(move.folder, kind="postgresql", database=move.copies[0], vault=vault)
    _, second = home.person("id"), home.person("th")  # as in the dump
    home.advance_time(3700)
    home.run(home.close_writer_idle(2))
    assert "needed most right now" in second.last  # the letter that waited
    second.presses("Food")
    assert second.last
    home.close()
    vault.close()


def test_ids_go_on_after_the_last_one_that_sqlite_gave_out(move: Move) -> None:
    database = move.originals[0]
    execute(database, "UPDATE sqlite_sequence SET seq = 4711 WHERE name = 'staff_commands'")
    assert move.runs().returncode == 0
    added = "INSERT INTO {} RETURNING id"
    commands = "staff_commands (state, attempts, created_at) VALUES ('x', 0, 1)"
    assert query(move.copies[0], added.format(commands)) == [(4712,)]
    ((last,),) = query(database, "SELECT max(id) FROM notices")
    notices = "notices (kind, since, until) VALUES ('x', 1, 2)"
    assert query(move.copies[0], added.format(notices)) == [(last + 1,)]


# --- Interrupted -----------------------------------------------------------------------------

DIES = """
import os, signal, sys
from sqlalchemy import Engine, event
from bot.cli.main import main

begins, left = sys.argv[1], int(sys.argv[2])
sys.argv[1:3] = []

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, _cursor, statement, *_):
    global left
    if connection.dialect.name == "postgresql" and statement.startswith(begins):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

main()
"""


def dies_copying(move: Move, begins: str, number: int) -> None:
    """Run the command in a process that is killed before a statement of PostgreSQL."""
    settings = {
        "HAVEN_DATA": f"{move.folder}/data", "HAVEN_HOST_KEY_FILE": f"{move.folder}/host.key",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    died = subprocess.run(  # noqa: S603 - our own program
        [*python_code(DIES), begins, str(number), "migrate", *move.options],
        env=os.environ | settings, check=False, capture_output=True,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()


@pytest.mark.parametrize(
    ("begins", "number"),
    [
        ("CREATE TABLE", 20),
        ("INSERT INTO", 25),
        ("INSERT INTO", 65),  # in the key store
        ("UPDATE alembic_version", 6),  # the key store is finished, the data are not
    ],
)
def test_a_copy_killed_half_way_is_finished_by_the_next(
    move: Move, begins: str, number: int
) -> None:
    dies_copying(move, begins, number)
    assert current_revision(move.copies[0]) in {None, UNFINISHED}
    before = rows_of(move.originals[0])
    done = move.runs()
    assert done.returncode == 0, done.stderr
    assert move.is_equal()
    assert rows_of(move.originals[0])["cases"] == before["cases"]
    deeds = query(move.copies[0], "SELECT count(*) FROM audit WHERE deed = 'move_database'")
    assert deeds == [(1 + (begins == "CREATE TABLE"),)]  # it began twice


def unfinished(move: Move) -> None:
    """Leave what an interruption leaves: the tables, the mark, some rows."""
    for database, scripts in zip(move.copies, (MIGRATIONS, KEY_MIGRATIONS), strict=True):
        with schema_engine(database) as engine, engine.connect() as unread:
            TableCopy(unread, engine, []).create_schema(UNFINISHED, scripts)


@pytest.mark.parametrize(
    "change", ["UPDATE cases SET language = 'xx'", "DELETE FROM case_looks", "DELETE FROM rounds"]
)
def test_an_original_that_changed_since_is_copied_from_its_beginning(
    move: Move, change: str
) -> None:
    dies_copying(move, "INSERT INTO", 60)
    execute(move.originals[0], change)
    done = move.runs()
    assert done.returncode == 0, done.stderr
    assert move.is_equal()


def test_no_release_starts_with_an_unfinished_copy(move: Move) -> None:
    unfinished(move)
    with pytest.raises(UnfinishedCopyError, match="run haven migrate again"):
        upgrade(move.copies[0])
    with pytest.raises(UnfinishedCopyError):
        KeyStore(move.copies[1])
    there = command_runner(move.folder, HAVEN_DATABASE_URL=move.to, HAVEN_KEYS_URL=move.keys_to)
    listed = there("cases", "list")
    assert "unfinished copy" in listed.stderr


def test_a_row_that_was_changed_on_purpose_is_found(move: Move) -> None:
    assert move.runs().returncode == 0
    execute(move.copies[0], "UPDATE cases SET alerts = alerts + 1")
    original, changed = move.originals[0], move.copies[0]
    with (
        schema_engine(original) as ours,
        ours.connect() as source,
        schema_engine(changed) as theirs,
    ):
        compared = TableCopy(source, theirs, metadata.sorted_tables).compare()
    assert [it.name for it in compared if not it.is_equal] == ["cases"]


def test_a_row_that_is_missing_is_found(move: Move) -> None:
    assert move.runs().returncode == 0
    execute(move.copies[0], "DELETE FROM desk_nonces")
    found = []
    for database in (move.originals[0], move.copies[0]):
        with schema_engine(database) as engine, engine.connect() as connection:
            found.append(digest_tables(connection, metadata.sorted_tables))
    assert [name for name, it in found[0].items() if it != found[1][name]] == ["desk_nonces"]


# --- Refused ---------------------------------------------------------------------------------


def test_a_copy_is_not_made_over_anything(move: Move) -> None:
    execute(move.copies[0], "CREATE TABLE letters (id INTEGER)")
    move.refuses("has tables of something else (letters)")
    execute(move.copies[0], "DROP TABLE letters")
    assert move.runs().returncode == 0
    move.refuses("these data were copied there before")
    execute(move.copies[1], "UPDATE roots SET store = decode('00', 'hex')")  # of another deployment
    move.refuses("has data already")


def test_an_unfinished_copy_of_another_deployment_is_refused(move: Move) -> None:
    unfinished(move)
    execute(move.copies[0], "UPDATE alembic_version SET version_num = 'copying ffffffffffffffff'")
    move.refuses("unfinished copy of another deployment")


def test_a_running_bot_is_named(move: Move) -> None:
    directory = DataDirectory(move.folder / "data")
    directory.lock()
    move.refuses(f"another Haven (process {os.getpid()} on {os.uname().nodename}, since 2")
    directory.unlock()


def test_practice_is_not_copied(move: Move) -> None:
    (move.folder / "data" / PRACTICE_MARKER).touch()
    move.refuses("practice cases")


def test_data_of_another_revision_are_not_copied(move: Move) -> None:
    execute(move.originals[0], "UPDATE alembic_version SET version_num = '0001'")
    move.refuses("run haven upgrade first")
    execute(move.originals[0], "UPDATE alembic_version SET version_num = '9999'")
    move.refuses("of a newer release (revision 9999)")


@pytest.mark.parametrize(
    "given", [[], ["--to", "postgresql://x/y"], ["--keys-to", "postgresql://x/y"]]
)
def test_half_of_the_addresses_is_refused(move: Move, given: list[str]) -> None:
    refused = move.haven("migrate", *given)
    assert refused.returncode == 2
    assert "--keys-to" in refused.stderr
    assert all(current_revision(it) is None for it in move.copies)


def test_addresses_that_cannot_be_right_are_refused(move: Move) -> None:
    for to, keys_to, why in (
        (move.to, move.to, "keys need a separate one"),
        ("sqlite:///x.db", move.keys_to, "--to: name a PostgreSQL database"),
        ("postgresql://haven:hunter2@127.0.0.1/x", move.keys_to, "~/.pgpass"),
        ("postgresql://postgres@127.0.0.1:1/x", move.keys_to, "PostgreSQL is not reached"),
    ):
        refused = move.haven("migrate", "--to", to, "--keys-to", keys_to)
        assert refused.returncode == 1
        assert why in refused.stderr
        assert "hunter2" not in refused.stderr
        assert is_user_message(refused.stderr)


def test_a_value_that_only_sqlite_takes_is_refused_without_saying_it(move: Move) -> None:
    execute(move.originals[0], "UPDATE campaigns SET name = 'secret' || hex(zeroblob(100))")
    refused = move.runs()
    assert refused.returncode == 1
    assert "the table campaigns does not fit" in refused.stderr
    assert "secret" not in refused.stderr


def test_the_original_stays_and_is_not_started_with_any_more(move: Move) -> None:
    before = rows_of(move.originals[0])
    assert move.runs().returncode == 0
    after = rows_of(move.originals[0])
    assert len(after.pop("audit")) == len(before.pop("audit")) + 1
    assert after == before
    started = move.haven("staff", "add", "Chen", "--language", "vi")
    assert started.returncode == 1
    assert "HAVEN_KEYS_URL to the copy" in started.stderr
    for name in ("haven.db.moved", "keys.db.moved"):
        (move.folder / "data" / name).unlink()
    assert move.haven("staff", "add", "Chen", "--language", "vi").returncode == 0


OPENS_DATA = (
    "staff disable 1", "staff list", "staff add Chen --language vi", "cases list",
    "cases erase ABCD-EFGH", "cases show ABCD-EFGH", "backup", "keys status", "keys rotate {to}",
    "keys rescue {to} --as 1", "on-call set 1", "partners add House", "desk invite 1", "audit head",
    "retention", "figures", "privacy", "directory todo", "site build {to} --bot garden_bot",
    "upgrade", "upgrade --check", "upgrade --rehearse", "start",
)  # fmt: skip
"""One command of each kind that opens the data, in its own way or as the others do."""


def test_every_command_that_opens_the_original_refuses_it(move: Move) -> None:
    assert move.runs().returncode == 0
    before = [rows_of(it) for it in move.originals]
    identity = {"HAVEN_ORGANISATION": "House", "HAVEN_CONTACT": "a@b.example"}
    haven = command_runner(move.folder, HAVEN_TELEGRAM_TOKEN=TOKEN, **identity)
    wrong = []
    for typed in OPENS_DATA:
        done = haven(*typed.format(to=move.folder / "new").split())
        if done.returncode != 1 or "it was copied to PostgreSQL (2" not in done.stderr:
            wrong.append((typed, done.returncode, done.stderr))
    assert wrong == []
    assert [rows_of(it) for it in move.originals] == before


def test_half_of_the_new_addresses_is_refused(move: Move) -> None:
    assert move.runs().returncode == 0
    for half in ({"HAVEN_DATABASE_URL": move.to}, {"HAVEN_KEYS_URL": move.keys_to}):
        refused = command_runner(move.folder, **half)("staff", "list")
        assert "it was copied to PostgreSQL (2" in refused.stderr
        assert is_user_message(refused.stderr)


def test_the_doctor_finds_an_original_that_was_copied_wrong(move: Move) -> None:
    assert move.runs().returncode == 0
    old = move.haven("doctor")
    assert old.returncode == 1
    (found,) = [line for line in old.stdout.splitlines() if "copied to PostgreSQL" in line]
    assert found.startswith("wrong  data: ")
    assert "fine   database" not in old.stdout
    there = command_runner(move.folder, HAVEN_DATABASE_URL=move.to, HAVEN_KEYS_URL=move.keys_to)
    assert "copied to PostgreSQL" not in there("doctor").stdout


def test_the_original_is_locked_while_it_is_copied(move: Move) -> None:
    path = move.folder / "data" / "haven.db"
    with (
        schema_engine(move.originals[0]) as engine,
        engine.begin(),
        closing(sqlite3.connect(path, timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("DELETE FROM rounds")
