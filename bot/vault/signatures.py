"""Signatures of receipts (Ed25519); the public key verifies them."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Signer:
    """The signing key of a deployment, derived from its root; the seed has 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def sign(self, text: str) -> bytes:
        """Return the signature of a text."""
        return self._key.sign(text.encode())

    def is_valid(self, text: str, signature: bytes) -> bool:
        """Tell whether this key signed exactly this text."""
        try:
            self._key.public_key().verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    @property
    def public_pem(self) -> str:
        """Return the public key as PEM."""
        public = self._key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
