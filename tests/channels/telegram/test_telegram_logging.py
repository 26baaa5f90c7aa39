"""Neither the token nor a word anybody wrote reaches a log, whatever breaks, at any level."""

from __future__ import annotations

import asyncio
import io
import logging
import traceback
from contextlib import suppress
from typing import Any

import pytest
import telegram

from bot.channels.telegram.aiohttp_request import Timeouts
from bot.channels.telegram.client import build_bot, build_fetch
from bot.channels.telegram.file_download import download
from bot.channels.telegram.poller import Poller
from bot.channels.telegram.sender import Sender
from bot.errors import HavenError
from bot.messages import DeleteMessages, EditText, LeaveGroup, Toast
from bot.messages import SendText as Saying
from tests.support.telegram.telegram_loopback_server import (
    ME,
    MESSAGE,
    TOKEN,
    DropConnection,
    NeverRespond,
    Respond,
    TelegramLoopbackServer,
    TrickleResponse,
    api_error,
    api_success,
)
from tests.support.telegram.telegram_samples import text_message

WORDS = "paspor-diambil"
SECRETS = (TOKEN, TOKEN.partition(":")[2], WORDS)
METHODS = ("sendMessage", "editMessageText", "answerCallbackQuery", "deleteMessages", "leaveChat",
           "getFile", "getUpdates", "f")  # fmt: skip
QUOTING = f'Bad Request: something about "{WORDS}"'
FAULTS: list[Any] = [
    api_success(MESSAGE | {"text": WORDS}),
    DropConnection(),
    NeverRespond(),
    TrickleResponse(WORDS.encode(), 500),
    Respond(WORDS.encode()),
    Respond(WORDS.encode(), 403),
    Respond(WORDS.encode(), 500),
    Respond(f'{{"ok":true,"result":[{{"text":"{WORDS}'.encode()),
    Respond(f'{{"ok":true,"result":{{"{WORDS}":"{WORDS}"}}}}'.encode()),
    Respond(f'{{"ok":true,"result":[{{"update_id":1,"message":"{WORDS}"}}]}}'.encode()),
    api_error(400, QUOTING),
    api_error(400, f"Bad Request: message to edit not found {WORDS}"),
    api_error(401, WORDS),
    api_error(403, f"Forbidden: {WORDS}"),
    api_error(404, WORDS),
    api_error(409, f"Conflict: {WORDS}"),
    api_error(409, f"Conflict: webhook {WORDS}"),
    api_error(429, WORDS, retry_after=1),
    api_error(500, WORDS),
    api_error(502, WORDS),
    api_error(302, WORDS),
    api_error(400, WORDS, migrate_to_chat_id=5),
    api_error(400, WORDS, invented=WORDS),
]


@pytest.fixture
def heard() -> Any:
    """Everything any logger says at DEBUG, with tracebacks, as text."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    names = ("telegram", "telegram.Bot", "telegram.request", "aiohttp", "aiohttp.client", "httpx")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)
    for name, old in before.items():
        logging.getLogger(name).setLevel(old)


async def everything(wire: TelegramLoopbackServer, complaints: list[BaseException]) -> None:
    """Do all the channel can do, and collect what fails."""

    async def keep(_: Any) -> None:
        return

    async def no_time(_: float) -> None:
        await asyncio.sleep(0)

    bot = build_bot(TOKEN, wire.url)
    for request in bot._request:
        request._timeouts = Timeouts(read=0.1)  # type: ignore[attr-defined]
    sender = Sender(bot)
    async with bot:
        for body in (
            Saying(WORDS),
            EditText(7, WORDS),
            Toast("q", WORDS),
            DeleteMessages((1, 2)),
            LeaveGroup(),
        ):
            try:
                await sender.deliver(5, body)
            except HavenError as error:
                complaints.append(error)
        try:
            async for _ in download(bot, WORDS, stall=0.1):
                pass
        except HavenError as error:
            complaints.append(error)
        poller = Poller(bot, keep, sleep=no_time, wait=0)
        poller._fetch = build_fetch(bot, margin=0.1)
        running = asyncio.create_task(poller.run())
        enough = asyncio.create_task(wire.until("getUpdates", 3))
        await asyncio.wait([running, enough], return_when=asyncio.FIRST_COMPLETED)
        enough.cancel()
        poller.stop()
        try:
            await running
        except HavenError as error:
            complaints.append(error)


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_fault_makes_the_token_or_words_reach_a_log(
    telegram_server: TelegramLoopbackServer,
    heard: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    fault: Any,
) -> None:
    for method in METHODS:
        telegram_server.respond_with(method, fault)
    complaints: list[BaseException] = []
    await everything(telegram_server, complaints)
    told = "".join("".join(traceback.format_exception(error)) for error in complaints)
    told += "".join(repr(error) + repr(error.__context__) for error in complaints)
    written = heard.getvalue() + "".join(capfd.readouterr()) + told
    for secret in SECRETS:
        assert secret not in written


async def test_a_rejected_start_does_not_show_the_token(
    telegram_server: TelegramLoopbackServer, heard: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    for answer in (
        api_error(401, "Unauthorized"),
        DropConnection(),
        api_error(502, "x"),
        api_success(ME | {"id": 7}),
    ):
        telegram_server.respond_with("getMe", answer)
        bot = build_bot(TOKEN, telegram_server.url)
        with suppress(HavenError, telegram.error.TelegramError):
            await bot.initialize()
        await bot.shutdown()
    assert SECRETS[1] not in heard.getvalue() + "".join(capfd.readouterr())


async def test_the_librarys_own_bot_would_be_heard(
    telegram_server: TelegramLoopbackServer, heard: io.StringIO
) -> None:
    """The check itself works: stock python-telegram-bot fails it."""
    telegram_server.respond_with("sendMessage", api_success(MESSAGE))
    async with telegram.Bot(TOKEN, f"{telegram_server.url}/bot") as plain:
        await plain.send_message(5, WORDS)
    assert all(secret in heard.getvalue() for secret in SECRETS)


async def test_updates_are_fetched_without_a_word_in_a_log(
    telegram_server: TelegramLoopbackServer, heard: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    came = asyncio.Event()

    async def keep(_: Any) -> None:
        came.set()

    telegram_server.respond_with("getUpdates", api_success([text_message(WORDS)]), NeverRespond())
    async with build_bot(TOKEN, telegram_server.url) as bot:
        poller = Poller(bot, keep)
        running = asyncio.create_task(poller.run())
        await came.wait()
        poller.stop()
        await running
    written = heard.getvalue() + "".join(capfd.readouterr())
    assert "polling" in written
    assert not [secret for secret in SECRETS if secret in written]
