from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.channels.telegram.client import SilentBot, build_bot
from tests.support.telegram.telegram_loopback_server import TOKEN, TelegramLoopbackServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def telegram_server() -> AsyncIterator[TelegramLoopbackServer]:
    telegram = TelegramLoopbackServer()
    await telegram.open()
    yield telegram
    await telegram.close()


@pytest.fixture
async def bot(telegram_server: TelegramLoopbackServer) -> AsyncIterator[SilentBot]:
    async with build_bot(TOKEN, telegram_server.url) as ours:
        yield ours
