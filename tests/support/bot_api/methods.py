"""The methods of the Bot API that Haven calls, each with its parameters, checked strictly.

Written from the published documentation, without a look at `bot.sandbox`: two readings of one text
share fewer mistakes than one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_TEXT, MAX_CAPTION, MAX_CALLBACK_DATA = 4096, 1024, 64
"""UTF-16 units of a text and a caption; bytes behind a button."""


class RefusedCallError(Exception):
    """A call Telegram answers with an error."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status


def refuse(reason: str) -> RefusedCallError:
    """Return a 400."""
    return RefusedCallError(400, f"Bad Request: {reason}")


def whole(value: Any) -> int:
    """Return a number, however it was sent."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise refuse(f"expected a number, got {value!r}")
    try:
        return int(value)
    except ValueError:
        raise refuse(f"expected a number, got {value!r}") from None


def truth(value: Any) -> bool:
    """Return a truth value, however it was sent."""
    if isinstance(value, bool):
        return value
    if value not in {"true", "false", "True", "False"}:
        raise refuse(f"expected true or false, got {value!r}")
    return str(value).lower() == "true"


def words(value: Any) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise refuse(f"expected a text, got {value!r}")
    return value


def secret(value: Any) -> str:
    """Return a secret: 1 to 256 of A-Z, a-z, 0-9, _ and -."""
    found = words(value)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", found):
        raise refuse("secret token contains unallowed characters")
    return found


def thing(value: Any) -> Any:
    """Return what was sent as JSON, in JSON or as the text of a form."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise refuse("can't parse JSON") from None


def upload(value: Any) -> Any:
    """Return a file: its bytes, or the id it has."""
    if not value:
        raise refuse("there is no file")
    return value


def text_of(longest: int) -> Callable[[Any], str]:
    """Return a check of a text of so many UTF-16 units at most."""

    def check(value: Any) -> str:
        found = words(value)
        if not found.strip():
            raise refuse("message text is empty")
        if len(found.encode("utf-16-le", "surrogatepass")) // 2 > longest:
            raise refuse("message is too long")
        return found

    return check


def keyboard(value: Any) -> Any:
    """Return buttons; each needs a label and data of at most 64 bytes."""
    found = thing(value)
    for row in found.get("inline_keyboard", ()):
        for button in row:
            data = button.get("callback_data", "")
            if not button.get("text") or not 0 < len(data.encode()) <= MAX_CALLBACK_DATA:
                raise refuse("BUTTON_DATA_INVALID")
    return found


@dataclass(frozen=True)
class Method:
    """The parameters of one method; every other is refused."""

    required: Mapping[str, Callable[[Any], Any]]
    optional: Mapping[str, Callable[[Any], Any]]
    sends: str = ""
    """The field of the message it sends; empty: it sends none."""

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters, checked; raise RefusedCallError."""
        known = {**self.required, **self.optional}
        if unknown := set(given) - set(known):
            raise refuse(f"unknown parameters: {', '.join(sorted(unknown))}")
        if missing := set(self.required) - set(given):
            raise refuse(f"missing: {', '.join(sorted(missing))}")
        return {name: known[name](value) for name, value in given.items()}


_SENT = {
    "disable_notification": truth, "protect_content": truth, "message_thread_id": whole,
    "reply_parameters": thing, "reply_markup": keyboard,
}  # fmt: skip
_CAPTION = {"caption": text_of(MAX_CAPTION), "has_spoiler": truth}
_FILES = ("photo", "video", "animation", "voice", "audio", "document", "sticker", "video_note")
_TOPIC = {"chat_id": whole, "message_thread_id": whole}
_LANGUAGE = {"language_code": words}

METHODS: dict[str, Method] = {
    "getMe": Method({}, {}),
    "getUpdates": Method(
        {}, {"offset": whole, "limit": whole, "timeout": whole, "allowed_updates": thing}
    ),
    "getWebhookInfo": Method({}, {}),
    "setWebhook": Method(
        {"url": words},
        {
            "secret_token": secret,
            "max_connections": whole,
            "allowed_updates": thing,
            "drop_pending_updates": truth,
        },
    ),
    "deleteWebhook": Method({}, {"drop_pending_updates": truth}),
    "sendMessage": Method(
        {"chat_id": whole, "text": text_of(MAX_TEXT)},
        {**_SENT, "link_preview_options": thing, "entities": thing},
        "text",
    ),
    "sendLocation": Method(
        {"chat_id": whole, "latitude": float, "longitude": float}, _SENT, "location"
    ),
    "copyMessage": Method(
        {"chat_id": whole, "from_chat_id": whole, "message_id": whole}, _SENT, "copy"
    ),
    "editMessageText": Method(
        {"chat_id": whole, "message_id": whole, "text": text_of(MAX_TEXT)},
        {"reply_markup": keyboard, "link_preview_options": thing},
    ),
    "editMessageCaption": Method(
        {"chat_id": whole, "message_id": whole, "caption": text_of(MAX_CAPTION)},
        {"reply_markup": keyboard},
    ),
    "deleteMessages": Method({"chat_id": whole, "message_ids": thing}, {}),
    "setMessageReaction": Method(
        {"chat_id": whole, "message_id": whole}, {"reaction": thing, "is_big": truth}
    ),
    "answerCallbackQuery": Method({"callback_query_id": words}, {"text": words}),
    "leaveChat": Method({"chat_id": whole}, {}),
    "getFile": Method({"file_id": words}, {}),
    "createForumTopic": Method({"chat_id": whole, "name": text_of(128)}, {}),
    "editForumTopic": Method(_TOPIC, {"name": text_of(128)}),
    "closeForumTopic": Method(_TOPIC, {}),
    "reopenForumTopic": Method(_TOPIC, {}),
    "deleteForumTopic": Method(_TOPIC, {}),
    "setMyCommands": Method({"commands": thing}, {"scope": thing, **_LANGUAGE}),
    "getMyDescription": Method({}, _LANGUAGE),
    "setMyDescription": Method({}, {"description": words, **_LANGUAGE}),
    "getMyShortDescription": Method({}, _LANGUAGE),
    "setMyShortDescription": Method({}, {"short_description": words, **_LANGUAGE}),
    "getMyName": Method({}, _LANGUAGE),
    "setMyName": Method({}, {"name": words, **_LANGUAGE}),
    **{
        f"send{kind.title().replace('_', '')}": Method(
            {"chat_id": whole, kind: upload}, {**_SENT, **_CAPTION}, kind
        )
        for kind in _FILES
    },
}
