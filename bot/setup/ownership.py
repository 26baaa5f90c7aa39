"""The user under whom the service runs, and what belongs to them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from typing import TYPE_CHECKING

from bot.errors import HavenError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

USER = "haven"
USERADD = ("useradd", "--system", "--user-group", "--no-create-home", "--shell")


def make_user() -> None:
    """Make the user of the service; raise HavenError if that fails."""
    if _find_user() is not None:
        return
    shell = shutil.which("nologin", path="/usr/sbin:/sbin") or "/bin/false"
    tool = shutil.which(USERADD[0], path="/usr/sbin:/sbin:/usr/bin")
    if tool is not None:
        command = [tool, *USERADD[1:], shell, "--home-dir", "/var/lib/haven", USER]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - a fixed command
    if _find_user() is None:
        raise HavenError(f"the user {USER} cannot be made; make it, then run haven setup again")


def give_to_user(folders: Iterable[Path], read_files: Iterable[Path]) -> None:
    """Give folders with all they hold to the user, and files to the user's group to read."""
    user = _find_user()
    if user is None:
        return
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    for path in read_files:
        os.chown(path, 0, user.pw_gid)


def _find_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        return None
