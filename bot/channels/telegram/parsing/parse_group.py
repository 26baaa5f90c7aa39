"""Parsing of one update from the group of a forum desk; `parse` only recognises other groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.channels.telegram.parsing import update_types
from bot.channels.telegram.parsing.fix_unicode import fix_json
from bot.channels.telegram.parsing.parse_content import content_of
from bot.channels.telegram.parsing.schema import GroupUpdate
from bot.errors import UnreadableUpdateError
from bot.messages import Update, UpdateKind

if TYPE_CHECKING:
    from bot.channels.telegram.parsing.schema import ChatMemberUpdated, GroupMessage, GroupPress

_decode = msgspec.json.Decoder(GroupUpdate).decode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def parse_group(raw: bytes) -> Update:
    """Return an update from a group; its `detail` is e.g. `text`, `edited` or `press`.

    Raises:
        UnreadableUpdateError: it violates Telegram's schema; the reason quotes nothing of it.
    """
    raw = fix_json(raw)
    try:
        update = _decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        update = None
    if update is None:  # outside the handler: the error may quote the text
        raise UnreadableUpdateError("not an update from a group")
    if update.message is not None:
        return _message(update.update_id, update.message, _name_of(raw))
    if update.edited_message is not None:
        return _message(update.update_id, update.edited_message, "edited")
    if update.callback_query is not None:
        return _press(update.update_id, update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    return Update(update.update_id, UpdateKind.IGNORED, detail="group")


def _name_of(raw: bytes) -> str:
    present = _fields(_fields(raw)["message"])
    return next((name for name in update_types.CONTENTS if name in present), "unknown")


def _message(update_id: int, message: GroupMessage, note: str) -> Update:
    content = content_of(message) if message.text is None else None
    replied = message.reply_to_message
    # Telegram marks every message of a topic as a reply to the one that opened it.
    is_reply = replied is not None and replied.message_id != message.message_thread_id
    return Update(
        update_id, UpdateKind.GROUP, chat=message.chat.id, message=message.message_id,
        text=str(message.migrate_to_chat_id or "") or message.text or _caption_or_venue(message),
        sent_at=message.date, files=content.files if content else (),
        latitude=content.latitude if content else None,
        longitude=content.longitude if content else None,
        album=message.media_group_id, detail=note, sender=_sender(message),
        thread=message.message_thread_id if message.is_topic_message else 0,
        reply_to=replied.message_id if replied and is_reply else 0,
    )  # fmt: skip


def _caption_or_venue(message: GroupMessage) -> str:
    if message.venue is None:
        return message.caption
    return f"{message.venue.title}\n{message.venue.address}".strip()


def _sender(message: GroupMessage) -> int:
    person = message.from_
    if person is None or person.is_bot or message.sender_chat is not None:
        return 0
    return person.id


def _press(update_id: int, query: GroupPress) -> Update:
    pressed = query.message
    return Update(
        update_id, UpdateKind.GROUP, chat=pressed.chat.id if pressed else 0,
        message=pressed.message_id if pressed else 0, text=query.data, press=query.id,
        detail="press", sender=0 if query.from_.is_bot else query.from_.id,
        thread=pressed.message_thread_id if pressed else 0,
    )  # fmt: skip


def _membership(update_id: int, change: ChatMemberUpdated) -> Update:
    status = change.new_chat_member.status
    return Update(
        update_id, UpdateKind.GROUP, chat=change.chat.id, text=status, detail="my_chat_member"
    )
