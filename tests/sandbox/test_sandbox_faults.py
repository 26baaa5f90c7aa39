"""Trouble on order: what the bot's side of a bad line, a flood and a broken answer looks like."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from telegram.error import NetworkError, RetryAfter, TelegramError

from bot.sandbox import Trouble

if TYPE_CHECKING:
    import telegram

    from bot.sandbox import Phone, Sandbox


async def test_a_line_cut_before_leaves_nothing_behind(
    bot: telegram.Bot, sandbox: Sandbox, sari: Phone
) -> None:
    sari.say("/start")
    sandbox.faults.order(Trouble.DROP_BEFORE, method="sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(sari.id, "lost")
    assert sari.said() == []
    await bot.send_message(sari.id, "next")
    assert sari.said() == ["next"]


async def test_a_line_cut_after_leaves_the_message_there(
    bot: telegram.Bot, sandbox: Sandbox, sari: Phone
) -> None:
    sari.say("/start")
    sandbox.faults.order(Trouble.DROP_AFTER, method="sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(sari.id, "there")
    assert sari.said() == ["there"]
    (call,) = sandbox.journal.of("sendMessage")
    assert (call.code, call.fault) == (0, "drop_after")


async def test_a_cut_poll_confirms_what_it_said_it_had(
    bot: telegram.Bot, sandbox: Sandbox, sari: Phone
) -> None:
    sari.say("one")
    first = (await bot.get_updates())[0]
    sari.say("two")
    sandbox.faults.order(Trouble.DROP_AFTER, method="getUpdates")
    with pytest.raises(NetworkError):
        await bot.get_updates(offset=first.update_id + 1)
    assert [update.message.text for update in await bot.get_updates()] == ["two"]


async def test_a_gateway_can_answer_with_a_page(
    bot: telegram.Bot, sandbox: Sandbox, sari: Phone
) -> None:
    sari.say("/start")
    sandbox.faults.order(Trouble.HTML)
    with pytest.raises(TelegramError, match="Bad Gateway"):
        await bot.send_message(sari.id, "lost")
    assert sari.said() == []


async def test_an_answer_can_be_half_there(
    bot: telegram.Bot, sandbox: Sandbox, sari: Phone
) -> None:
    sari.say("/start")
    sandbox.faults.order(Trouble.TRUNCATED)
    with pytest.raises(TelegramError, match="Invalid server response"):
        await bot.send_message(sari.id, "there")
    assert sari.said() == ["there"]


async def test_a_flood_ends_when_its_time_is_over(
    bot: telegram.Bot, sandbox: Sandbox, sari: Phone
) -> None:
    kit = sandbox.phone("Kit")
    sari.say("/start")
    kit.say("/start")
    sandbox.faults.order(Trouble.FLOOD, chat=sari.id, lasting=30)
    with pytest.raises(RetryAfter) as told:
        await bot.send_message(sari.id, "too soon")
    assert told.value.retry_after == timedelta(seconds=30)
    await bot.send_message(kit.id, "not about you")
    sandbox.jump(29)
    with pytest.raises(RetryAfter):
        await bot.send_message(sari.id, "still too soon")
    sandbox.jump(1)
    await bot.send_message(sari.id, "now")
    assert sari.said() == ["now"]


async def test_a_flood_can_be_everywhere(bot: telegram.Bot, sandbox: Sandbox, sari: Phone) -> None:
    sari.say("/start")
    sandbox.faults.order(Trouble.FLOOD, lasting=3600, retry_after=7)
    with pytest.raises(RetryAfter) as told:
        await bot.get_me()
    assert told.value.retry_after == timedelta(seconds=7)
    sandbox.faults.clear()
    assert await bot.get_me()


async def test_a_slow_answer_comes_after_the_effect(
    raw: httpx.AsyncClient, sandbox: Sandbox, sari: Phone
) -> None:
    sari.say("/start")
    sandbox.faults.order(Trouble.SLOW, seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        await raw.post("sendMessage", json={"chat_id": sari.id, "text": "there"}, timeout=0.3)
    assert sari.said() == ["there"]


async def test_a_stalled_call_has_no_effect_yet(
    raw: httpx.AsyncClient, sandbox: Sandbox, sari: Phone
) -> None:
    sari.say("/start")
    sandbox.faults.order(Trouble.STALLED, seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        await raw.post("sendMessage", json={"chat_id": sari.id, "text": "late"}, timeout=0.3)
    assert sari.said() == []


@pytest.mark.parametrize("trouble", [Trouble.SLOW, Trouble.STALLED])
async def test_a_short_delay_ends_well(
    bot: telegram.Bot, sandbox: Sandbox, sari: Phone, trouble: Trouble
) -> None:
    sari.say("/start")
    sandbox.faults.order(trouble, seconds=0)
    await bot.send_message(sari.id, "after all")
    assert sari.said() == ["after all"]


async def test_any_refusal_can_be_ordered(bot: telegram.Bot, sandbox: Sandbox) -> None:
    sandbox.faults.order(Trouble.ERROR, code=500, description="Internal Server Error")
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await bot.get_me()


async def test_another_bot_can_answer(bot: telegram.Bot, sandbox: Sandbox) -> None:
    own = (await bot.get_me()).id
    sandbox.faults.order(Trouble.STRANGER)
    assert (await bot.get_me()).id != own


async def test_troubles_wait_strike_and_end(
    raw: httpx.AsyncClient, sandbox: Sandbox, sari: Phone
) -> None:
    sandbox.faults.order("error", method="getMe", skip=1, times=2, code=500)
    codes = [(await raw.get("getMe")).status_code for _ in range(5)]
    assert codes == [200, 500, 500, 200, 200]
    assert sandbox.faults.pending() == []


def test_chance_strikes_the_same_way_twice() -> None:
    def struck(seed: int) -> list[bool]:
        from bot.sandbox import Sandbox  # noqa: PLC0415 - a sandbox of its own for each seed
        from bot.sandbox.call_log import Call  # noqa: PLC0415

        sandbox = Sandbox(seed=seed)
        sandbox.faults.order("html", times=1000, chance=0.3)
        return [sandbox.faults.strike(Call("getMe", {}, 0)) is not None for _ in range(200)]

    assert struck(1) == struck(1) != struck(2)
    assert 30 < sum(struck(1)) < 90
