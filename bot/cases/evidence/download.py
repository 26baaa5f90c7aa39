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

from bot.cases.evidence.custody_log import CustodyAction, CustodyLog
from bot.cases.evidence.file_type import HEAD_BYTES, detect_type
from bot.cases.intake import LOST, SAVED, TO_FETCH
from bot.cases.sealed_fields import open_handle
from bot.clock import DAY, SECOND
from bot.errors import DecryptionError, LetterRefusedError
from bot.log import log
from bot.store.compiled import Prepared
from bot.store.tables.main import FILE_WAITS, files
from bot.vault import AuditLog
from bot.vault.audit.log import SYSTEM
from bot.vault.file_encryption import seal_chunks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from hashlib import _Hash as HASH
    from pathlib import Path

    from bot.clock import Clock
    from bot.conversation import FileRef
    from bot.store.writer import Work, Writer
    from bot.vault import Vault
    from bot.vault.keys.case_keys import Sealer

POLL_SECONDS = 2.0
MAX_PARALLEL = 4
MAX_ATTEMPTS = 36
"""The last two dozen an hour apart: an outage of a day loses no file."""
MAX_BACKOFF_SECONDS = 3600
MAX_BYTES_A_DAY = 2 * 1024**3
"""Bytes fetched in a day by one process, whoever sent them: a flood of files fills no disk."""
FETCH_TIMEOUT = 900.0
"""Seconds one try may take: a file that drips holds up the others no longer."""

_DUE_FILES = Prepared(
    lambda _: (
        select(files.c.id, files.c.case_id, files.c.handle, files.c.attempts)
        .where(FILE_WAITS, files.c.state == TO_FETCH, files.c.not_before <= bindparam("now"))
        .order_by(files.c.not_before)
        .limit(bindparam("most"))
    ),
    "now",
    "most",
)
_FINISH = Prepared(
    lambda _: (
        update(files)
        .where(files.c.id == bindparam("row"))
        .values(state=bindparam("state"), size=bindparam("size"), handle=None)
    ),
    "state",
    "size",
    "row",
)
_RETRY_LATER = Prepared(
    lambda _: (
        update(files)
        .where(files.c.id == bindparam("row"))
        .values(attempts=files.c.attempts + 1, not_before=bindparam("not_before"))
    ),
    "not_before",
    "row",
)


class FileSource(Protocol):
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
class _DueFile:
    name: str
    case: str
    note: FileRef
    attempts: int
    sealer: Sealer


@dataclass(slots=True)
class FileInspector:
    """What went by of a file while it was sealed."""

    size: int = 0
    head: bytes = b""
    _hash: HASH = field(default_factory=sha256)

    async def inspect(self, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield parts as they come, looking at them."""
        async for part in parts:
            self.size += len(part)
            self.head += part[: HEAD_BYTES - len(self.head)]
            self._hash.update(part)
            yield part

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what went by, in hexadecimal digits."""
        return self._hash.hexdigest()


class FileDownloader:
    """Fetches named files and seals them into a folder."""

    def __init__(  # noqa: PLR0913, PLR0917 - what fetches and seals, and what it has to heed
        self,
        writer: Writer,
        vault: Vault,
        source: FileSource,
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
        self._day_started, self._bytes_today = 0, 0
        self._vault = vault
        self._source = source
        self._folder = folder
        self._clock = clock
        self._custody = CustodyLog(vault, AuditLog(vault))

    async def run(self) -> None:
        """Keep files until cancelled."""
        while True:
            await self.download_due()
            await asyncio.sleep(POLL_SECONDS)

    async def download_due(self) -> int:
        """Fetch what is due now; return how many files were looked at."""
        if not self._has_room() or self._is_day_full():
            return 0
        due = await self._writer.run(self._load_due)
        await asyncio.gather(*(self._download(file) for file in due))
        return len(due)

    def _is_day_full(self) -> bool:
        """Tell whether so much was fetched today that the rest waits until tomorrow."""
        now = self._clock.now()
        if not 0 <= now - self._day_started < DAY:
            self._day_started, self._bytes_today = now, 0
        return self._bytes_today > MAX_BYTES_A_DAY

    def _load_due(self, work: Work) -> list[_DueFile]:
        found = []
        for name, case, handle, attempts in work.rows(_DUE_FILES, self._clock.now(), MAX_PARALLEL):
            try:
                sealer = self._vault.case_sealer(work, case)
                note = open_handle(self._vault, name, handle)
            except DecryptionError:  # a damaged row is in nobody else's way
                log.warning("file_failed", file=name, error="DecryptionError")
                self._postpone(work, name, case, attempts)
                continue
            found.append(_DueFile(name, case, note, attempts, sealer))
        return found

    async def _download(self, file: _DueFile) -> None:
        try:
            seen = await self._save_file(file)
        except LetterRefusedError:
            log.warning("file_failed", file=file.name, error="LetterRefusedError")
            await self._writer.run(
                lambda work: self._record_lost(work, file.name, file.case, "refused")
            )
        except Exception as error:  # noqa: BLE001 - it is tried again, and given up in the end
            log.warning("file_fetch_failed", file=file.name, error=type(error).__name__)
            await self._writer.run(
                lambda work: self._postpone(work, file.name, file.case, file.attempts)
            )
        else:
            await self._finish(file, seen)

    async def _finish(self, file: _DueFile, seen: FileInspector) -> None:
        if await self._writer.run(lambda work: self._record_received(work, file, seen)):
            log.info("file_saved", file=file.name)
        else:  # its case was erased meanwhile
            (self._folder / file.name).unlink(missing_ok=True)

    def _record_received(self, work: Work, file: _DueFile, seen: FileInspector) -> bool:
        """Note that a file is on the disk, and what it is."""
        if not work.run(_FINISH, SAVED, seen.size, file.name):
            return False
        self._bytes_today += seen.size
        self._custody.record(
            work,
            file.case,
            at=self._clock.now(),
            actor=SYSTEM,
            action=CustodyAction.RECEIVED,
            file=file.name,
            digest=seen.digest,
            size=seen.size,
            detail=detect_type(seen.head),
        )
        return True

    def _record_lost(self, work: Work, name: str, case: str, why: str) -> None:
        """Note that a file will not come any more."""
        work.run(_FINISH, LOST, 0, name)
        with contextlib.suppress(
            DecryptionError
        ):  # nothing can be sealed for a case without its key
            self._custody.record(
                work,
                case,
                at=self._clock.now(),
                actor=SYSTEM,
                action=CustodyAction.LOST,
                file=name,
                detail=why,
            )

    async def _save_file(self, file: _DueFile) -> FileInspector:
        unfinished = self._folder / f"{file.name}.part"
        try:
            with unfinished.open("wb") as out:
                async with asyncio.timeout(FETCH_TIMEOUT):
                    seen = await self._encrypt_to(file, out)
                await asyncio.to_thread(_fsync, out)
            unfinished.rename(self._folder / file.name)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        await asyncio.to_thread(_fsync_folder, self._folder)
        return seen

    async def _encrypt_to(self, file: _DueFile, out: IO[bytes]) -> FileInspector:
        """Seal a file to its end; return what was seen of it."""
        seen = FileInspector()
        parts = self._source.fetch(file.note.handle, file.note.unique)
        async for piece in seal_chunks(file.sealer, file.name, seen.inspect(parts)):
            out.write(piece)
        return seen

    def _postpone(self, work: Work, name: str, case: str, attempts: int) -> None:
        if attempts + 1 >= MAX_ATTEMPTS:
            log.warning("file_failed", file=name, attempts=attempts + 1)
            self._record_lost(work, name, case, "given_up")
            return
        wait = min(2 ** (attempts + 1), MAX_BACKOFF_SECONDS) * SECOND
        work.run(_RETRY_LATER, self._clock.now() + wait, name)


def _fsync(out: IO[bytes]) -> None:
    out.flush()
    os.fsync(out.fileno())


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
