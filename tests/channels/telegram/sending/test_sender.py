from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.channels.telegram.aiohttp_request import AiohttpRequest, Timeouts
from bot.channels.telegram.client import SilentBot, build_bot
from bot.channels.telegram.sender import Sender
from bot.errors import (
    ChatBlockedError,
    DeliveryUncertainError,
    GroupMovedError,
    LetterRefusedError,
    MessagesTooOldError,
    RetryLaterError,
)
from bot.messages import GLOBAL_PREFIX, Button, DeleteMessages, EditText, LeaveGroup, Toast
from bot.messages import SendText as Saying
from tests.support.telegram.telegram_loopback_server import (
    MESSAGE,
    TOKEN,
    YES,
    DropConnection,
    NeverRespond,
    ReceivedCall,
    Respond,
    TelegramLoopbackServer,
    TrickleResponse,
    api_error,
    api_success,
)


def keyboard(*tokens: str) -> tuple[tuple[Button, ...], ...]:
    return tuple((Button(token.upper(), token),) for token in tokens)


async def test_a_message_goes_out_as_plain_text_protected_and_without_preview(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    number = await Sender(bot).deliver(5, Saying("<b>hi</b> https://x.org", keyboard("a", "b")))
    (asked,) = telegram_server.asked("sendMessage")
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


async def test_a_button_brings_back_what_its_message_prescribes(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    rows = ((Button("A", "a"), Button("Help", f"{GLOBAL_PREFIX}help")),)
    for body in (Saying("x", rows, prefix="p."), EditText(7, "x", rows, prefix="p.")):
        await Sender(bot).deliver(5, body)
    for method in ("sendMessage", "editMessageText"):
        ((first, second),) = telegram_server.asked(method)[0]["reply_markup"]["inline_keyboard"]
        assert (first["callback_data"], second["callback_data"]) == ("p.a", f"{GLOBAL_PREFIX}help")


async def test_a_phone_rings_only_where_any_time_is_safe(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    await Sender(bot).deliver(5, Saying("x", notifies=True))
    await Sender(bot).deliver(-5, Saying("for staff"))
    assert [it["disable_notification"] for it in telegram_server.asked("sendMessage")] == [
        False,
        False,
    ]


async def test_a_quiet_sender_makes_no_sound(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    await Sender(bot, quiet=True).deliver(5, Saying("x"))
    assert telegram_server.asked("sendMessage")[0]["disable_notification"] is True


async def test_a_long_message_arrives_whole_with_its_buttons_at_the_end(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    text = "น้ำ" * 3000 + "👨‍👩‍👧‍👦" * 500
    telegram_server.respond_with(
        "sendMessage", *(api_success(MESSAGE | {"message_id": n}) for n in range(10, 20))
    )
    number = await Sender(bot).deliver(5, Saying(text, keyboard("a")))
    asked = telegram_server.asked("sendMessage")
    assert "".join(call["text"] for call in asked) == text
    assert all(len(call["text"].encode("utf-16-le")) <= 2 * 4096 for call in asked)
    assert ["reply_markup" in call for call in asked] == [False] * (len(asked) - 1) + [True]
    assert number == 9 + len(asked)


async def test_half_characters_never_stop_a_letter(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    sender = Sender(bot)
    await sender.deliver(5, Saying("a\ud83d", ((Button("\udc00", "t"),),)))
    await sender.deliver(5, EditText(7, "b\ude00"))
    await sender.deliver(5, Toast("q", "c\ud83d"))
    assert telegram_server.asked("sendMessage")[0]["text"] == "a\ufffd"
    assert telegram_server.asked("editMessageText")[0]["text"] == "b\ufffd"
    assert telegram_server.asked("answerCallbackQuery")[0]["text"] == "c\ufffd"


GARBAGE = b"<html>who are you"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (api_error(429, "Too Many Requests: retry after 3", retry_after=3), RetryLaterError),
        (api_error(429, "Too Many Requests"), RetryLaterError),
        (api_error(502, "Bad Gateway"), DeliveryUncertainError),
        (Respond(b"<html>Bad Gateway</html>", 502), DeliveryUncertainError),
        (Respond(GARBAGE, 302), DeliveryUncertainError),
        (Respond(GARBAGE, 403), DeliveryUncertainError),
        (Respond(GARBAGE, 413), DeliveryUncertainError),
        (Respond(GARBAGE, 404), DeliveryUncertainError),
        (api_error(401, "Unauthorized"), RetryLaterError),
        (api_error(404, "Not Found"), RetryLaterError),
        (DropConnection(), DeliveryUncertainError),
        (NeverRespond(), DeliveryUncertainError),
        (TrickleResponse(b'{"ok":true,', 500), DeliveryUncertainError),
        (Respond(b'{"ok":true,"result":{"mess', length=5000), DeliveryUncertainError),
        (Respond(b'{"ok":true,"result":{"mess'), DeliveryUncertainError),
        (Respond(GARBAGE), DeliveryUncertainError),
        (Respond(b"[]"), DeliveryUncertainError),
        (Respond(b"{}"), DeliveryUncertainError),
        (api_success({}), DeliveryUncertainError),
        (YES, DeliveryUncertainError),
        (Respond(GARBAGE, 500), DeliveryUncertainError),
        (api_error(500, "Internal Server Error: restart"), DeliveryUncertainError),
        (api_error(504, "Gateway Timeout"), DeliveryUncertainError),
        (api_error(403, "Forbidden: bot was blocked by the user"), ChatBlockedError),
        (api_error(403, "Forbidden: user is deactivated"), ChatBlockedError),
        (
            api_error(403, "Forbidden: bot can't initiate conversation with a user"),
            ChatBlockedError,
        ),
        (api_error(400, "Bad Request: chat not found"), ChatBlockedError),
        (api_error(400, "Bad Request: PEER_ID_INVALID"), ChatBlockedError),
        (api_error(400, "Bad Request: message text is empty"), LetterRefusedError),
        (api_error(400, "Bad Request: can't parse entities"), LetterRefusedError),
        (
            api_error(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1),
            GroupMovedError,
        ),
        (api_error(413, "Request Entity Too Large"), DeliveryUncertainError),
    ],
)
async def test_every_answer_to_a_message_has_one_outcome(
    telegram_server: TelegramLoopbackServer, answer: Any, failure: type[Exception]
) -> None:
    telegram_server.respond_with("sendMessage", answer)
    async with build_bot(TOKEN, telegram_server.url) as bot:
        bot.request._timeouts = Timeouts(read=0.2)
        with pytest.raises(failure) as caught:
            await Sender(bot).deliver(5, Saying("x"))
    assert type(caught.value) is failure


async def test_a_limit_of_one_chat_is_waited_out_for_that_chat(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "sendMessage", api_error(429, "Too Many Requests: retry after 35", retry_after=35)
    )
    with pytest.raises(RetryLaterError) as caught:
        await Sender(bot).deliver(5, Saying("x"))
    assert (caught.value.retry_after, caught.value.is_global) == (35.0, False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://haven.invalid"])
async def test_a_telegram_that_is_not_there_concerns_every_chat(url: str) -> None:
    bot = build_bot(TOKEN, url)
    await bot.request.initialize()
    with pytest.raises(RetryLaterError) as caught:
        await Sender(bot).deliver(5, Saying("x"))
    assert (caught.value.retry_after, caught.value.is_global) == (None, True)
    await bot.request.shutdown()


async def test_a_connection_that_does_not_come_about_means_nothing_was_sent(
    telegram_server: TelegramLoopbackServer,
) -> None:
    """All connections are taken by an answer that never comes."""
    telegram_server.respond_with("sendMessage", NeverRespond())
    async with build_bot(TOKEN, telegram_server.url) as bot:
        await bot.request.shutdown()
        request = AiohttpRequest(1, Timeouts(read=None, pool=0.1, connect=0.1))
        bot._request = (bot._request[0], request)
        await request.initialize()
        telegram_server.came.clear()
        first = asyncio.create_task(Sender(bot).deliver(5, Saying("x")))
        await telegram_server.came.wait()
        with pytest.raises(RetryLaterError):
            await Sender(bot).deliver(6, Saying("y"))
        first.cancel()
        assert [asked["chat_id"] for asked in telegram_server.asked("sendMessage")] == [5]


async def test_half_a_long_message_is_not_sent_again_by_itself(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "sendMessage", api_success(MESSAGE), api_error(429, "Too Many Requests", retry_after=3)
    )
    with pytest.raises(DeliveryUncertainError):
        await Sender(bot).deliver(5, Saying("x" * 5000))


async def test_no_reason_repeats_what_the_text_said(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "sendMessage", api_error(400, 'Bad Request: something new about "passport"')
    )
    with pytest.raises(LetterRefusedError) as caught:
        await Sender(bot).deliver(5, Saying("passport"))
    assert "passport" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_an_edit_that_changes_nothing_is_done(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "editMessageText", api_error(400, "Bad Request: message is not modified: same")
    )
    assert await Sender(bot).deliver(5, EditText(7, "x", keyboard("a"))) is None
    (asked,) = telegram_server.asked("editMessageText")
    assert (asked["chat_id"], asked["message_id"], asked["text"]) == (5, 7, "x")
    assert "parse_mode" not in asked


async def test_an_edit_of_a_message_that_is_gone_is_refused(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "editMessageText", api_error(400, "Bad Request: message to edit not found")
    )
    with pytest.raises(LetterRefusedError):
        await Sender(bot).deliver(5, EditText(7, "x"))


@pytest.mark.parametrize(
    "body", [EditText(7, "x"), Toast("q"), DeleteMessages((1, 2)), LeaveGroup()]
)
@pytest.mark.parametrize(
    "answer", [DropConnection(), Respond(GARBAGE), api_error(500, "Internal Server Error")]
)
async def test_what_may_be_repeated_is_never_uncertain(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, body: Any, answer: Any
) -> None:
    for method in ("editMessageText", "answerCallbackQuery", "deleteMessages", "leaveChat"):
        telegram_server.respond_with(method, answer)
    with pytest.raises(RetryLaterError):
        await Sender(bot).deliver(5, body)


async def test_a_press_too_old_to_acknowledge_has_had_its_effect(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "answerCallbackQuery", api_error(400, "Bad Request: query is too old and response timeout")
    )
    assert await Sender(bot).deliver(5, Toast("q", "y" * 300)) is None
    (asked,) = telegram_server.asked("answerCallbackQuery")
    assert asked == {"callback_query_id": "q", "text": "y" * 200}


async def test_removing_asks_for_at_most_a_hundred_at_once(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    await Sender(bot).deliver(5, DeleteMessages((*range(1, 251), 1, 2)))
    asked = [call["message_ids"] for call in telegram_server.asked("deleteMessages")]
    assert [len(numbers) for numbers in asked] == [100, 100, 50]
    assert [number for some in asked for number in some] == list(range(1, 251))


async def test_removing_nothing_asks_nothing(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    await Sender(bot).deliver(5, DeleteMessages())
    assert telegram_server.asked("deleteMessages") == []


async def test_messages_too_old_are_told_and_all_others_go(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    """Telegram refuses a call whole, here for the numbers below 4 and for one that is missing."""
    gone: list[int] = []

    def judge(call: ReceivedCall) -> Respond:
        numbers = call.parameters["message_ids"]
        if min(numbers) < 4:
            return api_error(400, "Bad Request: message can't be deleted for everyone")
        gone.extend(numbers)
        return YES

    telegram_server.next_for = judge
    with pytest.raises(MessagesTooOldError) as caught:
        await Sender(bot).deliver(5, DeleteMessages((9, 2, 3, 8, 7, 6, 5, 4)))
    assert caught.value.messages == (2, 3)
    assert sorted(gone) == [4, 5, 6, 7, 8, 9]


async def test_a_message_that_is_not_there_counts_as_removed(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "deleteMessages", api_error(400, "Bad Request: message to delete not found")
    )
    assert await Sender(bot).deliver(5, DeleteMessages((3,))) is None


@pytest.mark.parametrize(
    "answer",
    [
        YES,
        api_error(400, "Bad Request: chat not found"),
        api_error(403, "Forbidden: bot is not a member of the supergroup chat"),
        api_error(400, "Bad Request: CHANNEL_PRIVATE"),
    ],
)
async def test_leaving_ends_outside(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, answer: Any
) -> None:
    telegram_server.respond_with("leaveChat", answer)
    assert await Sender(bot).deliver(-100, LeaveGroup()) is None
    assert json.dumps(telegram_server.asked("leaveChat")) == '[{"chat_id": -100}]'
