"""Methods that send texts, locations and contacts, and copy or forward messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.api_errors import bad_request
from bot.sandbox.limits import check_markup, check_text, check_utf8
from bot.sandbox.methods.markup import parse_formatting
from bot.sandbox.methods.targets import (
    find_chat,
    message_ids_of,
    message_of,
    thread_of,
    writable_chat,
)

if TYPE_CHECKING:
    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.chats import Message, SandboxChat
    from bot.sandbox.state import World

CHAT_ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "upload_document", "choose_sticker", "find_location", "record_video_note",
        "upload_video_note",
    }
)  # fmt: skip
COPIED_FIELDS = frozenset(
    {
        "text", "entities", "photo", "voice", "document", "video", "audio", "animation",
        "sticker", "video_note", "location", "venue", "contact", "caption", "caption_entities",
    }
)  # fmt: skip


def send(world: World, call: ApiCall, content: dict[str, Any]) -> Message:
    """Send content to the chat of a call, with the options all messages have."""
    chat = writable_chat(world, call)
    thread = thread_of(call, chat)
    markup = check_markup(call.json_value("reply_markup", "reply keyboard markup"))
    extra: dict[str, Any] = {}
    if thread is not None:
        extra = {"message_thread_id": thread, "is_topic_message": True}
    reply = _replied_message(call, chat)
    if reply is not None:
        extra["reply_to_message"] = reply
    if call.flag("protect_content"):
        extra["has_protected_content"] = True
    if markup is not None and "inline_keyboard" in markup:
        extra["reply_markup"] = {"inline_keyboard": markup["inline_keyboard"]}
    elif markup is not None:
        world.show_keyboard(chat, None if markup.get("remove_keyboard") else markup)
    return world.post(chat, world.me(), content | extra)


def _replied_message(call: ApiCall, chat: SandboxChat) -> Message | None:
    parameters = call.json_value("reply_parameters", "reply parameters")
    number = call.number("reply_to_message_id")
    if isinstance(parameters, dict):
        given = parameters.get("message_id")
        number = given if isinstance(given, int) else 0
    if not number:
        return None
    message = chat.messages.get(number)
    if message is None:
        lenient = call.flag("allow_sending_without_reply") or (
            isinstance(parameters, dict) and parameters.get("allow_sending_without_reply")
        )
        if not lenient:
            raise bad_request("message to be replied not found")
        return None
    return {field: message[field] for field in message if field != "reply_to_message"}


def send_message(world: World, call: ApiCall) -> Message:
    """Send a text."""
    text = call.text("text")
    if not text:
        raise bad_request("message text is empty")
    check_utf8(text)
    content = parse_formatting(call, text, "text", "entities")
    check_text(content.get("text", ""))
    return send(world, call, content)


def send_location(world: World, call: ApiCall) -> Message:
    """Send a location."""
    latitude, longitude = call.decimal("latitude"), call.decimal("longitude")
    if latitude is None:
        raise bad_request("latitude is empty")
    if longitude is None:
        raise bad_request("longitude is empty")
    return send(world, call, {"location": {"latitude": latitude, "longitude": longitude}})


def send_contact(world: World, call: ApiCall) -> Message:
    """Send a phone number."""
    contact = {"phone_number": call.text("phone_number"), "first_name": call.text("first_name")}
    if not all(contact.values()):
        raise bad_request("contact is not specified")
    return send(world, call, {"contact": contact})


def send_chat_action(world: World, call: ApiCall) -> bool:
    """Show that the bot is typing, for five seconds."""
    chat = writable_chat(world, call)
    action = call.text("action")
    if action not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.events.publish(chat.id, "typing", {"action": action})
    return True


def copy_message(world: World, call: ApiCall) -> dict[str, int]:
    """Send the content of a message without its author."""
    source = _source(world, call, "copy")
    copy = send(world, call, _copied_fields(source))
    return {"message_id": copy["message_id"]}


def copy_messages(world: World, call: ApiCall) -> list[dict[str, int]]:
    """Send the content of several messages; skip missing ones."""
    chat = find_chat(world, call, "from_chat_id")
    return [
        {"message_id": send(world, call, _copied_fields(chat.messages[number]))["message_id"]}
        for number in message_ids_of(call)
        if number in chat.messages
    ]


def forward_message(world: World, call: ApiCall) -> Message:
    """Forward a message with its author."""
    source = _source(world, call, "forward")
    origin = {"type": "user", "sender_user": source["from"], "date": source["date"]}
    return send(world, call, _copied_fields(source) | {"forward_origin": origin})


def _source(world: World, call: ApiCall, verb: str) -> Message:
    chat = find_chat(world, call, "from_chat_id")
    message = message_of(call, chat, f"message to {verb}")
    if message.get("has_protected_content"):
        past = {"copy": "copied", "forward": "forwarded"}[verb]
        raise bad_request(f"message can't be {past}")
    return message


def _copied_fields(message: Message) -> dict[str, Any]:
    return {field: message[field] for field in message if field in COPIED_FIELDS}


METHODS = (
    send_message,
    send_location,
    send_contact,
    send_chat_action,
    copy_message,
    copy_messages,
    forward_message,
)
