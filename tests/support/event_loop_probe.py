"""Whether a loop does something else while the disk works: asked in the middle of that work."""

from __future__ import annotations

import asyncio
import threading
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from bot.store.writer import Work, Writer

PATIENCE = 5.0
"""Real seconds after which a loop that says nothing is one that waits for us."""


def observe_disk_io(folder: Path, loop: asyncio.AbstractEventLoop) -> tuple[Path, list[bool]]:
    """Return a folder, and what is found whenever a file of it is read or put onto the disk.

    Each is whether the loop did something else meanwhile.
    """
    found: list[bool] = []

    class File:
        def __init__(self, file: IO[Any]) -> None:
            self._file = file

        def _asks(self) -> None:
            did = threading.Event()
            loop.call_soon_threadsafe(did.set)
            found.append(did.wait(PATIENCE))

        def read(self, size: int) -> Any:
            self._asks()
            return self._file.read(size)

        def flush(self) -> None:
            self._asks()
            self._file.flush()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_error: object) -> None:
            self._file.close()

    class Folder(type(folder)):  # type: ignore[misc] # before 3.12 `Path` has no subclasses
        def open(self, *given: Any, **more: Any) -> Any:
            return File(super().open(*given, **more))

    return Folder(folder), found


async def loop_runs_while_writer_busy(writer: Writer, doing: Coroutine[Any, Any, Any]) -> bool:
    """Tell whether the loop goes on while something waits for a writer that has work in hand."""
    began, seen = threading.Event(), threading.Event()

    def holds(_work: Work) -> bool:
        began.set()
        return seen.wait(PATIENCE)

    held = asyncio.ensure_future(writer.run(holds))
    await asyncio.to_thread(began.wait)
    done = asyncio.ensure_future(doing)
    while writer._units.empty() and not done.done():  # noqa: ASYNC110 - nobody tells us
        await asyncio.sleep(0)
    seen.set()
    await done
    return await held
