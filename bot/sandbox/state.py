"""Everything that exists on this Telegram: the bot, its chats, people, messages and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from bot.sandbox.events import Events
from bot.sandbox.files import Files
from bot.sandbox.updates import Updates

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.clocks import MovedClock

BOT_ID = 7_000_000_001
TOKEN = f"{BOT_ID}:sandbox-stands-in-for-Telegram-here"
"""Shaped like a real token, and good for nothing anywhere else."""

RIGHTS = {
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

SCOPES_OF_A_PRIVATE_CHAT = frozenset({'{"type":"default"}', '{"type":"all_private_chats"}'})


@dataclass(slots=True)
class Profile:
    """What the bot has said about itself; by language where Telegram keeps it by language."""

    name: dict[str, str] = field(default_factory=lambda: {"": "Haven (rehearsal)"})
    description: dict[str, str] = field(default_factory=dict)
    short_description: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    """By scope (as sorted JSON) and language."""
    menu_button: dict[str, Any] = field(default_factory=lambda: {"type": "commands"})


@dataclass(slots=True)
class Press:
    """A button press that waits for its answer."""

    chat: int
    message: int
    pressed_at: int


class World:
    """The state of the sandbox, all in memory."""

    def __init__(self, clock: MovedClock, seed: int) -> None:
        self.clock = clock
        self.dice = Random(seed)  # noqa: S311 - repeatable, and no secret hangs on it
        self.updates = Updates(clock, self.dice)
        self.files = Files(clock)
        self.events = Events()
        self.profile = Profile()
        self.chats: dict[int, Chat] = {}
        self.people: dict[int, dict[str, Any]] = {}
        """Every user, as messages name them."""
        self.presses: dict[str, Press] = {}
        self.has_private_topics = False
        """Whether the bot may open topics in private chats."""
        self._last_number = 0
        self._last_query = self.dice.randrange(1 << 60, 1 << 61)

    def me(self) -> dict[str, Any]:
        """Return the bot as messages name it."""
        return {
            "id": BOT_ID,
            "is_bot": True,
            "first_name": self.profile.name[""],
            "username": "haven_sandbox_bot",
        }

    def profile_as_seen(self) -> dict[str, Any]:
        """Return what apps show of the bot: everything by language, commands of private chats."""
        profile = self.profile
        commands: dict[str, list[dict[str, str]]] = {}
        for (scope, language), menu in profile.commands.items():
            if scope in SCOPES_OF_A_PRIVATE_CHAT and (language not in commands or "all" in scope):
                commands[language] = menu
        return {
            "name": profile.name,
            "username": self.me()["username"],
            "description": profile.description,
            "short_description": profile.short_description,
            "commands": commands,
        }

    def post(self, chat: Chat, sender: dict[str, Any] | None, content: dict[str, Any]) -> Message:
        """Put a new message into a chat and return it."""
        message: Message = {"message_id": self._number_in(chat)}
        if sender is not None:
            message["from"] = sender
        message["chat"] = chat.brief()
        message["date"] = self.clock.seconds()
        message.update(content)
        chat.messages[message["message_id"]] = message
        self.events.tell(chat.id, "message", message)
        return message

    def remove(self, chat: Chat, number: int) -> None:
        """Take a message out of a chat, for everybody."""
        del chat.messages[number]
        self.events.tell(chat.id, "deleted", {"message_id": number})

    def edited(self, chat: Chat, message: Message) -> Message:
        """Tell watchers that a message changed, and return it."""
        message["edit_date"] = self.clock.seconds()
        self.events.tell(chat.id, "edited", message)
        return message

    def sign(self, chat: Chat, number: int, reactions: list[dict[str, Any]]) -> None:
        """Leave the bot's reactions on a message, or take them back."""
        chat.signs.pop(number, None)
        if reactions:
            chat.signs[number] = "".join(one.get("emoji", "") for one in reactions)
        self.events.tell(chat.id, "reaction", {"message_id": number, "reaction": reactions})

    def topics_changed(self, chat: Chat) -> None:
        """Tell watchers which topics there are now."""
        self.events.tell(chat.id, "topics", chat.topics_as_seen())

    def show_keyboard(self, chat: Chat, keyboard: dict[str, Any] | None) -> None:
        """Put a reply keyboard under a chat, or take it away."""
        chat.keyboard = keyboard
        self.events.tell(chat.id, "keyboard", keyboard)

    def membership(self, status: str) -> dict[str, Any]:
        """Return the bot as a member of a chat."""
        member: dict[str, Any] = {"user": self.me(), "status": status}
        if status == "kicked":
            member["until_date"] = 0
        if status == "administrator":
            member |= RIGHTS
        return member

    def new_query(self, chat: int, message: int) -> str:
        """Return the number of a new button press."""
        self._last_query += 1
        query = str(self._last_query)
        self.presses[query] = Press(chat, message, self.clock.seconds())
        return query

    def _number_in(self, chat: Chat) -> int:
        if chat.type in {"supergroup", "channel"}:  # these count for themselves
            chat.last_number += 1
            return chat.last_number
        self._last_number += 1
        return self._last_number
