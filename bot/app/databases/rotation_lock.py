"""The lock of a rotation of the host key: one process rotates, another one is refused.

Of two at once, each could give up the key that the other has just made, and both would tell an
operator to keep a key that opens nothing.
"""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from bot.app.keys import key_store_url, opening
from bot.errors import HavenError
from bot.private_file import lock_where_possible
from bot.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.settings import Settings

LOCK_NUMBER = 4_841_554_619
"""Of the advisory lock in PostgreSQL, for processes on different computers."""
ANOTHER_RUNS = (
    "another haven keys rotate is running; nothing was changed by this one. Wait until that has "
    "ended, and use the key that it made"
)


@contextmanager
def rotation_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock, in the key store's PostgreSQL or on the folder of its SQLite file.

    The lock ends with its process, so that one that was killed leaves none.

    Raises:
        HavenError: another process holds it.
        SettingError: the key store does not open.
    """
    database = Database(key_store_url(settings), name="HAVEN_KEYS_URL")
    if database.dialect == "sqlite":
        with _folder_lock(settings.data):
            yield
        return
    with opening("key store", "HAVEN_KEYS_URL"):
        connection = database.connect()
    with closing(connection):
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK_NUMBER,)).fetchone()
        if not row[0]:
            raise HavenError(ANOTHER_RUNS)
        yield


@contextmanager
def _folder_lock(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            lock_where_possible(handle)  # SQLite needs a drive that locks files, and is alone
        except BlockingIOError:
            raise HavenError(ANOTHER_RUNS) from None
        yield
    finally:
        os.close(handle)
