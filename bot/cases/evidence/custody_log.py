"""The custody log: a hash chain of everything that was done to the files of a case.

Each case has its own chain, so it can be handed over with the files and verified with nothing but
SHA-256: a link is the digest of an entry and of the link before it. Anyone who can write to the
database could compute new links, so each also has a MAC under the host key, and the audit log notes
it. So a changed, added or removed entry shows here, and a chain that was replaced shows there.

An entry is encrypted, because the digest of a file would tell anyone who has the file that it is
stored here. For the same reason it holds random bytes: without them its link would tell.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import accumulate
from secrets import compare_digest
from typing import TYPE_CHECKING

import msgspec

from bot.errors import DecryptionError
from bot.store import Work, insert, select_by, select_one
from bot.store.tables.case_extras import custody
from bot.store.tables.main import cases
from bot.vault import AuditLog, Keyring, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Iterable


FIRST_LINK = bytes(32)
SALT_BYTES = 16
LINK_DIGITS = 16
"""Digits of a link in a head, as in the audit log's head."""
AUDIT_PREFIX = "evidence_"
"""Prefix of these actions in the audit log."""


class CustodyAction(StrEnum):
    """The actions on a file."""

    RECEIVED = "received"
    """It was downloaded and encrypted; the entry holds its type and digest."""
    LOST = "lost"
    """It could not be downloaded."""
    OPENED = "opened"
    CLEANED = "cleaned"
    """A clean version was made; the digest is that of the clean version."""
    EXPORTED = "exported"
    LISTED = "listed"
    """An export was listed; the digest is that of the list, and the entry is about no one file."""
    MISSING = "missing"
    """It is gone from the storage for good, as an operator noted (`haven files lost`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyEvent:
    """An action on a file, before it is recorded."""

    at: int
    actor: str
    """The id of a caseworker, or an actor of the audit log."""
    action: CustodyAction
    file: str
    digest: str = ""
    """SHA-256 of the bytes handled, in hexadecimal digits."""
    size: int = 0
    """In bytes."""
    detail: str = ""
    """A code."""
    arrived_at: int = 0
    """When the file arrived here, for the first entry about it."""
    sent_at: int = 0
    """When the channel says it was sent."""
    message: int = 0
    """The channel's number of its message."""
    file_number: int = 0
    """The number of the file in its case, for the first entry about it."""
    reached_at: int = 0
    """When the person sent it on to staff."""


class CustodyEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry."""

    number: int
    at: int
    """Microseconds since 1970."""
    actor: str
    deed: str
    file: str
    """The id of the file."""
    digest: str = ""
    """SHA-256 in hexadecimal digits."""
    size: int = 0
    detail: str = ""
    arrived_at: int = 0
    """When the file arrived, in microseconds since 1970; `at` is when it was downloaded."""
    sent_at: int = 0
    message: int = 0
    # A default is left out of what is hashed, so links of entries before 0.4.0 stay as they were.
    file_number: int = 0
    """The number of the file in its case; 0: the entry was written before 0.4.0, or is no first."""
    reached_at: int = 0
    salt: bytes = b""


@dataclass(frozen=True, slots=True)
class CustodyFault:
    """The first entry of a custody log that is wrong."""

    number: int
    fault: str


MISSING, ALTERED, TRUNCATED, REPLACED = "missing", "altered", "cut", "replaced"
"""An entry was removed; changed; entries at the end were removed; the whole log was replaced."""

_canonical = msgspec.json.Encoder(order="sorted").encode
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(CustodyEntry).decode
_LOCK = select_one(cases, "id", by="id", lock=True)
_LAST_ROW = select_by(
    custody, "number", "link", by="case_id", order_by=custody.c.number.desc(), limit=1
)
_ADD = insert(custody, "case_id", "number", "at", "sealed", "link", "mac")
_OF_CASE = select_by(custody, "number", "sealed", "link", "mac", by="case_id", order_by="number")


def chain_link(before: bytes, entry: CustodyEntry) -> bytes:
    """Return the link of an entry, which covers every entry before it; it needs no key."""
    return sha256(before + _canonical(entry)).digest()


class CustodyLog:
    """The custody logs of a deployment, used inside units of work."""

    def __init__(self, vault: Vault, audit: AuditLog, keyring: Keyring | None = None) -> None:
        """Open the logs; reading them needs the keyring of the reader."""
        self._vault, self._audit, self._keyring = vault, audit, keyring

    @staticmethod
    def lock(work: Work, case: str) -> bool:
        """Let no one else add to a log until the unit of work ends; tell whether there is the case.

        In a unit that writes on PostgreSQL each statement sees what was stored until then. Where
        the log is compared with other rows, a file that is saved between two statements would look
        like a log that was cut, so it waits. A transaction of one moment would not do: it would
        number its own entry after the last one of that moment.
        """
        return bool(work.rows(_LOCK, case))

    def record(self, work: Work, case: str, event: CustodyEvent) -> CustodyEntry | None:
        """Add an entry in the action's own unit of work; return None if the case is gone."""
        if not self.lock(work, case):
            return None
        last, before = self._last_link(work, case)
        entry = CustodyEntry(
            number=last + 1, at=event.at, actor=event.actor, deed=event.action.value,
            file=event.file, digest=event.digest, size=event.size, detail=event.detail,
            arrived_at=event.arrived_at, sent_at=event.sent_at, message=event.message,
            file_number=event.file_number, reached_at=event.reached_at,
            salt=os.urandom(SALT_BYTES),
        )  # fmt: skip
        sealer = self._vault.case_sealer(work, case)
        sealed = sealer.seal(Purpose.CASE, _associated_data(case, entry.number), _pack(entry))
        link = chain_link(before, entry)
        work.run(_ADD, case, entry.number, event.at, sealed, link, self._mac(case, link))
        head = f"{entry.number}:{link.hex()[:LINK_DIGITS]}"
        self._audit.record(work, event.at, event.actor, f"{AUDIT_PREFIX}{event.action}", case, head)
        return entry

    def of_case(self, work: Work, case: str) -> list[CustodyEntry]:
        """Return the entries of a case, oldest first.

        Raises:
            DecryptionError: an entry was altered; `verify` says which.
        """
        return [self._open_entry(case, number, bytes(sealed))
                for number, sealed, _link, _mac in work.rows(_OF_CASE, case)]  # fmt: skip

    def head(self, work: Work, case: str) -> str:
        """Return the head of a log, to be noted elsewhere, e.g. `7:9f3c2a1b77e05d10`."""
        number, link = self._last_link(work, case)
        return f"{number}:{link.hex()[:LINK_DIGITS]}"

    def verify(self, work: Work, case: str) -> CustodyFault | None:
        """Return the first entry that is wrong; None if all are right.

        In a unit that writes, `lock` comes first.
        """
        expected, before = 1, FIRST_LINK
        links: dict[int, str] = {}
        for number, sealed, link, mac in work.rows(_OF_CASE, case):
            if number != expected:
                return CustodyFault(expected, MISSING)
            try:
                entry = self._open_entry(case, number, bytes(sealed))
            except (DecryptionError, msgspec.MsgspecError):
                return CustodyFault(number, ALTERED)
            expected_link = chain_link(before, entry)
            is_authentic = self.is_authentic(case, expected_link, bytes(mac))
            if entry.number != number or expected_link != bytes(link) or not is_authentic:
                return CustodyFault(number, ALTERED)
            expected, before = number + 1, expected_link
            links[number] = expected_link.hex()[:LINK_DIGITS]
        return self._check_against_audit(work, case, links)

    def is_authentic(self, case: str, link: bytes, mac: bytes) -> bool:
        """Tell whether this deployment made a link for this case."""
        return compare_digest(mac, self._mac(case, link))

    def macs(self, work: Work, case: str) -> list[bytes]:
        """Return the MACs of the entries, oldest first."""
        return [bytes(mac) for _number, _sealed, _link, mac in work.rows(_OF_CASE, case)]

    def _check_against_audit(
        self, work: Work, case: str, links: dict[int, str]
    ) -> CustodyFault | None:
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
    """Return the link of each entry of an exported log."""
    return list(accumulate(entries, chain_link, initial=FIRST_LINK))[1:]


def _associated_data(case: str, number: int) -> bytes:
    return f"{case}/custody/{number}".encode()
