"""Creation of backups while the bot runs: two archives, encrypted to the offline key.

Each ends with a MAC under the root, so that the public offline key is not enough to forge an
archive of this deployment, and so that archives stay valid when the host key is rotated.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from typing import TYPE_CHECKING

import msgspec

from bot.clock import DAY, HOUR, SECOND, to_utc
from bot.errors import BackupError, FileStorageError
from bot.store.blobs.durable_files import sync_file, sync_folder
from bot.store.blobs.protocol import BLOB_NAME
from bot.store.disk_space import is_read_only
from bot.store.migrate import LATEST_KEY_REVISION, LATEST_REVISION
from bot.vault.backup.archive import ArchiveStream
from bot.vault.backup.export_rows import (
    ARCHIVE_RETENTION,
    ArchivePart,
    Snapshot,
    archive_tables,
    key_store_tables,
    open_snapshot,
)
from bot.vault.backup.folder_lock import folder_lock
from bot.vault.backup.load_script import README_TEXT, load_script

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Table

    from bot.store.blobs.protocol import Blobs
    from bot.store.database import Database
    from bot.vault.backup.offline_key import BackupRecipients

README_ENTRY, INFO_ENTRY, LOAD_ENTRY, END_ENTRY = "README.txt", "about.json", "load.sql", "end.json"
ROWS_PREFIX, FILE_PREFIX = "rows/", "files/"
"""Names of the files of an archive, without its folder."""
FORMAT = 2
UNFINISHED = ".part"
ARCHIVE_NAME = re.compile(r"haven-(main|keys)-(\d{8}T\d{6}Z)\.age")
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
MAX_BACKUP_AGE = 26 * HOUR
"""How old the newest backup may be before the doctor reports it."""


class ArchiveInfo(msgspec.Struct, kw_only=True):
    """What an archive is; the file comes before all that depends on it."""

    part: str
    revision: str
    keys_revision: str
    made_at: int
    """In microseconds."""
    format: int = FORMAT


class ArchiveSummary(msgspec.Struct, kw_only=True):
    """What an archive must contain; the last file but the manifest and its proof."""

    rows: dict[str, int] = {}
    files: int = 0
    keyed: list[str] = []
    """Cases that had a key. A case without one in the archive of keys was erased since."""
    unsent: list[int] = []


Progress = Callable[[int, int], None]
"""Called with the number of steps done, and of all steps."""
_encode = msgspec.json.Encoder().encode
decode_info = msgspec.json.Decoder(ArchiveInfo).decode
decode_summary = msgspec.json.Decoder(ArchiveSummary).decode


@dataclass(frozen=True, slots=True)
class BackupResult:
    """A backup that is durable on the disk."""

    paths: tuple[Path, ...]
    rows: int
    files: int
    missing: frozenset[str] = frozenset()
    """Ids of files that the rows call saved, and that did not lie in the storage."""


class _ArchiveContent:
    """The files of an archive in their order, and its summary."""

    def __init__(self, stream: ArchiveStream, info: ArchiveInfo) -> None:
        self.add, self.add_file = stream.add, stream.add_file
        self.summary = ArchiveSummary()
        self._stream, self._info = stream, info

    def begin(self, tables: list[Table]) -> Iterator[bytes]:
        yield from self.add(README_ENTRY, README_TEXT.encode())
        yield from self.add(INFO_ENTRY, _encode(self._info))
        yield from self.add(LOAD_ENTRY, load_script(tables).encode())

    def add_tables(
        self, seen: Snapshot, tables: list[Table], advance: Callable[[], None]
    ) -> Iterator[bytes]:
        for table in tables:
            self.summary.rows[str(table.name)] = seen.count(table)
            for number, piece in enumerate(seen.batches(table)):
                yield from self.add(f"{ROWS_PREFIX}{table.name}/{number:06}.json", piece)
            advance()

    def add_files(
        self, blobs: Blobs, names: list[str], advance: Callable[[], None]
    ) -> Iterator[bytes]:
        for name in names:
            with suppress(FileNotFoundError), blobs.open(name) as file:
                yield from self.add_file(f"{FILE_PREFIX}{name}", file)
                self.summary.files += 1
            advance()  # without a file, its case was erased meanwhile

    def finish(self) -> Iterator[bytes]:
        yield from self.add(END_ENTRY, _encode(self.summary))
        yield from self._stream.finish()


class Backup:
    """Creates backups of a deployment in a folder, preferably on another disk.

    `mac` returns a MAC under the root (`Vault.backup_mac`).
    """

    def __init__(self, into: Path, to: BackupRecipients, mac: Callable[[bytes], bytes]) -> None:
        self._into, self._to, self._mac = into, to, mac
        self._is_held = False

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Have the folder for this backup alone, without what a killed backup left.

        The folder is made if need be. What is done inside, `create` among it, holds it no second
        time.

        Raises:
            BackupError: another backup is being made there, or the folder is not writable.
        """
        if self._is_held:
            yield
            return
        with ExitStack() as held:
            with self._named_faults():
                self._into.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._check_writable()
                held.enter_context(folder_lock(self._into))
                self._delete_unfinished()  # of no living process: that would have the lock
            self._is_held = True
            try:
                yield
            finally:
                self._is_held = False

    def create(
        self, database: Database, keys: Database, blobs: Blobs, now: int,
        on_progress: Progress = lambda _done, _all: None,
    ) -> BackupResult:  # fmt: skip
        """Create both archives; they are durable when this returns.

        The data are as they are at one moment, and the key store as it is a moment later: so every
        case has its key, unless it is being erased. `blobs` stores the sealed files: they are
        streamed, wherever they lie.

        Raises:
            BackupError: the folder is not writable, or another backup is being made there.
            FileStorageError: the files cannot be read.
        """
        with self._folder(), open_snapshot(database) as seen, open_snapshot(keys) as seen_keys:
            made_at = self._free_time(now)
            return self._create(seen, seen_keys, blobs, made_at, on_progress)

    def create_keys(self, database: Database, keys: Database, now: int) -> Path:
        """Create the archive of keys alone, which goes with any earlier archive of data.

        Raises:
            BackupError: the folder is not writable, or another backup is being made there.
        """
        with self._folder(), open_snapshot(database) as seen, open_snapshot(keys) as seen_keys:
            made_at = self._free_time(now)
            self._write_keys(seen, seen_keys, made_at, lambda: None)
            (path,) = self._publish((ArchivePart.KEYS,), made_at)
            return path

    def _check_writable(self) -> None:
        if not os.access(self._into, os.W_OK | os.X_OK):
            fault = errno.EROFS if is_read_only(self._into) else errno.EACCES
            raise OSError(fault, os.strerror(fault))

    @contextmanager
    def _folder(self) -> Iterator[None]:
        """Have the folder for this backup alone, and leave nothing unfinished after a failure."""
        with self.hold(), self._named_faults():
            try:
                yield
            except (FileStorageError, OSError):
                with suppress(OSError):  # it may be what fills the disk
                    self._delete_unfinished()
                raise

    @contextmanager
    def _named_faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise BackupError(
                f"{self._into}: {error.strerror}; name a folder with space that Haven may write to"
            ) from None

    def _delete_unfinished(self) -> None:
        for path in self._into.glob(f"haven-*{UNFINISHED}"):
            path.unlink()

    def _create(
        self, seen: Snapshot, keys: Snapshot, blobs: Blobs, now: int, on_progress: Progress
    ) -> BackupResult:
        names = sorted(
            it.name for it in blobs.list() if it.is_whole and BLOB_NAME.fullmatch(it.name)
        )
        tables_of_parts = [*map(archive_tables, ArchivePart), key_store_tables()]
        total, done = len(names) + sum(map(len, tables_of_parts)), count(1)

        def advance() -> None:
            on_progress(next(done), total)

        main, tables = self._content(ArchivePart.MAIN, now), archive_tables(ArchivePart.MAIN)
        main.summary.keyed, main.summary.unsent = _keyed(seen, keys), seen.unsent_letters()
        pieces = chain(
            main.begin(tables),
            main.add_tables(seen, tables, advance),
            main.add_files(blobs, names, advance),
            main.finish(),
        )
        self._write(ArchivePart.MAIN, now, pieces)
        apart = self._write_keys(seen, keys, now, advance)
        rows = sum(main.summary.rows.values()) + sum(apart.rows.values())
        published = self._publish(tuple(ArchivePart), now)
        missing = frozenset(seen.saved_files() - set(names))
        return BackupResult(published, rows, main.summary.files, missing)

    def _write_keys(
        self, seen: Snapshot, keys: Snapshot, now: int, advance: Callable[[], None]
    ) -> ArchiveSummary:
        content = self._content(ArchivePart.KEYS, now)
        of_store, of_data = key_store_tables(), archive_tables(ArchivePart.KEYS)
        pieces = chain(
            content.begin([*of_store, *of_data]),
            content.add_tables(keys, of_store, advance),
            content.add_tables(seen, of_data, advance),
            content.finish(),
        )
        self._write(ArchivePart.KEYS, now, pieces)
        return content.summary

    def _content(self, part: ArchivePart, now: int) -> _ArchiveContent:
        info = ArchiveInfo(
            part=part.value, revision=LATEST_REVISION, keys_revision=LATEST_KEY_REVISION,
            made_at=now,
        )  # fmt: skip
        return _ArchiveContent(ArchiveStream(self._path(part, now).stem, now, self._mac), info)

    def _write(self, part: ArchivePart, now: int, pieces: Iterable[bytes]) -> None:
        """Write an archive; it is durable at the end."""
        path = self._path(part, now)
        unfinished = path.with_name(path.name + UNFINISHED)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            self._to.encrypt(pieces, out)
            sync_file(out)

    def _publish(self, parts: Sequence[ArchivePart], now: int) -> tuple[Path, ...]:
        """Give finished archives their names."""
        paths = tuple(self._path(part, now) for part in parts)
        for path in paths:
            path.with_name(path.name + UNFINISHED).rename(path)
        sync_folder(self._into)
        return paths

    def _free_time(self, now: int) -> int:
        """Return the time that an archive gets: of two in one second, the later has the next one.

        Otherwise it would have the name of the earlier archive, and take its place.
        """
        while any(self._path(part, now).exists() for part in ArchivePart):
            now += SECOND
        return now

    def _path(self, part: ArchivePart, now: int) -> Path:
        return self._into / f"haven-{part}-{to_utc(now).strftime(TIME_FORMAT)}.age"


def _keyed(seen: Snapshot, keys: Snapshot) -> list[str]:
    """Return the cases that have a key, each once, in order."""
    found = set(seen.cases_with_key("case_keys"))
    found.update(keys.cases_with_key("case_wraps"))
    return sorted(found)


@dataclass(frozen=True, slots=True)
class StoredArchive:
    """An archive in the folder of backups, by its name."""

    path: Path
    part: ArchivePart
    made_at: int

    def is_expired(self, now: int) -> bool:
        """Tell whether its retention period is over."""
        return now - self.made_at >= ARCHIVE_RETENTION[self.part]


def stored_archive(path: Path) -> StoredArchive | None:
    """Return what the name of an archive says; None for any other name."""
    name = ARCHIVE_NAME.fullmatch(path.name)
    if name is None:
        return None
    made_at = datetime.strptime(name[2], TIME_FORMAT).replace(tzinfo=UTC).timestamp()
    return StoredArchive(path, ArchivePart(name[1]), int(made_at) * SECOND)


def list_archives(folder: Path) -> list[StoredArchive]:
    """Return the archives in a folder, oldest first."""
    paths = folder.iterdir() if folder.is_dir() else ()
    found = [archive for path in paths if (archive := stored_archive(path))]
    return sorted(found, key=lambda archive: (archive.made_at, archive.part))


def newest_pair(archives: Iterable[StoredArchive], where: str) -> tuple[Path, Path]:
    """Return the newest archive of data for which there are keys, and the newest of these.

    Keys go with data of the same moment or of an earlier one.

    Raises:
        BackupError: there is no such pair; the text names what is missing.
    """
    found = sorted(archives, key=lambda archive: archive.made_at)
    keys = [it for it in found if it.part is ArchivePart.KEYS]
    if not keys:
        raise BackupError(
            f"{where}: there is no archive of keys (haven-keys-....age); add the newest one, from "
            "the same place as the rest"
        )
    main = [it for it in found if it.part is ArchivePart.MAIN and it.made_at <= keys[-1].made_at]
    if not main:
        raise BackupError(
            f"{where}: there is no archive of data (haven-main-....age) as old as "
            f"{keys[-1].path.name} or older; add the newest one, from the same place"
        )
    return main[-1].path, keys[-1].path


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
        if not newest:
            yield f"there is no archive {part}; haven backup makes one"
        elif now - newest > MAX_BACKUP_AGE:
            yield f"the newest archive {part} is older than a day; haven backup makes one"
    if old := [archive.path.name for archive in found if archive.is_expired(now - DAY)]:
        yield f"these should be gone: {', '.join(old)}"
