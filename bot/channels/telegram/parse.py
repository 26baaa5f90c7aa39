"""One update of Telegram, read.

Pure: bytes in, `Update` out. Only private chats with people come through; groups are left, and
bots, channels and Telegram's own account are not answered. What a message holds is read in
`contents`.
"""

from __future__ import annotations

import re

import msgspec

from bot.channels.telegram import update_types
from bot.channels.telegram.fix_unicode import mend_json
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
from bot.errors import Unreadable
from bot.messages import Kind, Update

SERVICE_ACCOUNT = 777000
"""Telegram itself, and what channels forward to their linked groups."""
PRESENT = frozenset({"creator", "administrator", "member"})
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
        raw = mend_json(raw)
        update = _decode_mended(raw)
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
    return Update(update.update_id, Kind.NOTHING, note=_kind_of_update(raw))


def _decode_mended(raw: bytes) -> TelegramUpdate:
    try:
        return _decode(raw)
    except msgspec.MsgspecError as error:
        reason = str(error)
    except (RecursionError, UnicodeError):
        reason = "nested too deep, or no text"
    raise Unreadable(reason)


def _kind_of_update(raw: bytes) -> str:
    names = [name for name in _fields(mend_json(raw)) if name != "update_id"]
    known = [name for name in names if name in update_types.UPDATES]
    return (known or [*map(_plain, names), "empty"])[0]


def _plain(name: str) -> str:
    """Return a field's name if it looks like one of Telegram's, for it may be logged."""
    return name if _PLAIN_NAME.fullmatch(name) else "unknown"


def _message(update_id: int, message: Message, raw: bytes, field: str) -> Update:
    if message.chat.type != "private":
        return Update(update_id, Kind.GROUP, chat=message.chat.id)
    person = message.from_
    if person is None:
        return Update(update_id, Kind.NOTHING, note="no_sender")
    if who := _stranger(message, person):
        return Update(update_id, Kind.NOTHING, note=who)
    if message.text is not None:
        return Update(  # nearly every update, so it takes the short way
            update_id,
            Kind.WORDS if field == "message" else Kind.EDIT,
            chat=message.chat.id,
            message=message.message_id,
            words=message.text,
            language=person.language_code,
            name=_name(person),
            account=person.username,
            sent_at=message.edit_date or message.date,
            album=message.media_group_id,
            origin=origin_of(message),
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
        content.kind if field == "message" else Kind.EDIT,
        chat=message.chat.id,
        message=message.message_id,
        words=content.words,
        language=person.language_code,
        name=_name(person),
        account=person.username,
        sent_at=message.edit_date or message.date,
        files=content.files,
        album=message.media_group_id,
        latitude=content.latitude,
        longitude=content.longitude,
        origin=origin_of(message),
        note=content.note,
    )


def _not_accepted(update_id: int, message: Message, person: User, raw: bytes, field: str) -> Update:
    name, treatment = _name_of_content(raw, field)
    if treatment is Treatment.NOTHING:
        return Update(update_id, Kind.NOTHING, note=name)
    return Update(
        update_id,
        Kind.OTHER if treatment is Treatment.DECLINE and field == "message" else Kind.NOTHING,
        chat=message.chat.id,
        message=message.message_id,
        language=person.language_code,
        name=_name(person),
        account=person.username,
        sent_at=message.edit_date or message.date,
        note=name,
    )


def _name_of_content(raw: bytes, field: str) -> tuple[str, Treatment]:
    fields = _fields(_fields(mend_json(raw))[field])
    present = [name for name in fields if name not in update_types.ENVELOPE]
    for name in present:
        if name in update_types.CONTENTS:
            return name, update_types.CONTENTS[name]
    return (
        (_plain(present[0]), update_types.UNKNOWN_CONTENT)
        if present
        else ("empty", Treatment.NOTHING)
    )


def _stranger(message: Message, person: User) -> str:
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
        return Update(update_id, Kind.GROUP, chat=pressed.chat.id)
    if query.from_.is_bot or query.inline_message_id or query.data is None:
        return Update(
            update_id, Kind.NOTHING, note="bot" if query.from_.is_bot else "foreign_press"
        )
    return Update(
        update_id,
        Kind.PRESS,
        chat=query.from_.id if pressed is None else pressed.chat.id,
        message=0 if pressed is None else pressed.message_id,
        words=query.data,
        language=query.from_.language_code,
        name=_name(query.from_),
        account=query.from_.username,
        press=query.id,
    )


def _membership(update_id: int, change: ChatMemberUpdated) -> Update:
    now = change.new_chat_member
    if change.chat.type != "private":
        is_present = now.status in PRESENT or (now.status == "restricted" and now.is_member)
        if is_present:
            return Update(update_id, Kind.GROUP, chat=change.chat.id)
        return Update(update_id, Kind.NOTHING, note="my_chat_member")
    kind = {"kicked": Kind.BLOCKED, "member": Kind.UNBLOCKED}.get(now.status)
    if kind is None or change.from_.is_bot:
        return Update(update_id, Kind.NOTHING, note="my_chat_member")
    return Update(
        update_id,
        kind,
        chat=change.chat.id,
        language=change.from_.language_code,
        name=_name(change.from_),
        account=change.from_.username,
        sent_at=change.date,
    )


def _reaction(update_id: int, reaction: MessageReactionUpdated) -> Update:
    if reaction.chat.type != "private":
        return Update(update_id, Kind.GROUP, chat=reaction.chat.id)
    if reaction.user is None or reaction.user.is_bot:
        return Update(update_id, Kind.NOTHING, note="message_reaction")
    return Update(
        update_id,
        Kind.NOTHING,
        chat=reaction.chat.id,
        message=reaction.message_id,
        words="".join(kind.emoji for kind in reaction.new_reaction),
        language=reaction.user.language_code,
        name=_name(reaction.user),
        account=reaction.user.username,
        sent_at=reaction.date,
        note="message_reaction",
    )
