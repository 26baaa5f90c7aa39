"""What older releases sealed, anew: each case gets a key pair, and the bot opens it no more.

Done while no bot answers, a case at a time and each in one unit of work: a case is as it was, or
done. Its new private half is durable in the key store before anything is sealed to it. A file is
written beside the old one before the commit and takes its place after it; one that a power cut left
beside is put in its place by whoever comes next, for only then does its case have a pair.

`haven keys upgrade` does all of them. `haven start` does some at every start, before it asks for
updates: what nobody does by hand is done in time.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, or_, select, update

from bot.cases.intake import SAVED, TO_FETCH
from bot.cases.sealed_fields import (
    decode_file,
    encode,
    encode_fetch_handle,
    open_address,
    open_legacy_reasons,
    reasons_associated_data,
)
from bot.errors import DecryptionError
from bot.log import log
from bot.store.compiled import Prepared
from bot.store.tables.custody import custody
from bot.store.tables.main import (
    FILE_WAITS,
    case_keys,
    cases,
    exchanges,
    files,
    referrals,
    reports,
    topics,
)
from bot.vault import AuditLog, Purpose
from bot.vault.audit.log import SYSTEM
from bot.vault.erasure.erase import UNFINISHED, overwrite, sync_folder
from bot.vault.file_encryption import chunk_associated_data, open_chunks
from bot.vault.keys.case_keys import SEALED_TO_CASE
from bot.vault.keys.epoch_keys import is_sealed_in_epoch

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import BindParameter, Table

    from bot.store.database import Database, DataDirectory
    from bot.store.writer import Work, Writer
    from bot.vault import Vault
    from bot.vault.keys.case_keys import Sealer, SealerOpener

AT_A_START = 100
"""Cases that are done at one start, at most: people wait meanwhile."""

_OLD = Prepared(
    lambda _: (
        select(cases.c.id, cases.c.reference)
        .select_from(cases.outerjoin(case_keys))
        .where(
            or_(
                case_keys.c.sealed.is_(None),
                func.substr(case_keys.c.sealed, 1, 1) != bindparam("mark"),
            )
        )
        .order_by(cases.c.id)
    ),
    "mark",
)
_STANDS = Prepared(
    lambda _: select(cases.c.queue, cases.c.holder, cases.c.address, cases.c.reasons).where(
        cases.c.id == bindparam("case")
    ),
    "case",
)
_CASE = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("case"))
        .values(address=bindparam("now_address"), reasons=bindparam("now_reasons"))
    ),
    "now_address",
    "now_reasons",
    "case",
)
_FILE_STANDS = Prepared(
    lambda _: select(files.c.case_id, files.c.state).where(files.c.id == bindparam("file")), "file"
)


def _rows_of(table: Table, *columns: str) -> Prepared:
    wanted = [table.c[name] for name in columns]
    return Prepared(lambda _: select(*wanted).where(table.c.case_id == bindparam("case")), "case")


def _change_of(table: Table, *columns: str) -> Prepared:
    key = next(iter(table.primary_key))
    changed: dict[str, BindParameter[Any]] = {name: bindparam(f"now_{name}") for name in columns}
    return Prepared(
        lambda _: update(table).where(key == bindparam("row")).values(changed),
        *(f"now_{name}" for name in columns),
        "row",
    )


_REPORTS = _rows_of(reports, "id", "sealed")
_EXCHANGES = _rows_of(exchanges, "id", "side", "at", "sealed")
_CUSTODY = _rows_of(custody, "id", "number", "sealed")
_REFERRALS = _rows_of(referrals, "id", "recipient", "sealed", "asked")
_FILES = _rows_of(files, "id", "state", "sealed", "handle")
_TOPICS = _rows_of(topics, "case_id", "shown")
_REPORT = _change_of(reports, "sealed")
_EXCHANGE = _change_of(exchanges, "sealed")
_ENTRY = _change_of(custody, "sealed")
_REFERRAL = _change_of(referrals, "sealed", "asked")
_FILE = _change_of(files, "sealed", "handle")
_TOPIC = _change_of(topics, "shown")
_HANDLE = _change_of(files, "handle")
_HANDLES = Prepared(
    lambda _: select(files.c.id, files.c.handle).where(FILE_WAITS, files.c.handle.is_not(None))
)
_FORGET_HANDLES = Prepared(
    lambda _: (
        update(files)
        .where(files.c.state != TO_FETCH, files.c.handle.is_not(None))
        .values(handle=None)
    )
)
"""Of files that are never fetched."""


class Resealing:
    """Seals the cases of older releases anew.

    Args:
        writer: of the database.
        vault: theirs, with a key store.
        folder: where files lie.
        by: who does it, for the audit log.
    """

    def __init__(self, writer: Writer, vault: Vault, folder: Path, by: str) -> None:
        self._writer = writer
        self._vault = vault
        self._folder = folder
        self._audit = AuditLog(vault)
        self._by = by

    def waiting(self) -> dict[str, str]:
        """Return the cases the bot can open, for an older release sealed them: ids, references."""
        rows = self._writer.run_sync(lambda work: work.rows(_OLD, SEALED_TO_CASE))
        return {str(case): str(reference) for case, reference in rows}

    def some(self, now: int, most: int = AT_A_START) -> int:
        """Do some of what waits, and finish what was left; return how many are done.

        One that does not open is in nobody else's way: the log names it, and it stays as it was.
        """
        self.finish()
        done = 0
        for case in list(self.waiting())[:most]:
            try:
                done += self.seal(case, now)
            except (DecryptionError, OSError):
                log.error("case_not_reencrypted", case=case)
        if done:
            log.info("cases_reencrypted", count=done)
        return done

    def seal(self, case: str, now: int) -> bool:
        """Seal one case anew; tell whether there was anything to do.

        Raises:
            DoesNotOpen: something of it was altered; it is as it was.
        """
        names = self._writer.run_sync(lambda work: self._seal(work, case, now))
        for name in names or ():
            self._put_in_place(name)
        return names is not None

    def finish(self) -> int:
        """Put the files in their place that a run which was ended left beside; return how many."""
        beside = sorted(self._folder.glob(f"*{UNFINISHED}")) if self._folder.exists() else []
        names = [path.name.removesuffix(UNFINISHED) for path in beside]
        ready = self._writer.run_sync(lambda work: [it for it in names if self._is_ready(work, it)])
        for name in ready:
            self._put_in_place(name)
        return len(ready)

    # --- in one unit of work ------------------------------------------------------------------

    def _seal(self, work: Work, case: str, now: int) -> list[str] | None:
        """Seal a case anew; return the files that lie ready beside, None where nothing was old."""
        old, rows = self._vault.cases.old(work, case), work.rows(_STANDS, case)
        if old is None or not rows:
            return None
        queue, holder, address, reasons = rows[0]
        where = None if address is None else open_address(self._vault, work, case, bytes(address))
        new = self._vault.cases.renew(work, case, queue, holder or "", now)
        if where is not None:
            address = self._vault.seal(Purpose.ADDRESS, case.encode(), b"%d" % where)
        work.run(_CASE, address, self._reasons(old, case, bytes(reasons)), case)
        self._contents(work, case, old, new, now)
        self._audit.record(work, now, self._by, "reseal", case)
        return self._files(work, case, old, new, now)

    def _reasons(self, old: SealerOpener, case: str, sealed: bytes) -> bytes:
        """Return why a case is urgent, sealed as it is for any other: for the bot, for a day."""
        if is_sealed_in_epoch(sealed):
            return sealed
        plain = encode(open_legacy_reasons(old, case, sealed))
        return self._vault.seal(Purpose.CODES, reasons_associated_data(case), plain)

    def _contents(self, work: Work, case: str, old: SealerOpener, new: Sealer, now: int) -> None:
        vault = self._vault
        for row, sealed in work.rows(_REPORTS, case):
            work.run(_REPORT, _anew(old, new, f"{case}/report/{row}", sealed)[1], row)
        for row, side, at, sealed in work.rows(_EXCHANGES, case):
            work.run(_EXCHANGE, _anew(old, new, f"{case}/exchange/{side}/{at}", sealed)[1], row)
        for row, number, sealed in work.rows(_CUSTODY, case):
            work.run(_ENTRY, _anew(old, new, f"{case}/custody/{number}", sealed)[1], row)
        for row, recipient, sealed, asked in work.rows(_REFERRALS, case):
            place = f"{case}/referral/{recipient}/{row}"
            plain, kept = _anew(old, new, place, sealed)
            # The person may still answer, and the bot has to know what to.
            open_still = asked or vault.seal_with_waiting_key(
                Purpose.REFERRAL, place.encode(), plain, now
            )
            work.run(_REFERRAL, kept, open_still, row)
        for row, shown in work.rows(_TOPICS, case):
            work.run(_TOPIC, self._topic(old, f"{case}/topic".encode(), shown), row)

    def _topic(self, old: SealerOpener, place: bytes, shown: bytes | None) -> bytes | None:
        """Return what a topic shows, sealed for the desk; as it was where that does not open."""
        if shown is None:
            return None
        try:
            plain = old.open(Purpose.CASE, place, bytes(shown))
        except DecryptionError:  # sealed for the desk already, or forgotten
            return bytes(shown)
        return self._vault.seal(Purpose.TOPIC_MESSAGES, place, plain)

    def _files(self, work: Work, case: str, old: SealerOpener, new: Sealer, now: int) -> list[str]:
        beside = []
        for name, state, sealed, handle in work.rows(_FILES, case):
            plain = old.open(Purpose.FILE, name.encode(), bytes(sealed))
            called = handle
            if handle is None and state == TO_FETCH:  # it is still to be fetched
                needed = encode_fetch_handle(decode_file(plain))
                called = self._vault.seal_with_waiting_key(
                    Purpose.HANDLE, name.encode(), needed, now
                )
            work.run(_FILE, new.seal(Purpose.FILE, name.encode(), plain), called, name)
            if state == SAVED and (self._folder / name).exists():
                self._write_beside(name, old, new)
                beside.append(str(name))
        if beside:
            sync_folder(self._folder)
        return beside

    def _write_beside(self, name: str, old: SealerOpener, new: Sealer) -> None:
        pieces = list(open_chunks(old, name, self._folder / name))
        with (self._folder / f"{name}{UNFINISHED}").open("wb") as out:
            for place, piece in zip(chunk_associated_data(name, len(pieces)), pieces, strict=True):
                out.write(new.seal(Purpose.FILE, place, piece))
            out.flush()
            os.fsync(out.fileno())

    def _is_ready(self, work: Work, name: str) -> bool:
        """Tell whether what lies beside a file is sealed to its case's pair, and whole."""
        rows = work.rows(_FILE_STANDS, name)
        if not rows:
            return False
        sealed = self._vault.cases.load_row(work, str(rows[0][0]))
        return rows[0][1] == SAVED and sealed is not None and sealed[:1] == SEALED_TO_CASE

    # --- after the commit ---------------------------------------------------------------------

    def _put_in_place(self, name: str) -> None:
        """Let a file take the old one's place; what the old one held is overwritten."""
        path = self._folder / name
        with path.open("r+b") as old:
            (self._folder / f"{name}{UNFINISHED}").replace(path)
            sync_folder(self._folder)
            overwrite(old)


def reseal_some(database: Database, vault: Vault, directory: DataDirectory, now: int) -> None:
    """Seal some cases of older releases anew at a start, if anybody could open them then."""
    vault.rotate_epoch(now)
    database.writer.run_sync(lambda work: cut_handles(work, vault, now))
    if vault.cases.wraps.holders().teams:
        Resealing(database.writer, vault, directory.files, SYSTEM).some(now)


def cut_handles(work: Work, vault: Vault, now: int) -> None:
    """Keep only what fetching needs where an older release let the bot open more of a file."""
    work.run(_FORGET_HANDLES)
    for name, handle in work.rows(_HANDLES):
        place = name.encode()
        try:
            plain = vault.open(Purpose.HANDLE, place, bytes(handle))
        except DecryptionError:  # whoever fetches gives it up in the end
            continue
        needed = encode_fetch_handle(decode_file(plain))
        if plain != needed:
            work.run(_HANDLE, vault.seal_with_waiting_key(Purpose.HANDLE, place, needed, now), name)


def _anew(old: SealerOpener, new: Sealer, place: str, sealed: bytes) -> tuple[bytes, bytes]:
    """Return what is sealed in a case, in clear and sealed anew for the same place."""
    plain = old.open(Purpose.CASE, place.encode(), bytes(sealed))
    return plain, new.seal(Purpose.CASE, place.encode(), plain)
