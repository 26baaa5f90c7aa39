"""The host key: a file of its own, for its owner alone, away from what it protects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import WrongSetting
from bot.vault import HostKey

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_key_is_read_back_and_only_its_owner_can(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "host.key"
    made = HostKey.make(path)
    assert HostKey.read(path) == made
    assert path.stat().st_mode & 0o777 == 0o400
    assert path.parent.stat().st_mode & 0o077 == 0


def test_two_keys_differ(tmp_path: Path) -> None:
    assert HostKey.make(tmp_path / "one") != HostKey.make(tmp_path / "two")


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    made = HostKey.make(tmp_path / "key")
    with pytest.raises(WrongSetting, match="unreadable"):
        HostKey.make(tmp_path / "key")
    assert HostKey.read(tmp_path / "key") == made


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o660, 0o644, 0o410])
def test_a_key_others_can_read_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    HostKey.make(path)
    path.chmod(mode)
    with pytest.raises(WrongSetting, match="chmod 0400"):
        HostKey.read(path)


@pytest.mark.parametrize("where", ["key", "sub/key", "../data/key"])
def test_a_key_that_lies_with_the_data_is_refused(tmp_path: Path, where: str) -> None:
    data = tmp_path / "data"
    (data / "sub").mkdir(parents=True)
    HostKey.make(data / where)
    with pytest.raises(WrongSetting, match="HAVEN_DATA"):
        HostKey.read(data / where, data)


def test_a_detour_to_the_data_is_seen_through(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    HostKey.make(data / "key")
    (tmp_path / "detour").symlink_to(data)
    with pytest.raises(WrongSetting, match="HAVEN_DATA"):
        HostKey.read(tmp_path / "detour" / "key", data)


def test_a_key_beside_the_data_is_fine(tmp_path: Path) -> None:
    HostKey.make(tmp_path / "data.key")
    HostKey.read(tmp_path / "data.key", tmp_path / "data")


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
    with pytest.raises(WrongSetting, match="64 hexadecimal") as refused:
        HostKey.read(path)
    assert "00" * 31 not in str(refused.value)


def test_a_missing_key_is_named_with_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="haven keys new"):
        HostKey.read(tmp_path / "nothing")


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting):
        HostKey.read(tmp_path)
