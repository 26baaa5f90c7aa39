"""An archive is sent while it is written, a few pieces at a time; if it failed it has no end."""

from __future__ import annotations

import asyncio
import gc
import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from bot.cases.evidence.zip_stream import WAITING_PIECES, ZipTarget, stream_archive

if TYPE_CHECKING:
    from collections.abc import Iterator

AT = 1_795_000_000_000_000
PIECE = bytes(64 * 1024)


async def test_what_is_streamed_is_a_whole_archive() -> None:
    async def write(target: ZipTarget) -> None:
        await target.write("a.txt", [b"one", b"two"])
        await target.write("b/c.bin", [PIECE] * 20)
        await target.write("empty", [])

    data = b"".join([it async for it in stream_archive(write, AT)])
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    assert archive.read("a.txt") == b"onetwo"
    assert archive.read("b/c.bin") == PIECE * 20
    assert archive.namelist() == ["a.txt", "b/c.bin", "empty"]
    assert data == b"".join([it async for it in stream_archive(write, AT)])


async def test_a_slow_reader_holds_the_writer_back() -> None:
    taken = 0

    def pieces() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield PIECE

    async def write(target: ZipTarget) -> None:
        await target.write("large", pieces())

    stream = stream_archive(write, AT)
    await anext(stream)
    for _ in range(100):
        await asyncio.sleep(0)
    assert taken <= WAITING_PIECES + 3
    await stream.aclose()  # type: ignore[attr-defined]
    for _ in range(100):
        await asyncio.sleep(0)
    assert taken <= WAITING_PIECES + 4


async def test_an_archive_that_failed_has_no_end() -> None:
    async def write(target: ZipTarget) -> None:
        await target.write("a.txt", [b"one"])
        raise ValueError("broken")

    got: list[bytes] = []

    async def read() -> None:
        async for it in stream_archive(write, AT):
            got.append(it)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(ValueError, match="broken"):
        await read()
    assert b"one" in b"".join(got)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(got)))


def test_an_archive_that_was_left_raises_nothing_when_it_is_forgotten() -> None:
    gc.collect()  # pytest reports what an earlier test left behind
