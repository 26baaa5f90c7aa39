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

from bot.channels.telegram.delivery_errors import outcome
from bot.errors import Refused
from bot.languages import LOCALES
from bot.languages.voice_files import path_of

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from telegram import Bot

_read = msgspec.json.Decoder(dict[str, str]).decode
_write = msgspec.json.Encoder().encode


class Recordings:
    """Sends recordings of phrases."""

    def __init__(self, bot: Bot, locales: Path = LOCALES, kept: Path | None = None) -> None:
        """Prepare to send.

        Args:
            bot: ours.
            locales: where the languages lie.
            kept: the file in which Telegram's numbers are kept; None: for this process only.
        """
        self._bot = bot
        self._locales = locales
        self._kept = kept
        self._numbers: dict[str, str] | None = None

    async def send(self, chat: int, name: str, **more: Any) -> int:
        """Send a recording; return the number of the message.

        Raises:
            Refused: there is no such file any more.
            DeliveryError: as for any letter.
        """
        try:
            data = path_of(name, self._locales).read_bytes()
        except OSError:
            data = b""
        if not data:
            raise Refused("no recording")
        numbers, key = self._known(), sha256(data).hexdigest()
        if key in numbers:
            with contextlib.suppress(Refused):  # Telegram knows it no more: once more, whole
                known = await outcome(self._bot.send_voice(chat, numbers[key], **more))
                return known.message_id
        file = InputFile(data, filename="voice.ogg")
        message = await outcome(self._bot.send_voice(chat, file, **more))
        if message.voice is not None:
            self._keep(key, message.voice.file_id)
        return message.message_id

    def _known(self) -> dict[str, str]:
        if self._numbers is None:
            self._numbers = {}
            if self._kept is not None:
                with contextlib.suppress(OSError, msgspec.MsgspecError):
                    self._numbers = _read(self._kept.read_bytes())
        return self._numbers

    def _keep(self, key: str, handle: str) -> None:
        numbers = self._known()
        numbers[key] = handle
        if self._kept is not None:
            unfinished = self._kept.with_suffix(".part")
            unfinished.write_bytes(_write(numbers))
            unfinished.replace(self._kept)
