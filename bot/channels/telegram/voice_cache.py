"""Recordings on their way: sent once as a file, and from then on by the number Telegram gave it.

The numbers are kept beside the data, by what the file holds: one that was recorded anew is sent
anew. They say nothing about a person.
"""

from __future__ import annotations

import contextlib
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from telegram import InputFile

from bot.channels.telegram.delivery_errors import run_call
from bot.errors import LetterRefusedError
from bot.languages import LOCALES
from bot.languages.voice_files import recording_path

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from telegram import Bot

_read = msgspec.json.Decoder(dict[str, str]).decode
_write = msgspec.json.Encoder().encode


class Recordings:
    """Sends recordings of phrases."""

    def __init__(self, bot: Bot, locales: Path = LOCALES, cache_file: Path | None = None) -> None:
        """Prepare to send.

        Args:
            bot: ours.
            locales: where the languages lie.
            cache_file: the file in which Telegram's numbers are kept; None: for this process only.
        """
        self._bot = bot
        self._locales = locales
        self._cache_file = cache_file
        self._handles: dict[str, str] | None = None

    async def send(self, chat: int, name: str, **more: Any) -> int:
        """Send a recording; return the number of the message.

        Raises:
            Refused: there is no such file any more.
            DeliveryError: as for any letter.
        """
        try:
            data = recording_path(name, self._locales).read_bytes()
        except OSError:
            data = b""
        if not data:
            raise LetterRefusedError("no recording")
        numbers, key = self._load(), sha256(data).hexdigest()
        if key in numbers:
            with contextlib.suppress(
                LetterRefusedError
            ):  # Telegram knows it no more: once more, whole
                known = await run_call(self._bot.send_voice(chat, numbers[key], **more))
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
        numbers = self._load()
        numbers[key] = handle
        if self._cache_file is not None:
            unfinished = self._cache_file.with_suffix(".part")
            unfinished.write_bytes(_write(numbers))
            unfinished.replace(self._cache_file)
