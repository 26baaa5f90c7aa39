"""The host key: 32 random bytes in a file outside the data directory.

Only the owner can read the file. It holds the key in clear, or locked with a passphrase (Argon2id)
that is asked at start or read from another file; then a copy of the disk opens nothing. The
passphrase locks a random key, because a passphrase is a weaker key than 32 random bytes.
"""

from __future__ import annotations

import errno
import os
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.errors import SettingError, WrongHostKeyError
from bot.private_file import others_may_use, user_name
from bot.store.blobs.durable_files import sync_file, sync_folder
from bot.vault.keys.hpke import derive_subkey
from bot.vault.keys.passwords import DEFAULT_COST, SALT_LENGTH, PasswordCost, derive_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LENGTH = 32
SETTING = "HAVEN_HOST_KEY_FILE"
LOCKED_PREFIX = "haven-host-key-1"
ZERO_NONCE = bytes(12)
"""Each lock has its own salt, so its key encrypts once."""
MIN_PASSPHRASE_LENGTH = 16
"""Characters of a passphrase."""
LOSS_WARNING = (
    "Without the right one these are lost: unfinished conversations, letters not sent yet, the "
    "chats of people with open cases, caseworkers' accounts, the proof of the audit log. Not "
    "lost: the cases themselves, which caseworkers open with their passwords (haven keys rescue)."
)


@dataclass(frozen=True)
class HostKey:
    """A secret from which other keys are derived."""

    secret: bytes = field(repr=False)

    def derive(self, label: str) -> bytes:
        """Return the 32-byte key for one use (HKDF-SHA256)."""
        return derive_subkey(self.secret, f"haven 1 {label}")

    @classmethod
    def load(
        cls,
        path: Path,
        data: Path | None = None,
        ask: Callable[[], str] | None = None,
        *,
        named: str = SETTING,
    ) -> HostKey:
        """Read the key from its file; `ask` returns the passphrase if the key is locked.

        `named` is the setting or the option that names the file, for what is said about it.

        Raises:
            SettingError: the file is missing, readable by others, malformed, or inside the `data`
                directory; or the key is locked and `ask` is None.
            WrongHostKeyError: this is not its passphrase.
        """
        if data is not None and is_inside(path, data):
            raise SettingError(
                "HAVEN_HOST_KEY_FILE is inside HAVEN_DATA: a copy of the data would include the "
                "key; move it to another folder"
            )
        try:
            is_file = path.is_file()
            is_open = is_file and others_may_use(path)
        except OSError as error:  # its folder is closed to this user
            raise _unreadable(path, error, named) from None
        if not is_file:
            raise SettingError(f"{named}: there is no file {path}; make one with: haven keys new")
        if is_open:
            raise SettingError(f"{named}: others can read it; chmod 0400 {path}")
        return cls(_load_secret(path, ask, named))

    @classmethod
    def create(cls, path: Path, passphrase: str = "", cost: PasswordCost = DEFAULT_COST) -> HostKey:
        """Write a new key, locked if there is a passphrase; never replace a file.

        Raises:
            SettingError: the file exists or cannot be created, or the passphrase is too short.
        """
        if passphrase and len(passphrase) < MIN_PASSPHRASE_LENGTH:
            raise SettingError(
                f"a passphrase has at least {MIN_PASSPHRASE_LENGTH} characters; use five words"
            )
        secret = secrets.token_bytes(LENGTH)
        text = _lock(secret, passphrase, cost) if passphrase else secret.hex()
        write_key_file(path, f"{text}\n", "a new key would make everything unreadable")
        return cls(secret)


def is_inside(path: Path, folder: Path) -> bool:
    """Tell whether a file is in a folder, by whatever links."""
    return path.resolve().is_relative_to(folder.resolve())


def write_key_file(path: Path, text: str, why_not_replaced: str) -> None:
    """Write a file that only this user can read, whole or not at all; never replace one.

    Raises:
        SettingError: the file exists, there is no room, or it cannot be created.
    """
    aside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)  # of a process that was killed
        try:
            _write_durably(aside, text)
            _rename_to_new(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise SettingError(f"{path} {_why_not_written(path, error, why_not_replaced)}") from None


def _write_durably(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        sync_file(file)


def _rename_to_new(aside: Path, path: Path) -> None:
    """Give a file its name; raise FileExistsError if there is one of that name."""
    try:
        os.link(aside, path)
    except FileExistsError:
        raise
    except OSError:  # a stick whose file system knows no links
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        aside.rename(path)


def _why_not_written(path: Path, error: OSError, why_not_replaced: str) -> str:
    if path.exists():
        return f"exists; {why_not_replaced}"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"was not written: no space left in {path.parent}; make room there, then try again"
    return f"cannot be created: {error.strerror}; name a folder you may write to"


def _load_secret(path: Path, ask: Callable[[], str] | None, named: str) -> bytes:
    shape = SettingError(
        f"{named}: {path} must hold 64 hexadecimal digits, or a key locked by Haven"
    )
    try:
        written = path.read_text(encoding="ascii").strip()
        if written.startswith(LOCKED_PREFIX):
            return _unlock_file(path, written, ask, named)
        secret = bytes.fromhex(written)
    except ValueError:
        raise shape from None
    except OSError as error:
        raise _unreadable(path, error, named) from None
    if len(secret) != LENGTH:
        raise shape
    return secret


def _unreadable(path: Path, error: OSError, named: str) -> SettingError:
    user = user_name()
    if named != SETTING:
        return SettingError(
            f"{named}: {path} cannot be read by the user {user} ({error.strerror}); name a copy "
            "that this user may read"
        )
    return SettingError(
        f"HAVEN_HOST_KEY_FILE: {path} cannot be read by the user {user} ({error.strerror}). Where "
        "haven setup installed Haven, remove this setting: there the key is a credential. "
        f"Elsewhere let it belong to that user, in a folder they may enter: chown {user} {path}"
    )


def _lock(secret: bytes, passphrase: str, cost: PasswordCost) -> str:
    salt = secrets.token_bytes(SALT_LENGTH)
    head = f"{LOCKED_PREFIX} {cost.memory} {cost.passes} {salt.hex()}"
    cipher = ChaCha20Poly1305(derive_key(passphrase, salt, cost))
    return f"{head} {cipher.encrypt(ZERO_NONCE, secret, head.encode()).hex()}"


def _unlock_file(path: Path, written: str, ask: Callable[[], str] | None, named: str) -> bytes:
    if ask is None:
        raise SettingError(f"{named}: {path} is locked with a passphrase")
    try:
        return _unlock(written, ask())
    except InvalidTag:
        raise WrongHostKeyError(
            f"this is not the passphrase of {path}, or the file was altered. {LOSS_WARNING} "
            "Nothing was changed: type it again, or restore the file from the copy kept elsewhere"
        ) from None


@lru_cache(maxsize=4)
def _unlock(written: str, passphrase: str) -> bytes:
    """Return the secret of a locked key; cached, because a start needs it several times.

    Raises:
        ValueError: the file is malformed.
        InvalidTag: this is not its passphrase, or the file was altered.
    """
    head, _space, sealed = written.rpartition(" ")
    _mark, memory, passes, salt = head.split()
    cost = PasswordCost(memory=int(memory), passes=int(passes))
    cipher = ChaCha20Poly1305(derive_key(passphrase, bytes.fromhex(salt), cost))
    return cipher.decrypt(ZERO_NONCE, bytes.fromhex(sealed), head.encode())
