"""A chat with its members, messages and topics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]


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
