"""Upgrades keep everything (promise P16), from nothing, from every release, and killed half-way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.cases.consents import Agreements
from bot.cases.queries import Reader, queue
from bot.clock import HOUR
from bot.conversation import Book
from bot.desks.forum.topics import Topics, stands
from bot.errors import StoreTooNew
from bot.hotline.chat.messages import Exchanges, Sort
from bot.hotline.commands.types import Command, Verb
from bot.hotline.events import Happened
from bot.hotline.queue.claims import Claims
from bot.hotline.staff.staff import Staff
from bot.languages import catalogue
from bot.store.database import Database
from bot.store.migrate import HEAD, MIGRATIONS, revision, upgrade
from bot.store.tables.main import metadata
from bot.vault import Audit
from bot.vault.audit.log import Head, pages
from flows import ALL
from tests.houses import VAULT, Home
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
from tests.store.kept import (
    DUMPS,
    FIRST,
    ask_nothing,
    differences,
    keyring_of,
    lived_in,
    restored,
    rows_of,
    vault_of,
)
from tests.stores import KINDS, ask, empty_url, on_both

if TYPE_CHECKING:
    from pathlib import Path

AGREED_SINCE = "0006"
"""The first release that keeps what was agreed to."""
CLOCKS_SINCE = "0011"
"""The first release that keeps the law's clocks."""
WITH_STAFF = DUMPS[1:]
"""Of the releases since caseworkers answer in the chat."""


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


# --- Every release, populated ----------------------------------------------------------------


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
from bot.store.migrate import upgrade

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
from bot.store.migrate import upgrade
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
