"""A group of people, with everything they can do in it."""

from __future__ import annotations

from typing import Any

from bot.sandbox.phone import Phone, command_entities, file_fields, photo_fields, split_text
from bot.sandbox.state import BOT_ID, Message, SandboxChat, World

FIRST_GROUP_ID = -4_000_000_001
FIRST_SUPERGROUP_ID = -1_002_000_000_001


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
        more = {"caption": about.pop("caption", ""), "media_group_id": about.pop("album", "")}
        stored = self._world.files.store(kind, data, **about)
        content = photo_fields(stored) if kind == "photo" else {kind: file_fields(stored)}
        if kind == "voice":
            content[kind]["duration"] = 2
        content |= {name: value for name, value in more.items() if value}
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
