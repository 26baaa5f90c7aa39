from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import telegram

from bot.channels.telegram.file_download import download
from bot.errors import LetterRefusedError, RetryLaterError
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

if TYPE_CHECKING:
    from bot.channels.telegram.client import SilentBot

PATH = "voice/file_7.oga"
DATA = bytes(range(256)) * 1000


def located(size: int | None = len(DATA), path: str | None = PATH) -> Respond:
    known: dict[str, Any] = {"file_id": "h", "file_unique_id": "u"}
    if size is not None:
        known["file_size"] = size
    if path is not None:
        known["file_path"] = path
    return api_success(known)


async def received(bot: telegram.Bot, **options: Any) -> bytes:
    return b"".join([piece async for piece in download(bot, "h", **options)])


async def test_a_file_comes_in_pieces_and_whole(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("getFile", located())
    telegram_server.respond_with("file_7.oga", Respond(DATA))
    pieces = [piece async for piece in download(bot, "h", unique="u")]
    assert b"".join(pieces) == DATA
    assert len(pieces) > 1
    assert telegram_server.asked("getFile") == [{"file_id": "h"}]
    assert telegram_server.calls[-1].verb == "GET"


@pytest.mark.parametrize("data", [b"", b"x"])
async def test_even_the_smallest_file_is_a_file(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, data: bytes
) -> None:
    telegram_server.respond_with("getFile", located(None))
    telegram_server.respond_with("file_7.oga", Respond(data))
    assert await received(bot) == data


@pytest.mark.parametrize(
    "answer", [located(20 * 1024 * 1024 + 1), api_error(400, "Bad Request: file is too big")]
)
async def test_a_file_too_big_is_not_begun(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, answer: Any
) -> None:
    telegram_server.respond_with("getFile", answer)
    with pytest.raises(LetterRefusedError, match="too big"):
        await received(bot)
    assert len(telegram_server.asked("file_7.oga")) == 0


@pytest.mark.parametrize("claimed", [None, 0, 10])
async def test_a_file_bigger_than_it_says_ends_at_the_limit(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, claimed: int | None
) -> None:
    telegram_server.respond_with("getFile", located(claimed))
    telegram_server.respond_with("file_7.oga", Respond(DATA))
    with pytest.raises(LetterRefusedError, match="too big"):
        await received(bot, size_limit=1000)


@pytest.mark.parametrize(
    "answer",
    [
        Respond(b"Not Found", 404),
        Respond(b"<html>", 302),
        Respond(b"oops", 500),
        DropConnection(),
        NeverRespond(),
        TrickleResponse(DATA[:-1], len(DATA)),
        Respond(DATA[:-1], length=len(DATA)),
        Respond(DATA[:-1]),
    ],
)
async def test_a_file_that_did_not_come_whole_is_asked_for_again(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, answer: Any
) -> None:
    telegram_server.respond_with("getFile", located())
    telegram_server.respond_with("file_7.oga", answer)
    with pytest.raises(RetryLaterError) as caught:
        await received(bot, stall=0.2)
    assert caught.value.__context__ is None or TOKEN not in str(caught.value.__context__)


@pytest.mark.parametrize(
    "answer",
    [
        DropConnection(),
        api_error(429, "Too Many Requests", retry_after=5),
        api_error(502, "Bad Gateway"),
        Respond(b"{"),
        YES,
        located(path=None),
    ],
)
async def test_a_file_that_could_not_be_found_now_is_looked_for_again(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, answer: Any
) -> None:
    telegram_server.respond_with("getFile", answer)
    with pytest.raises(RetryLaterError):
        await received(bot)


async def test_a_handle_telegram_does_not_know_is_refused(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("getFile", api_error(400, "Bad Request: wrong file_id"))
    with pytest.raises(LetterRefusedError, match="no such file"):
        await received(bot)


async def test_another_file_than_the_one_sent_is_refused(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("getFile", located())
    with pytest.raises(LetterRefusedError, match="another file"):
        await received(bot, unique="other")


async def test_no_answer_makes_us_read_a_file_of_this_machine(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("getFile", located(path=__file__))
    with pytest.raises(RetryLaterError):
        await received(bot)


async def test_who_stops_reading_stops_the_download(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("getFile", located())
    telegram_server.respond_with("file_7.oga", TrickleResponse(DATA[:-1], len(DATA)))
    pieces = download(bot, "h", stall=5)
    assert await anext(pieces)
    await pieces.aclose()  # type: ignore[attr-defined]


async def test_files_need_the_client_that_can_stream(
    telegram_server: TelegramLoopbackServer,
) -> None:
    telegram_server.respond_with("getFile", located())
    async with telegram.Bot(
        TOKEN, f"{telegram_server.url}/bot", f"{telegram_server.url}/file/bot"
    ) as plain:
        with pytest.raises(TypeError):
            await received(plain)
