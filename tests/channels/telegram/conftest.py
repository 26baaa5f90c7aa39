from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from telegram_wire import TOKEN, Wire

from bot.channels.telegram.client import SilentBot, bot_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    telegram = Wire()
    await telegram.open()
    yield telegram
    await telegram.close()


@pytest.fixture
async def bot(wire: Wire) -> AsyncIterator[SilentBot]:
    async with bot_for(TOKEN, wire.url) as ours:
        yield ours
