"""Put a backup into a new place: read whole and proven first, and nothing erased comes back.

What the ledgers say is gone is never written; a case whose key was there when the rest was copied,
and is not in the keys any more, was erased in between. Nothing is where it is wanted before all of
it was seen to be right: until then it lies in a folder beside, or in a transaction that is open.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, MetaData, func, insert, select, text, update

from bot.errors import BackupError
from bot.store.database import Database
from bot.store.migrate import KEY_MIGRATIONS, current_revision, schema_transaction, upgrade_to
from bot.store.tables.keys import key_metadata
from bot.store.tables.main import audit, erasures, exchanges, files, outbox
from bot.vault.audit.log import AUDIT_COLUMNS, INITIAL_MAC, OPERATOR, AuditHead, AuditLog
from bot.vault.backup.create import FILE_PREFIX
from bot.vault.backup.export_rows import TABLES_IN_BOTH, ArchivePart
from bot.vault.backup.read import BackupArchive, file_name
from bot.vault.erasure.erase import ErasureReason
from bot.vault.keys.key_store import open_root
from bot.vault.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from bot.vault.backup.export_rows import TableRows
    from bot.vault.backup.offline_key import OfflineKey
    from bot.vault.backup.read import InspectedArchive
    from bot.vault.erasure.ledger import LedgerEntry
    from bot.vault.keys.host_key import HostKey

UNFINISHED_SUFFIX = ".restore-unfinished"
"""What a folder's name ends with that a restore has begun; the next throws it away."""
RESTORED_WITHOUT_LEDGER = "restored_blind"
"""What the audit log says of a restore after which something that was erased may be there again."""
UNCERTAIN = "uncertain"
"""How letters end that were on their way when the backup was made."""


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What stands in the new place."""

    made_at: int
    head: AuditHead
    """Where its audit log ends."""
    cases: int
    files: int
    erased: int
    """Cases that were in the backup and were erased since."""
    missing: int
    """Files whose bytes were not in the backup."""


def _no_progress(_name: str) -> None:
    pass


class Restore:
    """Restores backups of one deployment.

    Args:
        key: the offline key.
        host: the host key the archives were made with.
    """

    def __init__(self, key: OfflineKey, host: HostKey) -> None:
        self._key = key
        self._host = host

    def inspect(self, paths: Sequence[Path], now: int) -> dict[ArchivePart, InspectedArchive]:
        """Read two archives to their ends.

        Raises:
            BackupRefused: one cannot be used, or they do not belong together.
        """
        seen = [BackupArchive(path, self._key, self._host).inspect(now) for path in paths]
        pair = {it.part: it for it in seen}
        if len(seen) != len(ArchivePart) or set(pair) != set(ArchivePart):
            raise BackupError("a restore takes one archive main and one archive keys")
        if pair[ArchivePart.KEYS].info.made_at < pair[ArchivePart.MAIN].info.made_at:
            raise BackupError(
                f"{pair[ArchivePart.KEYS].path.name}: these keys are older than the rest; take "
                "keys that were made together with it, or later"
            )
        return pair

    def restore_into(  # noqa: PLR0913, PLR0917 - what, where, what not, when, and whoever watches
        self,
        paths: Sequence[Path],
        target: Path,
        erased: Iterable[LedgerEntry],
        now: int,
        urls: tuple[str, str] = ("", ""),
        on_progress: Callable[[str], None] = _no_progress,
        ledger_gap: str = "",
    ) -> RestoreResult:
        """Restore into a folder that is not there yet; return what stands there.

        Args:
            paths: of the two archives.
            target: the folder.
            erased: what the ledgers of today say was erased.
            now: the moment.
            urls: of a database and a key store without anything in them; empty: SQLite in the
                folder.
            on_progress: hears what is done.
            ledger_gap: a code for how little the ledgers know, where somebody went on all the
            same: it
                is written down at the end of the audit log.

        Raises:
            BackupRefused: they cannot be used, or the place is taken. Nothing is left of a restore
                that failed.
        """
        on_progress("read and proven")
        pair = self.inspect(paths, now)
        with _new_folder(target) as folder:
            database = _open_empty(urls[0] or f"sqlite:///{folder / 'haven.db'}")
            keys = _open_empty(urls[1] or f"sqlite:///{folder / 'keys.db'}")
            vault = Vault(self._open_root(pair))
            lines = [*_ledger_entries(pair), *erased]
            putting = _Importer(_erased_check(vault, pair, lines), folder / "files")
            with schema_transaction(database) as connection, schema_transaction(keys) as beside:
                self._import_rows(connection, pair, putting, on_progress)
                self._import_keys(beside, pair[ArchivePart.KEYS], putting)
                _close_open_rows(connection, database.dialect, pair, lines, now)
                on_progress("looked through")
                for it, kind in ((connection, database.dialect), (beside, keys.dialect)):
                    _advance_sequences(it, kind)
                    _check_integrity(it, kind)
                head = _verified_head(connection, vault)
                if ledger_gap:
                    _append_audit(
                        connection,
                        vault,
                        head,
                        (now, OPERATOR, RESTORED_WITHOUT_LEDGER, "all", ledger_gap),
                    )
                return _result(connection, pair, putting, head)

    def _open_root(self, pair: dict[ArchivePart, InspectedArchive]) -> HostKey:
        """Return the secret everything of the host is derived from; once that was its own key."""
        roots = pair[ArchivePart.KEYS].roots
        return open_root(self._host, roots) if roots else self._host

    def _import_rows(
        self, connection: Connection, pair: dict[ArchivePart, InspectedArchive], putting: _Importer,
        on_progress: Callable[[str], None],
    ) -> None:  # fmt: skip
        for part in (ArchivePart.MAIN, ArchivePart.KEYS):
            on_progress(f"{part} put in")
            upgrade_to(connection, pair[part].info.revision)
            putting.use_schema(connection)
            for rows in self._archive(pair[part]).rows():
                if rows.table not in key_metadata.tables and (
                    part is ArchivePart.KEYS or rows.table not in TABLES_IN_BOTH
                ):
                    putting.import_rows(rows)
        on_progress("files put in")
        putting.import_files(self._archive(pair[ArchivePart.MAIN]))
        upgrade_to(connection, "head")

    def _import_keys(
        self, connection: Connection, seen: InspectedArchive, putting: _Importer
    ) -> None:
        upgrade_to(connection, seen.info.keys_revision, KEY_MIGRATIONS)
        putting.use_schema(connection)
        for rows in self._archive(seen).rows():
            if rows.table in key_metadata.tables:
                putting.import_rows(rows)
        upgrade_to(connection, "head", KEY_MIGRATIONS)

    def _archive(self, seen: InspectedArchive) -> BackupArchive:
        return BackupArchive(seen.path, self._key, self._host)


def _erased_check(
    vault: Vault, pair: dict[ArchivePart, InspectedArchive], gone: list[LedgerEntry]
) -> Callable[[str], bool]:
    hashes = {line.case_hash for line in gone}
    keyless = set(pair[ArchivePart.MAIN].summary.keyed) - pair[ArchivePart.KEYS].cases_with_key
    return lambda case: case in keyless or vault.erased_case_digest(case) in hashes


def _check_integrity(connection: Connection, dialect: str) -> None:
    """Look whether a database that was filled holds together."""
    if dialect != "sqlite":
        return  # PostgreSQL looks at every row that is put in
    for check, fine in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
        said = connection.exec_driver_sql(f"PRAGMA {check}").fetchall()
        if [tuple(row) for row in said] != fine:
            raise BackupError(f"what was put in does not hold together ({check})")


def _verified_head(connection: Connection, vault: Vault) -> AuditHead:
    """Return where the audit log ends, once all of it was verified."""
    log = connection.execute(select(*(audit.c[it] for it in AUDIT_COLUMNS)).order_by(audit.c.id))
    found = AuditLog(vault).verify(tuple(row) for row in log)
    if not isinstance(found, AuditHead):
        raise BackupError(f"the audit log in it does not hold, from row {found.number} on")
    return found


def _append_audit(
    connection: Connection, vault: Vault, head: AuditHead, said: tuple[object, ...]
) -> None:
    """Write something down behind the last row of the audit log that was put in."""
    last = select(audit.c.mac).where(audit.c.id == head.number)
    before = connection.execute(last).scalar()
    row = AuditLog(vault).next_row(head.number, bytes(before or INITIAL_MAC), said)
    connection.execute(insert(audit).values(dict(zip(AUDIT_COLUMNS, row, strict=True))))


class _Importer:
    """Puts rows and files where they belong, and leaves out what is forgotten."""

    def __init__(self, is_forgotten: Callable[[str], bool], folder: Path) -> None:
        self._is_erased = is_forgotten
        self._folder = folder
        self._connection: Any = None
        self._tables: dict[str, Table] = {}
        self._skipped_ids: set[object] = set()
        """Rows of forgotten cases, by their ids: files are called so."""
        self.cases: set[str] = set()
        self.erased: set[str] = set()
        self.files: set[str] = set()

    def use_schema(self, connection: Connection) -> None:
        """Go on in a schema as it is now."""
        found = MetaData()
        found.reflect(connection)
        self._tables = dict(found.tables)
        self._connection = connection

    def import_rows(self, rows: TableRows) -> None:
        """Put rows into their table.

        Raises:
            BackupRefused: there is no such table, or it has other columns.
        """
        table = self._tables.get(rows.table)
        if table is None or not set(rows.columns) <= set(table.c.keys()):
            raise BackupError(f"the backup has a table {rows.table} that its release has not")
        wanted = [
            row
            for row in (dict(zip(rows.columns, row, strict=True)) for row in rows.rows)
            if self._is_wanted(rows.table, row)
        ]
        if wanted:
            self._connection.execute(insert(table), wanted)

    def _is_wanted(self, table: str, row: dict[str, Any]) -> bool:
        if table == "erasures":
            row["case_id"] = None  # nothing of it was put in
            return True
        case = row["id"] if table == "cases" else row.get("case_id")
        if case is None:
            return True
        if table == "cases":
            (self.erased if self._is_erased(case) else self.cases).add(case)
        if case in self.cases:
            return True
        self._skipped_ids.add(row.get("id"))
        return False

    def import_files(self, archive: BackupArchive) -> None:
        """Put the sealed files of what was put in into their folder."""
        self._folder.mkdir(mode=0o700)
        for member, parts in archive.entries():
            if not member.name.startswith(FILE_PREFIX):
                continue
            name = file_name(member.name)
            if name is None:
                raise BackupError("a file in the backup has a name none of ours has")
            if name.partition(".")[0] in self._skipped_ids:
                continue
            with (self._folder / name).open("xb") as out:
                for part in parts:
                    out.write(part)
                out.flush()
                os.fsync(out.fileno())
            self.files.add(name)
        _sync_folder(self._folder)


def _result(
    connection: Connection,
    pair: dict[ArchivePart, InspectedArchive],
    putting: _Importer,
    head: AuditHead,
) -> RestoreResult:
    saved = connection.execute(select(files.c.id).where(files.c.state == "saved")).scalars()
    return RestoreResult(
        made_at=pair[ArchivePart.MAIN].info.made_at,
        head=head,
        cases=len(putting.cases),
        files=len(putting.files),
        erased=len(putting.erased),
        missing=len(set(saved) - putting.files),
    )


def _ledger_entries(pair: dict[ArchivePart, InspectedArchive]) -> list[LedgerEntry]:
    return [line for seen in pair.values() for line in seen.ledger]


def _close_open_rows(
    connection: Connection,
    dialect: str,
    pair: dict[ArchivePart, InspectedArchive],
    gone: list[LedgerEntry],
    now: int,
) -> None:
    """Say of what cannot be restored how it ended; take every ledger in."""
    unsent = pair[ArchivePart.MAIN].summary.unsent
    for begin in range(0, len(unsent), 500):
        letters = exchanges.c.letter.in_(unsent[begin : begin + 500])
        connection.execute(update(exchanges).where(letters).values(state=UNCERTAIN))
    _advance_sequences(connection, dialect)
    connection.execute(update(erasures).where(erasures.c.done_at.is_(None)).values(done_at=now))
    known = {bytes(it) for it in connection.execute(select(erasures.c.case_hash)).scalars()}
    for line in {it.case_hash: it for it in gone if it.case_hash not in known}.values():
        why = line.why if line.why in list(ErasureReason) else ErasureReason.WITHDRAWN.value
        row = {"case_hash": line.case_hash, "why": why, "begun_at": line.begun_at, "done_at": now}
        connection.execute(insert(erasures).values(**row, rows=0, files=0))


def _advance_sequences(connection: Connection, dialect: str) -> None:
    """Let PostgreSQL's numbers go on behind those that were put in."""
    if dialect != "postgresql":
        return
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        named = (f"'{table.name}'", f"'{next(iter(table.primary_key)).name}'")
        sequence = f"pg_get_serial_sequence({', '.join(named)})"
        last = _last_number(connection, table)
        if last and connection.execute(text(f"SELECT {sequence}")).scalar():
            connection.execute(text(f"SELECT setval({sequence}, :last)"), {"last": last})


def _last_number(connection: Connection, table: Table) -> int:
    """Return the last number given in a table: letters are remembered longer than they are kept."""
    column = next(iter(table.primary_key))
    if not isinstance(column.type, Integer):
        return 0
    asked = exchanges.c.letter if table.name == outbox.name else column
    return connection.execute(select(func.max(asked))).scalar() or 0


def _open_empty(url: str) -> Database:
    database = Database(url)
    if current_revision(database) is not None:
        raise BackupError("there is something in that database; a backup goes into an empty one")
    return database


@contextmanager
def _new_folder(to: Path) -> Iterator[Path]:
    """Have a folder to fill beside the one that is wanted; it takes its name when all is right."""
    unfinished = to.with_name(to.name + UNFINISHED_SUFFIX)
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise BackupError(f"{to}: something is there; a backup goes into a new folder")
    try:
        if unfinished.exists():
            shutil.rmtree(unfinished)  # of a restore that was killed
        unfinished.mkdir(mode=0o700, parents=True)
        yield unfinished
        _sync_folder(unfinished)
        unfinished.replace(to)
        _sync_folder(to.parent)
    except OSError as error:
        raise BackupError(f"{to}: {error.strerror}; name a folder with room") from None
    finally:
        if unfinished.exists():
            shutil.rmtree(unfinished)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
