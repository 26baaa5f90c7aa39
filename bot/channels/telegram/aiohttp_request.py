"""The HTTP client under python-telegram-bot's Bot: aiohttp, connections kept open, JSON bodies.

No proxy, no redirect, no cookie: a letter goes to the address we were given or nowhere.
"""

from __future__ import annotations

import json
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.fix_unicode import fix_json, fix_text
from bot.channels.telegram.transport_errors import NotSentError, response_error, transport_error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

CONNECTIONS = 64
KEEP_OPEN = 30.0
"""Seconds an idle connection is kept: less than servers keep it, for a letter that meets a closing
connection is one of which nobody knows whether it arrived."""
CHUNK = 64 * 1024

Timeout = float | None
_encode = msgspec.json.Encoder().encode
_HEADERS = {"User-Agent": BaseRequest.USER_AGENT}
_JSON_HEADERS = {**_HEADERS, "Content-Type": "application/json"}


class AiohttpRequest(BaseRequest):
    """Carries the Bot's calls over aiohttp."""

    __slots__ = (
        "_connect", "_connections", "_note_date", "_pool", "_read", "_session", "_upload", "_write",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 - the timeouts python-telegram-bot knows
        self,
        connections: int = CONNECTIONS,
        *,
        read_timeout: Timeout = 10.0,
        write_timeout: Timeout = 10.0,
        connect_timeout: Timeout = 10.0,
        pool_timeout: Timeout = 5.0,
        upload_timeout: Timeout = 60.0,
        note_date: Callable[[str], None] | None = None,
    ) -> None:
        """Prepare to call; `dated` is told the date of every answer."""
        self._note_date = note_date
        self._connections = connections
        self._read = read_timeout
        self._write = write_timeout
        self._connect = connect_timeout
        self._pool = pool_timeout
        self._upload = upload_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> Timeout:
        """Return how many seconds an answer may take when a call does not say."""
        return self._read

    async def initialize(self) -> None:
        """Open the session; connections open as they are needed."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=KEEP_OPEN
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )

    async def shutdown(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    async def do_request(  # noqa: PLR0913, PLR0917 - the signature is python-telegram-bot's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one call and return status and body, whatever they are.

        Raises:
            NotSent: nothing reached Telegram.
            TimedOut: no answer in time; it may have arrived.
            NetworkError: the connection broke; it may have arrived.
        """
        unsaid = BaseRequest.DEFAULT_NONE
        has_files = request_data is not None and request_data.contains_files
        default_write = self._upload if has_files else self._write
        limits = _limits(
            self._read if read_timeout is unsaid else read_timeout,
            default_write if write_timeout is unsaid else write_timeout,
            self._connect if connect_timeout is unsaid else connect_timeout,
            self._pool if pool_timeout is unsaid else pool_timeout,
        )
        if request_data is None:
            return await self._exchange(method, url, None, _HEADERS, limits)
        if has_files:
            return await self._exchange(method, url, _form(request_data), _HEADERS, limits)
        return await self._exchange(method, url, _body(request_data), _JSON_HEADERS, limits)

    async def _exchange(
        self,
        method: str,
        url: str,
        data: Any,
        headers: dict[str, str],
        limits: aiohttp.ClientTimeout,
    ) -> tuple[int, bytes]:
        if self._session is None or self._session.closed:
            raise NotSentError("The client is not open")
        try:
            async with self._session.request(
                method, url, data=data, headers=headers, timeout=limits, allow_redirects=False
            ) as response:
                payload = await response.read()
                if self._note_date is not None:
                    self._note_date(response.headers.get("Date", ""))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            fault: TelegramError | None = transport_error(error)
        else:
            fault = response_error(response.status, payload)
        if fault is None:
            return response.status, payload
        raise fault  # outside the handler: aiohttp's own errors carry the URL

    async def stream(self, url: str, *, stall: float) -> AsyncIterator[bytes]:
        """Yield a file in pieces as they come.

        Args:
            url: where it is; never logged, it holds the token.
            stall: how many seconds may pass without a piece.

        Raises:
            NetworkError: there is no file, or no more of it came.
        """
        if self._session is None or self._session.closed:
            raise NotSentError("The client is not open")
        timeout = aiohttp.ClientTimeout(total=None, connect=stall, sock_read=stall)
        try:
            async with self._session.get(
                url, headers=_HEADERS, timeout=timeout, allow_redirects=False
            ) as response:
                status = response.status
                if status == HTTPStatus.OK:
                    async for piece in response.content.iter_chunked(CHUNK):
                        yield piece
                    return
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            fault: TelegramError = transport_error(error)
        else:
            fault = NotSentError(f"No file ({status})")
        raise fault

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return an answer as Python values; unlike the library, log nothing of one that is none.

        Raises:
            TelegramError: it is not JSON.
        """
        for body in (payload, None):
            try:
                answer = msgspec.json.decode(fix_json(payload) if body is None else body)
            except (msgspec.MsgspecError, RecursionError, UnicodeError):
                continue
            if isinstance(answer, dict):
                return answer
            break
        raise TelegramError("Invalid server response")


@lru_cache(maxsize=64)
def _limits(
    read: Timeout, write: Timeout, connect: Timeout, pool: Timeout
) -> aiohttp.ClientTimeout:
    """Return aiohttp's timeouts for the library's.

    aiohttp has none for writing, nor one for an answer that trickles: the sum is the end of both.
    """
    parts = (read, write, connect, pool)
    total = None if None in parts else sum(part for part in parts if part is not None)
    opening = None if connect is None or pool is None else connect + pool
    return aiohttp.ClientTimeout(total=total, connect=opening, sock_connect=connect, sock_read=read)


def _body(data: RequestData) -> bytes:
    parameters = data.parameters
    try:
        return _encode(parameters)
    except (TypeError, ValueError, msgspec.MsgspecError):
        return fix_json(json.dumps(parameters).encode())


def _form(data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, fix_text(value))
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
