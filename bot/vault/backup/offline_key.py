"""The offline key: anybody here can seal to its public half, and nobody here can open.

Its private half is written into a file once, to be carried to another place. The public half is a
setting; it carries a checksum, for a backup sealed to a mistyped key would open nowhere.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bot.errors import BackupError, DecryptionError, SettingError
from bot.vault.keys.hpke import SUITE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LENGTH = 32
CHECKSUM_LENGTH = 4
MARK_LENGTH = 8
"""Bytes by which a sealed thing says for which key it is."""
SALT_LENGTH = 16
ZERO_NONCE = bytes(12)
"""Of the sealed private half: its key is made anew from every salt, and used once."""
FIRST_LINE = "Haven backup key 1: keep it away from the machine whose backups it opens"


@dataclass(frozen=True)
class OfflinePublicKey:
    """The half that seals."""

    raw: bytes

    @classmethod
    def parse(cls, written: str, where: str = "HAVEN_BACKUP_KEY") -> OfflinePublicKey:
        """Return a key from how it is written down.

        Raises:
            WrongSetting: it is none, or a digit of it is wrong.
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
        """Return what tells this key from others."""
        return hashlib.sha256(b"haven offline key" + self.raw).digest()[:MARK_LENGTH]

    def seal(self, associated_data: bytes, plain: bytes) -> bytes:
        """Return bytes only the private half opens (RFC 9180, base mode, `place` as its info)."""
        return SUITE.encrypt(
            plain, X25519PublicKey.from_public_bytes(self.raw), info=associated_data
        )


@dataclass(frozen=True)
class OfflineKey:
    """The half that opens."""

    secret: bytes = field(repr=False)

    @property
    def public(self) -> OfflinePublicKey:
        """Return the half that seals."""
        private = X25519PrivateKey.from_private_bytes(self.secret)
        return OfflinePublicKey(private.public_key().public_bytes_raw())

    def open(self, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed to the public half for this place.

        Raises:
            DoesNotOpen: it was altered, cut, or sealed for another place or key.
        """
        try:
            private = X25519PrivateKey.from_private_bytes(self.secret)
            return SUITE.decrypt(sealed, private, info=associated_data)
        except (InvalidTag, ValueError):
            raise DecryptionError("a thing sealed to the offline key does not open") from None

    @classmethod
    def create(cls, path: Path, passphrase: str = "") -> OfflineKey:
        """Write a new key into a file; refuses to replace one.

        Raises:
            WrongSetting: there is a file already, or none can be made there.
        """
        key = cls(X25519PrivateKey.generate().private_bytes_raw())
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        except OSError as error:
            if path.exists():
                raise SettingError(
                    f"{path} exists; with another key its backups would open no more"
                ) from None
            raise SettingError(
                f"{path} cannot be made: {error.strerror}; name a folder you may write to"
            ) from None
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(_format_file(key, passphrase))
            file.flush()
            os.fsync(file.fileno())
        return key

    @classmethod
    def load(cls, path: Path, ask: Callable[[], str]) -> OfflineKey:
        """Read a key from its file.

        Args:
            path: as `make` wrote it.
            ask: returns the passphrase; called only where one was set.

        Raises:
            BackupRefused: it is no such file, others can read it, or the passphrase is another.
        """
        lines = _load_lines(path)
        public = OfflinePublicKey.parse(lines["public"], f"{path}, second line")
        try:
            if "sealed" in lines:
                key = cls(_open_private(bytes.fromhex(lines["sealed"]), public, ask()))
            else:
                key = cls(bytes.fromhex(lines["private"]))
            fits = key.public == public
        except (ValueError, KeyError):
            fits = False
        except InvalidTag:
            raise BackupError(f"{path}: this is not its passphrase") from None
        if not fits:
            raise BackupError(f"{path}: its third line is damaged; use the other copy of it")
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
        raise BackupError(f"{path} is no file that haven keys backup has made")
    return found


def _open_private(sealed: bytes, public: OfflinePublicKey, passphrase: str) -> bytes:
    salt, cipher = sealed[:SALT_LENGTH], sealed[SALT_LENGTH:]
    opener = ChaCha20Poly1305(_derive_key(passphrase, salt))
    return opener.decrypt(ZERO_NONCE, cipher, public.raw)


def _derive_key(passphrase: str, salt: bytes) -> bytes:
    """Argon2id, 256 MiB, three passes: most of a second here, and for whoever guesses."""
    kdf = Argon2id(salt=salt, length=LENGTH, iterations=3, lanes=1, memory_cost=256 * 1024)
    return kdf.derive(passphrase.encode())
