"""An encrypted archive is read whole and in order, or refused with the reason."""

from __future__ import annotations

import io
import tarfile
import tracemalloc
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import BackupError
from bot.store.blobs.folder import FileBlobReader
from bot.vault.backup.archive import (
    MANIFEST,
    MIN_PADDED_LENGTH,
    PROOF,
    ArchiveReader,
    ArchiveStream,
    archive_proof,
    padded_length,
)
from bot.vault.backup.create import INFO_ENTRY
from bot.vault.backup.offline_key import OfflineKey, OfflineKeys
from bot.vault.backup.read import BackupArchive
from bot.vault.keys.host_key import HostKey
from bot.vault.vault import Vault
from tests.support.age_files import PIECE, SEALED_PIECE, body_start, piece_borders
from tests.support.drill_length import drill_length

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY, OTHER = OfflineKey.generate(), OfflineKey.generate()
MAC = Vault(HostKey(bytes(range(32)))).backup_mac
MIB = 1024 * 1024
HEADER_LENGTHS = 1024
"""Bytes by which age files of the same content may differ: each has a line of random length."""
NAME = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=20)
in_a_folder = settings(
    max_examples=drill_length(30, 80), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def written(path: Path, pieces: Iterator[bytes]) -> Path:
    with path.open("wb") as out:
        KEY.public.encrypt(pieces, out)
    return path


def sealed(path: Path, *members: tuple[str, bytes]) -> Path:
    stream = ArchiveStream("folder", 0, MAC)
    parts = [stream.add(name, plain) for name, plain in members]
    return written(path, chain(*parts, stream.finish()))


@cache
def one_archive() -> bytes:
    """Return an archive; a second one would be as random as the first, and of another length."""
    out = io.BytesIO()
    stream = ArchiveStream("folder", 0, MAC)
    KEY.public.encrypt(chain(stream.add("x", b"w" * 99_999), stream.finish()), out)
    return out.getvalue()


def read(path: Path, key: OfflineKey = KEY) -> list[tuple[str, bytes]]:
    reader = ArchiveReader(path, OfflineKeys([key]))
    found = [(member.name, b"".join(member.parts())) for member in reader.entries()]
    assert reader.is_proven(MAC)
    return found


def refusal(path: Path, key: OfflineKey = KEY) -> str:
    with pytest.raises(BackupError) as refused:
        read(path, key)
    return str(refused.value)


# --- Whole ------------------------------------------------------------------------------------


@in_a_folder
@given(st.lists(st.tuples(NAME, st.binary(max_size=1300)), max_size=6))
def test_what_was_put_in_comes_out_in_order(
    tmp_path: Path, members: list[tuple[str, bytes]]
) -> None:
    members = [it for it in members if it[0] not in {MANIFEST, PROOF}]
    assert read(sealed(tmp_path / "a", *members)) == members


@pytest.mark.parametrize("length", [0, 1, 511, 512, 513, PIECE - 1, PIECE, PIECE + 1, 3 * MIB + 7])
def test_lengths_around_a_border_come_out(tmp_path: Path, length: int) -> None:
    content = bytes(number * 7 % 251 for number in range(length))
    (tmp_path / "plain").write_bytes(content)
    stream = ArchiveStream("folder", 0, MAC)
    with FileBlobReader(tmp_path / "plain") as file:
        added = (stream.add_file("plain", file), stream.add("next", b"n"))
        written(tmp_path / "a", chain(*added, stream.finish()))
    assert read(tmp_path / "a") == [("plain", content), ("next", b"n")]


def test_an_unread_archive_member_is_skipped(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a", ("one", b"1" * 99_999), ("two", b"2"))
    reader = ArchiveReader(path, OfflineKeys([KEY]))
    assert [member.name for member in reader.entries()] == ["one", "two"]
    assert reader.is_proven(MAC)


def test_an_archive_is_a_tar_file_for_anyone_with_the_key(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a", ("rows/cases.json", b"{}"), ("x", b"w" * 99_999))
    plain = pyrage.decrypt(path.read_bytes(), [pyrage.x25519.Identity.from_str(KEY.secret)])
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        assert tar.getnames() == [
            "folder/rows/cases.json", "folder/x", "folder/MANIFEST", "folder/PROOF",
            "folder/padding",
        ]  # fmt: skip
        assert all(it.isreg() and it.mode == 0o600 for it in tar.getmembers())


def test_nothing_readable_is_in_it_and_no_two_are_alike(tmp_path: Path) -> None:
    one, other = (sealed(tmp_path / name, ("needle", b"needle" * 999)) for name in "ab")
    assert b"needle" not in one.read_bytes()
    assert one.read_bytes()[-MIB:] != other.read_bytes()[-MIB:]


def test_a_long_one_takes_no_memory_by_its_length(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(bytes(24 * MIB))
    tracemalloc.start()
    stream = ArchiveStream("folder", 0, MAC)
    with FileBlobReader(tmp_path / "plain") as file:
        written(tmp_path / "a", chain(stream.add_file("plain", file), stream.finish()))
    reader = ArchiveReader(tmp_path / "a", OfflineKeys([KEY]))
    assert sum(len(part) for it in reader.entries() for part in it.parts()) == 24 * MIB
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * MIB


def test_a_file_cut_while_it_is_read_ends_the_backup(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(bytes(3 * MIB))
    stream = ArchiveStream("folder", 0, MAC)
    with FileBlobReader(tmp_path / "plain") as file:
        pieces = stream.add_file("plain", file)
        next(pieces)
        (tmp_path / "plain").write_bytes(b"")
        with pytest.raises(BackupError, match="became shorter"):
            written(tmp_path / "a", pieces)


def test_a_full_disk_is_told_as_such() -> None:
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError, match="No space"):  # noqa: PTH123 - a device
        KEY.public.encrypt(iter([bytes(MIB)]), full)


# --- Its length -------------------------------------------------------------------------------


@given(st.integers(0, 1 << 50))
def test_it_is_filled_up_by_a_quarter_at_most(length: int) -> None:
    full = padded_length(length)
    assert full >= length
    assert full % PIECE == 0
    assert full <= max(MIN_PADDED_LENGTH, length + length // 4 + MIN_PADDED_LENGTH)
    assert padded_length(full) == full


def test_there_are_four_lengths_to_a_doubling() -> None:
    lengths = {padded_length(length) for length in range(32 * MIB, 64 * MIB, 4096)}
    assert len(lengths) <= 5
    assert {padded_length(length) for length in range(0, MIB, 999)} == {MIB}


def test_what_is_in_it_does_not_show_in_its_length(tmp_path: Path) -> None:
    few, many = sealed(tmp_path / "a"), sealed(tmp_path / "b", ("x", b"w" * 900_000))
    assert abs(few.stat().st_size - many.stat().st_size) < HEADER_LENGTHS


# --- Not whole --------------------------------------------------------------------------------


def pieces_of(whole: bytes) -> list[bytes]:
    return [whole[at : at + SEALED_PIECE] for at in piece_borders(whole)]


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
    (tmp_path / "a").write_bytes(whole[: body_start(whole)] + b"".join(disturb(pieces_of(whole))))
    assert "altered" in refusal(tmp_path / "a")


def test_cut_at_every_border_it_is_refused_as_cut(tmp_path: Path) -> None:
    """A reader that takes the end of the file for the end of the archive would not notice."""
    whole = sealed(tmp_path / "a", ("x", b"w" * 300_000)).read_bytes()
    for border in piece_borders(whole):
        (tmp_path / "a").write_bytes(whole[:border])
        assert "cut short" in refusal(tmp_path / "a")


@in_a_folder
@given(data=st.data())
def test_cut_anywhere_it_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = one_archive()
    (tmp_path / "a").write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert "cut short" in refusal(tmp_path / "a")


@in_a_folder
@given(data=st.data())
def test_one_bit_changed_anywhere_it_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(one_archive())
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    (tmp_path / "a").write_bytes(whole)
    assert refusal(tmp_path / "a")


@in_a_folder
@given(st.binary(max_size=300), st.booleans())
def test_whatever_else_a_file_holds_it_is_refused(
    tmp_path: Path, noise: bytes, begins_like_one: bool
) -> None:
    (tmp_path / "a").write_bytes((b"age-encryption.org/v1\n" if begins_like_one else b"") + noise)
    assert refusal(tmp_path / "a")


def test_the_head_of_another_archive_does_not_fit(tmp_path: Path) -> None:
    one, other = (sealed(tmp_path / name, ("x", b"w")).read_bytes() for name in "ab")
    (tmp_path / "a").write_bytes(other[: body_start(other)] + one[body_start(one) :])
    assert "altered" in refusal(tmp_path / "a")


def test_another_offline_key_is_told_from_damage(tmp_path: Path) -> None:
    assert "another offline key" in refusal(sealed(tmp_path / "a"), OTHER)


# --- Encrypted, and no archive of ours --------------------------------------------------------


def ended(stream: ArchiveStream, *after: bytes) -> Iterator[bytes]:
    return chain(stream.add("x", b"w"), stream.finish(), after)


def test_what_stands_behind_the_end_of_an_archive_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "a", ended(ArchiveStream("folder", 0, MAC), b"more"))
    assert "something follows" in refusal(tmp_path / "a")


def tar_of(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> Iterator[bytes]:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(content), kind
            tar.addfile(info, io.BytesIO(content))
    yield out.getvalue()


EMPTY_PROOF = archive_proof(MAC, b"")


@pytest.mark.parametrize(
    ("pieces", "reason"),
    [
        (tar_of(("f/x", b"w")), "nothing proves"),
        (tar_of(("f/MANIFEST", b"")), "nothing proves"),
        (tar_of(("f/MANIFEST", b""), ("f/other", EMPTY_PROOF)), "nothing proves"),
        (tar_of(("f/x", b"w"), ("f/MANIFEST", b""), ("f/PROOF", EMPTY_PROOF)), "of its manifest"),
        (tar_of(("f/MANIFEST", b""), ("f/PROOF", EMPTY_PROOF), ("f/x", b"")), "something follows"),
        (tar_of(("f/MANIFEST", b""), ("f/PROOF", EMPTY_PROOF), ("f/padding", b"x")), "something"),
        (tar_of(("x", b"w")), "no backup of Haven"),
        (tar_of(("/etc/passwd", b"w")), "nothing proves"),
        (tar_of(("f/x", b"w"), ("g/x", b"w")), "no backup of Haven"),
        (tar_of(("f/x", b""), kind=tarfile.SYMTYPE), "no backup of Haven"),
        (tar_of(("f/x", b""), kind=tarfile.DIRTYPE), "no backup of Haven"),
        (iter([b"w" * 99_999]), "no backup of Haven"),
        (iter([b"w" * 99]), "ends too early"),
        (iter([]), "ends too early"),
    ],
)
def test_what_is_encrypted_and_is_no_archive_is_refused(
    tmp_path: Path, pieces: Iterator[bytes], reason: str
) -> None:
    assert reason in refusal(written(tmp_path / "a", pieces))


def test_a_member_longer_than_the_archive_ends_too_early(tmp_path: Path) -> None:
    info = tarfile.TarInfo("folder/x")
    info.size = 1 << 32
    head = info.tobuf(tarfile.USTAR_FORMAT)
    assert "ends too early" in refusal(written(tmp_path / "a", iter([head, bytes(MIB)])))


def test_a_small_thing_that_is_long_is_refused(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a", ("about.json", b"w" * 999))
    with pytest.raises(BackupError, match="too long"):
        next(ArchiveReader(path, OfflineKeys([KEY])).entries()).read_all(998)


def test_an_archive_of_another_root_is_whole_and_not_proven(tmp_path: Path) -> None:
    reader = ArchiveReader(sealed(tmp_path / "a", ("x", b"w")), OfflineKeys([KEY]))
    assert not reader.is_proven(MAC)  # not read to its end
    assert [it.name for it in reader.entries()] == ["x"]
    assert reader.is_proven(MAC)
    assert not reader.is_proven(Vault(HostKey(bytes(32))).backup_mac)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "none")


def test_a_file_that_is_no_backup_is_told_from_one_of_another_key(tmp_path: Path) -> None:
    path = sealed(tmp_path / "archive", ("part", b"text"))
    path.write_bytes(b"x" * 10 + path.read_bytes()[10:])
    assert "no backup of Haven" in refusal(path)


LATER = b'{"part":"main","revision":"1","keys_revision":"1","made_at":0,"format":3}'


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([], "it is empty"),
        ([("rows/cases/000000.json", b"")], "does not begin like a backup"),
        ([(INFO_ENTRY, b"not of this release")], "of a later release"),
        ([(INFO_ENTRY, LATER)], "by a later release"),
    ],
)
def test_what_is_sealed_and_is_no_backup_is_refused(
    tmp_path: Path, members: list[tuple[str, bytes]], reason: str
) -> None:
    path = sealed(tmp_path / "archive", *members)
    with pytest.raises(BackupError, match=reason):
        BackupArchive(path, OfflineKeys([KEY]), MAC).inspect(0)
