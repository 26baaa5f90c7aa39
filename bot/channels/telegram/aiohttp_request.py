"""The HTTP client of python-telegram-bot's Bot: aiohttp, open connections, JSON bodies.

No redirect or cookie, and no proxy of the environment: a request goes to the configured address,
directly or through the configured proxy, or nowhere. Through a proxy goes only TLS, so it reads
neither the token nor a word.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
from aiohttp import ClientTimeout
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.delivery_errors import (
    NotSentError,
    UnreadableAnswerError,
    response_error,
    transport_error,
)
from bot.channels.telegram.parsing.fix_unicode import fix_json, fix_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from telegram.error import TelegramError

CONNECTIONS = 64
KEEP_OPEN = 30.0
"""Seconds an idle connection is kept: less than servers do, because of a letter sent over a closing
connection it is unknown whether it arrived."""
CHUNK = 64 * 1024

Timeout = float | None
_HEADERS = {"User-Agent": BaseRequest.USER_AGENT}
_JSON_HEADERS = {**_HEADERS, "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Default timeouts, seconds; None: no limit."""

    read: Timeout = 10.0
    write: Timeout = 10.0
    connect: Timeout = 10.0
    pool: Timeout = 5.0
    upload: Timeout = 60.0
    """In place of `write` for a call with files."""


class AiohttpRequest(BaseRequest):
    """Makes the Bot's calls over aiohttp."""

    __slots__ = ("_connections", "_note_date", "_proxy", "_session", "_timeouts")

    def __init__(
        self,
        connections: int = CONNECTIONS,
        timeouts: Timeouts | None = None,
        note_date: Callable[[str], None] | None = None,
        proxy: str = "",
    ) -> None:
        """Configure the client; `note_date` gets the date of every response.

        `proxy` is the address of an HTTP proxy; empty for none.
        """
        self._proxy = proxy or None
        self._connections = connections
        self._timeouts = timeouts or Timeouts()
        self._note_date = note_date
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> Timeout:
        """The default read timeout, seconds."""
        return self._timeouts.read

    async def initialize(self) -> None:
        """Open the session; connections open as they are needed."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=KEEP_OPEN
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                proxy=self._proxy,
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
        """Make one call and return its status and body.

        Raises:
            NotSentError: nothing reached Telegram.
            TimedOut: no response in time; the call may have arrived.
            NetworkError: the connection broke; the call may have arrived.
        """
        unset, default = BaseRequest.DEFAULT_NONE, self._timeouts
        has_files = request_data is not None and request_data.contains_files
        default_write = default.upload if has_files else default.write
        limits = _limits(
            default.read if read_timeout is unset else read_timeout,
            default_write if write_timeout is unset else write_timeout,
            default.connect if connect_timeout is unset else connect_timeout,
            default.pool if pool_timeout is unset else pool_timeout,
        )
        data, headers = _payload(request_data)
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
        """Yield the chunks of a file as they arrive; `stall` seconds may pass without one.

        The URL is never logged: it contains the token.

        Raises:
            NetworkError: there is no file, or the download stopped.
        """
        if self._session is None or self._session.closed:
            raise NotSentError("The client is not open")
        timeout = ClientTimeout(total=None, connect=stall, sock_read=stall)
        try:
            async with self._session.get(
                url, headers=_HEADERS, timeout=timeout, allow_redirects=False
            ) as response:
                status = response.status
                if status == HTTPStatus.OK:
                    async for chunk in response.content.iter_chunked(CHUNK):
                        yield chunk
                    return
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            fault: TelegramError = transport_error(error)
        else:
            fault = NotSentError(f"No file ({status})")
        raise fault

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return a response as Python values; unlike the library, log nothing if it is not JSON.

        Raises:
            UnreadableAnswerError: it is not a JSON object.
        """
        for decode in (bytes, fix_json):
            try:
                answer = msgspec.json.decode(decode(payload))
            except (msgspec.MsgspecError, RecursionError, UnicodeError):
                continue
            if isinstance(answer, dict):
                return answer
            break
        raise UnreadableAnswerError


@lru_cache(maxsize=64)
def _limits(read: Timeout, write: Timeout, connect: Timeout, pool: Timeout) -> ClientTimeout:
    """Return aiohttp's timeouts for the library's.

    aiohttp has no write timeout, and none for a response that trickles: the sum limits both.
    """
    parts = (read, write, connect, pool)
    total = None if None in parts else sum(part for part in parts if part is not None)
    opening = None if connect is None or pool is None else connect + pool
    return ClientTimeout(total=total, connect=opening, sock_connect=connect, sock_read=read)


def _payload(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    """Return the body of a call, a form only for files, and its headers."""
    if data is None:
        return None, _HEADERS
    if not data.contains_files:
        try:
            return msgspec.json.encode(data.parameters), _JSON_HEADERS
        except (TypeError, ValueError, msgspec.MsgspecError):
            return fix_json(json.dumps(data.parameters).encode()), _JSON_HEADERS
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, fix_text(value))
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, _HEADERS
