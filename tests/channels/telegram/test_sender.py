from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from telegram_wire import MESSAGE, TOKEN, YES, Call, Drop, Say, Stall, Trickle, Wire, no, ok

from bot.channels.telegram.aiohttp_request import AiohttpRequest
from bot.channels.telegram.client import SilentBot, bot_for
from bot.channels.telegram.sender import Sender
from bot.errors import Blocked, Moved, Refused, TooOld, TryLater, Uncertain
from bot.messages import ANYWHERE, Button, Edit, Leave, Remove, Toast
from bot.messages import Say as Saying


def keyboard(*tokens: str) -> tuple[tuple[Button, ...], ...]:
    return tuple((Button(token.upper(), token),) for token in tokens)


async def test_a_message_goes_out_as_plain_text_protected_and_without_preview(
    wire: Wire, bot: SilentBot
) -> None:
    number = await Sender(bot).deliver(5, Saying("<b>hi</b> https://x.org", keyboard("a", "b")))
    (asked,) = wire.asked("sendMessage")
    assert number == 7
    assert asked["text"] == "<b>hi</b> https://x.org"
    assert "parse_mode" not in asked
    assert "entities" not in asked
    assert asked["protect_content"] is True
    assert asked["disable_notification"] is True
    assert asked["link_preview_options"] == {"is_disabled": True}
    buttons = asked["reply_markup"]["inline_keyboard"]
    assert buttons == [
        [{"text": "A", "callback_data": "a"}],
        [{"text": "B", "callback_data": "b"}],
    ]


async def test_a_button_brings_back_what_its_message_prescribes(wire: Wire, bot: SilentBot) -> None:
    rows = ((Button("A", "a"), Button("Help", f"{ANYWHERE}help")),)
    for body in (Saying("x", rows, prefix="p."), Edit(7, "x", rows, prefix="p.")):
        await Sender(bot).deliver(5, body)
    for method in ("sendMessage", "editMessageText"):
        ((first, second),) = wire.asked(method)[0]["reply_markup"]["inline_keyboard"]
        assert (first["callback_data"], second["callback_data"]) == ("p.a", f"{ANYWHERE}help")


async def test_a_phone_rings_only_where_any_time_is_safe(wire: Wire, bot: SilentBot) -> None:
    await Sender(bot).deliver(5, Saying("x", rings=True))
    await Sender(bot).deliver(-5, Saying("for staff"))
    assert [it["disable_notification"] for it in wire.asked("sendMessage")] == [False, False]


async def test_a_quiet_sender_makes_no_sound(wire: Wire, bot: SilentBot) -> None:
    await Sender(bot, quiet=True).deliver(5, Saying("x"))
    assert wire.asked("sendMessage")[0]["disable_notification"] is True


async def test_a_long_message_arrives_whole_with_its_buttons_at_the_end(
    wire: Wire, bot: SilentBot
) -> None:
    text = "น้ำ" * 3000 + "👨‍👩‍👧‍👦" * 500
    wire.will("sendMessage", *(ok(MESSAGE | {"message_id": n}) for n in range(10, 20)))
    number = await Sender(bot).deliver(5, Saying(text, keyboard("a")))
    asked = wire.asked("sendMessage")
    assert "".join(call["text"] for call in asked) == text
    assert all(len(call["text"].encode("utf-16-le")) <= 2 * 4096 for call in asked)
    assert ["reply_markup" in call for call in asked] == [False] * (len(asked) - 1) + [True]
    assert number == 9 + len(asked)


async def test_half_characters_never_stop_a_letter(wire: Wire, bot: SilentBot) -> None:
    sender = Sender(bot)
    await sender.deliver(5, Saying("a\ud83d", ((Button("\udc00", "t"),),)))
    await sender.deliver(5, Edit(7, "b\ude00"))
    await sender.deliver(5, Toast("q", "c\ud83d"))
    assert wire.asked("sendMessage")[0]["text"] == "a\ufffd"
    assert wire.asked("editMessageText")[0]["text"] == "b\ufffd"
    assert wire.asked("answerCallbackQuery")[0]["text"] == "c\ufffd"


GARBAGE = b"<html>who are you"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (no(429, "Too Many Requests: retry after 3", retry_after=3), TryLater),
        (no(429, "Too Many Requests"), TryLater),
        (no(502, "Bad Gateway"), TryLater),
        (Say(b"<html>Bad Gateway</html>", 502), TryLater),
        (Say(GARBAGE, 302), TryLater),
        (Say(GARBAGE, 403), TryLater),
        (Say(GARBAGE, 404), TryLater),
        (no(401, "Unauthorized"), TryLater),
        (no(404, "Not Found"), TryLater),
        (Drop(), Uncertain),
        (Stall(), Uncertain),
        (Trickle(b'{"ok":true,', 500), Uncertain),
        (Say(b'{"ok":true,"result":{"mess', length=5000), Uncertain),
        (Say(b'{"ok":true,"result":{"mess'), Uncertain),
        (Say(GARBAGE), Uncertain),
        (Say(b"[]"), Uncertain),
        (Say(b"{}"), Uncertain),
        (ok({}), Uncertain),
        (YES, Uncertain),
        (Say(GARBAGE, 500), Uncertain),
        (no(500, "Internal Server Error: restart"), Uncertain),
        (no(504, "Gateway Timeout"), Uncertain),
        (no(403, "Forbidden: bot was blocked by the user"), Blocked),
        (no(403, "Forbidden: user is deactivated"), Blocked),
        (no(403, "Forbidden: bot can't initiate conversation with a user"), Blocked),
        (no(400, "Bad Request: chat not found"), Blocked),
        (no(400, "Bad Request: PEER_ID_INVALID"), Blocked),
        (no(400, "Bad Request: message text is empty"), Refused),
        (no(400, "Bad Request: can't parse entities"), Refused),
        (no(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1), Moved),
        (no(413, "Request Entity Too Large"), Uncertain),
    ],
)
async def test_every_answer_to_a_message_has_one_outcome(
    wire: Wire, answer: Any, failure: type[Exception]
) -> None:
    wire.will("sendMessage", answer)
    async with bot_for(TOKEN, wire.url) as bot:
        bot.request._read = 0.2
        with pytest.raises(failure) as caught:
            await Sender(bot).deliver(5, Saying("x"))
    assert type(caught.value) is failure


async def test_a_limit_of_one_chat_is_waited_out_for_that_chat(wire: Wire, bot: SilentBot) -> None:
    wire.will("sendMessage", no(429, "Too Many Requests: retry after 35", retry_after=35))
    with pytest.raises(TryLater) as caught:
        await Sender(bot).deliver(5, Saying("x"))
    assert (caught.value.after, caught.value.everywhere) == (35.0, False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://haven.invalid"])
async def test_a_telegram_that_is_not_there_concerns_every_chat(url: str) -> None:
    bot = bot_for(TOKEN, url)
    await bot.request.initialize()
    with pytest.raises(TryLater) as caught:
        await Sender(bot).deliver(5, Saying("x"))
    assert (caught.value.after, caught.value.everywhere) == (None, True)
    await bot.request.shutdown()


async def test_a_connection_that_does_not_come_about_means_nothing_was_sent(wire: Wire) -> None:
    """All connections are taken by an answer that never comes."""
    wire.will("sendMessage", Stall())
    async with bot_for(TOKEN, wire.url) as bot:
        await bot.request.shutdown()
        request = AiohttpRequest(1, read_timeout=None, pool_timeout=0.1, connect_timeout=0.1)
        bot._request = (bot._request[0], request)
        await request.initialize()
        wire.came.clear()
        first = asyncio.create_task(Sender(bot).deliver(5, Saying("x")))
        await wire.came.wait()
        with pytest.raises(TryLater):
            await Sender(bot).deliver(6, Saying("y"))
        first.cancel()
        assert [asked["chat_id"] for asked in wire.asked("sendMessage")] == [5]


async def test_half_a_long_message_is_not_sent_again_by_itself(wire: Wire, bot: SilentBot) -> None:
    wire.will("sendMessage", ok(MESSAGE), no(429, "Too Many Requests", retry_after=3))
    with pytest.raises(Uncertain):
        await Sender(bot).deliver(5, Saying("x" * 5000))


async def test_no_reason_repeats_what_the_text_said(wire: Wire, bot: SilentBot) -> None:
    wire.will("sendMessage", no(400, 'Bad Request: something new about "passport"'))
    with pytest.raises(Refused) as caught:
        await Sender(bot).deliver(5, Saying("passport"))
    assert "passport" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_an_edit_that_changes_nothing_is_done(wire: Wire, bot: SilentBot) -> None:
    wire.will("editMessageText", no(400, "Bad Request: message is not modified: same"))
    assert await Sender(bot).deliver(5, Edit(7, "x", keyboard("a"))) is None
    (asked,) = wire.asked("editMessageText")
    assert (asked["chat_id"], asked["message_id"], asked["text"]) == (5, 7, "x")
    assert "parse_mode" not in asked


async def test_an_edit_of_a_message_that_is_gone_is_refused(wire: Wire, bot: SilentBot) -> None:
    wire.will("editMessageText", no(400, "Bad Request: message to edit not found"))
    with pytest.raises(Refused):
        await Sender(bot).deliver(5, Edit(7, "x"))


@pytest.mark.parametrize("body", [Edit(7, "x"), Toast("q"), Remove((1, 2)), Leave()])
@pytest.mark.parametrize("answer", [Drop(), Say(GARBAGE), no(500, "Internal Server Error")])
async def test_what_may_be_repeated_is_never_uncertain(
    wire: Wire, bot: SilentBot, body: Any, answer: Any
) -> None:
    for method in ("editMessageText", "answerCallbackQuery", "deleteMessages", "leaveChat"):
        wire.will(method, answer)
    with pytest.raises(TryLater):
        await Sender(bot).deliver(5, body)


async def test_a_press_too_old_to_acknowledge_has_had_its_effect(
    wire: Wire, bot: SilentBot
) -> None:
    wire.will("answerCallbackQuery", no(400, "Bad Request: query is too old and response timeout"))
    assert await Sender(bot).deliver(5, Toast("q", "y" * 300)) is None
    (asked,) = wire.asked("answerCallbackQuery")
    assert asked == {"callback_query_id": "q", "text": "y" * 200}


async def test_removing_asks_for_at_most_a_hundred_at_once(wire: Wire, bot: SilentBot) -> None:
    await Sender(bot).deliver(5, Remove((*range(1, 251), 1, 2)))
    asked = [call["message_ids"] for call in wire.asked("deleteMessages")]
    assert [len(numbers) for numbers in asked] == [100, 100, 50]
    assert [number for some in asked for number in some] == list(range(1, 251))


async def test_removing_nothing_asks_nothing(wire: Wire, bot: SilentBot) -> None:
    await Sender(bot).deliver(5, Remove())
    assert wire.asked("deleteMessages") == []


async def test_messages_too_old_are_told_and_all_others_go(wire: Wire, bot: SilentBot) -> None:
    """Telegram refuses a call whole, here for the numbers below 4 and for one that is missing."""
    gone: list[int] = []

    def judge(call: Call) -> Say:
        numbers = call.parameters["message_ids"]
        if min(numbers) < 4:
            return no(400, "Bad Request: message can't be deleted for everyone")
        gone.extend(numbers)
        return YES

    wire.next_for = judge
    with pytest.raises(TooOld) as caught:
        await Sender(bot).deliver(5, Remove((9, 2, 3, 8, 7, 6, 5, 4)))
    assert caught.value.messages == (2, 3)
    assert sorted(gone) == [4, 5, 6, 7, 8, 9]


async def test_a_message_that_is_not_there_counts_as_removed(wire: Wire, bot: SilentBot) -> None:
    wire.will("deleteMessages", no(400, "Bad Request: message to delete not found"))
    assert await Sender(bot).deliver(5, Remove((3,))) is None


@pytest.mark.parametrize(
    "answer",
    [
        YES,
        no(400, "Bad Request: chat not found"),
        no(403, "Forbidden: bot is not a member of the supergroup chat"),
        no(400, "Bad Request: CHANNEL_PRIVATE"),
    ],
)
async def test_leaving_ends_outside(wire: Wire, bot: SilentBot, answer: Any) -> None:
    wire.will("leaveChat", answer)
    assert await Sender(bot).deliver(-100, Leave()) is None
    assert json.dumps(wire.asked("leaveChat")) == '[{"chat_id": -100}]'
