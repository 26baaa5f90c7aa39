"""Trouble on order: what the bot's side of a bad line, a flood and a broken answer looks like."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from telegram.error import NetworkError, RetryAfter, TelegramError

from bot.sandbox import FaultKind

if TYPE_CHECKING:
    import telegram

    from bot.sandbox import Phone, Sandbox


async def test_a_line_cut_before_leaves_nothing_behind(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    sandbox.faults.add(FaultKind.DROP_BEFORE, method="sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(indonesian_person.id, "lost")
    assert indonesian_person.bot_texts() == []
    await bot.send_message(indonesian_person.id, "next")
    assert indonesian_person.bot_texts() == ["next"]


async def test_a_line_cut_after_leaves_the_message_there(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    sandbox.faults.add(FaultKind.DROP_AFTER, method="sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(indonesian_person.id, "there")
    assert indonesian_person.bot_texts() == ["there"]
    (call,) = sandbox.calls.of("sendMessage")
    assert (call.code, call.fault) == (0, "drop_after")


async def test_a_cut_poll_confirms_what_it_said_it_had(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("one")
    first = (await bot.get_updates())[0]
    indonesian_person.say("two")
    sandbox.faults.add(FaultKind.DROP_AFTER, method="getUpdates")
    with pytest.raises(NetworkError):
        await bot.get_updates(offset=first.update_id + 1)
    assert [update.message.text for update in await bot.get_updates()] == ["two"]


async def test_a_gateway_can_answer_with_a_page(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    sandbox.faults.add(FaultKind.HTML)
    with pytest.raises(TelegramError, match="Bad Gateway"):
        await bot.send_message(indonesian_person.id, "lost")
    assert indonesian_person.bot_texts() == []


async def test_an_answer_can_be_half_there(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    sandbox.faults.add(FaultKind.TRUNCATED)
    with pytest.raises(TelegramError, match="Invalid server response"):
        await bot.send_message(indonesian_person.id, "there")
    assert indonesian_person.bot_texts() == ["there"]


async def test_a_flood_ends_when_its_time_is_over(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    kit = sandbox.add_phone("Kit")
    indonesian_person.say("/start")
    kit.say("/start")
    sandbox.faults.add(FaultKind.FLOOD, chat=indonesian_person.id, lasting=30)
    with pytest.raises(RetryAfter) as told:
        await bot.send_message(indonesian_person.id, "too soon")
    assert told.value.retry_after == timedelta(seconds=30)
    await bot.send_message(kit.id, "not about you")
    sandbox.jump(29)
    with pytest.raises(RetryAfter):
        await bot.send_message(indonesian_person.id, "still too soon")
    sandbox.jump(1)
    await bot.send_message(indonesian_person.id, "now")
    assert indonesian_person.bot_texts() == ["now"]


async def test_a_flood_can_be_everywhere(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    sandbox.faults.add(FaultKind.FLOOD, lasting=3600, retry_after=7)
    with pytest.raises(RetryAfter) as told:
        await bot.get_me()
    assert told.value.retry_after == timedelta(seconds=7)
    sandbox.faults.clear()
    assert await bot.get_me()


async def test_a_slow_answer_comes_after_the_effect(
    raw: httpx.AsyncClient, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    sandbox.faults.add(FaultKind.SLOW, seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        await raw.post(
            "sendMessage", json={"chat_id": indonesian_person.id, "text": "there"}, timeout=0.3
        )
    assert indonesian_person.bot_texts() == ["there"]


async def test_a_stalled_call_has_no_effect_yet(
    raw: httpx.AsyncClient, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    sandbox.faults.add(FaultKind.STALLED, seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        await raw.post(
            "sendMessage", json={"chat_id": indonesian_person.id, "text": "late"}, timeout=0.3
        )
    assert indonesian_person.bot_texts() == []


@pytest.mark.parametrize("trouble", [FaultKind.SLOW, FaultKind.STALLED])
async def test_a_short_delay_ends_well(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone, trouble: FaultKind
) -> None:
    indonesian_person.say("/start")
    sandbox.faults.add(trouble, seconds=0)
    await bot.send_message(indonesian_person.id, "after all")
    assert indonesian_person.bot_texts() == ["after all"]


async def test_any_refusal_can_be_ordered(bot: telegram.Bot, sandbox: Sandbox) -> None:
    sandbox.faults.add(FaultKind.ERROR, code=500, description="Internal Server Error")
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await bot.get_me()


async def test_another_bot_can_answer(bot: telegram.Bot, sandbox: Sandbox) -> None:
    own = (await bot.get_me()).id
    sandbox.faults.add(FaultKind.WRONG_BOT)
    assert (await bot.get_me()).id != own


async def test_troubles_wait_strike_and_end(
    raw: httpx.AsyncClient, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    sandbox.faults.add("error", method="getMe", skip=1, times=2, code=500)
    codes = [(await raw.get("getMe")).status_code for _ in range(5)]
    assert codes == [200, 500, 500, 200, 200]
    assert sandbox.faults.pending() == []


def test_chance_strikes_the_same_way_twice() -> None:
    def struck(seed: int) -> list[bool]:
        from bot.sandbox import Sandbox  # noqa: PLC0415 - a sandbox of its own for each seed
        from bot.sandbox.call_log import ApiCall  # noqa: PLC0415

        sandbox = Sandbox(seed=seed)
        sandbox.faults.add("html", times=1000, chance=0.3)
        return [sandbox.faults.next_for(ApiCall("getMe", {}, 0)) is not None for _ in range(200)]

    assert struck(1) == struck(1) != struck(2)
    assert 30 < sum(struck(1)) < 90
