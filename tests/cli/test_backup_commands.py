"""What an operator types about backups: made while the bot may run, put back beside, or why not."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY, HOUR, SystemClock
from bot.vault import HostKey
from bot.vault.erasure.ledger import LEDGER_NAME, write_ledger
from tests.support.cli_runner import CommandResult, command_runner, is_user_message, listed_cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Haven = Callable[..., CommandResult]

PASSPHRASE = "three words, or four\n" * 2


@pytest.fixture
def haven(tmp_path: Path) -> Haven:
    """A deployment with one caseworker, and an offline key that is kept elsewhere."""
    HostKey.create(tmp_path / "host.key")
    made = command_runner(tmp_path)(
        "keys", "backup", str(tmp_path / "offline.key"), input=PASSPHRASE
    )
    assert made.returncode == 0, made.stderr
    public = made.stdout.split("HAVEN_BACKUP_KEY=")[1].strip()
    assert public not in (tmp_path / "host.key").read_text()
    found = command_runner(tmp_path, HAVEN_BACKUP_KEY=public, HAVEN_BACKUPS=f"{tmp_path}/backups")
    added = found("staff", "add", "Lin Mei-hua", "--language", "id", "--account", "6000000001")
    assert added.returncode == 0, added.stderr
    return found


def backed_up(haven: Haven) -> list[str]:
    made = haven("backup")
    assert made.returncode == 0, made.stderr
    assert "Rows: " in made.stdout
    return [line for line in made.stdout.splitlines() if line.endswith(".sealed")]


def test_a_deployment_is_backed_up_restored_and_answers_as_before(
    haven: Haven, tmp_path: Path
) -> None:
    paths = backed_up(haven)
    assert [re.search(r"haven-(\w+)-", path)[1] for path in paths] == ["main", "keys"]  # type: ignore[index]
    assert (tmp_path / "backups" / LEDGER_NAME).exists()
    head = haven("audit", "head").stdout.strip()
    to, key = str(tmp_path / "new"), str(tmp_path / "offline.key")
    done = haven("restore", *paths, "--to", to, "--key", key, input="three words, or four\n")
    assert done.returncode == 0, done.stderr
    assert "0 cases, 0 files" in done.stdout
    before = listed_cases(haven)
    there = command_runner(tmp_path, HAVEN_DATA=to)
    assert listed_cases(there) == before
    restored = there("audit", "verify")
    assert restored.returncode == 0, restored.stderr
    assert int(head.split(":")[0]) == 2  # the backup itself is noted, after it was made
    assert "1 rows" in restored.stdout
    assert "fine   database opens" in there("doctor").stdout
    assert "fine   key store opens" in there("doctor").stdout


def test_nothing_is_restored_over_anything(haven: Haven, tmp_path: Path) -> None:
    paths = backed_up(haven)
    key = ("--key", str(tmp_path / "offline.key"))
    live = haven("restore", *paths, "--to", str(tmp_path / "data"), *key)
    assert "another folder, never over it" in live.stderr
    other = haven("restore", *paths, "--to", str(tmp_path / "backups"), *key, input="wrong\n")
    assert "not its passphrase" in other.stderr
    taken = haven(
        "restore", *paths, "--to", str(tmp_path / "backups"), *key, input="three words, or four\n"
    )
    assert "something is there" in taken.stderr
    for done in (live, other, taken):
        assert done.returncode == 1
        assert is_user_message(done.stderr)
    assert len(json.loads(haven("staff", "list", "--json").stdout)) == 1


def test_a_changed_ledger_stops_a_restore(haven: Haven, tmp_path: Path) -> None:
    paths = backed_up(haven)
    ledger = tmp_path / "backups" / LEDGER_NAME
    ledger.write_text(ledger.read_text() + "0\n")
    key = ("--key", str(tmp_path / "offline.key"))
    done = haven("restore", *paths, "--to", str(tmp_path / "new"), *key)
    assert "no ledger of this deployment" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.fixture
def elsewhere(haven: Haven, tmp_path: Path) -> tuple[Haven, list[str]]:
    """Another machine, with the keys, and with a copy of the archives and of their ledger."""
    paths = backed_up(haven)
    (tmp_path / "backups").rename(tmp_path / "copies")
    to = ("--to", str(tmp_path / "new"), "--key", str(tmp_path / "offline.key"))
    copied = [path.replace("/backups/", "/copies/") for path in paths]
    return command_runner(tmp_path, HAVEN_DATA=f"{tmp_path}/other"), ["restore", *copied, *to]


def restored(there: tuple[Haven, list[str]], *also: str) -> CommandResult:
    haven, typed = there
    return haven(*typed, *also, input="three words, or four\n")


def no_ledger(folder: Path) -> None:
    (folder / "copies" / LEDGER_NAME).unlink()


def three_days_old(folder: Path) -> None:
    host = HostKey.load(folder / "host.key", folder / "data")
    write_ledger(folder / "copies", [], host, SystemClock().now() - 3 * DAY - HOUR // 2)


def data_begun_anew(folder: Path) -> None:
    no_ledger(folder)
    anew = command_runner(folder, HAVEN_DATA=f"{folder}/other")
    assert anew("staff", "add", "Wu", "--language", "id").returncode == 0


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (no_ledger, "no ledger says"),
        (three_days_old, "until 72 hours ago"),
        (data_begun_anew, "no ledger says"),
    ],
)
def test_erased_cases_return_only_on_request_and_are_audited(
    elsewhere: tuple[Haven, list[str]], tmp_path: Path, happens: Callable[[Path], None], said: str
) -> None:
    happens(tmp_path)
    refused = restored(elsewhere)
    assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
    assert is_user_message(refused.stderr)
    assert not (tmp_path / "new").exists()
    done = restored(elsewhere, "--without-ledger")
    assert (done.returncode, said in done.stderr) == (0, True), done.stderr
    assert "restored_without_ledger" in done.stderr + done.stdout
    with closing(sqlite3.connect(tmp_path / "new" / "haven.db")) as connection:
        (row,) = connection.execute("SELECT actor, subject FROM audit WHERE deed='restored_blind'")
    assert row == ("operator", "all")
    verified = command_runner(tmp_path, HAVEN_DATA=f"{tmp_path}/new")("audit", "verify")
    assert verified.returncode == 0, verified.stderr


def test_a_ledger_of_last_night_is_enough_and_its_age_is_said(
    elsewhere: tuple[Haven, list[str]], tmp_path: Path
) -> None:
    host = HostKey.load(tmp_path / "host.key", tmp_path / "data")
    write_ledger(tmp_path / "copies", [], host, SystemClock().now() - 25 * HOUR - HOUR // 2)
    done = restored(elsewhere)
    assert done.returncode == 0, done.stderr
    assert "known until 25 hours ago" in done.stdout
    with closing(sqlite3.connect(tmp_path / "new" / "haven.db")) as connection:
        assert not connection.execute("SELECT * FROM audit WHERE deed='restored_blind'").fetchall()


def test_the_doctor_says_when_no_backup_is_made(haven: Haven, tmp_path: Path) -> None:
    assert "older than a day; haven backup" in haven("doctor").stdout
    backed_up(haven)
    assert "fine   backups are made" in haven("doctor").stdout
    alone = command_runner(tmp_path, HAVEN_BACKUPS=f"{tmp_path}/backups")
    assert "belong together" in alone("doctor").stdout


def test_without_a_key_or_a_place_nothing_is_made(haven: Haven, tmp_path: Path) -> None:
    bare = command_runner(tmp_path)
    assert bare("backup").returncode == 2
    refused = bare("backup", str(tmp_path / "backups"))
    assert (refused.returncode, "haven keys backup" in refused.stderr) == (1, True)
    mistyped = command_runner(tmp_path, HAVEN_BACKUP_KEY="00" * 36)
    assert "a digit is wrong" in mistyped("backup", str(tmp_path / "backups")).stderr
    assert "its backups would not open" in haven("keys", "backup", str(tmp_path / "offline.key"),
                                         input=PASSPHRASE).stderr  # fmt: skip
    plain = haven("keys", "backup", str(tmp_path / "other.key"), "--no-passphrase")
    assert plain.returncode == 0
