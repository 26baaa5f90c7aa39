"""Creation of backups while the bot runs: two archives, sealed to the offline key.

Each ends with a MAC under the host key, so that the public offline key is not enough to forge an
archive of this deployment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import IO, TYPE_CHECKING

import msgspec

from bot.clock import DAY, HOUR, SECOND, to_utc
from bot.errors import BackupError
from bot.store.migrate import LATEST_KEY_REVISION, LATEST_REVISION
from bot.store.tables.keys import key_metadata
from bot.store.tables.main import metadata
from bot.vault.backup.archive import ArchiveDigest, ArchiveWriter
from bot.vault.backup.export_rows import (
    ARCHIVE_RETENTION,
    ArchivePart,
    Snapshot,
    archive_tables,
    key_store_tables,
    open_snapshot,
)
from bot.vault.erasure.erase import sync_file, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Table

    from bot.store.database import Database
    from bot.vault.backup.offline_key import OfflinePublicKey
    from bot.vault.keys.host_key import HostKey

INFO_ENTRY, ROWS_PREFIX, FILE_PREFIX = "about", "rows/", "file/"
END_ENTRY, PROOF_ENTRY = "end", "proof"
"""Names of the entries of an archive, in this order."""
UNFINISHED = ".part"
ARCHIVE_NAME = re.compile(r"haven-(main|keys)-(\d{8}T\d{6}Z)\.sealed")
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
MAX_BACKUP_AGE = 26 * HOUR
"""How old the newest backup may be before the doctor reports it."""
FILE_NAME = re.compile(r"[0-9a-f]{32}(?:\.[a-z]{1,12})?")
"""Names of sealed files; others are neither backed up nor restored."""


class ArchiveInfo(msgspec.Struct, kw_only=True):
    """The first entry of an archive."""

    part: str
    revision: str
    keys_revision: str
    made_at: int


class ArchiveSummary(msgspec.Struct, kw_only=True):
    """The last entry of an archive: what it must contain."""

    rows: dict[str, int] = {}
    files: int = 0
    keyed: list[str] = []
    """Cases that had a key. A case without one in the archive of keys was erased since."""
    unsent: list[int] = []


Progress = Callable[[int, int], None]
"""Called with the number of steps done, and of all steps."""
_encode = msgspec.msgpack.Encoder().encode
decode_info = msgspec.msgpack.Decoder(ArchiveInfo).decode
decode_summary = msgspec.msgpack.Decoder(ArchiveSummary).decode


@dataclass(frozen=True, slots=True)
class BackupResult:
    """A backup that is durable on the disk."""

    paths: tuple[Path, ...]
    rows: int
    files: int


class _BackupWriter:
    """An archive while it is written, with its summary."""

    def __init__(self, out: IO[bytes], to: OfflinePublicKey, host: HostKey) -> None:
        self._digest = ArchiveDigest(host)
        self._writer = ArchiveWriter(out, to, self._digest)
        self.add, self.add_file = self._writer.add, self._writer.add_file
        self.summary = ArchiveSummary()

    def add_tables(self, seen: Snapshot, tables: list[Table], advance: Callable[[], None]) -> None:
        for table in tables:
            self.summary.rows[str(table.name)] = seen.count(table)
            for number, piece in enumerate(seen.batches(table)):
                self.add(f"{ROWS_PREFIX}{table.name}/{number}", piece)
            advance()

    def add_files(self, files: Path, names: list[str], advance: Callable[[], None]) -> None:
        for name in names:
            with suppress(FileNotFoundError), (files / name).open("rb") as file:
                self.add_file(f"{FILE_PREFIX}{name}", file)
                self.summary.files += 1
            advance()  # without a file, its case was erased meanwhile

    def finish(self) -> None:
        self.add(END_ENTRY, _encode(self.summary))
        self.add(PROOF_ENTRY, self._digest.proof())
        self._writer.finish()


class Backup:
    """Creates backups of a deployment in a folder, preferably on another disk."""

    def __init__(self, into: Path, to: OfflinePublicKey, host: HostKey) -> None:
        self._into, self._to, self._host = into, to, host

    def create(
        self, database: Database, keys: Database, files: Path, now: int,
        on_progress: Progress = lambda _done, _all: None,
    ) -> BackupResult:  # fmt: skip
        """Create both archives; they are durable when this returns.

        The data are as they are at one moment, and the key store as it is a moment later: so every
        case has its key, unless it is being erased. `files` is the folder of sealed files.

        Raises:
            BackupError: the folder is not writable.
        """
        try:
            self._into.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in self._into.glob(f"haven-*{UNFINISHED}"):
                path.unlink()
            with open_snapshot(database) as seen, open_snapshot(keys) as seen_keys:
                return self._create(seen, seen_keys, files, now, on_progress)
        except OSError as error:
            raise BackupError(
                f"{self._into}: {error.strerror}; name a folder with space that Haven may write to"
            ) from None

    def _create(
        self, seen: Snapshot, keys: Snapshot, files: Path, now: int, on_progress: Progress
    ) -> BackupResult:
        stored = [path.name for path in files.iterdir()] if files.is_dir() else []
        names = sorted(name for name in stored if FILE_NAME.fullmatch(name))
        total = len(names) + len(metadata.tables) + len(key_metadata.tables)
        done = count(1)

        def advance() -> None:
            on_progress(next(done), total)

        with self._archive(ArchivePart.MAIN, now) as main:
            keyed = seen.cases_with_key("case_keys") | keys.cases_with_key("case_wraps")
            main.summary.keyed, main.summary.unsent = sorted(keyed), seen.unsent_letters()
            main.add_tables(seen, archive_tables(ArchivePart.MAIN), advance)
            main.add_files(files, names, advance)
        with self._archive(ArchivePart.KEYS, now) as apart:
            apart.add_tables(keys, key_store_tables(), advance)
            apart.add_tables(seen, archive_tables(ArchivePart.KEYS), advance)
        rows = sum(main.summary.rows.values()) + sum(apart.summary.rows.values())
        paths = tuple(self._path(part, now) for part in (ArchivePart.MAIN, ArchivePart.KEYS))
        for path in paths:
            path.with_name(path.name + UNFINISHED).rename(path)
        sync_folder(self._into)
        return BackupResult(paths, rows, main.summary.files)

    @contextmanager
    def _archive(self, part: ArchivePart, now: int) -> Iterator[_BackupWriter]:
        """Yield an archive to write; it is durable at the end."""
        path = self._path(part, now)
        unfinished = path.with_name(path.name + UNFINISHED)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            archive = _BackupWriter(out, self._to, self._host)
            info = ArchiveInfo(
                part=part.value, revision=LATEST_REVISION, keys_revision=LATEST_KEY_REVISION,
                made_at=now,
            )  # fmt: skip
            archive.add(INFO_ENTRY, _encode(info))
            yield archive
            archive.finish()
            sync_file(out)

    def _path(self, part: ArchivePart, now: int) -> Path:
        return self._into / f"haven-{part}-{to_utc(now).strftime(TIME_FORMAT)}.sealed"


@dataclass(frozen=True, slots=True)
class StoredArchive:
    """An archive in the folder of backups, by its name."""

    path: Path
    part: ArchivePart
    made_at: int

    def is_expired(self, now: int) -> bool:
        """Tell whether its retention period is over."""
        return now - self.made_at >= ARCHIVE_RETENTION[self.part]


def list_archives(folder: Path) -> list[StoredArchive]:
    """Return the archives in a folder, oldest first."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if name := ARCHIVE_NAME.fullmatch(path.name):
            made_at = datetime.strptime(name[2], TIME_FORMAT).replace(tzinfo=UTC).timestamp()
            found.append(StoredArchive(path, ArchivePart(name[1]), int(made_at) * SECOND))
    return sorted(found, key=lambda archive: (archive.made_at, archive.part))


def delete_expired(folder: Path, now: int) -> int:
    """Delete expired archives; return how many."""
    old = [archive for archive in list_archives(folder) if archive.is_expired(now)]
    for archive in old:
        archive.path.unlink(missing_ok=True)
    if old:
        sync_folder(folder)
    return len(old)


def find_faults(folder: Path, now: int) -> Iterator[str]:
    """Yield the faults of the backups in a folder."""
    found = list_archives(folder)
    for part in ArchivePart:
        newest = max((archive.made_at for archive in found if archive.part is part), default=0)
        if now - newest > MAX_BACKUP_AGE:
            yield f"the newest archive {part} is older than a day; haven backup makes one"
    if old := [archive.path.name for archive in found if archive.is_expired(now - DAY)]:
        yield f"these should be gone: {', '.join(old)}"
