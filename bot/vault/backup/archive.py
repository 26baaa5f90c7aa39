"""The format of an archive: a tar file, padded and encrypted by age.

All its files are in one folder. The last two are `MANIFEST`, the SHA-256 of each file before it in
the form of `sha256sum`, and `PROOF`, a MAC of the manifest under the root: anyone who knows the
public recipients can make an age file, but no archive of this deployment. A file of zeros follows
them, `padding`; it leaves four lengths for each doubling of the size.

An archive is written and read in pieces, so that memory does not depend on its length. An archive
that is cut, longer, or altered is refused with the reason.
"""

from __future__ import annotations

import hashlib
from hmac import compare_digest
from tarfile import BLOCKSIZE, GNU_FORMAT, REGTYPE, HeaderError, TarInfo
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.store.blobs.protocol import BlobReader
    from bot.vault.backup.offline_key import DecryptedStream, OfflineKeys

    Mac = Callable[[bytes], bytes]

MANIFEST, PROOF, PADDING = "MANIFEST", "PROOF", "padding"
PROOF_CONTEXT = b"archive\n"
"""Precedes a manifest in its MAC; the ledger of erasures has a MAC with the same key."""
PIECE_SIZE = 64 * 1024
MIN_PADDED_LENGTH = 1024 * 1024
MAX_MANIFEST_SIZE = 1024 * 1024 * 1024
MAX_PROOF_SIZE = 1024
END_OF_TAR = bytes(2 * BLOCKSIZE)


def padded_length(length: int) -> int:
    """Return a length with padding."""
    step = max(MIN_PADDED_LENGTH, 1 << max(length.bit_length() - 3, 0))
    return max(-(-length // step), 1) * step


class ArchiveStream:
    """An archive that is made piece by piece; each method yields the next pieces, in clear.

    Args:
        folder: the name of the folder in the archive.
        made_at: the time of all files, in microseconds.
        mac: returns a MAC under the root (`Vault.backup_mac`).
    """

    def __init__(self, folder: str, made_at: int, mac: Mac) -> None:
        self._folder, self._made_at, self._mac = folder, made_at, mac
        self._manifest: list[str] = []
        self._length = 0

    def add(self, name: str, plain: bytes) -> Iterator[bytes]:
        """Yield a small file."""
        self._manifest.append(_manifest_line(name, hashlib.sha256(plain).hexdigest()))
        yield self._counted(self._head(name, len(plain)) + plain + _fill(len(plain)))

    def add_file(self, name: str, file: BlobReader) -> Iterator[bytes]:
        """Yield a stored file, with its present length.

        Raises:
            BackupError: the file became shorter while it was read.
        """
        length = left = file.size
        digest = hashlib.sha256()
        yield self._counted(self._head(name, length))
        while left:
            part = file.read(min(PIECE_SIZE, left))
            if not part:
                raise BackupError(f"{name} became shorter while it was read")
            digest.update(part)
            left -= len(part)
            yield self._counted(part)
        yield self._counted(_fill(length))
        self._manifest.append(_manifest_line(name, digest.hexdigest()))

    def finish(self) -> Iterator[bytes]:
        """Yield the manifest, its proof, the end and the padding."""
        manifest = "".join(self._manifest).encode()
        yield from self.add(MANIFEST, manifest)
        yield from self.add(PROOF, archive_proof(self._mac, manifest))
        least = self._length + BLOCKSIZE + len(END_OF_TAR)
        left = padded_length(least) - least
        yield self._head(PADDING, left)
        while left:
            part = bytes(min(PIECE_SIZE, left))
            left -= len(part)
            yield part
        yield END_OF_TAR

    def _head(self, name: str, length: int) -> bytes:
        info = TarInfo(f"{self._folder}/{name}")
        info.size, info.mode, info.mtime = length, 0o600, self._made_at // SECOND
        return info.tobuf(GNU_FORMAT, "utf-8", "strict")

    def _counted(self, piece: bytes) -> bytes:
        self._length += len(piece)
        return piece


def archive_proof(mac: Mac, manifest: bytes) -> bytes:
    """Return what proves that an archive with this manifest was made by this deployment."""
    return mac(PROOF_CONTEXT + manifest).hex().encode() + b"\n"


def _manifest_line(name: str, digest: str) -> str:
    return f"{digest}  {name}\n"


def _fill(length: int) -> bytes:
    return bytes(-length % BLOCKSIZE)


class ArchiveEntry:
    """A file in an archive, which can be read once, before the next."""

    def __init__(self, name: str, length: int, reader: ArchiveReader) -> None:
        self.name, self.length = name, length
        """The name is without the folder of the archive."""
        self.digest = hashlib.sha256()
        """Of what was read so far."""
        self._reader, self._left = reader, length

    def parts(self) -> Iterator[bytes]:
        """Yield the bytes of the file in parts.

        Raises:
            BackupError: the archive is incomplete or altered.
        """
        while self._left:
            part = self._reader.read_exactly(min(PIECE_SIZE, self._left))
            self._left -= len(part)
            self.digest.update(part)
            yield part
            if not self._left:
                self._reader.read_exactly(-self.length % BLOCKSIZE)

    def read_all(self, most: int) -> bytes:
        """Return the bytes of the file.

        Raises:
            BackupError: the archive is incomplete or altered, or there are more than `most` bytes.
        """
        if self.length > most:
            raise BackupError(f"{self._reader.name}: {self.name} in it is too long")
        return b"".join(self.parts())


class ArchiveReader:
    """Reads an archive. Nothing of it may be trusted before it was read to its end, and proven."""

    def __init__(self, path: Path, keys: OfflineKeys) -> None:
        self.name = path.name
        self._path, self._keys = path, keys
        self._stream: DecryptedStream | None = None
        self._folder = ""
        self._manifest, self._proof = b"", b""

    def is_proven(self, mac: Mac) -> bool:
        """Tell whether the archive was read to its end and was made with the root of a MAC."""
        return compare_digest(self._proof, archive_proof(mac, self._manifest))

    def entries(self) -> Iterator[ArchiveEntry]:
        """Yield the files in order, then check that they are those of the manifest.

        Raises:
            BackupError: no archive, incomplete or altered, or encrypted to another key.
        """
        with self._keys.decrypt(self._path) as self._stream:
            found: list[str] = []
            while (entry := self._next_entry()).name != MANIFEST:
                yield entry
                for _ in entry.parts():
                    pass
                found.append(_manifest_line(entry.name, entry.digest.hexdigest()))
            manifest = entry.read_all(MAX_MANIFEST_SIZE)
            if manifest != "".join(found).encode():
                raise BackupError(f"{self.name}: its files are not those of its manifest")
            last = self._next_entry()
            if last.name != PROOF:
                raise self._unproven()
            proof = last.read_all(MAX_PROOF_SIZE)
            self._check_padding()
            self._manifest, self._proof = manifest, proof

    def _next_entry(self) -> ArchiveEntry:
        """Read the head of the next file.

        Raises:
            BackupError: there is none, or it is no plain file in the folder of the archive.
        """
        head = self.read_exactly(BLOCKSIZE)
        if head.count(0) == BLOCKSIZE:
            raise self._unproven()
        try:
            info = TarInfo.frombuf(head, "utf-8", "strict")
        except (HeaderError, ValueError):
            raise self._unknown() from None
        folder, _slash, name = info.name.partition("/")
        if info.type != REGTYPE or not name or folder != (self._folder or folder) or info.size < 0:
            raise self._unknown()
        self._folder = folder
        return ArchiveEntry(name, info.size, self)

    def _unproven(self) -> BackupError:
        return BackupError(f"{self.name}: nothing proves that it is of this deployment")

    def _unknown(self) -> BackupError:
        return BackupError(f"{self.name} is no backup of Haven, or of a later release")

    def _check_padding(self) -> None:
        """Read to the end of the file, which has nothing but zeros."""
        padding = self._next_entry()
        is_empty = all(part.count(0) == len(part) for part in padding.parts())
        end = self._read(len(END_OF_TAR) + 1)
        if padding.name != PADDING or not is_empty or end != END_OF_TAR:
            raise BackupError(f"{self.name}: something follows its end")

    def read_exactly(self, length: int) -> bytes:
        """Return the next bytes.

        Raises:
            BackupError: there are fewer.
        """
        part = self._read(length)
        if len(part) < length:
            raise BackupError(f"{self.name}: it ends too early")
        return part

    def _read(self, most: int) -> bytes:
        return self._stream.read(most) if self._stream else b""
