"""Secret sharing (Shamir): any two of three parts restore a secret, one part reveals nothing.

Byte by byte over GF(256): a byte of the secret is a random line's value at zero, and a part is the
line's value at the number of the part. The field is that of AES (x^8 + x^4 + x^3 + x + 1). Products
are computed without tables, in the same steps for all values.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

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
