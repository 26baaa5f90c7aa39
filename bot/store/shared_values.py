"""Small values that all processes of a deployment share, each under a name."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol

from bot.errors import CommitFailedError
from bot.store.statements import delete_by, select_by, upsert
from bot.store.tables.machines import shared_values

if TYPE_CHECKING:
    from bot.store.writer import Work, Writer

FILES_MARK = "files.mark"
"""The mark of the bucket that holds the files of this database; missing: a folder holds them."""
TARGET_MARK, OLD_MARK = "files.target", "files.leaving"
"""The marks of the new bucket until a move of the files is decided, and of the old one after it."""
FILES_PLACE = "files.place"
"""Where the last finished move of the files put them, as HAVEN_FILES_URL names it; empty: in the
data folder. Missing: they were never moved, or to a place with too long a name."""
FILES_SEEN = "files.seen"
"""Where a start, a move or haven files lost found the mark last, as HAVEN_FILES_URL names it;
empty: nowhere yet. Missing: no one noted it."""
MAX_VALUE_LENGTH = 200

_VALUE = select_by(shared_values, "value", by="name")
_UPSERT = upsert(shared_values, "name", "value", key="name")
_DELETE = delete_by(shared_values, by="name")


def load_value(work: Work, name: str) -> str | None:
    """Return a value; None if it was never stored."""
    rows = work.rows(_VALUE, name)
    return str(rows[0][0]) if rows else None


def store_value(work: Work, name: str, value: str) -> None:
    """Store a value of at most 200 characters."""
    work.run(_UPSERT, name, value)


def store_or_delete(work: Work, name: str, value: str) -> None:
    """Store a value; one that is too long is not known from now on."""
    if len(value) <= MAX_VALUE_LENGTH:
        store_value(work, name, value)
    else:
        delete_value(work, name)


def delete_value(work: Work, name: str) -> None:
    """Delete a value, if there is one."""
    work.run(_DELETE, name)


class Values(Protocol):
    """Values by name, wherever they are kept."""

    async def load(self, name: str) -> str | None:
        """Return a value; None if it was never stored."""

    async def store(self, name: str, value: str) -> None:
        """Store a value; what is too long, or meets a database that takes no writes, is dropped."""


class SharedValues:
    """Values that can be found or told again, so that losing one does no harm."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def load(self, name: str) -> str | None:
        """Return a value; None if it was never stored."""
        return await self._writer.run(lambda work: load_value(work, name))

    async def store(self, name: str, value: str) -> None:
        """Store a value, unless it is too long or the database takes no writes."""
        if len(value) <= MAX_VALUE_LENGTH:
            with contextlib.suppress(CommitFailedError):
                await self._writer.run(lambda work: store_value(work, name, value))
