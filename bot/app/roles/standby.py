"""Waiting for the lead: a process that stands by goes on when the one that leads has ended.

It looks every 1.25 seconds, on an ordinary session. What it needs to lead (keys, caches, epochs) is
loaded once it leads, so that nothing of it is old.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from bot.app.roles.presence import Presence
from bot.app.storage import open_database
from bot.clock import SystemClock
from bot.errors import CommitFailedError
from bot.log import log
from bot.store.database import DataDirectory
from bot.store.faults import ignore_store_errors
from bot.store.processes.running import STANDS_BY

if TYPE_CHECKING:
    from bot.app.roles.role import ProcessRole
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.store.patience import Patience

LOOK_SECONDS = 1.25
"""Seconds between two looks whether another process leads."""


async def wait_for_lead(
    settings: Settings, roles: frozenset[ProcessRole], patience: Patience | None = None
) -> None:
    """Return once no process leads; the first that claims the lead then has it."""
    database = open_database(settings, patience)
    presence = Presence(database, roles, SystemClock(), STANDS_BY)
    telling = None
    try:
        log.info("stands_by")
        await presence.begin()
        telling = asyncio.create_task(presence.run())
        await _until_free(database, DataDirectory(settings.data))
        log.info("lead_is_free")
    finally:
        if telling is not None:
            telling.cancel()
            await asyncio.wait({telling})
        await database.close()


async def _until_free(database: Database, directory: DataDirectory) -> None:
    from bot.store.processes.leadership import is_lead_free  # noqa: PLC0415 - psycopg is slow to import

    while True:
        with ignore_store_errors():
            is_free = await database.writer.run(is_lead_free)
            if is_free and not directory.is_locked():  # by one that is paused on this machine
                return
        if database.writer.failed.is_set():
            with contextlib.suppress(CommitFailedError):
                await database.writer.reopen()
        await asyncio.sleep(LOOK_SECONDS)
