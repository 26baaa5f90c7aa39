"""JSON and errors as the Bot API writes them.

Errors have its exact texts, because clients match these sentences. JSON can also carry lone
surrogates, as Telegram's can.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from bot.errors import HavenError

_encoder = msgspec.json.Encoder()


class BotApiError(HavenError):
    """A refused call, with the description Telegram would send."""

    def __init__(
        self, code: int, description: str, parameters: dict[str, int] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(sentence: str) -> BotApiError:
    """Return a 400: the call can never succeed."""
    return BotApiError(400, f"Bad Request: {sentence}")


def forbidden(sentence: str) -> BotApiError:
    """Return a 403: the bot lacks the right."""
    return BotApiError(403, f"Forbidden: {sentence}")


def too_many_requests(seconds: int) -> BotApiError:
    """Return a 429 with the seconds to wait."""
    sentence = f"Too Many Requests: retry after {seconds}"
    return BotApiError(429, sentence, {"retry_after": seconds})


def group_upgraded(chat_id: int) -> BotApiError:
    """Return the 400 of a group that has become this supergroup."""
    sentence = "Bad Request: group chat was upgraded to a supergroup chat"
    return BotApiError(400, sentence, {"migrate_to_chat_id": chat_id})


CONFLICT = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
WEBHOOK_SET = "Conflict: terminated by setWebhook request"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
TOO_OLD_TO_DELETE = "message can't be deleted for everyone"


def encode(thing: object) -> bytes:
    r"""Return JSON, with a lone surrogate as an escape, `"\ud83d"`."""
    try:
        return _encoder.encode(thing)
    except UnicodeEncodeError:
        return json.dumps(thing, separators=(",", ":")).encode()


def decode(raw: bytes | str) -> Any:
    """Return the value of JSON, lone surrogates included; raises `ValueError`."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return json.loads(raw)
