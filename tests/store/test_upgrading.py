"""Upgrades keep everything (promise P16), from nothing, from every release, and killed half-way."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, create_engine, insert, select

from bot.cases.agreements import Agreements
from bot.cases.reading import Reader, queue
from bot.clock import HOUR
from bot.conversation import Book
from bot.desks.forum.topics import Topics, stands
from bot.errors import StoreTooNew, WrongPassword
from bot.hotline.claims import Claims
from bot.hotline.commands import Command, Verb
from bot.hotline.events import Happened
from bot.hotline.exchanges import Exchanges, Sort
from bot.hotline.staff import Staff
from bot.languages import catalogue
from bot.store.database import Database
from bot.store.tables import metadata
from bot.store.upgrade import HEAD, MIGRATIONS, revision, upgrade
from bot.vault import Audit, HostKey, KeyStore, Vault
from bot.vault.audit import Head, pages
from flows import ALL
from tests.houses import VAULT, Home
from tests.keys import PASSWORD, nobody, staff_keys
from tests.store.fixtures.make import (
    ACCOUNT,
    ANSWERED,
    CONTACT,
    GROUP,
    NOTED,
    ON,
    RECIPIENT,
    SAID,
    WORDS,
    referrals_of,
)
from tests.stores import KINDS, ask, empty_url, on_both

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from bot.vault.keyring import Keyring

DUMPS = sorted((Path(__file__).parent / "fixtures").glob("*.sql"))
FIRST = DUMPS[0]
AGREED_SINCE = "0006"
"""The first release that keeps what was agreed to."""
CLOCKS_SINCE = "0011"
"""The first release that keeps the law's clocks."""
WITH_STAFF = DUMPS[1:]
"""Of the releases since caseworkers answer in the chat."""


def lived_in(dumps: list[Path]) -> pytest.MarkDecorator:
    """Run a test of what people notice: every release on SQLite, the ends of the row elsewhere.

    That every row of every release is kept is looked at on both.
    """
    there = {dumps[0], *dumps[-2:]}
    pairs = [(dump, kind) for dump in dumps for kind in KINDS if kind == "sqlite" or dump in there]
    return pytest.mark.parametrize(
        ("dump", "kind"), pairs, ids=[f"{dump.stem}-{kind}" for dump, kind in pairs]
    )


def engine_of(database: Database) -> Engine:
    driver = "sqlite" if database.dialect == "sqlite" else "postgresql+psycopg"
    return create_engine(database.url.set(drivername=driver))


def differences(database: Database, wanted: MetaData = metadata) -> list[Any]:
    """Return how a database differs from the tables the code knows."""
    engine = engine_of(database)
    with engine.connect() as connection:
        found: list[Any] = compare_metadata(MigrationContext.configure(connection), wanted)
    engine.dispose()
    return found


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables a database has now, whatever release it stands at."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table a database has now."""
    engine = engine_of(database)
    with engine.connect() as connection:
        found = {
            table.name: [
                dict(row._mapping)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in tables_of(connection)
        }
    engine.dispose()
    return found


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_every_release_has_a_populated_database_to_migrate() -> None:
    releases = {path.name[:4] for path in (MIGRATIONS / "versions").glob("*.py")}
    assert {path.stem for path in DUMPS} == releases


@on_both
def test_migrating_makes_exactly_the_tables_the_code_knows(kind: str, tmp_path: Path) -> None:
    database = Database(empty_url(kind, tmp_path))
    assert revision(database) is None
    upgrade(database)
    assert revision(database) == HEAD
    assert differences(database) == []


@on_both
def test_a_missing_column_would_be_seen(kind: str, tmp_path: Path) -> None:
    database = Database(empty_url(kind, tmp_path))
    upgrade(database)
    ask_nothing(database, "ALTER TABLE notices DROP COLUMN until")
    assert differences(database)


@on_both
def test_a_database_at_this_release_is_left_alone(kind: str, tmp_path: Path) -> None:
    database = Database(empty_url(kind, tmp_path))
    upgrade(database)
    ask_nothing(database, "INSERT INTO notices (kind, since, until) VALUES ('x', 1, 2)")
    upgrade(database)
    assert ask(database, "SELECT kind FROM notices") == [("x",)]


@on_both
def test_a_database_of_a_newer_release_is_refused_and_left_alone(kind: str, tmp_path: Path) -> None:
    database = Database(empty_url(kind, tmp_path))
    upgrade(database)
    ask_nothing(database, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreTooNew, match="9999"):
        upgrade(database)
    assert revision(database) == "9999"


def ask_nothing(database: Database, sql: str) -> None:
    connection = database.connect()
    cursor = connection.cursor()
    cursor.execute(sql)
    cursor.close()
    connection.close()


# --- Every release, populated ----------------------------------------------------------------


def restored(dump: Path, kind: str, folder: Path) -> Database:
    """Return a database as that release left it."""
    path = folder / "haven.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
    database = Database(f"sqlite:///{path}")
    return database if kind == "sqlite" else carried_over(database, dump.stem, folder)


def vault_of(dump: Path, folder: Path) -> Vault:
    """Return what opens a dump: releases since there is a key store left one of their own."""
    keys = dump.parent / "keys" / dump.name
    if not keys.exists():
        return VAULT
    path = folder / "keys.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(keys.read_text(encoding="utf-8"))
    return Vault(HostKey(bytes(range(32))), KeyStore(Database(f"sqlite:///{path}")))


def keyring_of(vault: Vault) -> Keyring:
    """Return the keys of the supervisor a dump knows; one that opens nothing where it knows none.

    What older releases sealed opens without.
    """
    try:
        return staff_keys(vault).unlock("keeper", PASSWORD)
    except WrongPassword:
        return nobody(vault)


def carried_over(source: Database, release: str, folder: Path) -> Database:
    """Return a PostgreSQL database at a release, with the rows of the SQLite one."""
    database = Database(empty_url("postgresql", folder))
    connection = sqlite3.connect(str(source.url.database))
    connection.row_factory = sqlite3.Row
    engine = engine_of(database)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as target:
        from alembic import command  # noqa: PLC0415 - it configures itself on import

        config.attributes["connection"] = target
        command.upgrade(config, release)
        for table in tables_of(target):
            rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table.name}")]  # noqa: S608 - our own name
            target.execute(insert(table), rows)
            if "id" in table.c and table.c.id.server_default is not None:  # it counts by itself
                target.exec_driver_sql(
                    f"SELECT setval('{table.name}_id_seq', (SELECT max(id) FROM {table.name}))"  # noqa: S608
                )
    engine.dispose()
    connection.close()
    return database


@on_both
@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_an_upgrade_keeps_every_row(dump: Path, kind: str, tmp_path: Path) -> None:
    database = restored(dump, kind, tmp_path)
    before = rows_of(database)
    assert all(before.values()), "every table of the dump must hold something"
    upgrade(database)
    assert revision(database) == HEAD
    after = rows_of(database)
    assert set(after) == set(metadata.tables)
    for table, rows in before.items():
        assert [
            {name: row[name] for name in old} for old, row in zip(rows, after[table], strict=True)
        ] == rows
    assert differences(database) == []


@lived_in(DUMPS)
async def test_after_an_upgrade_staff_read_what_was_sent_before(
    dump: Path, kind: str, tmp_path: Path
) -> None:
    database = restored(dump, kind, tmp_path)
    upgrade(database)
    (waiting,) = [case for case in await queue(database) if case.status == "waiting"]
    vault = vault_of(dump, tmp_path)
    reader = Reader(database, vault, Book(ALL), catalogue("en"), catalogue("en", "staff"))
    opened = await reader.open(waiting.reference, keyring_of(vault))
    assert opened is not None
    assert WORDS in [told.answer for sent in opened.received for told in sent.told]
    assert [file.kind for file in opened.files] == ["photo"]
    await database.close()


@lived_in(DUMPS)
def test_after_an_upgrade_an_open_question_is_still_open(
    dump: Path, kind: str, tmp_path: Path
) -> None:
    database = restored(dump, kind, tmp_path)
    upgrade(database)
    home = Home(tmp_path, kind=kind, database=database, vault=vault_of(dump, tmp_path))
    _, second = home.person("id"), home.person("th")  # as in the dump
    home.passes(3700)
    home.run(home.rest(2))
    assert "needed most right now" in second.last  # a letter the old release left behind
    second.presses("Food")  # an hour later: who can see the phone comes first
    second.presses("Nobody")
    if any(label.endswith("Read it first") for label in second.labels()):  # told otherwise then
        second.presses("Go on")
    second.presses("Food")
    assert "✓ 2 Food" in second.labels()
    home.close()


@on_both
def test_whoever_waited_before_the_hotline_is_promised_an_answer(kind: str, tmp_path: Path) -> None:
    database = restored(FIRST, kind, tmp_path)
    upgrade(database)
    ((status, priority, since, queue_, contact, due_at, holder),) = ask(
        database,
        "SELECT status, priority, waiting_since, queue, contact, due_at, holder FROM cases",
    )
    assert (status, priority, queue_, contact, holder) == ("waiting", 3, "trafficking", "", None)
    assert due_at == since + 24 * HOUR


@lived_in(WITH_STAFF)
def test_after_an_upgrade_caseworkers_go_on_where_they_were(
    dump: Path, kind: str, tmp_path: Path
) -> None:
    database = restored(dump, kind, tmp_path)
    upgrade(database)
    vault = vault_of(dump, tmp_path)
    home = Home(tmp_path, kind=kind, database=database, vault=vault)
    work = home.database.writer.run_now
    staff = Staff(vault)
    colleague = work(lambda work: staff.by_account(work, ACCOUNT))
    assert colleague is not None
    (case,) = work(lambda work: Claims.held_by(work, colleague.id))
    sealed = work(lambda work: vault.cases.sealed(work, case))
    opener = vault.cases.opener(case, sealed, keyring_of(vault))
    written = work(lambda work: Exchanges.of_case(work, case, opener))
    assert [it.content.words for it in written if it.sort is Sort.WORDS] == [SAID, ANSWERED, NOTED]
    (referral,) = work(lambda work: referrals_of(vault).ledger(work, case))
    assert (referral.recipient, referral.stage, referral.may_be_sent) == (RECIPIENT, "agreed", True)
    assert CONTACT in [part.answer for part in referral.kept]
    agreed = work(lambda work: Agreements(vault).of_case(work, case))
    assert all(it.is_sound for it in agreed)
    assert bool(agreed) == (dump.stem >= AGREED_SINCE)
    clocks = home.house.shift.side.reminding.clocks
    running = work(lambda work: clocks.running(work, case))
    assert [it.since.day.isoformat() for it in running] == [ON] * (dump.stem >= CLOCKS_SINCE)
    topic = work(lambda work: Topics(vault).of_case(work, GROUP, case))
    assert (topic.thread, work(lambda work: stands(work, GROUP))) == (7, GROUP - 1)
    head = Audit(VAULT).verify(pages(home.database.writer))
    assert isinstance(head, Head)
    assert head.number >= 3

    home.person("id"), home.person("th")
    spoken = home.person("vi")  # as in the dump
    home.passes(60)
    spoken.says(WORDS)
    # Of earlier releases nobody knows how long the person is here: they are asked first.
    assert home.board.events[0].what is Happened.HEARD
    hand_back = Command(verb=Verb.HAND_BACK, by=colleague.id, case=case)
    assert Happened.HANDED_BACK in [event.what for event in home.orders(hand_back)]
    home.close()


# --- Killed half-way -------------------------------------------------------------------------

DIES = """
import os, signal, sys
from sqlalchemy import Engine, event
from bot.store.database import Database
from bot.store.upgrade import upgrade

left = int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def die(*_):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

@event.listens_for(Engine, "commit")
def die_before_the_commit(*_):
    if sys.argv[2] == "900":
        os.kill(os.getpid(), signal.SIGKILL)

upgrade(Database(sys.argv[1]))
"""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("statements", [0, 5, 14, 18, 900])
def test_an_upgrade_killed_half_way_is_finished_by_the_next(
    kind: str, statements: int, tmp_path: Path
) -> None:
    url = empty_url(kind, tmp_path)
    died = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", DIES, url, str(statements)], check=False, capture_output=True
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    database = Database(url)
    assert revision(database) is None  # all of it or nothing
    upgrade(database)
    assert differences(database) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("statements", [0, 8, 20, 32, 900])
def test_a_release_that_is_left_half_way_is_as_it_was(
    kind: str, statements: int, tmp_path: Path
) -> None:
    database = restored(FIRST, kind, tmp_path)
    before = rows_of(database)
    url = database.url.render_as_string(hide_password=False)
    died = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", DIES, url, str(statements)], check=False, capture_output=True
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert revision(database) == FIRST.stem
    assert rows_of(database) == before
    upgrade(database)
    assert differences(database) == []
    assert rows_of(database).keys() == metadata.tables.keys()


UPGRADES = """
import sys
from bot.store.database import Database
from bot.store.upgrade import upgrade
upgrade(Database(sys.argv[1]))
"""


def test_two_processes_may_upgrade_at_the_same_moment(tmp_path: Path) -> None:
    url = empty_url("sqlite", tmp_path)
    both = [
        subprocess.Popen([sys.executable, "-c", UPGRADES, url], stderr=subprocess.PIPE)  # noqa: S603
        for _ in range(2)
    ]
    ends = [(process.communicate()[1].decode(), process.returncode) for process in both]
    assert [code for _, code in ends] == [0, 0], json.dumps(ends)
    assert differences(Database(url)) == []
