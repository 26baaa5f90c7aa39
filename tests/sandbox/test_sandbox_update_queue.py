"""The queue between Telegram and the bot: held, confirmed, forgotten, repeated."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import telegram

if TYPE_CHECKING:
    import httpx

    from bot.sandbox import Phone, Sandbox

HOUR = 60 * 60
DAY = 24 * HOUR


def ids(sandbox: Sandbox, offset: int = 0, limit: int = 100) -> list[int]:
    return [update.update_id for update in sandbox.updates.take_batch(offset, limit)]


async def test_an_update_is_delivered_until_a_higher_offset_confirms_it(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    indonesian_person.say("one")
    indonesian_person.say("two")
    first = await bot.get_updates()
    assert [update.message.text for update in first] == ["one", "two"]
    assert await bot.get_updates() == first
    assert await bot.get_updates(offset=first[1].update_id) == first[1:]
    assert await bot.get_updates(offset=first[1].update_id + 1) == ()
    assert await bot.get_updates() == ()


async def test_a_batch_holds_a_hundred_at_most(bot: telegram.Bot, indonesian_person: Phone) -> None:
    for number in range(250):
        indonesian_person.say(str(number))
    heard, offset, sizes = [], None, []
    while batch := await bot.get_updates(offset=offset):
        heard += [update.message.text for update in batch]
        sizes.append(len(batch))
        offset = batch[-1].update_id + 1
    assert sizes == [100, 100, 50]
    assert heard == [str(number) for number in range(250)]
    assert len(await bot.get_updates(limit=1)) == 0


async def test_a_poll_that_waits_is_answered_when_something_happens(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=50))
    await sandbox.updates.is_polled.wait()
    indonesian_person.say("now")
    assert [update.message.text for update in await waiting] == ["now"]


async def test_a_second_poller_ends_the_wait_of_the_first(
    bot: telegram.Bot, raw: httpx.AsyncClient, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=50))
    await sandbox.updates.is_polled.wait()
    second = asyncio.create_task(raw.get("getUpdates?timeout=50"))
    with pytest.raises(telegram.error.Conflict, match="terminated by other getUpdates request"):
        await first
    indonesian_person.say("for the second")
    assert len((await second).json()["result"]) == 1


async def test_polling_is_refused_while_a_webhook_is_set(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    sandbox.updates.webhook = "https://example.org/hook"
    indonesian_person.say("hello")
    with pytest.raises(telegram.error.Conflict, match="can't use getUpdates method while webhook"):
        await bot.get_updates()
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.delete_webhook()
    assert len(await bot.get_updates()) == 1


async def test_a_webhook_is_posted_to_on_this_machine_alone(bot: telegram.Bot) -> None:
    with pytest.raises(telegram.error.BadRequest, match="posts to this machine alone"):
        await bot.set_webhook("https://example.org/hook")
    with pytest.raises(telegram.error.BadRequest, match="unallowed characters"):
        await bot.set_webhook("http://127.0.0.1:9/hook", secret_token="a b")  # noqa: S106 - none
    assert await bot.set_webhook("")


@pytest.mark.parametrize(("deed", "seconds"), [("message", DAY), ("press", 150), ("reaction", DAY)])
def test_unfetched_updates_expire_by_age(
    sandbox: Sandbox, indonesian_person: Phone, deed: str, seconds: int
) -> None:
    sandbox.updates._allowed = frozenset({"message", "callback_query", "message_reaction"})
    match deed:
        case "message":
            indonesian_person.say("hello")
        case "press":
            indonesian_person.press(1, data="x")
        case "reaction":
            indonesian_person.react(1, "👍")
    sandbox.jump(seconds)
    assert len(ids(sandbox)) == 1
    sandbox.jump(1)
    assert ids(sandbox) == []


def test_an_outage_of_three_minutes_costs_the_presses_and_no_message(
    sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("kept")
    indonesian_person.press(1, data="lost")
    sandbox.jump(180)
    assert [list(update)[1] for update in sandbox.updates.pending()] == [
        "message",
        "callback_query",
    ]
    assert len(ids(sandbox)) == 1
    assert "message" in sandbox.updates.pending()[0]


def test_after_a_quiet_week_numbers_begin_lower(sandbox: Sandbox, indonesian_person: Phone) -> None:
    indonesian_person.say("before")
    indonesian_person.say("before")
    before = ids(sandbox)
    assert before[1] == before[0] + 1
    ids(sandbox, before[1] + 1)
    sandbox.jump(7 * DAY)
    indonesian_person.say("after")
    indonesian_person.say("after")
    after = ids(sandbox)
    assert after[0] < before[0] - 1000
    assert after[1] == after[0] + 1


def test_six_quiet_days_change_nothing(sandbox: Sandbox, indonesian_person: Phone) -> None:
    indonesian_person.say("before")
    before = ids(sandbox)
    sandbox.jump(6 * DAY)
    indonesian_person.say("after")
    assert ids(sandbox)[-1] == before[0] + 1


def test_an_offset_from_before_the_quiet_week_confirms_nothing(
    sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("before")
    highest = ids(sandbox)[0]
    ids(sandbox, highest + 1)
    sandbox.jump(8 * DAY)
    indonesian_person.say("after")
    assert ids(sandbox, highest + 1) == ids(sandbox, highest + 1) != []
    newest = ids(sandbox)[0]
    assert ids(sandbox, newest + 1) == []


def test_a_negative_offset_keeps_only_the_newest(
    sandbox: Sandbox, indonesian_person: Phone
) -> None:
    for number in range(5):
        indonesian_person.say(str(number))
    everything = ids(sandbox)
    assert ids(sandbox, -2) == everything[-2:]
    assert ids(sandbox) == everything[-2:]


async def test_the_bot_gets_the_kinds_it_asked_for_from_then_on(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    indonesian_person.react(1, "👍")
    assert await bot.get_updates(allowed_updates=["message", "message_reaction"]) == ()
    indonesian_person.react(1, "👍")
    indonesian_person.press(1, data="not asked for")
    indonesian_person.say("hello")
    kinds = [update.message_reaction is not None for update in await bot.get_updates()]
    assert kinds == [True, False]
    await bot.get_updates(allowed_updates=[])
    indonesian_person.react(1, "👍")
    indonesian_person.press(1, data="asked for again")
    assert (await bot.get_updates())[-1].callback_query.data == "asked for again"


def test_a_batch_can_name_every_update_twice(sandbox: Sandbox, indonesian_person: Phone) -> None:
    indonesian_person.say("one")
    indonesian_person.say("two")
    sandbox.updates.twice = 1
    first, same, second, again = ids(sandbox)
    assert (first, second) == (same, again)
    assert ids(sandbox) == [first, second]


def test_a_confirmed_batch_can_come_once_more(sandbox: Sandbox, indonesian_person: Phone) -> None:
    indonesian_person.say("one")
    sandbox.updates.again = 1
    (first,) = ids(sandbox)
    indonesian_person.say("two")
    assert ids(sandbox, first + 1) == [first, first + 1]
    assert ids(sandbox, first + 1) == [first + 1]


def test_a_batch_can_arrive_newest_first(sandbox: Sandbox, indonesian_person: Phone) -> None:
    indonesian_person.say("one")
    indonesian_person.say("two")
    sandbox.updates.backwards = 1
    newest, oldest = ids(sandbox)
    assert newest == oldest + 1


async def test_any_bytes_can_stand_in_a_batch(
    raw: httpx.AsyncClient, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    strange = rb'{"update_id":"12","message":{"text":"\ud83d"}}'
    sandbox.updates.inject(strange)
    indonesian_person.say("good")
    body = (await raw.post("getUpdates")).content
    assert strange in body
    assert b'"text":"good"' in body


@pytest.mark.parametrize("number", [-5, 7, 2**31 - 1])
def test_an_injected_number_is_kept_and_can_be_confirmed(
    sandbox: Sandbox, indonesian_person: Phone, number: int
) -> None:
    indonesian_person.say("before")
    sandbox.updates.inject({"update_id": number, "message": {}})
    assert ids(sandbox)[-1] == number
    if number >= 0:
        assert ids(sandbox, number + 1) == []


def test_pending_updates_can_be_dropped(sandbox: Sandbox, indonesian_person: Phone) -> None:
    indonesian_person.say("hello")
    sandbox.updates.clear()
    assert len(sandbox.updates) == 0


async def test_who_still_waits_goes_home_when_the_sandbox_closes(
    bot: telegram.Bot, sandbox: Sandbox
) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=50))
    await sandbox.updates.is_polled.wait()
    sandbox.close()
    assert await waiting == ()
