"""Telegram's own clock is heard in the date of its answers, and in nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from telegram_wire import TOKEN, ok

from bot.channels.telegram.client import bot_for
from bot.channels.telegram.server_time import Dated
from bot.clock import HOUR, SECOND
from bot.sandbox import TOKEN as SANDBOX_TOKEN
from bot.sandbox import Sandbox, serve
from tests.clocks import MovedClock

if TYPE_CHECKING:
    from telegram_wire import Wire

NOON = 1_795_060_800 * SECOND
IN_HTTP = "Thu, 19 Nov 2026 04:00:00 GMT"


def test_a_date_goes_on_by_the_steady_clock_whatever_ours_says() -> None:
    clock = MovedClock(7)
    dated = Dated(clock)
    assert dated.now() is None
    dated.hears(IN_HTTP)
    clock.move(90)
    assert dated.now() == NOON + 90 * SECOND


@pytest.mark.parametrize("date", ["", "soon", "Thu, 99 Nov 2026 04:00:00 GMT", "1795060800"])
def test_what_is_no_date_tells_nothing(date: str) -> None:
    dated = Dated(MovedClock())
    dated.hears(date)
    assert dated.now() is None


async def test_every_answer_is_heard_and_one_without_a_date_takes_nothing_back(wire: Wire) -> None:
    heard: list[str] = []
    wire.dated = IN_HTTP
    async with bot_for(TOKEN, wire.url, heard.append) as bot:
        wire.dated = ""
        wire.will("getUpdates", ok([]))
        await bot.get_updates()
    assert heard == [IN_HTTP, ""]
    dated = Dated(MovedClock())
    for each in heard:
        dated.hears(each)
    assert dated.now() == NOON


async def test_the_sandbox_dates_its_answers_by_its_own_clock_as_telegram_does() -> None:
    sandbox = Sandbox()
    dated = Dated(sandbox.clock)
    async with serve(sandbox) as address, bot_for(SANDBOX_TOKEN, address, dated.hears) as bot:
        await bot.get_me()
        for hours in (0, 5):
            sandbox.jump(hours * HOUR / SECOND)
            await bot.get_me()
            now = dated.now()
            assert now is not None
            assert abs(now - sandbox.clock.now()) < 5 * SECOND
