"""Upgrades keep everything (promise P16): from nothing, from every release, killed half-way."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from bot.app.storage import check_schema
from bot.cases.consents import ConsentRecords
from bot.cases.queries import AnswerRenderer, CaseReader, load_queue
from bot.conversation import FlowRegistry
from bot.desks.forum.topics import TopicStore, current_group
from bot.errors import SchemaIncompleteError, StoreTooNewError
from bot.hotline.chat.messages import CaseMessageKind, CaseMessages
from bot.hotline.commands.types import Command, Verb
from bot.hotline.events import EventKind
from bot.hotline.queue.claims import Claims
from bot.hotline.staff.staff import Staff
from bot.languages import catalogue
from bot.store import migrate
from bot.store.database import Database
from bot.store.migrate import (
    KEY_MIGRATIONS,
    LATEST_KEY_REVISION,
    LATEST_REVISION,
    MIGRATIONS,
    current_revision,
    upgrade,
)
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
    differences,
    execute,
    keyring_of,
    on_release_dumps,
    restored,
    rows_of,
    vault_of,
)
from tests.support.database_fixtures import empty_url, on_both_databases, query
from tests.support.forked_commands import python_code
from tests.support.harnesses.hotline_harness import VAULT, HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path


def test_the_constants_name_the_newest_revisions() -> None:
    for folder, latest in ((MIGRATIONS, LATEST_REVISION), (KEY_MIGRATIONS, LATEST_KEY_REVISION)):
        assert max(path.name[:4] for path in folder.glob("0*.py")) == latest


def test_every_revision_has_a_populated_database_to_upgrade(tmp_path: Path) -> None:
    revisions = set()
    for number, dump in enumerate(DUMPS):
        folder = tmp_path / str(number)
        folder.mkdir()
        revisions.add(current_revision(restored(dump, "sqlite", folder)))
    assert revisions == {path.name[:4] for path in MIGRATIONS.glob("0*.py")}


FIRST_SCRIPTS = {
    "data/0001_postgresql.sql": "a85ce8d6e46d2710",
    "data/0001_sqlite.sql": "98f96b6f1d7e58fb",
    "keys/0001_postgresql.sql": "9e8c61e2fc6cc985",
    "keys/0001_sqlite.sql": "cb0302a821f41738",
}
"""The beginning of the SHA-256 of each script of the first revision."""


def test_the_first_schema_never_changes() -> None:
    found = {
        path.relative_to(MIGRATIONS.parent).as_posix(): sha256(path.read_bytes()).hexdigest()[:16]
        for path in MIGRATIONS.parent.glob("*/0001_*.sql")
    }
    assert found == FIRST_SCRIPTS


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


@on_both_databases
def test_a_database_that_lacks_a_table_or_a_column_is_refused_at_the_start(
    kind: str, tmp_path: Path
) -> None:
    """Else every message would be confirmed, and none answered."""
    for spoil, named in (
        ("ALTER TABLE phrase_edits DROP COLUMN set_at", "phrase_edits.set_at"),
        ("DROP TABLE phrase_edits", "phrase_edits.code"),
    ):
        database = Database(empty_url(kind, tmp_path))
        upgrade(database)
        execute(database, spoil)
        with pytest.raises(SchemaIncompleteError, match=named):
            upgrade(database)
        with pytest.raises(SchemaIncompleteError, match="restore a backup"):
            check_schema(database.url.render_as_string(hide_password=False))
        (tmp_path / "haven.db").unlink(missing_ok=True)


# --- Every release, populated ----------------------------------------------------------------


@on_release_dumps
def test_an_upgrade_keeps_every_row(dump: Path, kind: str, tmp_path: Path) -> None:
    database = restored(dump, kind, tmp_path)
    before = rows_of(database)
    assert [table for table, rows in before.items() if not rows] == []
    upgrade(database)
    assert current_revision(database) == LATEST_REVISION
    after = rows_of(database)
    assert set(after) == set(metadata.tables)
    for table, rows in before.items():
        assert [
            {name: row[name] for name in old} for old, row in zip(rows, after[table], strict=True)
        ] == rows
    assert differences(database) == []


@on_release_dumps
async def test_after_an_upgrade_staff_read_what_was_sent_before(
    dump: Path, kind: str, tmp_path: Path
) -> None:
    database = restored(dump, kind, tmp_path)
    upgrade(database)
    (waiting,) = [case for case in database.read(load_queue) if case.status == "waiting"]
    vault = vault_of(dump, tmp_path)
    reader = CaseReader(
        database,
        vault,
        AnswerRenderer(FlowRegistry(ALL_FLOWS), catalogue("en"), catalogue("en", "staff")),
    )
    opened = await reader.open(waiting.reference, keyring_of(vault))
    assert opened is not None
    assert WORDS in [told.answer for sent in opened.reports for told in sent.answers]
    assert [file.kind for file in opened.files] == ["photo"]
    await database.close()


@on_release_dumps
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
    if dump == DUMPS[0]:  # what is done with their words has changed since
        second.presses("Go on")
    second.presses("Food")
    assert "✓ 2 Food" in second.labels()
    home.close()


@on_release_dumps
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
    opener = vault.cases.opener(case, keyring_of(vault))
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
    assert agreed
    assert all(it.is_authentic for it in agreed)
    clocks = home.house.staff.service.deadline_reminders.legal_deadlines
    running = work(lambda work: clocks.running(work, case))
    assert [it.start.day.isoformat() for it in running] == [ON]
    topic = work(lambda work: TopicStore(vault).of_case(work, GROUP, case))
    assert (topic.thread, work(lambda work: current_group(work, GROUP))) == (7, GROUP - 1)
    head = AuditLog(VAULT).verify(iter_rows(home.database.writer))
    assert isinstance(head, AuditHead)
    assert head.number >= 3

    home.person("id"), home.person("th")
    spoken = home.person("vi")  # as in the dump
    home.advance_time(60)
    spoken.says(WORDS)
    assert home.board.events[0].kind is EventKind.PERSON_WROTE
    hand_back = Command(verb=Verb.HAND_BACK, by=colleague.id, case=case)
    assert EventKind.HANDED_BACK in [event.kind for event in home.send_staff_command(hand_back)]
    home.close()


# --- Killed half-way -------------------------------------------------------------------------

DIES = """
import os, pathlib, signal, sys
from sqlalchemy import Engine, event
from bot.store import database, migrate

left = int(sys.argv[2])
if len(sys.argv) > 3:
    migrate.MIGRATIONS, migrate.LATEST_REVISION = pathlib.Path(sys.argv[3]), sys.argv[4]

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

migrate.upgrade(database.Database(sys.argv[1]))
"""


def dies_upgrading(database: Database, statements: int, *others: Path | str) -> None:
    """Upgrade in a process that is killed after so many statements, 900: before the commit."""
    url = database.url.render_as_string(hide_password=False)
    died = subprocess.run(  # noqa: S603 - our own program
        [*python_code(DIES), url, str(statements), *map(str, others)],
        check=False,
        capture_output=True,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()


@on_both_databases
@pytest.mark.parametrize("statements", [0, 5, 14, 60, 900])
def test_an_upgrade_killed_half_way_is_finished_by_the_next(
    kind: str, statements: int, tmp_path: Path
) -> None:
    database = Database(empty_url(kind, tmp_path))
    dies_upgrading(database, statements)
    assert current_revision(database) is None  # all of it or nothing
    upgrade(database)
    assert differences(database) == []


NEXT_REVISION = f"{int(LATEST_REVISION) + 1:04}"
MADE_UP = f'''"""A revision that no release has."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT_REVISION}"
down_revision = "{LATEST_REVISION}"


def upgrade() -> None:
    op.create_table("made_up", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("legal_holds") as table:
        table.add_column(sa.Column("made_up", sa.String(16), nullable=False, server_default="yes"))
        table.alter_column("reason", existing_type=sa.String(16), type_=sa.String(20))
'''


@pytest.fixture
def next_release(tmp_path: Path) -> Path:
    """Return a folder with the revisions of this release and a made-up one."""
    folder = tmp_path / "data"
    shutil.copytree(MIGRATIONS, folder)
    (folder / f"{NEXT_REVISION}_made_up.py").write_text(MADE_UP)
    return folder


@on_both_databases
@pytest.mark.parametrize("statements", [0, 2, 4, 900])
def test_a_populated_database_killed_half_way_is_as_it_was(
    kind: str, statements: int, tmp_path: Path, next_release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = restored(DUMPS[-1], kind, tmp_path)
    before = rows_of(database)
    dies_upgrading(database, statements, next_release, NEXT_REVISION)
    assert current_revision(database) == LATEST_REVISION
    assert rows_of(database) == before
    monkeypatch.setattr(migrate, "MIGRATIONS", next_release)
    monkeypatch.setattr(migrate, "LATEST_REVISION", NEXT_REVISION)
    upgrade(database)
    assert current_revision(database) == NEXT_REVISION
    after = rows_of(database)
    assert [row.pop("made_up") for row in after["legal_holds"]] == ["yes"]
    assert after == before | {"made_up": []}


UPGRADES = """
import sys
from bot.store.database import Database
from bot.store.migrate import upgrade
upgrade(Database(sys.argv[1]))
"""


def test_two_processes_may_upgrade_at_the_same_moment(tmp_path: Path) -> None:
    url = empty_url("sqlite", tmp_path)
    both = [
        subprocess.Popen([*python_code(UPGRADES), url], stderr=subprocess.PIPE)  # noqa: S603
        for _ in range(2)
    ]
    ends = [(process.communicate()[1].decode(), process.returncode) for process in both]
    assert [code for _, code in ends] == [0, 0], json.dumps(ends)
    assert differences(Database(url)) == []
