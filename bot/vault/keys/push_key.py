"""The key by which push services of browsers know this deployment (VAPID, RFC 8292)."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SCALAR_LENGTH = 32


class PushKey:
    """A P-256 key from a seed of 32 bytes, in the forms browsers and push services take."""

    def __init__(self, seed: bytes) -> None:
        scalar = int.from_bytes(seed, "big") % (P256_ORDER - 1) + 1
        self.private = _base64(scalar.to_bytes(SCALAR_LENGTH, "big"))
        """The private scalar, as base64url without padding."""
        point = derive_private_key(scalar, SECP256R1()).public_key()
        self.public = _base64(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
        """The public point, uncompressed, as base64url: what a browser subscribes with."""


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
