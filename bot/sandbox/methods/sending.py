"""Sending words, places and contacts, and passing on messages that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.api_errors import bad
from bot.sandbox.limits import check_markup, check_text, check_utf8
from bot.sandbox.markup import formatted
from bot.sandbox.methods.targets import chat_of, message_of, numbers_of, thread_of, writable

if TYPE_CHECKING:
    from bot.sandbox.call_log import Call
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.state import World

ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "upload_document", "choose_sticker", "find_location", "record_video_note",
        "upload_video_note",
    }
)  # fmt: skip
PASSED_ON = frozenset(
    {
        "text", "entities", "photo", "voice", "document", "video", "audio", "animation",
        "sticker", "video_note", "location", "venue", "contact", "caption", "caption_entities",
    }
)  # fmt: skip
"""What of a message a copy or a forward carries along."""


def send(world: World, call: Call, content: dict[str, Any]) -> Message:
    """Put content of the bot into the chat a call names, with all that can go along."""
    chat = writable(world, call)
    thread = thread_of(call, chat)
    markup = check_markup(call.structure("reply_markup", "reply keyboard markup"))
    extra: dict[str, Any] = {}
    if thread is not None:
        extra = {"message_thread_id": thread, "is_topic_message": True}
    reply = _replied(call, chat)
    if reply is not None:
        extra["reply_to_message"] = reply
    if call.flag("protect_content"):
        extra["has_protected_content"] = True
    if markup is not None and "inline_keyboard" in markup:
        extra["reply_markup"] = {"inline_keyboard": markup["inline_keyboard"]}
    elif markup is not None:
        world.show_keyboard(chat, None if markup.get("remove_keyboard") else markup)
    return world.post(chat, world.me(), content | extra)


def _replied(call: Call, chat: Chat) -> Message | None:
    parameters = call.structure("reply_parameters", "reply parameters")
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
            raise bad("message to be replied not found")
        return None
    return {field: message[field] for field in message if field != "reply_to_message"}


def send_message(world: World, call: Call) -> Message:
    """Say something."""
    text = call.text("text")
    if not text:
        raise bad("message text is empty")
    check_utf8(text)
    content = formatted(call, text, "text", "entities")
    check_text(content.get("text", ""))
    return send(world, call, content)


def send_location(world: World, call: Call) -> Message:
    """Say where something is."""
    latitude, longitude = call.decimal("latitude"), call.decimal("longitude")
    if latitude is None:
        raise bad("latitude is empty")
    if longitude is None:
        raise bad("longitude is empty")
    return send(world, call, {"location": {"latitude": latitude, "longitude": longitude}})


def send_contact(world: World, call: Call) -> Message:
    """Hand on a phone number."""
    contact = {"phone_number": call.text("phone_number"), "first_name": call.text("first_name")}
    if not all(contact.values()):
        raise bad("contact is not specified")
    return send(world, call, {"contact": contact})


def send_chat_action(world: World, call: Call) -> bool:
    """Show that the bot is writing, for five seconds."""
    chat = writable(world, call)
    action = call.text("action")
    if action not in ACTIONS:
        raise bad("wrong parameter action in request")
    world.events.tell(chat.id, "typing", {"action": action})
    return True


def copy_message(world: World, call: Call) -> dict[str, int]:
    """Send the content of a message without saying whose it was."""
    source = _source(world, call, "copy")
    copy = send(world, call, _carried(source))
    return {"message_id": copy["message_id"]}


def copy_messages(world: World, call: Call) -> list[dict[str, int]]:
    """Send the content of several messages; those that are gone are left out."""
    chat = chat_of(world, call, "from_chat_id")
    return [
        {"message_id": send(world, call, _carried(chat.messages[number]))["message_id"]}
        for number in numbers_of(call)
        if number in chat.messages
    ]


def forward_message(world: World, call: Call) -> Message:
    """Send a message on, with the name of who wrote it."""
    source = _source(world, call, "forward")
    origin = {"type": "user", "sender_user": source["from"], "date": source["date"]}
    return send(world, call, _carried(source) | {"forward_origin": origin})


def _source(world: World, call: Call, verb: str) -> Message:
    chat = chat_of(world, call, "from_chat_id")
    message = message_of(call, chat, f"message to {verb}")
    if message.get("has_protected_content"):
        past = {"copy": "copied", "forward": "forwarded"}[verb]
        raise bad(f"message can't be {past}")
    return message


def _carried(message: Message) -> dict[str, Any]:
    return {field: message[field] for field in message if field in PASSED_ON}


METHODS = {
    "sendMessage": send_message,
    "sendLocation": send_location,
    "sendContact": send_contact,
    "sendChatAction": send_chat_action,
    "copyMessage": copy_message,
    "copyMessages": copy_messages,
    "forwardMessage": forward_message,
}
