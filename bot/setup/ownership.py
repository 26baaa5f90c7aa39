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
BY_HAND = (
    "the user {user} cannot be made{why}. Make it as root: useradd --system --user-group "
    "--no-create-home --shell {shell} --home-dir /var/lib/haven {user} (Debian's package passwd), "
    "or systemd-sysusers /etc/sysusers.d/haven.conf. Then run haven setup again"
)
USERADD = ("useradd", "--system", "--user-group", "--no-create-home", "--shell")


def make_user() -> None:
    """Make the user of the service; raise HavenError if that fails."""
    if _find_user() is not None:
        return
    shell = shutil.which("nologin", path="/usr/sbin:/sbin") or "/bin/false"
    tool = shutil.which(USERADD[0], path="/usr/sbin:/sbin:/usr/bin")
    why = ""
    if tool is not None:
        command = [tool, *USERADD[1:], shell, "--home-dir", "/var/lib/haven", USER]
        done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - fixed
        lines = done.stderr.decode(errors="replace").split("\n")
        why = f" ({lines[0].strip()})" if lines[0].strip() else ""
    if _find_user() is None:
        raise HavenError(BY_HAND.format(user=USER, why=why, shell=shell))


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
