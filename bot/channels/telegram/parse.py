"""One update of Telegram, read.

Pure: bytes in, `Update` out. Only private chats with people come through; groups are left, and
bots, channels and Telegram's own account are not answered. What a message holds is read in
`contents`.
"""

from __future__ import annotations

import re

import msgspec

from bot.channels.telegram import update_types
from bot.channels.telegram.fix_unicode import fix_json
from bot.channels.telegram.parse_content import content_of, origin_of
from bot.channels.telegram.schema import (
    CallbackQuery,
    ChatMemberUpdated,
    Message,
    MessageReactionUpdated,
    TelegramUpdate,
    User,
)
from bot.channels.telegram.update_types import Treatment
from bot.errors import UnreadableUpdateError
from bot.messages import Update, UpdateKind

SERVICE_ACCOUNT = 777000
"""Telegram itself, and what channels forward to their linked groups."""
MEMBER_STATUSES = frozenset({"creator", "administrator", "member"})
"""What we are in a group as long as we are in it; `restricted` says so for itself."""

_decode = msgspec.json.Decoder(TelegramUpdate).decode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_PLAIN_NAME = re.compile(r"[a-z][a-z_]{0,39}")


def parse(raw: bytes) -> Update:
    """Return what an update says, with broken characters replaced.

    Raises:
        Unreadable: it does not have the shape Telegram promises; the reason holds none of it.
    """
    try:
        update = _decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        update = None
    if update is None:  # outside the handler: the first error carries the words along
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


def _decode_fixed(raw: bytes) -> TelegramUpdate:
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
    """Return a field's name if it looks like one of Telegram's, for it may be logged."""
    return name if _PLAIN_NAME.fullmatch(name) else "unknown"


def _message(update_id: int, message: Message, raw: bytes, field: str) -> Update:
    if message.chat.type != "private":
        return Update(update_id, UpdateKind.GROUP, chat=message.chat.id)
    person = message.from_
    if person is None:
        return Update(update_id, UpdateKind.IGNORED, detail="no_sender")
    if who := _non_person(message, person):
        return Update(update_id, UpdateKind.IGNORED, detail=who)
    if message.text is not None:
        return Update(  # nearly every update, so it takes the short way
            update_id,
            UpdateKind.TEXT if field == "message" else UpdateKind.EDIT,
            chat=message.chat.id,
            message=message.message_id,
            text=message.text,
            language=person.language_code,
            name=_name(person),
            username=person.username,
            sent_at=message.edit_date or message.date,
            album=message.media_group_id,
            forwarded_from=origin_of(message),
        )
    return _other_message(update_id, message, person, raw, field)


def _other_message(
    update_id: int, message: Message, person: User, raw: bytes, field: str
) -> Update:
    content = content_of(message)
    if content is None:
        return _not_accepted(update_id, message, person, raw, field)
    return Update(
        update_id,
        content.kind if field == "message" else UpdateKind.EDIT,
        chat=message.chat.id,
        message=message.message_id,
        text=content.text,
        language=person.language_code,
        name=_name(person),
        username=person.username,
        sent_at=message.edit_date or message.date,
        files=content.files,
        album=message.media_group_id,
        latitude=content.latitude,
        longitude=content.longitude,
        forwarded_from=origin_of(message),
        detail=content.note,
    )


def _not_accepted(update_id: int, message: Message, person: User, raw: bytes, field: str) -> Update:
    name, treatment = _name_of_content(raw, field)
    if treatment is Treatment.NOTHING:
        return Update(update_id, UpdateKind.IGNORED, detail=name)
    return Update(
        update_id,
        UpdateKind.UNSUPPORTED
        if treatment is Treatment.DECLINE and field == "message"
        else UpdateKind.IGNORED,
        chat=message.chat.id,
        message=message.message_id,
        language=person.language_code,
        name=_name(person),
        username=person.username,
        sent_at=message.edit_date or message.date,
        detail=name,
    )


def _name_of_content(raw: bytes, field: str) -> tuple[str, Treatment]:
    fields = _fields(_fields(fix_json(raw))[field])
    present = [name for name in fields if name not in update_types.ENVELOPE]
    for name in present:
        if name in update_types.CONTENTS:
            return name, update_types.CONTENTS[name]
    return (
        (_safe_name(present[0]), update_types.UNKNOWN_CONTENT)
        if present
        else ("empty", Treatment.NOTHING)
    )


def _non_person(message: Message, person: User) -> str:
    """Return what writes here when it is no person, else nothing."""
    if person.is_bot:
        return "bot"
    if person.id == SERVICE_ACCOUNT:
        return "service_account"
    if message.sender_chat is not None:
        return "sender_chat"
    if message.business_connection_id or message.sender_business_bot is not None:
        return "business"
    return ""


def _name(person: User) -> str:
    return f"{person.first_name} {person.last_name}" if person.last_name else person.first_name


def _press(update_id: int, query: CallbackQuery) -> Update:
    """Return a press, also of a button on a message too old to be shown to us.

    A press without its message comes from a private chat, whose number is the person's own.
    """
    pressed = query.message
    if pressed is not None and pressed.chat.type != "private":
        return Update(update_id, UpdateKind.GROUP, chat=pressed.chat.id)
    if query.from_.is_bot or query.inline_message_id or query.data is None:
        return Update(
            update_id, UpdateKind.IGNORED, detail="bot" if query.from_.is_bot else "foreign_press"
        )
    return Update(
        update_id,
        UpdateKind.PRESS,
        chat=query.from_.id if pressed is None else pressed.chat.id,
        message=0 if pressed is None else pressed.message_id,
        text=query.data,
        language=query.from_.language_code,
        name=_name(query.from_),
        username=query.from_.username,
        press=query.id,
    )


def _membership(update_id: int, change: ChatMemberUpdated) -> Update:
    now = change.new_chat_member
    if change.chat.type != "private":
        is_present = now.status in MEMBER_STATUSES or (now.status == "restricted" and now.is_member)
        if is_present:
            return Update(update_id, UpdateKind.GROUP, chat=change.chat.id)
        return Update(update_id, UpdateKind.IGNORED, detail="my_chat_member")
    kind = {"kicked": UpdateKind.BLOCKED, "member": UpdateKind.UNBLOCKED}.get(now.status)
    if kind is None or change.from_.is_bot:
        return Update(update_id, UpdateKind.IGNORED, detail="my_chat_member")
    return Update(
        update_id,
        kind,
        chat=change.chat.id,
        language=change.from_.language_code,
        name=_name(change.from_),
        username=change.from_.username,
        sent_at=change.date,
    )


def _reaction(update_id: int, reaction: MessageReactionUpdated) -> Update:
    if reaction.chat.type != "private":
        return Update(update_id, UpdateKind.GROUP, chat=reaction.chat.id)
    if reaction.user is None or reaction.user.is_bot:
        return Update(update_id, UpdateKind.IGNORED, detail="message_reaction")
    return Update(
        update_id,
        UpdateKind.IGNORED,
        chat=reaction.chat.id,
        message=reaction.message_id,
        text="".join(kind.emoji for kind in reaction.new_reaction),
        language=reaction.user.language_code,
        name=_name(reaction.user),
        username=reaction.user.username,
        sent_at=reaction.date,
        detail="message_reaction",
    )
