"""A command while it is carried out: whose case it concerns, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.urgency import Priority
from bot.hotline.chat.messages import CaseMessage, CaseMessageContent, CaseMessageKind, MessageSide
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.commands.texts import CHAT_FROZEN
from bot.hotline.events import Event, EventKind

if TYPE_CHECKING:
    from bot.hotline.chat.takeover import ChatAction
    from bot.hotline.commands.types import Command
    from bot.hotline.staff.staff import Caseworker
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work
    from bot.text import Text


@dataclass(frozen=True, slots=True)
class CaseContact:
    """A case as far as an order needs it."""

    case: str
    reference: str
    chat_key: bytes
    chat: int
    language: str
    rule: str
    holder: str | None
    priority: int


@dataclass(slots=True)
class CommandContext:
    """A command being carried out."""

    work: Work
    command: Command
    by: Caseworker
    contact: CaseContact | None
    now: int
    events: list[Event] = field(default_factory=list)
    actions: list[ChatAction] = field(default_factory=list)
    notes: list[CaseMessage] = field(default_factory=list)
    """What is kept whatever the conversation does: notes."""

    @property
    def case(self) -> str:
        """Return the case's id, empty where the order concerns none."""
        return self.contact.case if self.contact else ""

    @property
    def is_emergency(self) -> bool:
        """Tell whether somebody was in danger."""
        return self.contact is not None and self.contact.priority == Priority.EMERGENCY

    def may_write(self) -> bool:
        """Tell whether anything may be sent to the person at all; if not, say why."""
        if Passphrases.is_frozen(self.work, self.case):
            self.refuse(CHAT_FROZEN)
            return False
        return True

    def reply(self, text: Text, **values: str) -> None:
        """Tell whoever gave the order what came of it."""
        self.events.append(
            Event(EventKind.COMMAND_RESULT, self.case, to=(self.by.id,), text=text, values=values,
                  reply_to=self.command.reply_to)
        )  # fmt: skip

    def refuse(self, text: Text, deadlines: tuple[Deadline, ...] = (), /, **values: str) -> None:
        """Tell them why nothing came of it, and of which clocks of the law that speaks."""
        self.events.append(
            Event(EventKind.COMMAND_RESULT, self.case, to=(self.by.id,), text=text, values=values,
                  deadlines=deadlines, reply_to=self.command.reply_to, is_refused=True)
        )  # fmt: skip

    def add_note(self) -> None:
        """Keep what somebody said with their order as a note, if they said anything."""
        if not self.command.text.strip():
            return
        content = CaseMessageContent(text=self.command.text)
        it = CaseMessage(
            self.case, MessageSide.NOTE, CaseMessageKind.TEXT, content, self.now, self.by.id
        )
        self.notes.append(it)
        self.events.append(Event(EventKind.NOTE_ADDED, self.case, self.by.id, message=it))

    def add_event(self, kind: EventKind, code: str = "", **values: str) -> None:
        """Let every desk know."""
        self.events.append(Event(kind, self.case, self.by.id, code=code, values=values))
