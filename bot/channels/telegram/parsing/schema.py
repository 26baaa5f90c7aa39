"""The fields of Telegram's updates that are read.

Other fields are skipped, so new ones do no harm. A missing required field makes an update
unreadable; fields that Telegram may omit have a default.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class User(msgspec.Struct, gc=False):
    """An account."""

    id: Int64
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""


class TelegramChat(msgspec.Struct, gc=False):
    """A chat."""

    id: Int64
    type: str
    title: str = ""
    first_name: str = ""
    username: str = ""


class Document(msgspec.Struct, gc=False):
    """Any file: documents, voice messages, videos and the rest share these fields."""

    file_id: str
    file_unique_id: str
    file_size: Int64 = 0
    file_name: str = ""
    mime_type: str = ""
    emoji: str = ""


class PhotoSize(msgspec.Struct, gc=False):
    """A photo in one size."""

    file_id: str
    file_unique_id: str
    width: int = 0
    height: int = 0
    file_size: Int64 = 0


class Location(msgspec.Struct, gc=False):
    """A location, fixed or live."""

    latitude: float
    longitude: float
    live_period: int = 0


class Venue(msgspec.Struct, gc=False):
    """A location with a name."""

    location: Location
    title: str = ""
    address: str = ""


class Contact(msgspec.Struct, gc=False):
    """A shared phone number."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""


class Origin(msgspec.Struct, gc=False):
    """The origin of a forwarded message: a user, a hidden user, a chat or a channel."""

    sender_user: User | None = None
    sender_user_name: str = ""
    sender_chat: TelegramChat | None = None
    chat: TelegramChat | None = None
    author_signature: str = ""


class ExternalReply(msgspec.Struct, gc=False):
    """A message in another chat that this one replies to."""

    origin: Origin | None = None


class Quote(msgspec.Struct, gc=False):
    """The part of another message that this one answers."""

    text: str
    position: Int64 = 0
    """Where it begins, in UTF-16 units."""


class RepliedMessage(msgspec.Struct, gc=False):
    """The message of the same chat that a message replies to."""

    message_id: Int64
    chat: TelegramChat | None = None
    date: Int64 = 0
    from_: User | None = msgspec.field(default=None, name="from")
    text: str = ""
    caption: str = ""


class Message(msgspec.Struct, gc=False):
    """A message with the accepted contents."""

    message_id: Int64
    date: Int64
    chat: TelegramChat
    from_: User | None = msgspec.field(default=None, name="from")
    text: str | None = None
    caption: str = ""
    edit_date: Int64 = 0
    media_group_id: str = ""
    business_connection_id: str = ""
    sender_chat: TelegramChat | None = None
    sender_business_bot: User | None = None
    forward_origin: Origin | None = None
    external_reply: ExternalReply | None = None
    reply_to_message: RepliedMessage | None = None
    quote: Quote | None = None
    animation: Document | None = None
    live_photo: Document | None = None
    photo: list[PhotoSize] | None = None
    video: Document | None = None
    video_note: Document | None = None
    voice: Document | None = None
    audio: Document | None = None
    document: Document | None = None
    sticker: Document | None = None
    venue: Venue | None = None
    location: Location | None = None
    contact: Contact | None = None


class MessageRef(msgspec.Struct, gc=False):
    """The message of a button: all that Telegram sends of it after 48 hours."""

    message_id: Int64
    chat: TelegramChat


class CallbackQuery(msgspec.Struct, gc=False):
    """A button press."""

    id: str
    from_: User = msgspec.field(name="from")
    message: MessageRef | None = None
    data: str | None = None
    inline_message_id: str = ""


class ChatMember(msgspec.Struct, gc=False):
    """An account's membership in a chat."""

    status: str
    is_member: bool = False


class ChatMemberUpdated(msgspec.Struct, gc=False):
    """A change of the bot's membership in a chat."""

    chat: TelegramChat
    from_: User = msgspec.field(name="from")
    date: Int64
    new_chat_member: ChatMember


class ReactionType(msgspec.Struct, gc=False):
    """One reaction; only emoji are read."""

    emoji: str = ""


class MessageReactionUpdated(msgspec.Struct, gc=False):
    """A change of a person's reactions to a message."""

    chat: TelegramChat
    message_id: Int64
    date: Int64
    new_reaction: list[ReactionType]
    user: User | None = None


class TelegramUpdate(msgspec.Struct, gc=False):
    """An update of one of the requested types; all fields are None for any other type."""

    update_id: Int64
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: ChatMemberUpdated | None = None
    message_reaction: MessageReactionUpdated | None = None


class GroupMessage(Message, gc=False):
    """A message in a group, with the fields only groups have."""

    message_thread_id: Int64 = 0
    is_topic_message: bool = False
    migrate_to_chat_id: Int64 = 0


class GroupPress(msgspec.Struct, gc=False):
    """A button press in a group."""

    id: str
    from_: User = msgspec.field(name="from")
    message: GroupMessage | None = None
    data: str = ""


class GroupUpdate(msgspec.Struct, gc=False):
    """An update from the group of a forum desk."""

    update_id: Int64
    message: GroupMessage | None = None
    edited_message: GroupMessage | None = None
    callback_query: GroupPress | None = None
    my_chat_member: ChatMemberUpdated | None = None
