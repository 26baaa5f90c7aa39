"""Storages of files for tests: one file under any name, and values in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import FileStorageAwayError, FileStorageError
from bot.store.blobs.folder import FileBlobReader, FolderBlobs

if TYPE_CHECKING:
    from pathlib import Path


class SingleBlob(FolderBlobs):
    """A file that is there under every name."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.parent)
        self._path = path

    def open(self, _name: str, /) -> FileBlobReader:
        return FileBlobReader(self._path)


class AwayBlobs(FolderBlobs):
    """A storage of files that does not answer, or cannot be used for another reason."""

    def __init__(self, folder: Path, error: type[FileStorageError] = FileStorageAwayError) -> None:
        super().__init__(folder)
        self._error = error

    def open(self, _name: str, /) -> FileBlobReader:
        raise self._error("away")


class MemoryValues:
    """Values in memory; `is_full` drops what is stored."""

    def __init__(self, *, is_full: bool = False) -> None:
        self.values: dict[str, str] = {}
        self._is_full = is_full

    async def load(self, name: str) -> str | None:
        return self.values.get(name)

    async def store(self, name: str, value: str) -> None:
        if not self._is_full:
            self.values[name] = value
