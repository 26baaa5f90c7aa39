"""The custody ledger: what was done to the files of a case, each row proving the one before.

Every case has a chain of its own, so that it can be handed over with the files, and checked by
whoever gets it with nothing but SHA-256: a link is the digest of a row and of the link before it.
Whoever may write to the database could compute links anew; so each has a proof under a key of the
host as well, and the audit log notes it: a row that was changed, put in, taken out or cut off shows
here, and the chain that was rewritten whole shows there.

A row is sealed, for the digest of a file tells whoever has the file that it lies here; so it also
holds a few random bytes, or its link would tell.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from secrets import compare_digest
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, select

from bot.errors import DecryptionError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.custody import custody
from bot.store.tables.main import cases
from bot.vault import AuditLog, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.keys.keyring import Keyring

FIRST_LINK = bytes(32)
SALT_BYTES = 16
LINK_DIGITS = 16
"""Of a link, where it is written down: as many as of the audit log's head."""
AUDIT_PREFIX = "evidence_"
"""What deeds of this ledger begin with in the audit log."""


class CustodyAction(StrEnum):
    """What was done to a file."""

    RECEIVED = "received"
    """It was fetched whole and sealed: what it is, and its digest."""
    LOST = "lost"
    """It could not be fetched any more."""
    OPENED = "opened"
    CLEANED = "cleaned"
    """A version without anything but pixels was made: the digest is the new one's."""
    EXPORTED = "exported"


class CustodyEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a row holds."""

    number: int
    at: int
    """Microseconds since 1970."""
    actor: str
    deed: str
    file: str
    """The file's id in this house."""
    digest: str = ""
    """SHA-256 in hexadecimal digits."""
    size: int = 0
    detail: str = ""
    salt: bytes = b""


@dataclass(frozen=True, slots=True)
class CustodyFault:
    """The first row of a ledger that does not hold."""

    number: int
    fault: str


MISSING, ALTERED, TRUNCATED, REPLACED = "missing", "altered", "cut", "replaced"
"""A row was taken out; is not what was written; rows at the end were cut off; the whole was
written anew."""

_canonical = msgspec.json.Encoder(order="sorted").encode
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(CustodyEntry).decode
_LOCK = Prepared(
    lambda _: select(cases.c.id).where(cases.c.id == bindparam("case")).with_for_update(), "case"
)
_LAST_ROW = Prepared(
    lambda _: (
        select(custody.c.number, custody.c.link)
        .where(custody.c.case_id == bindparam("case"))
        .order_by(custody.c.number.desc())
        .limit(1)
    ),
    "case",
)
_COLUMNS = ("case_id", "number", "at", "sealed", "link", "mac")
_ADD = Prepared(
    lambda dialect: insert_into(dialect, custody).values(
        {name: bindparam(name) for name in _COLUMNS}
    ),
    *_COLUMNS,
)
_OF_CASE = Prepared(
    lambda _: (
        select(custody.c.number, custody.c.sealed, custody.c.link, custody.c.mac)
        .where(custody.c.case_id == bindparam("case"))
        .order_by(custody.c.number)
    ),
    "case",
)


def chain_link(before: bytes, entry: CustodyEntry) -> bytes:
    """Return what proves a row and every row before it: anybody can compute it."""
    return sha256(before + _canonical(entry)).digest()


class CustodyLog:
    """The ledgers of a house, used inside units of work."""

    def __init__(self, vault: Vault, audit: AuditLog, keyring: Keyring | None = None) -> None:
        """Keep ledgers; whoever reads them hands in what they can open."""
        self._vault = vault
        self._audit = audit
        self._keyring = keyring

    def record(  # noqa: PLR0913 - the columns of a row
        self,
        work: Work,
        case: str,
        *,
        at: int,
        actor: str,
        action: CustodyAction,
        file: str,
        digest: str = "",
        size: int = 0,
        detail: str = "",
    ) -> CustodyEntry | None:
        """Write down what was done to a file; return it, None for a case that is gone.

        Args:
            work: the unit of work of the deed itself.
            case: whose file it is.
            at: the moment.
            actor: a caseworker's id, or who acts in the audit log's words.
            action: what was done.
            file: to which file.
            digest: SHA-256 of what was handled, in hexadecimal digits.
            size: its bytes.
            detail: codes.
        """
        if not work.rows(_LOCK, case):
            return None
        last, before = self._last_link(work, case)
        entry = CustodyEntry(
            number=last + 1,
            at=at,
            actor=actor,
            deed=action.value,
            file=file,
            digest=digest,
            size=size,
            detail=detail,
            salt=os.urandom(SALT_BYTES),
        )
        sealer = self._vault.case_sealer(work, case)
        sealed = sealer.seal(Purpose.CASE, _associated_data(case, entry.number), _pack(entry))
        link = chain_link(before, entry)
        work.run(_ADD, case, entry.number, at, sealed, link, self._mac(case, link))
        head = f"{entry.number}:{link.hex()[:LINK_DIGITS]}"
        self._audit.record(work, at, actor, f"{AUDIT_PREFIX}{action}", case, head)
        return entry

    def of_case(self, work: Work, case: str) -> list[CustodyEntry]:
        """Return the ledger of a case, oldest first.

        Raises:
            DecryptionError: a row was altered; `verify` says which.
        """
        return [self._open_entry(case, number, bytes(sealed))
                for number, sealed, _link, _mac in work.rows(_OF_CASE, case)]  # fmt: skip

    def head(self, work: Work, case: str) -> str:
        """Return where a ledger ends, to be written down elsewhere, e.g. `7:9f3c2a1b77e05d10`."""
        number, link = self._last_link(work, case)
        return f"{number}:{link.hex()[:LINK_DIGITS]}"

    def verify(self, work: Work, case: str) -> CustodyFault | None:
        """Return the first row that does not hold; None where all do."""
        expected, before = 1, FIRST_LINK
        links: dict[int, str] = {}
        for number, sealed, link, mac in work.rows(_OF_CASE, case):
            if number != expected:
                return CustodyFault(expected, MISSING)
            try:
                entry = self._open_entry(case, number, bytes(sealed))
            except (DecryptionError, msgspec.MsgspecError):
                return CustodyFault(number, ALTERED)
            found = chain_link(before, entry)
            is_ours = compare_digest(bytes(mac), self._mac(case, found))
            if entry.number != number or found != bytes(link) or not is_ours:
                return CustodyFault(number, ALTERED)
            expected, before = number + 1, found
            links[number] = found.hex()[:LINK_DIGITS]
        return self._check_against_audit(work, case, links)

    def is_authentic(self, case: str, link: bytes, mac: bytes) -> bool:
        """Tell whether a link was made in this house, for this case."""
        return compare_digest(mac, self._mac(case, link))

    def macs(self, work: Work, case: str) -> list[bytes]:
        """Return the proofs of a ledger's rows under this house's key, oldest first."""
        return [bytes(mac) for _number, _sealed, _link, mac in work.rows(_OF_CASE, case)]

    def _check_against_audit(
        self, work: Work, case: str, links: dict[int, str]
    ) -> CustodyFault | None:
        """Compare a ledger with what the audit log noted of it."""
        for row in self._audit.rows_about(work, case):
            if not row.action.startswith(AUDIT_PREFIX):
                continue
            number, _colon, digits = row.detail.partition(":")
            if not number.isdecimal() or int(number) not in links:
                return CustodyFault(len(links) + 1, TRUNCATED)
            if links[int(number)] != digits:
                return CustodyFault(int(number), REPLACED)
        return None

    def _open_entry(self, case: str, number: int, sealed: bytes) -> CustodyEntry:
        opener = self._vault.cases.opener(case, self._keyring)
        return _unpack(opener.open(Purpose.CASE, _associated_data(case, number), sealed))

    @staticmethod
    def _last_link(work: Work, case: str) -> tuple[int, bytes]:
        rows = work.rows(_LAST_ROW, case)
        return (int(rows[0][0]), bytes(rows[0][1])) if rows else (0, FIRST_LINK)

    def _mac(self, case: str, link: bytes) -> bytes:
        return self._vault.chain_mac(link, f"custody/{case}".encode())


def chain_links(entries: Iterable[CustodyEntry]) -> list[bytes]:
    """Return the link of each row of a ledger that was handed over."""
    found, before = [], FIRST_LINK
    for entry in entries:
        before = chain_link(before, entry)
        found.append(before)
    return found


def _associated_data(case: str, number: int) -> bytes:
    return f"{case}/custody/{number}".encode()
