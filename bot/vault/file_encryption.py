"""Encryption of files in chunks: a cut, swapped or repeated chunk is always an error.

The construction is STREAM: each chunk is bound to its number and to whether it is the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import DecryptionError
from bot.vault.purpose import Purpose

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bot.store.blobs.protocol import Blobs
    from bot.vault.purpose import Opener, Sealer

CHUNK_SIZE = 64 * 1024
OVERHEAD = 49
"""Bytes that sealing adds to a chunk: version, ephemeral public key, tag."""


def _associated_data(name: str, number: int, *, is_last: bool) -> bytes:
    return b"%b/%d/%d" % (name.encode(), number, is_last)


async def seal_chunks(
    sealer: Sealer, name: str, plain: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """Yield the sealed chunks of a file, of `CHUNK_SIZE` plain bytes each, the last of fewer."""
    buffered = b""
    number = 0
    async for part in plain:
        buffered += part
        while len(buffered) > CHUNK_SIZE:
            chunk, buffered = buffered[:CHUNK_SIZE], buffered[CHUNK_SIZE:]
            yield sealer.seal(Purpose.FILE, _associated_data(name, number, is_last=False), chunk)
            number += 1
    yield sealer.seal(Purpose.FILE, _associated_data(name, number, is_last=True), buffered)


def open_chunks(opener: Opener, name: str, blobs: Blobs) -> Iterator[bytes]:
    """Yield the plain chunks of a sealed file.

    Raises:
        DecryptionError: the file was altered, or its end is missing.
        FileNotFoundError: there is no such file.
        FileStorageError: the storage cannot be read.
    """
    number = 0
    with blobs.open(name) as file:
        left = file.size
        while left > 0:
            sealed = file.read(CHUNK_SIZE + OVERHEAD)
            if not sealed:
                raise DecryptionError("a sealed file became shorter while it was read")
            left -= len(sealed)
            context = _associated_data(name, number, is_last=left == 0)
            yield opener.open(Purpose.FILE, context, sealed)
            number += 1
    if number == 0:
        raise DecryptionError("a sealed file is empty")
