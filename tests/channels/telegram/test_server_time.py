"""Telegram's own clock is heard in the date of its answers, and in nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.channels.telegram.client import ServerTime, build_bot
from bot.clock import HOUR, SECOND
from bot.sandbox import TOKEN as SANDBOX_TOKEN
from bot.sandbox import Sandbox, serve
from tests.support.moved_clock import ManualClock
from tests.support.telegram.telegram_loopback_server import TOKEN, api_success

if TYPE_CHECKING:
    from tests.support.telegram.telegram_loopback_server import TelegramLoopbackServer

NOON = 1_795_060_800 * SECOND
IN_HTTP = "Thu, 19 Nov 2026 04:00:00 GMT"


def test_server_time_advances_by_the_monotonic_clock() -> None:
    clock = ManualClock(7)
    dated = ServerTime(clock)
    assert dated.now() is None
    dated.note_date(IN_HTTP)
    clock.advance(90)
    assert dated.now() == NOON + 90 * SECOND


@pytest.mark.parametrize("date", ["", "soon", "Thu, 99 Nov 2026 04:00:00 GMT", "1795060800"])
def test_what_is_no_date_tells_nothing(date: str) -> None:
    dated = ServerTime(ManualClock())
    dated.note_date(date)
    assert dated.now() is None


async def test_every_answer_is_heard_and_one_without_a_date_takes_nothing_back(
    telegram_server: TelegramLoopbackServer,
) -> None:
    heard: list[str] = []
    telegram_server.dated = IN_HTTP
    async with build_bot(TOKEN, telegram_server.url, heard.append) as bot:
        telegram_server.dated = ""
        telegram_server.respond_with("getUpdates", api_success([]))
        await bot.get_updates()
    assert heard == [IN_HTTP, ""]
    dated = ServerTime(ManualClock())
    for each in heard:
        dated.note_date(each)
    assert dated.now() == NOON


async def test_the_sandbox_dates_its_answers_by_its_own_clock_as_telegram_does() -> None:
    sandbox = Sandbox()
    dated = ServerTime(sandbox.clock)
    async with serve(sandbox) as address, build_bot(SANDBOX_TOKEN, address, dated.note_date) as bot:
        await bot.get_me()
        for hours in (0, 5):
            sandbox.jump(hours * HOUR / SECOND)
            await bot.get_me()
            now = dated.now()
            assert now is not None
            assert abs(now - sandbox.clock.now()) < 5 * SECOND
