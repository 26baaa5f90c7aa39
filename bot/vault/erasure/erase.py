"""Erasure of a case: its key, rows and files, a check that nothing is left, and a record of it.

The decision is stored first; then the key is erased, then the rows. Whenever the process dies,
either the whole case remains or none of it will: the next process that finds an unfinished erasure
deletes the rest (rows, files, SQLite's WAL).

The audit log keeps the id of the case, which then means nothing. In PostgreSQL deleted bytes remain
in its files and its WAL until they are reused: there the erasure rests on the erased key, and on
keeping that WAL from others.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, literal_column

from bot.errors import FileStorageError, UnderLegalHoldError
from bot.log import log
from bot.store import Database, Work, insert, select_by, select_in, update_by, upsert
from bot.store.tables.main import cases, erasures, files, legal_holds
from bot.vault.audit.log import SYSTEM, AuditLog
from bot.vault.erasure.delete_rows import (
    WRAPS,
    AlsoErase,
    StartedErasure,
    delete_case,
    erase_conversation,
    lock_case,
    remaining_tables,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

    from bot.store.blobs.protocol import Blobs, StoredBlob
    from bot.vault.vault import Vault

LISTED_AT_ONCE = 1000
"""Names that are compared with the database at a time."""


class ErasureReason(StrEnum):
    """Why a case was erased."""

    AGE = "age"
    """The retention period after closing is over."""
    WITHDRAWN = "withdrawn"
    """The person asked for it."""
    ABUSE = "abuse"
    MISTAKE = "mistake"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An erased case in a ledger."""

    case_hash: bytes
    """`Vault.erased_case_digest` of the case id."""
    begun_at: int
    """When the erasure began, in microseconds."""
    why: str
    """An `ErasureReason`."""


@dataclass(frozen=True, slots=True)
class Erasure(LedgerEntry):
    """The record of an erased case."""

    done_at: int | None
    """When a check found nothing left; None: not checked yet."""
    rows: int
    files: int


_HOLD_UNTIL = select_by(
    legal_holds, func.max(legal_holds.c.until),
    by=("case_id", legal_holds.c.agreed_by.is_not(None), legal_holds.c.until > bindparam("now")),
)  # fmt: skip
_KNOWN_FILES = select_in(files, "id", among="id")
_COLUMNS = ("case_hash", "case_id", "why", "begun_at", "done_at", "rows", "files")


_UPSERT = upsert(
    erasures, *_COLUMNS, key="case_hash", update=("case_id", "done_at"),
    on_conflict={  # the case came back with an old copy of the data
        name: erasures.c[name] + literal_column(f"excluded.{name}") for name in ("rows", "files")
    },
)  # fmt: skip
_ADD_IF_MISSING = insert(erasures, *_COLUMNS, unless_exists="case_hash")
_ADD_COUNTS = update_by(
    erasures, by="case_id",
    constants={name: erasures.c[name] + bindparam(f"more_{name}") for name in ("rows", "files")},
)  # fmt: skip
_SET_DONE = update_by(erasures, "done_at", by="case_id", constants={"case_id": None})
_LEDGER = select_by(
    erasures, "case_hash", "begun_at", "why", "done_at", "rows", "files", order_by="id"
)
_UNFINISHED = select_by(erasures, "case_id", by=erasures.c.case_id.is_not(None), order_by="id")
_ALL_CASES = select_by(cases, "id")


class Erasures:
    """Erases cases, their sealed files included, and records each erasure.

    `also_erase` erase other data of a case and its chat, in the same unit of work; by default the
    whole conversation.
    """

    TRIES = 20
    WAIT = 0.25
    """Seconds between tries to truncate the WAL while there are readers."""

    def __init__(
        self, vault: Vault, audit: AuditLog, blobs: Blobs, also_erase: Sequence[AlsoErase] = ()
    ) -> None:
        self._vault = vault
        self._audit = audit
        self._blobs = blobs
        self._has_checked_files = False
        """Whether this process has looked for files that a killed process left."""
        self._also_erase = tuple(also_erase) or (erase_conversation,)

    @staticmethod
    def load_all(work: Work) -> list[Erasure]:
        """Return the record of every erasure, oldest first."""
        return [Erasure(bytes(row[0]), *row[1:]) for row in work.rows(_LEDGER)]

    @staticmethod
    def unfinished(work: Work) -> list[str]:
        """Return the cases whose erasure is not finished."""
        return [str(case) for (case,) in work.rows(_UNFINISHED)]

    @staticmethod
    def legal_hold_until(work: Work, case: str, now: int) -> int | None:
        """Return until when a legal hold keeps a case; None without one."""
        until = work.rows(_HOLD_UNTIL, case, now)[0][0]
        return None if until is None else int(until)

    async def erase(
        self, database: Database, case: str, why: str, by: str, now: int
    ) -> tuple[str, ...] | None:
        """Erase a case; return the names of what is left of it, None if there is no such case.

        Raises:
            UnderLegalHoldError: a legal hold keeps it.
        """
        if not await database.writer.run(lambda work: self.decide(work, case, why, by, now)):
            return None
        begun = await database.writer.run(lambda work: self._delete_decided(work, case, now))
        return await self.complete(database, begun, now)

    async def finish(self, database: Database, now: int) -> int:
        """Finish earlier erasures; return how many are finished now.

        While the storage of files fails, none is: their rows no longer say which files they had.
        """
        waiting = await database.writer.run(self.unfinished)
        if waiting or not self._has_checked_files:
            try:
                await self.delete_unknown_files(database)
            except FileStorageError as error:
                log.error("file_storage_failed", error=type(error).__name__, count=len(waiting))
                return 0
            self._has_checked_files = True
        gone = 0
        for case in waiting:
            begun = await database.writer.run(partial(self._delete_decided, case=case, now=now))
            gone += await self.complete(database, begun, now) == ()
        return gone

    def evict_erased_keys(self, work: Work) -> int:
        """Remove keys from memory whose case another process erased; return how many."""
        return self._vault.cases.evict_erased(work)

    def check_no_hold(self, work: Work, case: str, now: int) -> None:
        """Check that no legal hold keeps a case, and lock it until this unit ends.

        Raises:
            UnderLegalHoldError: a legal hold keeps it.
        """
        if lock_case(work, case) is not None and self.legal_hold_until(work, case, now) is not None:
            raise UnderLegalHoldError(
                "this case is under legal hold; haven legal-hold list says until when"
            )

    def decide(self, work: Work, case: str, why: str, by: str, now: int) -> bool:
        """Store the decision to erase a case; tell whether there is such a case.

        After this commit it will be erased whatever happens. The key store is another database, so
        without a stored decision a crash could leave rows that nothing opens.

        Raises:
            UnderLegalHoldError: a legal hold keeps it.
        """
        self.check_no_hold(work, case, now)
        if lock_case(work, case) is None:
            return False
        self._record(work, StartedErasure(case, ()), why, now)
        self._audit.record(work, now, by, "erase", case, why)
        return True

    def start(self, work: Work, case: str, why: str, by: str, now: int) -> StartedErasure | None:
        """Decide, erase the key and delete the rows in one unit; None if there is no such case.

        Raises:
            UnderLegalHoldError: a legal hold keeps it.
        """
        is_decided = self.decide(work, case, why, by, now)
        return self._delete_decided(work, case, now) if is_decided else None

    def _delete_decided(self, work: Work, case: str, now: int) -> StartedErasure:
        begun = self._delete_rows(work, case, now) or StartedErasure(case, ())
        work.run(_ADD_COUNTS, begun.rows, len(begun.files), case)
        return begun

    def replay(self, work: Work, erased: Iterable[LedgerEntry], now: int) -> list[StartedErasure]:
        """Erase again, by a ledger, the cases that came back with an old copy of the data.

        All entries of the ledger are recorded here. Legal holds in the old copy do not count: these
        cases were erased lawfully. `complete` must follow for each.
        """
        ledger = {gone.case_hash: gone for gone in erased}
        found = []
        for (case,) in work.rows(_ALL_CASES):
            gone = ledger.get(self._vault.erased_case_digest(case))
            begun = None if gone is None else self._delete_rows(work, case, now)
            if gone is not None and begun is not None:
                self._record(work, begun, gone.why, gone.begun_at)
                self._audit.record(work, now, SYSTEM, "erase_again", case, gone.why)
                found.append(begun)
        known = [
            (gone.case_hash, None, gone.why, gone.begun_at, gone.begun_at, 0, 0)
            for gone in ledger.values()
        ]
        work.many(_ADD_IF_MISSING, known)
        return found

    def _delete_rows(self, work: Work, case: str, now: int) -> StartedErasure | None:
        self._vault.cases.erase(case)  # the key first: durable before a row is deleted
        return delete_case(work, case, self._also_erase, now)

    def _record(self, work: Work, begun: StartedErasure, why: str, at: int) -> None:
        known_by = self._vault.erased_case_digest(begun.case)
        work.run(_UPSERT, known_by, begun.case, str(why), at, None, begun.rows, len(begun.files))

    async def complete(
        self, database: Database, begun: StartedErasure, now: int
    ) -> tuple[str, ...]:
        """Delete the files, and WAL copies of rows, after the commit; return what is left."""
        self._vault.cases.evict(begun.case)  # a reader may have cached it before the commit
        left = await asyncio.to_thread(self._delete_files, begun.files)
        left += await asyncio.to_thread(self._remaining_rows, database, begun)
        if not await self._truncate_wals(database):
            left.append("log")
        if left:
            log.error("erasure_unfinished", case=begun.case, count=len(left))
        else:
            await database.writer.run(lambda work: work.run(_SET_DONE, now, begun.case))
            log.info("case_erased", case=begun.case, count=begun.rows)
        return tuple(left)

    async def delete_unknown_files(self, database: Database) -> int:
        """Delete files that belong to no case; return how many.

        Raises:
            FileStorageError: the storage of files fails, or keeps what is deleted.
        """
        stored, count = self._blobs.list(), 0
        while names := await asyncio.to_thread(lambda: sorted({it.name for it in _some(stored)})):
            known = await database.writer.run(partial(_known_files, names=names))
            gone = [name for name in names if name not in known]
            await asyncio.to_thread(self._blobs.delete, gone)
            count += len(gone)
        return count

    def _delete_files(self, names: Sequence[str]) -> list[str]:
        """Delete files; return those that are left, or may be."""
        try:
            self._blobs.delete(names)
            return sorted(self._blobs.existing(names))
        except FileStorageError as error:
            log.error("file_storage_failed", error=type(error).__name__, count=len(names))
            return sorted(names)

    def _remaining_rows(self, database: Database, begun: StartedErasure) -> list[str]:
        keys = self._vault.keys
        left = remaining_tables(database, begun.case)
        return left + (remaining_tables(keys.database, begun.case, WRAPS) if keys else [])

    async def _truncate_wals(self, database: Database) -> bool:
        keys = self._vault.keys
        return await self._retry(database.writer.truncate_wal) and (
            keys is None or await self._retry(keys.truncate_wal)
        )

    async def _retry(self, truncate: Callable[[], Awaitable[bool]]) -> bool:
        for _try in range(self.TRIES):
            if await truncate():
                return True
            await asyncio.sleep(self.WAIT)
        return False


def _some(stored: Iterator[StoredBlob]) -> list[StoredBlob]:
    return list(islice(stored, LISTED_AT_ONCE))


def _known_files(work: Work, names: Sequence[str]) -> set[str]:
    return {name for (name,) in work.rows_in(_KNOWN_FILES, names)}
