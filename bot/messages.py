"""What arrives and what is said, in words no channel owns.

A channel turns its own updates into `Update` and carries a `Body` out. Nothing here knows
Telegram, a database or a language.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class UpdateKind(StrEnum):
    """What an update is, as far as a conversation cares."""

    TEXT = "words"
    """Text in a private chat, commands included."""
    PRESS = "press"
    """A button; `words` holds its token."""
    FILES = "files"
    """Photo, video, voice, audio, document, ...; `words` holds the caption."""
    LOCATION = "place"
    """A location or a venue."""
    CONTACT = "contact"
    """A phone number of somebody: sealed as words, never written to."""
    EDIT = "edit"
    """An earlier message in new words; `message` says which."""
    BLOCKED = "blocked"
    """The person blocked us: nothing can be delivered until they write again."""
    UNBLOCKED = "unblocked"
    UNSUPPORTED = "other"
    """Content we answer with a polite no; `note` says what it was."""
    GROUP = "group"
    """Something in a group or channel: we leave it and keep nothing, unless a desk stands there."""
    COMMAND = "command"
    """Something a caseworker does, written down by a desk; `words` holds it."""
    IGNORED = "nothing"
    """Confirmed and counted, without an answer."""


class File(msgspec.Struct, frozen=True, gc=False):
    """A file a person sent, not yet fetched."""

    handle: str
    """What the channel needs to fetch it; sealed wherever it is kept."""
    unique: str
    """The channel's stable name for the same bytes."""
    kind: str
    """photo, video, voice, audio, document, animation, video_note, sticker."""
    size: int = 0
    """Bytes, as the sender claims; 0 when it was not said."""
    name: str = ""
    mime: str = ""


class Update(msgspec.Struct, frozen=True, gc=False):
    """One thing that arrived, from a chat with one person."""

    update_id: int
    kind: UpdateKind
    chat: int = 0
    """Where to answer. Never logged, never stored in clear."""
    message: int = 0
    """The channel's number for the message in its chat."""
    text: str = ""
    """Text, caption, or a button's token; lone surrogates already replaced."""
    language: str = ""
    """What the person's app says it speaks, e.g. `id` or `zh-hant`; may be anything."""
    name: str = ""
    """The account's display name."""
    username: str = ""
    """The account's own name, as others find it."""
    sent_at: int = 0
    """Seconds since 1970, by the channel's clock; may be wrong."""
    press: str = ""
    """Handle with which a press is acknowledged."""
    files: tuple[File, ...] = ()
    album: str = ""
    """Equal for files that were sent together."""
    latitude: float | None = None
    longitude: float | None = None
    forwarded_from: str = ""
    """Whom a forwarded message came from, as the channel tells it; content, not metadata."""
    detail: str = ""
    """What it was, in the channel's own word: for OTHER, NOTHING and GROUP (`poll`, `text`)."""
    sender: int = 0
    """In a group: who did it; 0 for whoever hides behind the group or a channel."""
    thread: int = 0
    """In a group: the topic; 0 for the one that is always there."""
    reply_to: int = 0
    """In a group: the message this one answers."""


class Button(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One thing to press."""

    label: str
    token: str
    """What stands behind it; see `token_of`."""


GLOBAL_PREFIX = "!"
"""What the token of a button begins with that means the same under every message."""


def button_token(button: Button, prefix: str) -> str:
    """Return what a press brings back in `Update.words`: at most 64 bytes, opaque to channels."""
    return button.token if button.token.startswith(GLOBAL_PREFIX) else prefix + button.token


class Mention(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Somebody of the staff, called in a message of a group."""

    label: str
    """What stands in the text for them."""
    user_id: int


class SendText(msgspec.Struct, frozen=True, tag="say", gc=False, omit_defaults=True):
    """A message of ours. Plain text: no markup is ever interpreted."""

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    prefix: str = ""
    """What the tokens of this message's buttons begin with."""
    thread: int = 0
    """In a group of staff: the topic it goes to; 0 for the one that is always there."""
    topic: str = ""
    """The case whose topic it goes to, found, or opened, when it is delivered."""
    reply_to: int = 0
    """The message it answers, if that is still there."""
    mentions: tuple[Mention, ...] = ()
    post_kind: str = ""
    """What the desk remembers the message as; empty: nothing."""
    notifies: bool = False
    """Whether a person's phone may make a sound: only where they said that any time is safe."""


class EditText(msgspec.Struct, frozen=True, tag="edit", gc=False):
    """New words and buttons for a message we sent."""

    message: int
    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    prefix: str = ""
    letter: int = 0
    """In place of `message`, a row of the outbox: the courier looks its number up."""
    is_caption: bool = False
    """Whether the words stand under a file."""


class Toast(msgspec.Struct, frozen=True, tag="toast", gc=False):
    """Acknowledge a press, with a line that vanishes by itself or with none."""

    press: str
    text: str = ""


class DeleteMessages(msgspec.Struct, frozen=True, tag="remove", gc=False):
    """Delete messages from the chat, on both sides where the channel can.

    `letters` are rows of the outbox: the courier looks up the numbers the channel gave them.
    """

    messages: tuple[int, ...] = ()
    letters: tuple[int, ...] = ()


def letters_named_in(body: EditText | DeleteMessages) -> tuple[int, ...]:
    """Return the rows of the outbox a body names in place of the channel's numbers."""
    if isinstance(body, DeleteMessages):
        return body.letters
    return (body.letter,) if body.letter else ()


class ClearChat(msgspec.Struct, frozen=True, tag="wipe", gc=False):
    """Take everything out of a chat that can be taken, both sides', newest first.

    It is a letter, so it is done again until it is done. The courier carries it out in `Remove`s:
    no channel ever meets one. Fields as in `Remove`.
    """

    messages: tuple[int, ...] = ()
    letters: tuple[int, ...] = ()


class CheckPassphrase(msgspec.Struct, frozen=True, tag="word", gc=False, omit_defaults=True):
    """A word by which a person is known again, on its way to whoever computes its digest.

    Like `Wipe` it is a letter so that no crash loses it, and no channel ever meets one.
    """

    passphrase: str
    update_id: int
    """Of what comes back, below 0: computed twice it comes back once."""
    case: str = ""
    """The case it is chosen for; empty: it is tried."""
    is_duress: bool = False
    """Whether it is the one written under duress."""
    receipt: str = ""
    """The number of the receipt that it opens, where it is chosen for one."""
    check_in: str = ""
    """What it is to the hour agreed on in a case: chosen for it, or perhaps the answer."""
    session: int = 0
    """The sitting in which it was written: only there it is answered."""
    heard_at: int = 0
    """When the person was heard then."""


class LeaveGroup(msgspec.Struct, frozen=True, tag="leave", gc=False):
    """Leave a group we were put into."""


class SendFile(msgspec.Struct, frozen=True, tag="enclose", gc=False, omit_defaults=True):
    """A file somebody sent, passed on by its handle."""

    file: File
    caption: str = ""
    has_spoiler: bool = False
    """Whether a picture is blurred until it is touched."""
    thread: int = 0
    topic: str = ""
    post_kind: str = ""
    name: str = ""
    """What it is called from now on: then its bytes are fetched and sent anew, so that the name
    under which somebody kept it does not go along."""


class SendLocation(msgspec.Struct, frozen=True, tag="point", gc=False):
    """A place on the map."""

    latitude: float
    longitude: float


class SendRecording(msgspec.Struct, frozen=True, tag="spoken", gc=False):
    """A recording of a phrase, for whoever would rather listen; the phrase itself follows."""

    name: str
    """What the recording is called: `bot.languages.voice_files`."""


class CopyMessage(msgspec.Struct, frozen=True, tag="copy", gc=False, omit_defaults=True):
    """What somebody sent, passed on as it was and without their name."""

    chat: int
    """Where it was sent."""
    message: int
    thread: int = 0
    topic: str = ""
    post_kind: str = ""


class OpenTopic(msgspec.Struct, frozen=True, tag="open_topic", gc=False, omit_defaults=True):
    """Open a topic in a group; the number it gets is the topic's."""

    name: str = ""
    topic: str = ""
    """The case it is for: the desk knows its name."""


class CloseTopic(msgspec.Struct, frozen=True, tag="close_topic", gc=False, omit_defaults=True):
    """Let nobody but administrators write in a topic."""

    thread: int = 0
    topic: str = ""


class ReopenTopic(msgspec.Struct, frozen=True, tag="reopen_topic", gc=False, omit_defaults=True):
    """Let everybody write in a topic again."""

    thread: int = 0
    topic: str = ""


class DeleteTopic(msgspec.Struct, frozen=True, tag="delete_topic", gc=False, omit_defaults=True):
    """Remove a topic with every message in it, however old."""

    thread: int


class EditTopic(msgspec.Struct, frozen=True, tag="edit_topic", gc=False, omit_defaults=True):
    """Give a topic another name."""

    name: str
    thread: int = 0
    topic: str = ""


class RenderPost(msgspec.Struct, frozen=True, tag="draw", gc=False, omit_defaults=True):
    """Something about a case that the desk writes only when it is delivered, as it is then."""

    topic: str
    part: str


class SetReaction(msgspec.Struct, frozen=True, tag="react", gc=False):
    """Leave one sign on a message, in place of any other of ours."""

    message: int
    sign: str


Body = (
    SendText
    | EditText
    | Toast
    | DeleteMessages
    | ClearChat
    | CheckPassphrase
    | LeaveGroup
    | SendFile
    | SendRecording
    | CopyMessage
    | SendLocation
    | OpenTopic
    | CloseTopic
    | ReopenTopic
    | DeleteTopic
    | EditTopic
    | RenderPost
    | SetReaction
)
"""What a letter carries."""
