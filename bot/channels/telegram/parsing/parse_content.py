"""Parsing of a message's content: files, locations, contacts and the origin of a forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.errors import UnreadableUpdateError
from bot.messages import File, UpdateKind

if TYPE_CHECKING:
    from bot.channels.telegram.parsing.schema import (
        Contact,
        Document,
        Location,
        Message,
        Origin,
        PhotoSize,
    )

PLAIN_FILES = ("animation", "video", "video_note", "voice", "audio", "document", "sticker")
"""In order of precedence: an animation also comes as a plain document."""


class TelegramContent(msgspec.Struct, frozen=True, gc=False):
    """The content of a message."""

    kind: UpdateKind
    text: str = ""
    files: tuple[File, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    note: str = ""


def content_of(message: Message) -> TelegramContent | None:
    """Return the accepted content of a message without text; None if there is none."""
    if (files := _files(message)) is not None:
        sticker = message.sticker
        return TelegramContent(
            UpdateKind.FILES, sticker.emoji if sticker else message.caption, files
        )
    if message.venue is not None:
        words = f"{message.venue.title}\n{message.venue.address}".strip()
        return _place(message.venue.location, words)
    if message.location is not None:
        return _place(message.location, "", _location_note(message))
    if message.contact is not None:
        return TelegramContent(UpdateKind.CONTACT, _contact_text(message.contact))
    return None


def _files(message: Message) -> tuple[File, ...] | None:
    photo = (_photo(message.photo),) if message.photo is not None else ()
    if message.live_photo is not None:
        return (*photo, _file("video", message.live_photo))
    if photo:
        return photo
    for kind in PLAIN_FILES:
        document: Document | None = getattr(message, kind)
        if document is not None:
            return (_file(kind, document),)
    return None


def _photo(sizes: list[PhotoSize]) -> File:
    """Return the largest size, because the photo may be evidence."""
    if not sizes:
        raise UnreadableUpdateError("a photo in no size")
    best = max(sizes, key=lambda size: (size.width * size.height, size.file_size))
    return File(best.file_id, best.file_unique_id, "photo", best.file_size)


def _file(kind: str, document: Document) -> File:
    return File(
        document.file_id, document.file_unique_id, kind, document.file_size, document.file_name,
        document.mime_type,
    )  # fmt: skip


def _place(location: Location, text: str, note: str = "") -> TelegramContent:
    latitude, longitude = location.latitude, location.longitude
    return TelegramContent(UpdateKind.LOCATION, text, (), latitude, longitude, note)


def _location_note(message: Message) -> str:
    """Return a code for a live location: its edits are new positions, the last has no period."""
    if message.location is not None and message.location.live_period:
        return "live_location"
    return "live_location_stopped" if message.edit_date else ""


def _contact_text(contact: Contact) -> str:
    return " ".join(filter(None, (contact.first_name, contact.last_name, contact.phone_number)))


def origin_of(message: Message) -> str:
    """Return the name a message was forwarded from, or of the author it replies to elsewhere."""
    origin = message.forward_origin
    if origin is None:
        reply = message.external_reply
        origin = None if reply is None else reply.origin
    return "" if origin is None else _origin_name(origin)


def _origin_name(origin: Origin) -> str:
    if origin.sender_user is not None:
        person = origin.sender_user
        words = [person.first_name, person.last_name, person.username and f"@{person.username}"]
    else:
        chat = origin.sender_chat or origin.chat
        words = [origin.sender_user_name, origin.author_signature]
        if chat is not None:
            words[:0] = [chat.title or chat.first_name, chat.username and f"@{chat.username}"]
    return " ".join(filter(None, words))
