"""The user under whom the service runs, and what belongs to them."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.errors import HavenError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bot.settings import Settings

USER = "haven"
BY_HAND = (
    "the user {user} cannot be made{why}. Make it as root: useradd --system --user-group "
    "--no-create-home --shell {shell} --home-dir /var/lib/haven {user} (Debian's package passwd), "
    "or systemd-sysusers /etc/sysusers.d/haven.conf. Then run haven setup again"
)
USERADD = ("useradd", "--system", "--user-group", "--no-create-home", "--shell")


def make_user() -> None:
    """Make the user of the service; raise HavenError if that fails."""
    if service_user() is not None:
        return
    shell = shutil.which("nologin", path="/usr/sbin:/sbin") or "/bin/false"
    tool = shutil.which(USERADD[0], path="/usr/sbin:/sbin:/usr/bin")
    why = ""
    if tool is not None:
        command = [tool, *USERADD[1:], shell, "--home-dir", "/var/lib/haven", USER]
        done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - fixed
        lines = done.stderr.decode(errors="replace").split("\n")
        why = f" ({lines[0].strip()})" if lines[0].strip() else ""
    if service_user() is None:
        raise HavenError(BY_HAND.format(user=USER, why=why, shell=shell))


def give_to_user(folders: Iterable[Path], read_files: Iterable[Path]) -> None:
    """Give folders with all they hold to the user, and files to the user's group to read."""
    user = service_user()
    if user is None:
        return
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    for path in read_files:
        os.chown(path, 0, user.pw_gid)


def user_who_asks(settings: Settings) -> pwd.struct_passwd | None:
    """Return the user as whom the databases of a machine are asked; None: as whom setup runs.

    A PostgreSQL knows the user of the service, by name or by the password in their home. Root asks
    by itself where it alone may read the data, as restored ones: then it has written to that
    PostgreSQL as well.
    """
    urls = (settings.database_url, settings.keys_url)
    is_asked = any(it is not None and not it.startswith("sqlite") for it in urls)
    if not is_asked or os.geteuid() or _is_of_root_alone(settings.data):
        return None
    return service_user()


def _is_of_root_alone(folder: Path) -> bool:
    if not folder.exists():
        return False
    found = folder.stat()
    return found.st_uid == 0 and not found.st_mode & stat.S_IXOTH


@contextmanager
def acting_as(user: pwd.struct_passwd | None) -> Iterator[None]:
    """Be another user within, with their groups and home; None: stay who this is.

    Every thread of this process changes, and what it starts meanwhile cannot become root again.
    """
    if user is None:
        yield
        return
    groups, home = os.getgroups(), os.environ.get("HOME")
    try:
        os.initgroups(user.pw_name, user.pw_gid)
        os.setresgid(user.pw_gid, user.pw_gid, 0)
        os.setresuid(user.pw_uid, user.pw_uid, 0)
        os.environ["HOME"] = user.pw_dir
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
        os.setgroups(groups)
        os.environ.pop("HOME")
        os.environ |= {} if home is None else {"HOME": home}


def service_user() -> pwd.struct_passwd | None:
    """Return the user of the service, if this machine has them."""
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        return None
