"""One update from the group of a desk, read. Of other groups `parse` tells only that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.channels.telegram import update_types
from bot.channels.telegram.fix_unicode import fix_json
from bot.channels.telegram.parse_content import content_of
from bot.channels.telegram.schema import GroupUpdate
from bot.errors import UnreadableUpdateError
from bot.messages import Update, UpdateKind

if TYPE_CHECKING:
    from bot.channels.telegram.schema import ChatMemberUpdated, GroupMessage, GroupPress

_decode = msgspec.json.Decoder(GroupUpdate).decode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def parse_group(raw: bytes) -> Update:
    """Return what somebody did in a group; `note` tells what it is, e.g. `text` or `edited`.

    Raises:
        Unreadable: it does not have the shape Telegram promises; the reason holds none of it.
    """
    raw = fix_json(raw)
    try:
        update = _decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        update = None
    if update is None:  # outside the handler: the error may quote what was written
        raise UnreadableUpdateError("not the shape of an update from a group")
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
    answered = message.reply_to_message
    thread = message.message_thread_id if message.is_topic_message else 0
    # Telegram lets every message of a topic answer the one that opened it.
    answers = answered is not None and answered.message_id != message.message_thread_id
    return Update(
        update_id,
        UpdateKind.GROUP,
        chat=message.chat.id,
        message=message.message_id,
        text=str(message.migrate_to_chat_id or "") or message.text or _caption_or_venue(message),
        sent_at=message.date,
        files=content.files if content else (),
        latitude=content.latitude if content else None,
        longitude=content.longitude if content else None,
        album=message.media_group_id,
        detail=note,
        sender=_sender(message),
        thread=thread,
        reply_to=answered.message_id if answered and answers else 0,
    )


def _caption_or_venue(message: GroupMessage) -> str:
    """Return the words that go with something else: under a file, or the name of a place."""
    if message.venue is None:
        return message.caption
    return f"{message.venue.title}\n{message.venue.address}".strip()


def _sender(message: GroupMessage) -> int:
    who = message.from_
    if who is None or who.is_bot or message.sender_chat is not None:
        return 0
    return who.id


def _press(update_id: int, query: GroupPress) -> Update:
    on = query.message
    return Update(
        update_id,
        UpdateKind.GROUP,
        chat=on.chat.id if on else 0,
        message=on.message_id if on else 0,
        text=query.data,
        press=query.id,
        detail="press",
        sender=0 if query.from_.is_bot else query.from_.id,
        thread=on.message_thread_id if on else 0,
    )


def _membership(update_id: int, change: ChatMemberUpdated) -> Update:
    return Update(
        update_id,
        UpdateKind.GROUP,
        chat=change.chat.id,
        text=change.new_chat_member.status,
        detail="my_chat_member",
    )
