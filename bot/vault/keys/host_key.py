"""The host key: 32 random bytes in a file of its own, outside the data directory.

The file holds them as they are, for its owner alone, or locked with a passphrase (Argon2id), which
is asked at a start or read from another file: whoever copies the disk then has neither data nor
key. The passphrase alone would be no better a key than it is long; so it locks a random one.
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import SettingError, WrongHostKeyError
from bot.vault.keys.passwords import DEFAULT_COST, SALT_LENGTH, PasswordCost, derive_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LENGTH = 32
LOCKED_PREFIX = "haven-host-key-1"
"""What a file with a locked key begins with."""
ZERO_NONCE = bytes(12)
"""Every lock has a salt, and so a key, of its own: it seals once."""
MIN_PASSPHRASE_LENGTH = 16
"""Signs of a passphrase."""
LOSS_WARNING = (
    "Without the right one these are lost: unfinished conversations, letters not sent yet, where "
    "to write to people with open cases, caseworkers' accounts, the proof of the audit log. Not "
    "lost: the cases themselves, which caseworkers open with their passwords (haven keys rescue)."
)


@dataclass(frozen=True)
class HostKey:
    """The secret everything else of this host is derived from."""

    secret: bytes = field(repr=False)

    def derive(self, label: str) -> bytes:
        """Return the 32 bytes that are this secret's for one use."""
        return HKDF(SHA256(), LENGTH, salt=None, info=f"haven 1 {label}".encode()).derive(
            self.secret
        )

    @classmethod
    def load(
        cls, path: Path, data: Path | None = None, ask: Callable[[], str] | None = None
    ) -> HostKey:
        """Read the key from its file.

        Args:
            path: a file only its owner can read, holding 64 hexadecimal digits, or a locked key.
            data: the data directory, which must not contain the key.
            ask: returns the passphrase; called only where the key is locked.

        Raises:
            WrongSetting: the file is missing, readable by others, of the wrong shape, or lies with
                the data it protects; or the key is locked and nobody can be asked.
            WrongHostKey: this is not its passphrase; what is lost without it is said.
        """
        if data is not None and path.resolve().is_relative_to(data.resolve()):
            raise SettingError(
                "HAVEN_HOST_KEY_FILE lies in HAVEN_DATA: whoever copies the data would have the "
                "key too; move it to another folder"
            )
        if not path.is_file():
            raise SettingError(
                f"HAVEN_HOST_KEY_FILE: there is no file {path}; make one with: haven keys new"
            )
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SettingError(f"HAVEN_HOST_KEY_FILE: others can read it; chmod 0400 {path}")
        return cls(_load_secret(path, ask))

    @classmethod
    def create(cls, path: Path, passphrase: str = "", cost: PasswordCost = DEFAULT_COST) -> HostKey:
        """Write a new key, locked where there is a passphrase; refuses to replace one.

        Raises:
            WrongSetting: there is a file already, none can be made there, or the passphrase is
                too short.
        """
        if passphrase and len(passphrase) < MIN_PASSPHRASE_LENGTH:
            raise SettingError(
                f"a passphrase has {MIN_PASSPHRASE_LENGTH} signs or more; five words are easiest"
            )
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        except OSError as error:
            if path.exists():
                raise SettingError(
                    f"{path} exists; a new key would make everything unreadable"
                ) from None
            raise SettingError(
                f"{path} cannot be made: {error.strerror}; name a folder you may write to"
            ) from None
        secret = secrets.token_bytes(LENGTH)
        with os.fdopen(handle, "w") as file:
            file.write(f"{_lock(secret, passphrase, cost) if passphrase else secret.hex()}\n")
        return cls(secret)


def _load_secret(path: Path, ask: Callable[[], str] | None) -> bytes:
    shape = SettingError(
        f"HAVEN_HOST_KEY_FILE: {path} must hold 64 hexadecimal digits, or a key locked by Haven"
    )
    try:
        written = path.read_text(encoding="ascii").strip()
        if written.startswith(LOCKED_PREFIX):
            return _unlock_file(path, written, ask)
        secret = bytes.fromhex(written)
    except ValueError:
        raise shape from None
    except OSError as error:
        raise SettingError(
            f"HAVEN_HOST_KEY_FILE: {path} cannot be read ({error.strerror})"
        ) from None
    if len(secret) != LENGTH:
        raise shape
    return secret


def _lock(secret: bytes, passphrase: str, cost: PasswordCost) -> str:
    salt = secrets.token_bytes(SALT_LENGTH)
    head = f"{LOCKED_PREFIX} {cost.memory} {cost.passes} {salt.hex()}"
    cipher = ChaCha20Poly1305(derive_key(passphrase, salt, cost))
    return f"{head} {cipher.encrypt(ZERO_NONCE, secret, head.encode()).hex()}"


def _unlock_file(path: Path, written: str, ask: Callable[[], str] | None) -> bytes:
    if ask is None:
        raise SettingError(f"HAVEN_HOST_KEY_FILE: {path} is locked with a passphrase")
    try:
        return _unlock(written, ask())
    except InvalidTag:
        raise WrongHostKeyError(
            f"this is not the passphrase of {path}, or that was altered. {LOSS_WARNING} Nothing "
            "was changed: type it again, or put the copy kept elsewhere in its place"
        ) from None


@lru_cache(maxsize=4)
def _unlock(written: str, passphrase: str) -> bytes:
    """Return the secret a file holds locked; a start asks for it several times.

    Raises:
        ValueError: the file has another shape.
        InvalidTag: this is not its passphrase, or it was altered.
    """
    head, _space, sealed = written.rpartition(" ")
    _mark, memory, passes, salt = head.split()
    cost = PasswordCost(memory=int(memory), passes=int(passes))
    cipher = ChaCha20Poly1305(derive_key(passphrase, bytes.fromhex(salt), cost))
    return cipher.decrypt(ZERO_NONCE, bytes.fromhex(sealed), head.encode())
