"""The host key was rotated: what earlier keys backed up restores, and what was erased stays erased.

The bot runs with the earlier key meanwhile: it writes the ledger of erasures, as on every hour.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.app.retention import build_erasures, open_backup_folder
from bot.app.storage import open_database, open_vault
from bot.clock import SystemClock
from bot.settings import load_settings
from bot.vault.backup.offline_key import OfflineKey
from bot.vault.erasure.erase import ErasureReason, Erasures
from bot.vault.erasure.ledger import LEDGER_NAME
from tests.support.cli_runner import (
    CommandResult,
    command_runner,
    is_user_message,
    start_and_stop,
)
from tests.support.database.bulk_cases import case_rows, insert_cases
from tests.support.database_fixtures import DATABASE_KINDS, empty_url, query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.database import Database


class RotatedDeployment:
    """A deployment with two cases, its bot, and its backups, on either database."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.folder, self.place = folder, 0
        self.keys = [folder / "host.key"]
        self.offline = OfflineKey.create(folder / "offline.key")
        self.variables = {
            "HAVEN_BACKUP_KEY": self.offline.recipient, "HAVEN_BACKUPS": f"{folder}/backups",
        }  # fmt: skip
        if kind == "postgresql":
            self.variables["HAVEN_DATABASE_URL"] = empty_url(kind, folder)
            self.variables["HAVEN_KEYS_URL"] = empty_url(kind, folder)
        assert self.haven("keys", "new", str(self.keys[0])).returncode == 0
        assert self.haven("staff", "add", "Lin Mei-hua", "--language", "id").returncode == 0
        given = {name.removeprefix("HAVEN_").lower(): it for name, it in self.variables.items()}
        self.settings = load_settings(data=folder / "data", host_key_file=self.keys[0], **given)
        self.database: Database = open_database(self.settings)
        insert_cases(self.database, case_rows(2))
        self.bot = open_vault(self.settings, self.database)  # it opened the vault before a rotation
        self.cases = {case for (case,) in query(self.database, "SELECT id FROM cases")}

    def haven(self, *words: str, **also: str) -> CommandResult:
        """Type a command with the newest host key in the environment."""
        variables = self.variables | {"HAVEN_HOST_KEY_FILE": str(self.keys[-1])} | also
        return command_runner(self.folder, **variables)(*words)

    def backs_up(self) -> list[str]:
        """Make a backup; return copies of it, as an operator keeps them."""
        made = self.haven("backup")
        assert made.returncode == 0, made.stderr
        copies = self.folder / f"copies{len(self.keys)}"
        copies.mkdir()
        return [str(shutil.copy(path, copies)) for path in re.findall(r"\S+\.age", made.stdout)]

    def rotates(self) -> str:
        new = self.folder / f"host{len(self.keys)}.key"
        done = self.haven("keys", "rotate", str(new))
        assert done.returncode == 0, done.stderr
        self.keys.append(new)
        return done.stdout

    def starts(self) -> None:
        """Run Haven with the newest host key: only then may it be rotated again."""
        given = {name.removeprefix("HAVEN_").lower(): it for name, it in self.variables.items()}
        start_and_stop(self.folder, self.keys[-1], **given)

    def erases(self, case: str) -> None:
        """Erase a case, and let the bot write the ledger, with what it knew before the rotation."""
        erasures = build_erasures(self.settings, self.bot)
        left = erasures.erase(self.database, case, ErasureReason.WITHDRAWN, "operator", 1)
        assert asyncio.run(left) == ()
        folder = open_backup_folder(self.settings, self.bot)
        assert folder is not None
        erased = self.database.writer.run_sync(Erasures.load_all)
        folder.maintain(erased, SystemClock().now(), is_clock_trusted=True)

    def restores(self, *words: str, **also: str) -> CommandResult:
        """Restore elsewhere: a machine without the data of this deployment."""
        self.place += 1
        elsewhere = {
            "HAVEN_DATA": f"{self.folder}/nothing",
            "HAVEN_HOST_KEY_FILE": str(self.keys[-1]),
            "HAVEN_BACKUPS": f"{self.folder}/backups",
            **also,
        }
        typed = ("--to", str(self.restored), "--key", f"{self.folder}/offline.key")
        return command_runner(self.folder, **elsewhere)("restore", *words, *typed)

    @property
    def restored(self) -> Path:
        return self.folder / f"restored{self.place}"

    def restored_cases(self) -> set[str]:
        """Return the restored cases, after a look by Haven itself with its present host key."""
        there = command_runner(
            self.folder, HAVEN_DATA=str(self.restored), HAVEN_HOST_KEY_FILE=str(self.keys[-1])
        )
        assert "fine   key store opens with this host key" in there("doctor").stdout
        assert there("audit", "verify").returncode == 0
        with closing(sqlite3.connect(self.restored / "haven.db")) as connection:
            return {case for (case,) in connection.execute("SELECT id FROM cases")}

    def close(self) -> None:
        self.bot.close()
        self.database.writer.close()


@pytest.fixture(params=DATABASE_KINDS)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RotatedDeployment]:
    """A deployment on each database."""
    made = RotatedDeployment(request.param, tmp_path)
    yield made
    made.close()


def test_the_new_key_alone_restores_the_same_day_what_the_old_one_backed_up(
    site: RotatedDeployment,
) -> None:
    gone, kept = sorted(site.cases)
    site.backs_up()
    said = site.rotates()
    assert re.search(
        r"Made \S+/backups/haven-keys-\d{8}T\d{6}Z\.age: with it, the new key alone", said
    )
    site.erases(gone)
    done = site.restores(f"{site.folder}/backups")
    assert done.returncode == 0, done.stderr
    assert "Erased since, and not restored: 1 case." in done.stdout
    assert site.restored_cases() == {kept}


def test_archives_of_any_earlier_host_key_restore_with_that_key_and_the_ledger(
    site: RotatedDeployment,
) -> None:
    gone, kept = sorted(site.cases)
    pairs = [site.backs_up()]
    site.erases(gone)  # its line in the ledger is written before the rotations
    for _ in range(2):
        site.rotates()
        site.starts()
        pairs.append(site.backs_up())
    for number, pair in enumerate(pairs):
        earlier = [word for key in site.keys[:-1] for word in ("--host-key", str(key))]
        done = site.restores(*pair, *earlier)
        assert done.returncode == 0, (number, done.stderr)
        assert site.restored_cases() == {kept}
        is_of_another_key = number < len(pairs) - 1
        assert ("open with the host key of this machine" in done.stderr) is is_of_another_key


def test_an_archive_of_the_old_key_alone_is_refused_with_the_fix(site: RotatedDeployment) -> None:
    pair = site.backs_up()
    said = site.rotates()
    done = site.restores(*pair)
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert "name the earlier key with --host-key, or take a later archive of keys" in done.stderr
    (mark,) = re.findall(r"\(mark ([0-9a-f]{16})\)", said)
    assert f"of mark {mark}" in done.stderr
    other = site.folder / "other.key"
    assert site.haven("keys", "new", str(other)).returncode == 0
    assert site.restores(*pair, "--host-key", str(other)).returncode == 1
    assert site.restores(*pair, "--host-key", str(site.keys[0])).returncode == 0


def test_beside_the_data_the_old_archives_need_no_old_key(site: RotatedDeployment) -> None:
    """Their root is in the key store that is there, and their ledger in the database."""
    gone, kept = sorted(site.cases)
    pair = site.backs_up()
    site.rotates()
    site.erases(gone)
    (site.folder / "backups" / LEDGER_NAME).unlink()
    done = site.restores(*pair, **site.variables, HAVEN_DATA=f"{site.folder}/data")
    assert done.returncode == 0, done.stderr
    assert site.restored_cases() == {kept}


def test_what_was_erased_would_return_with_the_old_key_if_no_ledger_said_so(
    site: RotatedDeployment,
) -> None:
    """The control of the tests above: it is the ledger that keeps the case away."""
    gone = min(site.cases)
    pair = site.backs_up()
    site.rotates()
    site.erases(gone)
    (site.folder / "backups" / LEDGER_NAME).unlink()
    typed = (*pair, "--host-key", str(site.keys[0]))
    refused = site.restores(*typed)
    assert "no ledger says" in refused.stderr
    done = site.restores(*typed, "--without-ledger")
    assert done.returncode == 0, done.stderr
    assert gone in site.restored_cases()


def test_a_rotation_says_which_key_to_keep_until_when(site: RotatedDeployment) -> None:
    said = site.rotates()
    day = (datetime.now(site.settings.zone) + timedelta(days=7)).date()
    assert f"Keep the old key, {site.keys[0]} (mark " in said
    assert f"until {day}" in said
    assert f"haven restore --host-key {site.keys[0]}" in said


def test_a_rotation_without_a_place_for_backups_still_rotates(site: RotatedDeployment) -> None:
    site.variables["HAVEN_BACKUPS"] = "/proc/nowhere"
    done = site.haven("keys", "rotate", f"{site.folder}/second.key")
    assert done.returncode == 0
    assert "The keys were not backed up: /proc/nowhere" in done.stderr
    assert "Make a backup now (haven backup)" in done.stdout
    assert "host keys that open: 2" in site.haven("keys", "status").stdout
    del site.variables["HAVEN_BACKUPS"], site.variables["HAVEN_BACKUP_KEY"]
    site.keys.append(site.folder / "second.key")
    site.starts()
    assert "Make a backup now" in site.haven("keys", "rotate", f"{site.folder}/third.key").stdout
