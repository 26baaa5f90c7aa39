"""Transport errors, told apart by whether anything was sent to Telegram.

All are errors of python-telegram-bot, so its Bot passes them on. None carries a URL (it contains
the token) or any part of a body, not even in its cause.
"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

if TYPE_CHECKING:
    from collections.abc import Mapping


class NotSentError(NetworkError):
    """Telegram has not received this call: it may be repeated."""

    __slots__ = ()


class NotSentInTimeError(NotSentError, TimedOut):
    """No connection in time: nothing was sent."""

    __slots__ = ()


class SlowDownError(RetryAfter):
    """Telegram demands a pause."""

    __slots__ = ()

    @property
    def retry_after(self) -> timedelta:
        """The pause, always as a timedelta and without the library's warning about it."""
        return self._retry_after


def transport_error(error: BaseException) -> TelegramError:
    """Return the error to raise for an error of the HTTP client.

    Without a connection nothing was sent. After that it is unknown: a connection that breaks during
    a write may have carried the letter.
    """
    name = type(error).__name__
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return NotSentInTimeError(f"No connection in time ({name})")
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.InvalidURL)):
        return NotSentError(f"No connection ({name})")
    if isinstance(error, TimeoutError):
        return TimedOut(f"No answer in time ({name})")
    return NetworkError(f"The connection broke ({name})")


def response_error(status: int, payload: bytes) -> TelegramError | None:
    """Return the error to raise for a response that is no success; None to leave it to the Bot.

    A page of a captive portal or a proxy is not from Telegram: with a redirect or a refusal the
    call did not arrive, with a server error it may have.
    """
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    answer = _read(payload)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = _wait(answer)
        return SlowDownError(wait) if wait else NotSentError("Too many requests (429)")
    if status == HTTPStatus.BAD_GATEWAY:
        return NotSentError("Bad gateway (502)")
    if answer is not None:
        return None
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return NotSentError(f"Another server answered ({status})")
    return NetworkError(f"Failed without a reason ({status})")


def _read(payload: bytes) -> dict[str, Any] | None:
    try:
        answer = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    return answer if isinstance(answer, dict) and "ok" in answer else None


def _wait(answer: Mapping[str, Any] | None) -> int:
    parameters = (answer or {}).get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return wait if isinstance(wait, int) and wait > 0 else 0


def retry_delay(error: RetryAfter) -> float:
    """Return the seconds Telegram asked us to wait."""
    span = error.retry_after
    return span.total_seconds() if isinstance(span, timedelta) else float(span)
