"""What an answer of Telegram means for a letter, in the words of `bot.errors`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.channels.telegram.transport_errors import NotSent, wait_of
from bot.errors import Barred, Blocked, DeliveryError, Gone, Moved, Refused, TryLater, Uncertain

if TYPE_CHECKING:
    from collections.abc import Coroutine

Answer = TypeVar("Answer")

GONE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "input_user_deactivated",
    "peer_id_invalid",
    "user_is_blocked",
    "bot was blocked",
)
"""What Telegram says, as a bad request, of somebody who cannot be written to."""
UNCHANGED = "message is not modified"
TOO_OLD = "message can't be deleted"
UNMODIFIED = "topic_not_modified"
TOPIC_GONE = (
    CLOSED := "topic_closed",
    "message thread not found",
    "topic_deleted",
    "topic_id_invalid",
)
"""What Telegram says of a topic that is not there, or is closed to us."""
BARRED = (
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_admin_required",
    "chat_write_forbidden",
    "chat_restricted",
    "not a forum",
    "bot was kicked",
    "bot is not a member",
)
"""What Telegram says when we may not do in a group what we have to do there."""
REASONS = (
    UNCHANGED,
    TOO_OLD,
    "message text is empty",
    "message is too long",
    "message_too_long",
    "text must be encoded in utf-8",
    "strings must be encoded in utf-8",
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "button_data_invalid",
    "reply markup is too long",
    "can't parse",
    "message to copy not found",
    "message can't be copied",
    "wrong file identifier",
    UNMODIFIED,
)
"""Telegram's reasons we know; any other is not repeated, for it might quote the text."""


async def outcome(call: Coroutine[None, None, Answer], *, may_repeat: bool = True) -> Answer:
    """Await a call of the Bot and raise our own error for whatever it fails with.

    An answer that is no message at all came with a success: the letter may have arrived.
    """
    try:
        return await call
    except TelegramError as error:
        failure = failure_of(error, may_repeat=may_repeat)
    except (LookupError, TypeError, ValueError, AttributeError):
        failure = _unsure(may_repeat=may_repeat)
    raise failure  # outside the handler: the library's error may quote an answer


def failure_of(error: TelegramError, *, may_repeat: bool) -> DeliveryError:
    """Return what an error of the library means for a letter."""
    if isinstance(error, RetryAfter):
        return TryLater(wait_of(error))
    if isinstance(error, (NotSent, InvalidToken, Conflict)):
        return TryLater(everywhere=True)
    if isinstance(error, ChatMigrated):
        return Moved(error.new_chat_id)
    if isinstance(error, Forbidden):
        return _reason_in(BARRED, str(error), Barred) or Blocked("blocked")
    if isinstance(error, BadRequest):
        return _refusal(str(error).lower())
    return _unsure(may_repeat=may_repeat)


def _unsure(*, may_repeat: bool) -> DeliveryError:
    return TryLater(everywhere=True) if may_repeat else Uncertain("no answer")


def _refusal(words: str) -> DeliveryError:
    if any(gone in words for gone in GONE):
        return Blocked("gone")
    return (
        _reason_in(TOPIC_GONE, words, Gone)
        or _reason_in(BARRED, words, Barred)
        or _reason_in(REASONS, words, Refused)
        or Refused("bad request")
    )


def _reason_in(reasons: tuple[str, ...], words: str, kind: type[Refused]) -> Refused | None:
    found = next((reason for reason in reasons if reason in words.lower()), None)
    return None if found is None else kind(found)
