"""Voice recordings of phrases, uploaded once and then sent by Telegram's file id.

The ids are stored in a file in the data folder, by the digest of the recording, so a changed
recording is uploaded again. They say nothing about a person.
"""

from __future__ import annotations

import contextlib
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec
from telegram import Bot, InputFile

from bot.channels.telegram.delivery_errors import run_call
from bot.errors import LetterRefusedError
from bot.languages import LOCALES
from bot.languages.voice_files import recording_path

if TYPE_CHECKING:
    from pathlib import Path


_read = msgspec.json.Decoder(dict[str, str]).decode


class Recordings:
    """Sends recordings of phrases."""

    def __init__(self, bot: Bot, locales: Path = LOCALES, cache_file: Path | None = None) -> None:
        """Create a sender of recordings; `cache_file` None: keep the file ids in memory only."""
        self._bot = bot
        self._locales = locales
        self._cache_file = cache_file
        self._handles: dict[str, str] | None = None

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
        handles, key = self._load(), sha256(data).hexdigest()
        if key in handles:
            with contextlib.suppress(LetterRefusedError):  # the id is invalid now: upload it again
                known = await run_call(self._bot.send_voice(chat, handles[key], **more))
                return known.message_id
        file = InputFile(data, filename="voice.ogg")
        message = await run_call(self._bot.send_voice(chat, file, **more))
        if message.voice is not None:
            self._store(key, message.voice.file_id)
        return message.message_id

    def _load(self) -> dict[str, str]:
        if self._handles is None:
            self._handles = {}
            if self._cache_file is not None:
                with contextlib.suppress(OSError, msgspec.MsgspecError):
                    self._handles = _read(self._cache_file.read_bytes())
        return self._handles

    def _store(self, key: str, handle: str) -> None:
        handles = self._load()
        handles[key] = handle
        if self._cache_file is not None:
            unfinished = self._cache_file.with_suffix(".part")
            unfinished.write_bytes(msgspec.json.encode(handles))
            unfinished.replace(self._cache_file)
