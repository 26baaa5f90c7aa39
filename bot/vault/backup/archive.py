"""A sealed archive: named things in a row, in one file that is read whole or refused.

It is written and read in pieces of one size, so that neither takes memory by its length. Every
piece is bound to the head of its own archive, to its number and to whether it is the last (the
construction of STREAM): cut, lengthened, swapped or altered, it is refused, and why is said. It is
filled up to one of four sizes to a doubling: its length tells a quarter, and not what came in.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.errors import BackupError, DecryptionError
from bot.vault.backup.offline_key import MARK_LENGTH

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from bot.vault.backup.offline_key import OfflineKey, OfflinePublicKey

MAGIC = b"haven backup 1\n"
WRAPPED_KEY_LENGTH = 80
"""Bytes of the key of an archive, sealed: 32 of HPKE's own, the key, a tag."""
HEADER_LENGTH = len(MAGIC) + MARK_LENGTH + WRAPPED_KEY_LENGTH
CHUNK_SIZE = 64 * 1024
TAG_LENGTH = 16
MIN_PADDED_LENGTH = 1024 * 1024
LENGTH_BYTES = 8
"""Bytes of a length."""


def padded_length(length: int) -> int:
    """Return the length that is written for what has this one."""
    step = max(MIN_PADDED_LENGTH, 1 << max(length.bit_length() - 3, 0))
    return max(-(-length // step), 1) * step


class ArchiveWriter:
    """Writes an archive."""

    def __init__(self, out: IO[bytes], to: OfflinePublicKey) -> None:
        key = secrets.token_bytes(32)
        place = MAGIC + to.fingerprint
        head = place + to.seal(place, key)
        out.write(head)
        self._out = out
        self._cipher = ChaCha20Poly1305(key)
        self._associated_data = hashlib.sha256(head).digest()
        self._buffer = bytearray()
        self._number = 0
        self._length = 0

    def add(self, name: str, plain: bytes) -> None:
        """Add a small thing."""
        self._write_header(name, len(plain))
        self._write(plain)

    def add_file(self, name: str, file: IO[bytes]) -> None:
        """Add an open file, as long as it is now.

        Raises:
            BackupRefused: it became shorter meanwhile.
        """
        left = os.fstat(file.fileno()).st_size
        self._write_header(name, left)
        while left:
            part = file.read(min(CHUNK_SIZE, left))
            if not part:
                raise BackupError(f"{name} became shorter while it was read")
            self._write(part)
            left -= len(part)

    def finish(self) -> None:
        """Say that this was all, fill up, and seal the last piece."""
        self._write(b"\0")
        left = padded_length(self._length) - self._length
        while left:
            part = bytes(min(CHUNK_SIZE, left))
            self._write(part)
            left -= len(part)
        self._seal(is_last=True)

    def _write_header(self, name: str, length: int) -> None:
        raw = name.encode()
        self._write(bytes([len(raw)]) + raw + length.to_bytes(LENGTH_BYTES, "big"))

    def _write(self, plain: bytes) -> None:
        self._length += len(plain)
        self._buffer += plain
        while len(self._buffer) > CHUNK_SIZE:
            self._seal(is_last=False)

    def _seal(self, *, is_last: bool) -> None:
        piece = bytes(self._buffer[:CHUNK_SIZE])
        del self._buffer[:CHUNK_SIZE]
        self._out.write(
            self._cipher.encrypt(
                _nonce(self._number, is_last=is_last), piece, self._associated_data
            )
        )
        self._number += 1


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


@dataclass
class ArchiveEntry:
    """One thing in an archive, read once, in its turn."""

    name: str
    length: int
    _reader: ArchiveReader
    _left: int

    def parts(self) -> Iterator[bytes]:
        """Yield its bytes in parts.

        Raises:
            BackupRefused: the archive is not whole.
        """
        while self._left:
            part = self._reader.read(min(CHUNK_SIZE, self._left))
            self._left -= len(part)
            yield part

    def read_all(self, most: int) -> bytes:
        """Return all its bytes.

        Raises:
            BackupRefused: the archive is not whole, or there are more of them.
        """
        if self.length > most:
            raise BackupError(f"{self._reader.name}: {self.name} in it is too long")
        return b"".join(self.parts())


class ArchiveReader:
    """Reads an archive; nothing of it may be believed before it was read to its end."""

    def __init__(self, path: Path, key: OfflineKey) -> None:
        self.name = path.name
        self._path = path
        self._key = key
        self._chunks = self._open_chunks()
        self._buffer = b""
        self._at = 0

    def entries(self) -> Iterator[ArchiveEntry]:
        """Yield what is in it, in order, and see that nothing follows.

        Raises:
            BackupRefused: it is no archive, not whole, or sealed to another key.
        """
        try:
            yield from self._entries()
        finally:
            self._chunks.close()

    def _entries(self) -> Iterator[ArchiveEntry]:
        while length := self.read_exactly(1)[0]:
            name = self.read_exactly(length).decode("utf-8", "replace")
            size = int.from_bytes(self.read_exactly(LENGTH_BYTES), "big")
            member = ArchiveEntry(name, size, self, size)
            yield member
            for _ in member.parts():
                pass
        rest = self._buffer[self._at :]
        while rest.count(0) == len(rest):
            try:
                rest = next(self._chunks)
            except StopIteration:
                return
        raise BackupError(f"{self.name}: something follows where nothing should")

    def read(self, most: int) -> bytes:
        """Return the next bytes, one at least."""
        if self._at == len(self._buffer):
            self._buffer, self._at = next(self._chunks, b""), 0
        part = self._buffer[self._at : self._at + most]
        self._at += len(part)
        if not part:
            raise BackupError(f"{self.name}: it ends too early")
        return part

    def read_exactly(self, length: int) -> bytes:
        """Return that many bytes."""
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
        count, rest = divmod(
            os.fstat(file.fileno()).st_size - HEADER_LENGTH, CHUNK_SIZE + TAG_LENGTH
        )
        if rest or count < 1:
            raise BackupError(
                f"{self.name}: it is cut short, or something was added: no backup is that long"
            )
        for number in range(count):
            yield self._decrypt_chunk(
                cipher, bound, number, number == count - 1, file.read(CHUNK_SIZE + TAG_LENGTH)
            )

    def _content_key(self, head: bytes) -> bytes:
        if not head.startswith(MAGIC):
            raise BackupError(f"{self.name} is no backup of Haven, or of a release not known yet")
        if len(head) < HEADER_LENGTH:
            raise BackupError(f"{self.name}: it is cut short")
        place = head[: len(MAGIC) + MARK_LENGTH]
        if place[len(MAGIC) :] != self._key.public.fingerprint:
            raise BackupError(f"{self.name}: it is sealed to another offline key")
        try:
            return self._key.open(place, head[len(place) :])
        except DecryptionError:
            raise BackupError(f"{self.name}: it was altered at its beginning") from None

    def _decrypt_chunk(
        self, cipher: ChaCha20Poly1305, bound: bytes, number: int, is_last: bool, sealed: bytes
    ) -> bytes:
        try:
            return cipher.decrypt(_nonce(number, is_last=is_last), sealed, bound)
        except InvalidTag:
            pass
        if is_last:
            try:
                cipher.decrypt(_nonce(number, is_last=False), sealed, bound)
            except InvalidTag:
                pass
            else:
                raise BackupError(f"{self.name}: it is cut short, its end is missing")
        raise BackupError(f"{self.name}: it was altered, about {number * CHUNK_SIZE >> 20} MiB in")
