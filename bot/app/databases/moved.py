"""The note next to a SQLite database that was copied to PostgreSQL: it is not used again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import SettingError

if TYPE_CHECKING:
    from bot.store.database import Database

MOVED_SUFFIX = ".moved"


def moved_note(database: Database) -> Path:
    """Return where the note of a SQLite database is, if it was copied."""
    return Path(f"{database.url.database}{MOVED_SUFFIX}")


def refuse_moved(database: Database) -> None:
    """Refuse to start with the original of a copy: letters that wait would be sent twice.

    Raises:
        SettingError: the database was copied to PostgreSQL.
    """
    if database.dialect != "sqlite" or not (note := moved_note(database)).exists():
        return
    when = note.read_text(encoding="ascii").strip()
    raise SettingError(
        f"{database.url.database}: it was copied to PostgreSQL ({when}), and letters that wait "
        "would be sent twice. Set HAVEN_DATABASE_URL and HAVEN_KEYS_URL to the copy. To go on with "
        f"SQLite and never with the copy, delete {note}"
    )
