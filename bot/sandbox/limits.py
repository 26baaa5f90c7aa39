"""Telegram's limits for texts and keyboards."""

from __future__ import annotations

from typing import Any

from bot.sandbox.wire import BotApiError, bad_request

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_TOAST = 200
LONGEST_CALLBACK_DATA = 64
"""Bytes of a button's `callback_data`."""
MOST_BUTTONS = 100

URL_SCHEMES = ("http://", "https://", "tg://")
BUTTON_ACTIONS = frozenset(
    {
        "url", "callback_game", "pay", "switch_inline_query", "switch_inline_query_chosen_chat",
        "switch_inline_query_current_chat", "login_url", "web_app", "copy_text",
    }
)  # fmt: skip


def utf16_length(text: str) -> int:
    """Return a length in UTF-16 units, as Telegram counts."""
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)


def check_utf8(text: str) -> None:
    """Refuse text with a lone surrogate, which is not valid UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def check_text(text: str) -> None:
    """Refuse a text that is empty or too long."""
    if not text.strip():
        raise bad_request("text must be non-empty")
    if utf16_length(text) > LONGEST_TEXT:
        raise bad_request("message is too long")


def check_caption(text: str) -> None:
    """Refuse a caption that is too long."""
    if utf16_length(text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")


def check_markup(markup: object) -> dict[str, Any] | None:
    """Return a valid keyboard; None for an empty one."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    for field in ("keyboard", "inline_keyboard"):
        rows = markup.get(field)
        if rows is not None:
            _check_rows(field, rows)
    if not any(
        markup.get(field)
        for field in ("keyboard", "inline_keyboard", "remove_keyboard", "force_reply")
    ):
        return None
    return markup


def _check_rows(field: str, rows: object) -> None:
    if not isinstance(rows, list):
        raise bad_request(f'field "{field}" must be of type Array')
    for row in rows:
        if not isinstance(row, list):
            raise bad_request(f'field "{field}" must be an Array of Arrays')
    buttons = [button for row in rows for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise BotApiError(400, "Bad Request: REPLY_MARKUP_TOO_LONG")
    check = _check_inline if field == "inline_keyboard" else _check_reply
    for button in buttons:
        check(button)


def _check_inline(button: object) -> None:
    if not isinstance(button, dict):
        raise bad_request(
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object"
        )
    _check_label("inline keyboard button", button)
    data = button.get("callback_data")
    if data is not None:
        if not isinstance(data, str):
            raise bad_request('field "callback_data" must be of type String')
        check_utf8(data)
        if not 0 < len(data.encode()) <= LONGEST_CALLBACK_DATA:
            raise BotApiError(400, "Bad Request: BUTTON_DATA_INVALID")
        return
    url = button.get("url")
    if url is not None and not str(url).startswith(URL_SCHEMES):
        raise BotApiError(400, "Bad Request: BUTTON_URL_INVALID")
    if button.keys().isdisjoint(BUTTON_ACTIONS):
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )


def _check_reply(button: object) -> None:
    if isinstance(button, str):
        return
    if not isinstance(button, dict):
        raise bad_request(
            "can't parse keyboard button: KeyboardButton must be a String or an Object"
        )
    _check_label("keyboard button", button)


def _check_label(what: str, button: dict[str, Any]) -> None:
    if not isinstance(button.get("text"), str):
        raise bad_request(f"can't parse {what}: Can't find field \"text\"")
    if not button["text"].strip():
        raise bad_request(f"{what} text must be non-empty")
    check_utf8(button["text"])
