"""The audit log: who did what to what, in a chain no row of which can be changed unnoticed.

Every row carries a proof of itself and of the row before it, made with a key of its own, derived
from the root, which lies under the host key: whoever can write to the database and has not the host
key can neither change, take out, put in nor move a row. They can cut the end off: that shows
against a `Head`, a row's number and proof, kept where they cannot write.

What is older than two years is cut off at the front: the last row of it stays as a mark without
content, and a row at the end says so. The mark's proof is proven by the row behind it; that it may
stand there, by the row that tells of the cut, which nobody without the key can make. A head that
was written down before the mark can no longer be looked at, and is said to be too old: so whoever
has the key cannot hide behind a cut either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from hmac import compare_digest
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, func, literal, select

from bot.errors import CommitFailedError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.main import audit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.store.writer import Work, Writer
    from bot.vault.vault import Vault

OPERATOR = "operator"
"""Who acts at the command line of this host."""
SYSTEM = "house"
"""Haven itself, by the clock."""
INITIAL_MAC = bytes(32)
LOWEST = -(2**63)
"""A number somebody else may have put in is looked at too."""
TRUNCATED, AUDIT_LOG = "cut", "log"
CUT_MARK = (0, SYSTEM, "cut_here", AUDIT_LOG, "")
"""What stands in the row at which a log was cut: nothing."""
PAGE_SIZE = 1000
HEAD_DIGITS = 16
"""Of a proof, in a head: 64 bits can be written down, and nobody meets them by chance."""
_APPEND_LOCK = 0x48415645
"""The number of the lock under which PostgreSQL lets one append after the other."""
_CODE = re.compile(r"[A-Za-z0-9_.:/,;+-]*")
_HEAD_FORMAT = re.compile(rf"(\d{{1,18}}):([0-9a-f]{{{HEAD_DIGITS}}})")
_MAX_LENGTHS = {"actor": 32, "deed": 24, "subject": 40, "detail": 200}

_TAKE_LOCK = Prepared(lambda _: select(func.pg_advisory_xact_lock(literal(_APPEND_LOCK))))
_LAST = Prepared(
    lambda _: select(audit.c.id, audit.c.mac).order_by(audit.c.id.desc()).limit(literal(1))
)
AUDIT_COLUMNS = ("id", "at", "actor", "deed", "subject", "detail", "mac")
"""Of a row, in the order it is proven in."""
_ADD = Prepared(
    lambda dialect: insert_into(dialect, audit).values(
        {name: bindparam(name) for name in AUDIT_COLUMNS}
    ),
    *AUDIT_COLUMNS,
)
_PAGE_FROM = Prepared(
    lambda _: (
        select(*(audit.c[name] for name in AUDIT_COLUMNS))
        .where(audit.c.id >= bindparam("lowest"))
        .order_by(audit.c.id)
        .limit(bindparam("most"))
    ),
    "lowest",
    "most",
)
_NUMBERS = Prepared(
    lambda _: (
        select(audit.c.id)
        .where(audit.c.id >= bindparam("lowest"))
        .order_by(audit.c.id)
        .limit(bindparam("most"))
    ),
    "lowest",
    "most",
)
_BY_SUBJECT = Prepared(
    lambda _: (
        select(*(audit.c[name] for name in AUDIT_COLUMNS))
        .where(audit.c.subject == bindparam("about"))
        .order_by(audit.c.id)
    ),
    "about",
)
_canonical = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One deed."""

    id: int
    at: int
    actor: str
    action: str
    subject: str
    detail: str
    mac: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuditHead:
    """A row's number and the beginning of its proof, to be kept where nobody here can write.

    The rows up to it can no longer be cut off, or replaced by others, unnoticed.
    """

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"

    @classmethod
    def from_row(cls, number: int, mac: bytes) -> AuditHead:
        """Return the head of a log that ends with this row."""
        return cls(number, mac.hex()[:HEAD_DIGITS])

    @classmethod
    def parse(cls, written: str) -> AuditHead | None:
        """Return a head from how it is written down, None when that is no head."""
        found = _HEAD_FORMAT.fullmatch(written.strip().lower())
        return cls(int(found[1]), found[2]) if found else None


class AuditFault(StrEnum):
    """What is wrong with a log."""

    MISSING = "missing"
    """A row was taken out."""
    INSERTED = "inserted"
    """A row has a number no row should have."""
    ALTERED = "altered"
    """A row is not what was written there: it was changed, moved, put in, or made elsewhere."""
    CUT = "cut"
    """The log ends before a row that was written down as its head."""
    TOO_OLD = "too_old"
    """A head was written down of a row that lies before what is kept."""
    REPLACED = "replaced"
    """A row is another than the one that was written down: the log was cut and went on."""


@dataclass(frozen=True, slots=True)
class AuditBreak:
    """The first row at which a log does not hold."""

    number: int
    fault: AuditFault


class AuditLog:
    """Writes deeds down, inside the unit of work that does them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def record(  # noqa: PLR0913, PLR0917 - the columns of a row
        self, work: Work, now: int, actor: str, action: str, subject: str, detail: str = ""
    ) -> None:
        """Write a deed down when the unit ends, in the same commit.

        Args:
            work: the unit of work of the deed itself.
            now: the moment.
            actor: a caseworker's id, `OPERATOR` or `HOUSE`.
            action: what was done, a code.
            subject: to what, an id.
            detail: codes, never words: what is no code is written as `?`.
        """
        said = (now, _code("actor", actor), _code("deed", action), _code("subject", subject),
                _code("detail", detail))  # fmt: skip
        work.before_commit(lambda work: self._append(work, said))

    def _append(self, work: Work, entry: tuple[object, ...]) -> None:
        self._take_lock(work)
        work.run(_ADD, *self.next_row(*_last_row(work), entry))

    def next_row(self, last: int, before: bytes, entry: tuple[object, ...]) -> tuple[object, ...]:
        """Return the row that comes after another, with its proof.

        Args:
            last: the number of that other.
            before: its proof.
            entry: when, who, what, to what, more: codes.
        """
        row = (last + 1, *entry)
        return (*row, self._vault.chain_mac(before, _canonical(row)))

    @staticmethod
    def _take_lock(work: Work) -> None:
        """Let whoever appends now finish first; SQLite has one writer at a time anyway."""
        if work.dialect == "postgresql":
            work.rows(_TAKE_LOCK)

    def rows_about(self, work: Work, subject: str) -> list[AuditRow]:
        """Return what was done to one thing, oldest first."""
        work.run_deferred()
        return [AuditRow(*row) for row in work.rows(_BY_SUBJECT, subject)]

    def head(self, work: Work) -> AuditHead:
        """Return where the log ends."""
        work.run_deferred()
        number, mac = _last_row(work)
        return AuditHead.from_row(number, mac)

    def verify(
        self, rows: Iterable[tuple[Any, ...]], heads: Iterable[AuditHead] = ()
    ) -> AuditHead | AuditBreak:
        """Return where a log ends, or the first row at which it does not hold.

        Args:
            rows: of the log, in order (`pages`).
            heads: as they were written down.
        """
        kept = sorted(heads, key=lambda head: head.number)
        left = iter(rows)
        first = next(left, None)
        if first is not None and parse_mark(first) is not None:
            return self._verify_cut(first, left, kept)
        rest = left if first is None else chain([first], left)
        return self._verify(rest, kept, 0, INITIAL_MAC)

    def _verify_cut(
        self, first: tuple[Any, ...], rest: Iterator[tuple[Any, ...]], kept: list[AuditHead]
    ) -> AuditHead | AuditBreak:
        """Verify a log that begins with a mark: the cut must be told of behind it."""
        mark = AuditHead.from_row(first[0], _mac_bytes(first[-1]))
        if kept and kept[0].number < mark.number:
            return AuditBreak(kept[0].number, AuditFault.TOO_OLD)
        if any(head.number == mark.number and head != mark for head in kept):
            return AuditBreak(mark.number, AuditFault.REPLACED)
        told: list[str] = []
        found = self._verify(_collect_cuts(rest, told), kept, mark.number, _mac_bytes(first[-1]))
        if isinstance(found, AuditHead) and str(mark) not in told:
            return AuditBreak(1, AuditFault.MISSING)
        return found

    def _verify(
        self, rows: Iterable[tuple[Any, ...]], kept: list[AuditHead], number: int, before: bytes
    ) -> AuditHead | AuditBreak:
        for row in rows:
            if row[0] != number + 1:
                is_gap = row[0] > number
                return (
                    AuditBreak(number + 1, AuditFault.MISSING)
                    if is_gap
                    else AuditBreak(row[0], AuditFault.INSERTED)
                )
            mac = _mac_bytes(row[-1])
            if not compare_digest(mac, self._vault.chain_mac(before, _canonical(row[:-1]))):
                return AuditBreak(row[0], AuditFault.ALTERED)
            number, before = row[0], mac
            if any(
                head.number == number and head != AuditHead.from_row(number, mac) for head in kept
            ):
                return AuditBreak(number, AuditFault.REPLACED)
        if kept and kept[-1].number > number:
            return AuditBreak(number + 1, AuditFault.CUT)
        return AuditHead.from_row(number, before)


def parse_mark(row: tuple[Any, ...]) -> AuditHead | None:
    """Return what a log is cut off at by a row; None: it is no mark."""
    if tuple(row[1:-1]) != CUT_MARK or not isinstance(row[0], int):
        return None
    return AuditHead.from_row(row[0], _mac_bytes(row[-1]))


def _collect_cuts(rows: Iterable[tuple[Any, ...]], told: list[str]) -> Iterator[tuple[Any, ...]]:
    """Pass rows on, and note the cuts they tell of."""
    for row in rows:
        if row[3:5] == (TRUNCATED, AUDIT_LOG):
            told.append(str(row[5]))
        yield row


def _last_row(work: Work) -> tuple[int, bytes]:
    found = work.rows(_LAST)
    return (found[0][0], _mac_bytes(found[0][1])) if found else (0, INITIAL_MAC)


def iter_rows(writer: Writer) -> Iterator[tuple[Any, ...]]:
    """Yield every row, in order, a page to a unit of work: nobody who writes waits for long."""
    lowest = LOWEST
    while page := _load_page(writer, lowest):
        yield from page
        lowest = page[-1][0] + 1


def _load_page(writer: Writer, lowest: int) -> list[tuple[Any, ...]]:
    try:
        return writer.run_sync(lambda work: work.rows(_PAGE_FROM, lowest, PAGE_SIZE))
    except CommitFailedError:
        raise
    except Exception:  # noqa: BLE001 - somebody put in what the driver cannot read: find the row
        numbers = writer.run_sync(lambda work: work.rows(_NUMBERS, lowest, PAGE_SIZE))
        return [_load_row(writer, number) for (number,) in numbers]


def _load_row(writer: Writer, number: int) -> tuple[Any, ...]:
    try:
        found = writer.run_sync(lambda work: work.rows(_PAGE_FROM, number, 1))
    except CommitFailedError:
        raise
    except Exception:  # noqa: BLE001 - this is the row
        return (number, *(None for _ in AUDIT_COLUMNS[1:]))
    return tuple(found[0])


def _mac_bytes(value: object) -> bytes:
    """Return a proof as the driver hands it over; whatever is none fits no row."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _code(name: str, value: str) -> str:
    return value if _CODE.fullmatch(value) and len(value) <= _MAX_LENGTHS[name] else "?"
