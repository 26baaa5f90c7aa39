"""Several processes write to one SQLite file; none loses what another wrote."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from bot.store.database import Database
from tests.support.database_fixtures import migrated_url, query
from tests.support.forked_commands import python_code

if TYPE_CHECKING:
    from pathlib import Path

TIMES = 150
COUNTS = """
import asyncio, sys
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import create_async_engine
from bot.store.database import Database
from bot.store.tables.main import tallies

async def count(engine, times):
    for _ in range(times):
        try:
            async with engine.begin() as connection:
                found = (await connection.execute(select(tallies.c.times))).scalar_one()
                await asyncio.sleep(0)
                await connection.execute(update(tallies).values(times=found + 1))
        except OperationalError:
            print("refused")

async def main(url, how, times):
    print("ready", flush=True)
    sys.stdin.readline()
    if how == "immediate":
        database = Database(url)
        await count(database.readers.execution_options(reads=False), times)
        await database.close()
    else:
        engine = create_async_engine(url.replace("sqlite:", "sqlite+aiosqlite:"))
        await count(engine, times)
        await engine.dispose()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def _told_together(both: list[subprocess.Popen[bytes]]) -> list[subprocess.Popen[bytes]]:
    """Let both begin at once."""
    for process in both:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    return both


def counted_by_two(how: str, tmp_path: Path) -> tuple[int, int]:
    """Return how far two processes counted together, and how often one was refused."""
    url = migrated_url("sqlite", tmp_path)
    database = Database(url)
    connection = database.connect()
    connection.execute("INSERT INTO tallies VALUES ('words', 1, 0)")
    connection.close()
    both = [
        subprocess.Popen(  # noqa: S603 - our own program
            [*python_code(COUNTS), url, how, str(TIMES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout is not None
        process.stdout.readline()  # both are there: on a busy machine one may start much later
    said = [process.communicate()[0] for process in _told_together(both)]
    assert [process.returncode for process in both] == [0, 0]
    ((reached,),) = query(database, "SELECT times FROM tallies")
    return reached, sum(out.count(b"refused") for out in said)


def test_two_processes_that_read_and_then_write_lose_nothing(tmp_path: Path) -> None:
    assert counted_by_two("immediate", tmp_path) == (2 * TIMES, 0)


def test_with_a_deferred_begin_they_would_lose_updates(tmp_path: Path) -> None:
    """Shows that the test above could fail: SQLAlchemy's own BEGIN is deferred."""
    reached, refused = counted_by_two("deferred", tmp_path)
    assert reached < 2 * TIMES or refused
