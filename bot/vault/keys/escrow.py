"""The escrow key: case keys are wrapped to its public half; its private half is on paper.

The private half is split into three parts, of which any two restore it (secret sharing): no single
person opens everything, and a lost part loses nothing. It is never stored. With it a court, or two
holders who conspire, can open every case; without it a small organisation will lose some. People
are told whether there is one.

Secret sharing (Shamir) works byte by byte over GF(256): a byte of the secret is a random line's
value at zero, and a part is the line's value at the number of the part. The field is that of AES
(x^8 + x^4 + x^3 + x + 1). Products are computed without tables, in the same steps for all values.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import WrongPasswordError
from bot.store.statements import delete_by, insert, select_by
from bot.store.tables.keys import case_wraps, escrows
from bot.vault.keys.case_openers import unopened_cases
from bot.vault.keys.hpke import KEY_LENGTH, KeyPair
from bot.vault.keys.keyring import ESCROW_PREFIX, Keyring
from bot.vault.keys.passwords import format_printed_key, parse_printed_key
from bot.vault.keys.team_keys import Prove, escrow_proof_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.store.writer import Work
    from bot.vault.keys.key_store import KeyStore

_ADD = insert(escrows, "public", "proof", "made_at")
_ALL = select_by(escrows, "id", "public")


_NEWEST = select_by(escrows, "id", "made_at", order_by=escrows.c.id.desc(), limit=1)
_DELETE = delete_by(escrows, by="id")
_HELD_BY = select_by(case_wraps, "case_id", by="holder")
_DELETE_WRAP = delete_by(case_wraps, by=("case_id", "holder"))


@dataclass(frozen=True, slots=True)
class RetiredEscrow:
    """What is left to do after an escrow key was replaced, in numbers of cases."""

    kept: int
    """Cases that the parts of before alone open; they still do."""
    waiting: int
    """Other cases that the new parts do not open yet."""


class Escrow:
    """The escrow key of a deployment."""

    def __init__(self, keys: KeyStore, prove: Prove) -> None:
        self._keys = keys
        self._prove = prove

    def create(self, now: int) -> dict[int, str]:
        """Create an escrow key in place of an earlier one; return its parts, printed once."""
        pair = KeyPair.generate()
        proof = self._prove(escrow_proof_data(pair.public))
        self._keys.run(lambda work: work.run(_ADD, pair.public, proof, now))
        parts = split(pair.private_bytes).items()
        # Each part includes its number, so that it need not be typed.
        return {number: format_printed_key(bytes([number]) + part) for number, part in parts}

    def made_at(self) -> int:
        """Return when the newest escrow key was made; 0 if there is none."""
        rows = self._keys.run(lambda work: work.rows(_NEWEST))
        return int(rows[0][1]) if rows else 0

    def retire_earlier(self, cases: Iterable[str]) -> RetiredEscrow:
        """Delete what is wrapped to earlier escrow keys, and these keys, once they are replaced.

        A case that no other key opens stays wrapped to them: else it would be lost. `cases` are
        all that have a key; those that could be re-wrapped to the newest key already are.
        """
        known = set(cases)

        def retire(work: Work) -> RetiredEscrow:
            newest = int(work.rows(_NEWEST)[0][0])
            earlier = [int(number) for number, _public in work.rows(_ALL) if number != newest]
            names = [f"{ESCROW_PREFIX}{number}" for number in earlier]
            only = unopened_cases(work, known, names) - unopened_cases(work, known)
            for number, name in zip(earlier, names, strict=True):
                wrapped = {str(case) for (case,) in work.rows(_HELD_BY, name)}
                work.many(_DELETE_WRAP, [(case, name) for case in sorted(wrapped - only)])
                if not wrapped & only:
                    work.run(_DELETE, number)
            reached = {str(case) for (case,) in work.rows(_HELD_BY, f"{ESCROW_PREFIX}{newest}")}
            return RetiredEscrow(len(only), len(known - reached - only))

        return self._keys.run(retire)

    def exists(self) -> bool:
        """Tell whether there is an escrow key."""
        return self._keys.run(self.is_in)

    @staticmethod
    def is_in(work: Work) -> bool:
        """Tell the same within a unit of work of the key store."""
        return bool(work.rows(_ALL))

    def keyring(self, printed: Sequence[str]) -> Keyring:
        """Return the keyring of two printed parts.

        Raises:
            WrongPasswordError: a digit is wrong, or these are not two parts of one key of this
                deployment.
        """
        read = [parse_printed_key(each, KEY_LENGTH + 1) for each in printed]
        parts = {each[0]: each[1:] for each in read}
        if len(parts) != THRESHOLD or not set(parts) <= set(range(1, SHARES + 1)):
            raise WrongPasswordError("two different parts of the three are needed")
        pair = KeyPair.from_private(combine(parts))
        for number, public in self._keys.run(lambda work: work.rows(_ALL)):
            if bytes(public) == pair.public:
                return Keyring(self._keys, f"{ESCROW_PREFIX}{number}", pair)
        raise WrongPasswordError("these parts are not of one key, or are of another deployment")


SHARES = 3
THRESHOLD = 2
REDUCTION = 0x1B
"""The remainder of x^8 in this field."""


def split(secret: bytes, noise: bytes | None = None) -> dict[int, bytes]:
    """Return the parts of a secret by number; only tests pass `noise`, of the same length."""
    slope = secrets.token_bytes(len(secret)) if noise is None else noise
    pairs = list(zip(secret, slope, strict=True))
    return {
        number: bytes(byte ^ multiply(steep, number) for byte, steep in pairs)
        for number in range(1, SHARES + 1)
    }


def combine(shares: Mapping[int, bytes]) -> bytes:
    """Return the secret of two parts. The caller must check that they belong together.

    Raises:
        ValueError: these are not two parts with valid numbers and one length.
    """
    if len(shares) != THRESHOLD or not set(shares) <= set(range(1, SHARES + 1)):
        raise ValueError("two of the three parts are needed")
    (one, here), (other, there) = sorted(shares.items())
    if len(here) != len(there):
        raise ValueError("parts of one secret have one length")
    # Lagrange interpolation at zero.
    both = inverse(one ^ other)
    first, second = multiply(other, both), multiply(one, both)
    return bytes(multiply(a, first) ^ multiply(b, second) for a, b in zip(here, there, strict=True))


def multiply(left: int, right: int) -> int:
    """Return the product of two elements of the field."""
    product = 0
    for place in range(8):
        product ^= -(right >> place & 1) & left
        left = (left << 1 & 0xFF) ^ (-(left >> 7) & REDUCTION)
    return product


def inverse(element: int) -> int:
    """Return the multiplicative inverse of an element: its 254th power; of zero, zero."""
    square, found = element, 1
    for _ in range(7):
        square = multiply(square, square)
        found = multiply(found, square)
    return found
