"""The offline key of backups: this host seals to its public half and cannot open.

The private half is written to a file once, to be kept elsewhere. The public half is a setting with
a checksum, because a backup sealed to a mistyped key would open nowhere.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bot.errors import BackupError, DecryptionError, SettingError
from bot.vault.erasure.erase import sync_file
from bot.vault.keys.host_key import create_key_file
from bot.vault.keys.hpke import KeyPair, seal_to

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LENGTH = 32
CHECKSUM_LENGTH = 4
MARK_LENGTH = 8
"""Bytes of the fingerprint in an archive."""
SALT_LENGTH = 16
ZERO_NONCE = bytes(12)
"""Each salt gives a new key, which encrypts once."""
FIRST_LINE = "Haven backup key 1: keep it away from the machine whose backups it opens"


@dataclass(frozen=True)
class OfflinePublicKey:
    """The public half."""

    raw: bytes

    @classmethod
    def parse(cls, written: str, where: str = "HAVEN_BACKUP_KEY") -> OfflinePublicKey:
        """Return a key from its printed form.

        Raises:
            SettingError: malformed, or a digit is wrong.
        """
        try:
            found = bytes.fromhex(written.strip())
        except ValueError:
            found = b""
        raw, checksum = found[:LENGTH], found[LENGTH:]
        if len(raw) != LENGTH or checksum != _checksum(raw):
            raise SettingError(
                f"{where}: a digit is wrong or missing; copy it as haven keys backup printed it"
            )
        return cls(raw)

    def __str__(self) -> str:
        return (self.raw + _checksum(self.raw)).hex()

    @property
    def fingerprint(self) -> bytes:
        """Return the fingerprint of the key."""
        return hashlib.sha256(b"haven offline key" + self.raw).digest()[:MARK_LENGTH]

    def seal(self, associated_data: bytes, plain: bytes) -> bytes:
        """Return bytes that only the private half opens (HPKE, associated data as `info`)."""
        return seal_to(self.raw, associated_data, plain)


@dataclass(frozen=True)
class OfflineKey:
    """The private half."""

    secret: bytes = field(repr=False)

    @property
    def public(self) -> OfflinePublicKey:
        """Return the public half."""
        return OfflinePublicKey(KeyPair.from_private(self.secret).public)

    def open(self, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed to the public half with this associated data.

        Raises:
            DecryptionError: altered or cut, or sealed with other associated data or another key.
        """
        return KeyPair.from_private(self.secret).open(associated_data, sealed)

    @classmethod
    def create(cls, path: Path, passphrase: str = "") -> OfflineKey:
        """Write a new key to a file; never replace one.

        Raises:
            SettingError: the file exists or cannot be created.
        """
        key = cls(KeyPair.generate().private_bytes)
        with create_key_file(path, "without this key its backups would not open") as file:
            file.write(_format_file(key, passphrase))
            sync_file(file)
        return key

    @classmethod
    def load(cls, path: Path, ask: Callable[[], str]) -> OfflineKey:
        """Read a key from its file; `ask` returns the passphrase if there is one.

        Raises:
            BackupError: no such file, readable by others, damaged, or another passphrase.
        """
        lines = _load_lines(path)
        public = OfflinePublicKey.parse(lines["public"], f"{path}, second line")
        try:
            if "sealed" in lines:
                key = cls(_open_private(bytes.fromhex(lines["sealed"]), public, ask()))
            else:
                key = cls(bytes.fromhex(lines["private"]))
            is_whole = key.public == public
        except (ValueError, KeyError, DecryptionError):
            is_whole = False
        except InvalidTag:
            raise BackupError(f"{path}: this is not its passphrase") from None
        if not is_whole:
            raise BackupError(f"{path}: its third line is damaged; use another copy")
        return key


def _checksum(raw: bytes) -> bytes:
    return hashlib.sha256(b"haven offline key checksum" + raw).digest()[:CHECKSUM_LENGTH]


def _format_file(key: OfflineKey, passphrase: str) -> str:
    half = f"private {key.secret.hex()}"
    if passphrase:
        salt = os.urandom(SALT_LENGTH)
        cipher = ChaCha20Poly1305(_derive_key(passphrase, salt))
        half = f"sealed {(salt + cipher.encrypt(ZERO_NONCE, key.secret, key.public.raw)).hex()}"
    return f"{FIRST_LINE}\npublic {key.public}\n{half}\n"


def _load_lines(path: Path) -> dict[str, str]:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise BackupError(f"{path}: others can read it; chmod 0400 {path}")
        first, *lines = path.read_text(encoding="ascii").splitlines()
        found = dict(line.split(" ", 1) for line in lines)
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        first, found = "", {}
    if first != FIRST_LINE or found.keys() not in ({"public", "private"}, {"public", "sealed"}):
        raise BackupError(f"{path} is no file of haven keys backup")
    return found


def _open_private(sealed: bytes, public: OfflinePublicKey, passphrase: str) -> bytes:
    opener = ChaCha20Poly1305(_derive_key(passphrase, sealed[:SALT_LENGTH]))
    return opener.decrypt(ZERO_NONCE, sealed[SALT_LENGTH:], public.raw)


def _derive_key(passphrase: str, salt: bytes) -> bytes:
    kdf = Argon2id(salt=salt, length=LENGTH, iterations=3, lanes=1, memory_cost=256 * 1024)
    return kdf.derive(passphrase.encode())
