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

from bot.errors import BackupRefused
from bot.store.database import Database
from bot.store.migrate import KEY_MIGRATIONS, in_one_go, revision, upgrade_to
from bot.store.tables.keys import key_metadata
from bot.store.tables.main import audit, erasures, exchanges, files, outbox
from bot.vault.audit.log import BEFORE_THE_FIRST, COLUMNS, OPERATOR, Audit, Head
from bot.vault.backup.create import FILE
from bot.vault.backup.export_rows import IN_BOTH, Part
from bot.vault.backup.read import Archive, file_name
from bot.vault.erasure.erase import Why
from bot.vault.keys.key_store import open_root
from bot.vault.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from bot.vault.backup.export_rows import Rows
    from bot.vault.backup.offline_key import OfflineKey
    from bot.vault.backup.read import Seen
    from bot.vault.erasure.ledger import Line
    from bot.vault.keys.host_key import HostKey

OURS = ".restore-unfinished"
"""What a folder's name ends with that a restore has begun; the next throws it away."""
BLIND = "restored_blind"
"""What the audit log says of a restore after which something that was erased may be there again."""
UNCERTAIN = "uncertain"
"""How letters end that were on their way when the backup was made."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands in the new place."""

    made_at: int
    head: Head
    """Where its audit log ends."""
    cases: int
    files: int
    forgotten: int
    """Cases that were in the backup and were erased since."""
    missing: int
    """Files whose bytes were not in the backup."""


def _nothing(_name: str) -> None:
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

    def inspect(self, paths: Sequence[Path], now: int) -> dict[Part, Seen]:
        """Read two archives to their ends.

        Raises:
            BackupRefused: one cannot be used, or they do not belong together.
        """
        seen = [Archive(path, self._key, self._host).inspect(now) for path in paths]
        pair = {it.part: it for it in seen}
        if len(seen) != len(Part) or set(pair) != set(Part):
            raise BackupRefused("a restore takes one archive main and one archive keys")
        if pair[Part.KEYS].about.made_at < pair[Part.MAIN].about.made_at:
            raise BackupRefused(
                f"{pair[Part.KEYS].path.name}: these keys are older than the rest; take keys that "
                "were made together with it, or later"
            )
        return pair

    def into(  # noqa: PLR0913, PLR0917 - what, where, what not, when, and whoever watches
        self,
        paths: Sequence[Path],
        to: Path,
        gone: Iterable[Line],
        now: int,
        urls: tuple[str, str] = ("", ""),
        tell: Callable[[str], None] = _nothing,
        blind: str = "",
    ) -> Restored:
        """Restore into a folder that is not there yet; return what stands there.

        Args:
            paths: of the two archives.
            to: the folder.
            gone: what the ledgers of today say was erased.
            now: the moment.
            urls: of a database and a key store without anything in them; empty: SQLite in the
                folder.
            tell: hears what is done.
            blind: a code for how little the ledgers know, where somebody went on all the same: it
                is written down at the end of the audit log.

        Raises:
            BackupRefused: they cannot be used, or the place is taken. Nothing is left of a restore
                that failed.
        """
        tell("read and proven")
        pair = self.inspect(paths, now)
        with _new_folder(to) as folder:
            database = _empty(urls[0] or f"sqlite:///{folder / 'haven.db'}")
            keys = _empty(urls[1] or f"sqlite:///{folder / 'keys.db'}")
            vault = Vault(self._root(pair))
            lines = [*_ledgers(pair), *gone]
            putting = _Putting(_forgotten(vault, pair, lines), folder / "files")
            with in_one_go(database) as connection, in_one_go(keys) as beside:
                self._put(connection, pair, putting, tell)
                self._put_keys(beside, pair[Part.KEYS], putting)
                _settle(connection, database.dialect, pair, lines, now)
                tell("looked through")
                for it, kind in ((connection, database.dialect), (beside, keys.dialect)):
                    _count_on(it, kind)
                    _see_whole(it, kind)
                head = _head(connection, vault)
                if blind:
                    _note(connection, vault, head, (now, OPERATOR, BLIND, "all", blind))
                return _told(connection, pair, putting, head)

    def _root(self, pair: dict[Part, Seen]) -> HostKey:
        """Return the secret everything of the host is derived from; once that was its own key."""
        roots = pair[Part.KEYS].roots
        return open_root(self._host, roots) if roots else self._host

    def _put(
        self, connection: Connection, pair: dict[Part, Seen], putting: _Putting,
        tell: Callable[[str], None],
    ) -> None:  # fmt: skip
        for part in (Part.MAIN, Part.KEYS):
            tell(f"{part} put in")
            upgrade_to(connection, pair[part].about.revision)
            putting.begin(connection)
            for rows in self._archive(pair[part]).rows():
                if rows.table not in key_metadata.tables and (
                    part is Part.KEYS or rows.table not in IN_BOTH
                ):
                    putting.put(rows)
        tell("files put in")
        putting.put_files(self._archive(pair[Part.MAIN]))
        upgrade_to(connection, "head")

    def _put_keys(self, connection: Connection, seen: Seen, putting: _Putting) -> None:
        upgrade_to(connection, seen.about.keys_revision, KEY_MIGRATIONS)
        putting.begin(connection)
        for rows in self._archive(seen).rows():
            if rows.table in key_metadata.tables:
                putting.put(rows)
        upgrade_to(connection, "head", KEY_MIGRATIONS)

    def _archive(self, seen: Seen) -> Archive:
        return Archive(seen.path, self._key, self._host)


def _forgotten(vault: Vault, pair: dict[Part, Seen], gone: list[Line]) -> Callable[[str], bool]:
    hashes = {line.case_hash for line in gone}
    keyless = set(pair[Part.MAIN].end.keyed) - pair[Part.KEYS].keyed
    return lambda case: case in keyless or vault.erased(case) in hashes


def _see_whole(connection: Connection, dialect: str) -> None:
    """Look whether a database that was filled holds together."""
    if dialect != "sqlite":
        return  # PostgreSQL looks at every row that is put in
    for check, fine in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
        said = connection.exec_driver_sql(f"PRAGMA {check}").fetchall()
        if [tuple(row) for row in said] != fine:
            raise BackupRefused(f"what was put in does not hold together ({check})")


def _head(connection: Connection, vault: Vault) -> Head:
    """Return where the audit log ends, once all of it was verified."""
    log = connection.execute(select(*(audit.c[it] for it in COLUMNS)).order_by(audit.c.id))
    found = Audit(vault).verify(tuple(row) for row in log)
    if not isinstance(found, Head):
        raise BackupRefused(f"the audit log in it does not hold, from row {found.number} on")
    return found


def _note(connection: Connection, vault: Vault, head: Head, said: tuple[object, ...]) -> None:
    """Write something down behind the last row of the audit log that was put in."""
    last = select(audit.c.mac).where(audit.c.id == head.number)
    before = connection.execute(last).scalar()
    row = Audit(vault).row_after(head.number, bytes(before or BEFORE_THE_FIRST), said)
    connection.execute(insert(audit).values(dict(zip(COLUMNS, row, strict=True))))


class _Putting:
    """Puts rows and files where they belong, and leaves out what is forgotten."""

    def __init__(self, is_forgotten: Callable[[str], bool], folder: Path) -> None:
        self._is_forgotten = is_forgotten
        self._folder = folder
        self._connection: Any = None
        self._tables: dict[str, Table] = {}
        self._left_out: set[object] = set()
        """Rows of forgotten cases, by their ids: files are called so."""
        self.cases: set[str] = set()
        self.forgotten: set[str] = set()
        self.files: set[str] = set()

    def begin(self, connection: Connection) -> None:
        """Go on in a schema as it is now."""
        found = MetaData()
        found.reflect(connection)
        self._tables = dict(found.tables)
        self._connection = connection

    def put(self, rows: Rows) -> None:
        """Put rows into their table.

        Raises:
            BackupRefused: there is no such table, or it has other columns.
        """
        table = self._tables.get(rows.table)
        if table is None or not set(rows.columns) <= set(table.c.keys()):
            raise BackupRefused(f"the backup has a table {rows.table} that its release has not")
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
            (self.forgotten if self._is_forgotten(case) else self.cases).add(case)
        if case in self.cases:
            return True
        self._left_out.add(row.get("id"))
        return False

    def put_files(self, archive: Archive) -> None:
        """Put the sealed files of what was put in into their folder."""
        self._folder.mkdir(mode=0o700)
        for member, parts in archive.members():
            if not member.name.startswith(FILE):
                continue
            name = file_name(member.name)
            if name is None:
                raise BackupRefused("a file in the backup has a name none of ours has")
            if name.partition(".")[0] in self._left_out:
                continue
            with (self._folder / name).open("xb") as out:
                for part in parts:
                    out.write(part)
                out.flush()
                os.fsync(out.fileno())
            self.files.add(name)
        _sync(self._folder)


def _told(
    connection: Connection, pair: dict[Part, Seen], putting: _Putting, head: Head
) -> Restored:
    saved = connection.execute(select(files.c.id).where(files.c.state == "saved")).scalars()
    return Restored(
        made_at=pair[Part.MAIN].about.made_at,
        head=head,
        cases=len(putting.cases),
        files=len(putting.files),
        forgotten=len(putting.forgotten),
        missing=len(set(saved) - putting.files),
    )


def _ledgers(pair: dict[Part, Seen]) -> list[Line]:
    return [line for seen in pair.values() for line in seen.gone]


def _settle(
    connection: Connection, dialect: str, pair: dict[Part, Seen], gone: list[Line], now: int
) -> None:
    """Say of what cannot be restored how it ended; take every ledger in."""
    unsent = pair[Part.MAIN].end.unsent
    for begin in range(0, len(unsent), 500):
        letters = exchanges.c.letter.in_(unsent[begin : begin + 500])
        connection.execute(update(exchanges).where(letters).values(state=UNCERTAIN))
    _count_on(connection, dialect)
    connection.execute(update(erasures).where(erasures.c.done_at.is_(None)).values(done_at=now))
    known = {bytes(it) for it in connection.execute(select(erasures.c.case_hash)).scalars()}
    for line in {it.case_hash: it for it in gone if it.case_hash not in known}.values():
        why = line.why if line.why in list(Why) else Why.WITHDRAWN.value
        row = {"case_hash": line.case_hash, "why": why, "begun_at": line.begun_at, "done_at": now}
        connection.execute(insert(erasures).values(**row, rows=0, files=0))


def _count_on(connection: Connection, dialect: str) -> None:
    """Let PostgreSQL's numbers go on behind those that were put in."""
    if dialect != "postgresql":
        return
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        named = (f"'{table.name}'", f"'{next(iter(table.primary_key)).name}'")
        sequence = f"pg_get_serial_sequence({', '.join(named)})"
        last = _last_of(connection, table)
        if last and connection.execute(text(f"SELECT {sequence}")).scalar():
            connection.execute(text(f"SELECT setval({sequence}, :last)"), {"last": last})


def _last_of(connection: Connection, table: Table) -> int:
    """Return the last number given in a table: letters are remembered longer than they are kept."""
    column = next(iter(table.primary_key))
    if not isinstance(column.type, Integer):
        return 0
    asked = exchanges.c.letter if table.name == outbox.name else column
    return connection.execute(select(func.max(asked))).scalar() or 0


def _empty(url: str) -> Database:
    database = Database(url)
    if revision(database) is not None:
        raise BackupRefused("there is something in that database; a backup goes into an empty one")
    return database


@contextmanager
def _new_folder(to: Path) -> Iterator[Path]:
    """Have a folder to fill beside the one that is wanted; it takes its name when all is right."""
    unfinished = to.with_name(to.name + OURS)
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise BackupRefused(f"{to}: something is there; a backup goes into a new folder")
    try:
        if unfinished.exists():
            shutil.rmtree(unfinished)  # of a restore that was killed
        unfinished.mkdir(mode=0o700, parents=True)
        yield unfinished
        _sync(unfinished)
        unfinished.replace(to)
        _sync(to.parent)
    except OSError as error:
        raise BackupRefused(f"{to}: {error.strerror}; name a folder with room") from None
    finally:
        if unfinished.exists():
            shutil.rmtree(unfinished)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
