"""A clean Debian that runs: its own systemd starts services, hands credentials over, keeps a log.

It is the first process of namespaces of its own, which share the network of this machine, as a
container is. What its services are confined to is what the kernel confines them to.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.clean_root import CleanRoot, CleanRootError, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMESPACES = ("--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child=KILL")
GROUPS = 'mount -t cgroup2 none /mnt && cd "/mnt$(sed -n s/^0:://p /proc/self/cgroup)"'
BOOT = f"""
{GROUPS} && mkdir "$1" && echo 0 > "$1/cgroup.procs" && cd / && umount /mnt
exec unshare --cgroup sh -ec "$2" "$0"
"""
"""In a control group of its own, so that systemd may divide it."""
DEVICES = "null zero full random urandom tty"
RUN_SYSTEMD = f"""
mount --bind "$0" "$0" && cd "$0"
mount -t proc proc proc && mount --bind proc/sys proc/sys && mount -o remount,ro,bind proc/sys
mount -t sysfs -o ro sysfs sys && mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev && mkdir dev/pts dev/shm
for it in {DEVICES}; do touch dev/$it && mount --bind /dev/$it dev/$it; done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx && ln -s /proc/self/fd dev/fd
for it in dev/shm tmp; do mount -t tmpfs -o mode=1777 tmpfs $it; done
mount -t tmpfs -o mode=755 tmpfs run
pivot_root . mnt && umount -l /mnt && mount --make-rshared /
exec env -i container=other /lib/systemd/systemd --log-target=journal </dev/null
"""
"""Of the kernel it sees what a container sees: no clock, no device, no setting it could change."""
REMOVE = f"""
{GROUPS}
while [ -d "$0" ]; do find "$0" -depth -type d -exec rmdir {{}} + 2>/dev/null || sleep 0.1; done
"""
PATIENCE = 60.0


@cache
def no_boot() -> str:
    """Return why no systemd can be booted on this machine; empty if one can."""
    if why := missing():
        return why
    done = subprocess.run(  # noqa: S603 - fixed words
        ["unshare", *NAMESPACES, "sh", "-ec", f"{GROUPS} && mkdir x && rmdir x"],  # noqa: S607
        check=False, capture_output=True,
    )  # fmt: skip
    return "" if done.returncode == 0 else "this machine allows no control groups"


@contextlib.contextmanager
def booted(root: CleanRoot) -> Iterator[CleanRoot]:
    """Boot a root, and type in it until the context ends, which cuts its power.

    Raises:
        CleanRootError: its systemd does not come up.
    """
    group = f"haven-{root.folder.parent.name}-{root.folder.name}-{time.monotonic_ns()}"
    boot = ["unshare", *NAMESPACES, "sh", "-ec", BOOT, str(root.folder), group, RUN_SYSTEMD]
    with subprocess.Popen(boot, stdin=subprocess.DEVNULL) as outside:  # noqa: S603 - fixed words
        try:
            yield _come_up(root, outside)
        finally:
            outside.kill()
            outside.wait()
            _remove_group(group)


def _come_up(root: CleanRoot, outside: subprocess.Popen[bytes]) -> CleanRoot:
    end = time.monotonic() + PATIENCE
    children = Path(f"/proc/{outside.pid}/task/{outside.pid}/children")
    while outside.poll() is None and time.monotonic() < end:
        if inside := children.read_text().split():
            machine = replace(root, init=int(inside[0]))
            if machine.tries("systemctl is-system-running --wait").code == 0:
                return machine
        time.sleep(0.1)
    raise CleanRootError(f"systemd does not come up in {root.folder}")


def _remove_group(group: str) -> None:
    """Remove what systemd divided its control group into; all that was in it has ended."""
    subprocess.run(["unshare", "--mount", "sh", "-ec", REMOVE, group], check=True)  # noqa: S603, S607
