"""What a deployment costs while no one writes: `python -m tests.bench.idle_load`.

One process does everything, desk included; no page is open. Counted are its transactions a second
on PostgreSQL, those of data and key store together, as the server counts them while it cleans up
nothing by itself; and the memory the process has on SQLite, in thousands of the kernel's kilobytes.
Prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psycopg
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.engine import make_url

from tests.fire.processes.started_deployment import (
    StartedDeployment,
    StartedProcess,
    wait_for,
)
from tests.support.bot_api.server import serve_bot_api
from tests.support.database import postgres_server

if TYPE_CHECKING:
    from collections.abc import Callable

STARTED_WITHIN = 60.0
AT_REST = 40.0
"""Seconds after a start until what it does once is done."""
SECONDS = 120.0
"""How long is counted: twelve times the period of most jobs."""
_COUNT = "SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database WHERE datname = ANY(%s)"
_NO_CLEANING = ("ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()")


async def transactions_a_second(folder: Path, tell: Callable[[str], None]) -> float:
    """Return how many transactions a second PostgreSQL has of a process at rest."""
    addresses = {
        "database_url": postgres_server.empty_database(),
        "keys_url": postgres_server.empty_database(),
    }
    names = [str(make_url(it).database) for it in addresses.values()]
    socket = postgres_server.server()
    with closing(psycopg.connect(host=socket, user="postgres", autocommit=True)) as server:
        for line in _NO_CLEANING:
            server.execute(line)
        async with serve_bot_api() as api:
            process = await _at_rest(StartedDeployment(folder, api.address, **addresses), tell)
            before = server.execute(_COUNT, (names,)).fetchone()
            tell("counts transactions")
            await asyncio.sleep(SECONDS)
            after = server.execute(_COUNT, (names,)).fetchone()
            await process.end()
    assert before is not None
    assert after is not None
    return float(after[0] - before[0]) / SECONDS


async def megabytes(folder: Path, tell: Callable[[str], None]) -> float:
    """Return the memory of a process at rest on SQLite."""
    async with serve_bot_api() as api:
        process = await _at_rest(StartedDeployment(folder, api.address), tell)
        found = process.memory()
        await process.end()
    return found / 1000


async def _at_rest(deployment: StartedDeployment, tell: Callable[[str], None]) -> StartedProcess:
    tell("starts")
    process = deployment.begin()
    await wait_for(lambda: '"polling"' in deployment.said(), "the start", STARTED_WITHIN)
    tell("comes to rest")
    await asyncio.sleep(AT_REST)
    return process


async def _measured(tell: Callable[[str], None]) -> dict[str, float]:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        return {
            "transactions_a_second": round(await transactions_a_second(Path(one), tell), 2),
            "megabytes": round(await megabytes(Path(other), tell), 1),
        }


def main() -> None:
    """Measure, and print one line of JSON."""
    with Progress(console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("at rest", total=None)
        row = asyncio.run(_measured(lambda it: bars.update(bar, description=it)))
    sys.stdout.write(json.dumps({"bench": "at rest", **row}) + "\n")


if __name__ == "__main__":
    main()
