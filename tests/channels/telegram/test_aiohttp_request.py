from __future__ import annotations

import asyncio
import io
import json
import pickle
from typing import Any

import pytest
import telegram
from telegram import InputMediaPhoto
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.aiohttp_request import AiohttpRequest, Timeouts
from bot.channels.telegram.client import SilentBot, build_bot
from bot.channels.telegram.delivery_errors import NotSentError, NotSentInTimeError, retry_delay
from tests.support.telegram.telegram_loopback_server import (
    TOKEN,
    YES,
    DropConnection,
    NeverRespond,
    Respond,
    TelegramLoopbackServer,
    TrickleResponse,
    api_error,
    api_success,
)

MESSAGES = [
    (api_error(400, "Bad Request: chat not found"), BadRequest, "Chat not found"),
    (api_error(401, "Unauthorized"), InvalidToken, "Unauthorized"),
    (api_error(403, "Forbidden: bot was blocked by the user"), Forbidden,
     "Forbidden: bot was blocked by the user"),
    (api_error(404, "Not Found"), InvalidToken, "Not Found"),
    (api_error(409, "Conflict: terminated by other getUpdates request"), Conflict,
     "Conflict: terminated by other getUpdates request"),
    (api_error(500, "Internal Server Error"), NetworkError, "Internal Server Error"),
    (api_error(418, "Teapot"), NetworkError, "Teapot"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "kind", "says"), MESSAGES)
async def test_the_bot_raises_what_it_raises_over_its_own_client(
    telegram_server: TelegramLoopbackServer,
    bot: SilentBot,
    answer: Any,
    kind: type[TelegramError],
    says: str,
) -> None:
    telegram_server.respond_with("sendMessage", answer)
    plain = telegram.Bot(TOKEN, f"{telegram_server.url}/bot")
    async with plain:
        for client in (bot, plain):
            with pytest.raises(TelegramError) as caught:
                await client.send_message(5, "x")
            assert type(caught.value) is kind
            assert str(caught.value) == says


async def test_a_call_says_the_same_as_over_the_librarys_own_client(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:

    keyboard = telegram.InlineKeyboardMarkup(
        [[telegram.InlineKeyboardButton("a", callback_data="b")]]
    )
    async with telegram.Bot(TOKEN, f"{telegram_server.url}/bot") as plain:
        for client in (bot, plain):
            await client.send_message(
                5, "ไทย 😀 \x00", protect_content=True, reply_markup=keyboard, parse_mode=None
            )
            await client.set_my_commands([("start", "Begin")], language_code="id")
            await client.delete_messages(5, [1, 2, 3])
    for method in ("sendMessage", "setMyCommands", "deleteMessages"):
        ours, theirs = telegram_server.asked(method)
        assert ours == {
            name: value if name in {"text", "language_code"} else json.loads(value)
            for name, value in theirs.items()
        }


async def test_files_go_out_as_they_are(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    data = bytes(range(256)) * 400
    await bot.send_document(5, io.BytesIO(data), filename="a.bin", caption="kontrak \ud83d")
    telegram_server.respond_with("sendMediaGroup", api_success([]))
    await bot.send_media_group(5, [InputMediaPhoto(data), InputMediaPhoto(b"two")])
    document, group = telegram_server.calls[-2:]
    assert document.files == {"document": data}
    assert document.parameters["caption"] == "kontrak \ufffd"
    assert sorted(group.files.values(), key=len) == [b"two", data]


async def test_half_characters_in_a_call_are_replaced(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    await bot.send_message(5, "a\ud83d \\ud83d")
    assert telegram_server.asked("sendMessage")[0]["text"] == "a\ufffd \\ud83d"


async def test_connections_are_kept_open(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    for _ in range(5):
        await bot.send_message(5, "x")
    assert telegram_server.connections == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (DropConnection(), NetworkError),
        (NeverRespond(), TimedOut),
        (TrickleResponse(b"{", 50), TimedOut),
        (Respond(b'{"ok":', length=500), NetworkError),
        (Respond(b"<html>", 500), NetworkError),
        (Respond(b"", 504), NetworkError),
        (api_error(502, "Bad Gateway"), NetworkError),
        (Respond(b"<html>", 302), NetworkError),
        (Respond(b"<html>", 403), NetworkError),
        (Respond(b"[]", 404), NetworkError),
        (Respond(b"<html>", 413), NetworkError),
    ],
)
async def test_what_breaks_after_a_call_was_sent_is_ambiguous(
    telegram_server: TelegramLoopbackServer, answer: Any, kind: type[NetworkError]
) -> None:
    telegram_server.respond_with("getChat", answer)
    async with build_bot(TOKEN, telegram_server.url) as bot:
        with pytest.raises(NetworkError) as caught:
            await bot.get_chat(5, read_timeout=0.2)
    assert type(caught.value) is kind
    assert len(telegram_server.asked("getChat")) == 1, "no call is repeated behind our back"


async def test_a_call_refused_for_its_rate_may_be_sent_again(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("getChat", api_error(429, "x"))
    with pytest.raises(NotSentError):
        await bot.get_chat(5)


async def test_an_answer_that_trickles_comes_to_an_end(
    telegram_server: TelegramLoopbackServer,
) -> None:
    """Each byte comes in time, the whole never does."""
    telegram_server.respond_with("getChat", TrickleResponse(b'{"ok":true', 500))
    async with build_bot(TOKEN, telegram_server.url) as bot:
        with pytest.raises(TimedOut):
            await bot.get_chat(
                5, read_timeout=0.1, write_timeout=0.1, connect_timeout=0.1, pool_timeout=0.1
            )


async def test_no_connection_in_time_is_both_not_sent_and_timed_out(
    telegram_server: TelegramLoopbackServer,
) -> None:
    request = AiohttpRequest(1, Timeouts(read=None, connect=0.1, pool=0.1))
    telegram_server.respond_with("x", NeverRespond())
    async with request:
        first = request.post(f"{telegram_server.url}/x")

        task = asyncio.create_task(first)
        await telegram_server.came.wait()
        with pytest.raises(NotSentInTimeError) as caught:
            await request.post(f"{telegram_server.url}/x")
        assert isinstance(caught.value, TimedOut)
        assert isinstance(caught.value, NotSentError)
        task.cancel()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "http://haven.invalid/x",
        "https://127.0.0.1:1",
        "nonsense",
        "http://[x",
    ],
)
async def test_an_unreachable_address_means_not_sent(url: str) -> None:
    async with AiohttpRequest() as request:
        with pytest.raises(NotSentError) as caught:
            await request.post(url)
    assert caught.value.__context__ is None


async def test_a_server_that_does_not_speak_tls_was_not_spoken_to(
    telegram_server: TelegramLoopbackServer,
) -> None:
    async with AiohttpRequest(timeouts=Timeouts(connect=0.1, pool=0.1)) as request:
        with pytest.raises(NotSentError):
            await request.post(telegram_server.url.replace("http:", "https:"))


async def test_a_closed_client_sends_nothing() -> None:
    request = AiohttpRequest()
    with pytest.raises(NotSentError):
        await request.post("http://127.0.0.1:1/x")
    async with request:
        pass
    with pytest.raises(NotSentError):
        await request.post("http://127.0.0.1:1/x")


async def test_a_redirect_is_not_followed(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("sendMessage", Respond(b"", 307))
    with pytest.raises(NetworkError):
        await bot.send_message(5, "x")
    assert [call.method for call in telegram_server.calls] == ["getMe", "sendMessage"]


async def test_telegram_says_how_long_to_wait(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "sendMessage", api_error(429, "Too Many Requests: retry after 17", retry_after=17)
    )
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(5, "x")
    assert retry_delay(caught.value) == 17.0


async def test_an_answer_with_half_a_character_is_an_answer(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "getChat",
        Respond(
            rb'{"ok":true,"result":{"id":5,"type":"private","first_name":"\ud83d",'
            rb'"accent_color_id":1,"max_reaction_count":1,'
            rb'"accepted_gift_types":{"unlimited_gifts":true,"limited_gifts":true,'
            rb'"unique_gifts":true,"premium_subscription":true,'
            rb'"gifts_from_channels":true}}}'
        ),
    )
    assert (await bot.get_chat(5)).first_name == "\ufffd"


async def test_a_file_is_retrieved(telegram_server: TelegramLoopbackServer, bot: SilentBot) -> None:
    telegram_server.respond_with("f", Respond(b"bytes \xff"))
    assert await bot.request.retrieve(f"{telegram_server.url}/f") == b"bytes \xff"
    assert telegram_server.calls[-1].verb == "GET"


def test_faults_survive_being_pickled() -> None:
    for fault in (NotSentError("x"), NotSentInTimeError("x")):
        assert str(pickle.loads(pickle.dumps(fault))) == "x"  # noqa: S301 - our own bytes


async def test_calls_in_flight_share_their_connections(
    telegram_server: TelegramLoopbackServer,
) -> None:

    telegram_server.respond_with("sendChatAction", YES)
    async with AiohttpRequest(4) as request:
        url = f"{telegram_server.url}/sendChatAction"
        assert await asyncio.gather(*(request.post(url) for _ in range(40))) == [True] * 40
    assert telegram_server.connections <= 4
