"""Passwords of staff, and long secrets as they are printed on paper."""

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
"""Signs of a password."""
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no sign looks like another."""
LOOKALIKES = str.maketrans("OIL", "011")
CHECKSUM_LENGTH = 4
"""Digits that show a slip of the pen."""
GROUP_LENGTH = 4
_DERIVE_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """What one guess costs."""

    memory: int = 256 * 1024
    """KiB."""
    passes: int = 3


DEFAULT_COST = PasswordCost()
"""CoverDrop's figures: most of a second here, and for whoever guesses."""


def derive_key(password: str, salt: bytes, cost: PasswordCost) -> bytes:
    """Return the key a password stands for. One at a time: each takes its memory."""
    kdf = Argon2id(
        salt=salt, length=LENGTH, iterations=cost.passes, lanes=1, memory_cost=cost.memory
    )
    with _DERIVE_LOCK:
        return kdf.derive(unicodedata.normalize("NFC", password).encode())


def format_printed_key(secret: bytes) -> str:
    """Return a secret as it is printed: groups of four digits, the last one a check."""
    bits = len(secret) * 8
    count = -(-bits // 5)
    number = int.from_bytes(secret) << (count * 5 - bits)
    digits = "".join(DIGITS[number >> 5 * place & 31] for place in reversed(range(count)))
    digits += _checksum(secret)
    return "-".join(digits[at : at + GROUP_LENGTH] for at in range(0, len(digits), GROUP_LENGTH))


def parse_printed_key(written: str, length: int = LENGTH) -> bytes:
    """Return a secret from how it was printed, however it is typed.

    Raises:
        WrongPassword: a digit is wrong or missing.
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
        raise WrongPasswordError("a digit of the printed key is wrong: look at it again")
    return secret


def _checksum(secret: bytes) -> str:
    found = int.from_bytes(hashlib.sha256(b"haven paper" + secret).digest()[:4])
    return "".join(DIGITS[found >> 5 * place & 31] for place in range(CHECKSUM_LENGTH))
