"""Erase a case: its key, rows and files; then look whether anything is left, and write it down.

That it is erased is written down first; then the key goes, and the rows. Whenever the process dies,
either everything is there, or nothing of the case will be: what is left to do (rows, files to
unlink, SQLite's log to cut) is done by whoever finds the erasure unfinished.

The audit log keeps the case's id, which means nothing any more. In PostgreSQL deleted bytes stay in
its files and its log until they are reused: there the erasure rests on the key being gone, and on
that log being kept from others.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import bindparam, func, select, update

from bot.errors import UnderLegalHoldError
from bot.log import log
from bot.store.compiled import Prepared, PreparedList, insert_into
from bot.store.tables.main import cases, erasures, files, legal_holds
from bot.vault.audit.log import SYSTEM
from bot.vault.erasure.delete_rows import (
    StartedErasure,
    delete_case,
    erase_conversation,
    lock_case,
    remaining_tables,
    remaining_wraps,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from io import BufferedRandom
    from pathlib import Path

    from sqlalchemy.sql.elements import ClauseElement

    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault.audit.log import AuditLog
    from bot.vault.erasure.delete_rows import AlsoErase
    from bot.vault.vault import Vault

ZEROS = bytes(64 * 1024)
UNFINISHED = ".part"


class ErasureReason(StrEnum):
    """Why a case was erased."""

    AGE = "age"
    """It was closed long enough ago."""
    WITHDRAWN = "withdrawn"
    """The person wanted it gone, as a caseworker judged."""
    ABUSE = "abuse"
    MISTAKE = "mistake"


class ErasedCase(Protocol):
    """What a ledger says of a case that is gone."""

    @property
    def case_hash(self) -> bytes:
        """Return what the case is known by."""

    @property
    def begun_at(self) -> int:
        """Return when."""

    @property
    def why(self) -> str:
        """Return why, a code."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One case that is gone."""

    case_hash: bytes
    """What it is known by to whoever has the host key: `Vault.erased`."""
    why: str
    begun_at: int
    done_at: int | None
    """When it was seen that nothing is left; none: that is still to be seen."""
    rows: int
    files: int


_HOLD_UNTIL = Prepared(
    lambda _: select(func.max(legal_holds.c.until)).where(
        legal_holds.c.case_id == bindparam("case"),
        legal_holds.c.agreed_by.is_not(None),
        legal_holds.c.until > bindparam("now"),
    ),
    "case",
    "now",
)
_KNOWN_FILES = PreparedList(lambda values: select(files.c.id).where(files.c.id.in_(values)))
_NAMES = ("case_hash", "case_id", "why", "begun_at", "done_at", "rows", "files")


def _upsert(dialect: str) -> ClauseElement:
    new = insert_into(dialect, erasures).values({name: bindparam(name) for name in _NAMES})
    return new.on_conflict_do_update(  # it had come back with an old copy of the data
        index_elements=["case_hash"],
        set_={
            "case_id": new.excluded.case_id,
            "done_at": new.excluded.done_at,
            "rows": erasures.c.rows + new.excluded.rows,
            "files": erasures.c.files + new.excluded.files,
        },
    )


_UPSERT = Prepared(_upsert, *_NAMES)
_ADD_IF_MISSING = Prepared(
    lambda dialect: (
        insert_into(dialect, erasures)
        .values({name: bindparam(name) for name in _NAMES})
        .on_conflict_do_nothing(index_elements=["case_hash"])
    ),
    *_NAMES,
)
_ADD_COUNTS = Prepared(
    lambda _: (
        update(erasures)
        .where(erasures.c.case_id == bindparam("case"))
        .values(
            rows=erasures.c.rows + bindparam("some"), files=erasures.c.files + bindparam("others")
        )
    ),
    "some",
    "others",
    "case",
)
_SET_DONE = Prepared(
    lambda _: (
        update(erasures)
        .where(erasures.c.case_id == bindparam("case"))
        .values(case_id=None, done_at=bindparam("at"))
    ),
    "at",
    "case",
)
_LEDGER = Prepared(
    lambda _: select(
        erasures.c.case_hash, erasures.c.why, erasures.c.begun_at, erasures.c.done_at,
        erasures.c.rows, erasures.c.files,
    ).order_by(erasures.c.id)
)  # fmt: skip
_UNFINISHED = Prepared(
    lambda _: select(erasures.c.case_id).where(erasures.c.case_id.is_not(None)).order_by(
        erasures.c.id
    )
)  # fmt: skip
_ALL_CASES = Prepared(lambda _: select(cases.c.id))


class Erasures:
    """Erases cases, and keeps the ledger of what was erased.

    Args:
        vault: lets go of the keys.
        audit: hears of it.
        folder: where files lie sealed.
        beside: forget, in the same unit of work, what else is known of a case and its chat; where
            nobody says, its whole conversation is forgotten.
    """

    TRIES = 20
    WAIT = 0.25
    """Seconds between two tries to cut the log while somebody reads."""

    def __init__(
        self, vault: Vault, audit: AuditLog, folder: Path, also_erase: Sequence[AlsoErase] = ()
    ) -> None:
        self._vault = vault
        self._audit = audit
        self._folder = folder
        self._has_checked_files = False
        """Whether files that a process left when it was killed were looked for since."""
        self._also_erase = tuple(also_erase) or (erase_conversation,)

    @staticmethod
    def load_all(work: Work) -> list[Erasure]:
        """Return everything that was ever erased, oldest first."""
        return [Erasure(bytes(row[0]), *row[1:]) for row in work.rows(_LEDGER)]

    @staticmethod
    def unfinished(work: Work) -> list[str]:
        """Return the cases of which something may be left."""
        return [str(case) for (case,) in work.rows(_UNFINISHED)]

    @staticmethod
    def legal_hold_until(work: Work, case: str, now: int) -> int | None:
        """Return until when a case must be kept by law; None: it need not be."""
        until = work.rows(_HOLD_UNTIL, case, now)[0][0]
        return None if until is None else int(until)

    async def erase(
        self, database: Database, case: str, why: str, by: str, now: int
    ) -> tuple[str, ...] | None:
        """Erase a case and see that nothing is left; return what is, None for no such case.

        Raises:
            UnderHold: it must be kept.
        """
        if not await database.writer.run(lambda work: self.decide(work, case, why, by, now)):
            return None
        begun = await database.writer.run(lambda work: self._delete_decided(work, case, now))
        return await self.complete(database, begun, now)

    async def finish(self, database: Database, now: int) -> int:
        """Do what earlier erasures left to be done; return how many are finished now."""
        waiting = await database.writer.run(self.unfinished)
        if waiting or not self._has_checked_files:
            await self.delete_unknown_files(database)
            self._has_checked_files = True
        gone = 0
        for case in waiting:
            begun = await database.writer.run(partial(self._delete_decided, case=case, now=now))
            gone += await self.complete(database, begun, now) == ()
        return gone

    def evict_erased_keys(self, work: Work) -> int:
        """Let go the keys of cases that another process has erased; return how many."""
        return self._vault.cases.evict_erased(work)

    # --- in one unit of work ------------------------------------------------------------------

    def check_no_hold(self, work: Work, case: str, now: int) -> None:
        """See that nobody keeps a case, and that nobody can before this unit ends.

        Raises:
            UnderHold: it must be kept.
        """
        if lock_case(work, case) is not None and self.legal_hold_until(work, case, now) is not None:
            raise UnderLegalHoldError(
                "this case is under legal hold; haven hold list says until when"
            )

    def decide(self, work: Work, case: str, why: str, by: str, now: int) -> bool:
        """Write down that a case is erased; tell whether there is such a case.

        From this commit on it will be, whatever happens: keys may lie in another database, and
        nobody is left with rows that nothing opens.

        Raises:
            UnderHold: it must be kept.
        """
        self.check_no_hold(work, case, now)
        if lock_case(work, case) is None:
            return False
        self._record(work, StartedErasure(case, ()), why, now)
        self._audit.record(work, now, by, "erase", case, why)
        return True

    def start(self, work: Work, case: str, why: str, by: str, now: int) -> StartedErasure | None:
        """Decide, shred a case's key and delete its rows, at once; None for no such case.

        Raises:
            UnderHold: it must be kept.
        """
        return (
            self._delete_decided(work, case, now) if self.decide(work, case, why, by, now) else None
        )

    def _delete_decided(self, work: Work, case: str, now: int) -> StartedErasure:
        """Shred what was decided upon, or what is left of it."""
        begun = self._delete_rows(work, case, now)
        if begun is None:
            return StartedErasure(case, ())
        work.run(_ADD_COUNTS, begun.rows, len(begun.files), case)
        return begun

    def replay(self, work: Work, erased: Iterable[ErasedCase], now: int) -> list[StartedErasure]:
        """Erase again, from a ledger, what came back with an old copy of the data.

        Whatever the ledger says is taken into this one. Holds that the old copy knows do not stand
        in the way: what is erased again was erased lawfully. `complete` has to follow for each.
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
        self._vault.cases.erase(case)  # what opens it first: durable before a row is gone
        return delete_case(work, case, self._also_erase, now)

    def _record(self, work: Work, begun: StartedErasure, why: str, at: int) -> None:
        known_by = self._vault.erased_case_digest(begun.case)
        work.run(_UPSERT, known_by, begun.case, str(why), at, None, begun.rows, len(begun.files))

    # --- after the commit ---------------------------------------------------------------------

    async def complete(
        self, database: Database, begun: StartedErasure, now: int
    ) -> tuple[str, ...]:
        """Remove the files and the log's copy of the rows; return what is left, by name."""
        self._vault.cases.evict(begun.case)  # whoever read it before the commit remembered it
        await asyncio.to_thread(self.wipe, begun.files)
        left = list(await asyncio.to_thread(self._remaining, database, begun))
        if not await self._truncate_wals(database):
            left.append("log")
        if left:
            log.error("erasure_unfinished", case=begun.case, count=len(left))
        else:
            await database.writer.run(lambda work: work.run(_SET_DONE, now, begun.case))
            log.info("case_erased", case=begun.case, count=begun.rows)
        return tuple(left)

    async def delete_unknown_files(self, database: Database) -> int:
        """Remove files no case knows of; return how many."""
        lying = await asyncio.to_thread(self._stored_names)
        names = sorted({name.removesuffix(UNFINISHED) for name in lying})
        known = await database.writer.run(
            lambda work: {name for (name,) in work.rows_in(_KNOWN_FILES, names)}
        )
        gone = [name for name in names if name not in known]
        await asyncio.to_thread(self.wipe, gone)
        return len(gone)

    def wipe(self, names: Sequence[str]) -> None:
        """Overwrite and unlink files, finished or not."""
        found = [self._folder / f"{name}{end}" for name in names for end in ("", UNFINISHED)]
        paths = [path for path in found if path.exists()]
        for path in paths:
            with path.open("r+b") as file:
                overwrite(file)
            path.unlink(missing_ok=True)
        if paths:
            sync_folder(self._folder)

    def _stored_names(self) -> list[str]:
        return [path.name for path in self._folder.iterdir()] if self._folder.exists() else []

    def _remaining(self, database: Database, begun: StartedErasure) -> list[str]:
        lying = {name.removesuffix(UNFINISHED) for name in self._stored_names()}
        keys = self._vault.keys
        left = remaining_tables(database, begun.case) + (
            remaining_wraps(keys.database, begun.case) if keys else []
        )
        return left + sorted(lying & set(begun.files))

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


def overwrite(file: BufferedRandom) -> None:
    """Write nothing over all that an open file holds."""
    left = file.seek(0, os.SEEK_END)
    file.seek(0)
    while left > 0:
        left -= file.write(ZEROS[:left])
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make what a folder names durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
