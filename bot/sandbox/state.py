"""Everything that exists on this Telegram: the bot, its chats, people, messages and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from bot.sandbox.events import EventFeed
from bot.sandbox.files import SandboxFiles
from bot.sandbox.updates import UpdateQueue

if TYPE_CHECKING:
    from bot.sandbox.chats import Message, SandboxChat
    from bot.sandbox.clocks import ShiftedClock

BOT_ID = 7_000_000_001
TOKEN = f"{BOT_ID}:sandbox-stands-in-for-Telegram-here"
"""Shaped like a real token, and good for nothing anywhere else."""

ADMIN_RIGHTS = {
    "can_be_edited": False,
    "is_anonymous": False,
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_manage_video_chats": True,
    "can_restrict_members": True,
    "can_promote_members": False,
    "can_change_info": True,
    "can_invite_users": True,
    "can_post_stories": False,
    "can_edit_stories": False,
    "can_delete_stories": False,
    "can_pin_messages": True,
    "can_manage_topics": True,
}
"""What an administrator of a group may do here."""

PRIVATE_CHAT_SCOPES = frozenset({'{"type":"default"}', '{"type":"all_private_chats"}'})


@dataclass(slots=True)
class SandboxProfile:
    """What the bot has said about itself; by language where Telegram keeps it by language."""

    name: dict[str, str] = field(default_factory=lambda: {"": "Haven (rehearsal)"})
    description: dict[str, str] = field(default_factory=dict)
    short_description: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    """By scope (as sorted JSON) and language."""
    menu_button: dict[str, Any] = field(default_factory=lambda: {"type": "commands"})


@dataclass(slots=True)
class PendingPress:
    """A button press that waits for its answer."""

    chat: int
    message: int
    pressed_at: int


class World:
    """The state of the sandbox, all in memory."""

    def __init__(self, clock: ShiftedClock, seed: int) -> None:
        self.clock = clock
        self.rng = Random(seed)  # noqa: S311 - repeatable, and no secret hangs on it
        self.updates = UpdateQueue(clock, self.rng)
        self.files = SandboxFiles(clock)
        self.events = EventFeed()
        self.profile = SandboxProfile()
        self.chats: dict[int, SandboxChat] = {}
        self.users: dict[int, dict[str, Any]] = {}
        """Every user, as messages name them."""
        self.presses: dict[str, PendingPress] = {}
        self.has_private_topics = False
        """Whether the bot may open topics in private chats."""
        self._last_message_id = 0
        self._last_query = self.rng.randrange(1 << 60, 1 << 61)

    def me(self) -> dict[str, Any]:
        """Return the bot as messages name it."""
        return {
            "id": BOT_ID,
            "is_bot": True,
            "first_name": self.profile.name[""],
            "username": "haven_sandbox_bot",
        }

    def profile_state(self) -> dict[str, Any]:
        """Return what apps show of the bot: everything by language, commands of private chats."""
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
        """Put a new message into a chat and return it."""
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
        """Take a message out of a chat, for everybody."""
        del chat.messages[number]
        self.events.publish(chat.id, "deleted", {"message_id": number})

    def mark_edited(self, chat: SandboxChat, message: Message) -> Message:
        """Tell watchers that a message changed, and return it."""
        message["edit_date"] = self.clock.seconds()
        self.events.publish(chat.id, "edited", message)
        return message

    def set_bot_reactions(
        self, chat: SandboxChat, number: int, reactions: list[dict[str, Any]]
    ) -> None:
        """Leave the bot's reactions on a message, or take them back."""
        chat.bot_reactions.pop(number, None)
        if reactions:
            chat.bot_reactions[number] = "".join(one.get("emoji", "") for one in reactions)
        self.events.publish(chat.id, "reaction", {"message_id": number, "reaction": reactions})

    def notify_topics(self, chat: SandboxChat) -> None:
        """Tell watchers which topics there are now."""
        self.events.publish(chat.id, "topics", chat.topic_list())

    def show_keyboard(self, chat: SandboxChat, keyboard: dict[str, Any] | None) -> None:
        """Put a reply keyboard under a chat, or take it away."""
        chat.keyboard = keyboard
        self.events.publish(chat.id, "keyboard", keyboard)

    def bot_member(self, status: str) -> dict[str, Any]:
        """Return the bot as a member of a chat."""
        member: dict[str, Any] = {"user": self.me(), "status": status}
        if status == "kicked":
            member["until_date"] = 0
        if status == "administrator":
            member |= ADMIN_RIGHTS
        return member

    def new_query(self, chat: int, message: int) -> str:
        """Return the number of a new button press."""
        self._last_query += 1
        query = str(self._last_query)
        self.presses[query] = PendingPress(chat, message, self.clock.seconds())
        return query

    def _next_message_id(self, chat: SandboxChat) -> int:
        if chat.type in {"supergroup", "channel"}:  # these count for themselves
            chat.last_message_id += 1
            return chat.last_message_id
        self._last_message_id += 1
        return self._last_message_id
