"""The encrypted archive format: named entries in one file, which is read as a whole or refused.

An archive is written and read in chunks, so that memory does not depend on its length. Each chunk
is bound to the header of its archive, to its number and to whether it is the last (STREAM): a cut,
longer, reordered or altered archive is refused with the reason. Padding leaves four lengths for
each doubling of the size.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.errors import BackupError, DecryptionError
from bot.vault.backup.offline_key import MARK_LENGTH, OfflineKey, OfflinePublicKey

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from bot.vault.keys.host_key import HostKey

MAGIC = b"haven backup 1\n"
WRAPPED_KEY_LENGTH = 80
"""Bytes of the sealed content key: ephemeral public key (32), key (32), tag (16)."""
HEADER_LENGTH = len(MAGIC) + MARK_LENGTH + WRAPPED_KEY_LENGTH
CHUNK_SIZE = 64 * 1024
TAG_LENGTH = 16
MIN_PADDED_LENGTH = 1024 * 1024
LENGTH_BYTES = 8
"""Bytes of the length of an entry."""


def padded_length(length: int) -> int:
    """Return a length with padding."""
    step = max(MIN_PADDED_LENGTH, 1 << max(length.bit_length() - 3, 0))
    return max(-(-length // step), 1) * step


class ArchiveDigest:
    """The digest of all entries written to an archive, or read from one, so far."""

    def __init__(self, host: HostKey) -> None:
        self._key = host.derive("backup")
        self._digest = hashlib.sha256()

    def add(self, part: bytes) -> None:
        """Add the header of an entry, or bytes of its content."""
        self._digest.update(part)

    def proof(self) -> bytes:
        """Return the MAC of the digest under the host key."""
        return hmac.digest(self._key, self._digest.digest(), "sha256")


def entry_header(name: str, length: int) -> bytes:
    """Return what precedes the content of an entry: its name, and its length in bytes."""
    raw = name.encode()
    return bytes([len(raw)]) + raw + length.to_bytes(LENGTH_BYTES, "big")


class ArchiveWriter:
    """Writes an archive, and adds all entries to a digest."""

    def __init__(
        self, out: IO[bytes], to: OfflinePublicKey, digest: ArchiveDigest | None = None
    ) -> None:
        key = secrets.token_bytes(32)
        context = MAGIC + to.fingerprint
        head = context + to.seal(context, key)
        out.write(head)
        self._out, self._digest = out, digest
        self._cipher = ChaCha20Poly1305(key)
        self._associated_data = hashlib.sha256(head).digest()
        self._buffer = bytearray()
        self._number = self._length = 0

    def add(self, name: str, plain: bytes) -> None:
        """Add a small entry."""
        self._write_digested(entry_header(name, len(plain)) + plain)

    def add_file(self, name: str, file: IO[bytes]) -> None:
        """Add an open file, with its present length.

        Raises:
            BackupError: the file became shorter while it was read.
        """
        left = os.fstat(file.fileno()).st_size
        self._write_digested(entry_header(name, left))
        while left:
            part = file.read(min(CHUNK_SIZE, left))
            if not part:
                raise BackupError(f"{name} became shorter while it was read")
            self._write_digested(part)
            left -= len(part)

    def finish(self) -> None:
        """Write the end marker and the padding, and seal the last chunk."""
        self._write(b"\0")
        left = padded_length(self._length) - self._length
        while left:
            part = bytes(min(CHUNK_SIZE, left))
            self._write(part)
            left -= len(part)
        self._seal(is_last=True)

    def _write_digested(self, plain: bytes) -> None:
        self._write(plain)
        if self._digest is not None:
            self._digest.add(plain)

    def _write(self, plain: bytes) -> None:
        self._length += len(plain)
        self._buffer += plain
        while len(self._buffer) > CHUNK_SIZE:
            self._seal(is_last=False)

    def _seal(self, *, is_last: bool) -> None:
        chunk = bytes(self._buffer[:CHUNK_SIZE])
        del self._buffer[:CHUNK_SIZE]
        nonce = _nonce(self._number, is_last=is_last)
        self._out.write(self._cipher.encrypt(nonce, chunk, self._associated_data))
        self._number += 1


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


@dataclass
class ArchiveEntry:
    """An entry of an archive, which can be read once, before the next."""

    name: str
    length: int
    _reader: ArchiveReader
    _left: int

    def parts(self) -> Iterator[bytes]:
        """Yield the bytes of the entry in parts.

        Raises:
            BackupError: the archive is incomplete or altered.
        """
        while self._left:
            part = self._reader.read(min(CHUNK_SIZE, self._left))
            self._left -= len(part)
            yield part

    def read_all(self, most: int) -> bytes:
        """Return the bytes of the entry.

        Raises:
            BackupError: the archive is incomplete or altered, or there are more than `most` bytes.
        """
        if self.length > most:
            raise BackupError(f"{self._reader.name}: {self.name} in it is too long")
        return b"".join(self.parts())


class ArchiveReader:
    """Reads an archive. Nothing of it may be trusted before it was read to its end."""

    def __init__(self, path: Path, key: OfflineKey) -> None:
        self.name = path.name
        self._path, self._key = path, key
        self._chunks = self._open_chunks()
        self._buffer, self._at = b"", 0

    def entries(self) -> Iterator[ArchiveEntry]:
        """Yield the entries in order, and check that nothing follows.

        Raises:
            BackupError: no archive, incomplete or altered, or sealed to another key.
        """
        try:
            yield from self._entries()
        finally:
            self._chunks.close()

    def _entries(self) -> Iterator[ArchiveEntry]:
        while length := self.read_exactly(1)[0]:
            name = self.read_exactly(length).decode("utf-8", "replace")
            size = int.from_bytes(self.read_exactly(LENGTH_BYTES), "big")
            entry = ArchiveEntry(name, size, self, size)
            yield entry
            for _ in entry.parts():
                pass
        rest = self._buffer[self._at :]
        while rest.count(0) == len(rest):
            try:
                rest = next(self._chunks)
            except StopIteration:
                return
        raise BackupError(f"{self.name}: something follows its end")

    def read(self, most: int) -> bytes:
        """Return the next bytes, at least one."""
        if self._at == len(self._buffer):
            self._buffer, self._at = next(self._chunks, b""), 0
        part = self._buffer[self._at : self._at + most]
        self._at += len(part)
        if not part:
            raise BackupError(f"{self.name}: it ends too early")
        return part

    def read_exactly(self, length: int) -> bytes:
        """Return the next `length` bytes."""
        found = b""
        while len(found) < length:
            found += self.read(length - len(found))
        return found

    def _open_chunks(self) -> Generator[bytes, None, None]:
        try:
            with self._path.open("rb") as file:
                yield from self._decrypt_chunks(file)
        except OSError as error:
            raise BackupError(f"{self._path} cannot be read: {error.strerror}") from None

    def _decrypt_chunks(self, file: IO[bytes]) -> Iterator[bytes]:
        head = file.read(HEADER_LENGTH)
        cipher = ChaCha20Poly1305(self._content_key(head))
        bound = hashlib.sha256(head).digest()
        length = os.fstat(file.fileno()).st_size - HEADER_LENGTH
        count, rest = divmod(length, CHUNK_SIZE + TAG_LENGTH)
        if rest or count < 1:
            raise BackupError(
                f"{self.name}: it is cut short, or something was added; no backup has this length"
            )
        for number in range(count):
            sealed = file.read(CHUNK_SIZE + TAG_LENGTH)
            yield self._decrypt_chunk(cipher, bound, number, number == count - 1, sealed)

    def _content_key(self, head: bytes) -> bytes:
        if not head.startswith(MAGIC):
            raise BackupError(f"{self.name} is no backup of Haven, or of a later release")
        if len(head) < HEADER_LENGTH:
            raise BackupError(f"{self.name}: it is cut short")
        context = head[: len(MAGIC) + MARK_LENGTH]
        if context[len(MAGIC) :] != self._key.public.fingerprint:
            raise BackupError(f"{self.name}: it is sealed to another offline key")
        try:
            return self._key.open(context, head[len(context) :])
        except DecryptionError:
            raise BackupError(f"{self.name}: it was altered at its beginning") from None

    def _decrypt_chunk(
        self, cipher: ChaCha20Poly1305, bound: bytes, number: int, is_last: bool, sealed: bytes
    ) -> bytes:
        with suppress(InvalidTag):
            return cipher.decrypt(_nonce(number, is_last=is_last), sealed, bound)
        if is_last:
            with suppress(InvalidTag):
                cipher.decrypt(_nonce(number, is_last=False), sealed, bound)
                raise BackupError(f"{self.name}: it is cut short, its end is missing")
        raise BackupError(f"{self.name}: it was altered, about {number * CHUNK_SIZE >> 20} MiB in")
