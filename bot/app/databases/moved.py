"""The notes next to SQLite databases that were copied to PostgreSQL: they are not used again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.app.keys import key_store_url
from bot.errors import SettingError
from bot.store.database import Database, DataDirectory

if TYPE_CHECKING:
    from bot.settings import Settings

MOVED_SUFFIX = ".moved"


def moved_note(database: Database) -> Path:
    """Return where the note of a SQLite database is, if it was copied."""
    return Path(f"{database.url.database}{MOVED_SUFFIX}")


def refuse_moved(settings: Settings) -> None:
    """Refuse to use the original of a copy, be it the data or the key store.

    Letters that wait would be sent twice, and what a command does there, such as an erasure or
    the end of someone's access, would be believed although the copy is what runs.

    Raises:
        SettingError: one of them was copied to PostgreSQL.
    """
    notes = [note for database in _sqlite(settings) if (note := moved_note(database)).exists()]
    if not notes:
        return
    when = notes[0].read_text(encoding="ascii").strip()
    raise SettingError(
        f"{notes[0].with_suffix('')}: it was copied to PostgreSQL ({when}). What is done here "
        "would not reach the copy, and letters that wait would be sent twice. Set "
        "HAVEN_DATABASE_URL and HAVEN_KEYS_URL to the copy. To go on with SQLite and never with "
        f"the copy, delete {' and '.join(map(str, notes))}"
    )


def _sqlite(settings: Settings) -> list[Database]:
    urls = (
        settings.database_url or DataDirectory(settings.data).database_url,
        key_store_url(settings),
    )
    return [it for it in map(Database, urls) if it.dialect == "sqlite"]
