"""A PostgreSQL of a test's own, which may be killed, started again and frozen."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from tests.support.database import postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 90.0


class PrivateServer:
    """One server; `url` names its database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        made = postgres_server.new_cluster(folder, start=False)
        self._program, self._user = Path(made.bin_path) / "postgres", made.system_user
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def url(self, name: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://postgres:@/{name}?host={self._data}"

    def start(self) -> None:
        """Start it, and return once it answers."""
        words = ("-D", self._data, "-k", self._data, "-c", "listen_addresses=")
        self._process = subprocess.Popen(  # noqa: S603 - the tests' own server
            [self._program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            user=self._user, cwd=self._data,
        )  # fmt: skip
        end = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url()).close()
            except psycopg.OperationalError:
                assert time.monotonic() < end, "the server does not start"
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """Kill it as a power cut would; what it started ends by itself."""
        assert self._process is not None
        started = self._processes()
        self._process.kill()
        self._process.wait()
        for each in started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        (Path(self._data) / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """Stop it in order: it ends every connection."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait()

    def freeze(self) -> None:
        """Let the server and all it started stand still."""
        for each in self._all():
            os.kill(each, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        for each in reversed(self._all()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)

    def _all(self) -> list[int]:
        assert self._process is not None
        return [self._process.pid, *self._processes()]

    def _processes(self) -> list[int]:
        """Return the processes the server started."""
        assert self._process is not None
        pid = self._process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(each) for each in listed.split()]

    def end(self) -> None:
        """End it for good."""
        if self._process is not None and self._process.poll() is None:
            self.thaw()
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()


@contextlib.contextmanager
def private_server() -> Iterator[PrivateServer]:
    """Give a server as long as the context lasts."""
    folder = Path(tempfile.mkdtemp(prefix="haven-pg-", dir="/tmp"))
    folder.chmod(0o755)  # the server may run as another user
    server = PrivateServer(folder)
    try:
        yield server
    finally:
        server.end()
        shutil.rmtree(folder, ignore_errors=True)
