"""The name of the bot at Telegram, for pages that print it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.channels.telegram.client import username_of
from bot.errors import SettingError

if TYPE_CHECKING:
    from bot.settings import Settings

LONGEST_WAIT_SECONDS = 10.0


class BotName:
    """Asks Telegram once; a desk may run in a process that fetches no updates."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known = ""

    async def find(self) -> str:
        """Return the name without `@`; empty if Telegram does not say it now."""
        if not self._known:
            settings = self._settings
            try:
                async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                    self._known = await username_of(
                        settings.token(), settings.telegram_api, settings.proxy()
                    )
            except (SettingError, TimeoutError):
                return ""
        return self._known
