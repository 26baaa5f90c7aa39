"""The offline key of backups, an age identity: this host encrypts to it and cannot decrypt.

The identity is written to a file once, to be kept elsewhere. Its public half, a recipient, is a
setting; there may be several. Both have the form of age (https://age-encryption.org/v1), so that
the command `age` of a Debian system opens a backup without Haven.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING

import pyrage

from bot.errors import BackupError, SettingError
from bot.private_file import others_may_use
from bot.vault.keys.host_key import write_key_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

SECRET_PREFIX = "AGE-SECRET-KEY-"  # noqa: S105 - how every identity begins
RECIPIENT_PREFIX = "age1"
LOCKED_BEGINNINGS = (b"-----BEGIN AGE ENCRYPTED FILE-----", b"age-encryption.org/v1\n")
"""How a file begins that age encrypted, for example an identity with a passphrase."""
ARCHIVE_BEGINNING = b"age-encryption.org/v1\n"
OTHER_KEY = "No matching keys found"
"""What pyrage says of a file that is encrypted to another identity."""
FIRST_LINE = "# Haven's offline key: keep it away from the machine whose backups it opens"


@dataclass(frozen=True)
class BackupRecipients:
    """Those to whom backups are encrypted: each alone opens them with their identity."""

    written: tuple[str, ...]
    """Recipients in age's form, `age1...`."""

    @classmethod
    def parse(cls, setting: str, where: str = "HAVEN_BACKUP_KEY") -> BackupRecipients:
        """Return the recipients of a setting: `age1...`, several with commas, or a file of them.

        A file has one recipient a line; empty lines and lines that begin with `#` are skipped.

        Raises:
            SettingError: none, a character is wrong, or the file cannot be read.
        """
        found: list[str] = []
        for part in filter(None, (it.strip() for it in setting.split(","))):
            if part.startswith((RECIPIENT_PREFIX, SECRET_PREFIX)):
                found.append(_checked_recipient(part, where))
            else:
                found += _recipients_in(Path(part), where)
        if not found:
            raise SettingError(f"{where} names no recipient; haven keys backup prints one")
        return cls(tuple(dict.fromkeys(found)))

    def encrypt(self, pieces: Iterable[bytes], out: IO[bytes]) -> None:
        """Write pieces, encrypted, to an open file.

        Raises:
            OSError: the file takes no more.
        """
        reader, writer = _PieceReader(pieces), _CheckedWriter(out)
        recipients = [pyrage.x25519.Recipient.from_str(it) for it in self.written]
        try:
            pyrage.encrypt_io(reader, writer, recipients)
        except (pyrage.EncryptError, OSError) as error:  # the first of them says why
            raise reader.failure or writer.failure or error from None


@dataclass(frozen=True)
class OfflineKey:
    """An age identity (X25519)."""

    secret: str = field(repr=False)
    """In age's form, `AGE-SECRET-KEY-1...`."""

    @classmethod
    def generate(cls) -> OfflineKey:
        """Return a new identity."""
        return cls(str(pyrage.x25519.Identity.generate()))

    @property
    def recipient(self) -> str:
        """Return the public half, `age1...`."""
        return str(pyrage.x25519.Identity.from_str(self.secret).to_public())

    @property
    def public(self) -> BackupRecipients:
        """Return the public half as the only recipient."""
        return BackupRecipients((self.recipient,))

    @classmethod
    def create(cls, path: Path, passphrase: str = "") -> OfflineKey:
        """Write a new identity to a file; never replace one.

        With a passphrase the file is itself encrypted by age (scrypt), so `age -d -i` asks for it.

        Raises:
            SettingError: the file exists or cannot be created.
        """
        key = cls.generate()
        text = f"{FIRST_LINE}\n# public key: {key.recipient}\n{key.secret}\n"
        if passphrase:
            text = pyrage.passphrase.encrypt(text.encode(), passphrase, armored=True).decode()
        write_key_file(path, text, "without this key its backups would not open")
        return key


class OfflineKeys:
    """Identities of which one opens an archive: all of them are tried.

    Files with a passphrase come last, and it is asked only if no other identity opens the archive.
    """

    def __init__(
        self,
        identities: Sequence[OfflineKey] = (),
        locked: Sequence[Path] = (),
        ask: Callable[[Path], str] | None = None,
    ) -> None:
        self._identities, self._locked, self._ask = list(identities), list(locked), ask

    @classmethod
    def load(cls, paths: Sequence[Path], ask: Callable[[Path], str]) -> OfflineKeys:
        """Read identity files; `ask` returns the passphrase of one.

        Raises:
            BackupError: a file is missing, readable by others, or no identity file.
        """
        identities: list[OfflineKey] = []
        locked: list[Path] = []
        for path in paths:
            data = _read_key_file(path)
            if data.startswith(LOCKED_BEGINNINGS):
                locked.append(path)
                continue
            if others_may_use(path):
                raise BackupError(
                    f"{path}: others can read it; chmod 0400 {path} (from a stick, copy it first)"
                )
            identities += _identities_in(path, data)
        return cls(identities, locked, ask)

    @contextmanager
    def decrypt(self, path: Path) -> Iterator[DecryptedStream]:
        """Yield what is in an age file, as it is decrypted.

        Raises:
            BackupError: no age file, or none of the identities opens it.
        """
        try:
            with path.open("rb") as sealed:
                if not sealed.read(len(ARCHIVE_BEGINNING)).startswith(ARCHIVE_BEGINNING):
                    raise BackupError(f"{path.name} is no backup of Haven, or it is cut short")
                while not _opens(path, self._identities):
                    self._unlock_next(path)
                sealed.seek(0)
                with _decrypted(path.name, sealed, self._identities) as stream:
                    yield stream
        except OSError as error:
            raise BackupError(f"{path} cannot be read: {error.strerror}") from None

    def _unlock_next(self, archive: Path) -> None:
        if not self._locked or self._ask is None:
            raise BackupError(
                f"{archive.name}: it is encrypted to another offline key; name that file with --key"
            )
        path = self._locked[0]
        try:
            data = pyrage.passphrase.decrypt(_read_key_file(path), self._ask(path))
        except pyrage.DecryptError:
            raise BackupError(
                f"{path}: this is not its passphrase, or the file is damaged"
            ) from None
        self._identities += _identities_in(path, data)
        del self._locked[0]


class DecryptedStream:
    """The content of an age file, while another thread decrypts it."""

    def __init__(self, name: str, plain: IO[bytes], thread: Thread, failures: list[str]) -> None:
        self._name, self._plain, self._thread, self._failures = name, plain, thread, failures

    def read(self, most: int) -> bytes:
        """Return the next bytes; none at the end.

        Raises:
            BackupError: the file is cut short or was altered.
        """
        part = self._plain.read(most)
        if len(part) < most:
            self._thread.join()
            if self._failures:
                raise BackupError(
                    f"{self._name}: it is cut short or was altered ({self._failures[0]}); use "
                    "another copy"
                )
        return part


@contextmanager
def _decrypted(
    name: str, sealed: IO[bytes], identities: Sequence[OfflineKey]
) -> Iterator[DecryptedStream]:
    ours, theirs = os.pipe()
    failures: list[str] = []
    thread = Thread(target=_decrypt_into, args=(sealed, theirs, identities, failures), daemon=True)
    try:
        with os.fdopen(ours, "rb") as plain:
            thread.start()
            yield DecryptedStream(name, plain, thread, failures)
    finally:
        thread.join()  # a reader that stopped early broke its pipe


def _decrypt_into(
    sealed: IO[bytes], handle: int, identities: Sequence[OfflineKey], failures: list[str]
) -> None:
    # Failures are collected first, because the reader looks at them once the pipe is closed.
    with os.fdopen(handle, "wb", buffering=0) as out:
        try:
            pyrage.decrypt_io(sealed, out, _loaded(identities))
        except (pyrage.DecryptError, OSError) as error:
            failures.append(str(error))


def _opens(path: Path, identities: Sequence[OfflineKey]) -> bool:
    """Tell whether one of the identities opens an age file.

    Raises:
        BackupError: the beginning of the file was altered.
    """
    if not identities:
        return False
    with path.open("rb") as sealed:
        try:
            pyrage.decrypt_io(sealed, _FullWriter(), _loaded(identities))
        except pyrage.DecryptError as error:
            if str(error) == OTHER_KEY:
                return False
            raise BackupError(
                f"{path.name}: it is cut short, or was altered at its beginning; use another copy"
            ) from None
        except OSError:  # the first piece was decrypted, or is damaged: reading it tells
            return True
    return True


class _FullWriter:
    """Takes nothing."""

    def write(self, _part: bytes) -> int:
        raise BrokenPipeError

    def flush(self) -> None:
        """Do nothing."""


class _PieceReader:
    """Reads pieces as a file; keeps what failed, which the library reports as text."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._rest = iter(pieces), memoryview(b"")
        self.failure: Exception | None = None

    def read(self, most: int) -> bytes:
        try:
            while not self._rest:
                self._rest = memoryview(next(self._pieces))
        except StopIteration:
            return b""
        except Exception as error:
            self.failure = error
            raise
        part, self._rest = bytes(self._rest[:most]), self._rest[most:]
        return part


class _CheckedWriter:
    """Writes to a file; keeps what failed, which the library reports as text."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.failure: OSError | None = None

    def write(self, part: bytes) -> int:
        try:
            return self._out.write(part)
        except OSError as error:
            self.failure = error
            raise

    def flush(self) -> None:
        """Leave flushing to the one who syncs the file."""


def _loaded(identities: Sequence[OfflineKey]) -> list[pyrage.x25519.Identity]:
    return [pyrage.x25519.Identity.from_str(it.secret) for it in identities]


def _checked_recipient(written: str, where: str) -> str:
    if written.startswith(SECRET_PREFIX):
        raise SettingError(
            f"{where} has the private half of an offline key: name the public half, age1..., which "
            "haven keys backup printed; if others could read this setting, make another key"
        )
    with suppress(pyrage.RecipientError):
        return str(pyrage.x25519.Recipient.from_str(written))
    raise SettingError(
        f"{where}: {written[:12]}... is no age recipient: a character is wrong or missing; copy it "
        "as haven keys backup printed it"
    )


def _recipients_in(path: Path, where: str) -> list[str]:
    try:
        lines = [line.strip() for line in path.read_text(encoding="ascii").splitlines()]
    except OSError as error:
        raise SettingError(
            f"{where}: {_shown(path)} is neither a recipient (age1...) nor a file that can be read "
            f"({error.strerror}); copy what haven keys backup printed"
        ) from None
    except ValueError:
        lines = []
    found = [
        _checked_recipient(line, f"{where}, file {path}")
        for line in lines
        if line and not line.startswith("#")
    ]
    if not found:
        raise SettingError(f"{where}: the file {path} names no recipient (age1...), one a line")
    return found


def _shown(path: Path) -> str:
    """Return a path for an error; what is no path of a file may be a secret."""
    return str(path) if re.fullmatch(r"[\w./~-]{1,40}", str(path)) else "its value"


def _read_key_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BackupError(
            f"there is no file {path}: fetch the offline key from where it is kept, and name it "
            "with --key"
        ) from None
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}") from None


def _identities_in(path: Path, data: bytes) -> list[OfflineKey]:
    lines = [line.strip() for line in data.decode("ascii", "replace").splitlines()]
    found = []
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        if not line.startswith(SECRET_PREFIX):
            break
        try:
            pyrage.x25519.Identity.from_str(line)
        except pyrage.IdentityError:
            raise BackupError(f"{path}: line {number} is damaged; use another copy") from None
        found.append(OfflineKey(line))
    else:
        if found:
            return found
    raise BackupError(
        f"{path} is no offline key: haven keys backup makes such files, with a line {SECRET_PREFIX}"
    )
