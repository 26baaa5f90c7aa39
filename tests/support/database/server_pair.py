"""A PostgreSQL and its standbys, made as the page about several machines says it.

Each may be killed, frozen and promoted.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.database.machines_page import followed
from tests.support.database.postgres_server import short_folder
from tests.support.database.private_server import PATIENCE, PrivateServer

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDBY = "machine_b"
"""The name by which the standby is known to its primary."""


class ServerPair:
    """Two servers; the second follows the first, at first without being waited for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.primary = PrivateServer(folder / "a", conf="\n".join(followed("conf on a")) + "\n")
        self.primary.run(next(it for it in followed("sql on a") if "replicator" in it))
        self.standby = PrivateServer(folder / "b", self.primary, STANDBY)
        self.others: list[PrivateServer] = []
        """Further standbys."""

    def url(self, name: str = "postgres", user: str = "postgres") -> str:
        """Return the address of a database on both, which leads to the one that takes writes."""
        hosts = ",".join(it.data for it in (self.primary, self.standby, *self.others))
        return f"postgresql://{user}:@/{name}?host={hosts}&target_session_attrs=read-write"

    def wait_for_standby(self) -> None:
        """Return once the standby is connected and up to date."""
        wait_until(
            self.primary, "SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'"
        )

    def add_standby(self, name: str) -> None:
        """Add a standby to the one that is there."""
        self.others.append(PrivateServer(self._folder / name, self.primary, name))

    def be_synchronous(self, names: str = STANDBY) -> None:
        """Have each commit wait for the standby; empty: for none."""
        self.primary.run(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        self.primary.run("SELECT pg_reload_conf()")
        wait_until(self.primary, f"SELECT current_setting('synchronous_standby_names') = '{names}'")
        if names == STANDBY:
            wait_until(
                self.primary,
                "SELECT count(*) > 0 FROM pg_stat_replication WHERE sync_state = 'sync'",
            )

    def cut_off_standby(self) -> None:
        """Have the standby receive no more; what waits in a socket would reach a frozen one."""
        self.standby.run("ALTER SYSTEM SET primary_conninfo = ''")
        self.standby.run("SELECT pg_reload_conf()")
        wait_until(self.standby, "SELECT count(*) = 0 FROM pg_stat_wal_receiver")

    def promote(self) -> None:
        """Make the standby the primary; it waits for no standby of its own."""
        self.standby.run("ALTER SYSTEM SET synchronous_standby_names = ''")
        self.standby.run("SELECT pg_reload_conf()")
        self.standby.run("SELECT pg_promote()")

    def follow_standby(self, name: str) -> None:
        """Take the standby, which was promoted, for the primary, and give it a new standby."""
        for server in (self.primary, *self.others):
            server.end()
        self.primary, self.others = self.standby, []
        self.standby = PrivateServer(self._folder / name, self.primary, name)
        self.wait_for_standby()

    def end(self) -> None:
        """End all servers."""
        for server in (*self.others, self.standby, self.primary):
            server.end()


def wait_until(server: PrivateServer, question: str) -> None:
    """Return once a server says yes."""
    end = time.monotonic() + PATIENCE
    while server.run(question) != (True,):
        assert time.monotonic() < end, question
        time.sleep(0.02)


@contextlib.contextmanager
def server_pair() -> Iterator[ServerPair]:
    """Give two servers as long as the context lasts."""
    folder = Path(tempfile.mkdtemp(prefix="pair-", dir=short_folder(tempfile.gettempdir())))
    folder.chmod(0o755)
    pair = None
    try:
        pair = ServerPair(folder)
        yield pair
    finally:
        if pair is not None:
            pair.end()
        shutil.rmtree(folder, ignore_errors=True)
