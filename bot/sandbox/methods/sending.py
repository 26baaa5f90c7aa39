"""Methods that send texts, files, locations and contacts, and copy or forward messages."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot.sandbox.limits import check_caption, check_markup, check_text, check_utf8
from bot.sandbox.methods.markup import parse_formatting
from bot.sandbox.methods.targets import (
    find_chat,
    message_ids_of,
    message_of,
    thread_of,
    writable_chat,
)
from bot.sandbox.people import file_fields, photo_fields
from bot.sandbox.wire import BotApiError, bad_request

if TYPE_CHECKING:
    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.state import Message, SandboxChat, SandboxFile, World

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
MAX_UPLOAD_BYTES = {"photo": 10 << 20}
MAX_ANY_UPLOAD_BYTES = 50 << 20
WITH_DURATION = frozenset({"voice", "video", "audio", "animation", "video_note"})
EXTRA_FIELDS: dict[str, dict[str, Any]] = {
    "video": {"width": 640, "height": 480},
    "animation": {"width": 320, "height": 240},
    "video_note": {"length": 240},
    "sticker": {
        "width": 512, "height": 512, "type": "regular", "is_animated": False, "is_video": False,
    },
}  # fmt: skip
WITHOUT_FILE_NAME = frozenset({"voice", "video_note", "sticker"})
WITHOUT_CAPTION = frozenset({"video_note", "sticker"})


def _send(world: World, call: ApiCall, content: dict[str, Any]) -> Message:
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


def _send_message(world: World, call: ApiCall) -> Message:
    text = call.text("text")
    if not text:
        raise bad_request("message text is empty")
    check_utf8(text)
    content = parse_formatting(call, text, "text", "entities")
    check_text(content.get("text", ""))
    return _send(world, call, content)


def _send_location(world: World, call: ApiCall) -> Message:
    latitude, longitude = call.decimal("latitude"), call.decimal("longitude")
    if latitude is None:
        raise bad_request("latitude is empty")
    if longitude is None:
        raise bad_request("longitude is empty")
    return _send(world, call, {"location": {"latitude": latitude, "longitude": longitude}})


def _send_contact(world: World, call: ApiCall) -> Message:
    contact = {"phone_number": call.text("phone_number"), "first_name": call.text("first_name")}
    if not all(contact.values()):
        raise bad_request("contact is not specified")
    return _send(world, call, {"contact": contact})


def _send_chat_action(world: World, call: ApiCall) -> bool:
    """Show that the bot is typing, for five seconds."""
    chat = writable_chat(world, call)
    action = call.text("action")
    if action not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.events.publish(chat.id, "typing", {"action": action})
    return True


def _copy_message(world: World, call: ApiCall) -> dict[str, int]:
    """Send the content of a message without its author."""
    source = _source(world, call, "copy")
    copy = _send(world, call, _copied_fields(source))
    return {"message_id": copy["message_id"]}


def _copy_messages(world: World, call: ApiCall) -> list[dict[str, int]]:
    """Send the content of several messages; skip missing ones."""
    chat = find_chat(world, call, "from_chat_id")
    return [
        {"message_id": _send(world, call, _copied_fields(chat.messages[number]))["message_id"]}
        for number in message_ids_of(call)
        if number in chat.messages
    ]


def _forward_message(world: World, call: ApiCall) -> Message:
    """Forward a message with its author."""
    source = _source(world, call, "forward")
    origin = {"type": "user", "sender_user": source["from"], "date": source["date"]}
    return _send(world, call, _copied_fields(source) | {"forward_origin": origin})


def _source(world: World, call: ApiCall, verb: str) -> Message:
    chat = find_chat(world, call, "from_chat_id")
    message = message_of(call, chat, f"message to {verb}")
    if message.get("has_protected_content"):
        past = {"copy": "copied", "forward": "forwarded"}[verb]
        raise bad_request(f"message can't be {past}")
    return message


def _copied_fields(message: Message) -> dict[str, Any]:
    return {field: message[field] for field in message if field in COPIED_FIELDS}


def _get_file(world: World, call: ApiCall) -> dict[str, Any]:
    if not call.text("file_id"):
        raise bad_request("file_id not specified")
    return world.files.file_info(call.text("file_id"))


def _send_photo(world: World, call: ApiCall) -> Message:
    content = photo_fields(_find_file(world, call, "photo"))
    return _send(world, call, content | _spoiler_fields(call) | _caption_fields(call))


def _send_media(world: World, call: ApiCall, *, kind: str) -> Message:
    about = file_fields(_find_file(world, call, kind)) | EXTRA_FIELDS.get(kind, {})
    if kind in WITH_DURATION:
        about["duration"] = call.number("duration")
    if kind in WITHOUT_FILE_NAME:
        about.pop("file_name", None)
    content: dict[str, Any] = {kind: about} | _spoiler_fields(call)
    caption = {} if kind in WITHOUT_CAPTION else _caption_fields(call)
    return _send(world, call, content | caption)


def _spoiler_fields(call: ApiCall) -> dict[str, Any]:
    return {"has_media_spoiler": True} if call.flag("has_spoiler") else {}


def _caption_fields(call: ApiCall) -> dict[str, Any]:
    caption = call.text("caption")
    if not caption:
        return {}
    content = parse_formatting(call, caption, "caption", "caption_entities")
    check_caption(content.get("caption", ""))
    return content


def _find_file(world: World, call: ApiCall, kind: str) -> SandboxFile:
    given = call.text(kind)
    upload = call.uploads.get(kind)
    if upload is None and given.startswith("attach://"):
        upload = call.uploads.get(given.removeprefix("attach://"))
    if upload is not None:
        if not upload.data:
            raise bad_request("file must be non-empty")
        if len(upload.data) > MAX_UPLOAD_BYTES.get(kind, MAX_ANY_UPLOAD_BYTES):
            raise BotApiError(413, "Request Entity Too Large")
        return world.files.store(kind, upload.data, name=upload.name, mime=upload.mime)
    if not given:
        raise bad_request(f"there is no {kind} in the request")
    stored = world.files.get(given)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return stored


METHODS = (
    _get_file, _send_photo, _send_message, _send_location, _send_contact, _send_chat_action,
    _copy_message, _copy_messages, _forward_message,
)  # fmt: skip
SENDERS = {
    f"send{kind.replace('_', '')}": partial(_send_media, kind=kind)
    for kind in ("document", "voice", "video", "audio", "animation", "video_note", "sticker")
}
