"""The state of the sandbox: the bot, chats, people, messages, files, and a live feed of events."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.sandbox.updates import UpdateQueue
from bot.sandbox.webhook import WebhookPoster
from bot.sandbox.wire import bad_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.clock import ShiftedClock

Message = dict[str, Any]
BOT_ID = 7_000_000_001
TOKEN = f"{BOT_ID}:sandbox-stands-in-for-Telegram-here"
"""Shaped like a real token, but valid only here."""

ADMIN_RIGHTS = {
    **dict.fromkeys(
        ("can_be_edited", "is_anonymous", "can_promote_members", "can_post_stories",
         "can_edit_stories", "can_delete_stories"), False,
    ),
    **dict.fromkeys(
        ("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
         "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics"), True,
    ),
}  # fmt: skip

PRIVATE_CHAT_SCOPES = frozenset({'{"type":"default"}', '{"type":"all_private_chats"}'})

MAX_DOWNLOAD_BYTES = 20 << 20
PATH_VALID_SECONDS = 60 * 60

FOLDERS = {"photo": ("photos", ".jpg"), "voice": ("voice", ".oga"), "video": ("videos", ".mp4")}


@dataclass(slots=True)
class SandboxTopic:
    """A topic of a forum; its messages carry its number."""

    number: int
    name: str
    is_closed: bool = False


@dataclass(slots=True)
class SandboxChat:
    """One chat the bot is or was in."""

    id: int
    type: str
    names: dict[str, Any]
    """Title, or the person's names, as every message repeats them."""
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, SandboxTopic] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    """Status by user: creator, administrator, member, left, kicked."""
    is_open: bool = True
    """Whether the bot may write; in a private chat only after the person wrote first."""
    is_blocked: bool = False
    is_deactivated: bool = False
    moved_to: int | None = None
    last_message_id: int = 0
    bot_reactions: dict[int, str] = field(default_factory=dict)
    keyboard: dict[str, Any] | None = None
    toasts: list[dict[str, Any]] = field(default_factory=list)
    """Answers to button presses: `text`, `show_alert`, `query`, `message_id`."""

    def topic_list(self) -> list[dict[str, Any]]:
        """Return the topics for the pages."""
        return [
            {"number": topic.number, "name": topic.name, "is_closed": topic.is_closed}
            for topic in self.topics.values()
        ]

    def api_chat(self) -> dict[str, Any]:
        """Return the chat in the Bot API's format."""
        return {"id": self.id, "type": self.type, **self.names}


@dataclass(slots=True)
class SandboxProfile:
    """The bot's public profile, by language where Telegram stores it by language."""

    name: dict[str, str] = field(default_factory=lambda: {"": "Haven (rehearsal)"})
    description: dict[str, str] = field(default_factory=dict)
    short_description: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    """By scope (as sorted JSON) and language."""
    menu_button: dict[str, Any] = field(default_factory=lambda: {"type": "commands"})


class SandboxEvent(NamedTuple):
    """Something that an app would show."""

    chat: int
    """0 for all chats."""
    kind: str
    """message, edited, deleted, typing, toast, keyboard, chat, phone, profile, clock; in groups
    also group, topics, reaction."""
    data: Any


@dataclass(slots=True)
class SandboxFile:
    """One file. Without data, its claimed size is read as zeros."""

    file_id: str
    unique_id: str
    kind: str
    data: bytes
    size: int
    name: str
    mime: str
    path_issued_at: int = 0
    """When its path was last requested, seconds."""
    is_gone: bool = False
    """Whether every download answers 404."""
    stalls: bool = False
    """Whether a download stops for ever shortly before its end."""

    @property
    def path(self) -> str:
        """The path under `/file/bot<token>/`."""
        folder, ending = FOLDERS.get(self.kind, ("documents", ""))
        return f"{folder}/{self.unique_id}{ending}"


class SandboxFiles:
    """Every file of the sandbox, by id and by path."""

    def __init__(self, clock: ShiftedClock) -> None:
        self._clock = clock
        self._by_id: dict[str, SandboxFile] = {}
        self._by_path: dict[str, SandboxFile] = {}

    def store(
        self, kind: str, data: bytes, *, size: int | None = None, name: str = "", mime: str = ""
    ) -> SandboxFile:
        """Store a file and return it; `size` is the claimed size."""
        number = len(self._by_id) + 1
        unique = f"AQAD{number:08x}"
        claimed = len(data) if size is None else size
        file_id = f"AgACAgUAAxkB{kind}{number:08x}"
        stored = SandboxFile(file_id, unique, kind, data, claimed, name, mime)
        self._by_id[stored.file_id] = stored
        self._by_path[stored.path] = stored
        return stored

    def get(self, file_id: str) -> SandboxFile | None:
        """Return a file by its id."""
        return self._by_id.get(file_id)

    def file_info(self, file_id: str) -> dict[str, Any]:
        """Answer `getFile` with a path that is valid for an hour."""
        stored = self._by_id.get(file_id)
        if stored is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if stored.size > MAX_DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        stored.path_issued_at = self._clock.seconds()
        answer: dict[str, Any] = {"file_id": file_id, "file_unique_id": stored.unique_id}
        if stored.size:
            answer["file_size"] = stored.size
        return {**answer, "file_path": stored.path}

    def fetch(self, path: str) -> SandboxFile | None:
        """Return the file at a path; None if there is none or its hour has passed."""
        stored = self._by_path.get(path)
        if stored is None or stored.is_gone or not stored.path_issued_at:
            return None
        age = self._clock.seconds() - stored.path_issued_at
        return stored if age <= PATH_VALID_SECONDS else None


class EventFeed:
    """Publishes events to subscribers: the pages, a test."""

    def __init__(self) -> None:
        self._subscribers: set[asyncio.Queue[SandboxEvent | None]] = set()

    def publish(self, chat: int, kind: str, data: Any) -> None:
        """Send an event to every subscriber."""
        for subscriber in self._subscribers:
            subscriber.put_nowait(SandboxEvent(chat, kind, data))

    @contextmanager
    def subscribe(self) -> Iterator[asyncio.Queue[SandboxEvent | None]]:
        """Yield a queue of events; None in it means that the sandbox closes."""
        queue: asyncio.Queue[SandboxEvent | None] = asyncio.Queue()
        self._subscribers.add(queue)
        try:
            yield queue
        finally:
            self._subscribers.discard(queue)

    def close(self) -> None:
        """End every subscription."""
        for subscriber in self._subscribers:
            subscriber.put_nowait(None)


class World:
    """The state of the sandbox, all in memory."""

    def __init__(self, clock: ShiftedClock, seed: int) -> None:
        self.clock = clock
        self.rng = Random(seed)  # noqa: S311 - must be repeatable, and protects no secret
        self.updates = UpdateQueue(clock, self.rng)
        self.webhook = WebhookPoster(self.updates)
        self.updates.on_added = self.webhook.wake
        self.files = SandboxFiles(clock)
        self.events = EventFeed()
        self.profile = SandboxProfile()
        self.chats: dict[int, SandboxChat] = {}
        self.users: dict[int, dict[str, Any]] = {}
        self.presses: dict[str, tuple[int, int, int]] = {}
        """Presses that were not answered yet: chat, message and the second, by query."""
        self.has_private_topics = False
        self._last_message_id = 0
        self._last_query = self.rng.randrange(1 << 60, 1 << 61)

    def me(self) -> dict[str, Any]:
        """Return the bot as a `User` of the Bot API."""
        account = {"id": BOT_ID, "is_bot": True, "first_name": self.profile.name[""]}
        return account | {"username": "haven_sandbox_bot"}

    def profile_state(self) -> dict[str, Any]:
        """Return the profile as apps show it, by language, with the commands of private chats."""
        profile = self.profile
        commands: dict[str, list[dict[str, str]]] = {}
        for (scope, language), menu in profile.commands.items():
            if scope in PRIVATE_CHAT_SCOPES and (language not in commands or "all" in scope):
                commands[language] = menu
        return {
            "name": profile.name,
            "username": self.me()["username"],
            "description": profile.description,
            "short_description": profile.short_description,
            "commands": commands,
        }

    def post(
        self, chat: SandboxChat, sender: dict[str, Any] | None, content: dict[str, Any]
    ) -> Message:
        """Add a message to a chat and return it."""
        message: Message = {"message_id": self._next_message_id(chat)}
        if sender is not None:
            message["from"] = sender
        message["chat"] = chat.api_chat()
        message["date"] = self.clock.seconds()
        message.update(content)
        chat.messages[message["message_id"]] = message
        self.events.publish(chat.id, "message", message)
        return message

    def delete_message(self, chat: SandboxChat, number: int) -> None:
        """Delete a message for everyone."""
        del chat.messages[number]
        self.events.publish(chat.id, "deleted", {"message_id": number})

    def delete_topic(self, chat: SandboxChat, number: int) -> None:
        """Delete a topic with all its messages."""
        del chat.topics[number]
        inside = [
            message["message_id"]
            for message in chat.messages.values()
            if message.get("message_thread_id") == number
        ]
        for message in inside:
            self.delete_message(chat, message)
        self.notify_topics(chat)

    def edit_text(self, chat: SandboxChat, message: Message, text: str) -> Message:
        """Change a text or caption, and return the message."""
        message["text" if "text" in message else "caption"] = text
        return self.mark_edited(chat, message)

    def mark_edited(self, chat: SandboxChat, message: Message) -> Message:
        """Publish that a message changed, and return it."""
        message["edit_date"] = self.clock.seconds()
        self.events.publish(chat.id, "edited", message)
        return message

    def set_bot_reactions(
        self, chat: SandboxChat, number: int, reactions: list[dict[str, Any]]
    ) -> None:
        """Set or remove the bot's reactions to a message."""
        chat.bot_reactions.pop(number, None)
        if reactions:
            chat.bot_reactions[number] = "".join(one.get("emoji", "") for one in reactions)
        self.events.publish(chat.id, "reaction", {"message_id": number, "reaction": reactions})

    def notify_topics(self, chat: SandboxChat) -> None:
        """Publish the topics of a chat."""
        self.events.publish(chat.id, "topics", chat.topic_list())

    def show_keyboard(self, chat: SandboxChat, keyboard: dict[str, Any] | None) -> None:
        """Show a reply keyboard in a chat, or remove it."""
        chat.keyboard = keyboard
        self.events.publish(chat.id, "keyboard", keyboard)

    def bot_member(self, status: str) -> dict[str, Any]:
        """Return the bot as a member of a chat."""
        more = {"until_date": 0} if status == "kicked" else {}
        rights = ADMIN_RIGHTS if status == "administrator" else {}
        return {"user": self.me(), "status": status, **more, **rights}

    def press(self, chat: int, user: dict[str, Any], message: Message, data: str) -> str:
        """Send the bot a button press, and return its query id."""
        self._last_query += 1
        query = str(self._last_query)
        self.presses[query] = chat, message["message_id"], self.clock.seconds()
        press = {"id": query, "from": user, "message": message, "data": data}
        self.updates.add("callback_query", press | {"chat_instance": str(chat * 7919)})
        return query

    def change_bot_member(
        self, chat: SandboxChat, user: dict[str, Any], before: str, after: str
    ) -> None:
        """Tell the bot that a user changed its status in a chat."""
        change = {"chat": chat.api_chat(), "from": user, "date": self.clock.seconds()}
        change |= {"old_chat_member": self.bot_member(before)}
        self.updates.add("my_chat_member", change | {"new_chat_member": self.bot_member(after)})

    def _next_message_id(self, chat: SandboxChat) -> int:
        if chat.type in {"supergroup", "channel"}:  # these number their own messages
            chat.last_message_id += 1
            return chat.last_message_id
        self._last_message_id += 1
        return self._last_message_id
