"""The host key: a file of its own, for its owner alone, away from what it protects."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from bot.errors import SettingError, WrongHostKeyError
from bot.store.blobs import durable_files
from bot.vault import HostKey
from bot.vault.backup.offline_key import OfflineKey
from bot.vault.keys.host_key import MIN_PASSPHRASE_LENGTH
from tests.support.database.key_store_fixtures import CHEAP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_new_key_is_read_back_and_only_its_owner_can(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "host.key"
    made = HostKey.create(path)
    assert HostKey.load(path) == made
    assert path.stat().st_mode & 0o777 == 0o400
    assert path.parent.stat().st_mode & 0o077 == 0


def test_two_keys_differ(tmp_path: Path) -> None:
    assert HostKey.create(tmp_path / "one") != HostKey.create(tmp_path / "two")


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    made = HostKey.create(tmp_path / "key")
    with pytest.raises(SettingError, match="unreadable"):
        HostKey.create(tmp_path / "key")
    assert HostKey.load(tmp_path / "key") == made


@pytest.mark.parametrize("create", [HostKey.create, OfflineKey.create])
def test_a_full_disk_is_named_and_leaves_no_file_that_is_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, create: Callable[[Path], object]
) -> None:
    def is_full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(durable_files.os, "fsync", is_full)
        with pytest.raises(SettingError, match=f"key was not written: no space left in {tmp_path}"):
            create(tmp_path / "key")
    assert list(tmp_path.iterdir()) == []
    create(tmp_path / "key")  # with room again
    assert [it.name for it in tmp_path.iterdir()] == ["key"]


def test_a_process_that_was_killed_while_it_wrote_is_in_no_one_s_way(tmp_path: Path) -> None:
    (tmp_path / ".key.part").write_text("a5")
    made = HostKey.create(tmp_path / "key")
    assert HostKey.load(tmp_path / "key") == made
    assert [it.name for it in tmp_path.iterdir()] == ["key"]


def test_a_stick_without_links_takes_a_key_and_none_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuses)
    made = HostKey.create(tmp_path / "key")
    with pytest.raises(SettingError, match="exists; a new key would make everything unreadable"):
        HostKey.create(tmp_path / "key")
    assert HostKey.load(tmp_path / "key") == made


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o660, 0o644, 0o410])
def test_a_key_others_can_read_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    HostKey.create(path)
    path.chmod(mode)
    with pytest.raises(SettingError, match="chmod 0400"):
        HostKey.load(path)


@pytest.mark.parametrize("where", ["key", "sub/key", "../data/key"])
def test_a_key_that_lies_with_the_data_is_refused(tmp_path: Path, where: str) -> None:
    data = tmp_path / "data"
    (data / "sub").mkdir(parents=True)
    HostKey.create(data / where)
    with pytest.raises(SettingError, match="HAVEN_DATA"):
        HostKey.load(data / where, data)


def test_a_detour_to_the_data_is_seen_through(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    HostKey.create(data / "key")
    (tmp_path / "detour").symlink_to(data)
    with pytest.raises(SettingError, match="HAVEN_DATA"):
        HostKey.load(tmp_path / "detour" / "key", data)


def test_a_host_key_next_to_the_data_folder_is_accepted(tmp_path: Path) -> None:
    HostKey.create(tmp_path / "data.key")
    HostKey.load(tmp_path / "data.key", tmp_path / "data")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"00" * 31,
        b"00" * 33,
        b"zz" * 32,
        b"00" * 32 + b"\n00",
        "é".encode() * 32,
        b"\xff" * 64,
    ],
)
def test_a_file_that_holds_no_key_is_refused_without_being_shown(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o400)
    with pytest.raises(SettingError, match="64 hexadecimal") as refused:
        HostKey.load(path)
    assert "00" * 31 not in str(refused.value)


def test_a_missing_key_is_named_with_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="haven keys new"):
        HostKey.load(tmp_path / "nothing")


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(SettingError):
        HostKey.load(tmp_path)


# --- Locked with a passphrase ------------------------------------------------------------------

PHRASE = "seven mangoes on a grey boat"


def locked(path: Path) -> HostKey:
    return HostKey.create(path, PHRASE, CHEAP)


def test_a_locked_key_is_read_back_with_its_passphrase_and_lies_nowhere_in_clear(
    tmp_path: Path,
) -> None:
    made = locked(tmp_path / "key")
    assert HostKey.load(tmp_path / "key", ask=lambda: PHRASE) == made
    assert made.secret.hex() not in (tmp_path / "key").read_text()
    assert PHRASE not in (tmp_path / "key").read_text()


@pytest.mark.parametrize("typed", ["", PHRASE.upper(), PHRASE + " ", "seven mangoes"])
def test_another_passphrase_is_refused_and_says_what_is_lost_and_what_is_not(
    tmp_path: Path, typed: str
) -> None:
    locked(tmp_path / "key")
    before = (tmp_path / "key").read_bytes()
    with pytest.raises(
        WrongHostKeyError, match=r"are lost: .* Not lost: the cases themselves"
    ) as found:
        HostKey.load(tmp_path / "key", ask=lambda: typed)
    assert not typed or typed not in str(found.value)
    assert (tmp_path / "key").read_bytes() == before


def test_a_locked_host_key_without_a_terminal_is_an_error(tmp_path: Path) -> None:
    locked(tmp_path / "key")
    with pytest.raises(SettingError, match="locked with a passphrase"):
        HostKey.load(tmp_path / "key")


def test_a_host_key_without_a_passphrase_asks_for_none(tmp_path: Path) -> None:
    made = HostKey.create(tmp_path / "key")
    assert HostKey.load(tmp_path / "key", ask=lambda: pytest.fail("asked")) == made


def test_any_sign_of_a_locked_key_that_was_changed_shows(tmp_path: Path) -> None:
    locked(tmp_path / "key")
    written = (tmp_path / "key").read_text()
    for place in range(len("haven-host-key-1 "), len(written) - 1, 7):
        other = "1" if written[place] != "1" else "2"
        changed = tmp_path / f"key{place}"
        changed.write_text(written[:place] + other + written[place + 1 :])
        changed.chmod(0o400)
        with pytest.raises((WrongHostKeyError, SettingError)):
            HostKey.load(changed, ask=lambda: PHRASE)


@pytest.mark.parametrize("rest", ["", " ", " 64", " 64 1 zz zz", " 64 1 00 00 00", " a b c d"])
def test_a_locked_key_of_another_shape_is_named(tmp_path: Path, rest: str) -> None:
    (tmp_path / "key").write_text(f"haven-host-key-1{rest}")
    (tmp_path / "key").chmod(0o400)
    with pytest.raises(SettingError, match="must hold"):
        HostKey.load(tmp_path / "key", ask=lambda: PHRASE)


def test_two_locks_with_one_passphrase_are_two(tmp_path: Path) -> None:
    assert locked(tmp_path / "one") != locked(tmp_path / "two")
    assert (tmp_path / "one").read_text()[:60] != (tmp_path / "two").read_text()[:60]


def test_a_passphrase_that_is_soon_guessed_is_refused_before_anything_is_made(
    tmp_path: Path,
) -> None:
    with pytest.raises(SettingError, match="16 characters"):
        HostKey.create(tmp_path / "key", "x" * (MIN_PASSPHRASE_LENGTH - 1), CHEAP)
    assert not (tmp_path / "key").exists()
    HostKey.create(tmp_path / "key", "x" * MIN_PASSPHRASE_LENGTH, CHEAP)
    assert (tmp_path / "key").exists()
