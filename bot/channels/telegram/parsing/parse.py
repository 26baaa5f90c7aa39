"""Parsing of one update of Telegram. Pure: bytes in, `Update` out.

Only private chats with people are answered; bots, channels and Telegram's own account are ignored,
and groups are left. `parse_group` reads the group of a forum desk.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from bot.channels.telegram.parsing import schema, update_types
from bot.channels.telegram.parsing.fix_unicode import fix_json
from bot.channels.telegram.parsing.update_types import Treatment
from bot.errors import UnreadableUpdateError
from bot.messages import File, Replied, Update, UpdateKind
from bot.text import quote_digest

SERVICE_ACCOUNT = 777000
"""Telegram itself, and posts of channels forwarded to their linked groups."""
MEMBER_STATUSES = frozenset({"creator", "administrator", "member"})
"""Statuses of the bot in a group it is in; `restricted` has a field of its own for that."""
PLAIN_FILES = ("animation", "video", "video_note", "voice", "audio", "document", "sticker")
"""In order of precedence: an animation also comes as a plain document."""

_decode = msgspec.json.Decoder(schema.TelegramUpdate).decode
_decode_group = msgspec.json.Decoder(schema.GroupUpdate).decode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
QUOTE_MARK = ">"
"""Stands before each line of what a message answers in another chat."""
_PLAIN_NAME = re.compile(r"[a-z][a-z_]{0,39}")


def parse(raw: bytes) -> Update:
    """Return an update with broken characters replaced.

    Raises:
        UnreadableUpdateError: it violates Telegram's schema; the reason quotes nothing of it.
    """
    try:
        update = _decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        update = None
    if update is None:  # outside the handler: the first error may quote the text
        raw = fix_json(raw)
        update = _decode_fixed(raw)
    if update.message is not None:
        return _message(update.update_id, update.message, raw, "message")
    if update.callback_query is not None:
        return _press(update.update_id, update.callback_query)
    if update.edited_message is not None:
        return _message(update.update_id, update.edited_message, raw, "edited_message")
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    if update.message_reaction is not None:
        return _reaction(update.update_id, update.message_reaction)
    return Update(update.update_id, UpdateKind.IGNORED, detail=_kind_of_update(raw))


def _decode_fixed(raw: bytes) -> schema.TelegramUpdate:
    try:
        return _decode(raw)
    except msgspec.MsgspecError as error:
        reason = str(error)
    except (RecursionError, UnicodeError):
        reason = "nested too deep, or no text"
    raise UnreadableUpdateError(reason)


def _kind_of_update(raw: bytes) -> str:
    names = [name for name in _fields(fix_json(raw)) if name != "update_id"]
    known = [name for name in names if name in update_types.UPDATES]
    return (known or [*map(_safe_name, names), "empty"])[0]


def _safe_name(name: str) -> str:
    """Return a field's name if it looks like one of Telegram's, because it may be logged."""
    return name if _PLAIN_NAME.fullmatch(name) else "unknown"


def _message(update_id: int, message: schema.Message, raw: bytes, field: str) -> Update:
    if message.chat.type != "private":
        return Update(update_id, UpdateKind.GROUP, chat=message.chat.id)
    person = message.from_
    if person is None:
        return Update(update_id, UpdateKind.IGNORED, detail="no_sender")
    if sender := _non_person(message, person):
        return Update(update_id, UpdateKind.IGNORED, detail=sender)
    if message.text is not None:
        return Update(  # nearly every update, so it is created with a single call
            update_id, UpdateKind.TEXT if field == "message" else UpdateKind.EDIT,
            chat=message.chat.id, message=message.message_id, text=_quoted(message) + message.text,
            language=person.language_code, name=_name(person), username=person.username,
            sent_at=message.edit_date or message.date, album=message.media_group_id,
            forwarded_from=_origin_of(message), replied=_replied(message),
        )  # fmt: skip
    content = _content_of(message)
    if content is not None:
        content |= {"forwarded_from": _origin_of(message), "album": message.media_group_id}
        content |= {"replied": _replied(message)}
        content |= {} if field == "message" else {"kind": UpdateKind.EDIT}
    else:
        name, treatment = _name_of_content(raw, field)
        if treatment is Treatment.NOTHING:
            return Update(update_id, UpdateKind.IGNORED, detail=name)
        is_declined = treatment is Treatment.DECLINE and field == "message"
        kind = UpdateKind.UNSUPPORTED if is_declined else UpdateKind.IGNORED
        content = {"kind": kind, "detail": name}
    return Update(
        update_id, chat=message.chat.id, message=message.message_id, **_account(person),
        sent_at=message.edit_date or message.date, **content,
    )  # fmt: skip


def _name_of_content(raw: bytes, field: str) -> tuple[str, Treatment]:
    fields = _fields(_fields(fix_json(raw))[field])
    present = [name for name in fields if name not in update_types.ENVELOPE]
    for name in present:
        if name in update_types.CONTENTS:
            return name, update_types.CONTENTS[name]
    if not present:
        return "empty", Treatment.NOTHING
    return _safe_name(present[0]), update_types.UNKNOWN_CONTENT


def _non_person(message: schema.Message, person: schema.User) -> str:
    """Return a code for a sender that is not a person, otherwise an empty string."""
    if person.is_bot:
        return "bot"
    if person.id == SERVICE_ACCOUNT:
        return "service_account"
    if message.sender_chat is not None:
        return "sender_chat"
    if message.business_connection_id or message.sender_business_bot is not None:
        return "business"
    return ""


def _name(person: schema.User) -> str:
    return f"{person.first_name} {person.last_name}" if person.last_name else person.first_name


def _account(person: schema.User) -> dict[str, Any]:
    names = {"name": _name(person), "username": person.username}
    return {"language": person.language_code, **names}


def _press(update_id: int, query: schema.CallbackQuery) -> Update:
    """Return a button press; its message is missing when it is too old.

    A press without its message comes from a private chat, whose id is the person's own.
    """
    pressed, person = query.message, query.from_
    if pressed is not None and pressed.chat.type != "private":
        return Update(update_id, UpdateKind.GROUP, chat=pressed.chat.id)
    if person.is_bot or query.inline_message_id or query.data is None:
        detail = "bot" if person.is_bot else "foreign_press"
        return Update(update_id, UpdateKind.IGNORED, detail=detail)
    return Update(
        update_id, UpdateKind.PRESS,
        chat=person.id if pressed is None else pressed.chat.id,
        message=0 if pressed is None else pressed.message_id, text=query.data,
        press=query.id, **_account(person),
    )  # fmt: skip


def _membership(update_id: int, change: schema.ChatMemberUpdated) -> Update:
    now = change.new_chat_member
    if change.chat.type != "private":
        is_present = now.status in MEMBER_STATUSES or (now.status == "restricted" and now.is_member)
        if is_present:
            return Update(update_id, UpdateKind.GROUP, chat=change.chat.id)
        return Update(update_id, UpdateKind.IGNORED, detail="my_chat_member")
    kind = {"kicked": UpdateKind.BLOCKED, "member": UpdateKind.UNBLOCKED}.get(now.status)
    person = change.from_
    if kind is None or person.is_bot:
        return Update(update_id, UpdateKind.IGNORED, detail="my_chat_member")
    return Update(update_id, kind, chat=change.chat.id, sent_at=change.date, **_account(person))


def _reaction(update_id: int, reaction: schema.MessageReactionUpdated) -> Update:
    if reaction.chat.type != "private":
        return Update(update_id, UpdateKind.GROUP, chat=reaction.chat.id)
    person = reaction.user
    if person is None or person.is_bot:
        return Update(update_id, UpdateKind.IGNORED, detail="message_reaction")
    return Update(
        update_id, UpdateKind.IGNORED, chat=reaction.chat.id, message=reaction.message_id,
        text="".join(kind.emoji for kind in reaction.new_reaction), sent_at=reaction.date,
        detail="message_reaction", **_account(person),
    )  # fmt: skip


# --- Content ------------------------------------------------------------------------------------


def _content_of(message: schema.Message) -> dict[str, Any] | None:
    """Return the accepted content of a message without text as fields; None if there is none."""
    if (files := _files(message)) is not None:
        text = message.sticker.emoji if message.sticker else message.caption
        return {"kind": UpdateKind.FILES, "text": text, "files": files}
    if (venue := message.venue) is not None:
        return _place(venue.location) | {"text": f"{venue.title}\n{venue.address}".strip()}
    if message.location is not None:
        return _place(message.location) | {"detail": _location_note(message, message.location)}
    if (person := message.contact) is not None:
        words = filter(None, (person.first_name, person.last_name, person.phone_number))
        return {"kind": UpdateKind.CONTACT, "text": " ".join(words)}
    return None


def _files(message: schema.Message) -> tuple[File, ...] | None:
    photo = (_photo(message.photo),) if message.photo is not None else ()
    if message.live_photo is not None:
        return (*photo, _file("video", message.live_photo))
    if photo:
        return photo
    for kind in PLAIN_FILES:
        document: schema.Document | None = getattr(message, kind)
        if document is not None:
            return (_file(kind, document),)
    return None


def _photo(sizes: list[schema.PhotoSize]) -> File:
    """Return the largest size, because the photo may be evidence."""
    if not sizes:
        raise UnreadableUpdateError("a photo in no size")
    best = max(sizes, key=lambda size: (size.width * size.height, size.file_size))
    return File(best.file_id, best.file_unique_id, "photo", best.file_size)


def _file(kind: str, document: schema.Document) -> File:
    return File(
        document.file_id, document.file_unique_id, kind, document.file_size, document.file_name,
        document.mime_type,
    )  # fmt: skip


def _place(location: schema.Location) -> dict[str, Any]:
    where = {"latitude": location.latitude, "longitude": location.longitude}
    return {"kind": UpdateKind.LOCATION, **where}


def _location_note(message: schema.Message, location: schema.Location) -> str:
    """Return a code for a live location: its edits are new positions, the last has no period."""
    if location.live_period:
        return "live_location"
    return "live_location_stopped" if message.edit_date else ""


def _origin_of(message: schema.Message) -> str:
    """Return the name a message was forwarded from."""
    origin = message.forward_origin
    return "" if origin is None else _origin_name(origin)


def _quoted(message: schema.Message) -> str:
    """Return what a text answers that stands in another chat, as lines before the person's own."""
    reply = message.external_reply
    if reply is None:
        return ""
    quote = message.quote.text if message.quote is not None else ""
    name = _origin_name(reply.origin) if reply.origin is not None else ""
    said = f"{name}: {quote}" if name and quote else name or quote
    return "".join(f"{QUOTE_MARK} {line}\n" for line in said.splitlines())


def _replied(message: schema.Message) -> Replied | None:
    """Return which message of this chat a message replies to; the person's words stay out."""
    replied, quote = message.reply_to_message, message.quote
    if replied is None or replied.chat is None or replied.chat.id != message.chat.id:
        return None
    is_of_bot = replied.from_ is not None and replied.from_.is_bot
    part, digest = None, -1
    if quote is not None:
        part, digest = (quote.position, _utf16_length(quote.text)), quote_digest(quote.text)
    text = replied.text or replied.caption
    return Replied(
        replied.message_id, is_of_bot=is_of_bot, text=text if is_of_bot else "",
        sent_at=replied.date, part=part, part_digest=digest,
    )  # fmt: skip


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _origin_name(origin: schema.Origin) -> str:
    if origin.sender_user is not None:
        person = origin.sender_user
        words = [person.first_name, person.last_name, person.username and f"@{person.username}"]
    else:
        chat = origin.sender_chat or origin.chat
        words = [origin.sender_user_name, origin.author_signature]
        if chat is not None:
            words[:0] = [chat.title or chat.first_name, chat.username and f"@{chat.username}"]
    return " ".join(filter(None, words))


# --- The group of a forum desk -------------------------------------------------------------------


def parse_group(raw: bytes) -> Update:
    """Return an update from a group; its `detail` is e.g. `text`, `edited` or `press`.

    Raises:
        UnreadableUpdateError: it violates Telegram's schema; the reason quotes nothing of it.
    """
    raw = fix_json(raw)
    try:
        update = _decode_group(raw)
    except (msgspec.MsgspecError, RecursionError):
        update = None
    if update is None:  # outside the handler: the error may quote the text
        raise UnreadableUpdateError("not an update from a group")
    if (message := update.message) is not None:
        present = _fields(_fields(raw)["message"])
        name = next((name for name in update_types.CONTENTS if name in present), "unknown")
        return _group_message(update.update_id, message, name)
    if update.edited_message is not None:
        return _group_message(update.update_id, update.edited_message, "edited")
    if update.callback_query is not None:
        return _group_press(update.update_id, update.callback_query)
    if (change := update.my_chat_member) is not None:
        return Update(
            update.update_id, UpdateKind.GROUP, chat=change.chat.id,
            text=change.new_chat_member.status, detail="my_chat_member",
        )  # fmt: skip
    return Update(update.update_id, UpdateKind.IGNORED, detail="group")


def _group_message(update_id: int, message: schema.GroupMessage, note: str) -> Update:
    content = (_content_of(message) if message.text is None else None) or {}
    kept = {name: content[name] for name in ("files", "latitude", "longitude") if name in content}
    replied = message.reply_to_message
    # Telegram marks every message of a topic as a reply to the one that opened it.
    is_reply = replied is not None and replied.message_id != message.message_thread_id
    person, venue = message.from_, message.venue
    is_person = person is not None and not person.is_bot and message.sender_chat is None
    caption = f"{venue.title}\n{venue.address}".strip() if venue else message.caption
    return Update(
        update_id, UpdateKind.GROUP, chat=message.chat.id, message=message.message_id,
        text=str(message.migrate_to_chat_id or "") or message.text or caption,
        sent_at=message.date, album=message.media_group_id, detail=note,
        sender=person.id if person and is_person else 0,
        thread=message.message_thread_id if message.is_topic_message else 0,
        reply_to=replied.message_id if replied and is_reply else 0, **kept,
    )  # fmt: skip


def _group_press(update_id: int, query: schema.GroupPress) -> Update:
    pressed = query.message
    return Update(
        update_id, UpdateKind.GROUP, chat=pressed.chat.id if pressed else 0,
        message=pressed.message_id if pressed else 0, text=query.data, press=query.id,
        detail="press", sender=0 if query.from_.is_bot else query.from_.id,
        thread=pressed.message_thread_id if pressed else 0,
    )  # fmt: skip
