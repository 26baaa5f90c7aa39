"""Voice recordings of phrases, uploaded once and then sent by Telegram's file id.

The ids are stored in the database, by bot and by the digest of the recording, so a changed
recording is uploaded again. They say nothing about a person.
"""

from __future__ import annotations

import contextlib
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from telegram import Bot, InputFile

from bot.channels.telegram.delivery_errors import run_call
from bot.channels.telegram.told_values import recording_key
from bot.errors import LetterRefusedError
from bot.languages import LOCALES
from bot.languages.voice_files import recording_path

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.shared_values import Values


class Recordings:
    """Sends recordings of phrases."""

    def __init__(self, bot: Bot, locales: Path = LOCALES, values: Values | None = None) -> None:
        """Create a sender of recordings; `values` None: keep the file ids in memory only."""
        self._bot = bot
        self._locales = locales
        self._values = values
        self._handles: dict[str, str] = {}

    async def send(self, chat: int, name: str, **more: Any) -> int:
        """Send a recording; return the id of the message.

        Raises:
            LetterRefusedError: there is no such file any more.
            DeliveryError: as for any letter.
        """
        try:
            data = recording_path(name, self._locales).read_bytes()
        except OSError:
            data = b""
        if not data:
            raise LetterRefusedError("no recording")
        key = recording_key(self._bot.id, sha256(data).hexdigest())
        if handle := await self._find(key):
            with contextlib.suppress(LetterRefusedError):  # the id is invalid now: upload it again
                known = await run_call(self._bot.send_voice(chat, handle, **more))
                return known.message_id
        file = InputFile(data, filename="voice.ogg")
        message = await run_call(self._bot.send_voice(chat, file, **more))
        if message.voice is not None:
            await self._store(key, message.voice.file_id)
        return message.message_id

    async def _find(self, key: str) -> str | None:
        if key not in self._handles and self._values is not None:
            stored = await self._values.load(key)
            if stored is not None:
                self._handles[key] = stored
        return self._handles.get(key)

    async def _store(self, key: str, handle: str) -> None:
        self._handles[key] = handle
        if self._values is not None:
            await self._values.store(key, handle)
