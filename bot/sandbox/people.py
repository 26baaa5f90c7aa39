"""What people can do: each in a chat with the bot, by phone, and together in groups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.sandbox.limits import LONGEST_TEXT, utf16_length
from bot.sandbox.state import BOT_ID, Message, SandboxChat, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.sandbox.state import SandboxFile

COMMAND = re.compile(r"(?<!\S)/[a-zA-Z0-9_]{1,64}(?:@\w+)?")
LOW_SURROGATE_BYTES = range(0xDC, 0xE0)
INACCESSIBLE_AFTER = 48 * 60 * 60
"""Seconds after which a button press names its message without the content."""

FIRST_GROUP_ID = -4_000_000_001
FIRST_SUPERGROUP_ID = -1_002_000_000_001


class Phone:
    """One person, with their account and private chat with the bot."""

    def __init__(self, world: World, user_id: int, name: str, language: str) -> None:
        self._world = world
        self.id = user_id
        """Also the id of the private chat."""
        first, _, last = name.partition(" ")
        self.names = {"first_name": first} | ({"last_name": last} if last else {})
        self.language = language
        """The language code of the person's app; may be empty."""
        self.chat = SandboxChat(user_id, "private", dict(self.names), is_open=False)
        self.toasts = self.chat.toasts
        world.chats[user_id] = self.chat
        world.users[user_id] = self.api_user()

    def messages(self) -> list[Message]:
        """Return the messages in the chat, oldest first."""
        return list(self.chat.messages.values())

    def bot_texts(self) -> list[str]:
        """Return the texts and captions of the bot's messages, oldest first."""
        return [
            str(message.get("text", message.get("caption", "")))
            for message in self.chat.messages.values()
            if message["from"]["is_bot"]
        ]

    def last_bot_message(self) -> Message:
        """Return the newest message of the bot; raises `LookupError` if there is none."""
        for message in reversed(self.chat.messages.values()):
            if message["from"]["is_bot"]:
                return message
        raise LookupError("the bot has said nothing in this chat")

    def button_labels(self, message: Message | None = None) -> list[str]:
        """Return the labels of the buttons under a message, by default the newest."""
        return [str(button["text"]) for button in _buttons(message or self.last_bot_message())]

    def api_user(self) -> dict[str, Any]:
        """Return the person as a `User` of the Bot API."""
        account = {"id": self.id, "is_bot": False, **self.names}
        return account | ({"language_code": self.language} if self.language else {})

    def state(self) -> dict[str, Any]:
        """Return everything the page shows of this phone."""
        return {
            "id": self.id,
            "name": " ".join(self.names.values()),
            "language": self.language,
            "is_blocked": self.chat.is_blocked,
            "keyboard": self.chat.keyboard,
            "messages": self.messages(),
        }

    def say(self, text: str, *, reply_to: int | None = None) -> Message:
        """Write a message; like any app, split one that is too long."""
        message: Message = {}
        for piece in split_text(text):
            message = self.send({"text": piece, **command_entities(piece)}, reply_to=reply_to)
        return message

    def send(self, content: dict[str, Any], *, reply_to: int | None = None) -> Message:
        """Send any content, in the Bot API's format."""
        if reply_to is not None and reply_to in self.chat.messages:
            content = {"reply_to_message": self.chat.messages[reply_to], **content}
        self.chat.is_open = True
        if self.chat.is_blocked:
            self.unblock()
        keyboard = self.chat.keyboard
        if keyboard is not None and keyboard.get("one_time_keyboard"):
            self._world.show_keyboard(self.chat, None)
        message = self._world.post(self.chat, self.api_user(), content)
        self._world.updates.add("message", message)
        return message

    def press(
        self, message: int | None = None, *, label: str | None = None, data: str | None = None
    ) -> str:
        """Press a button under a message (by default the newest) and return the query id.

        The button is named by its label or its data; data of no button makes a forged press.
        """
        shown = self.last_bot_message() if message is None else self.chat.messages.get(message)
        if data is None:
            data = _callback_data(shown, label)
        if shown is None or self._world.clock.seconds() - shown["date"] > INACCESSIBLE_AFTER:
            number = message or 0 if shown is None else shown["message_id"]
            shown = {"chat": self.chat.api_chat(), "message_id": number, "date": 0}
        return self._world.press(self.id, self.api_user(), shown, data)

    def edit(self, number: int, text: str) -> Message:
        """Edit a message of the person."""
        message = self._world.edit_text(self.chat, self.chat.messages[number], text)
        self._world.updates.add("edited_message", message)
        return message

    def delete(self, number: int) -> None:
        """Delete a message on both sides; as on Telegram, the bot is not told."""
        self._world.delete_message(self.chat, number)

    def block(self) -> None:
        """Block the bot: it is told, and every send is refused from now on."""
        self._set_blocked(blocked=True)

    def unblock(self) -> None:
        """Unblock the bot."""
        self._set_blocked(blocked=False)

    def delete_account(self) -> None:
        """Delete the account; the bot is not told until it writes."""
        self.chat.is_deactivated = True

    def react(self, number: int, *emoji: str) -> None:
        """Set the reactions to a message; without any, remove them."""
        reaction = {
            "chat": self.chat.api_chat(), "message_id": number, "user": self.api_user(),
            "date": self._world.clock.seconds(), "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": one} for one in emoji],
        }  # fmt: skip
        self._world.updates.add("message_reaction", reaction)

    def send_photo(self, data: bytes, *, caption: str = "", **claims: Any) -> Message:
        """Send a photo; `claims` are arguments of `SandboxFiles.store`."""
        return self.send(_media_fields(self._world, "photo", data, caption=caption, **claims))

    def send_voice(self, data: bytes, *, seconds: int = 2, **claims: Any) -> Message:
        """Send a voice note."""
        about = {"mime": "audio/ogg", **claims, "seconds": seconds}
        return self.send(_media_fields(self._world, "voice", data, **about))

    def send_file(self, data: bytes, *, name: str = "file", **about: Any) -> Message:
        """Send a document; `size=` may claim a wrong size."""
        return self.send(_media_fields(self._world, "document", data, name=name, **about))

    def send_album(self, photos: Sequence[bytes], *, caption: str = "") -> list[Message]:
        """Send photos as an album; the first has the caption."""
        group = str(self._world.rng.randrange(1 << 50, 1 << 51))
        return [
            self.send(
                {"media_group_id": group}
                | _media_fields(self._world, "photo", data, "" if place else caption)
            )
            for place, data in enumerate(photos)
        ]

    def send_location(self, latitude: float, longitude: float) -> Message:
        """Send a location."""
        return self.send({"location": {"latitude": float(latitude), "longitude": float(longitude)}})

    def send_contact(self, number: str, name: str) -> Message:
        """Send a phone number."""
        return self.send({"contact": {"phone_number": number, "first_name": name}})

    def forward(self, text: str, *, origin: dict[str, Any] | None = None) -> Message:
        """Forward a message; by default of a user with a hidden account."""
        hidden = {"type": "hidden_user", "sender_user_name": "Somebody"}
        now = self._world.clock.seconds()
        return self.send({"text": text, "forward_origin": {"date": now, **(origin or hidden)}})

    def _set_blocked(self, *, blocked: bool) -> None:
        if self.chat.is_blocked == blocked:
            return
        self.chat.is_blocked = blocked
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        self._world.change_bot_member(self.chat, self.api_user(), before, after)
        self._world.events.publish(self.id, "chat", {"is_blocked": blocked})


class SandboxGroup:
    """A group, a supergroup or a forum, and the people in it."""

    def __init__(
        self,
        world: World,
        title: str,
        *,
        forum: bool = False,
        supergroup: bool = False,
        chat_id: int | None = None,
    ) -> None:
        """Create a group without the bot; one with topics (`forum`) is always a supergroup."""
        self._world = world
        names: dict[str, Any] = {"title": title} | ({"is_forum": True} if forum else {})
        kind = "supergroup" if forum or supergroup else "group"
        first = FIRST_SUPERGROUP_ID if forum or supergroup else FIRST_GROUP_ID
        taken = sum(chat.type == kind for chat in world.chats.values())
        self.chat = SandboxChat(chat_id or first - taken, kind, names)
        self.chat.members[BOT_ID] = "left"
        world.chats[self.chat.id] = self.chat

    @property
    def id(self) -> int:
        """The group's chat id."""
        return self.chat.id

    def messages(self, thread: int | None = None) -> list[Message]:
        """Return the messages of a topic; without one, those outside topics."""
        return [
            message
            for message in self.chat.messages.values()
            if message.get("message_thread_id") == thread
        ]

    def state(self) -> dict[str, Any]:
        """Return everything the page shows of this group."""
        people = self._world.users
        return {
            "id": self.id,
            "title": self.chat.names["title"],
            "is_forum": bool(self.chat.names.get("is_forum")),
            "bot": self.chat.members[BOT_ID],
            "members": [
                {"id": user, "name": str(people[user]["first_name"])}
                for user, status in self.chat.members.items()
                if user != BOT_ID and status != "left"
            ],
            "topics": self.chat.topic_list(),
            "signs": {str(number): emoji for number, emoji in self.chat.bot_reactions.items()},
            "messages": list(self.chat.messages.values()),
        }

    def add_member(self, phone: Phone, status: str = "member") -> None:
        """Add a person as `member`, `administrator` or `creator`."""
        self.chat.members[phone.id] = status
        self._world.events.publish(self.id, "group", self.state())

    def remove_member(self, phone: Phone) -> None:
        """Remove a person."""
        self.chat.members[phone.id] = "left"

    def add_bot(self, by: Phone, status: str = "member") -> None:
        """Add the bot, or change its status; it is told."""
        joins = self.chat.members[BOT_ID] in {"left", "kicked"}
        self._set_bot(by, status)
        if joins:
            self.send(by, {"new_chat_members": [self._world.me()]})

    def kick_bot(self, by: Phone) -> None:
        """Remove the bot; it is told."""
        self._set_bot(by, "kicked")

    def say(
        self, phone: Phone, text: str, *, thread: int | None = None, reply_to: int | None = None
    ) -> Message:
        """Write a message, in a topic if one is named; like any app, split one that is too long.

        Only the first part is a reply.
        """
        message: Message = {}
        for piece in split_text(text):
            content = {"text": piece, **command_entities(piece)}
            message = self.send(phone, content, thread=thread, reply_to=reply_to)
            reply_to = None
        return message

    def send(
        self,
        phone: Phone,
        content: dict[str, Any],
        *,
        thread: int | None = None,
        reply_to: int | None = None,
    ) -> Message:
        """Send any content, in the Bot API's format."""
        inside = {} if thread is None else {"message_thread_id": thread, "is_topic_message": True}
        answered = self._reply_fields(thread, reply_to)
        message = self._world.post(self.chat, phone.api_user(), answered | content | inside)
        if self._bot_is_member() and self._reaches_bot(message):
            self._world.updates.add("message", message)
        return message

    def send_file(
        self,
        phone: Phone,
        kind: str,
        data: bytes,
        *,
        thread: int | None = None,
        reply_to: int | None = None,
        **about: Any,
    ) -> Message:
        """Send a photo, voice note, document, ...

        `about` may hold a `caption`, the id of an `album`, and arguments of `SandboxFiles.store`.
        """
        album = about.pop("album", "")
        content = _media_fields(self._world, kind, data, **about)
        content |= {"media_group_id": album} if album else {}
        return self.send(phone, content, thread=thread, reply_to=reply_to)

    def edit(self, phone: Phone, number: int, text: str) -> Message:
        """Edit one's own message; raises `LookupError` for another person's."""
        message = self.chat.messages[number]
        if message["from"]["id"] != phone.id:
            raise LookupError("another person wrote that")
        self._world.edit_text(self.chat, message, text)
        if self._bot_is_member():
            self._world.updates.add("edited_message", message)
        return message

    def press(self, phone: Phone, message: int, data: str) -> str:
        """Press a button under a message and return the query id."""
        return self._world.press(self.id, phone.api_user(), self.chat.messages[message], data)

    def upgrade(self, by: Phone) -> SandboxGroup:
        """Become a supergroup with another id, which errors of the old one name."""
        title = str(self.chat.names["title"])
        new = SandboxGroup(self._world, title, supergroup=True)
        new.chat.members = dict(self.chat.members)
        self.send(by, {"migrate_to_chat_id": new.id})
        new.send(by, {"migrate_from_chat_id": self.id})
        self.chat.moved_to = new.id
        return new

    def set_forum(self, *, on: bool) -> None:
        """Switch topics on or off."""
        self.chat.names.pop("is_forum", None)
        self.chat.names |= {"is_forum": True} if on else {}

    def set_closed(self, by: Phone, number: int, *, closed: bool) -> None:
        """Close or reopen a topic as a person; the bot sees a service message."""
        self.chat.topics[number].is_closed = closed
        self._world.notify_topics(self.chat)
        field = "forum_topic_closed" if closed else "forum_topic_reopened"
        self.send(by, {field: {}}, thread=number)

    def delete_topic(self, number: int) -> None:
        """Delete a topic as a person; the bot is not told."""
        self._world.delete_topic(self.chat, number)

    def _reply_fields(self, thread: int | None, reply_to: int | None) -> dict[str, Any]:
        """Return what a message replies to; in a topic by default its first message."""
        message = self.chat.messages.get(reply_to or thread or 0)
        if message is None:
            return {}
        return {"reply_to_message": {k: message[k] for k in message if k != "reply_to_message"}}

    def _bot_is_member(self) -> bool:
        return self.chat.members[BOT_ID] not in {"left", "kicked"}

    def _reaches_bot(self, message: Message) -> bool:
        """Tell whether privacy mode lets a command, reply or service message through."""
        if self.chat.members[BOT_ID] == "administrator" or "text" not in message:
            return True
        replied = message.get("reply_to_message", {}).get("from", {}).get("id")
        return str(message["text"]).startswith("/") or replied == BOT_ID

    def _set_bot(self, by: Phone, status: str) -> None:
        before = self.chat.members[BOT_ID]
        self.chat.members[BOT_ID] = status
        self._world.events.publish(self.id, "group", self.state())
        self._world.change_bot_member(self.chat, by.api_user(), before, status)


def file_fields(stored: SandboxFile) -> dict[str, Any]:
    """Return a file in the Bot API's format."""
    about = {"file_name": stored.name, "mime_type": stored.mime, "file_size": stored.size}
    known = {name: value for name, value in about.items() if value}
    return {"file_id": stored.file_id, "file_unique_id": stored.unique_id, **known}


def photo_fields(stored: SandboxFile) -> dict[str, Any]:
    """Return a photo in the Bot API's format; all sizes are the same file here."""
    about = file_fields(stored)
    about.pop("file_name", None)
    about.pop("mime_type", None)
    sizes = ((320, 240), (1280, 960))
    return {"photo": [{**about, "width": width, "height": height} for width, height in sizes]}


def _media_fields(
    world: World, kind: str, data: bytes, caption: str = "", seconds: int = 2, **claims: Any
) -> dict[str, Any]:
    """Store a file, and return it as the content of a message."""
    stored = world.files.store(kind, data, **claims)
    content = photo_fields(stored) if kind == "photo" else {kind: file_fields(stored)}
    if kind == "voice":
        content[kind]["duration"] = seconds
    return content | ({"caption": caption} if caption else {})


def command_entities(text: str) -> dict[str, Any]:
    """Return the entities of the commands in a text."""
    if "/" not in text:
        return {}
    found = [(utf16_length(text[: it.start()]), len(it.group())) for it in COMMAND.finditer(text)]
    entities = [{"type": "bot_command", "offset": at, "length": size} for at, size in found]
    return {"entities": entities} if entities else {}


def split_text(text: str) -> Iterable[str]:
    """Return the messages as which an app sends a text: several if it is too long for one."""
    if utf16_length(text) <= LONGEST_TEXT:
        return [text]
    raw = text.encode("utf-16-le", "surrogatepass")
    pieces, start = [], 0
    while start < len(raw):
        end = start + 2 * LONGEST_TEXT
        if end < len(raw) and raw[end + 1] in LOW_SURROGATE_BYTES:  # keep a surrogate pair together
            end -= 2
        pieces.append(raw[start:end].decode("utf-16-le", "surrogatepass"))
        start = end
    return pieces


def _buttons(message: Message) -> list[dict[str, Any]]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return [button for row in rows for button in row]


def _callback_data(message: Message | None, label: str | None) -> str:
    buttons = _buttons(message) if message is not None else []
    for button in buttons:
        if label is None or button["text"] == label:
            return str(button.get("callback_data", ""))
    shown = ", ".join(button["text"] for button in buttons)
    raise LookupError(f"no such button; there are: {shown}")
