"""Seal to a public key (RFC 9180, HPKE, base mode), each thing bound to its place.

`info` names the place, so that what is moved elsewhere does not open. What staff keep is filled up
to one of a few lengths before it is sealed: how much somebody wrote shows only roughly.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from bot.errors import DecryptionError

SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
KEY_LENGTH = 32
OVERHEAD = 48
"""Bytes sealing adds: the ephemeral key and a tag."""
PADDED_LENGTHS = (256, 1024, 4096, 16384)
"""Lengths that are filled up to; what is longer, to a multiple of the last."""
PADDING_MARKER = b"\x80"
"""Stands between what was written and what only fills."""


@dataclass(frozen=True)
class KeyPair:
    """Both halves of a key."""

    private: X25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> KeyPair:
        """Make a new one."""
        return cls(X25519PrivateKey.generate())

    @classmethod
    def from_private(cls, raw: bytes) -> KeyPair:
        """Return the key with this private half.

        Raises:
            DoesNotOpen: these bytes are none.
        """
        if len(raw) != KEY_LENGTH:
            raise DecryptionError("not the private half of a key")
        return cls(X25519PrivateKey.from_private_bytes(raw))

    @property
    def public(self) -> bytes:
        """Return the half that seals."""
        return self.private.public_key().public_bytes_raw()

    @property
    def private_bytes(self) -> bytes:
        """Return the half that opens, to be wrapped."""
        return self.private.private_bytes_raw()

    def open(self, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed to the public half for this place.

        Raises:
            DoesNotOpen: it was altered, cut, or sealed for another place or key.
        """
        try:
            return SUITE.decrypt(sealed, self.private, info=associated_data)
        except (InvalidTag, ValueError):
            raise DecryptionError("altered, moved, or sealed to another key") from None


def seal_to(public: bytes, associated_data: bytes, plain: bytes) -> bytes:
    """Return bytes only the private half opens, and only for this place."""
    return SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public), info=associated_data)


def pad(plain: bytes) -> bytes:
    """Return the same, filled up to one of a few lengths."""
    wanted = len(plain) + len(PADDING_MARKER)
    step = next((step for step in PADDED_LENGTHS if wanted <= step), PADDED_LENGTHS[-1])
    return (plain + PADDING_MARKER).ljust(-(-wanted // step) * step, b"\0")


def unpad(padded: bytes) -> bytes:
    """Return what was filled up.

    Raises:
        DoesNotOpen: it never was.
    """
    plain, end, _rest = padded.rstrip(b"\0").rpartition(PADDING_MARKER)
    if not end or _rest:
        raise DecryptionError("what was opened was never filled up")
    return plain
