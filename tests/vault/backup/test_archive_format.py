"""A sealed archive is read whole and in order, or refused with the reason."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import BackupError
from bot.vault.backup.archive import (
    CHUNK_SIZE,
    HEADER_LENGTH,
    MAGIC,
    MIN_PADDED_LENGTH,
    TAG_LENGTH,
    ArchiveReader,
    ArchiveWriter,
    entry_header,
    padded_length,
)
from bot.vault.backup.create import INFO_ENTRY
from bot.vault.backup.offline_key import OfflineKey
from bot.vault.backup.read import BackupArchive
from bot.vault.keys.host_key import HostKey
from tests.support.drill_length import drill_length

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = OfflineKey(bytes(range(32)))
OTHER = OfflineKey(bytes(range(1, 33)))
WHOLE = CHUNK_SIZE + TAG_LENGTH
MIB = 1024 * 1024
in_a_folder = settings(
    max_examples=drill_length(30, 80), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def sealed(path: Path, *members: tuple[str, bytes]) -> Path:
    with path.open("wb") as out:
        sealer = ArchiveWriter(out, KEY.public)
        for name, plain in members:
            sealer.add(name, plain)
        sealer.finish()
    return path


def read(path: Path, key: OfflineKey = KEY) -> list[tuple[str, bytes]]:
    return [
        (member.name, b"".join(member.parts())) for member in ArchiveReader(path, key).entries()
    ]


def refusal(path: Path, key: OfflineKey = KEY) -> str:
    with pytest.raises(BackupError) as refused:
        read(path, key)
    return str(refused.value)


# --- Whole ------------------------------------------------------------------------------------


@in_a_folder
@given(st.lists(st.tuples(st.text(min_size=1, max_size=20), st.binary(max_size=300)), max_size=6))
def test_what_was_put_in_comes_out_in_order(
    tmp_path: Path, members: list[tuple[str, bytes]]
) -> None:
    assert read(sealed(tmp_path / "a", *members)) == members


@pytest.mark.parametrize(
    "length",
    [CHUNK_SIZE - 20, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, MIN_PADDED_LENGTH, 3 * MIB + 7],
)
def test_lengths_around_a_border_come_out(tmp_path: Path, length: int) -> None:
    content = bytes(number * 7 % 251 for number in range(length))
    (tmp_path / "plain").write_bytes(content)
    with (tmp_path / "a").open("wb") as out, (tmp_path / "plain").open("rb") as file:
        sealer = ArchiveWriter(out, KEY.public)
        sealer.add_file("plain", file)
        sealer.add("next", b"n")
        sealer.finish()
    assert read(tmp_path / "a") == [("plain", content), ("next", b"n")]


def test_an_unread_archive_member_is_skipped(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a", ("one", b"1" * 99_999), ("two", b"2"))
    assert [member.name for member in ArchiveReader(path, KEY).entries()] == ["one", "two"]


def test_nothing_readable_is_in_it_and_no_two_are_alike(tmp_path: Path) -> None:
    one, other = (sealed(tmp_path / name, ("needle", b"needle" * 999)) for name in "ab")
    assert b"needle" not in one.read_bytes()
    assert one.read_bytes()[HEADER_LENGTH:] != other.read_bytes()[HEADER_LENGTH:]


def test_a_long_one_takes_no_memory_by_its_length(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(bytes(24 * MIB))
    tracemalloc.start()
    with (tmp_path / "a").open("wb") as out, (tmp_path / "plain").open("rb") as file:
        sealer = ArchiveWriter(out, KEY.public)
        sealer.add_file("plain", file)
        sealer.finish()
    assert sum(
        len(part) for it in ArchiveReader(tmp_path / "a", KEY).entries() for part in it.parts()
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * MIB


# --- Its length -------------------------------------------------------------------------------


@given(st.integers(0, 1 << 50))
def test_it_is_filled_up_by_a_quarter_at_most(length: int) -> None:
    full = padded_length(length)
    assert full >= length
    assert full % CHUNK_SIZE == 0
    assert full <= max(MIN_PADDED_LENGTH, length + length // 4 + MIN_PADDED_LENGTH)
    assert padded_length(full) == full


def test_there_are_four_lengths_to_a_doubling() -> None:
    lengths = {padded_length(length) for length in range(32 * MIB, 64 * MIB, 4096)}
    assert len(lengths) <= 5
    assert {padded_length(length) for length in range(0, MIB, 999)} == {MIB}


def test_what_is_in_it_does_not_show_in_its_length(tmp_path: Path) -> None:
    few, many = sealed(tmp_path / "a"), sealed(tmp_path / "b", ("x", b"w" * 900_000))
    assert few.stat().st_size == many.stat().st_size


# --- Not whole --------------------------------------------------------------------------------


def pieces(whole: bytes) -> list[bytes]:
    return [whole[at : at + WHOLE] for at in range(HEADER_LENGTH, len(whole), WHOLE)]


def swapped(found: list[bytes]) -> list[bytes]:
    return [found[1], found[0], *found[2:]]


def swapped_last(found: list[bytes]) -> list[bytes]:
    return [*found[:-2], found[-1], found[-2]]


def repeated(found: list[bytes]) -> list[bytes]:
    return [found[0], *found]


def left_out(found: list[bytes]) -> list[bytes]:
    return [found[0], *found[2:]]


def with_its_end_twice(found: list[bytes]) -> list[bytes]:
    return [*found, found[-1]]


def with_itself_behind(found: list[bytes]) -> list[bytes]:
    return found * 2


@pytest.mark.parametrize(
    "disturb",
    [swapped, swapped_last, repeated, left_out, with_its_end_twice, with_itself_behind],
)
def test_pieces_in_any_other_order_are_refused(
    tmp_path: Path, disturb: Callable[[list[bytes]], list[bytes]]
) -> None:
    whole = sealed(tmp_path / "a", ("x", b"w" * 300_000)).read_bytes()
    (tmp_path / "a").write_bytes(whole[:HEADER_LENGTH] + b"".join(disturb(pieces(whole))))
    assert "altered" in refusal(tmp_path / "a")


def test_cut_at_every_border_it_is_refused_as_cut(tmp_path: Path) -> None:
    """A reader that takes the end of the file for the end of the archive would not notice."""
    whole = sealed(tmp_path / "a", ("x", b"w" * 300_000)).read_bytes()
    for border in range(HEADER_LENGTH, len(whole), WHOLE):
        (tmp_path / "a").write_bytes(whole[:border])
        assert "cut short" in refusal(tmp_path / "a")


@in_a_folder
@given(data=st.data())
def test_cut_anywhere_it_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = sealed(tmp_path / "a", ("x", b"w" * 99_999)).read_bytes()
    (tmp_path / "a").write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert "cut short" in refusal(tmp_path / "a") or "no backup" in refusal(tmp_path / "a")


@in_a_folder
@given(data=st.data())
def test_one_bit_changed_anywhere_it_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(sealed(tmp_path / "a", ("x", b"w" * 99_999)).read_bytes())
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    (tmp_path / "a").write_bytes(whole)
    assert refusal(tmp_path / "a")


@in_a_folder
@given(st.binary(max_size=300), st.booleans())
def test_whatever_else_a_file_holds_it_is_refused(
    tmp_path: Path, noise: bytes, begins_like_one: bool
) -> None:
    (tmp_path / "a").write_bytes((MAGIC if begins_like_one else b"") + noise)
    assert refusal(tmp_path / "a")


def test_the_head_of_another_archive_does_not_fit(tmp_path: Path) -> None:
    one, other = (sealed(tmp_path / name, ("x", b"w")).read_bytes() for name in "ab")
    (tmp_path / "a").write_bytes(other[:HEADER_LENGTH] + one[HEADER_LENGTH:])
    assert "altered" in refusal(tmp_path / "a")


def test_another_offline_key_is_told_from_damage(tmp_path: Path) -> None:
    assert "another offline key" in refusal(sealed(tmp_path / "a"), OTHER)


def test_what_stands_behind_the_last_member_is_nothing(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as out:
        sealer = ArchiveWriter(out, KEY.public)
        sealer._write(b"\0" + b"more")
        sealer.finish()
    assert "something follows" in refusal(tmp_path / "a")


def test_a_member_longer_than_the_archive_ends_too_early(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as out:
        sealer = ArchiveWriter(out, KEY.public)
        sealer._write_digested(entry_header("x", 1 << 62))
        sealer.finish()
    assert "ends too early" in refusal(tmp_path / "a")


def test_a_small_thing_that_is_long_is_refused(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a", ("about", b"w" * 999))
    with pytest.raises(BackupError, match="too long"):
        next(ArchiveReader(path, KEY).entries()).read_all(998)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "none")


def test_a_file_that_is_no_backup_is_told_from_one_of_another_key(tmp_path: Path) -> None:
    path = sealed(tmp_path / "archive", ("part", b"text"))
    path.write_bytes(b"x" * len(MAGIC) + path.read_bytes()[len(MAGIC) :])
    assert "no backup of Haven" in refusal(path)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([("rows/cases", b"")], "does not begin like a backup"),
        ([(INFO_ENTRY, b"not of this release")], "of a later release"),
    ],
)
def test_what_is_sealed_and_is_no_backup_is_refused(
    tmp_path: Path, members: list[tuple[str, bytes]], reason: str
) -> None:
    path = sealed(tmp_path / "archive", *members)
    with pytest.raises(BackupError, match=reason):
        BackupArchive(path, KEY, HostKey(bytes(32))).inspect(0)
