"""A receipt, for whoever asks for one: that something was received, and when, without a word of it.

The chat holds a number of ten signs and nothing else. With a second word, which only the person
knows, it finds what was signed: the moment, and a digest of what lies here sealed, so that it shows
as well whether that was changed since. A wrong word and a number nobody gave out are one answer, in
one time. A receipt goes with its case; what was printed of it can still be checked by anybody who
has the public half of the key.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.cases.intake import PERSON
from bot.cases.reference import ALPHABET, parse_reference
from bot.clock import SECOND
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.consents import receipts
from bot.store.tables.main import reports
from bot.vault.passphrase_hash import hash_passphrase, is_same_digest

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault import AuditLog, Vault

NUMBER_LENGTH = 10
"""Signs of a number."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was signed."""

    reference: str
    case: str
    at: int
    """When the newest of it was received, in microseconds."""
    count: int
    """How many things were received."""
    digest: bytes
    signature: bytes
    passphrase_digest: bytes
    """The digest of the second word."""

    @property
    def signed_text(self) -> str:
        """Return exactly what is signed."""
        at = datetime.fromtimestamp(self.at // SECOND, UTC).isoformat()
        return (
            f"Haven receipt 1\nnumber: {self.reference}\nreceived: {at}\n"
            f"things received: {self.count}\nSHA-256: {self.digest.hex()}\n"
        )


_COLUMNS = ("reference", "case_id", "at", "count", "digest", "signature", "word")
_ADD = Prepared(
    lambda dialect: insert_into(dialect, receipts).values(
        {name: bindparam(name) for name in _COLUMNS}
    ),
    *_COLUMNS,
)
_BY_NUMBER = Prepared(
    lambda _: select(*(receipts.c[name] for name in _COLUMNS)).where(
        receipts.c.reference == bindparam("wanted")
    ),
    "wanted",
)
_REPORTS = Prepared(
    lambda _: (
        select(reports.c.id, reports.c.sent_at, reports.c.sealed)
        .where(reports.c.case_id == bindparam("case"), reports.c.sent_at <= bindparam("until"))
        .order_by(reports.c.sent_at, reports.c.id)
    ),
    "case",
    "until",
)


class Receipts:
    """Receipts, used inside units of work."""

    def __init__(self, vault: Vault, audit: AuditLog) -> None:
        self._vault = vault
        self._audit = audit

    def issue(self, work: Work, case: str, number: str, passphrase_digest: bytes, now: int) -> bool:
        """Sign that something was received in a case; tell whether there was anything.

        Args:
            work: the unit of work.
            case: what was received.
            number: what the chat shows.
            passphrase_digest: the digest of the second word.
            now: when.
        """
        at, count, whole = _content_digest(work, case, now)
        if not count or work.rows(_BY_NUMBER, number):
            return False
        unsigned = Receipt(number, case, at, count, whole, b"", passphrase_digest)
        signature = self._vault.signer.sign(unsigned.signed_text)
        work.run(_ADD, number, case, at, count, whole, signature, passphrase_digest)
        self._audit.record(work, now, PERSON, "receipt", case)
        return True

    @staticmethod
    def find(work: Work, reference: str) -> Receipt | None:
        """Return a receipt by its number, however it is typed."""
        rows = work.rows(_BY_NUMBER, parse_reference(reference))
        if not rows:
            return None
        number, case, at, count, whole, signature, word = rows[0]
        return Receipt(number, case, at, count, bytes(whole), bytes(signature), bytes(word))

    def is_passphrase(self, receipt: Receipt | None, reference: str, passphrase: str) -> bool:
        """Tell whether a word is the one of a receipt; no receipt takes as long as a wrong word."""
        digested = hash_passphrase(
            passphrase, *salt_and_pepper(self._vault, parse_reference(reference))
        )
        return is_same_digest(receipt.passphrase_digest if receipt else None, digested)

    def is_signature_valid(self, receipt: Receipt) -> bool:
        """Tell whether the signature is ours, of exactly this."""
        return self._vault.signer.is_valid(receipt.signed_text, receipt.signature)

    @staticmethod
    def is_unchanged(work: Work, receipt: Receipt) -> bool:
        """Tell whether what was received lies here as it did then."""
        return _content_digest(work, receipt.case, receipt.at) == (
            receipt.at, receipt.count, receipt.digest
        )  # fmt: skip


def new_number() -> str:
    """Return a number for a receipt: no secret, and nothing of the case in it."""
    return "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH))


def salt_and_pepper(vault: Vault, number: str) -> tuple[bytes, bytes]:
    """Return the salt and the pepper of the word of a receipt: 16 bytes and 32."""
    return vault.passphrase_salts(b"receipt/%b" % number.encode())


def _content_digest(work: Work, case: str, until: int) -> tuple[int, int, bytes]:
    """Return when the newest thing of a case came, how many there are, and a digest of them."""
    rows = work.rows(_REPORTS, case, until)
    whole = sha256()
    for report, sent_at, sealed in rows:
        whole.update(f"{report} {sent_at} {len(sealed)} ".encode())
        whole.update(bytes(sealed))
    return (rows[-1][1] if rows else until), len(rows), whole.digest()
