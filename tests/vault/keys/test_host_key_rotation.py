"""The host key is rotated: killed anywhere, the deployment opens with the key it has."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.errors import HavenError, WrongHostKeyError
from bot.store.database import Database
from bot.vault import HostKey, KeyStore, Purpose, Vault
from tests.support.database_fixtures import empty_url, migrated_url, on_both_databases
from tests.support.forked_commands import python_code

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW, NEWER = (HostKey(bytes([number] * 32)) for number in (1, 2, 3))


class Room:
    """A deployment's two databases, and a process on them."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.database = Database(migrated_url(kind, folder))
        (folder / "keys").mkdir()
        self.keys = KeyStore(Database(empty_url(kind, folder / "keys")))

    def opens(self, host: HostKey) -> bool:
        try:
            self.keys.load_root(host, self.database, 9)
        except WrongHostKeyError:
            return False
        return True


@on_both_databases
def test_both_host_keys_open_until_the_bot_runs_with_the_new_one(kind: str, tmp_path: Path) -> None:
    room = Room(kind, tmp_path)
    root = room.keys.load_root(OLD, room.database, 1)
    sealed = Vault(root).seal(Purpose.STAFF, b"here", b"words")
    room.keys.add_host_key(OLD, NEW, 2)
    room.keys.add_host_key(OLD, NEW, 3)  # once more is no harm
    assert room.keys.count_host_keys() == 2
    assert room.opens(OLD)
    assert room.keys.count_host_keys() == 2
    assert room.keys.retire_earlier_keys(OLD) == 0
    assert Vault(room.keys.load_root(NEW, room.database, 4)).open(Purpose.STAFF, b"here", sealed)
    assert room.opens(OLD)  # a command that looks with the new one ends nothing
    assert room.keys.retire_earlier_keys(NEW) == 1
    assert room.keys.count_host_keys() == 1
    assert room.keys.retire_earlier_keys(NEW) == 0
    assert not room.opens(OLD)
    assert room.opens(NEW)


@on_both_databases
def test_a_clock_that_went_back_lets_no_older_key_win(kind: str, tmp_path: Path) -> None:
    room = Room(kind, tmp_path)
    room.keys.load_root(OLD, room.database, 1000)
    room.keys.add_host_key(OLD, NEW, 5)
    assert room.keys.retire_earlier_keys(NEW) == 1
    room.keys.add_host_key(NEW, NEWER, 5)
    assert room.keys.retire_earlier_keys(NEW) == 0  # the newest alone retires
    assert room.keys.retire_earlier_keys(NEWER) == 1
    assert room.opens(NEWER)
    assert not room.opens(OLD)
    assert not room.opens(NEW)


@on_both_databases
def test_a_third_key_is_refused_while_two_open(kind: str, tmp_path: Path) -> None:
    room = Room(kind, tmp_path)
    room.keys.load_root(OLD, room.database, 1)
    room.keys.add_host_key(OLD, NEW, 2)
    for host in (OLD, NEW):
        with pytest.raises(HavenError, match="the host key was rotated before"):
            room.keys.add_host_key(host, NEWER, 3)
    assert room.keys.discard_unused_keys(NEW) == 0  # it is the newest: nothing was made after it
    assert room.opens(OLD)
    assert room.keys.discard_unused_keys(OLD) == 1
    assert not room.opens(NEW)
    room.keys.add_host_key(OLD, NEWER, 3)
    assert room.opens(NEWER)


def test_a_key_that_is_not_the_deployment_s_admits_none(tmp_path: Path) -> None:
    room = Room("sqlite", tmp_path)
    room.keys.load_root(OLD, room.database, 1)
    with pytest.raises(WrongHostKeyError):
        room.keys.add_host_key(NEW, NEWER, 2)
    assert room.keys.count_host_keys() == 1


DIES = """
import os, signal, sys, threading
left = int(sys.argv[1])

def die(frame, event, arg):
    global left
    if event in ("call", "c_call"):
        name = frame.f_code.co_filename
        if "/bot/vault/" in name or "/bot/store/writer" in name or "/bot/cli/keys" in name:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

from bot.cli.keys import keys_app
import bot.cli.doctor
threading.setprofile(die)
sys.setprofile(die)
sys.argv = ["keys", "rotate", sys.argv[2]]
keys_app()
"""


def test_a_rotation_killed_at_any_point_is_harmless_and_can_be_finished(tmp_path: Path) -> None:
    from bot.app.keys import open_key_store  # noqa: PLC0415
    from bot.app.storage import open_database, open_vault  # noqa: PLC0415
    from tests.support.harnesses.hotline_harness import settings_for  # noqa: PLC0415

    settings = settings_for(tmp_path)
    database = open_database(settings)
    open_vault(settings, database).close()
    assert settings.host_key_file is not None
    environment = {
        "HAVEN_DATA": str(settings.data), "HAVEN_HOST_KEY_FILE": str(settings.host_key_file),
        "PATH": "/usr/bin:/bin", "PYTHONPATH": ".",
    }  # fmt: skip
    old, ends = HostKey.load(settings.host_key_file), []
    for round_, left in enumerate((1, 20, 60, 100, 130, 160, 190, 220, 250, 300, 100_000)):
        path = tmp_path / f"new{round_}.key"
        done = subprocess.run(  # noqa: S603 - our own program
            [*python_code(DIES), str(left), str(path)],
            env=environment, check=False, capture_output=True,
        )  # fmt: skip
        ends.append(done.returncode)
        keys = open_key_store(settings)
        root = keys.load_root(old, database, 1)  # it opens with the key it has
        if not path.exists():
            HostKey.create(path)
        new = HostKey.load(path)
        keys.add_host_key(old, new, 2)  # whoever types it again finishes it
        assert keys.load_root(new, database, 3) == root
        assert keys.retire_earlier_keys(new) == 1
        keys.close()
        environment["HAVEN_HOST_KEY_FILE"], old = str(path), new
    assert -signal.SIGKILL in ends
    assert ends[-1] == 0
    database.writer.close()
