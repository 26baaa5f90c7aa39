"""What `haven doctor` finds about the host key: a rotation that is not finished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app.keys import key_store_url, load_host_key
from bot.app.storage import database_at
from bot.errors import HavenError
from bot.vault.keys.key_store import load_marks, open_rotation

if TYPE_CHECKING:
    from bot.settings import Settings


def check_rotation(settings: Settings) -> None:
    """Refuse a second host key that opens the data: a rotation is not finished."""
    marks = load_marks(database_at(key_store_url(settings)))
    if fault := open_rotation(marks, load_host_key(settings)):
        raise HavenError(fault)
