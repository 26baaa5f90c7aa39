"""Methods that edit and delete messages, and answer button presses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import limits, wire
from bot.sandbox.methods.markup import parse_formatting
from bot.sandbox.methods.targets import joined_chat, message_ids_of, message_of
from bot.sandbox.state import BOT_ID, Message, SandboxChat, World
from bot.sandbox.wire import BotApiError, bad_request

if TYPE_CHECKING:
    from bot.sandbox.call_log import ApiCall

DELETABLE_SECONDS = 48 * 60 * 60
"""Seconds after which a message cannot be deleted."""
ANSWERABLE_SECONDS = 150
"""Seconds after which a button press cannot be answered."""


def _edit_message_text(world: World, call: ApiCall) -> Message:
    own = _own_message(world, call)
    text = call.text("text")
    if not text:
        raise bad_request("message text is empty")
    limits.check_utf8(text)
    if "text" not in own[1]:
        raise bad_request("there is no text in the message to edit")
    content = parse_formatting(call, text, "text", "entities")
    limits.check_text(content.get("text", ""))
    return _apply_edit(world, call, own, content, ("text", "entities"))


def _edit_message_caption(world: World, call: ApiCall) -> Message:
    own = _own_message(world, call)
    if "text" in own[1]:
        raise bad_request("there is no caption in the message to edit")
    content = parse_formatting(call, call.text("caption"), "caption", "caption_entities")
    limits.check_caption(content.get("caption", ""))
    return _apply_edit(world, call, own, content, ("caption", "caption_entities"))


def _edit_message_reply_markup(world: World, call: ApiCall) -> Message:
    return _apply_edit(world, call, _own_message(world, call), {}, ())


def _own_message(world: World, call: ApiCall) -> tuple[SandboxChat, Message]:
    chat = joined_chat(world, call)
    message = message_of(call, chat, "message to edit")
    if message.get("from", {}).get("id") != BOT_ID:
        raise bad_request("message can't be edited")
    return chat, message


def _apply_edit(
    world: World,
    call: ApiCall,
    own: tuple[SandboxChat, Message],
    content: dict[str, Any],
    replaced: tuple[str, ...],
) -> Message:
    chat, message = own
    markup = limits.check_markup(call.json_value("reply_markup", "reply keyboard markup"))
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    fields = (*replaced, "reply_markup")
    before = {field: message[field] for field in fields if field in message}
    after = content | ({} if markup is None else {"reply_markup": markup})
    if before == after:
        raise bad_request(wire.NOT_MODIFIED)
    for field in fields:
        message.pop(field, None)
    message.update(after)
    return world.mark_edited(chat, message)


def _delete_message(world: World, call: ApiCall) -> bool:
    chat = joined_chat(world, call)
    message = message_of(call, chat, "message to delete")
    _check_deletable(world, chat, message)
    world.delete_message(chat, message["message_id"])
    return True


def _delete_messages(world: World, call: ApiCall) -> bool:
    """Delete up to 100 messages; skip missing ones, refuse all for one that is too old."""
    chat = joined_chat(world, call)
    found = [chat.messages[number] for number in message_ids_of(call) if number in chat.messages]
    for message in found:
        _check_deletable(world, chat, message)
    for message in found:
        world.delete_message(chat, message["message_id"])
    return True


def _check_deletable(world: World, chat: SandboxChat, message: Message) -> None:
    own = message.get("from", {}).get("id") == BOT_ID
    allowed = own or chat.type == "private" or chat.members.get(BOT_ID) == "administrator"
    if not allowed:
        raise bad_request("message can't be deleted")
    if world.clock.seconds() - message["date"] >= DELETABLE_SECONDS:
        raise bad_request(wire.TOO_OLD_TO_DELETE)


def _answer_callback_query(world: World, call: ApiCall) -> bool:
    """Answer a button press, with or without a toast."""
    text = call.text("text")
    limits.check_utf8(text)
    if limits.utf16_length(text) > limits.LONGEST_TOAST:
        raise BotApiError(400, "Bad Request: MESSAGE_TOO_LONG")
    query = call.text("callback_query_id")
    press = world.presses.pop(query, None)
    if press is None or world.clock.seconds() - press[2] > ANSWERABLE_SECONDS:
        raise bad_request(wire.QUERY_TOO_OLD)
    chat, message, _ = press
    shown = {"text": text, "show_alert": call.flag("show_alert")}
    toast = {"query": query, "message_id": message, **shown}
    world.chats[chat].toasts.append(toast)
    world.events.publish(chat, "toast", toast)
    return True


METHODS = (
    _edit_message_text, _edit_message_caption, _edit_message_reply_markup, _delete_message,
    _delete_messages, _answer_callback_query,
)  # fmt: skip
