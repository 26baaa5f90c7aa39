"""A sealed file opens whole and in order, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import DecryptionError
from bot.vault.file_encryption import CHUNK_SIZE, OVERHEAD, open_chunks, seal_chunks
from bot.vault.keys.case_keys import CaseOpener, CaseSealer
from bot.vault.keys.hpke import KeyPair
from tests.support.blobs import SingleBlob

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

PAIR = KeyPair.generate()
SEALER, OPENER = CaseSealer("c", PAIR.public), CaseOpener("c", PAIR)
WHOLE = CHUNK_SIZE + OVERHEAD


async def parts(content: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


async def sealed(content: bytes, size: int = 10_000, name: str = "f") -> list[bytes]:
    return [piece async for piece in seal_chunks(SEALER, name, parts(content, size))]


def opened(path: Path, pieces: list[bytes], name: str = "f") -> bytes:
    path.write_bytes(b"".join(pieces))
    return b"".join(open_chunks(OPENER, name, SingleBlob(path)))


@pytest.mark.parametrize(
    "length", [0, 1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 3 * CHUNK_SIZE, 3 * CHUNK_SIZE + 7]
)
@pytest.mark.parametrize("size", [999, CHUNK_SIZE, 5 * CHUNK_SIZE])
async def test_a_file_comes_back_as_it_was(tmp_path: Path, length: int, size: int) -> None:
    content = bytes(number * 7 % 251 for number in range(length))
    pieces = await sealed(content, size)
    assert all(len(piece) <= WHOLE for piece in pieces)
    assert opened(tmp_path / "f", pieces) == content


def swapped(pieces: list[bytes]) -> list[bytes]:
    return [pieces[1], pieces[0], *pieces[2:]]


def swapped_last(pieces: list[bytes]) -> list[bytes]:
    return [*pieces[:-2], pieces[-1], pieces[-2]]


def repeated(pieces: list[bytes]) -> list[bytes]:
    return [pieces[0], *pieces]


def left_out(pieces: list[bytes]) -> list[bytes]:
    return [pieces[0], *pieces[2:]]


def without_its_end(pieces: list[bytes]) -> list[bytes]:
    return pieces[:-1]


def with_its_end_twice(pieces: list[bytes]) -> list[bytes]:
    return [*pieces, pieces[-1]]


def with_a_byte_more(pieces: list[bytes]) -> list[bytes]:
    return [*pieces, b"x"]


def with_itself_behind(pieces: list[bytes]) -> list[bytes]:
    return pieces * 2


def empty(_pieces: list[bytes]) -> list[bytes]:
    return []


@pytest.mark.parametrize("length", [3 * CHUNK_SIZE, 3 * CHUNK_SIZE + 100])
@pytest.mark.parametrize(
    "disturb",
    [swapped, swapped_last, repeated, left_out, without_its_end, with_its_end_twice,
     with_a_byte_more, with_itself_behind, empty],
)  # fmt: skip
async def test_pieces_in_any_other_order_do_not_open(
    tmp_path: Path, length: int, disturb: Callable[[list[bytes]], list[bytes]]
) -> None:
    pieces = await sealed(b"w" * length)
    with pytest.raises(DecryptionError):
        opened(tmp_path / "f", disturb(pieces))


@pytest.mark.parametrize("around", [-1, 0, 1, -OVERHEAD, OVERHEAD])
async def test_cut_at_or_near_any_border_it_does_not_open(tmp_path: Path, around: int) -> None:
    whole = b"".join(await sealed(b"w" * (3 * CHUNK_SIZE + 5)))
    for border in range(0, len(whole), WHOLE):
        cut = border + around
        if 0 <= cut < len(whole):
            with pytest.raises(DecryptionError):
                opened(tmp_path / "f", [whole[:cut]])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_one_bit_changed_anywhere_does_not_open(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(b"".join(await sealed(b"w" * (CHUNK_SIZE + 50))))
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DecryptionError):
        opened(tmp_path / "f", [bytes(whole)])


async def test_a_piece_of_another_file_does_not_fit(tmp_path: Path) -> None:
    one, other = await sealed(b"w" * 2 * CHUNK_SIZE), await sealed(b"w" * 2 * CHUNK_SIZE, name="g")
    with pytest.raises(DecryptionError):
        opened(tmp_path / "f", [one[0], other[1]])
    with pytest.raises(DecryptionError):
        opened(tmp_path / "f", one, name="g")


async def test_nothing_readable_is_in_a_sealed_file() -> None:
    pieces = await sealed(b"needle " * 20_000)
    assert b"needle" not in b"".join(pieces)
