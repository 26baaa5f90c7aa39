"""Fetch what people sent as files, and keep it sealed on disk.

A file is fetched only once its report was sent: before that its bytes stay where the person put
them. "Saved" is said only after the sealed file is safely on disk; the custody ledger then says
what it is and what its digest is. Nothing is ever unpacked, and no name of a sender's is ever a
name on the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import dataclass, field
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Protocol

from sqlalchemy import bindparam, select, update

from bot.cases.evidence.custody_log import Custody, Deed
from bot.cases.evidence.file_type import HEAD, looks_like
from bot.cases.intake import GONE, NAMED, SAVED
from bot.cases.sealed_fields import open_handle
from bot.clock import DAY, SECOND
from bot.errors import DoesNotOpen, Refused
from bot.log import log
from bot.store.compiled import Prepared
from bot.store.tables.main import FILE_WAITS, files
from bot.vault import Audit
from bot.vault.audit.log import HOUSE
from bot.vault.file_encryption import sealed_pieces

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from hashlib import _Hash as HASH
    from pathlib import Path

    from bot.clock import Clock
    from bot.conversation import FileNote
    from bot.store.writer import Work, Writer
    from bot.vault import Vault
    from bot.vault.keys.case_keys import Sealer

LOOK = 2.0
AT_ONCE = 4
TRIES = 36
"""The last two dozen an hour apart: an outage of a day loses no file."""
LONGEST_WAIT = 3600
MOST_IN_A_DAY = 2 * 1024**3
"""Bytes fetched in a day by one process, whoever sent them: a flood of files fills no disk."""
LONGEST_FETCH = 900.0
"""Seconds one try may take: a file that drips holds up the others no longer."""

_DUE = Prepared(
    lambda _: (
        select(files.c.id, files.c.case_id, files.c.sealed, files.c.handle, files.c.attempts)
        .where(FILE_WAITS, files.c.state == NAMED, files.c.not_before <= bindparam("now"))
        .order_by(files.c.not_before)
        .limit(bindparam("most"))
    ),
    "now",
    "most",
)
_SETTLE = Prepared(
    lambda _: (
        update(files)
        .where(files.c.id == bindparam("row"))
        .values(state=bindparam("state"), size=bindparam("size"), handle=None)
    ),
    "state",
    "size",
    "row",
)
_LATER = Prepared(
    lambda _: (
        update(files)
        .where(files.c.id == bindparam("row"))
        .values(attempts=files.c.attempts + 1, not_before=bindparam("not_before"))
    ),
    "not_before",
    "row",
)


class Source(Protocol):
    """What hands over the bytes of a file."""

    def fetch(self, handle: str, unique: str) -> AsyncIterator[bytes]:
        """Return the file's bytes in parts.

        Args:
            handle: what the channel needs to find it.
            unique: the channel's stable name for its bytes; empty where there is none.

        Raises:
            DeliveryError: TryLater when it may work later, Refused when it never will.
        """


@dataclass(frozen=True, slots=True)
class _Due:
    name: str
    case: str
    note: FileNote
    attempts: int
    sealer: Sealer


@dataclass(slots=True)
class Seen:
    """What went by of a file while it was sealed."""

    size: int = 0
    head: bytes = b""
    _hash: HASH = field(default_factory=sha256)

    async def passing(self, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield parts as they come, looking at them."""
        async for part in parts:
            self.size += len(part)
            self.head += part[: HEAD - len(self.head)]
            self._hash.update(part)
            yield part

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what went by, in hexadecimal digits."""
        return self._hash.hexdigest()


class FileKeeper:
    """Fetches named files and seals them into a folder."""

    def __init__(  # noqa: PLR0913, PLR0917 - what fetches and seals, and what it has to heed
        self,
        writer: Writer,
        vault: Vault,
        source: Source,
        folder: Path,
        clock: Clock,
        has_room: Callable[[], bool] = lambda: True,
    ) -> None:
        """Prepare to fetch.

        Args:
            writer: runs what is stored.
            vault: seals it.
            source: hands files over.
            folder: where they lie.
            clock: tells moments.
            has_room: tells whether files may be fetched; until they may they wait, and their
                tries are not counted.
        """
        self._writer = writer
        self._has_room = has_room
        self._began, self._fetched = 0, 0
        self._vault = vault
        self._source = source
        self._folder = folder
        self._clock = clock
        self._custody = Custody(vault, Audit(vault))

    async def run(self) -> None:
        """Keep files until cancelled."""
        while True:
            await self.keep_due()
            await asyncio.sleep(LOOK)

    async def keep_due(self) -> int:
        """Fetch what is due now; return how many files were looked at."""
        if not self._has_room() or self._is_enough():
            return 0
        due = await self._writer.run(self._due)
        await asyncio.gather(*(self._keep(file) for file in due))
        return len(due)

    def _is_enough(self) -> bool:
        """Tell whether so much was fetched today that the rest waits until tomorrow."""
        now = self._clock.now()
        if not 0 <= now - self._began < DAY:
            self._began, self._fetched = now, 0
        return self._fetched > MOST_IN_A_DAY

    def _due(self, work: Work) -> list[_Due]:
        found = []
        for name, case, sealed, handle, attempts in work.rows(_DUE, self._clock.now(), AT_ONCE):
            try:
                sealer = self._vault.of_case(work, case)
                note = open_handle(self._vault, work, case, name, sealed, handle)
            except DoesNotOpen:  # a damaged row is in nobody else's way
                log.warning("file_failed", file=name, error="DoesNotOpen")
                self._postpone(work, name, case, attempts)
                continue
            found.append(_Due(name, case, note, attempts, sealer))
        return found

    async def _keep(self, file: _Due) -> None:
        try:
            seen = await self._save(file)
        except Refused:
            log.warning("file_failed", file=file.name, error="Refused")
            await self._writer.run(lambda work: self._lose(work, file.name, file.case, "refused"))
        except Exception as error:  # noqa: BLE001 - it is tried again, and given up in the end
            log.warning("fetch_failed", file=file.name, error=type(error).__name__)
            await self._writer.run(
                lambda work: self._postpone(work, file.name, file.case, file.attempts)
            )
        else:
            await self._settle_saved(file, seen)

    async def _settle_saved(self, file: _Due, seen: Seen) -> None:
        if await self._writer.run(lambda work: self._receive(work, file, seen)):
            log.info("file_saved", file=file.name)
        else:  # its case was erased meanwhile
            (self._folder / file.name).unlink(missing_ok=True)

    def _receive(self, work: Work, file: _Due, seen: Seen) -> bool:
        """Note that a file is on the disk, and what it is."""
        if not work.run(_SETTLE, SAVED, seen.size, file.name):
            return False
        self._fetched += seen.size
        self._custody.note(
            work, file.case, at=self._clock.now(), actor=HOUSE, deed=Deed.RECEIVED, file=file.name,
            digest=seen.digest, size=seen.size, detail=looks_like(seen.head),
        )  # fmt: skip
        return True

    def _lose(self, work: Work, name: str, case: str, why: str) -> None:
        """Note that a file will not come any more."""
        work.run(_SETTLE, GONE, 0, name)
        with contextlib.suppress(DoesNotOpen):  # nothing can be sealed for a case without its key
            self._custody.note(
                work, case, at=self._clock.now(), actor=HOUSE, deed=Deed.LOST, file=name,
                detail=why,
            )  # fmt: skip

    async def _save(self, file: _Due) -> Seen:
        unfinished = self._folder / f"{file.name}.part"
        try:
            with unfinished.open("wb") as out:
                async with asyncio.timeout(LONGEST_FETCH):
                    seen = await self._write(file, out)
                await asyncio.to_thread(_fsync, out)
            unfinished.rename(self._folder / file.name)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        await asyncio.to_thread(_fsync_folder, self._folder)
        return seen

    async def _write(self, file: _Due, out: IO[bytes]) -> Seen:
        """Seal a file to its end; return what was seen of it."""
        seen = Seen()
        parts = self._source.fetch(file.note.handle, file.note.unique)
        async for piece in sealed_pieces(file.sealer, file.name, seen.passing(parts)):
            out.write(piece)
        return seen

    def _postpone(self, work: Work, name: str, case: str, attempts: int) -> None:
        if attempts + 1 >= TRIES:
            log.warning("file_failed", file=name, attempts=attempts + 1)
            self._lose(work, name, case, "given_up")
            return
        wait = min(2 ** (attempts + 1), LONGEST_WAIT) * SECOND
        work.run(_LATER, self._clock.now() + wait, name)


def _fsync(out: IO[bytes]) -> None:
    out.flush()
    os.fsync(out.fileno())


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
