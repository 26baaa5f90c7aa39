"""The folder of an exported bundle: new, for one export at a time, and there once it is whole."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from bot.errors import EvidenceError
from bot.private_file import is_still_at, lock_where_possible, user_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

UNFINISHED_SUFFIX = ".export-unfinished"
"""Suffix of the folder of an unfinished export, which the next one into that folder empties."""
ANOTHER_EXPORT = "another export into it is running; wait until it has ended, or name another one"


class FolderTarget:
    """A new folder, which gets its name once it is whole; only this user can read its files.

    Until then it has an unfinished name, and is locked: the system ends the lock of an export that
    was killed, and so what runs is told from what was left.
    """

    def __init__(self, folder: Path, subfolders: Iterable[str]) -> None:
        self._folder, self._subfolders = folder, tuple(subfolders)
        self._unfinished = folder.parent / f"{folder.name}{UNFINISHED_SUFFIX}"
        self._lock = -1

    def create(self) -> None:
        """Begin under an unfinished name, without what a killed export left there.

        Raises:
            EvidenceError: the folder exists, or cannot be written, or another export writes it.
        """
        try:
            self._refuse_finished()
            while self._lock < 0:
                self._lock = _locked_folder(self._unfinished)
            self._prepare()
        except BlockingIOError:
            raise self._refused(ANOTHER_EXPORT) from None
        except OSError as error:
            fix = (
                f"; the user {user_name()} has to own the folder around it"
                if isinstance(error, PermissionError)
                else ""
            )
            raise self._refused(f"{error.strerror}{fix}") from error

    def finish(self) -> None:
        """Give the folder its name."""
        self._unfinished.rename(self._folder)
        self._unlock()

    def remove(self) -> None:
        """Leave nothing of an export that failed."""
        shutil.rmtree(self._unfinished, ignore_errors=True)
        self._unlock()

    async def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write one file; it must not exist yet."""
        with _create(self._unfinished / path) as out:
            for piece in pieces:
                out.write(piece)

    def _refused(self, why: str) -> EvidenceError:
        return EvidenceError(f"{self._folder} cannot be created: {why}")

    def _refuse_finished(self) -> None:
        if os.path.lexists(self._folder):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

    def _prepare(self) -> None:
        """Empty the locked folder, and make the folders in it; leave nothing if that fails."""
        try:
            self._refuse_finished()  # another export may have ended since it was looked for
            os.fchown(self._lock, os.geteuid(), os.getegid())  # it may be left by another user
            os.fchmod(self._lock, 0o700)
            for path in self._unfinished.iterdir():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
            for name in self._subfolders:
                (self._unfinished / name).mkdir(mode=0o700)
        except BaseException:
            self.remove()
            raise

    def _unlock(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
        self._lock = -1


def _locked_folder(path: Path) -> int:
    """Return the handle of a folder that is locked, made if need be; -1 if it is gone meanwhile.

    Raises:
        BlockingIOError: another process has locked it.
        OSError: it cannot be made or opened.
    """
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return -1
    try:
        lock_where_possible(handle)  # an export has to go to any drive
        if is_still_at(handle, path):
            return handle
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return -1


def _create(path: Path) -> BinaryIO:
    """Create a file that only this user can read; it must not exist yet."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    return os.fdopen(handle, "wb")
