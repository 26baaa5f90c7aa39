"""Make a backup while everything runs: two archives, sealed to a key that is kept elsewhere.

Each ends with a proof made with the host key: whoever knows only where to seal to can make no
archive that is taken for one of this deployment.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

import msgspec

from bot.clock import DAY, HOUR, SECOND
from bot.errors import BackupRefused
from bot.store.migrate import HEAD, KEYS_HEAD
from bot.store.tables.keys import key_metadata
from bot.store.tables.main import metadata
from bot.vault.backup.archive import LENGTHS, Sealer
from bot.vault.backup.export_rows import KEPT, Part, snapshot, tables_of, tables_of_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Table

    from bot.store.database import Database
    from bot.vault.backup.export_rows import Snapshot
    from bot.vault.backup.offline_key import PublicKey
    from bot.vault.keys.host_key import HostKey

ABOUT, END, PROOF, ROWS, FILE = "about", "end", "proof", "rows/", "file/"
"""Names of what is in an archive, in this order: rows and files in between."""
UNFINISHED = ".part"
NAME = re.compile(r"haven-(main|keys)-(\d{8}T\d{6}Z)\.sealed")
STAMP = "%Y%m%dT%H%M%SZ"
FRESH = 26 * HOUR
"""How old the newest backup may be before somebody has to look."""
FILE_NAME = re.compile(r"[0-9a-f]{32}(?:\.[a-z]{1,12})?")
"""How a sealed file is called; nothing else is taken, in or out."""


class About(msgspec.Struct, kw_only=True):
    """What an archive is."""

    part: str
    revision: str
    """The schema its rows are of."""
    keys_revision: str
    """The schema of the key store."""
    made_at: int


class End(msgspec.Struct, kw_only=True):
    """What must have been in it."""

    rows: dict[str, int] = {}
    files: int = 0
    keyed: list[str] = []
    """Cases that had a key: which has none any more was erased."""
    unsent: list[int] = []


_encode = msgspec.msgpack.Encoder().encode
read_about = msgspec.msgpack.Decoder(About).decode
read_end = msgspec.msgpack.Decoder(End).decode


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is safe on the disk."""

    paths: tuple[Path, ...]
    rows: int
    files: int


class Running:
    """The digest of everything that went into an archive, or came out of one, so far."""

    def __init__(self, host: HostKey) -> None:
        self._key = host.derive("backup")
        self._digest = hashlib.sha256()

    def begin(self, name: str, length: int) -> None:
        """Take in what the next thing is called, and its length."""
        raw = name.encode()
        self._digest.update(bytes([len(raw)]) + raw + length.to_bytes(LENGTHS, "big"))

    def add(self, part: bytes) -> None:
        """Take in some of it."""
        self._digest.update(part)

    def proof(self) -> bytes:
        """Return what only the host key can make of it."""
        return hmac.digest(self._key, self._digest.digest(), "sha256")


class _Archive:
    """One archive that is being written."""

    def __init__(self, out: IO[bytes], to: PublicKey, host: HostKey) -> None:
        self._sealer = Sealer(out, to)
        self._running = Running(host)
        self.end = End()

    def add(self, name: str, plain: bytes) -> None:
        self._running.begin(name, len(plain))
        self._running.add(plain)
        self._sealer.add(name, plain)

    def add_file(self, name: str, file: IO[bytes]) -> None:
        self._running.begin(name, os.fstat(file.fileno()).st_size)
        self._sealer.add_file(name, _Heard(file, self._running.add))  # type: ignore[arg-type]
        self.end.files += 1

    def finish(self) -> None:
        self.add(END, _encode(self.end))
        self._sealer.add(PROOF, self._running.proof())
        self._sealer.finish()


class _Heard:
    """A file that tells somebody what is read of it."""

    def __init__(self, file: IO[bytes], tell: Callable[[bytes], None]) -> None:
        self._file = file
        self._tell = tell

    def fileno(self) -> int:
        return self._file.fileno()

    def read(self, most: int) -> bytes:
        part = self._file.read(most)
        self._tell(part)
        return part


def _nothing(_done: int, _all: int) -> None:
    pass


class Backup:
    """Makes backups of one deployment into a folder, and removes the old ones.

    Args:
        into: the folder; better on another disk, and copied away from there.
        to: the half of the offline key that seals.
        host: proves that an archive is of this deployment.
    """

    def __init__(self, into: Path, to: PublicKey, host: HostKey) -> None:
        self._into = into
        self._to = to
        self._host = host

    def make(
        self,
        database: Database,
        keys: Database,
        files: Path,
        now: int,
        tell: Callable[[int, int], None] = _nothing,
    ) -> Made:
        """Make both archives; return once they are safe on the disk.

        Args:
            database: read as it is at one moment.
            keys: the key store, read as it is a moment later: a case is never there without its
                key, but for one that is being erased.
            files: the folder of sealed files.
            now: the moment.
            tell: hears how much is done, of how much.

        Raises:
            BackupRefused: they cannot be written there.
        """
        try:
            self._into.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in self._into.glob(f"haven-*{UNFINISHED}"):
                path.unlink()
            with snapshot(database) as seen, snapshot(keys) as seen_keys:
                return self._make(seen, seen_keys, files, now, tell)
        except OSError as error:
            raise BackupRefused(
                f"{self._into}: {error.strerror}; name a folder with room Haven may write to"
            ) from None

    def _make(
        self,
        seen: Snapshot,
        keys: Snapshot,
        files: Path,
        now: int,
        tell: Callable[[int, int], None],
    ) -> Made:
        names = sorted(name for name in _names_in(files) if FILE_NAME.fullmatch(name))
        steps = _Steps(tell, len(names) + len(metadata.tables) + len(key_metadata.tables))
        with self._archive(Part.MAIN, now) as main:
            keyed = seen.keyed("case_keys") | keys.keyed("case_wraps")
            main.end.keyed, main.end.unsent = sorted(keyed), seen.unsent()
            _pack(main, seen, tables_of(Part.MAIN), steps)
            _enclose(main, files, names, steps)
            main.finish()
        with self._archive(Part.KEYS, now) as apart:
            _pack(apart, keys, tables_of_keys(), steps)
            _pack(apart, seen, tables_of(Part.KEYS), steps)
            apart.finish()
        rows = sum(main.end.rows.values()) + sum(apart.end.rows.values())
        paths = tuple(self._path(part, now) for part in (Part.MAIN, Part.KEYS))
        for path in paths:
            path.with_name(path.name + UNFINISHED).rename(path)
        _sync(self._into)
        return Made(paths, rows, main.end.files)

    @contextmanager
    def _archive(self, part: Part, now: int) -> Iterator[_Archive]:
        """Write an archive to a file; left behind it is on the disk."""
        path = self._path(part, now)
        unfinished = path.with_name(path.name + UNFINISHED)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            archive = _Archive(out, self._to, self._host)
            about = About(
                part=part.value, revision=HEAD, keys_revision=KEYS_HEAD, made_at=now
            )  # fmt: skip
            archive.add(ABOUT, _encode(about))
            yield archive
            out.flush()
            os.fsync(out.fileno())

    def _path(self, part: Part, now: int) -> Path:
        return self._into / f"haven-{part}-{_stamp(now)}.sealed"


class _Steps:
    """Counts what is done."""

    def __init__(self, tell: Callable[[int, int], None], total: int) -> None:
        self._tell = tell
        self._total = total
        self._done = 0

    def one(self) -> None:
        self._done += 1
        self._tell(self._done, self._total)


def _pack(archive: _Archive, seen: Snapshot, tables: list[Table], steps: _Steps) -> None:
    for table in tables:
        archive.end.rows[str(table.name)] = seen.count(table)
        for number, piece in enumerate(seen.pieces(table)):
            archive.add(f"{ROWS}{table.name}/{number}", piece)
        steps.one()


def _enclose(archive: _Archive, files: Path, names: list[str], steps: _Steps) -> None:
    for name in names:
        try:
            with (files / name).open("rb") as file:
                archive.add_file(f"{FILE}{name}", file)
        except FileNotFoundError:
            pass  # its case was erased since
        steps.one()


def _names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


# --- The folder they lie in ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """An archive in a folder, by its name."""

    path: Path
    part: Part
    made_at: int

    def is_old(self, now: int) -> bool:
        """Tell whether it must not be kept any longer."""
        return now - self.made_at >= KEPT[self.part]


def lying_in(folder: Path) -> list[Kept]:
    """Return the archives in a folder, oldest first."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if name := NAME.fullmatch(path.name):
            made_at = datetime.strptime(name[2], STAMP).replace(tzinfo=UTC)
            found.append(Kept(path, Part(name[1]), int(made_at.timestamp()) * SECOND))
    return sorted(found, key=lambda kept: (kept.made_at, kept.part))


def remove_old(folder: Path, now: int) -> int:
    """Remove the archives that are kept no longer; return how many."""
    old = [kept for kept in lying_in(folder) if kept.is_old(now)]
    for kept in old:
        kept.path.unlink(missing_ok=True)
    if old:
        _sync(folder)
    return len(old)


def faults_of(folder: Path, now: int) -> Iterator[str]:
    """Yield what is wrong with the backups in a folder."""
    found = lying_in(folder)
    for part in Part:
        newest = max((kept.made_at for kept in found if kept.part is part), default=0)
        if now - newest > FRESH:
            yield f"the newest archive {part} is older than a day; haven backup makes one"
    if old := [kept.path.name for kept in found if now - DAY - kept.made_at >= KEPT[kept.part]]:
        yield f"these should be gone: {', '.join(old)}"


def _stamp(now: int) -> str:
    return datetime.fromtimestamp(now / SECOND, UTC).strftime(STAMP)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
