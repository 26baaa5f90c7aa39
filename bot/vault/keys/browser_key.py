"""A caseworker's key where a browser holds what opens it: for a session, or by a passkey for good.

The desk keeps the key of a session locked in memory and the digest of its secret in the store:
whoever reads either of them opens nothing. It is unlocked for one request, and gone with the
session. What a passkey computes is as long as a key and nobody's to guess, so the key that lies
locked under it needs no price of a guess.
"""

from __future__ import annotations

import os
import secrets
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import DecryptionError
from bot.vault.keys.hpke import KeyPair
from bot.vault.keys.key_store import KeyStore  # noqa: TC001 - named beside what it makes
from bot.vault.keys.keyring import STAFF_PREFIX, Keyring

LENGTH = 32
ZERO_NONCE = bytes(12)
"""Every secret of a session locks one key, once."""


def new_session_secret() -> bytes:
    """Return 256 bits for a browser to hold."""
    return secrets.token_bytes(LENGTH)


def secret_digest(secret: bytes) -> bytes:
    """Return what a secret is known by here: nobody comes from it to the secret."""
    return sha256(b"haven desk " + secret).digest()


def lock_with_secret(keyring: Keyring, secret: bytes) -> bytes:
    """Return a caseworker's own key, locked under a secret.

    Raises:
        DoesNotOpen: the keyring has none.
    """
    key = keyring.key(keyring.holder)
    if key is None:
        raise DecryptionError("a keyring without a key of its own")
    return _cipher(secret).encrypt(ZERO_NONCE, key.private_bytes, keyring.holder.encode())


def unlock_with_secret(keys: KeyStore, staff_id: str, sealed: bytes, secret: bytes) -> Keyring:
    """Return what a caseworker can open.

    Raises:
        DoesNotOpen: it is another secret, or another caseworker's key.
    """
    holder = STAFF_PREFIX + staff_id
    try:
        raw = _cipher(secret).decrypt(ZERO_NONCE, sealed, holder.encode())
    except InvalidTag:
        raise DecryptionError("this session opens no key") from None
    return Keyring(keys, holder, KeyPair.from_private(raw))


def lock_with_passkey(keyring: Keyring, prf_output: bytes) -> bytes:
    """Return a caseworker's own key, locked under what their passkey computes.

    Raises:
        DoesNotOpen: the keyring has none.
    """
    key = keyring.key(keyring.holder)
    if key is None:
        raise DecryptionError("a keyring without a key of its own")
    nonce = os.urandom(len(ZERO_NONCE))  # one passkey can lock another key later
    cipher = _cipher(prf_output, b"haven desk passkey")
    return nonce + cipher.encrypt(nonce, key.private_bytes, keyring.holder.encode())


def unlock_with_passkey(keys: KeyStore, staff_id: str, sealed: bytes, prf_output: bytes) -> Keyring:
    """Return what a caseworker can open, by what their passkey computes.

    Raises:
        DoesNotOpen: it is another passkey, or another caseworker's key.
    """
    holder, nonce = STAFF_PREFIX + staff_id, sealed[: len(ZERO_NONCE)]
    cipher = _cipher(prf_output, b"haven desk passkey")
    try:
        raw = cipher.decrypt(nonce, sealed[len(ZERO_NONCE) :], holder.encode())
    except (InvalidTag, ValueError):
        raise DecryptionError("this passkey opens no key") from None
    return Keyring(keys, holder, KeyPair.from_private(raw))


def _cipher(secret: bytes, info: bytes = b"haven desk key") -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), LENGTH, salt=None, info=info).derive(secret))
