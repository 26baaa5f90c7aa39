"""The Bot that talks to Telegram, the check that it belongs to the stored data, and its time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec
from telegram import Bot, User
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.aiohttp_request import AiohttpRequest
from bot.channels.telegram.delivery_errors import (
    UNREADABLE,
    TokenRefusedError,
    UnreadableAnswerError,
)
from bot.channels.telegram.parsing.split_batch import MAX_UPDATES
from bot.channels.telegram.parsing.update_types import ALLOWED_UPDATES
from bot.clock import SECOND, Clock
from bot.errors import SettingError
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator


TELEGRAM_API = "https://api.telegram.org"
IDENTIFY_SECONDS, IDENTIFY_RETRY_SECONDS = 3600.0, 10.0
TIMEOUT_MARGIN = 15.0
"""Seconds a response may take beyond the time Telegram was asked to wait."""
REJECTED = "Telegram does not accept HAVEN_TELEGRAM_TOKEN. Copy it again from @BotFather."


class SilentBot(Bot):
    """A Bot that logs nothing.

    The library writes the token and every message at DEBUG, and the token into the error when
    Telegram rejects it.
    """

    __slots__ = ()

    _LOGGER = logging.Logger("silent", logging.CRITICAL + 1)  # noqa: LOG001 - no parent, no handler

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.token.partition(':')[0]})"

    @property
    def id(self) -> int:
        """The bot's number, which stands in the token."""
        return bot_number(self.token)

    @property
    def known_username(self) -> str:
        """The bot's username; empty until Telegram was asked for it."""
        return "" if self._bot_user is None else str(self._bot_user.username or "")

    async def open(self) -> None:
        """Open the connections; nothing is asked of Telegram."""
        await asyncio.gather(*(request.initialize() for request in self._request))
        self._requests_initialized = True

    async def initialize(self) -> None:
        """Open the connections and ask Telegram which bot this is.

        Raises:
            SettingError: Telegram does not accept the token.
        """
        try:
            await super().initialize()
        except asyncio.CancelledError:  # the library closes requests after other errors only
            for request in self._request:
                await request.shutdown()
            raise
        except InvalidToken:
            rejected = True
        else:
            rejected = False
        if rejected:
            raise SettingError(REJECTED)


def bot_number(token: str) -> int:
    """Return the number of the bot of a token; raise SettingError for what is no token."""
    number, _, secret = token.partition(":")
    if not (number.isdecimal() and number.isascii() and secret):
        raise SettingError("HAVEN_TELEGRAM_TOKEN is no token. Copy it again from @BotFather.")
    return int(number)


@contextlib.asynccontextmanager
async def connections(bot: SilentBot) -> AsyncIterator[None]:
    """Keep a bot's connections open; Telegram need not be there."""
    await bot.open()
    try:
        yield
    finally:
        await bot.shutdown()


def build_bot(
    token: str, api: str = TELEGRAM_API, note_date: Callable[[str], None] | None = None,
    proxy: str = "",
) -> SilentBot:  # fmt: skip
    """Return a Bot, not yet opened; `note_date` gets the `Date` header of every response.

    `proxy` is the address of an HTTP proxy between here and Telegram; empty for none.
    """
    bot_number(token)
    base = api.rstrip("/")
    return SilentBot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=AiohttpRequest(note_date=note_date, proxy=proxy),
        get_updates_request=AiohttpRequest(connections=2, note_date=note_date, proxy=proxy),
    )


@contextlib.contextmanager
def refuse_unreadable() -> Iterator[None]:
    """Raise UnreadableAnswerError, without the text, for an answer the library cannot read."""
    try:
        yield
    except UNREADABLE:
        raise UnreadableAnswerError from None


async def identify(bot: Bot, expected: int | None = None) -> User:
    """Ask Telegram which bot this is, and return it.

    `expected` is the id of the bot the data belongs to; None at the first start.

    Raises:
        TokenRefusedError: the token is not accepted.
        SettingError: it belongs to another bot than the data, or another server than Telegram
            answers.
    """
    try:
        with refuse_unreadable():
            me = await bot.get_me()
    except InvalidToken:
        me = None
    if me is None:
        raise TokenRefusedError(REJECTED)
    if str(me.id) != bot.token.partition(":")[0]:
        raise SettingError(
            "HAVEN_TELEGRAM_API answers for another bot than HAVEN_TELEGRAM_TOKEN's."
        )
    if expected is not None and me.id != expected:
        raise SettingError(
            "HAVEN_TELEGRAM_TOKEN belongs to another bot than the data in HAVEN_DATA. "
            "Use the first bot's token, or an empty data folder."
        )
    return me


async def ask_who_we_are(bot: Bot, expected: int) -> None:
    """Ask Telegram for the bot's name and the time, once an hour; for a process that polls not.

    What Telegram answers is logged and tried again, for as long as it takes.
    """
    while True:
        pause = IDENTIFY_SECONDS
        try:
            await identify(bot, expected)
        except (TelegramError, TokenRefusedError) as error:
            log.warning("telegram_missing", error=type(error).__name__)
            pause = IDENTIFY_RETRY_SECONDS
        await asyncio.sleep(pause)


async def username_of(token: str, api: str = TELEGRAM_API, proxy: str = "") -> str:
    """Return the username of the bot of a token.

    Raises:
        SettingError: the token is not accepted, or Telegram cannot be reached.
    """
    try:
        with refuse_unreadable():
            async with build_bot(token, api, proxy=proxy) as bot:
                return bot.username
    except UnreadableAnswerError as error:
        raise SettingError(f"HAVEN_TELEGRAM_API: {error}; correct it, or name it: --bot") from None
    except TelegramError as error:
        raise SettingError(
            f"HAVEN_TELEGRAM_API does not answer: {error}; or name it: --bot"
        ) from None


async def remove_webhook(bot: Bot) -> None:
    """Remove a webhook that an earlier program, or an earlier setting, has set; nothing is lost."""
    with refuse_unreadable():
        has_webhook = bool((await bot.get_webhook_info()).url)
    if has_webhook:
        await bot.delete_webhook(drop_pending_updates=False)
        log.warning("webhook_removed")


def build_fetch(
    bot: Bot, margin: float = TIMEOUT_MARGIN
) -> Callable[[int | None, int, int], Awaitable[bytes]]:
    """Return a function that fetches a batch of updates as raw bytes; it raises TelegramErrors.

    Its parameters are the offset (None: from the oldest update), the seconds Telegram may wait for
    an update, and the maximum number of updates.
    """
    types = msgspec.json.encode(ALLOWED_UPDATES).decode()
    request = bot._request[0]  # noqa: SLF001 - the library makes only the other request public

    async def fetch(offset: int | None, wait: int, limit: int = MAX_UPDATES) -> bytes:
        query = {"timeout": wait, "limit": limit, "allowed_updates": types}
        if offset is not None:
            query["offset"] = offset
        url = f"{bot.base_url}/getUpdates?{urlencode(query)}"
        return await request.retrieve(url, read_timeout=wait + margin)

    return fetch


class ServerTime:
    """Telegram's time, in case the local clock is wrong.

    It is the date of the last response and the monotonic time since then.
    """

    __slots__ = ("_clock", "_last_date")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_date = ("", 0.0)
        """One tuple, because the event loop writes it and the database's thread reads it."""

    def note_date(self, date: str) -> None:
        """Note the `Date` header of a response that has just arrived; may be empty."""
        if date:
            self._last_date = date, self._clock.monotonic()

    def now(self) -> int | None:
        """Return Telegram's time, microseconds since 1970; None before the first response."""
        date, noted_at = self._last_date
        time = _parse_date(date)
        return None if time is None else time + int((self._clock.monotonic() - noted_at) * SECOND)


@lru_cache(maxsize=2)
def _parse_date(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp()) * SECOND
    except (ValueError, OverflowError):
        return None
