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

from bot.errors import BackupRefused, DoesNotOpen
from bot.vault.backup.offline_key import MARK

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from bot.vault.backup.offline_key import OfflineKey, PublicKey

MAGIC = b"haven backup 1\n"
WRAPPED = 80
"""Bytes of the key of an archive, sealed: 32 of HPKE's own, the key, a tag."""
HEAD = len(MAGIC) + MARK + WRAPPED
PIECE = 64 * 1024
TAG = 16
SMALLEST = 1024 * 1024
LENGTHS = 8
"""Bytes of a length."""


def filled(length: int) -> int:
    """Return the length that is written for what has this one."""
    step = max(SMALLEST, 1 << max(length.bit_length() - 3, 0))
    return max(-(-length // step), 1) * step


class Sealer:
    """Writes an archive."""

    def __init__(self, out: IO[bytes], to: PublicKey) -> None:
        key = secrets.token_bytes(32)
        place = MAGIC + to.mark
        head = place + to.seal(place, key)
        out.write(head)
        self._out = out
        self._cipher = ChaCha20Poly1305(key)
        self._bound = hashlib.sha256(head).digest()
        self._held = bytearray()
        self._number = 0
        self._length = 0

    def add(self, name: str, plain: bytes) -> None:
        """Add a small thing."""
        self._begin(name, len(plain))
        self._write(plain)

    def add_file(self, name: str, file: IO[bytes]) -> None:
        """Add an open file, as long as it is now.

        Raises:
            BackupRefused: it became shorter meanwhile.
        """
        left = os.fstat(file.fileno()).st_size
        self._begin(name, left)
        while left:
            part = file.read(min(PIECE, left))
            if not part:
                raise BackupRefused(f"{name} became shorter while it was read")
            self._write(part)
            left -= len(part)

    def finish(self) -> None:
        """Say that this was all, fill up, and seal the last piece."""
        self._write(b"\0")
        left = filled(self._length) - self._length
        while left:
            part = bytes(min(PIECE, left))
            self._write(part)
            left -= len(part)
        self._seal(is_last=True)

    def _begin(self, name: str, length: int) -> None:
        raw = name.encode()
        self._write(bytes([len(raw)]) + raw + length.to_bytes(LENGTHS, "big"))

    def _write(self, plain: bytes) -> None:
        self._length += len(plain)
        self._held += plain
        while len(self._held) > PIECE:
            self._seal(is_last=False)

    def _seal(self, *, is_last: bool) -> None:
        piece = bytes(self._held[:PIECE])
        del self._held[:PIECE]
        self._out.write(
            self._cipher.encrypt(_nonce(self._number, is_last=is_last), piece, self._bound)
        )
        self._number += 1


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


@dataclass
class Member:
    """One thing in an archive, read once, in its turn."""

    name: str
    length: int
    _reader: Reader
    _left: int

    def parts(self) -> Iterator[bytes]:
        """Yield its bytes in parts.

        Raises:
            BackupRefused: the archive is not whole.
        """
        while self._left:
            part = self._reader.take(min(PIECE, self._left))
            self._left -= len(part)
            yield part

    def whole(self, most: int) -> bytes:
        """Return all its bytes.

        Raises:
            BackupRefused: the archive is not whole, or there are more of them.
        """
        if self.length > most:
            raise BackupRefused(f"{self._reader.name}: {self.name} in it is too long")
        return b"".join(self.parts())


class Reader:
    """Reads an archive; nothing of it may be believed before it was read to its end."""

    def __init__(self, path: Path, key: OfflineKey) -> None:
        self.name = path.name
        self._path = path
        self._key = key
        self._pieces = self._open()
        self._held = b""
        self._at = 0

    def members(self) -> Iterator[Member]:
        """Yield what is in it, in order, and see that nothing follows.

        Raises:
            BackupRefused: it is no archive, not whole, or sealed to another key.
        """
        try:
            yield from self._members()
        finally:
            self._pieces.close()

    def _members(self) -> Iterator[Member]:
        while length := self.take_all(1)[0]:
            name = self.take_all(length).decode("utf-8", "replace")
            size = int.from_bytes(self.take_all(LENGTHS), "big")
            member = Member(name, size, self, size)
            yield member
            for _ in member.parts():
                pass
        rest = self._held[self._at :]
        while rest.count(0) == len(rest):
            try:
                rest = next(self._pieces)
            except StopIteration:
                return
        raise BackupRefused(f"{self.name}: something follows where nothing should")

    def take(self, most: int) -> bytes:
        """Return the next bytes, one at least."""
        if self._at == len(self._held):
            self._held, self._at = next(self._pieces, b""), 0
        part = self._held[self._at : self._at + most]
        self._at += len(part)
        if not part:
            raise BackupRefused(f"{self.name}: it ends too early")
        return part

    def take_all(self, length: int) -> bytes:
        """Return that many bytes."""
        found = b""
        while len(found) < length:
            found += self.take(length - len(found))
        return found

    def _open(self) -> Generator[bytes, None, None]:
        try:
            with self._path.open("rb") as file:
                yield from self._opened(file)
        except OSError as error:
            raise BackupRefused(f"{self._path} cannot be read: {error.strerror}") from None

    def _opened(self, file: IO[bytes]) -> Iterator[bytes]:
        head = file.read(HEAD)
        cipher = ChaCha20Poly1305(self._content_key(head))
        bound = hashlib.sha256(head).digest()
        count, rest = divmod(os.fstat(file.fileno()).st_size - HEAD, PIECE + TAG)
        if rest or count < 1:
            raise BackupRefused(
                f"{self.name}: it is cut short, or something was added: no backup is that long"
            )
        for number in range(count):
            yield self._piece(cipher, bound, number, number == count - 1, file.read(PIECE + TAG))

    def _content_key(self, head: bytes) -> bytes:
        if not head.startswith(MAGIC):
            raise BackupRefused(f"{self.name} is no backup of Haven, or of a release not known yet")
        if len(head) < HEAD:
            raise BackupRefused(f"{self.name}: it is cut short")
        place = head[: len(MAGIC) + MARK]
        if place[len(MAGIC) :] != self._key.public.mark:
            raise BackupRefused(f"{self.name}: it is sealed to another offline key")
        try:
            return self._key.open(place, head[len(place) :])
        except DoesNotOpen:
            raise BackupRefused(f"{self.name}: it was altered at its beginning") from None

    def _piece(
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
                raise BackupRefused(f"{self.name}: it is cut short, its end is missing")
        raise BackupRefused(f"{self.name}: it was altered, about {number * PIECE >> 20} MiB in")
