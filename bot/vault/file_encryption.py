"""Seal a file piece by piece, so that a cut, a swap or a repeat of pieces is always an error.

The construction is STREAM's: every piece is bound to its number and to whether it is the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import DecryptionError
from bot.vault.keys.case_keys import SEALED_TO_CASE
from bot.vault.purpose import Purpose

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot.vault.keys.case_keys import Opener, Sealer

CHUNK_SIZE = 64 * 1024
OVERHEAD = 49
"""Bytes sealing to a case adds to a piece: version, ephemeral key, tag."""
OLD_OVERHEAD = 29
"""What it added in older releases: version, nonce, tag."""


def overhead(sealed: bytes) -> int:
    """Return how many bytes sealing has added to a piece that begins like this."""
    return OVERHEAD if sealed[:1] == SEALED_TO_CASE else OLD_OVERHEAD


def _associated_data(name: str, number: int, *, is_last: bool) -> bytes:
    return b"%b/%d/%d" % (name.encode(), number, is_last)


def chunk_associated_data(name: str, count: int) -> list[bytes]:
    """Return the places of a file's pieces, for whoever seals them anew."""
    return [_associated_data(name, number, is_last=number == count - 1) for number in range(count)]


async def seal_chunks(
    sealer: Sealer, name: str, plain: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """Return the sealed pieces of a file as they are written, each of `PIECE` bytes or fewer.

    Args:
        sealer: of the case the file belongs to.
        name: of the file; it opens under no other.
        plain: its bytes, in parts of any size.
    """
    held = b""
    number = 0
    async for part in plain:
        held += part
        while len(held) > CHUNK_SIZE:
            piece, held = held[:CHUNK_SIZE], held[CHUNK_SIZE:]
            yield sealer.seal(Purpose.FILE, _associated_data(name, number, is_last=False), piece)
            number += 1
    yield sealer.seal(Purpose.FILE, _associated_data(name, number, is_last=True), held)


def open_chunks(opener: Opener, name: str, path: Path) -> Iterator[bytes]:
    """Return the pieces of a sealed file.

    Raises:
        DoesNotOpen: it was altered, or its end is missing.
    """
    left = path.stat().st_size
    number = 0
    with path.open("rb") as file:
        size = CHUNK_SIZE + overhead(file.read(1))
        file.seek(0)
        while left > 0:
            sealed = file.read(size)
            if not sealed:
                raise DecryptionError("a sealed file became shorter while it was read")
            left -= len(sealed)
            yield opener.open(
                Purpose.FILE, _associated_data(name, number, is_last=left == 0), sealed
            )
            number += 1
    if number == 0:
        raise DecryptionError("a sealed file is empty")
