"""Reading of archives: complete, of this deployment and not expired, or refused.

An archive is read twice: once to its end before anything of it is trusted, then for the restore.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bot.clock import DAY
from bot.errors import BackupError
from bot.store.migrate import KEY_MIGRATIONS, is_known_revision
from bot.vault.backup import create, export_rows
from bot.vault.backup.archive import ArchiveEntry, ArchiveReader
from bot.vault.erasure.erase import LedgerEntry
from bot.vault.keys.key_store import ROOT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.vault.backup.offline_key import OfflineKeys

T = TypeVar("T")
MAX_ENTRY_SIZE = 256 * 1024 * 1024
"""Bytes of an entry that is not a file."""
FOREIGN = (
    "it was not made with this host key: it is of another deployment, or forged. No archive is "
    "restored without its host key, because erased cases would come back"
)
MAX_CLOCK_SKEW = DAY
"""How far in the future the time of an archive may be."""


@dataclass
class InspectedArchive:
    """An archive that was read to its end."""

    path: Path
    info: create.ArchiveInfo
    is_proven: Callable[[Callable[[bytes], bytes]], bool] = lambda _mac: False
    """Tells whether it was made with the root of a MAC (`Vault.backup_mac`)."""
    summary: create.ArchiveSummary = field(default_factory=create.ArchiveSummary)
    ledger: list[LedgerEntry] = field(default_factory=list)
    """The record of erasures at that time."""
    cases_with_key: set[str] = field(default_factory=set)
    roots: list[list[Any]] = field(default_factory=list)


class BackupArchive:
    """An archive, the keys to read it, and the MAC that proves it (`Vault.backup_mac`).

    The root, from which the MAC is made, is in the archive of keys itself: without a MAC the
    archive is read unproven.
    """

    def __init__(
        self, path: Path, keys: OfflineKeys, mac: Callable[[bytes], bytes] | None = None
    ) -> None:
        self._path, self._keys, self._mac = path, keys, mac

    def inspect(self, now: int) -> InspectedArchive:
        """Read the archive to its end.

        Raises:
            BackupError: incomplete, altered, of another deployment, expired, or of a later release.
        """
        found: InspectedArchive | None = None
        reader = ArchiveReader(self._path, self._keys)
        for name, plain in self._small_entries(reader):
            if name == create.README_ENTRY:
                continue
            if name == create.INFO_ENTRY:
                info = self._decode(create.decode_info, plain)
                self._check_age(info, now)
                found = InspectedArchive(self._path, info, reader.is_proven)
            elif found is None:
                raise BackupError(f"{self._path.name}: it does not begin like a backup")
            elif name == create.END_ENTRY:
                found.summary = self._decode(create.decode_summary, plain)
            elif name.startswith(create.ROWS_PREFIX):
                _collect(found, self._decode(export_rows.decode_rows, plain))
        if found is None:
            raise BackupError(f"{self._path.name}: it is empty")
        return found

    def rows(self) -> Iterator[export_rows.TableRows]:
        """Yield the rows of the archive in batches."""
        for name, plain in self.small_entries():
            if name.startswith(create.ROWS_PREFIX):
                yield self._decode(export_rows.decode_rows, plain)

    def small_entries(self) -> Iterator[tuple[str, bytes]]:
        """Yield the content of each file but those people sent, and verify the MAC at the end.

        Raises:
            BackupError: incomplete, altered, or of another deployment.
        """
        return self._small_entries(ArchiveReader(self._path, self._keys))

    def entries(self) -> Iterator[ArchiveEntry]:
        """Yield all files, and verify the MAC at the end.

        Raises:
            BackupError: incomplete, altered, or of another deployment.
        """
        return self._entries(ArchiveReader(self._path, self._keys))

    def _small_entries(self, reader: ArchiveReader) -> Iterator[tuple[str, bytes]]:
        for entry in self._entries(reader):
            if not entry.name.startswith(create.FILE_PREFIX):
                yield entry.name, entry.read_all(MAX_ENTRY_SIZE)

    def _entries(self, reader: ArchiveReader) -> Iterator[ArchiveEntry]:
        yield from reader.entries()
        if self._mac is not None and not reader.is_proven(self._mac):
            raise BackupError(f"{self._path.name}: {FOREIGN}")

    def _check_age(self, info: create.ArchiveInfo, now: int) -> None:
        name, keys_revision = self._path.name, info.keys_revision
        is_known = info.format == create.FORMAT and is_known_revision(info.revision)
        is_known = is_known and is_known_revision(keys_revision, KEY_MIGRATIONS)
        if info.part not in list(export_rows.ArchivePart) or not is_known:
            raise BackupError(
                f"{name}: it was made by a later release; upgrade Haven to restore it"
            )
        if info.made_at > now + MAX_CLOCK_SKEW:
            raise BackupError(f"{name}: it is from the future; check the clock")
        kept = export_rows.ARCHIVE_RETENTION[export_rows.ArchivePart(info.part)]
        if now - info.made_at > kept:
            raise BackupError(
                f"{name}: it is older than {kept // DAY} days and should be deleted, because "
                "erased cases would come back with it"
            )

    def _decode(self, decode: Callable[[bytes], T], plain: bytes) -> T:
        try:
            return decode(plain)
        except msgspec.MsgspecError:
            name = self._path.name
            raise BackupError(f"{name}: it cannot be read; it is of a later release") from None


def _collect(found: InspectedArchive, rows: export_rows.TableRows) -> None:
    places = {name: place for place, name in enumerate(rows.columns)}
    if rows.table == "erasures":
        wanted = [places[name] for name in ("case_hash", "begun_at", "why")]
        found.ledger += [LedgerEntry(*(row[place] for place in wanted)) for row in rows.rows]
    elif rows.table in export_rows.CASE_KEY_TABLES:
        found.cases_with_key |= {row[places["case_id"]] for row in rows.rows}
    elif rows.table == "roots":
        found.roots += [[row[places[name]] for name in ROOT_COLUMNS] for row in rows.rows]
