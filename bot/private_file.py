"""Secrets in files that only their owner can read, whose files are, and what is at their paths."""

from __future__ import annotations

import errno
import fcntl
import os
import pwd
import stat
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.errors import HavenError

if TYPE_CHECKING:
    from pathlib import Path

ACCESS_LIST = "system.posix_acl_access"
ENTRY = struct.Struct("<HHI")
"""Of an access list: the kind of an entry, what it permits, and whom it names (acl(5))."""
NAMED_USER, OWNING_GROUP, NAMED_GROUP = 0x02, 0x04, 0x08


def others_may_use(path: Path) -> bool:
    """Tell whether a file is open to more than its owner, root and this user.

    systemd hands credentials over as files of root, with an access list that names the user of the
    service. The bits of the group are then the bounds of that list, and permit no one anything.

    Raises:
        OSError: the file is missing, or in a folder that is closed to this user.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & 0o070:
        return bool(mode & 0o007)
    entries = _access_list(path)
    return bool(mode & 0o007) or not entries or any(it for it in entries if _is_of_others(*it))


def _access_list(path: Path) -> list[tuple[int, int, int]]:
    """Return the entries of a file's access list; none if it has no list."""
    if sys.platform != "linux":
        return []
    try:
        return list(ENTRY.iter_unpack(os.getxattr(path, ACCESS_LIST)[4:]))  # after its version
    except (OSError, struct.error):
        return []


def _is_of_others(kind: int, permitted: int, named: int) -> bool:
    if kind == NAMED_USER:
        return bool(permitted) and named not in {0, os.geteuid()}
    return bool(permitted) and kind in {OWNING_GROUP, NAMED_GROUP}


def lock_where_possible(handle: int) -> None:
    """Lock an open file or folder for this process, until it is closed.

    A drive that locks no folder, as over a network, locks nothing here.

    Raises:
        BlockingIOError: another process has locked it.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return


def is_still_at(handle: int, path: Path) -> bool:
    """Tell whether an open file or folder is still the one of a path.

    A process that locked one asks this: another process may have deleted it, and made the next,
    since it was opened.

    Raises:
        OSError: the path cannot be looked up.
    """
    try:
        return os.path.samestat(os.fstat(handle), path.stat(follow_symlinks=False))
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ESTALE}:  # deleted; on another machine
            return False
        raise


def read_private_line(path: Path) -> str:
    """Return the first line of a file; raise HavenError if it is empty, or others can read it."""
    try:
        if others_may_use(path):
            raise HavenError(f"others can read {path}; chmod 0400 {path}")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        raise HavenError(f"{path} cannot be read; its first line must be the secret") from None
    if not lines or not lines[0]:
        raise HavenError(f"{path} is empty; its first line must be the secret")
    return lines[0]


def give_as_its_folder(path: Path) -> None:
    """Give a file that root made to the owner of its folder, where this user may do so."""
    if os.geteuid():
        return
    owner = path.parent.stat()
    with suppress(OSError):  # a stick that knows no owners
        os.chown(path, owner.st_uid, owner.st_gid)


def user_name(number: int | None = None) -> str:
    """Return the name of a user, by default of this process's; their number if they have none."""
    number = os.geteuid() if number is None else number
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
