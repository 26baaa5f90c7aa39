"""A key pair whose private half is locked twice: with a password and with a printed recovery key.

Neither the password nor the recovery key is stored. Caseworkers and members of partners have such
pairs; `kind` says which, so that one never opens in place of the other.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.errors import WrongPasswordError
from bot.vault.keys import passwords
from bot.vault.keys.hpke import KeyPair, derive_subkey
from bot.vault.keys.passwords import PasswordCost

if TYPE_CHECKING:
    from collections.abc import Sequence

ZERO_NONCE = bytes(12)
"""Each password has a new salt, and each recovery key is new, so each key encrypts once."""


@dataclass(frozen=True, slots=True)
class LockSecrets:
    """With what a pair is locked."""

    password: str
    printed: bytes
    """The secret of the recovery key, `passwords.LENGTH` random bytes."""
    cost: PasswordCost


@dataclass(frozen=True, slots=True)
class OpenedPair:
    """A pair, and which of its stored forms was opened: each password has a salt of its own."""

    pair: KeyPair
    salt: bytes


@dataclass(frozen=True, slots=True)
class LockedPair:
    """The stored form of a pair."""

    kind: str
    who: str
    public: bytes
    salt: bytes
    cost: PasswordCost
    by_password: bytes
    by_recovery: bytes

    @classmethod
    def from_row(cls, kind: str, who: str, row: Sequence[Any]) -> LockedPair:
        """Return the pair of a row: its public half, then the columns as `lock_pair` gives them."""
        public, salt, memory, passes, by_password, by_recovery = row
        cost = PasswordCost(memory, passes)
        return cls(
            kind, who, bytes(public), bytes(salt), cost, bytes(by_password), bytes(by_recovery)
        )

    def unlock(self, password: str) -> KeyPair:
        """Return the pair; raise WrongPasswordError if the password is wrong."""
        key = passwords.derive_key(password, self.salt, self.cost)
        return self._open(key, self.by_password)

    def recover(self, printed: str) -> KeyPair:
        """Return the pair; raise WrongPasswordError if the recovery key is wrong."""
        secret = passwords.parse_printed_key(printed)
        return self._open(_recovery_key(self.who, secret), self.by_recovery)

    def _open(self, key: bytes, sealed: bytes) -> KeyPair:
        bound = _associated_data(self.kind, self.who, self.public)
        try:
            raw = ChaCha20Poly1305(key).decrypt(ZERO_NONCE, sealed, bound)
        except InvalidTag:
            raise WrongPasswordError(
                "this does not open the key: it is not the right one"
            ) from None
        return KeyPair.from_private(raw)


def lock_pair(
    kind: str, who: str, pair: KeyPair, secrets: LockSecrets
) -> tuple[bytes, int, int, bytes, bytes]:
    """Return what is stored: salt, memory (KiB), passes, locked by password, by recovery key."""
    salt, cost = os.urandom(passwords.SALT_LENGTH), secrets.cost
    by_password = ChaCha20Poly1305(passwords.derive_key(secrets.password, salt, cost))
    by_recovery = ChaCha20Poly1305(_recovery_key(who, secrets.printed))
    bound = _associated_data(kind, who, pair.public)
    return (
        salt,
        cost.memory,
        cost.passes,
        by_password.encrypt(ZERO_NONCE, pair.private_bytes, bound),
        by_recovery.encrypt(ZERO_NONCE, pair.private_bytes, bound),
    )


def _recovery_key(who: str, secret: bytes) -> bytes:
    return derive_subkey(secret, f"haven printed {who}")


def _associated_data(kind: str, who: str, public: bytes) -> bytes:
    return b"haven/%b/%b/%b" % (kind.encode(), who.encode(), public)
