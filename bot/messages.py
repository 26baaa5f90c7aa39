"""Updates that arrive and bodies of letters that are sent, independent of the channel.

A channel parses its own updates into `Update` and delivers a `Body`.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class UpdateKind(StrEnum):
    """The kind of an update. The values are stored."""

    TEXT = "words"
    """Text in a private chat, commands included."""
    PRESS = "press"
    """A button; `text` holds its token."""
    FILES = "files"
    """Photo, video, voice, audio, document, ...; `text` holds the caption."""
    LOCATION = "place"
    """A location or a venue."""
    CONTACT = "contact"
    """A shared phone number: sealed like text, never called or written to."""
    EDIT = "edit"
    """A new version of an earlier message; `message` is its id."""
    BLOCKED = "blocked"
    """The person blocked the bot: nothing can be delivered until they write again."""
    UNBLOCKED = "unblocked"
    UNSUPPORTED = "other"
    """Content the bot declines; `detail` is its kind."""
    GROUP = "group"
    """An event in a group or channel. The bot leaves it, unless it is the caseworkers' group."""
    IGNORED = "nothing"
    """Confirmed and counted, not answered."""


class File(msgspec.Struct, frozen=True, gc=False):
    """A file a person sent, not downloaded yet."""

    handle: str
    """The id by which the channel downloads it; sealed wherever it is stored."""
    unique: str
    """The channel's stable id for the same bytes."""
    kind: str
    """photo, video, voice, audio, document, animation, video_note, sticker."""
    size: int = 0
    """Bytes, as the sender claims; 0 when unknown."""
    name: str = ""
    mime: str = ""


class OutgoingFile(msgspec.Struct, frozen=True, gc=False):
    """A file a caseworker sends from a desk, with its bytes: no channel has it yet."""

    id: str
    """Names the copy that is kept with the case."""
    kind: str
    """photo, voice, document."""
    name: str
    """What it is called on the person's phone: nothing a caseworker chose."""
    data: bytes


class Replied(msgspec.Struct, frozen=True, gc=False):
    """The message that a person's message replies to, as the channel reports it."""

    message: int
    """The channel's id of it in the same chat."""
    is_of_bot: bool = False
    text: str = ""
    """What stands in it, of the bot's messages only. Compared with our texts, never stored."""
    sent_at: int = 0
    """Seconds since 1970, by the channel's clock."""
    part: tuple[int, int] | None = None
    """Where the part that the person marked begins, and how long it is, in UTF-16 units."""
    part_digest: int = -1
    """By which that part is known in a text, and by which it cannot be read; -1 for none."""


class Update(msgspec.Struct, frozen=True, gc=False):
    """One update, from a chat with one person or from the caseworkers' group."""

    update_id: int
    kind: UpdateKind
    chat: int = 0
    """Where to answer. Never logged, never stored in clear."""
    message: int = 0
    """The channel's id of the message in its chat."""
    text: str = ""
    """Text, caption, or a button's token; lone surrogates already replaced."""
    language: str = ""
    """The language code the person's app reports, e.g. `id` or `zh-hant`; may be anything."""
    name: str = ""
    username: str = ""
    """The account's public name, without @."""
    sent_at: int = 0
    """Seconds since 1970, by the channel's clock; may be wrong."""
    press: str = ""
    """The id by which a press is acknowledged."""
    files: tuple[File, ...] = ()
    album: str = ""
    """The same id for files that were sent together."""
    latitude: float | None = None
    longitude: float | None = None
    forwarded_from: str = ""
    """Whom a forwarded message came from, as the channel reports it; content, not metadata."""
    detail: str = ""
    """The channel's own name for UNSUPPORTED, IGNORED and GROUP updates (`poll`, `text`)."""
    sender: int = 0
    """In a group: the account that wrote; 0 for an anonymous administrator or a channel."""
    thread: int = 0
    """In a group: the topic; 0 for General."""
    reply_to: int = 0
    """In a group: the message this one replies to."""
    replied: Replied | None = None
    """In a chat with a person: the message this one replies to."""
    arrived_at: int = 0
    """When it was stored, in microseconds, if it waited after that; 0: it is handled as it came."""


class Button(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A button under a message."""

    label: str
    token: str
    """What a press returns; see `button_token`."""


GLOBAL_PREFIX = "!"
"""The first character of a token that means the same under every message."""


def button_token(button: Button, prefix: str) -> str:
    """Return what a press brings back in `Update.text`: at most 64 bytes, opaque to channels."""
    return button.token if button.token.startswith(GLOBAL_PREFIX) else prefix + button.token


class Mention(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A caseworker mentioned in a message to the group."""

    label: str
    user_id: int


class SendText(msgspec.Struct, frozen=True, tag="say", gc=False, omit_defaults=True):
    """A message from the bot, in plain text: no markup is interpreted."""

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    prefix: str = ""
    """The prefix of the tokens of this message's buttons."""
    thread: int = 0
    """In the caseworkers' group: the topic it goes to; 0 for General."""
    topic: str = ""
    """The case whose topic it goes to; the topic is found or opened on delivery."""
    reply_to: int = 0
    """The message it replies to, if that still exists."""
    mentions: tuple[Mention, ...] = ()
    post_kind: str = ""
    """The kind under which the forum desk records the message; empty to record nothing."""
    post_of: int = 0
    """The number of what it shows, which the forum desk records with it; 0 for none."""
    notifies: bool = False
    """Whether the phone may make a sound: only if the person said that any time is safe."""


class EditText(msgspec.Struct, frozen=True, tag="edit", gc=False):
    """New text and buttons for a message of the bot."""

    message: int
    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    prefix: str = ""
    letter: int = 0
    """The outbox id of the message instead of its channel id: the courier looks that up."""
    is_caption: bool = False


class Toast(msgspec.Struct, frozen=True, tag="toast", gc=False):
    """The acknowledgement of a press, with a short notice or without one."""

    press: str
    text: str = ""


class DeleteMessages(msgspec.Struct, frozen=True, tag="remove", gc=False):
    """Messages to delete, on both sides where the channel can.

    `letters` are outbox ids: the courier looks up their channel ids.
    """

    messages: tuple[int, ...] = ()
    letters: tuple[int, ...] = ()


def letters_named_in(body: EditText | DeleteMessages) -> tuple[int, ...]:
    """Return the outbox ids in a body whose channel ids the courier must look up."""
    if isinstance(body, DeleteMessages):
        return body.letters
    return (body.letter,) if body.letter else ()


class ClearChat(msgspec.Struct, frozen=True, tag="wipe", gc=False):
    """All messages of both sides, to be deleted where the channel still can, newest first.

    It is a letter, so it is repeated until it succeeds. The courier splits it into `DeleteMessages`
    with the same fields; no channel receives it.
    """

    messages: tuple[int, ...] = ()
    letters: tuple[int, ...] = ()


class LeaveGroup(msgspec.Struct, frozen=True, tag="leave", gc=False):
    """Leave a group the bot was added to."""


class SendFile(msgspec.Struct, frozen=True, tag="enclose", gc=False, omit_defaults=True):
    """A file that was received, passed on by its handle."""

    file: File
    caption: str = ""
    has_spoiler: bool = False
    thread: int = 0
    topic: str = ""
    post_kind: str = ""
    post_of: int = 0
    reply_to: int = 0
    name: str = ""
    """A new name: the file is then downloaded and uploaded, so that its old name is not sent."""


class SendUpload(msgspec.Struct, frozen=True, tag="upload", gc=False, omit_defaults=True):
    """A file that is uploaded."""

    upload: OutgoingFile
    caption: str = ""


class SendLocation(msgspec.Struct, frozen=True, tag="point", gc=False):
    """A place on the map."""

    latitude: float
    longitude: float


class SendRecording(msgspec.Struct, frozen=True, tag="spoken", gc=False):
    """A recording of a phrase; the phrase follows as text."""

    name: str
    """The name of the recording in `bot.languages.voice_files`."""


class CopyMessage(msgspec.Struct, frozen=True, tag="copy", gc=False, omit_defaults=True):
    """A message passed on unchanged, without the sender's name."""

    chat: int
    message: int
    thread: int = 0
    topic: str = ""
    post_kind: str = ""
    post_of: int = 0
    reply_to: int = 0


class OpenTopic(msgspec.Struct, frozen=True, tag="open_topic", gc=False, omit_defaults=True):
    """Open a topic in a group; the channel returns its number."""

    name: str = ""
    topic: str = ""
    """The case it is for; the desk then chooses the name."""


class CloseTopic(msgspec.Struct, frozen=True, tag="close_topic", gc=False, omit_defaults=True):
    """Close a topic: only administrators can write in it."""

    thread: int = 0
    topic: str = ""


class ReopenTopic(msgspec.Struct, frozen=True, tag="reopen_topic", gc=False, omit_defaults=True):
    """Reopen a closed topic."""

    thread: int = 0
    topic: str = ""


class DeleteTopic(msgspec.Struct, frozen=True, tag="delete_topic", gc=False, omit_defaults=True):
    """Delete a topic with all its messages, however old."""

    thread: int


class EditTopic(msgspec.Struct, frozen=True, tag="edit_topic", gc=False, omit_defaults=True):
    """Rename a topic."""

    name: str
    thread: int = 0
    topic: str = ""


class RenderPost(msgspec.Struct, frozen=True, tag="draw", gc=False, omit_defaults=True):
    """A part of a case that the forum desk renders on delivery, with the state of that moment."""

    topic: str
    part: str


class SetReaction(msgspec.Struct, frozen=True, tag="react", gc=False):
    """The bot's reaction to a message, in place of an earlier one."""

    message: int
    sign: str


Body = (
    SendText | EditText | Toast | DeleteMessages | ClearChat | LeaveGroup
    | SendFile | SendUpload | SendRecording | CopyMessage | SendLocation
    | OpenTopic | CloseTopic | ReopenTopic | DeleteTopic | EditTopic | RenderPost | SetReaction
)  # fmt: skip
