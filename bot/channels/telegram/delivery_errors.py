"""Errors of the transport and of Telegram, and the delivery error of `bot.errors` for each.

Transport errors are told apart by whether anything was sent to Telegram. All are errors of
python-telegram-bot, so its Bot passes them on. None carries a URL (it contains the token) or any
part of a body, not even in its cause.
"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import msgspec
from telegram import error as telegram_errors
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

from bot import errors
from bot.errors import ChatBlockedError, DeliveryError, LetterRefusedError, RetryLaterError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

Answer = TypeVar("Answer")

UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
"""What the library raises for an answer of another shape than Telegram documents."""
CHAT_GONE = (
    "chat not found", "user not found", "user is deactivated", "input_user_deactivated",
    "peer_id_invalid", "user_is_blocked", "bot was blocked",
)  # fmt: skip
MESSAGE_UNCHANGED = "message is not modified"
TOO_OLD = "message can't be deleted"
TOPIC_UNCHANGED = "topic_not_modified"
TOPIC_GONE = ("topic_closed", "message thread not found", "topic_deleted", "topic_id_invalid")
"""Bad requests about a topic that does not exist or is closed to the bot."""
NO_RIGHTS = (
    "not enough rights", "have no rights", "need administrator rights", "chat_admin_required",
    "chat_write_forbidden", "chat_restricted", "not a forum", "bot was kicked",
    "bot is not a member",
)  # fmt: skip
KNOWN_REASONS = (
    MESSAGE_UNCHANGED, TOO_OLD, "message text is empty", "message is too long", "message_too_long",
    "text must be encoded in utf-8", "strings must be encoded in utf-8",
    "message to edit not found", "message can't be edited", "message_id_invalid",
    "button_data_invalid", "reply markup is too long", "can't parse", "message to copy not found",
    "message can't be copied", "wrong file identifier", TOPIC_UNCHANGED,
)  # fmt: skip
"""Known reasons. Any other is not repeated in an error, because it might quote the text."""


class NotSentError(NetworkError):
    """Telegram has not received this call: it may be repeated."""

    __slots__ = ()


class NotSentInTimeError(NotSentError, TimedOut):
    """No connection in time: nothing was sent."""

    __slots__ = ()


class TokenRefusedError(TelegramError):
    """Telegram does not know the token, asked whose it is: it was revoked or renewed."""

    __slots__ = ()


class ProxyRefusedError(NotSentError):
    """The proxy between here and Telegram let nothing through."""

    __slots__ = ()


class UnreadableAnswerError(TelegramError):
    """What answers does not write as the Bot API does: another server, or a page of a network."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("what answers is no Bot API")


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
    if isinstance(error, aiohttp.ClientHttpProxyError):  # it answered instead of Telegram
        return ProxyRefusedError(f"The proxy refuses the connection ({error.status})")
    if isinstance(error, TimeoutError):
        return TimedOut(f"No answer in time ({name})")
    return NetworkError(f"The connection broke ({name})")


def response_error(status: int, payload: bytes) -> TelegramError | None:
    """Return the error to raise for a response that is no success; None to leave it to the Bot.

    Only a refusal that Telegram wrote says that a call did not arrive. A page of a proxy may come
    after the call was carried out, whatever its status: the body was written by then.
    """
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    answer = _read(payload)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = _wait(answer)
        return SlowDownError(wait) if wait else NotSentError("Too many requests (429)")
    if answer is not None:
        return None
    return NetworkError(f"Failed without a reason ({status})")


def kind_of(error: Exception) -> str:
    """Return the name of an error for the log; for what the library could not read, one for all."""
    kind = UnreadableAnswerError if isinstance(error, UNREADABLE) else type(error)
    return kind.__name__


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


async def run_call(call: Coroutine[None, None, Answer], *, may_repeat: bool = True) -> Answer:
    """Await a call of the Bot; raise a `DeliveryError` for any error.

    A response the library cannot read came with a success: the letter may have arrived.
    """
    try:
        return await call
    except TelegramError as error:
        failure = delivery_error(error, may_repeat=may_repeat)
    except UNREADABLE:
        failure = _unknown_outcome(may_repeat=may_repeat)
    raise failure  # outside the handler: the library's error may quote a response


def delivery_error(error: TelegramError, *, may_repeat: bool) -> DeliveryError:
    """Return the delivery error for an error of the library."""
    if isinstance(error, RetryAfter):
        return RetryLaterError(retry_delay(error))
    if isinstance(error, (NotSentError, telegram_errors.InvalidToken, telegram_errors.Conflict)):
        return RetryLaterError(is_global=True)
    if isinstance(error, telegram_errors.ChatMigrated):
        return errors.GroupMovedError(error.new_chat_id)
    if isinstance(error, telegram_errors.Forbidden):
        return _reason_in(NO_RIGHTS, str(error), errors.GroupForbiddenError) or ChatBlockedError(
            "blocked"
        )
    if isinstance(error, telegram_errors.BadRequest):
        return _refused_error(str(error).lower())
    return _unknown_outcome(may_repeat=may_repeat)


def _unknown_outcome(*, may_repeat: bool) -> DeliveryError:
    return (
        RetryLaterError(is_global=True)
        if may_repeat
        else errors.DeliveryUncertainError("no answer")
    )


def _refused_error(words: str) -> DeliveryError:
    if any(gone in words for gone in CHAT_GONE):
        return ChatBlockedError("gone")
    return (
        _reason_in(TOPIC_GONE, words, errors.TopicGoneError)
        or _reason_in(NO_RIGHTS, words, errors.GroupForbiddenError)
        or _reason_in(KNOWN_REASONS, words, LetterRefusedError)
        or LetterRefusedError("bad request")
    )


def _reason_in(
    reasons: tuple[str, ...], words: str, kind: type[LetterRefusedError]
) -> LetterRefusedError | None:
    found = next((reason for reason in reasons if reason in words.lower()), None)
    return None if found is None else kind(found)
