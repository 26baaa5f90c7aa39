"""A command while it is carried out: whose case it concerns, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.urgency import Priority
from bot.hotline.chat.messages import Content, Exchange, Side, Sort
from bot.hotline.chat.passphrases import Recognition
from bot.hotline.commands.texts import FROZEN
from bot.hotline.events import Event, Happened

if TYPE_CHECKING:
    from bot.hotline.chat.takeover import Deed
    from bot.hotline.commands.types import Command
    from bot.hotline.staff.staff import Caseworker
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work
    from bot.text import Text


@dataclass(frozen=True, slots=True)
class Whereabouts:
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
class Order:
    """A command being carried out."""

    work: Work
    command: Command
    by: Caseworker
    where: Whereabouts | None
    now: int
    events: list[Event] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    """What is kept whatever the conversation does: notes."""

    @property
    def case(self) -> str:
        """Return the case's id, empty where the order concerns none."""
        return self.where.case if self.where else ""

    @property
    def was_hard(self) -> bool:
        """Tell whether somebody was in danger."""
        return self.where is not None and self.where.priority == Priority.EMERGENCY

    def may_write(self) -> bool:
        """Tell whether anything may be sent to the person at all; if not, say why."""
        if Recognition.is_frozen(self.work, self.case):
            self.refuse(FROZEN)
            return False
        return True

    def tell(self, text: Text, **values: str) -> None:
        """Tell whoever gave the order what came of it."""
        self.events.append(
            Event(Happened.TOLD, self.case, to=(self.by.id,), text=text, values=values,
                  at_desk=self.command.at_desk)
        )  # fmt: skip

    def refuse(self, text: Text, running: tuple[Deadline, ...] = (), /, **values: str) -> None:
        """Tell them why nothing came of it, and of which clocks of the law that speaks."""
        self.events.append(
            Event(Happened.TOLD, self.case, to=(self.by.id,), text=text, values=values,
                  running=running, at_desk=self.command.at_desk, is_refused=True)
        )  # fmt: skip

    def keep_note(self) -> None:
        """Keep what somebody said with their order as a note, if they said anything."""
        if not self.command.words.strip():
            return
        content = Content(words=self.command.words)
        it = Exchange(self.case, Side.NOTE, Sort.WORDS, content, self.now, self.by.id)
        self.exchanges.append(it)
        self.events.append(Event(Happened.NOTED, self.case, self.by.id, exchange=it))

    def happened(self, what: Happened, code: str = "", **values: str) -> None:
        """Let every desk know."""
        self.events.append(Event(what, self.case, self.by.id, code=code, values=values))
