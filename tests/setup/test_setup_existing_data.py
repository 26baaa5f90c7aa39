"""`haven setup` where data are already: it takes their host key, or changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shlex
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.app.keys import load_host_key
from bot.settings import load_settings
from bot.settings.env_file import read_env_file
from bot.settings.missing import CREDENTIAL, CREDENTIAL_FOLDER
from bot.setup.credentials import CredentialFolder, new_host_key, run_as_owner
from bot.setup.files import Target
from bot.vault import HostKey
from bot.vault.backup.offline_key import OfflineKey
from tests.setup.test_setup_files import in_a_child
from tests.setup.test_setup_interview import RARE, end, give_accounts, up_to_backups
from tests.support.cli_runner import is_user_message
from tests.support.harnesses.setup_harness import RECIPIENT, BareMachine, bare_machine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.cli_runner import CommandResult

ACCOUNTS = ("administrator", "caseworker", "caseworker_languages", "caseworker_password")
WITHOUT_ACCOUNTS: dict[str, Any] = dict.fromkeys(ACCOUNTS)


@pytest.fixture
async def moved(tmp_path: Path) -> AsyncIterator[BareMachine]:
    """A machine to which data came from another one; the copy of their key is on a stick."""
    (tmp_path / "stick").mkdir()
    async with bare_machine(tmp_path) as machine:
        done = await machine.sets_up_as_usual(host_key_copy=str(tmp_path / "stick" / "host.key"))
        assert done.returncode == 0, done.stderr
        shutil.rmtree(machine.at("/etc"))
        yield machine


async def test_data_of_another_machine_get_their_host_key_and_keep_their_accounts(
    moved: BareMachine,
) -> None:
    key = moved.folder / "stick" / "host.key"
    done = await moved.sets_up_as_usual(host_key=str(key), **WITHOUT_ACCOUNTS)
    assert done.returncode == 0, done.stderr
    assert "Recovery key" not in done.stdout
    assert moved.at(f"{CREDENTIAL_FOLDER}/haven-host-key").read_bytes() == key.read_bytes()
    staff = await moved.types("staff", "list", "--json")
    assert staff.stdout.count('"name"') == 2


async def test_without_the_right_key_nothing_is_written_and_the_fix_is_named(
    moved: BareMachine,
) -> None:
    other, locked = moved.folder / "other.key", moved.folder / "locked.key"
    await asyncio.to_thread(HostKey.create, other)
    await asyncio.to_thread(HostKey.create, locked, "five words that are long enough")
    for given, said in (
        ({}, "name the copy of their host key (host_key)"),
        ({"host_key": str(other)}, "other.key does not open the data in"),
        ({"host_key": str(locked)}, "is locked with a passphrase, which a service cannot type"),
        ({"host_key": str(moved.folder / "none.key")}, "none.key cannot be read"),
    ):
        done = await moved.sets_up_as_usual(**given, **WITHOUT_ACCOUNTS)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert said in done.stderr
        assert is_user_message(done.stderr)
        assert not moved.at("/etc").exists()


async def test_a_host_key_that_is_given_in_the_place_of_its_file_is_repeated_nowhere(
    moved: BareMachine,
) -> None:
    key = (moved.folder / "stick" / "host.key").read_text().strip()
    for given in (key, key.upper(), f"haven-host-key-1 {key}"):
        done = await moved.sets_up_as_usual(host_key=given, **WITHOUT_ACCOUNTS)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert "this is a host key itself. Name the file that holds it" in done.stderr
        assert given not in done.stdout + done.stderr
        assert not moved.at("/etc").exists()


async def test_data_of_another_host_key_are_refused_with_the_way_out(
    moved: BareMachine,
) -> None:
    """As data that were restored from another deployment, on a machine that has one."""
    moved.at("/var/lib/haven").rename(moved.at("/var/lib/other"))
    assert (await moved.sets_up_as_usual()).returncode == 0  # this machine's own
    before, key = moved.files(), moved.folder / "stick" / "host.key"
    given = {"data": "/var/lib/other", "host_key": str(key), **WITHOUT_ACCOUNTS}
    done = await moved.sets_up_as_usual(**given)
    own = moved.at(f"{CREDENTIAL_FOLDER}/haven-host-key")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert f"mv {own} ELSEWHERE" in done.stderr
    assert moved.files() == before
    own.rename(moved.folder / "elsewhere")
    assert (await moved.sets_up_as_usual(**given)).returncode == 0
    assert own.read_bytes() == key.read_bytes()


async def test_data_in_a_folder_that_is_answered_last_get_their_host_key_at_the_terminal(
    moved: BareMachine,
) -> None:
    other, key = "/var/lib/other", moved.folder / "stick" / "host.key"
    moved.at("/var/lib/haven").rename(moved.at(other))
    shown = await asyncio.to_thread(answer_folder_last, moved, other, key)
    assert "There are data in" in shown
    assert "Recovery key" not in shown  # their accounts stay
    assert moved.at(f"{CREDENTIAL_FOLDER}/haven-host-key").read_bytes() == key.read_bytes()
    assert read_env_file(moved.at("/etc/haven/haven.env"))["HAVEN_DATA"] == other


def answer_folder_last(machine: BareMachine, folder: str, key: Path) -> str:
    terminal = up_to_backups(machine)
    terminal.answers("Folder of backups", "")
    give_accounts(terminal)
    terminal.answers("other details?", "y")
    terminal.answers("\nFolder of the data", folder)
    for question in (*RARE[1:], "File for a copy", "Program"):
        terminal.answers(f"\n{question}", "")
    terminal.answers("File with the host key of the data", str(key))
    return end(terminal)


async def test_the_token_of_another_bot_is_told_at_setup_with_what_to_do(
    moved: BareMachine,
) -> None:
    """Not only by a service that does not start."""
    key = str(moved.folder / "stick" / "host.key")
    own = int(moved.usual["token"].partition(":")[0])
    for known, is_told in ((own, False), (777, True)):
        (file,) = moved.at("/var/lib/haven").glob("haven.db")
        with contextlib.closing(sqlite3.connect(file)) as data, data:
            data.execute("DELETE FROM offsets")
            data.execute("INSERT INTO offsets VALUES (?, 5, 0)", (known,))
        done = await moved.sets_up_as_usual(host_key=key, **WITHOUT_ACCOUNTS)
        assert done.returncode == 0, done.stderr
        assert ("of another bot, 777, and Haven does not start" in done.stdout) == is_told
        assert ("haven start --replaces 777" in done.stdout) == is_told
        assert "holds secrets. Delete it:\nrm " in done.stdout
        shutil.rmtree(moved.at("/etc"))


async def test_a_host_key_without_data_is_refused(tmp_path: Path) -> None:
    HostKey.create(tmp_path / "host.key")
    async with bare_machine(tmp_path) as machine:
        done = await machine.sets_up_as_usual(host_key=str(tmp_path / "host.key"))
        assert "Restore a backup into that folder first" in done.stderr
        assert list(machine.root.iterdir()) == []


async def test_a_copy_over_another_file_is_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    HostKey.create(tmp_path / "there")
    async with bare_machine(tmp_path) as machine:
        done = await machine.sets_up_as_usual(host_key_copy=str(tmp_path / "there"))
        assert "exists, and is no copy of this host key; name another file" in done.stderr
        assert list(machine.root.iterdir()) == []


async def test_a_copy_in_a_folder_that_is_not_there_is_refused_and_none_is_made(
    tmp_path: Path,
) -> None:
    """A stick that is not mounted: the copy would lie on the disk of the data."""
    async with bare_machine(tmp_path) as machine:
        done = await machine.sets_up_as_usual(host_key_copy=str(tmp_path / "stick" / "host.key"))
        assert done.returncode == 1
        assert f"host_key_copy: there is no folder {tmp_path}/stick; see that" in done.stderr
        assert not (tmp_path / "stick").exists()
        assert list(machine.root.iterdir()) == []


async def test_the_first_backup_is_made_at_once(tmp_path: Path) -> None:
    more = {"backups": "/var/backups/haven", "backup_key": RECIPIENT}
    async with bare_machine(tmp_path) as machine:
        done = await machine.sets_up_as_usual(**more)
        made = [it.name for it in machine.at("/var/backups/haven").iterdir()]
        again = await machine.sets_up_as_usual(**more)
    assert "fine   backups are made and expire" in done.stdout
    assert len(made) == 3
    assert "The first backup" not in again.stdout


def empty_folder_of_the_kernel() -> Path:
    """Return a folder in which root, too, makes no file."""
    folders = [
        *map(Path, ("/sys/kernel/debug", "/sys/fs/pstore", "/sys/fs/bpf", "/proc/driver")),
        *Path("/sys/kernel").iterdir(),
        *Path("/sys/module").iterdir(),
    ]
    return next(it for it in folders if it.is_dir() and not any(it.iterdir()))


async def test_a_first_backup_that_fails_ends_nothing_else(tmp_path: Path) -> None:
    more = {"backups": "/var/backups/haven", "backup_key": RECIPIENT}
    async with bare_machine(tmp_path) as machine:
        machine.at("/var/backups").mkdir(parents=True)
        machine.at("/var/backups/haven").symlink_to(empty_folder_of_the_kernel())
        done = await machine.sets_up_as_usual(**more)
    assert "It failed: " in done.stderr
    assert "Findings of haven doctor" in done.stdout
    assert "Keep a copy of the host key" in done.stdout
    assert "systemctl enable --now" in done.stdout


async def test_the_line_that_a_restore_prints_checks_the_restored_data_literally(
    tmp_path: Path,
) -> None:
    """Typed on a machine that setup installed; `haven doctor` there has found nothing wrong."""
    offline = OfflineKey.create(tmp_path / "offline.key")
    folder = tmp_path / "back ups"
    more = {"backups": "/var/backups/haven", "backup_key": offline.recipient}
    async with bare_machine(tmp_path) as machine:
        assert (await machine.sets_up_as_usual(**more)).returncode == 0
        before = await machine.types("doctor")
        machine.at("/var/backups/haven").rename(folder)
        done = await machine.types(
            "restore", str(folder), "--to", str(tmp_path / "re stored"),
            "--key", str(tmp_path / "offline.key"),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        (line,) = re.findall(r"Check it:\n    (.+)\n", done.stdout)
        *set_, program, command = shlex.split(line)
        assert (program, command) == ("haven", "doctor")
        machine.more = dict(it.split("=", 1) for it in set_)
        found = await machine.types(command)
    assert faults(found) == faults(before)
    assert "fine   key store opens with this host key" in found.stdout


def faults(found: CommandResult) -> list[str]:
    return [it for it in found.stdout.splitlines() if it.startswith("wrong")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has data of root")
def test_restored_data_of_root_are_opened_with_the_credentials_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, folder = new_host_key(), CredentialFolder.of(Target(tmp_path / "root"))
    folder.target.write([folder.planned(CREDENTIAL, key)])
    restored = tmp_path / "restored"
    restored.mkdir()
    monkeypatch.setenv("HAVEN_DATA", str(restored))

    def seen(*, keeps_user: bool = False) -> str:
        run_as_owner(folder.target, keeps_user=keeps_user)
        return f"{os.geteuid()} {load_host_key(load_settings()).secret.hex() == key}"

    assert in_a_child(seen) == "0 True"
    restored.rmdir()  # lost, or not there yet: a restore needs the host key all the same
    assert in_a_child(lambda: seen(keeps_user=True)) == "0 True"
