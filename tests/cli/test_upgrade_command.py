"""An upgrade is said, rehearsed, copied before, locked, and finished by the next if killed."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sqlite3
import stat
import subprocess
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from bot.app.databases import upgrade as upgrading
from bot.app.databases.release_notes import changelog, upgrade_notes
from bot.app.databases.upgrade import upgrade_deployment
from bot.app.databases.upgrade_lock import (
    LOCK_NUMBER,
    refuse_running_elsewhere,
    upgrade_lock,
)
from bot.clock import HOUR, SystemClock
from bot.errors import AlreadyRunningError, UpgradeError
from bot.settings import Settings
from bot.store import releases
from bot.store.copies import upgrade_copy
from bot.store.copies.upgrade_copy import COPY_SCHEMA
from bot.store.database import Database, DataDirectory
from bot.store.migrate import (
    KEY_MIGRATIONS,
    LATEST_KEY_REVISION,
    LATEST_REVISION,
    MIGRATIONS,
    current_revision,
)
from bot.store.processes.heartbeat import record_heartbeat
from bot.store.releases import RELEASES
from tests.support.cli_runner import command_runner, is_user_message
from tests.support.database import postgres_server
from tests.support.database.dump_deployment import dump_deployment
from tests.support.database.release_dumps import DUMPS, carried_over, execute, rows_of
from tests.support.database_fixtures import on_both_databases, query
from tests.support.forked_commands import haven_program, python_code
from tests.support.harnesses.setup_harness import Terminal
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_runner import Haven

OLD = "0001"
COPIES = ("haven.db.before-upgrade", "keys.db.before-upgrade")


@dataclass(frozen=True)
class OldDeployment:
    """A deployment whose databases the release before this one wrote."""

    folder: Path
    haven: Haven
    settings: Settings
    data: Database
    keys: Database

    @property
    def environment(self) -> dict[str, str]:
        found = {
            "HAVEN_DATA": str(self.settings.data),
            "HAVEN_HOST_KEY_FILE": f"{self.folder}/host.key",
            "PYTHONPATH": str(ROOT),
        }
        if self.settings.database_url:
            found["HAVEN_DATABASE_URL"] = self.settings.database_url
            found["HAVEN_KEYS_URL"] = self.settings.keys_url or ""
        return found

    def revisions(self) -> list[str | None]:
        return [current_revision(self.data), current_revision(self.keys)]

    def copied_rows(self) -> list[dict[str, list[dict[str, object]]]]:
        """Return the rows of both copies."""
        if self.data.dialect == "sqlite":
            folder = self.settings.data
            return [rows_of(Database(f"sqlite:///{folder / name}")) for name in COPIES]
        way = f"&options=-csearch_path%3D{COPY_SCHEMA}"
        urls = [it.url.render_as_string(hide_password=False) for it in (self.data, self.keys)]
        return [rows_of(Database(url + way)) for url in urls]


def old_deployment(kind: str, folder: Path) -> OldDeployment:
    haven = dump_deployment(folder, DUMPS[0], upgraded=False)
    directory = DataDirectory(folder / "data")
    data, keys = Database(directory.database_url), Database(directory.keys_url)
    host, urls = folder / "host.key", {}
    if kind == "postgresql":
        data, keys = carried_over(data, folder), carried_over(keys, folder, KEY_MIGRATIONS)
        (folder / "data" / "haven.db").unlink()
        (folder / "data" / "keys.db").unlink()
        urls = {
            "database_url": data.url.render_as_string(hide_password=False),
            "keys_url": keys.url.render_as_string(hide_password=False),
        }
        more = {f"HAVEN_{name.upper()}": url for name, url in urls.items()}
        haven = command_runner(folder, **more)
    settings = Settings(data=folder / "data", host_key_file=host, **urls)
    return OldDeployment(folder, haven, settings, data, keys)


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> OldDeployment:
    return old_deployment(request.param, tmp_path)


# --- Said before -----------------------------------------------------------------------------


def test_the_check_says_what_would_be_done_and_changes_nothing(old: OldDeployment) -> None:
    before = [rows_of(old.data), rows_of(old.keys)]
    said = old.haven("upgrade", "--check")
    assert said.returncode == 0, said.stderr
    assert "bring the data to 0002: On-call caseworkers" in said.stdout
    assert f"bring the data to {LATEST_REVISION}: Casework" in said.stdout
    assert f"bring the key store to {LATEST_KEY_REVISION}: Keys that wait" in said.stdout
    assert "compare every row" in said.stdout
    assert "Not rehearsed yet" in said.stdout
    assert "Upgrading to 0.4.0" in said.stdout
    assert [rows_of(old.data), rows_of(old.keys)] == before


def test_data_of_this_release_need_nothing(tmp_path: Path) -> None:
    haven = dump_deployment(tmp_path)
    said = haven("upgrade", "--check").stdout
    assert "haven start changes nothing" in said
    assert "Upgrading to" not in said
    assert "Nothing to do" in haven("upgrade").stdout
    rehearsed = haven("upgrade", "--rehearse")
    assert "nothing to rehearse" in rehearsed.stdout
    assert rehearsed.returncode == 0, "no failure: a script goes on to the upgrade"


def test_an_upgrade_at_a_terminal_says_its_steps_in_words(tmp_path: Path) -> None:
    deployment = old_deployment("sqlite", tmp_path)
    about = deployment.settings
    terminal = Terminal("upgrade", data=str(about.data), host_key_file=str(about.host_key_file))
    assert terminal.ends() == 0, terminal.shown
    assert "The upgrade is complete, after so long. (upgrade_done" in terminal.shown
    assert '"event"' not in terminal.shown
    assert deployment.revisions() == [LATEST_REVISION, LATEST_KEY_REVISION]


def test_a_wrong_folder_is_no_deployment_and_stays_empty(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for option in ("--check", "--rehearse"):
        refused = command_runner(tmp_path)("upgrade", option)
        assert "is HAVEN_DATA right?" in refused.stderr
    assert not list((tmp_path / "data").iterdir())


def test_an_older_release_says_that_the_data_are_newer(old: OldDeployment) -> None:
    execute(old.data, "UPDATE alembic_version SET version_num = '0009'")
    rehearsed = ["upgrade", "--rehearse"]
    for words in (["upgrade", "--check"], rehearsed, ["upgrade"], ["cases", "list"], ["doctor"]):
        refused = old.haven(*words)
        told = refused.stdout + refused.stderr
        assert refused.returncode == 1
        assert "of a newer release (revision 0009); this is Haven 0." in told
        assert "Install the release that ran here last" in told
    assert current_revision(old.data) == "0009"


def test_every_revision_has_a_release_and_every_release_its_paragraph() -> None:
    assert sorted(RELEASES) == sorted(path.name[:4] for path in MIGRATIONS.glob("0*.py"))
    text = changelog()
    versions = [line.split()[1] for line in text.splitlines() if line.startswith("## ")]
    notes = dict(upgrade_notes(text, after="0.0.0", until="99.0.0"))
    assert list(notes) == versions[::-1]
    assert set(RELEASES.values()) <= set(notes)


def test_the_notes_are_of_the_releases_in_between() -> None:
    text = "".join(
        f"## {it}\n\n**Upgrading**\nNote {it}.\n\n**People**\n- x\n"
        for it in ("0.10.0 (not released)", "0.9.0", "0.8.0")
    )
    noted = upgrade_notes(text, after="0.8.0", until="0.10.0")
    assert [it for it, _ in noted] == ["0.9.0", "0.10.0"]
    assert [it for it, _ in upgrade_notes(text, after=None, until="0.9.0")] == ["0.9.0"]


# --- Rehearsed -------------------------------------------------------------------------------


def test_a_rehearsal_upgrades_a_copy_and_leaves_nothing_of_it(old: OldDeployment) -> None:
    before = [rows_of(old.data), rows_of(old.keys)]
    files = kept_files(old)
    done = old.haven("upgrade", "--rehearse")
    assert done.returncode == 0, done.stderr
    assert "The copy is complete" in done.stdout
    assert [rows_of(old.data), rows_of(old.keys)] == before
    assert old.revisions() == [OLD, OLD]
    assert kept_files(old) == files | {"upgrade-rehearsal.json"}
    if old.data.dialect == "postgresql":
        schemas = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'haven%'"
        assert query(old.data, schemas) == [(0,)]
    assert "Rehearsed on a copy" in old.haven("upgrade", "--check").stdout


def kept_files(old: OldDeployment) -> set[str]:
    names = {path.name for path in old.settings.data.iterdir()}
    return {name for name in names if not name.endswith(("wal", "shm"))}


def test_a_rehearsal_finds_an_upgrade_that_would_leave_something_out(
    old: OldDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrade_copy, "upgrade_to", skips_the_newest(upgrade_copy.upgrade_to))
    refused = old.haven("upgrade", "--rehearse")
    assert refused.returncode == 1
    assert "are missing" in refused.stderr
    assert old.revisions() == [OLD, OLD]


def skips_the_newest(upgrade_to):  # type: ignore[no-untyped-def]  # noqa: ANN201, ANN001
    def upgrade(connection, revision, migrations):  # type: ignore[no-untyped-def]  # noqa: ANN202, ANN001
        upgrade_to(connection, OLD if revision == "head" else revision, migrations)

    return upgrade


# --- Done ------------------------------------------------------------------------------------


def test_an_upgrade_keeps_a_compared_copy_of_both_databases(old: OldDeployment) -> None:
    before = [rows_of(old.data), rows_of(old.keys)]
    done = old.haven("upgrade")
    assert done.returncode == 0, done.stderr
    assert f"data {OLD} to {LATEST_REVISION}" in done.stdout
    assert old.revisions() == [LATEST_REVISION, LATEST_KEY_REVISION]
    assert old.copied_rows() == before
    if old.data.dialect == "sqlite":
        for name in COPIES:
            assert stat.S_IMODE((old.settings.data / name).stat().st_mode) == 0o600


def test_a_copy_that_differs_stops_the_upgrade(
    old: OldDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = iter(range(100))
    monkeypatch.setattr(upgrade_copy, "digest_tables", lambda *_: {"cases": next(digests)})
    refused = old.haven("upgrade")
    assert refused.returncode == 1
    assert "the copy" in refused.stderr
    assert "differs from" in refused.stderr
    assert old.revisions() == [OLD, OLD]


@pytest.mark.parametrize("hours", [0, 23, 25, 24 * 400])
def test_a_copy_outlives_starts_that_fail_whatever_the_clock_says(
    old: OldDeployment, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    assert old.haven("upgrade").returncode == 0
    later = SystemClock().now() + hours * HOUR
    monkeypatch.setattr(SystemClock, "now", lambda _: later)
    upgrade_deployment(old.settings, print)  # a start that ends at once
    assert old.copied_rows()


@pytest.mark.parametrize("works", [True, False])
async def test_a_copy_is_gone_once_the_new_release_has_run_for_an_hour_and_works(
    old: OldDeployment, monkeypatch: pytest.MonkeyPatch, works: bool
) -> None:
    assert (await asyncio.to_thread(old.haven, "upgrade")).returncode == 0
    slept: list[float] = []

    async def sleeps(seconds: float) -> None:
        assert slept or old.copied_rows()
        slept.append(seconds)
        if len(slept) > 1:
            raise asyncio.CancelledError

    if works:
        now = SystemClock().now()
        await old.data.writer.run(lambda work: record_heartbeat(work, 1, now))
    monkeypatch.setattr(upgrading.asyncio, "sleep", sleeps)
    with pytest.raises(asyncio.CancelledError):
        await upgrading.delete_copies_in_time(old.settings, lambda: old.data, SystemClock())
    assert slept == [3600.0, 3600.0]
    kept = [upgrade_copy.made_at(it) is not None for it in (old.data, old.keys)]
    assert kept == [not works, not works]


def test_the_doctor_names_a_copy_that_is_older_than_a_day(
    old: OldDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert old.haven("upgrade").returncode == 0
    made = SystemClock().now()
    assert upgrading.remaining_copies(old.settings, made + 23 * HOUR) == []
    places = upgrading.remaining_copies(old.settings, made + 25 * HOUR)
    assert len(places) == 2
    monkeypatch.setattr(SystemClock, "now", lambda _: made + 25 * HOUR)
    fault = f"what was erased since the upgrade stays in {places[0]} and {places[1]}."
    assert f"wrong  no copy of an upgrade remains: {fault}" in old.haven("doctor").stdout


def test_a_copy_that_cannot_be_made_leaves_all_as_it_was(tmp_path: Path) -> None:
    old = old_deployment("postgresql", tmp_path)
    execute(old.data, "CREATE ROLE modest LOGIN")
    execute(old.data, "GRANT ALL ON ALL TABLES IN SCHEMA public TO modest")
    url = f"{old.settings.database_url}".replace("postgres:@", "modest:@")
    modest = replace(old.settings, database_url=url)
    with pytest.raises(UpgradeError, match=r"GRANT CREATE ON DATABASE.*--without-backup"):
        upgrade_deployment(modest, print)
    assert old.revisions() == [OLD, OLD]


def test_an_upgrade_without_a_backup_has_to_be_asked_for(old: OldDeployment) -> None:
    done = old.haven("upgrade", "--without-backup")
    assert done.returncode == 0, done.stderr
    assert old.revisions() == [LATEST_REVISION, LATEST_KEY_REVISION]
    assert upgrade_copy.made_at(old.data) is None


def test_only_a_start_or_the_command_upgrades(old: OldDeployment) -> None:
    for words in (["cases", "list"], ["staff", "add", "Chen", "--language", "vi"], ["backup", "x"]):
        refused = old.haven(*words)
        assert refused.returncode == 1
        assert "haven start upgrades it" in refused.stderr
    assert old.revisions() == [OLD, OLD]
    started = subprocess.run(  # noqa: S603 - our own program
        [*haven_program(), "start"], check=False, capture_output=True, text=True,
        env={**os.environ, **old.environment, "HAVEN_ORGANISATION": "x", "HAVEN_CONTACT": "y",
             "HAVEN_TELEGRAM_TOKEN": f"1:{'x' * 35}", "HAVEN_BOT_NAMES": "xx=Garden"},
    )  # fmt: skip
    assert "Upgrading to Haven" in started.stderr
    assert '"event": "upgrade_done"' in started.stderr
    assert old.revisions() == [LATEST_REVISION, LATEST_KEY_REVISION]
    assert "HAVEN_BOT_NAMES" in started.stderr  # it went on to the next check


# --- Locked, and interrupted -----------------------------------------------------------------


def test_a_running_bot_stops_an_upgrade(old: OldDeployment) -> None:
    directory = DataDirectory(old.settings.data)
    directory.lock()
    refused = old.haven("upgrade")
    directory.unlock()
    assert f"another Haven (process {os.getpid()} on " in refused.stderr
    assert is_user_message(refused.stderr)
    assert old.revisions() == [OLD, OLD]


def test_a_second_process_waits_and_names_the_first(old: OldDeployment) -> None:
    said: list[str] = []
    with (old.settings.data / "upgrade.lock").open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        first.write("4711")
        first.flush()
        with (
            pytest.raises(AlreadyRunningError, match=r"process 4711\) still upgrades"),
            upgrade_lock(old.settings, old.data, said.append, 0.3),
        ):
            pass
    assert said == ["another Haven (process 4711) upgrades the data; waiting for it."]
    with upgrade_lock(old.settings, old.data, said.append, 0.3):
        assert len(said) == 1


def test_a_process_on_another_computer_is_waited_for_and_named(tmp_path: Path) -> None:
    old = old_deployment("postgresql", tmp_path)
    said: list[str] = []
    with psycopg.connect(str(old.settings.database_url)) as first:
        first.execute("SELECT pg_advisory_lock(%s)", (LOCK_NUMBER,))
        pid = first.info.backend_pid
        with (
            pytest.raises(AlreadyRunningError, match=rf"server process {pid}, from"),
            upgrade_lock(old.settings, old.data, said.append, 0.3),
        ):
            pass
    assert len(said) == 1


UPGRADES = """
import os, signal, sys
from sqlalchemy import Engine, event
from bot.app.databases.upgrade import upgrade_deployment
from bot.settings import load_settings

begins, left = sys.argv[1], int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def die(_connection, _cursor, statement, *_):
    global left
    if begins and statement.strip().startswith(begins):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

upgrade_deployment(load_settings(), lambda line: print(line, flush=True))
"""


def upgrading_process(
    old: OldDeployment, begins: str = "", number: int = 0
) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [*python_code(UPGRADES), begins, str(number)], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **old.environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("begins", "number"),
    [
        ("SELECT", 60),  # while the copy is compared
        ("ALTER TABLE", 1),
        ("CREATE TABLE fact_checks", 1),  # the key store is upgraded, the data are not
    ],
)
def test_an_upgrade_killed_half_way_is_finished_by_the_next(
    old: OldDeployment, begins: str, number: int
) -> None:
    before = [rows_of(old.data), rows_of(old.keys)]
    process = upgrading_process(old, begins, number)
    _, said = process.communicate()
    assert process.returncode == -signal.SIGKILL, said
    assert current_revision(old.data) == OLD
    assert rows_of(old.data) == before[0]
    done = old.haven("upgrade")
    assert done.returncode == 0, done.stderr
    assert old.revisions() == [LATEST_REVISION, LATEST_KEY_REVISION]
    assert old.copied_rows() == before
    assert not list(old.settings.data.glob("*.part"))


def test_two_processes_upgrade_once(old: OldDeployment) -> None:
    both = [upgrading_process(old) for _ in range(2)]
    ends = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert sorted("Upgraded in" in out for out, _ in ends) == [False, True]
    assert old.revisions() == [LATEST_REVISION, LATEST_KEY_REVISION]


def test_two_machines_upgrade_once_and_the_second_goes_on(tmp_path: Path) -> None:
    old = old_deployment("postgresql", tmp_path)
    both = [upgrading_process(on_machine(old, name)) for name in "ab"]
    ends = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert sorted("Upgraded in" in out for out, _ in ends) == [False, True]
    assert old.revisions() == [LATEST_REVISION, LATEST_KEY_REVISION]


def on_machine(old: OldDeployment, name: str) -> OldDeployment:
    """Return the same databases with the folder of a machine of their own."""
    folder = old.folder / name
    folder.mkdir()
    return replace(old, settings=replace(old.settings, data=folder))


def test_what_still_runs_on_another_machine_stops_an_upgrade_and_is_named(tmp_path: Path) -> None:
    old = old_deployment("postgresql", tmp_path)
    named = psycopg.connect(str(old.settings.database_url), application_name="haven 12 on b")
    with (
        closing(named),
        pytest.raises(AlreadyRunningError, match=r"process 12 on b.*stop it there"),
    ):
        refuse_running_elsewhere(old.data, 0.1)
    refuse_running_elsewhere(old.data, 0.1)


def test_two_machines_that_make_the_tables_at_once_both_find_them() -> None:
    address = postgres_server.empty_database()
    making = f"from bot.store.migrate import *; upgrade(Database({address!r}))"
    both = [subprocess.Popen(python_code(making), env=dict(os.environ)) for _ in range(2)]  # noqa: S603
    assert [process.wait() for process in both] == [0, 0]
    assert current_revision(Database(address)) == LATEST_REVISION


@on_both_databases
def test_the_earlier_release_can_be_put_back(kind: str, tmp_path: Path) -> None:
    """As the operator's page says it."""
    old = old_deployment(kind, tmp_path)
    before = [rows_of(old.data), rows_of(old.keys)]
    assert old.haven("upgrade").returncode == 0
    for database, name in zip((old.data, old.keys), COPIES, strict=True):
        if kind == "sqlite":
            (old.settings.data / name).replace(str(database.url.database))
        else:
            execute(database, "ALTER SCHEMA public RENAME TO upgraded")
            execute(database, f"ALTER SCHEMA {COPY_SCHEMA} RENAME TO public")
    assert old.revisions() == [OLD, OLD]
    assert [rows_of(old.data), rows_of(old.keys)] == before
    added = "INSERT INTO notices (kind, since, until) VALUES ('x', 1, 2)"
    execute(old.data, added)
    assert len(rows_of(old.data)["notices"]) == len(before[0]["notices"]) + 1


def test_the_copy_of_a_file_opens_by_itself(tmp_path: Path) -> None:
    old = old_deployment("sqlite", tmp_path)
    assert old.haven("upgrade").returncode == 0
    with closing(sqlite3.connect(old.settings.data / COPIES[0])) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (OLD,)


def test_the_steps_are_those_after_a_revision() -> None:
    assert [it.revision for it in releases.steps_after(None, KEY_MIGRATIONS)] == ["0001", "0002"]
    assert releases.steps_after(LATEST_REVISION, MIGRATIONS) == []
