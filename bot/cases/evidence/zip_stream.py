"""A ZIP archive that is sent while it is written: no file of it is held as a whole.

The writer waits for the reader, so a slow connection holds a few pieces in memory and no more.
Nothing is compressed: what is stored can be taken out byte for byte with any program.
"""

from __future__ import annotations

import asyncio
import io
import stat
import zipfile
from typing import TYPE_CHECKING

from bot.clock import to_utc

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

WAITING_PIECES = 4
"""Pieces that wait for the reader; a piece of a file has at most 64 KB."""
FILE_MODE = stat.S_IFREG | 0o600


class _Pipe(io.RawIOBase):
    """What `zipfile` writes into: it can only be written, and is emptied all the time."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._held += piece
        return len(piece)

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


class ZipTarget:
    """The target of a bundle; `send` gets the bytes of the archive and may wait."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]], at: int) -> None:
        """Begin an archive whose files have the time `at`, in microseconds since 1970."""
        self._send, self._pipe = send, _Pipe()
        self._archive = zipfile.ZipFile(self._pipe, "w", zipfile.ZIP_STORED)
        self._time = to_utc(at).timetuple()[:6]

    async def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """Add one file."""
        about = zipfile.ZipInfo(path, self._time)
        about.external_attr = FILE_MODE << 16
        with self._archive.open(about, "w", force_zip64=True) as out:
            iterator = iter(pieces)
            while (piece := await asyncio.to_thread(next, iterator, None)) is not None:
                out.write(piece)
                await self._send(self._pipe.take())
        await self._send(self._pipe.take())

    async def close(self) -> None:
        """Write the end of the archive: without it no program takes the file for complete."""
        self._archive.close()
        await self._send(self._pipe.take())

    def discard(self) -> None:
        """Drop what was not sent; an archive that was not closed before has no end."""
        self._archive.close()
        self._pipe.take()


async def stream_archive(
    write_all: Callable[[ZipTarget], Awaitable[None]], at: int
) -> AsyncIterator[bytes]:
    """Yield the bytes of an archive while `write_all` writes its files.

    If `write_all` raises, so does this, and the archive has no end.
    """
    waiting: asyncio.Queue[bytes] = asyncio.Queue(WAITING_PIECES)

    async def write() -> None:
        target = ZipTarget(waiting.put, at)
        try:
            await write_all(target)
            await target.close()
        finally:
            target.discard()

    writing = asyncio.create_task(write())
    try:
        while (piece := await _next_piece(waiting, writing)) is not None:
            if piece:
                yield piece
        await writing
    finally:
        writing.cancel()  # the reader is gone
        await asyncio.gather(writing, return_exceptions=True)


async def _next_piece(waiting: asyncio.Queue[bytes], writing: asyncio.Task[None]) -> bytes | None:
    """Return the next piece; None once the writer has ended and nothing waits."""
    if waiting.empty() and not writing.done():
        getting = asyncio.create_task(waiting.get())
        await asyncio.wait({getting, writing}, return_when=asyncio.FIRST_COMPLETED)
        if getting.done():
            return getting.result()
        getting.cancel()
    return None if waiting.empty() else waiting.get_nowait()
