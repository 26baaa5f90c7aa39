"""The lock of a folder of backups: one backup at a time is made in it.

The kernel holds the lock for the process, so that one that is killed leaves none. In a folder that
several machines share (NFS), it holds for all of them, as far as the file system passes locks on.
"""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from bot.errors import BackupError
from bot.private_file import is_still_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_NAME = "backup.lock"
HELD = {errno.EAGAIN, errno.EACCES}
"""What the kernel answers while another process has a lock."""
MAX_HOLDER_LENGTH = 200


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; its file is there for as long, and names the process.

    Raises:
        BackupError: another process holds it, and is named; or the folder takes no locks.
        OSError: the file cannot be written.
    """
    path = folder / LOCK_NAME
    handle = _take(path)
    try:
        yield
    finally:
        with suppress(OSError):
            if is_still_at(handle, path):
                path.unlink()  # before the lock ends: later it may be the file of another process
        os.close(handle)


def _take(path: Path) -> int:
    """Return the open file of the lock, once it is locked."""
    while True:
        # For its owner alone: a user who can open it could hold the lock, and so stop all backups.
        # NFS locks only what is open for writing.
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            _give_to_owner(handle, path.parent)
            _lock(handle, path)
            is_ours = is_still_at(handle, path)
            if is_ours:
                _name_holder(handle)
        except BaseException:
            os.close(handle)
            raise
        if is_ours:
            return handle
        os.close(handle)  # a backup that ended meanwhile has deleted it: the next is another file


def _give_to_owner(handle: int, folder: Path) -> None:
    """Let the user of the service make the next backup, where a process of root is killed."""
    if not os.geteuid():
        owner = folder.stat()
        with suppress(OSError):  # a stick that knows no owners
            os.fchown(handle, owner.st_uid, owner.st_gid)


def _lock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno == errno.ESTALE:
            return  # deleted on another machine; `is_still_at` sees it
        if error.errno in HELD:
            raise BackupError(
                f"{path.parent}: another backup is being made here (process {_holder(handle)}); "
                "wait until it ends"
            ) from None
        raise BackupError(
            f"{path.parent} takes no locks ({error.strerror}), so that two backups could mix: name "
            "another folder, or mount it with locks"
        ) from None


def _name_holder(handle: int) -> None:
    with suppress(OSError):  # a full disk: it is locked all the same
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()} on {os.uname().nodename}".encode(), 0)


def _holder(handle: int) -> str:
    """Return the number of the process that holds a lock, and its machine if that is another."""
    with suppress(OSError):
        named = os.pread(handle, MAX_HOLDER_LENGTH, 0).decode(errors="replace")
        if named.strip():
            return named.removesuffix(f" on {os.uname().nodename}")
    return "unknown"
