"""The audit log: who did what, in a chain of MACs that shows every change.

Each row has a MAC over itself and the row before it, with a key derived from the root. Without the
host key, write access to the database is not enough to change, remove, insert or move a row. It is
enough to cut off the end; that shows against a head, a row's number and MAC kept where the attacker
cannot write. A plain chain of hashes would not do: an attacker could compute it again.

Rows older than two years are deleted, but only those before a head that was written down, so that
the head still proves what is kept; without a head the whole log stays. The last row that goes stays
as a mark without content, and a new row at the end records the cut. The next row's MAC covers the
mark's, and the record of the cut, which needs the key, shows that the mark belongs there. A head
from before the mark can no longer be checked and is reported as too old, so that even a holder of
the key cannot hide behind a cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from hmac import compare_digest
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec
from sqlalchemy import bindparam, func, literal, select

from bot.clock import DAY
from bot.store import Prepared, Work, delete_by, insert, select_by, select_one, update_by
from bot.store.faults import is_store_error
from bot.store.tables.main import audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from bot.store.database import Database
    from bot.vault.vault import Vault

T = TypeVar("T")
OPERATOR = "operator"
"""The actor of commands on this host."""
SYSTEM = "house"
"""The actor of what Haven does by itself."""
INITIAL_MAC = bytes(32)
LOWEST = -(2**63)
"""Ids start here, so that inserted rows with negative ids are seen."""
TRUNCATED, AUDIT_LOG = "cut", "log"
CUT_MARK = (0, SYSTEM, "cut_here", AUDIT_LOG, "")
PAGE_SIZE = 1000
HEAD_DIGITS = 16
"""Hexadecimal digits of the MAC in a head: 64 bits can be written down and not guessed."""
_APPEND_LOCK = 0x48415645
"""The number of the advisory lock for appending in PostgreSQL."""
_CODE = re.compile(r"[A-Za-z0-9_.:/,;+-]*")
_HEAD_FORMAT = re.compile(rf"(\d{{1,18}}):([0-9a-f]{{{HEAD_DIGITS}}})")
_MAX_LENGTHS = {"actor": 32, "deed": 24, "subject": 40, "detail": 200}

_TAKE_LOCK = Prepared(lambda _: select(func.pg_advisory_xact_lock(literal(_APPEND_LOCK))))
_LAST = select_by(audit, "id", "mac", order_by=audit.c.id.desc(), limit=1)
AUDIT_COLUMNS = ("id", "at", "actor", "deed", "subject", "detail", "mac")
"""In the order in which the MAC covers them."""
_ADD = insert(audit, *AUDIT_COLUMNS)
_FROM = audit.c.id >= bindparam("lowest")
_PAGE_FROM = select_by(audit, *AUDIT_COLUMNS, by=_FROM, order_by="id", limit=bindparam("most"))
_NUMBERS = select_by(audit, "id", by=_FROM, order_by="id", limit=bindparam("most"))
_BY_SUBJECT = select_by(audit, *AUDIT_COLUMNS, by="subject", order_by="id")
_SINCE = (audit.c.deed == bindparam("deed"), audit.c.at > bindparam("since"))
_HAS = select_by(audit, "id", by=("subject", "actor", *_SINCE), limit=1)
_canonical = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A row of the log: one action."""

    id: int
    at: int
    actor: str
    action: str
    subject: str
    detail: str
    mac: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuditHead:
    """A row's number and the beginning of its MAC, to be kept away from this host.

    The rows up to it cannot be cut off or replaced unnoticed.
    """

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"

    @classmethod
    def from_row(cls, number: int, mac: bytes) -> AuditHead:
        """Return the head of a log that ends with a row."""
        return cls(number, mac.hex()[:HEAD_DIGITS])

    @classmethod
    def parse(cls, written: str) -> AuditHead | None:
        """Return a head from its text, None if the text is no head."""
        found = _HEAD_FORMAT.fullmatch(written.strip().lower())
        return cls(int(found[1]), found[2]) if found else None


class AuditFault(StrEnum):
    """Faults of a log."""

    MISSING = "missing"
    """A row was removed."""
    INSERTED = "inserted"
    """A row has a number that no row should have."""
    ALTERED = "altered"
    """A row was changed, moved, inserted, or made with another key."""
    CUT = "cut"
    """The log ends before a head that was written down."""
    TOO_OLD = "too_old"
    """A head is of a row before the oldest that is kept."""
    REPLACED = "replaced"
    """A row differs from its head: the log was cut and continued."""


@dataclass(frozen=True, slots=True)
class AuditBreak:
    """The first faulty row of a log."""

    number: int
    fault: AuditFault


class AuditLog:
    """Records actions, in the unit of work that performs them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def record(
        self, work: Work, now: int, actor: str, action: str, subject: str, detail: str = ""
    ) -> None:
        """Record an action when the unit ends, in the same commit.

        `actor` is a caseworker's id, `OPERATOR` or `SYSTEM`; `subject` an id. `detail` holds codes,
        never text of a person: anything else is stored as `?`.
        """
        codes = (("actor", actor), ("deed", action), ("subject", subject), ("detail", detail))
        entry = (now, *(_code(name, value) for name, value in codes))
        work.before_commit(lambda work: self._append(work, entry))

    def _append(self, work: Work, entry: tuple[object, ...]) -> None:
        self._take_lock(work)
        work.run(_ADD, *self.next_row(*_last_row(work), entry))

    def next_row(self, last: int, before: bytes, entry: tuple[object, ...]) -> tuple[object, ...]:
        """Return the row (time, actor, action, subject, detail) after number `last`, with its MAC.

        `before` is the MAC of that other row.
        """
        row = (last + 1, *entry)
        return (*row, self._vault.chain_mac(before, _canonical(row)))

    @staticmethod
    def _take_lock(work: Work) -> None:
        """Wait for other processes that append; SQLite has one writer anyway."""
        if work.dialect == "postgresql":
            work.rows(_TAKE_LOCK)

    def rows_about(self, work: Work, subject: str) -> list[AuditRow]:
        """Return the rows about a subject, oldest first."""
        work.run_deferred()
        return [AuditRow(*row) for row in work.rows(_BY_SUBJECT, subject)]

    @staticmethod
    def has_row(work: Work, action: str, subject: str, actor: str, since: int) -> bool:
        """Tell whether someone did something to a subject after a moment."""
        work.run_deferred()
        return bool(work.rows(_HAS, subject, actor, action, since))

    def head(self, work: Work) -> AuditHead:
        """Return the head of the log."""
        work.run_deferred()
        number, mac = _last_row(work)
        return AuditHead.from_row(number, mac)

    def verify_stored(
        self, database: Database, heads: Iterable[AuditHead] = ()
    ) -> AuditHead | AuditBreak:
        """Return the head of the log in a database, or its first fault.

        All of it is read in one moment: old rows that are deleted meanwhile leave no gap.
        """
        return database.read(lambda work: self.verify(iter_rows(_OpenUnit(work)), heads))

    def verify(
        self, rows: Iterable[tuple[Any, ...]], heads: Iterable[AuditHead] = ()
    ) -> AuditHead | AuditBreak:
        """Return the head of a log, or its first fault; `rows` are all in order (`iter_rows`)."""
        by_number = sorted(heads, key=lambda head: head.number)
        left = iter(rows)
        first = next(left, None)
        if first is not None and parse_mark(first) is not None:
            return self._verify_cut(first, left, by_number)
        rest = left if first is None else chain([first], left)
        return self._verify(rest, by_number, 0, INITIAL_MAC)

    def _verify_cut(
        self, first: tuple[Any, ...], rest: Iterator[tuple[Any, ...]], heads: list[AuditHead]
    ) -> AuditHead | AuditBreak:
        """Verify a log that begins with a mark, which a later row must record."""
        mark = AuditHead.from_row(first[0], _mac_bytes(first[-1]))
        if heads and heads[0].number < mark.number:
            return AuditBreak(heads[0].number, AuditFault.TOO_OLD)
        if any(head.number == mark.number and head != mark for head in heads):
            return AuditBreak(mark.number, AuditFault.REPLACED)
        cuts: list[str] = []

        def collect_cuts() -> Iterator[tuple[Any, ...]]:
            for row in rest:
                if row[3:5] == (TRUNCATED, AUDIT_LOG):
                    cuts.append(str(row[5]))
                yield row

        found = self._verify(collect_cuts(), heads, mark.number, _mac_bytes(first[-1]))
        if isinstance(found, AuditHead) and str(mark) not in cuts:
            return AuditBreak(1, AuditFault.MISSING)
        return found

    def _verify(
        self, rows: Iterable[tuple[Any, ...]], heads: list[AuditHead], number: int, before: bytes
    ) -> AuditHead | AuditBreak:
        for row in rows:
            if row[0] > number + 1:
                return AuditBreak(number + 1, AuditFault.MISSING)
            if row[0] <= number:
                return AuditBreak(row[0], AuditFault.INSERTED)
            mac = _mac_bytes(row[-1])
            if not compare_digest(mac, self._vault.chain_mac(before, _canonical(row[:-1]))):
                return AuditBreak(row[0], AuditFault.ALTERED)
            number, before = row[0], mac
            here = AuditHead.from_row(number, mac)
            if any(head.number == number and head != here for head in heads):
                return AuditBreak(number, AuditFault.REPLACED)
        if heads and heads[-1].number > number:
            return AuditBreak(number + 1, AuditFault.CUT)
        return AuditHead.from_row(number, before)


def parse_mark(row: tuple[Any, ...]) -> AuditHead | None:
    """Return the head that the mark of a cut stands for; None if a row is no mark."""
    if tuple(row[1:-1]) != CUT_MARK or not isinstance(row[0], int):
        return None
    return AuditHead.from_row(row[0], _mac_bytes(row[-1]))


def _last_row(work: Work) -> tuple[int, bytes]:
    found = work.rows(_LAST)
    return (found[0][0], _mac_bytes(found[0][1])) if found else (0, INITIAL_MAC)


class UnitRunner(Protocol):
    """What runs units of work: a writer one after the other."""

    def run_sync(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work and return its result."""


class _OpenUnit:
    """Runs units of work within one that is open: they read its moment."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def run_sync(self, unit: Callable[[Work], T]) -> T:
        return unit(self._work)


def iter_rows(runner: UnitRunner) -> Iterator[tuple[Any, ...]]:
    """Yield every row in order, one page per unit of work, so that no page is large."""
    lowest = LOWEST
    while page := _load_page(runner, lowest):
        yield from page
        lowest = page[-1][0] + 1


def _load_page(runner: UnitRunner, lowest: int) -> list[tuple[Any, ...]]:
    page = _try_load(runner, lowest, PAGE_SIZE)
    if page is not None:
        return page
    numbers = runner.run_sync(lambda work: work.rows(_NUMBERS, lowest, PAGE_SIZE))
    unreadable = (None,) * (len(AUDIT_COLUMNS) - 1)
    return [(_try_load(runner, it, 1) or [(it, *unreadable)])[0] for (it,) in numbers]


def _try_load(runner: UnitRunner, lowest: int, most: int) -> list[tuple[Any, ...]] | None:
    try:
        return runner.run_sync(lambda work: work.rows(_PAGE_FROM, lowest, most))
    except Exception as error:
        if is_store_error(error):
            raise
        return None  # an attacker may store what the driver cannot decode


def _mac_bytes(value: object) -> bytes:
    """Return a MAC as bytes; other types are the MAC of no row."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _code(name: str, value: str) -> str:
    return value if _CODE.fullmatch(value) and len(value) <= _MAX_LENGTHS[name] else "?"


KEEP_FOR = 2 * 365 * DAY
BATCH_SIZE = 2000
"""Rows deleted in one round."""

_FIRST = select_by(audit, func.min(audit.c.id))
_FIRST_KEPT = select_by(
    audit,
    func.min(audit.c.id),
    by=(audit.c.at >= bindparam("before"), audit.c.id > bindparam("first")),
)
_MAC_AT = select_one(audit, "mac", by="id")
_DELETE = delete_by(audit, by=audit.c.id < bindparam("number"))
_SET_MARK = update_by(
    audit,
    by="id",
    constants=dict(zip(("at", "actor", "deed", "subject", "detail"), CUT_MARK, strict=True)),
)


class AuditTruncation:
    """Deletes old rows of the log; `anchor` is the file with the last head that was printed."""

    def __init__(self, audit: AuditLog, anchor: Path) -> None:
        self._audit = audit
        self._anchor = anchor

    def truncate(self, work: Work, now: int) -> int:
        """Delete old rows; return how many."""
        head = self._written_head()
        first = work.rows(_FIRST)[0][0]
        if head is None or first is None:
            return 0
        young = work.rows(_FIRST_KEPT, now - KEEP_FOR, first)[0][0]
        oldest = head.number if young is None else young - 1
        at = min(oldest, head.number, first + BATCH_SIZE)
        found = work.rows(_MAC_AT, at) if at > first else []
        if not found:
            return 0
        gone = work.run(_DELETE, at)
        work.run(_SET_MARK, at)
        mark = AuditHead.from_row(at, bytes(found[0][0]))
        self._audit.record(work, now, SYSTEM, TRUNCATED, AUDIT_LOG, str(mark))
        return gone

    def _written_head(self) -> AuditHead | None:
        try:
            return AuditHead.parse(self._anchor.read_text(encoding="ascii", errors="replace"))
        except OSError:
            return None
