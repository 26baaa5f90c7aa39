"""Receipts: signed proof that reports were received, and when, without their contents.

The chat shows a number of ten characters and nothing else. With the passphrase of the receipt,
which only the person knows, it finds what was signed: the time and a digest of the stored
ciphertext, which also shows whether that was changed since. A wrong passphrase and an unknown
number get the same answer in the same time. A receipt is erased with its case; a printed one can
still be verified with the public key.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.cases.intake import PERSON
from bot.cases.reference import ALPHABET, parse_reference
from bot.clock import SECOND, to_utc
from bot.store import Work, insert, select_by, select_one
from bot.store.tables.case_extras import receipts
from bot.store.tables.main import reports
from bot.vault.passphrase_hash import hash_passphrase, is_same_digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from bot.vault import AuditLog, Vault

NUMBER_LENGTH = 10
"""Characters of a receipt number."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt."""

    reference: str
    case: str
    at: int
    """When the newest report was received, microseconds since 1970."""
    count: int
    """How many reports were received."""
    digest: bytes
    signature: bytes
    passphrase_digest: bytes

    @property
    def signed_text(self) -> str:
        """The exact text that is signed."""
        at = to_utc(self.at // SECOND * SECOND).isoformat()
        return (
            f"Haven receipt 1\nnumber: {self.reference}\nreceived: {at}\n"
            f"things received: {self.count}\nSHA-256: {self.digest.hex()}\n"
        )


_COLUMNS = ("reference", "case_id", "at", "count", "digest", "signature", "word")
_ADD = insert(receipts, *_COLUMNS)
_BY_NUMBER = select_one(receipts, *_COLUMNS, by="reference")
_OF_CASE = select_by(receipts, *_COLUMNS, by="case_id", order_by=("at", "reference"))
_REPORTS = select_by(
    reports, "id", "sent_at", "sealed",
    by=("case_id", reports.c.sent_at <= bindparam("until")), order_by=("sent_at", "id"),
)  # fmt: skip


class Receipts:
    """Receipts, used inside units of work."""

    def __init__(self, vault: Vault, audit: AuditLog) -> None:
        self._vault = vault
        self._audit = audit

    def issue(self, work: Work, case: str, number: str, passphrase_digest: bytes, now: int) -> bool:
        """Sign and store a receipt for a case; tell whether that was possible.

        It is not possible for a case without reports, or a number that is in use.
        """
        at, count, digest = _content_digest(work, case, now)
        if not count or work.rows(_BY_NUMBER, number):
            return False
        unsigned = Receipt(number, case, at, count, digest, b"", passphrase_digest)
        signature = self._vault.signer.sign(unsigned.signed_text)
        work.run(_ADD, number, case, at, count, digest, signature, passphrase_digest)
        self._audit.record(work, now, PERSON, "receipt", case)
        return True

    @staticmethod
    def find(work: Work, reference: str) -> Receipt | None:
        """Return a receipt by its number, however it is typed."""
        rows = work.rows(_BY_NUMBER, parse_reference(reference))
        return _from_row(rows[0]) if rows else None

    @staticmethod
    def of_case(work: Work, case: str) -> list[Receipt]:
        """Return the receipts of a case, oldest first."""
        return [_from_row(row) for row in work.rows(_OF_CASE, case)]

    def is_passphrase(self, receipt: Receipt | None, reference: str, passphrase: str) -> bool:
        """Tell whether a passphrase is right; without a receipt this takes the same time."""
        salt, pepper = salt_and_pepper(self._vault, parse_reference(reference))
        digested = hash_passphrase(passphrase, salt, pepper)
        return is_same_digest(receipt.passphrase_digest if receipt else None, digested)

    def is_signature_valid(self, receipt: Receipt) -> bool:
        """Tell whether this deployment signed exactly this receipt."""
        return self._vault.signer.is_valid(receipt.signed_text, receipt.signature)

    @staticmethod
    def is_unchanged(work: Work, receipt: Receipt) -> bool:
        """Tell whether the stored reports are the same as when the receipt was signed."""
        found = _content_digest(work, receipt.case, receipt.at)
        return found == (receipt.at, receipt.count, receipt.digest)


def _from_row(row: Sequence[Any]) -> Receipt:
    number, case, at, count, digest, signature, word = row
    return Receipt(number, case, at, count, bytes(digest), bytes(signature), bytes(word))


def new_number() -> str:
    """Return a random receipt number; it is no secret."""
    return "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH))


def salt_and_pepper(vault: Vault, number: str) -> tuple[bytes, bytes]:
    """Return the salt (16 bytes) and pepper (32 bytes) of a receipt's passphrase."""
    return vault.passphrase_salts(b"receipt/%b" % number.encode())


def _content_digest(work: Work, case: str, until: int) -> tuple[int, int, bytes]:
    """Return the time of the newest report, the number of reports, and their digest."""
    rows = work.rows(_REPORTS, case, until)
    digest = sha256()
    for report, sent_at, sealed in rows:
        digest.update(f"{report} {sent_at} {len(sealed)} ".encode())
        digest.update(bytes(sealed))
    return (rows[-1][1] if rows else until), len(rows), digest.digest()
