"""What every storage of sealed files can do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BLOB_NAME = re.compile(r"[0-9a-f]{32}(?:\.[a-z]{1,12})?")
"""Names of sealed files; others are neither backed up, moved nor restored."""


class StoredBlob(NamedTuple):
    """A stored file as a listing shows it."""

    name: str
    size: int
    """Bytes."""
    changed_at: int
    """When it was stored, in microseconds since 1970."""
    is_whole: bool = True
    """False: what an unfinished download left, under the name it would have got."""


class BlobReader(Protocol):
    """A stored file that is being read; close it, best with `with`."""

    size: int
    """Bytes of the whole file."""

    def read(self, most: int, /) -> bytes:
        """Return the next bytes, fewer than `most` only at the end."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_error: object) -> None: ...


class BlobWriter(Protocol):
    """A file that is being stored."""

    def write(self, piece: bytes, /) -> None:
        """Add bytes."""

    def commit(self) -> None:
        """Give the file its name; it is durable when this returns. Blocks: use a thread."""

    def discard(self) -> None:
        """Leave nothing of an uncommitted file. Does not block."""


class Blobs(Protocol):
    """Stores sealed files by name. Every method but `create` may block: use a thread.

    All of them raise FileStorageError, or OSError for a folder.
    """

    is_on_disk: bool
    """Whether files take room on a disk of this machine."""
    where: str
    """Its address, for operators."""

    def check(self) -> None:
        """Check that files can be stored and erased; raise FileStorageError if not."""

    def confirm(self) -> None:
        """Check quickly that this is still the storage of this database; for a bucket alone."""

    def create(self, name: str, /) -> BlobWriter:
        """Begin to store a file; replaces one of this name."""

    def open(self, name: str, /) -> BlobReader:
        """Open a file; raise FileNotFoundError if there is none."""

    def existing(self, names: Iterable[str], /) -> list[str]:
        """Return those of these names of which anything is stored, whole or not."""

    def delete(self, names: Sequence[str], /) -> None:
        """Delete files, whole or not; they are gone when this returns. Missing ones are fine."""

    def list(self) -> Iterator[StoredBlob]:
        """Yield every stored file, in no certain order."""


def store_blob(blobs: Blobs, name: str, pieces: Iterable[bytes]) -> None:
    """Store a file, in pieces; it is whole and durable, or not there."""
    out = blobs.create(name)
    try:
        for piece in pieces:
            out.write(piece)
        out.commit()
    except BaseException:
        out.discard()
        raise


def pieces_of(reader: BlobReader, size: int = 1024 * 1024) -> Iterator[bytes]:
    """Yield what is left of a file in pieces of a size."""
    while piece := reader.read(size):
        yield piece
