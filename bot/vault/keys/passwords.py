"""Passwords of staff (Argon2id), and the printed form of keys."""

from __future__ import annotations

import hashlib
import threading
import unicodedata
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bot.errors import WrongPasswordError

LENGTH = 32
SALT_LENGTH = 16
MIN_LENGTH = 15
"""Characters of a password."""
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, in which no two digits look alike."""
LOOKALIKES = str.maketrans("OIL", "011")
CHECKSUM_LENGTH = 4
"""Digits of the checksum."""
GROUP_LENGTH = 4
_DERIVE_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """The cost of one guess."""

    memory: int = 256 * 1024
    """KiB."""
    passes: int = 3


DEFAULT_COST = PasswordCost()
"""The values of CoverDrop: most of a second for each guess."""


def derive_key(password: str, salt: bytes, cost: PasswordCost) -> bytes:
    """Return the 32-byte key of a password. One at a time, for each takes its memory."""
    kdf = Argon2id(
        salt=salt, length=LENGTH, iterations=cost.passes, lanes=1, memory_cost=cost.memory
    )
    with _DERIVE_LOCK:
        return kdf.derive(unicodedata.normalize("NFC", password).encode())


def format_printed_key(secret: bytes) -> str:
    """Return a secret in groups of four digits, of which the last is the checksum."""
    bits = len(secret) * 8
    count = -(-bits // 5)
    number = int.from_bytes(secret) << (count * 5 - bits)
    digits = "".join(DIGITS[number >> 5 * place & 31] for place in reversed(range(count)))
    digits += _checksum(secret)
    return "-".join(digits[at : at + GROUP_LENGTH] for at in range(0, len(digits), GROUP_LENGTH))


def parse_printed_key(written: str, length: int = LENGTH) -> bytes:
    """Return the secret of a printed key, in any case and grouping.

    Raises:
        WrongPasswordError: a digit is wrong or missing.
    """
    digits = "".join(sign for sign in written.upper().translate(LOOKALIKES) if sign.isalnum())
    count = -(-length * 8 // 5)
    body, check = digits[:count], digits[count:]
    if len(body) != count or not set(digits) <= set(DIGITS):
        raise WrongPasswordError(
            f"a printed key has {count + CHECKSUM_LENGTH} digits; one is wrong or missing"
        )
    number = 0
    for sign in body:
        number = number << 5 | DIGITS.index(sign)
    secret = (number >> (count * 5 - length * 8)).to_bytes(length)
    if _checksum(secret) != check:
        raise WrongPasswordError("a digit of the printed key is wrong: compare it with the paper")
    return secret


def _checksum(secret: bytes) -> str:
    found = int.from_bytes(hashlib.sha256(b"haven paper" + secret).digest()[:4])
    return "".join(DIGITS[found >> 5 * place & 31] for place in range(CHECKSUM_LENGTH))
