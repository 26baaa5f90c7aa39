"""An older copy of the database, put under a running process, is noticed before it is written."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.patience import Patience
from tests.store.test_writer import note, noted
from tests.support.database.private_server import PrivateServer, private_server

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK = Patience(first=0.01, longest=0.05, reopen=0.01, silence=0.1)
LOST = 3


@pytest.fixture
def server() -> Iterator[PrivateServer]:
    with private_server() as made:
        made.run("CREATE DATABASE haven")
        yield made


@pytest.fixture
def database(server: PrivateServer) -> Iterator[Database]:
    made = Database(server.url("haven"), QUICK)
    upgrade(made)
    with closing(made.writer):
        yield made


def copy(server: PrivateServer) -> Path:
    """Copy the server's folder while it stands still, and start it again."""
    old = Path(server.data).with_name("old")
    server.stop()
    subprocess.run(["cp", "-a", server.data, old], check=True)  # noqa: S603, S607
    server.start()
    return old


def put_in_place(old: Path, server: PrivateServer, *, is_standby: bool) -> None:
    """Start the copy in place of the server; as a standby it is promoted, to a new timeline."""
    server.kill()
    shutil.rmtree(server.data)
    old.rename(server.data)
    if is_standby:
        mark = old.parent / "data" / "standby.signal"
        mark.touch()
        shutil.chown(mark, mark.parent.owner(), mark.parent.group())
    server.start()
    if is_standby:
        server.run("SELECT pg_promote()")


@pytest.mark.parametrize("is_standby", [False, True])
def test_an_older_copy_of_the_database_is_noticed_with_what_is_missing(
    server: PrivateServer, database: Database, *, is_standby: bool
) -> None:
    database.writer.run_sync(note("before"))
    old = copy(server)
    began = SystemClock().now()
    for number in range(LOST):
        database.writer.run_sync(note(f"lost {number}"))
    put_in_place(old, server, is_standby=is_standby)
    with capture_logs() as logs:
        database.writer.run_sync(note("after"))
    assert noted(database) == ["before", "after"]
    assert [it["count"] for it in logs if it["event"] == "database_older"] == [LOST]
    missing = database.writer.take_missing()
    assert missing is not None
    assert began <= missing.until <= SystemClock().now()
    assert missing.since <= missing.until
    assert database.writer.take_missing() is None, "it is taken once"


def test_a_server_that_was_killed_or_started_again_lacks_nothing(
    server: PrivateServer, database: Database
) -> None:
    ends = [server.kill, server.stop, server.kill]
    with capture_logs() as logs:
        for number, end in enumerate(ends):
            database.writer.run_sync(note(f"line {number}"))
            end()
            server.start()
        database.writer.run_sync(note("after"))
    assert len(noted(database)) == len(ends) + 1
    events = [it["event"] for it in logs]
    assert "unit_tried_again" in events or "database_missing" in events
    assert "database_older" not in events
    assert database.writer.take_missing() is None
