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

from bot.errors import DoesNotOpen
from bot.vault.keys.hpke import KeyPair
from bot.vault.keys.key_store import KeyStore  # noqa: TC001 - named beside what it makes
from bot.vault.keys.keyring import STAFF, Keyring

LENGTH = 32
NONCE = bytes(12)
"""Every secret of a session locks one key, once."""


def new_secret() -> bytes:
    """Return 256 bits for a browser to hold."""
    return secrets.token_bytes(LENGTH)


def known_by(secret: bytes) -> bytes:
    """Return what a secret is known by here: nobody comes from it to the secret."""
    return sha256(b"haven desk " + secret).digest()


def locked(keyring: Keyring, secret: bytes) -> bytes:
    """Return a caseworker's own key, locked under a secret.

    Raises:
        DoesNotOpen: the keyring has none.
    """
    key = keyring.key(keyring.holder)
    if key is None:
        raise DoesNotOpen("a keyring without a key of its own")
    return _cipher(secret).encrypt(NONCE, key.raw, keyring.holder.encode())


def unlocked(keys: KeyStore, who: str, sealed: bytes, secret: bytes) -> Keyring:
    """Return what a caseworker can open.

    Raises:
        DoesNotOpen: it is another secret, or another caseworker's key.
    """
    holder = STAFF + who
    try:
        raw = _cipher(secret).decrypt(NONCE, sealed, holder.encode())
    except InvalidTag:
        raise DoesNotOpen("this session opens no key") from None
    return Keyring(keys, holder, KeyPair.of(raw))


def under_passkey(keyring: Keyring, computed: bytes) -> bytes:
    """Return a caseworker's own key, locked under what their passkey computes.

    Raises:
        DoesNotOpen: the keyring has none.
    """
    key = keyring.key(keyring.holder)
    if key is None:
        raise DoesNotOpen("a keyring without a key of its own")
    nonce = os.urandom(len(NONCE))  # one passkey can lock another key later
    cipher = _cipher(computed, b"haven desk passkey")
    return nonce + cipher.encrypt(nonce, key.raw, keyring.holder.encode())


def by_passkey(keys: KeyStore, who: str, sealed: bytes, computed: bytes) -> Keyring:
    """Return what a caseworker can open, by what their passkey computes.

    Raises:
        DoesNotOpen: it is another passkey, or another caseworker's key.
    """
    holder, nonce = STAFF + who, sealed[: len(NONCE)]
    cipher = _cipher(computed, b"haven desk passkey")
    try:
        raw = cipher.decrypt(nonce, sealed[len(NONCE) :], holder.encode())
    except (InvalidTag, ValueError):
        raise DoesNotOpen("this passkey opens no key") from None
    return Keyring(keys, holder, KeyPair.of(raw))


def _cipher(secret: bytes, info: bytes = b"haven desk key") -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), LENGTH, salt=None, info=info).derive(secret))
