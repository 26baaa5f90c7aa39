"""A caseworker's key, locked with a secret that only their browser has: a session's or a passkey's.

The database holds the locked key of a session, and the digest of the session secret: neither opens
anything. Each request unlocks the key for itself; the locked key goes with the session. A passkey
computes (PRF extension) a secret as long as a key, so the key locked with it needs no slow hash.
"""

from __future__ import annotations

import os
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.errors import DecryptionError
from bot.vault.keys.hpke import KeyPair, derive_subkey
from bot.vault.keys.keyring import STAFF_PREFIX, Keyring

if TYPE_CHECKING:
    from bot.vault.keys.key_store import KeyStore

LENGTH = 32
ZERO_NONCE = bytes(12)
"""A session secret locks one key, once."""
SESSION_INFO = "haven desk session"


def new_session_secret() -> bytes:
    """Return 32 random bytes for a browser."""
    return secrets.token_bytes(LENGTH)


def secret_digest(secret: bytes) -> bytes:
    """Return the digest by which the database knows a session secret."""
    return sha256(b"haven desk " + secret).digest()


def lock_with_secret(keyring: Keyring, secret: bytes) -> bytes:
    """Return a caseworker's own key, locked with a session secret.

    Raises:
        DecryptionError: the keyring has no key of its own.
    """
    return lock_pair_with_secret(keyring.own_key(), keyring.holder, secret)


def lock_pair_with_secret(pair: KeyPair, holder: str, secret: bytes) -> bytes:
    """Return a holder's key pair, locked with a session secret."""
    return _cipher(secret).encrypt(ZERO_NONCE, pair.private_bytes, holder.encode())


def unlock_pair_with_secret(holder: str, sealed: bytes, secret: bytes) -> KeyPair:
    """Return a holder's key pair.

    Raises:
        DecryptionError: another secret locked it, or it is another holder's.
    """
    try:
        raw = _cipher(secret).decrypt(ZERO_NONCE, sealed, holder.encode())
    except InvalidTag:
        raise DecryptionError("this session does not open the key") from None
    return KeyPair.from_private(raw)


def unlock_with_secret(keys: KeyStore, staff_id: str, sealed: bytes, secret: bytes) -> Keyring:
    """Return a caseworker's keyring.

    Raises:
        DecryptionError: another secret locked it, or it is another caseworker's.
    """
    holder = STAFF_PREFIX + staff_id
    return Keyring(keys, holder, unlock_pair_with_secret(holder, sealed, secret))


def lock_with_passkey(keyring: Keyring, prf_output: bytes) -> bytes:
    """Return a caseworker's own key, locked with the PRF output of their passkey.

    Raises:
        DecryptionError: the keyring has no key of its own.
    """
    private = keyring.own_key().private_bytes
    nonce = os.urandom(len(ZERO_NONCE))  # a passkey can lock another key later
    cipher = _cipher(prf_output, "haven desk passkey")
    return nonce + cipher.encrypt(nonce, private, keyring.holder.encode())


def unlock_with_passkey(keys: KeyStore, staff_id: str, sealed: bytes, prf_output: bytes) -> Keyring:
    """Return a caseworker's keyring, unlocked with the PRF output of their passkey.

    Raises:
        DecryptionError: another passkey locked it, or it is another caseworker's.
    """
    holder, nonce = STAFF_PREFIX + staff_id, sealed[: len(ZERO_NONCE)]
    try:
        cipher = _cipher(prf_output, "haven desk passkey")
        raw = cipher.decrypt(nonce, sealed[len(ZERO_NONCE) :], holder.encode())
    except (InvalidTag, ValueError):
        raise DecryptionError("this passkey does not open the key") from None
    return Keyring(keys, holder, KeyPair.from_private(raw))


def seal_with_secret(secret: bytes, about: bytes, plain: bytes) -> bytes:
    """Return what a session keeps, sealed with its secret and bound to `about`."""
    nonce = os.urandom(len(ZERO_NONCE))  # a session changes what it keeps
    return nonce + _cipher(secret, SESSION_INFO).encrypt(nonce, plain, about)


def open_with_secret(secret: bytes, about: bytes, sealed: bytes) -> bytes:
    """Return what a session keeps.

    Raises:
        DecryptionError: another secret sealed it, or it is bound to something else.
    """
    nonce, rest = sealed[: len(ZERO_NONCE)], sealed[len(ZERO_NONCE) :]
    try:
        return _cipher(secret, SESSION_INFO).decrypt(nonce, rest, about)
    except (InvalidTag, ValueError):
        raise DecryptionError("this browser does not open the session") from None


def _cipher(secret: bytes, info: str = "haven desk key") -> ChaCha20Poly1305:
    return ChaCha20Poly1305(derive_subkey(secret, info))
