"""What an independent Bot API wrote down: what it handed out, had confirmed, and delivered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that stands in a chat, in the order of arrival."""

    chat: int
    message_id: int
    field: str
    text: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    """The buttons below it: label and data."""


@dataclass(frozen=True, slots=True)
class Called:
    """One call, and what was answered: a status, or the name of a fault."""

    method: str
    parameters: dict[str, Any]
    outcome: str


@dataclass(slots=True)
class BotApiRecord:
    """Everything that happened, seen from Telegram's side."""

    calls: list[Called] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    handed_out: Counter[int] = field(default_factory=Counter)
    """How often each update was in an answer, whether or not that answer arrived."""
    confirmed: list[int] = field(default_factory=list)
    """Updates below an offset that was asked for, in the order of confirmation."""
    complaints: list[str] = field(default_factory=list)
    """Calls that break the documentation."""

    def texts(self, chat: int) -> list[str]:
        """Return the texts of a chat, in the order of arrival."""
        return [it.text for it in self.delivered if it.chat == chat and it.field == "text"]

    def times(self, text: str, chat: int = 0) -> int:
        """Return how often a text was delivered, to one chat or to all."""
        return sum(it.text == text and chat in {0, it.chat} for it in self.delivered)

    def of(self, method: str) -> list[Called]:
        """Return the calls of one method."""
        return [it for it in self.calls if it.method == method]
