"""The audit log: who did what to what, in a chain no row of which can be changed unnoticed.

Every row carries a proof of itself and of the row before it, made with a key of its own, derived
from the host key: whoever can write to the database and has not that key can neither change, take
out, put in nor move a row. They can cut the end off: that shows against a `Head`, a row's number
and proof, kept where they cannot write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, func, literal, select

from bot.store.prepared import Prepared, insert_of
from bot.store.tables import audit

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault.sealing import Vault

OPERATOR = "operator"
"""Who acts at the command line of this host."""
HOUSE = "house"
"""Haven itself, by the clock."""
BEFORE_THE_FIRST = bytes(32)
PAGE = 1000
_TURN = 0x48415645
"""The number of the lock under which PostgreSQL lets one append after the other."""
_CODE = re.compile(r"[A-Za-z0-9_.:/,;+-]*")
_LONGEST = {"actor": 32, "deed": 24, "subject": 40, "detail": 200}

_WAIT = Prepared(lambda _: select(func.pg_advisory_xact_lock(literal(_TURN))))
_LAST = Prepared(
    lambda _: select(audit.c.id, audit.c.mac).order_by(audit.c.id.desc()).limit(literal(1))
)
_NAMES = ("id", "at", "actor", "deed", "subject", "detail", "mac")
_ADD = Prepared(
    lambda dialect: insert_of(dialect, audit).values({name: bindparam(name) for name in _NAMES}),
    *_NAMES,
)
_AFTER = Prepared(
    lambda _: (
        select(*(audit.c[name] for name in _NAMES))
        .where(audit.c.id > bindparam("last"))
        .order_by(audit.c.id)
        .limit(bindparam("most"))
    ),
    "last",
    "most",
)
_OF = Prepared(
    lambda _: (
        select(*(audit.c[name] for name in _NAMES))
        .where(audit.c.subject == bindparam("about"))
        .order_by(audit.c.id)
    ),
    "about",
)
_canonical = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Row:
    """One deed."""

    id: int
    at: int
    actor: str
    deed: str
    subject: str
    detail: str
    mac: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Head:
    """A row's number and proof: the log up to it can no longer be cut unnoticed."""

    number: int
    mac: bytes


class Audit:
    """Writes deeds down, inside the unit of work that does them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def note(  # noqa: PLR0913, PLR0917 - the columns of a row
        self, work: Work, now: int, actor: str, deed: str, subject: str, detail: str = ""
    ) -> None:
        """Append a deed.

        On PostgreSQL the log is locked until the unit ends: note last what was done.

        Args:
            work: the unit of work of the deed itself.
            now: the moment.
            actor: a caseworker's id, `OPERATOR` or `HOUSE`.
            deed: what was done, a code.
            subject: to what, an id.
            detail: codes, never words: what is no code is written as `?`.
        """
        if work.dialect == "postgresql":
            work.rows(_WAIT)
        found = work.rows(_LAST)
        last, before = found[0] if found else (0, BEFORE_THE_FIRST)
        said = (
            last + 1, now, _code("actor", actor), _code("deed", deed), _code("subject", subject),
            _code("detail", detail),
        )  # fmt: skip
        work.run(_ADD, *said, self._vault.link(bytes(before), _canonical(said)))

    def about(self, work: Work, subject: str) -> list[Row]:
        """Return what was done to one thing, oldest first."""
        return [Row(*row) for row in work.rows(_OF, subject)]


def _code(name: str, value: str) -> str:
    return value if _CODE.fullmatch(value) and len(value) <= _LONGEST[name] else "?"
