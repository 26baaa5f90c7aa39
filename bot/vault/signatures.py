"""Signing what the house says, so that anybody with the public half can check it (Ed25519)."""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Signer:
    """The key this deployment signs with, derived from its secret: the same for as long as that is.

    Args:
        seed: 32 bytes.
    """

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def sign(self, text: str) -> bytes:
        """Return the signature of a text."""
        return self._key.sign(text.encode())

    def is_valid(self, text: str, signature: bytes) -> bool:
        """Tell whether a signature is ours, of exactly this text."""
        try:
            self._key.public_key().verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    @property
    def public_pem(self) -> str:
        """Return the public half as a PEM, which any program for such things reads."""
        public: Ed25519PublicKey = self._key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def encode_signature(signature: bytes) -> str:
    """Return a signature as it is printed."""
    return base64.b64encode(signature).decode()
