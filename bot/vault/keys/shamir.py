"""Split a secret so that any two of three parts give it back, and one part tells nothing.

Shamir's scheme over GF(256), byte by byte: every byte of the secret is where a random line crosses
zero, and a part is that line at another place. The field is AES's (x^8 + x^4 + x^3 + x + 1). The
products are computed without tables, in the same steps whatever the numbers are.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARES = 3
THRESHOLD = 2
REDUCTION = 0x1B
"""What is left of x^8 in this field."""


def split(secret: bytes, noise: bytes | None = None) -> dict[int, bytes]:
    """Return the parts of a secret, by their number.

    Args:
        secret: any bytes.
        noise: as many random bytes as the secret has; none: fresh ones. Given only by tests.

    Raises:
        ValueError: the noise is of another length.
    """
    slope = secrets.token_bytes(len(secret)) if noise is None else noise
    if len(slope) != len(secret):
        raise ValueError("every byte of a secret wants one byte of noise")
    return {
        number: bytes(
            byte ^ multiply(steep, number) for byte, steep in zip(secret, slope, strict=True)
        )
        for number in range(1, SHARES + 1)
    }


def combine(shares: Mapping[int, bytes]) -> bytes:
    """Return the secret of two parts. Whether they belong together is for the caller to see.

    Raises:
        ValueError: they are not two, not of one length, or have numbers no part has.
    """
    if len(shares) != THRESHOLD or not set(shares) <= set(range(1, SHARES + 1)):
        raise ValueError("two of the three parts are needed")
    (one, here), (other, there) = sorted(shares.items())
    if len(here) != len(there):
        raise ValueError("parts of one secret have one length")
    # Lagrange at zero: each part times what the other's place makes of it.
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
    """Return what an element is multiplied with to give one; of zero, zero.

    Every element but zero to the power of 255 is one: so it is that to the power of 254.
    """
    square, found = element, 1
    for _ in range(7):
        square = multiply(square, square)
        found = multiply(found, square)
    return found
