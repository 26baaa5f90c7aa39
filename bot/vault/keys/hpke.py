"""Public-key encryption (RFC 9180, HPKE, base mode), with associated data, and padding.

The associated data go into `info`, so that sealed bytes moved to another row do not open. Data of
cases are padded to one of a few lengths, so that the length of a message shows only roughly.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import DecryptionError

SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
KEY_LENGTH = 32
OVERHEAD = 48
"""Bytes that sealing adds: ephemeral public key and tag."""
PADDED_LENGTHS = (256, 1024, 4096, 16384)
"""Lengths after padding, in bytes; above the last, multiples of it."""
PADDING_MARKER = b"\x80"
"""The byte between the data and the zeros."""


@dataclass(frozen=True)
class KeyPair:
    """A key pair (X25519)."""

    private: X25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> KeyPair:
        """Return a new key pair."""
        return cls(X25519PrivateKey.generate())

    @classmethod
    def from_private(cls, raw: bytes) -> KeyPair:
        """Return the key pair with this private half.

        Raises:
            DecryptionError: these bytes have another length.
        """
        if len(raw) != KEY_LENGTH:
            raise DecryptionError("not the private half of a key")
        return cls(X25519PrivateKey.from_private_bytes(raw))

    @property
    def public(self) -> bytes:
        """Return the public half."""
        return self.private.public_key().public_bytes_raw()

    @property
    def private_bytes(self) -> bytes:
        """Return the private half, for wrapping."""
        return self.private.private_bytes_raw()

    def open(self, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed to the public half with this associated data.

        Raises:
            DecryptionError: altered or cut, or sealed with other associated data or another key.
        """
        try:
            return SUITE.decrypt(sealed, self.private, info=associated_data)
        except (InvalidTag, ValueError):
            raise DecryptionError("altered, moved, or sealed to another key") from None


def seal_to(public: bytes, associated_data: bytes, plain: bytes) -> bytes:
    """Return bytes that only the private half opens, with the same associated data."""
    return SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public), info=associated_data)


def derive_subkey(secret: bytes, info: str) -> bytes:
    """Return the 32-byte key for one use of a secret (HKDF-SHA256)."""
    return HKDF(SHA256(), KEY_LENGTH, salt=None, info=info.encode()).derive(secret)


def pad(plain: bytes) -> bytes:
    """Return the data, padded to one of `PADDED_LENGTHS`."""
    wanted = len(plain) + len(PADDING_MARKER)
    step = next((step for step in PADDED_LENGTHS if wanted <= step), PADDED_LENGTHS[-1])
    return (plain + PADDING_MARKER).ljust(-(-wanted // step) * step, b"\0")


def unpad(padded: bytes) -> bytes:
    """Return the data without padding; DecryptionError if there is none."""
    plain, end, rest = padded.rstrip(b"\0").rpartition(PADDING_MARKER)
    if not end or rest:
        raise DecryptionError("decrypted data without padding")
    return plain
