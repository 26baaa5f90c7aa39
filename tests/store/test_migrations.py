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

from bot.cases.consents import ConsentRecords
from bot.cases.queries import CaseReader, load_queue
from bot.clock import HOUR
from bot.conversation import FlowRegistry
from bot.desks.forum.topics import TopicStore, current_group
from bot.errors import StoreTooNewError
from bot.hotline.chat.messages import CaseMessageKind, CaseMessages
from bot.hotline.commands.types import Command, Verb
from bot.hotline.events import EventKind
from bot.hotline.queue.claims import Claims
from bot.hotline.staff.staff import Staff
from bot.languages import catalogue
from bot.store.database import Database
from bot.store.migrate import LATEST_REVISION, MIGRATIONS, current_revision, upgrade
from bot.store.tables.main import metadata
from bot.vault import AuditLog
from bot.vault.audit.log import AuditHead, iter_rows
from flows import ALL_FLOWS
from tests.store.fixtures.make_release_dump import (
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
from tests.support.database.release_dumps import (
    DUMPS,
    FIRST,
    differences,
    execute,
    keyring_of,
    on_release_dumps,
    restored,
    rows_of,
    vault_of,
)
from tests.support.database_fixtures import DATABASE_KINDS, empty_url, on_both_databases, query
from tests.support.harnesses.hotline_harness import VAULT, HotlineHarness

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
    assert ScriptDirectory.from_config(config).get_heads() == [LATEST_REVISION]


def test_every_release_has_a_populated_database_to_migrate() -> None:
    releases = {path.name[:4] for path in (MIGRATIONS / "versions").glob("*.py")}
    assert {path.stem for path in DUMPS} == releases


@on_both_databases
def test_migrating_makes_exactly_the_tables_the_code_knows(kind: str, tmp_path: Path) -> None:
    database = Database(empty_url(kind, tmp_path))
    assert current_revision(database) is None
    upgrade(database)
    assert current_revision(database) == LATEST_REVISION
    assert differences(database) == []


@on_both_databases
def test_a_missing_column_would_be_seen(kind: str, tmp_path: Path) -> None:
    database = Database(empty_url(kind, tmp_path))
    upgrade(database)
    execute(database, "ALTER TABLE notices DROP COLUMN until")
    assert differences(database)


@on_both_databases
def test_a_database_at_this_release_is_left_alone(kind: str, tmp_path: Path) -> None:
    database = Database(empty_url(kind, tmp_path))
    upgrade(database)
    execute(database, "INSERT INTO notices (kind, since, until) VALUES ('x', 1, 2)")
    upgrade(database)
    assert query(database, "SELECT kind FROM notices") == [("x",)]


@on_both_databases
def test_a_database_of_a_newer_release_is_refused_and_left_alone(kind: str, tmp_path: Path) -> None:
    database = Database(empty_url(kind, tmp_path))
    upgrade(database)
    execute(database, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreTooNewError, match="9999"):
        upgrade(database)
    assert current_revision(database) == "9999"


# --- Every release, populated ----------------------------------------------------------------


@on_both_databases
@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_an_upgrade_keeps_every_row(dump: Path, kind: str, tmp_path: Path) -> None:
    database = restored(dump, kind, tmp_path)
    before = rows_of(database)
    assert all(before.values()), "every table of the dump must hold something"
    upgrade(database)
    assert current_revision(database) == LATEST_REVISION
    after = rows_of(database)
    assert set(after) == set(metadata.tables)
    for table, rows in before.items():
        assert [
            {name: row[name] for name in old} for old, row in zip(rows, after[table], strict=True)
        ] == rows
    assert differences(database) == []


@on_release_dumps(DUMPS)
async def test_after_an_upgrade_staff_read_what_was_sent_before(
    dump: Path, kind: str, tmp_path: Path
) -> None:
    database = restored(dump, kind, tmp_path)
    upgrade(database)
    (waiting,) = [case for case in await load_queue(database) if case.status == "waiting"]
    vault = vault_of(dump, tmp_path)
    reader = CaseReader(
        database, vault, FlowRegistry(ALL_FLOWS), catalogue("en"), catalogue("en", "staff")
    )
    opened = await reader.open(waiting.reference, keyring_of(vault))
    assert opened is not None
    assert WORDS in [told.answer for sent in opened.reports for told in sent.answers]
    assert [file.kind for file in opened.files] == ["photo"]
    await database.close()


@on_release_dumps(DUMPS)
def test_after_an_upgrade_an_open_question_is_still_open(
    dump: Path, kind: str, tmp_path: Path
) -> None:
    database = restored(dump, kind, tmp_path)
    upgrade(database)
    home = HotlineHarness(tmp_path, kind=kind, database=database, vault=vault_of(dump, tmp_path))
    _, second = home.person("id"), home.person("th")  # as in the dump
    home.advance_time(3700)
    home.run(home.close_writer_idle(2))
    assert "needed most right now" in second.last  # a letter the old release left behind
    second.presses("Food")  # an hour later: who can see the phone comes first
    second.presses("Nobody")
    if any(label.endswith("Read it first") for label in second.labels()):  # told otherwise then
        second.presses("Go on")
    second.presses("Food")
    assert "✓ 2 Food" in second.labels()
    home.close()


@on_both_databases
def test_cases_from_before_the_hotline_get_a_due_time(kind: str, tmp_path: Path) -> None:
    database = restored(FIRST, kind, tmp_path)
    upgrade(database)
    ((status, priority, since, queue_, contact, due_at, holder),) = query(
        database,
        "SELECT status, priority, waiting_since, queue, contact, due_at, holder FROM cases",
    )
    assert (status, priority, queue_, contact, holder) == ("waiting", 3, "trafficking", "", None)
    assert due_at == since + 24 * HOUR


@on_release_dumps(WITH_STAFF)
def test_after_an_upgrade_caseworkers_go_on_where_they_were(
    dump: Path, kind: str, tmp_path: Path
) -> None:
    database = restored(dump, kind, tmp_path)
    upgrade(database)
    vault = vault_of(dump, tmp_path)
    home = HotlineHarness(tmp_path, kind=kind, database=database, vault=vault)
    work = home.database.writer.run_sync
    staff = Staff(vault)
    colleague = work(lambda work: staff.by_account(work, ACCOUNT))
    assert colleague is not None
    (case,) = work(lambda work: Claims.assigned_cases(work, colleague.id))
    sealed = work(lambda work: vault.cases.load_row(work, case))
    opener = vault.cases.opener(case, sealed, keyring_of(vault))
    written = work(lambda work: CaseMessages.of_case(work, case, opener))
    assert [it.content.text for it in written if it.kind is CaseMessageKind.TEXT] == [
        SAID,
        ANSWERED,
        NOTED,
    ]
    (referral,) = work(lambda work: referrals_of(vault).of_case(work, case))
    assert (referral.recipient, referral.stage, referral.may_be_sent) == (RECIPIENT, "agreed", True)
    assert CONTACT in [part.answer for part in referral.included_parts]
    agreed = work(lambda work: ConsentRecords(vault).of_case(work, case))
    assert all(it.is_authentic for it in agreed)
    assert bool(agreed) == (dump.stem >= AGREED_SINCE)
    clocks = home.house.staff.service.deadline_reminders.legal_deadlines
    running = work(lambda work: clocks.running(work, case))
    assert [it.start.day.isoformat() for it in running] == [ON] * (dump.stem >= CLOCKS_SINCE)
    topic = work(lambda work: TopicStore(vault).of_case(work, GROUP, case))
    assert (topic.thread, work(lambda work: current_group(work, GROUP))) == (7, GROUP - 1)
    head = AuditLog(VAULT).verify(iter_rows(home.database.writer))
    assert isinstance(head, AuditHead)
    assert head.number >= 3

    home.person("id"), home.person("th")
    spoken = home.person("vi")  # as in the dump
    home.advance_time(60)
    spoken.says(WORDS)
    # Of earlier releases nobody knows how long the person is here: they are asked first.
    assert home.board.events[0].kind is EventKind.PERSON_WROTE
    hand_back = Command(verb=Verb.HAND_BACK, by=colleague.id, case=case)
    assert EventKind.HANDED_BACK in [event.kind for event in home.send_staff_command(hand_back)]
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


@pytest.mark.parametrize("kind", DATABASE_KINDS)
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
    assert current_revision(database) is None  # all of it or nothing
    upgrade(database)
    assert differences(database) == []


@pytest.mark.parametrize("kind", DATABASE_KINDS)
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
    assert current_revision(database) == FIRST.stem
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
