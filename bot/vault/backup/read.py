"""Read an archive of this deployment: whole, of an age that may be kept, proven; or refuse it.

It is read twice: once to its end before anything of it is believed, then again while it is put in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bot.clock import DAY
from bot.errors import BackupError
from bot.store.migrate import KEY_MIGRATIONS, is_known_revision
from bot.vault.backup.archive import ArchiveReader
from bot.vault.backup.create import (
    END_ENTRY,
    FILE_NAME,
    FILE_PREFIX,
    INFO_ENTRY,
    PROOF_ENTRY,
    ROWS_PREFIX,
    ArchiveDigest,
    decode_info,
    decode_summary,
)
from bot.vault.backup.export_rows import (
    ARCHIVE_RETENTION,
    CASE_KEY_TABLES,
    ArchivePart,
    decode_rows,
)
from bot.vault.erasure.ledger import LedgerEntry
from bot.vault.keys.key_store import ROOT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.vault.backup.archive import ArchiveEntry
    from bot.vault.backup.create import ArchiveInfo, ArchiveSummary
    from bot.vault.backup.export_rows import TableRows
    from bot.vault.backup.offline_key import OfflineKey
    from bot.vault.keys.host_key import HostKey

T = TypeVar("T")
MAX_ENTRY_SIZE = 256 * 1024 * 1024
"""Bytes of anything in an archive but a file."""
MAX_CLOCK_SKEW = DAY
"""How far in the future an archive may have been made by its own clock."""


@dataclass
class InspectedArchive:
    """An archive that was read to its end."""

    path: Path
    info: ArchiveInfo
    summary: ArchiveSummary
    ledger: list[LedgerEntry] = field(default_factory=list)
    """The ledger as it was then."""
    cases_with_key: set[str] = field(default_factory=set)
    """The cases whose keys are in it."""
    roots: list[list[Any]] = field(default_factory=list)
    """What everything of the host is derived from, sealed under host keys."""

    @property
    def part(self) -> ArchivePart:
        """Return which of the two it is."""
        return ArchivePart(self.info.part)


class BackupArchive:
    """One archive, with the keys to it."""

    def __init__(self, path: Path, key: OfflineKey, host: HostKey) -> None:
        self._path = path
        self._key = key
        self._host = host

    def inspect(self, now: int) -> InspectedArchive:
        """Read it to its end.

        Raises:
            BackupRefused: it is not whole, not of this deployment, too old, or of a later release.
        """
        found: InspectedArchive | None = None
        for name, told in self.small_entries():
            if name == INFO_ENTRY:
                about = self._decode(decode_info, told)
                self._check_age(about, now)
                found = InspectedArchive(
                    self._path, about, decode_summary(msgspec.msgpack.encode({}))
                )
            elif found is None:
                raise BackupError(f"{self._path.name}: it does not begin as a backup does")
            elif name == END_ENTRY:
                found.summary = self._decode(decode_summary, told)
            elif name.startswith(ROWS_PREFIX):
                _collect(found, self._decode(decode_rows, told))
        if found is None:
            raise BackupError(f"{self._path.name}: there is nothing in it")
        return found

    def rows(self) -> Iterator[TableRows]:
        """Yield the rows in it, some at a time."""
        for name, told in self.small_entries():
            if name.startswith(ROWS_PREFIX):
                yield self._decode(decode_rows, told)

    def small_entries(self) -> Iterator[tuple[str, bytes]]:
        """Yield everything in it but files, and see at the end that it was made with our host key.

        Raises:
            BackupRefused: it is not whole, or was made elsewhere.
        """
        for member, parts in self.entries():
            if member.name.startswith(FILE_PREFIX):
                continue
            if member.length > MAX_ENTRY_SIZE:
                raise BackupError(f"{self._path.name}: {member.name} in it is too long")
            yield member.name, b"".join(parts)

    def entries(self) -> Iterator[tuple[ArchiveEntry, Iterator[bytes]]]:
        """Yield everything in it with its bytes, to be read before the next."""
        running, is_proven = ArchiveDigest(self._host), False
        for member in ArchiveReader(self._path, self._key).entries():
            if is_proven:
                raise BackupError(f"{self._path.name}: something follows its proof")
            if member.name == PROOF_ENTRY:
                is_proven = compare_digest(member.read_all(64), running.proof())
                if not is_proven:
                    raise BackupError(
                        f"{self._path.name}: it was not made with this host key: it is another "
                        "deployment's, or nobody's. Without the host key it was made with no "
                        "archive is restored: what was erased since would come back"
                    )
                continue
            running.begin_entry(member.name, member.length)
            parts = _digested_parts(member, running)
            yield member, parts
            for _ in parts:  # what nobody wanted is proven all the same
                pass
        if not is_proven:
            raise BackupError(f"{self._path.name}: nothing proves that it is of this deployment")

    def _check_age(self, about: ArchiveInfo, now: int) -> None:
        is_ours = is_known_revision(about.revision) and is_known_revision(
            about.keys_revision, KEY_MIGRATIONS
        )
        if about.part not in list(ArchivePart) or not is_ours:
            raise BackupError(
                f"{self._path.name}: it was made by a later release; upgrade Haven to restore it"
            )
        if about.made_at > now + MAX_CLOCK_SKEW:
            raise BackupError(f"{self._path.name}: it is from the future; look at the clock here")
        days = ARCHIVE_RETENTION[ArchivePart(about.part)] // DAY
        if now - about.made_at > ARCHIVE_RETENTION[ArchivePart(about.part)]:
            raise BackupError(
                f"{self._path.name}: it is older than {days} days, and should be gone: what was "
                "erased since would come back with it"
            )

    def _decode(self, decode: Callable[[bytes], T], told: bytes) -> T:
        try:
            return decode(told)
        except msgspec.MsgspecError:
            raise BackupError(
                f"{self._path.name}: it cannot be read; it is of a later release"
            ) from None


def file_name(member: str) -> str | None:
    """Return which file a thing in an archive is; None: none, or not one of ours."""
    name = member.removeprefix(FILE_PREFIX)
    return name if member.startswith(FILE_PREFIX) and FILE_NAME.fullmatch(name) else None


def _digested_parts(member: ArchiveEntry, running: ArchiveDigest) -> Iterator[bytes]:
    for part in member.parts():
        running.add(part)
        yield part


def _collect(found: InspectedArchive, rows: TableRows) -> None:
    places = {name: place for place, name in enumerate(rows.columns)}
    if rows.table == "erasures":
        wanted = [places[name] for name in ("case_hash", "begun_at", "why")]
        found.ledger += [LedgerEntry(*(row[place] for place in wanted)) for row in rows.rows]
    elif rows.table in CASE_KEY_TABLES:
        found.cases_with_key |= {row[places["case_id"]] for row in rows.rows}
    elif rows.table == "roots":
        found.roots += [[row[places[name]] for name in ROOT_COLUMNS] for row in rows.rows]
