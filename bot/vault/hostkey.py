"""The host key: 32 random bytes in a file of its own, outside the data directory."""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import WrongSetting

if TYPE_CHECKING:
    from pathlib import Path

LENGTH = 32


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
    def read(cls, path: Path, data: Path | None = None) -> HostKey:
        """Read the key from its file.

        Args:
            path: a file only its owner can read, holding 64 hexadecimal digits.
            data: the data directory, which must not contain the key.

        Raises:
            WrongSetting: the file is missing, readable by others, of the wrong shape, or lies with
                the data it protects.
        """
        if data is not None and path.resolve().is_relative_to(data.resolve()):
            raise WrongSetting(
                "HAVEN_HOST_KEY_FILE lies in HAVEN_DATA: whoever copies the data would have the "
                "key too; move it to another folder"
            )
        if not path.is_file():
            raise WrongSetting(
                f"HAVEN_HOST_KEY_FILE: there is no file {path}; make one with: haven keys new"
            )
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise WrongSetting(f"HAVEN_HOST_KEY_FILE: others can read it; chmod 0400 {path}")
        return cls(_secret(path))

    @classmethod
    def make(cls, path: Path) -> HostKey:
        """Write a new key; refuses to replace one.

        Raises:
            WrongSetting: there is a file already, or none can be made there.
        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        except OSError as error:
            if path.exists():
                raise WrongSetting(
                    f"{path} exists; a new key would make everything unreadable"
                ) from None
            raise WrongSetting(
                f"{path} cannot be made: {error.strerror}; name a folder you may write to"
            ) from None
        secret = secrets.token_bytes(LENGTH)
        with os.fdopen(handle, "w") as file:
            file.write(secret.hex() + "\n")
        return cls(secret)


def _secret(path: Path) -> bytes:
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        secret = b""
    except OSError as error:
        raise WrongSetting(
            f"HAVEN_HOST_KEY_FILE: {path} cannot be read ({error.strerror})"
        ) from None
    if len(secret) != LENGTH:
        raise WrongSetting(f"HAVEN_HOST_KEY_FILE: {path} must hold 64 hexadecimal digits")
    return secret
