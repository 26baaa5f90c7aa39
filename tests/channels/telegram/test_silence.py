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
from telegram_samples import said
from telegram_wire import ME, MESSAGE, TOKEN, Drop, Say, Stall, Trickle, Wire, no, ok

from bot.channels.telegram.client import bot_for, updates_of
from bot.channels.telegram.file_download import fetch
from bot.channels.telegram.poller import Poller
from bot.channels.telegram.sender import Sender
from bot.errors import HavenError
from bot.messages import Edit, Leave, Remove, Toast
from bot.messages import Say as Saying

WORDS = "paspor-diambil"
SECRETS = (TOKEN, TOKEN.partition(":")[2], WORDS)
METHODS = ("sendMessage", "editMessageText", "answerCallbackQuery", "deleteMessages", "leaveChat",
           "getFile", "getUpdates", "f")  # fmt: skip
QUOTING = f'Bad Request: something about "{WORDS}"'
FAULTS: list[Any] = [
    ok(MESSAGE | {"text": WORDS}),
    Drop(),
    Stall(),
    Trickle(WORDS.encode(), 500),
    Say(WORDS.encode()),
    Say(WORDS.encode(), 403),
    Say(WORDS.encode(), 500),
    Say(f'{{"ok":true,"result":[{{"text":"{WORDS}'.encode()),
    Say(f'{{"ok":true,"result":{{"{WORDS}":"{WORDS}"}}}}'.encode()),
    Say(f'{{"ok":true,"result":[{{"update_id":1,"message":"{WORDS}"}}]}}'.encode()),
    no(400, QUOTING),
    no(400, f"Bad Request: message to edit not found {WORDS}"),
    no(401, WORDS),
    no(403, f"Forbidden: {WORDS}"),
    no(404, WORDS),
    no(409, f"Conflict: {WORDS}"),
    no(409, f"Conflict: webhook {WORDS}"),
    no(429, WORDS, retry_after=1),
    no(500, WORDS),
    no(502, WORDS),
    no(302, WORDS),
    no(400, WORDS, migrate_to_chat_id=5),
    no(400, WORDS, invented=WORDS),
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


async def everything(wire: Wire, complaints: list[BaseException]) -> None:
    """Do all the channel can do, and collect what fails."""

    async def keep(_: Any) -> None:
        return

    async def no_time(_: float) -> None:
        await asyncio.sleep(0)

    bot = bot_for(TOKEN, wire.url)
    for request in bot._request:
        request._read = 0.1  # type: ignore[attr-defined]
    sender = Sender(bot)
    async with bot:
        for body in (Saying(WORDS), Edit(7, WORDS), Toast("q", WORDS), Remove((1, 2)), Leave()):
            try:
                await sender.deliver(5, body)
            except HavenError as error:
                complaints.append(error)
        try:
            async for _ in fetch(bot, WORDS, stall=0.1):
                pass
        except HavenError as error:
            complaints.append(error)
        poller = Poller(bot, keep, sleep=no_time, wait=0)
        poller._fetch = updates_of(bot, slack=0.1)
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
    wire: Wire, heard: io.StringIO, capfd: pytest.CaptureFixture[str], fault: Any
) -> None:
    for method in METHODS:
        wire.will(method, fault)
    complaints: list[BaseException] = []
    await everything(wire, complaints)
    told = "".join("".join(traceback.format_exception(error)) for error in complaints)
    told += "".join(repr(error) + repr(error.__context__) for error in complaints)
    written = heard.getvalue() + "".join(capfd.readouterr()) + told
    for secret in SECRETS:
        assert secret not in written


async def test_a_rejected_start_does_not_show_the_token(
    wire: Wire, heard: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    for answer in (no(401, "Unauthorized"), Drop(), no(502, "x"), ok(ME | {"id": 7})):
        wire.will("getMe", answer)
        bot = bot_for(TOKEN, wire.url)
        with suppress(HavenError, telegram.error.TelegramError):
            await bot.initialize()
        await bot.shutdown()
    assert SECRETS[1] not in heard.getvalue() + "".join(capfd.readouterr())


async def test_the_librarys_own_bot_would_be_heard(wire: Wire, heard: io.StringIO) -> None:
    """The check itself works: stock python-telegram-bot fails it."""
    wire.will("sendMessage", ok(MESSAGE))
    async with telegram.Bot(TOKEN, f"{wire.url}/bot") as plain:
        await plain.send_message(5, WORDS)
    assert all(secret in heard.getvalue() for secret in SECRETS)


async def test_updates_are_fetched_without_a_word_in_a_log(
    wire: Wire, heard: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    came = asyncio.Event()

    async def keep(_: Any) -> None:
        came.set()

    wire.will("getUpdates", ok([said(WORDS)]), Stall())
    async with bot_for(TOKEN, wire.url) as bot:
        poller = Poller(bot, keep)
        running = asyncio.create_task(poller.run())
        await came.wait()
        poller.stop()
        await running
    written = heard.getvalue() + "".join(capfd.readouterr())
    assert "polling" in written
    assert not [secret for secret in SECRETS if secret in written]
