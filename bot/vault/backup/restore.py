"""Restore of a backup into a new folder, without the cases erased since.

Both archives are verified first. A case in a ledger is not restored; nor is one that had a key in
the main archive and has none in the archive of keys, because it was erased in between. Until all is
verified, the result is in a temporary folder or an open transaction.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Connection,
    Integer,
    MetaData,
    Table,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from bot.clock import SECOND
from bot.errors import BackupError, MigrationError, WrongHostKeyError
from bot.store.blobs.durable_files import sync_file, sync_folder
from bot.store.blobs.protocol import BLOB_NAME
from bot.store.database import Database
from bot.store.findings import RESTORED_AT
from bot.store.migrate import (
    KEY_MIGRATIONS,
    current_revision,
    refuse_other_tables,
    schema_transaction,
    upgrade_to,
)
from bot.store.tables.keys import epochs, key_metadata, roots
from bot.store.tables.main import audit, erasures, exchanges, files, outbox, rounds
from bot.vault.audit.log import AUDIT_COLUMNS, INITIAL_MAC, OPERATOR, AuditHead, AuditLog
from bot.vault.backup.create import FILE_PREFIX
from bot.vault.backup.export_rows import TABLES_IN_BOTH, ArchivePart, TableRows
from bot.vault.backup.read import FOREIGN, BackupArchive, InspectedArchive
from bot.vault.erasure.erase import ErasureReason, LedgerEntry
from bot.vault.keys.key_store import ROOT_COLUMNS, open_root, sealed_root
from bot.vault.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from bot.vault.backup.offline_key import OfflineKeys
    from bot.vault.keys.host_key import HostKey

NUMBERS_BEGIN = 1_767_225_600 * SECOND
"""2026-01-01: seconds since then fit into the column until 2094."""
UNFINISHED_SUFFIX = ".restore-unfinished"
"""Suffix of the folder of an unfinished restore, which the next restore deletes."""
RESTORED_WITHOUT_LEDGER = "restored_blind"
"""The audit action of a restore that may have brought back erased cases."""
UNCERTAIN = "uncertain"
"""The state of letters that were in transit when the backup was made."""


@dataclass(frozen=True, slots=True)
class RestoreTarget:
    """Where to restore."""

    folder: Path
    """A folder that does not exist yet."""
    database_url: str = ""
    """An empty database for the data; default: SQLite in the folder."""
    keys_url: str = ""
    """An empty database for the key store; default: SQLite in the folder."""


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What was restored."""

    made_at: int
    head: AuditHead
    """The head of the restored audit log."""
    cases: int
    files: int
    erased: int
    """Cases in the backup that were erased since."""
    missing: int
    """Files without their bytes in the backup."""


@dataclass(frozen=True, slots=True)
class InspectedBackup:
    """Both archives of a backup, whole and proven, and the root with which they were made."""

    archives: dict[ArchivePart, InspectedArchive]
    root: HostKey

    @property
    def vault(self) -> Vault:
        """Return the vault of the deployment, without a key store."""
        return Vault(self.root)


class Restore:
    """Restores backups of a deployment.

    Args:
        keys: the offline keys.
        hosts: host keys: first the one under which the root is sealed after the restore, then
            earlier ones, which open archives made before a rotation.
        on_progress: gets the name of each step when it begins.
        live_root: the root of the data that are present, if there are any. It proves archives of
            the same deployment whatever the host key was when they were made.
    """

    def __init__(
        self, keys: OfflineKeys, hosts: Sequence[HostKey],
        on_progress: Callable[[str], None] = lambda _: None, live_root: HostKey | None = None,
    ) -> None:  # fmt: skip
        self._keys, self._hosts, self._on_progress = keys, hosts, on_progress
        self._live_root = live_root

    def inspect(self, paths: Sequence[Path], now: int) -> InspectedBackup:
        """Read both archives to their ends, and prove them.

        Raises:
            BackupError: one cannot be used, or they do not belong together.
        """
        self._on_progress("verifying the archives")
        seen = [BackupArchive(path, self._keys).inspect(now) for path in paths]
        pair = {ArchivePart(it.info.part): it for it in seen}
        if len(seen) != len(ArchivePart) or set(pair) != set(ArchivePart):
            raise BackupError("a restore takes one archive main and one archive keys")
        root = self._proven_root(pair[ArchivePart.KEYS])
        if not pair[ArchivePart.MAIN].is_proven(Vault(root).backup_mac):
            raise BackupError(f"{pair[ArchivePart.MAIN].path.name}: {FOREIGN}")
        if pair[ArchivePart.KEYS].info.made_at < pair[ArchivePart.MAIN].info.made_at:
            raise BackupError(
                f"{pair[ArchivePart.KEYS].path.name}: these keys are older than the rest; use "
                "keys of the same backup, or of a later one"
            )
        return InspectedBackup(pair, root)

    def _proven_root(self, keys: InspectedArchive) -> HostKey:
        """Return the root with which an archive of keys was made.

        Raises:
            BackupError: no host key opens it, or the archive is not of this deployment.
        """
        found = [self._live_root] if self._live_root else []
        for host in self._hosts:
            with suppress(WrongHostKeyError):  # data without a key store have the host key
                found.append(open_root(host, keys.roots) if keys.roots else host)
        for root in found:
            if keys.is_proven(Vault(root).backup_mac):
                return root
        if keys.roots and not found:
            marks = " or ".join(bytes(row[0]).hex() for row in keys.roots)
            raise BackupError(
                f"{keys.path.name}: it was not made with this host key, but with one of mark "
                f"{marks}: an earlier one, or of another deployment. After a rotation, name the "
                "earlier key with --host-key, or take a later archive of keys (haven keys rotate "
                "made one)"
            )
        raise BackupError(f"{keys.path.name}: {FOREIGN}")

    def restore_into(
        self, backup: InspectedBackup, target: RestoreTarget, erased: Iterable[LedgerEntry],
        now: int, ledger_gap: str = "",
    ) -> RestoreResult:  # fmt: skip
        """Restore both archives into a new folder, without the cases in any present ledger.

        `ledger_gap` is a code for what the ledgers may lack, if an operator went on all the same;
        it is recorded at the end of the audit log.

        Raises:
            BackupError: the archives cannot be used, or something is in the target. Nothing is left
                of a failed restore.
        """
        check_target(target)
        pair, vault = backup.archives, backup.vault
        with _new_folder(target.folder) as folder:
            database = Database(target.database_url or f"sqlite:///{folder / 'haven.db'}")
            keys = Database(target.keys_url or f"sqlite:///{folder / 'keys.db'}")
            entries = [line for seen in pair.values() for line in seen.ledger] + list(erased)
            importer = _Importer(_erased_check(vault, pair, entries), folder / "files")
            with schema_transaction(database) as connection, schema_transaction(keys) as key_side:
                self._import_rows(connection, backup, importer)
                self._import_keys(key_side, backup, importer)
                _seal_root(key_side, self._hosts[0], backup.root, now)
                unsent = pair[ArchivePart.MAIN].summary.unsent
                made_at = pair[ArchivePart.MAIN].info.made_at
                _mark_uncertain(connection, unsent, made_at)
                _close_open_rows(connection, database.dialect, entries, now)
                _note_restored(connection, now)
                self._on_progress("checking")
                for it, kind in ((connection, database.dialect), (key_side, keys.dialect)):
                    _advance_sequences(it, kind)
                    _check_integrity(it, kind)
                _skip_epoch_numbers(key_side, keys.dialect, now)
                head = _verified_head(connection, vault)
                if ledger_gap:
                    entry = (now, OPERATOR, RESTORED_WITHOUT_LEDGER, "all", ledger_gap)
                    _append_audit(connection, vault, head, entry)
                return _result(connection, made_at, importer, head)

    def _import_rows(
        self, connection: Connection, backup: InspectedBackup, importer: _Importer
    ) -> None:
        for part in (ArchivePart.MAIN, ArchivePart.KEYS):
            self._on_progress(f"restoring archive {part}")
            upgrade_to(connection, backup.archives[part].info.revision)
            importer.use_schema(connection)
            for rows in self._archive(backup, part).rows():
                if rows.table not in key_metadata.tables and (
                    part is ArchivePart.KEYS or rows.table not in TABLES_IN_BOTH
                ):
                    importer.import_rows(rows)
        self._on_progress("restoring files")
        importer.import_files(self._archive(backup, ArchivePart.MAIN))
        upgrade_to(connection, "head")

    def _import_keys(
        self, connection: Connection, backup: InspectedBackup, importer: _Importer
    ) -> None:
        info = backup.archives[ArchivePart.KEYS].info
        upgrade_to(connection, info.keys_revision, KEY_MIGRATIONS)
        importer.use_schema(connection)
        for rows in self._archive(backup, ArchivePart.KEYS).rows():
            if rows.table in key_metadata.tables:
                importer.import_rows(rows)
        upgrade_to(connection, "head", KEY_MIGRATIONS)

    def _archive(self, backup: InspectedBackup, part: ArchivePart) -> BackupArchive:
        return BackupArchive(backup.archives[part].path, self._keys, backup.vault.backup_mac)


def _seal_root(connection: Connection, host: HostKey, root: HostKey, now: int) -> None:
    """Seal the root under the present host key alone, whichever sealed it in the backup."""
    row = connection.execute(select(roots.c.store)).first()
    if row is None:
        return  # data without a key store
    connection.execute(delete(roots))
    values = zip(ROOT_COLUMNS, sealed_root(host, bytes(row[0]), root.secret, now), strict=True)
    connection.execute(insert(roots).values(dict(values)))


def _note_restored(connection: Connection, now: int) -> None:
    """Store when the data were restored: the last heartbeat in them is of another machine."""
    connection.execute(insert(rounds).values(name=RESTORED_AT, ran_at=now, steady_since=now))


def _erased_check(
    vault: Vault, pair: dict[ArchivePart, InspectedArchive], gone: list[LedgerEntry]
) -> Callable[[str], bool]:
    hashes = {line.case_hash for line in gone}
    keyless = set(pair[ArchivePart.MAIN].summary.keyed) - pair[ArchivePart.KEYS].cases_with_key
    return lambda case: case in keyless or vault.erased_case_digest(case) in hashes


def _check_integrity(connection: Connection, dialect: str) -> None:
    """Check the integrity and the foreign keys of a SQLite database."""
    if dialect != "sqlite":
        return  # PostgreSQL checks every row
    for check, fine in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
        rows = connection.exec_driver_sql(f"PRAGMA {check}").fetchall()
        if [tuple(row) for row in rows] != fine:
            raise BackupError(f"the restored database is damaged ({check})")


def _verified_head(connection: Connection, vault: Vault) -> AuditHead:
    log = connection.execute(select(*(audit.c[it] for it in AUDIT_COLUMNS)).order_by(audit.c.id))
    found = AuditLog(vault).verify(tuple(row) for row in log)
    if not isinstance(found, AuditHead):
        raise BackupError(f"the audit log in the backup is faulty from row {found.number} on")
    return found


def _append_audit(
    connection: Connection, vault: Vault, head: AuditHead, entry: tuple[object, ...]
) -> None:
    last = select(audit.c.mac).where(audit.c.id == head.number)
    before = connection.execute(last).scalar()
    row = AuditLog(vault).next_row(head.number, bytes(before or INITIAL_MAC), entry)
    connection.execute(insert(audit).values(dict(zip(AUDIT_COLUMNS, row, strict=True))))


class _Importer:
    """Inserts rows and files, without erased cases."""

    def __init__(self, is_erased: Callable[[str], bool], folder: Path) -> None:
        self._is_erased = is_erased
        self._folder = folder
        self._connection: Any = None
        self._tables: dict[str, Table] = {}
        self._skipped_ids: set[object] = set()
        """Ids of rows of erased cases, which are also the names of their files."""
        self.cases: set[str] = set()
        self.erased: set[str] = set()
        self.files: set[str] = set()

    def use_schema(self, connection: Connection) -> None:
        """Read the tables of the present schema."""
        found = MetaData()
        found.reflect(connection)
        self._tables = dict(found.tables)
        self._connection = connection

    def import_rows(self, rows: TableRows) -> None:
        """Insert rows into their table.

        Raises:
            BackupError: there is no such table, or it has other columns.
        """
        table = self._tables.get(rows.table)
        if table is None or not set(rows.columns) <= set(table.c.keys()):
            raise BackupError(f"the backup has a table {rows.table} that its release does not have")
        named = (dict(zip(rows.columns, row, strict=True)) for row in rows.rows)
        if wanted := [row for row in named if self._is_wanted(rows.table, row)]:
            self._connection.execute(insert(table), wanted)

    def _is_wanted(self, table: str, row: dict[str, Any]) -> bool:
        if table == "erasures":
            row["case_id"] = None  # nothing of the case is restored
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
        """Write the sealed files of restored cases to the folder."""
        self._folder.mkdir(mode=0o700)
        for member in archive.entries():
            if not member.name.startswith(FILE_PREFIX):
                continue
            name = member.name.removeprefix(FILE_PREFIX)
            if not BLOB_NAME.fullmatch(name):
                raise BackupError("a file in the backup has an invalid name")
            if name.partition(".")[0] in self._skipped_ids:
                continue
            with (self._folder / name).open("xb") as out:
                for part in member.parts():
                    out.write(part)
                sync_file(out)
            self.files.add(name)
        sync_folder(self._folder)


def _result(
    connection: Connection, made_at: int, importer: _Importer, head: AuditHead
) -> RestoreResult:
    saved = connection.execute(select(files.c.id).where(files.c.state == "saved")).scalars()
    return RestoreResult(
        made_at=made_at, head=head, cases=len(importer.cases), files=len(importer.files),
        erased=len(importer.erased), missing=len(set(saved) - importer.files),
    )  # fmt: skip


def _mark_uncertain(connection: Connection, unsent: list[int], made_at: int) -> None:
    """Set the state of letters in transit; they left after the backup was made, if they did."""
    for begin in range(0, len(unsent), 500):
        letters = exchanges.c.letter.in_(unsent[begin : begin + 500])
        uncertain = update(exchanges).where(letters).values(state=UNCERTAIN, arrived_at=made_at)
        connection.execute(uncertain)


def _close_open_rows(
    connection: Connection, dialect: str, gone: list[LedgerEntry], now: int
) -> None:
    """Record the erasures of all ledgers."""
    _advance_sequences(connection, dialect)
    connection.execute(update(erasures).where(erasures.c.done_at.is_(None)).values(done_at=now))
    known = {bytes(it) for it in connection.execute(select(erasures.c.case_hash)).scalars()}
    for line in {it.case_hash: it for it in gone if it.case_hash not in known}.values():
        why = line.why if line.why in list(ErasureReason) else ErasureReason.WITHDRAWN.value
        row = {"case_hash": line.case_hash, "why": why, "begun_at": line.begun_at, "done_at": now}
        connection.execute(insert(erasures).values(**row, rows=0, files=0))


def _advance_sequences(connection: Connection, dialect: str) -> None:
    """Let PostgreSQL's sequences continue after the restored ids."""
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


def _skip_epoch_numbers(connection: Connection, dialect: str, now: int) -> None:
    """Let epochs begin behind every number that was given before: sealed data name their epoch.

    Keys of epochs are in no backup. With numbers from 1 on, another key would stand for what is
    sealed in an epoch that is gone, and a case of the last day would open for no one. The seconds
    since `NUMBERS_BEGIN` are more than all half hours and days there were.
    """
    number = max(1, (now - NUMBERS_BEGIN) // SECOND)
    row = {"id": number, "kind": "", "public": b"", "sealed": b"", "born_at": 0}
    connection.execute(insert(epochs).values(**row))
    connection.execute(delete(epochs).where(epochs.c.id == number))
    if dialect == "postgresql":  # SQLite remembers the largest that there was
        sequence = "pg_get_serial_sequence('epochs', 'id')"
        connection.execute(text(f"SELECT setval({sequence}, :last)"), {"last": number})


def _last_number(connection: Connection, table: Table) -> int:
    """Return the last id of a table. Messages name letters longer than these are kept."""
    column = next(iter(table.primary_key))
    if not isinstance(column.type, Integer):
        return 0
    asked = exchanges.c.letter if table.name == outbox.name else column
    return connection.execute(select(func.max(asked))).scalar() or 0


def check_target(target: RestoreTarget) -> None:
    """Raise BackupError if something is where a backup would be restored to."""
    _check_new_folder(target.folder)
    named = [url for url in (target.database_url, target.keys_url) if url]
    if len(set(named)) < len(named):
        raise BackupError(
            "--database and --keys name one database: keys need a separate one, so that one stolen "
            "copy is half of what is needed"
        )
    for url in named:
        _check_empty(Database(url))


def _check_empty(database: Database) -> None:
    if current_revision(database) is not None:
        raise BackupError(
            f"the database {database.url.database} has data; a backup goes into an empty one"
        )
    try:
        refuse_other_tables(database)
    except MigrationError as error:
        raise BackupError(str(error)) from None


def _check_new_folder(to: Path) -> None:
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise BackupError(
            f"{to}: something is there; name a new folder with --to, or move the old one away"
        )


@contextmanager
def _new_folder(to: Path) -> Iterator[Path]:
    """Yield a temporary folder, which gets the target's name at the end."""
    unfinished = to.with_name(to.name + UNFINISHED_SUFFIX)
    try:
        if unfinished.exists():
            shutil.rmtree(unfinished)  # left by a killed restore
        unfinished.mkdir(mode=0o700, parents=True)
        yield unfinished
        sync_folder(unfinished)
        unfinished.replace(to)
        sync_folder(to.parent)
    except OSError as error:
        raise BackupError(f"{to}: {error.strerror}; name a folder with space") from None
    finally:
        if unfinished.exists():
            shutil.rmtree(unfinished)
