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
from tests.support.database.machines_page import base_backup

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 90.0


class PrivateServer:
    """One server; `url` names its database."""

    def __init__(
        self, folder: Path, primary: PrivateServer | None = None, name: str = "", conf: str = ""
    ) -> None:
        """Make a new one with more settings, or one that follows another by a name."""
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(exist_ok=True)
        if primary is None:
            made = postgres_server.new_cluster(folder, start=False)
            self._programs, self._user = Path(made.bin_path), made.system_user
            with Path(self.data, "postgresql.conf").open("a") as file:
                file.write(conf)
        else:
            self._programs, self._user = primary._programs, primary._user
            self._copy_from(primary, name)
        self.start()

    def _copy_from(self, primary: PrivateServer, name: str) -> None:
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        words = base_backup(primary.data, self.data, name)
        subprocess.run(  # noqa: S603 - the tests' own server
            [self._programs / "pg_basebackup", *words, "--no-sync"], check=True, user=self._user,
            cwd="/", stderr=subprocess.DEVNULL,
        )  # fmt: skip
        Path(self.data, ".s.PGSQL.5432.lock").unlink(missing_ok=True)  # the socket of the other

    @property
    def data(self) -> str:
        """Return its folder, where its socket is."""
        return str(self._folder / "data")

    def url(self, name: str = "postgres", user: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://{user}:@/{name}?host={self.data}"

    def run(self, sql: str, name: str = "postgres") -> tuple[object, ...] | None:
        """Run a statement in a database, and return the first row if it has any."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            ran = connection.execute(sql.encode())
            return ran.fetchone() if ran.description else None

    def start(self) -> None:
        """Start it, and return once it answers."""
        words = ("-D", self.data, "-k", self.data, "-c", "listen_addresses=")
        self._process = subprocess.Popen(  # noqa: S603 - the tests' own server
            [self._programs / "postgres", *words], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, user=self._user, cwd=self.data,
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
        (Path(self.data) / "postmaster.pid").unlink(missing_ok=True)

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
