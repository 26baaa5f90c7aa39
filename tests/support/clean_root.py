"""A clean Debian in a folder: of this machine it has only where packages come from.

Root runs commands there with `chroot`, in namespaces of their own: whatever a command started ends
with it. The network is this machine's, so a server of a test is reached at 127.0.0.1.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from platform import freedesktop_os_release
from typing import TYPE_CHECKING

from tests.support.memory_folder import MEMORY, ROOM
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

TOOL = "mmdebstrap"
CHECKOUT = Path("/srv/haven")
"""Where the copy of the repository is."""
ENTER = """
mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev"
if [ -n "$CACHE" ]; then mkdir -p "$0$CACHE" && mount --bind "$CACHE" "$0$CACHE"; fi
cd / && exec chroot "$0" sh -c "cd /srv/haven && $1"
"""
INSIDE = ("--mount", "--pid", "--uts", "--ipc", "--cgroup", "--root", "--wd")
ENVIRONMENT = {
    "HOME": "/root", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", "NO_COLOR": "1", "COLUMNS": "200",
}  # fmt: skip
AUTHORITIES = Path("/usr/local/share/ca-certificates")
"""Certificates that this machine trusts besides Debian's."""
APT = 'APT::Get::Assume-Yes "true";\nAcquire::Retries "3";\n'
OF_THE_NETWORK = re.compile(r"^Acquire::(?:https?::Proxy|Check-)", re.MULTILINE)
SOURCES = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SIGNED_BY)"


class CleanRootError(Exception):
    """A command in the root failed; the text is what was typed, and the end of what it printed."""


@dataclass(frozen=True)
class TypedCommand:
    """What a command in the root printed, errors included, and how it ended."""

    printed: str
    code: int


@dataclass(frozen=True)
class CleanRoot:
    """A Debian in a folder."""

    folder: Path
    init: int = 0
    """The process of its systemd, where it was booted (`booted_root.py`)."""

    def at(self, path: Path | str) -> Path:
        """Return where a path of the root is found from here."""
        return self.folder / str(path).lstrip("/")

    def tries(self, line: str, **more: str) -> TypedCommand:
        """Type a line in the checkout, as root; `more` are variables of the environment."""
        done = subprocess.run(  # noqa: S603 - what a test or a page says
            self.entering(line), env=environment() | more, text=True, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return TypedCommand(done.stdout, done.returncode)

    def entering(self, line: str) -> list[str]:
        """Return the command that runs a line in this root."""
        if self.init:
            inside = ["nsenter", f"--target={self.init}", *INSIDE]
            return [*inside, "sh", "-c", f"cd {CHECKOUT} && {line}"]
        return enter(self.folder, line)

    def types(self, line: str, **more: str) -> str:
        """Type a line; return what it printed, or raise CleanRootError if it fails."""
        done = self.tries(line, **more)
        if done.code:
            raise CleanRootError(f"{line}: {done.printed[-2000:]}")
        return done.printed

    @contextlib.contextmanager
    def running(self, line: str, log: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a line until the context ends; what it prints is in a file of this machine."""
        with log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 - what a test or a page says
                self.entering(f"exec {line}"), env=environment() | more,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        try:
            yield process
        finally:  # the signal of `unshare` does not reach a process that changed its user
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def copied(self, name: str) -> CleanRoot:
        """Return another machine that is like this one."""
        other = self.folder.with_name(name)
        subprocess.run(["cp", "-a", self.folder, other], check=True)  # noqa: S603, S607
        return CleanRoot(other)


def enter(root: Path, line: str) -> list[str]:
    """Return the command that runs a line in a root."""
    unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL"]
    return [*unshare, "sh", "-ec", ENTER, str(root), line]


@cache
def environment() -> dict[str, str]:
    """Return what commands in a root see: nothing of this machine's but where packages are."""
    pip = {
        name: it for name, it in os.environ.items() if name[:4] == "PIP_" and "LINKS" not in name
    }
    cached = Path.home() / ".cache" / "pip"  # what is in it was checked, or is checked by hash
    return ENVIRONMENT | pip | {"CACHE": str(cached) if cached.is_dir() else ""}


def missing() -> str:
    """Return why no clean root can be made on this machine; empty if one can."""
    if os.geteuid():
        return "a clean root is made by root"
    if shutil.which(TOOL) is None:
        return f"{TOOL} is not installed here"
    done = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"],  # noqa: S607
        check=False, capture_output=True,
    )  # fmt: skip
    return "" if done.returncode == 0 else "this machine allows no mounts"


@contextlib.contextmanager
def clean_root() -> Iterator[CleanRoot]:
    """Make a clean root, with a copy of what Git knows of this repository but the tests."""
    with tempfile.TemporaryDirectory(prefix="haven-root-", dir=_roomy_folder()) as folder:
        root = CleanRoot(Path(folder) / "machine")
        _install_debian(root.folder)
        for path in (Path("/etc/resolv.conf"), Path("/etc/pip.conf")):
            if path.exists():
                shutil.copy(path, root.at(path))
        if AUTHORITIES.is_dir():
            shutil.copytree(AUTHORITIES, root.at(AUTHORITIES), dirs_exist_ok=True)
        root.at("/etc/apt/apt.conf.d/90haven").write_text(APT + _network_of_apt())
        copy_checkout(root.at(CHECKOUT))
        yield root


def copy_checkout(folder: Path) -> None:
    """Copy what Git knows of this repository, but for the tests."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    known = subprocess.run(  # noqa: S603
        listed, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    for name in known:
        if name and not name.startswith("tests/") and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def _install_debian(folder: Path) -> None:
    suite, sources = _sources()
    listed = folder.with_name("sources.list")
    listed.write_text(sources)
    options = [f"--aptopt={line}" for line in (APT + _network_of_apt()).splitlines()]
    done = subprocess.run(  # noqa: S603
        [TOOL, "--quiet", "--variant=minbase", "--dpkgopt=force-unsafe-io", *options,
         suite, str(folder), str(listed)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise CleanRootError(f"{TOOL}: {done.stderr[-2000:]}")


def _sources() -> tuple[str, str]:
    """Return the release this machine has, and where its packages come from over a network."""
    said = subprocess.run(  # noqa: S603 - a fixed command
        ["apt-get", "indextargets", "--format", SOURCES, "Created-By: Packages"],  # noqa: S607
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    found = [line.split("|") for line in said.splitlines() if line.startswith("http")]
    if not found:
        raise CleanRootError("apt-get knows no source of packages on a network")
    lines = (f"deb {f'[signed-by={by}] ' * bool(by)}{uri} {release} {component}\n"
             for uri, release, component, by in found)  # fmt: skip
    return freedesktop_os_release()["VERSION_CODENAME"], "".join(dict.fromkeys(lines))


def _network_of_apt() -> str:
    """Return what this machine's apt is told of its network: proxies, and what is not checked."""
    said = subprocess.run(
        ["apt-config", "dump", "Acquire"],  # noqa: S607
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return "".join(f"{it}\n" for it in said.splitlines() if OF_THE_NETWORK.match(it))


def _roomy_folder() -> str:
    """Return memory if there is room for a root, and programs may run there; else a disk."""
    if MEMORY.is_dir():
        status = os.statvfs(MEMORY)
        has_room = status.f_bavail * status.f_frsize > 2 * ROOM
        if has_room and not status.f_flag & (os.ST_NOEXEC | os.ST_NODEV):
            return str(MEMORY)
    return "/var/tmp"  # noqa: S108 - a folder with a name of its own in it
