"""Reading of archives: complete, of this deployment and not expired, or refused.

An archive is read twice: once to its end before anything of it is trusted, then for the restore.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bot.clock import DAY
from bot.errors import BackupError
from bot.store.migrate import KEY_MIGRATIONS, is_known_revision
from bot.vault.backup import create, export_rows
from bot.vault.backup.archive import ArchiveDigest, ArchiveEntry, ArchiveReader, entry_header
from bot.vault.erasure.erase import LedgerEntry
from bot.vault.keys.key_store import ROOT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.vault.backup.offline_key import OfflineKey
    from bot.vault.keys.host_key import HostKey

T = TypeVar("T")
MAX_ENTRY_SIZE = 256 * 1024 * 1024
"""Bytes of an entry that is not a file."""
MAX_CLOCK_SKEW = DAY
"""How far in the future the time of an archive may be."""


@dataclass
class InspectedArchive:
    """An archive that was read to its end."""

    path: Path
    info: create.ArchiveInfo
    summary: create.ArchiveSummary
    ledger: list[LedgerEntry] = field(default_factory=list)
    """The record of erasures at that time."""
    cases_with_key: set[str] = field(default_factory=set)
    roots: list[list[Any]] = field(default_factory=list)


class BackupArchive:
    """An archive and the keys to read it."""

    def __init__(self, path: Path, key: OfflineKey, host: HostKey) -> None:
        self._path, self._key, self._host = path, key, host

    def inspect(self, now: int) -> InspectedArchive:
        """Read the archive to its end.

        Raises:
            BackupError: incomplete, altered, of another deployment, expired, or of a later release.
        """
        found: InspectedArchive | None = None
        for name, plain in self.small_entries():
            if name == create.INFO_ENTRY:
                info = self._decode(create.decode_info, plain)
                self._check_age(info, now)
                found = InspectedArchive(self._path, info, create.ArchiveSummary())
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
        """Yield all entries but files, and verify the MAC at the end.

        Raises:
            BackupError: incomplete, altered, or of another deployment.
        """
        for entry, parts in self.entries():
            if entry.name.startswith(create.FILE_PREFIX):
                continue
            if entry.length > MAX_ENTRY_SIZE:
                raise BackupError(f"{self._path.name}: {entry.name} in it is too long")
            yield entry.name, b"".join(parts)

    def entries(self) -> Iterator[tuple[ArchiveEntry, Iterator[bytes]]]:
        """Yield all entries with their bytes, which must be read before the next entry."""
        digest, is_proven = ArchiveDigest(self._host), False
        for entry in ArchiveReader(self._path, self._key).entries():
            if is_proven:
                raise BackupError(f"{self._path.name}: something follows its proof")
            if entry.name == create.PROOF_ENTRY:
                is_proven = compare_digest(entry.read_all(64), digest.proof())
                if not is_proven:
                    raise BackupError(
                        f"{self._path.name}: it was not made with this host key: it is of another "
                        "deployment, or forged. No archive is restored without its host key, "
                        "because erased cases would come back"
                    )
                continue
            digest.add(entry_header(entry.name, entry.length))
            parts = _digested_parts(entry, digest)
            yield entry, parts
            for _ in parts:  # the MAC covers unread bytes too
                pass
        if not is_proven:
            raise BackupError(f"{self._path.name}: nothing proves that it is of this deployment")

    def _check_age(self, info: create.ArchiveInfo, now: int) -> None:
        name, keys_revision = self._path.name, info.keys_revision
        is_known = is_known_revision(info.revision)
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


def _digested_parts(entry: ArchiveEntry, digest: ArchiveDigest) -> Iterator[bytes]:
    for part in entry.parts():
        digest.add(part)
        yield part


def _collect(found: InspectedArchive, rows: export_rows.TableRows) -> None:
    places = {name: place for place, name in enumerate(rows.columns)}
    if rows.table == "erasures":
        wanted = [places[name] for name in ("case_hash", "begun_at", "why")]
        found.ledger += [LedgerEntry(*(row[place] for place in wanted)) for row in rows.rows]
    elif rows.table in export_rows.CASE_KEY_TABLES:
        found.cases_with_key |= {row[places["case_id"]] for row in rows.rows}
    elif rows.table == "roots":
        found.roots += [[row[places[name]] for name in ROOT_COLUMNS] for row in rows.rows]
