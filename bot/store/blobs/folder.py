"""Sealed files in a folder of this machine, each under its name."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import IO, TYPE_CHECKING, Any, Self

from bot.errors import FileStorageError
from bot.store.blobs.durable_files import overwrite, sync_file, sync_folder
from bot.store.blobs.protocol import BLOB_NAME, StoredBlob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

UNFINISHED = ".part"
"""How the name ends of a file that is being written, or was when the process died."""
MICROSECOND_NS = 1000


class FolderBlobs:
    """A folder of sealed files."""

    is_on_disk = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.where = str(folder)

    def check(self) -> None:
        """Check that the folder is there and takes files."""
        if not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
            raise FileStorageError(
                f"HAVEN_FILES_URL: {self.folder} is no folder that Haven may write to; name one, "
                "or create it"
            )

    def confirm(self) -> None:
        """Do nothing: a folder has no mark."""

    def create(self, name: str, /) -> FileBlobWriter:
        """Begin a file under an unfinished name."""
        return FileBlobWriter(self.folder, name)

    def open(self, name: str, /) -> FileBlobReader:
        """Open a file; raise FileNotFoundError if there is none."""
        return FileBlobReader(self.folder / name)

    def existing(self, names: Iterable[str], /) -> list[str]:
        """Return the names of which a file is there, finished or not."""
        return [name for name in names if any(it.exists() for it in self._paths(name))]

    def delete(self, names: Sequence[str], /) -> None:
        """Overwrite and delete files, finished or not."""
        paths = [path for name in names for path in self._paths(name) if path.exists()]
        for path in paths:
            with path.open("r+b") as file:
                overwrite(file)
            path.unlink(missing_ok=True)
        if paths:
            sync_folder(self.folder)

    def list(self) -> Iterator[StoredBlob]:
        """Yield every file of the folder, finished or not."""
        if not self.folder.is_dir():
            return
        with os.scandir(self.folder) as found:
            for it in found:
                name = it.name.removesuffix(UNFINISHED)
                with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                    about = it.stat(follow_symlinks=False)
                    if BLOB_NAME.fullmatch(name) and stat.S_ISREG(about.st_mode):
                        at = about.st_mtime_ns // MICROSECOND_NS
                        yield StoredBlob(name, about.st_size, at, is_whole=name == it.name)

    def _paths(self, name: str) -> tuple[Path, Path]:
        return self.folder / name, self.folder / f"{name}{UNFINISHED}"


class FileBlobReader:
    """An open file of a folder."""

    def __init__(self, path: Path) -> None:
        self.size = path.stat().st_size
        self._file: IO[Any] = path.open("rb")

    def read(self, most: int, /) -> bytes:
        """Return the next bytes."""
        return bytes(self._file.read(most))

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the file."""
        self._file.close()


class FileBlobWriter:
    """A file that gets its name once it is synced to disk."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._path = folder, folder / name
        self._unfinished = folder / f"{name}{UNFINISHED}"
        self._file: IO[Any] = self._unfinished.open("wb")

    def write(self, piece: bytes, /) -> None:
        """Add bytes."""
        self._file.write(piece)

    def commit(self) -> None:
        """Sync the file, name it and sync its folder."""
        with self._file:
            sync_file(self._file)
        self._unfinished.rename(self._path)
        sync_folder(self._folder)

    def discard(self) -> None:
        """Delete what was written, unless it has its name already."""
        with contextlib.suppress(OSError):  # a full disk: what was buffered is lost, as is wanted
            self._file.close()
        self._unfinished.unlink(missing_ok=True)
