"""Changing and deleting what was said, and answering a press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.api_errors import NOT_MODIFIED, QUERY_TOO_OLD, TOO_OLD_TO_DELETE, Refusal, bad
from bot.sandbox.limits import (
    LONGEST_TOAST,
    check_caption,
    check_markup,
    check_text,
    check_utf8,
    utf16_length,
)
from bot.sandbox.markup import formatted
from bot.sandbox.methods.targets import chat_of, check_member, message_of, numbers_of
from bot.sandbox.state import BOT_ID

if TYPE_CHECKING:
    from bot.sandbox.call_log import Call
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.state import World

DELETABLE = 48 * 60 * 60
"""Seconds after which a message stays for ever."""
ANSWERABLE = 150
"""Seconds after which a press can no longer be answered."""


def edit_message_text(world: World, call: Call) -> Message:
    """Put other words into a message of the bot."""
    chat, message = _own_message(world, call)
    text = call.text("text")
    if not text:
        raise bad("message text is empty")
    check_utf8(text)
    if "text" not in message:
        raise bad("there is no text in the message to edit")
    content = formatted(call, text, "text", "entities")
    check_text(content.get("text", ""))
    return _change(world, call, chat, message, content, ("text", "entities"))


def edit_message_caption(world: World, call: Call) -> Message:
    """Put other words under a photo or file of the bot."""
    chat, message = _own_message(world, call)
    if "text" in message:
        raise bad("there is no caption in the message to edit")
    content = formatted(call, call.text("caption"), "caption", "caption_entities")
    check_caption(content.get("caption", ""))
    return _change(world, call, chat, message, content, ("caption", "caption_entities"))


def edit_message_reply_markup(world: World, call: Call) -> Message:
    """Put other buttons under a message of the bot, or none."""
    chat, message = _own_message(world, call)
    return _change(world, call, chat, message, {}, ())


def _own_message(world: World, call: Call) -> tuple[Chat, Message]:
    chat = chat_of(world, call)
    check_member(chat)
    message = message_of(call, chat, "message to edit")
    if message.get("from", {}).get("id") != BOT_ID:
        raise bad("message can't be edited")
    return chat, message


def _change(  # noqa: PLR0913, PLR0917 - the two callers differ in exactly these
    world: World,
    call: Call,
    chat: Chat,
    message: Message,
    content: dict[str, Any],
    replaced: tuple[str, ...],
) -> Message:
    markup = check_markup(call.structure("reply_markup", "reply keyboard markup"))
    if markup is not None and "inline_keyboard" not in markup:
        raise bad("inline keyboard expected")
    fields = (*replaced, "reply_markup")
    before = {field: message[field] for field in fields if field in message}
    after = content | ({} if markup is None else {"reply_markup": markup})
    if before == after:
        raise bad(NOT_MODIFIED)
    for field in fields:
        message.pop(field, None)
    message.update(after)
    return world.edited(chat, message)


def delete_message(world: World, call: Call) -> bool:
    """Delete one message, on both sides."""
    chat = chat_of(world, call)
    check_member(chat)
    message = message_of(call, chat, "message to delete")
    _check_deletable(world, chat, message)
    world.remove(chat, message["message_id"])
    return True


def delete_messages(world: World, call: Call) -> bool:
    """Delete up to a hundred messages; missing ones are skipped, one too old refuses them all."""
    chat = chat_of(world, call)
    check_member(chat)
    found = [chat.messages[number] for number in numbers_of(call) if number in chat.messages]
    for message in found:
        _check_deletable(world, chat, message)
    for message in found:
        world.remove(chat, message["message_id"])
    return True


def _check_deletable(world: World, chat: Chat, message: Message) -> None:
    own = message.get("from", {}).get("id") == BOT_ID
    allowed = own or chat.type == "private" or chat.members.get(BOT_ID) == "administrator"
    if not allowed:
        raise bad("message can't be deleted")
    if world.clock.seconds() - message["date"] >= DELETABLE:
        raise bad(TOO_OLD_TO_DELETE)


def answer_callback_query(world: World, call: Call) -> bool:
    """Take the waiting sign off a pressed button, with a toast or without."""
    text = call.text("text")
    check_utf8(text)
    if utf16_length(text) > LONGEST_TOAST:
        raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
    query = call.text("callback_query_id")
    press = world.presses.pop(query, None)
    if press is None or world.clock.seconds() - press.pressed_at > ANSWERABLE:
        raise bad(QUERY_TOO_OLD)
    toast = {
        "query": query,
        "message_id": press.message,
        "text": text,
        "show_alert": call.flag("show_alert"),
    }
    world.chats[press.chat].toasts.append(toast)
    world.events.tell(press.chat, "toast", toast)
    return True


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
}
