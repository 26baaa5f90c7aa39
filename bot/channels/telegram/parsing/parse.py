"""Parsing of one update of Telegram. Pure: bytes in, `Update` out.

Only private chats with people are answered; bots, channels and Telegram's own account are ignored,
and groups are left. The content of a message is parsed in `parse_content`.
"""

from __future__ import annotations

import re

import msgspec

from bot.channels.telegram.parsing import update_types
from bot.channels.telegram.parsing.fix_unicode import fix_json
from bot.channels.telegram.parsing.parse_content import content_of, origin_of
from bot.channels.telegram.parsing.schema import (
    CallbackQuery,
    ChatMemberUpdated,
    Message,
    MessageReactionUpdated,
    TelegramUpdate,
    User,
)
from bot.channels.telegram.parsing.update_types import Treatment
from bot.errors import UnreadableUpdateError
from bot.messages import Update, UpdateKind

SERVICE_ACCOUNT = 777000
"""Telegram itself, and posts of channels forwarded to their linked groups."""
MEMBER_STATUSES = frozenset({"creator", "administrator", "member"})
"""Statuses of the bot in a group it is in; `restricted` has a field of its own for that."""

_decode = msgspec.json.Decoder(TelegramUpdate).decode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
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
    """Return a field's name if it looks like one of Telegram's, because it may be logged."""
    return name if _PLAIN_NAME.fullmatch(name) else "unknown"


def _message(update_id: int, message: Message, raw: bytes, field: str) -> Update:
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
            chat=message.chat.id, message=message.message_id, text=message.text,
            language=person.language_code, name=_name(person), username=person.username,
            sent_at=message.edit_date or message.date, album=message.media_group_id,
            forwarded_from=origin_of(message),
        )  # fmt: skip
    return _other_message(update_id, message, person, raw, field)


def _other_message(
    update_id: int, message: Message, person: User, raw: bytes, field: str
) -> Update:
    content = content_of(message)
    if content is None:
        return _not_accepted(update_id, message, person, raw, field)
    return Update(
        update_id, content.kind if field == "message" else UpdateKind.EDIT,
        chat=message.chat.id, message=message.message_id, text=content.text,
        language=person.language_code, name=_name(person), username=person.username,
        sent_at=message.edit_date or message.date, files=content.files,
        album=message.media_group_id, latitude=content.latitude, longitude=content.longitude,
        forwarded_from=origin_of(message), detail=content.note,
    )  # fmt: skip


def _not_accepted(update_id: int, message: Message, person: User, raw: bytes, field: str) -> Update:
    name, treatment = _name_of_content(raw, field)
    if treatment is Treatment.NOTHING:
        return Update(update_id, UpdateKind.IGNORED, detail=name)
    is_declined = treatment is Treatment.DECLINE and field == "message"
    return Update(
        update_id, UpdateKind.UNSUPPORTED if is_declined else UpdateKind.IGNORED,
        chat=message.chat.id, message=message.message_id, language=person.language_code,
        name=_name(person), username=person.username, sent_at=message.edit_date or message.date,
        detail=name,
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


def _non_person(message: Message, person: User) -> str:
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


def _name(person: User) -> str:
    return f"{person.first_name} {person.last_name}" if person.last_name else person.first_name


def _press(update_id: int, query: CallbackQuery) -> Update:
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
        language=person.language_code, name=_name(person), username=person.username,
        press=query.id,
    )  # fmt: skip


def _membership(update_id: int, change: ChatMemberUpdated) -> Update:
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
    return Update(
        update_id, kind, chat=change.chat.id, language=person.language_code, name=_name(person),
        username=person.username, sent_at=change.date,
    )  # fmt: skip


def _reaction(update_id: int, reaction: MessageReactionUpdated) -> Update:
    if reaction.chat.type != "private":
        return Update(update_id, UpdateKind.GROUP, chat=reaction.chat.id)
    person = reaction.user
    if person is None or person.is_bot:
        return Update(update_id, UpdateKind.IGNORED, detail="message_reaction")
    return Update(
        update_id, UpdateKind.IGNORED, chat=reaction.chat.id, message=reaction.message_id,
        text="".join(kind.emoji for kind in reaction.new_reaction),
        language=person.language_code, name=_name(person), username=person.username,
        sent_at=reaction.date, detail="message_reaction",
    )  # fmt: skip
