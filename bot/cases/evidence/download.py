"""Download of files that people sent, and their encryption into the storage of files.

A file is downloaded only once its report was sent; before that its bytes stay with the channel. Its
state becomes "saved" only after the encrypted file is durable; the custody log then records its
type and digest. Nothing is unpacked, and a sender's name is never used as a file name.

While the storage fails, files wait with the channel: no attempt is counted, none is given up. It is
asked once a minute, also while nothing arrives, and the desk says since when it has failed.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import bindparam

from bot.cases.evidence.custody_log import CustodyAction, CustodyEvent, CustodyLog
from bot.cases.evidence.file_type import HEAD_BYTES, detect_type
from bot.cases.intake import LOST, SAVED, TO_FETCH, TOO_LARGE
from bot.cases.sealed_fields import open_handle
from bot.clock import DAY, SECOND, Clock
from bot.errors import (
    DecryptionError,
    FileStorageError,
    FileTooLargeError,
    LetterRefusedError,
)
from bot.log import log
from bot.store import Work, Writer, select_by, select_one, update_by
from bot.store.findings import FILES_AWAY_SINCE
from bot.store.tables.main import FILE_WAITS, files
from bot.vault import SYSTEM, AuditLog, Sealer, Vault
from bot.vault.file_encryption import seal_chunks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from hashlib import _Hash as HASH

    from bot.conversation import FileRef
    from bot.store.blobs.protocol import Blobs, BlobWriter

POLL_SECONDS = 2.0
LONG_POLL_SECONDS = 30.0
"""While nothing is stored."""
MAX_PARALLEL = 4
MAX_ATTEMPTS = 36
"""The last two dozen are an hour apart, so an outage of a day loses no file."""
MAX_BACKOFF_SECONDS = 3600
MAX_BYTES_A_DAY = 2 * 1024**3
"""Bytes one process downloads in a day, so that a flood of files cannot fill the disk."""
STORAGE_WAIT_SECONDS = 60
"""How long after the storage was asked whether it can be used it is asked again."""
FETCH_TIMEOUT = 900.0
"""Seconds of one attempt, so that a slow download does not block the others for ever."""

_DUE_FILES = select_by(
    files, "id", "case_id", "handle", "attempts",
    by=(FILE_WAITS, files.c.state == TO_FETCH, files.c.not_before <= bindparam("now")),
    order_by="not_before", limit=bindparam("most"),
)  # fmt: skip
_PLACE = select_one(files, "number", "created_at", by="id")
_FINISH = update_by(files, "state", "size", by="id", constants={"handle": None})
_WAIT = update_by(files, "not_before", by="id")
_RETRY_LATER = update_by(files, "not_before", by="id", constants={"attempts": files.c.attempts + 1})


class FileSource(Protocol):
    """A channel that provides the bytes of files."""

    def fetch(self, handle: str, unique: str) -> AsyncIterator[bytes]:
        """Yield the bytes of a file in chunks, by the channel's handle of it.

        `unique` is the channel's stable id of its bytes; may be empty.

        Raises:
            RetryLaterError: it may work later.
            LetterRefusedError: it will never work.
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
    """Size, first bytes and digest of a file, taken while it is encrypted."""

    size: int = 0
    head: bytes = b""
    _hash: HASH = field(default_factory=sha256)

    async def inspect(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield the chunks unchanged while inspecting them."""
        async for chunk in chunks:
            self.size += len(chunk)
            self.head += chunk[: HEAD_BYTES - len(self.head)]
            self._hash.update(chunk)
            yield chunk

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal digits."""
        return self._hash.hexdigest()


@dataclass(eq=False)
class FileDownloader:
    """Downloads files and encrypts them into the storage of files."""

    writer: Writer
    vault: Vault
    source: FileSource
    blobs: Blobs
    clock: Clock
    has_room: Callable[[], bool] = lambda: True
    """While it returns False, files wait and no attempts are counted."""
    tell_lost: Callable[[Work, str, int], None] = lambda _work, _case, _now: None
    """Tells the person of a case, at a moment, that a file they sent did not arrive."""

    def __post_init__(self) -> None:
        self._day_started, self._bytes_today = 0, 0
        self._storage_asked_at: int | None = None
        self._storage_failed_since: int | None = None
        """Since when the storage fails; 0: it answers; None: not known."""
        self._custody = CustodyLog(self.vault, AuditLog(self.vault))

    async def run(self) -> None:
        """Download files until cancelled."""
        while True:
            seen = self.writer.changes.count
            await self.download_due()
            await self.writer.changes.wait(seen, POLL_SECONDS, LONG_POLL_SECONDS)

    async def download_due(self) -> int:
        """Download the files that are due; return how many there were."""
        if not self.has_room() or self._is_day_full() or not await self._storage_answers():
            return 0
        due = await self.writer.run(self._load_due)
        await asyncio.gather(*(self._download(file) for file in due))
        return len(due)

    def _is_day_full(self) -> bool:
        now = self.clock.now()
        if not 0 <= now - self._day_started < DAY:
            self._day_started, self._bytes_today = now, 0
        return self._bytes_today > MAX_BYTES_A_DAY

    async def _storage_answers(self) -> bool:
        """Tell whether files can be stored; it is asked once a minute.

        So nothing is downloaded in vain. After a clock that went back it is asked at once.
        """
        asked_at, now = self._storage_asked_at, self.clock.now()
        if asked_at is not None and 0 <= now - asked_at < STORAGE_WAIT_SECONDS * SECOND:
            return not self._storage_failed_since
        self._storage_asked_at = now
        try:
            check = self.blobs.check if self._storage_failed_since else self.blobs.confirm
            await asyncio.to_thread(check)
        except FileStorageError as error:
            await self._note_failure(error)
            return False
        if self._storage_failed_since != 0:  # a process before this one may have noted a failure
            await self._store_since(0)
        return True

    async def _note_failure(self, error: FileStorageError) -> None:
        log.error("file_storage_failed", error=type(error).__name__)
        self._storage_asked_at = now = self.clock.now()
        await self._store_since(self._storage_failed_since or now)

    async def _store_since(self, since: int) -> None:
        """Note for the desk since when the storage fails; 0: it answers."""
        self._storage_failed_since, now = since, self.clock.now()

        def store(work: Work) -> None:
            work.is_quiet = True
            FILES_AWAY_SINCE.record(work, since, now)

        await self.writer.run(store)

    def _load_due(self, work: Work) -> list[_DueFile]:
        found = []
        for name, case, handle, attempts in work.rows(_DUE_FILES, self.clock.now(), MAX_PARALLEL):
            try:
                sealer = self.vault.case_sealer(work, case)
                note = open_handle(self.vault, name, handle)
            except DecryptionError:  # a damaged row must not stop the others
                log.warning("file_failed", file=name, error="DecryptionError")
                self._postpone(work, name, case, attempts)
                continue
            found.append(_DueFile(name, case, note, attempts, sealer))
        return found

    async def _download(self, file: _DueFile) -> None:
        try:
            seen = await self._save_file(file)
        except LetterRefusedError as error:
            log.warning("file_failed", file=file.name, error=type(error).__name__)
            state = TOO_LARGE if isinstance(error, FileTooLargeError) else LOST
            await self.writer.run(
                lambda it: self._record_lost(it, file.name, file.case, "refused", file.note, state)
            )
        except FileStorageError as error:
            await self._note_failure(error)
            await self.writer.run(lambda work: self._put_last(work, file.name))
        except Exception as error:  # noqa: BLE001 - any error is retried, at most MAX_ATTEMPTS times
            log.warning("file_fetch_failed", file=file.name, error=type(error).__name__)
            await self.writer.run(
                lambda work: self._postpone(work, file.name, file.case, file.attempts, file.note)
            )
        else:
            if await self.writer.run(lambda work: self._record_received(work, file, seen)):
                log.info("file_saved", file=file.name)
            else:
                await self._delete_erased(file.name)

    async def _delete_erased(self, name: str) -> None:
        """Delete a file whose case was erased meanwhile; if that fails, a start deletes it."""
        try:
            await asyncio.to_thread(self.blobs.delete, [name])
        except FileStorageError as error:
            await self._note_failure(error)

    def _record_received(self, work: Work, file: _DueFile, seen: FileInspector) -> bool:
        if not work.run(_FINISH, SAVED, seen.size, file.name):
            return False
        self._bytes_today += seen.size
        event = CustodyEvent(
            at=self.clock.now(), actor=SYSTEM, action=CustodyAction.RECEIVED, file=file.name,
            digest=seen.digest, size=seen.size, detail=detect_type(seen.head),
        )  # fmt: skip
        event = _with_arrival(work, event, file.note)
        self._custody.record(work, file.case, event)
        return True

    def _record_lost(
        self,
        work: Work,
        name: str,
        case: str,
        why: str,
        note: FileRef | None,
        state: str = LOST,
    ) -> None:
        if not work.run(_FINISH, state, 0, name):
            return  # its case was erased meanwhile
        now = self.clock.now()
        event = CustodyEvent(at=now, actor=SYSTEM, action=CustodyAction.LOST, file=name, detail=why)
        if note is not None:
            event = _with_arrival(work, event, note)
        with contextlib.suppress(DecryptionError):  # of a case without its key nothing is sealed
            self._custody.record(work, case, event)
        self.tell_lost(work, case, now)

    async def _save_file(self, file: _DueFile) -> FileInspector:
        out = self.blobs.create(file.name)
        try:
            async with asyncio.timeout(FETCH_TIMEOUT):
                seen = await self._encrypt_to(file, out)
            await asyncio.to_thread(out.commit)
        except BaseException:
            out.discard()
            raise
        return seen

    async def _encrypt_to(self, file: _DueFile, out: BlobWriter) -> FileInspector:
        seen = FileInspector()
        parts = self.source.fetch(file.note.handle, file.note.unique)
        async for piece in seal_chunks(file.sealer, file.name, seen.inspect(parts)):
            out.write(piece)
        return seen

    def _put_last(self, work: Work, name: str) -> None:
        """Let other files be tried before one that was not stored; it costs it no attempt."""
        work.run(_WAIT, self.clock.now() + STORAGE_WAIT_SECONDS * SECOND, name)

    def _postpone(
        self, work: Work, name: str, case: str, attempts: int, note: FileRef | None = None
    ) -> None:
        if attempts + 1 >= MAX_ATTEMPTS:
            log.warning("file_failed", file=name, attempts=attempts + 1)
            self._record_lost(work, name, case, "given_up", note)
            return
        wait = min(2 ** (attempts + 1), MAX_BACKOFF_SECONDS) * SECOND
        work.run(_RETRY_LATER, self.clock.now() + wait, name)


def _with_arrival(work: Work, event: CustodyEvent, note: FileRef) -> CustodyEvent:
    """Add when and how a file came, and as which of its case: the first entry about it notes it."""
    ((number, reached_at),) = work.rows(_PLACE, event.file)
    return replace(
        event, arrived_at=note.arrived_at, sent_at=note.sent_at, message=note.message,
        file_number=number, reached_at=reached_at,
    )  # fmt: skip
