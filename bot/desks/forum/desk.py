"""The forum desk as the dispatcher knows it: it reads what caseworkers do, and shows events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.forum.command_handlers import Reading
from bot.desks.forum.context import Place
from bot.desks.forum.event_view import Showing
from bot.desks.forum.topics import key_of, move, stands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desks.forum.context import Setup
    from bot.hotline.commands.types import Command
    from bot.hotline.events import Event
    from bot.messages import Body, Update
    from bot.store.writer import Work

MOVED, BECAME = "migrate_to_chat_id", "migrate_from_chat_id"


class Forum:
    """A Telegram group with topics in which caseworkers answer."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.place = Place(setup.group)
        self._reading = Reading(setup)
        self._answers: list[tuple[str, Body]] = []
        self._answered_in: Work | None = None

    def settle_in(self, work: Work) -> None:
        """Learn where the group stands now; once, before anything is read."""
        self.place.now = stands(work, self.place.named)

    def is_ours(self, chat: int) -> bool:
        """Tell whether the desk stands in this group, or stood there before it became another."""
        return chat in self.place

    def read(self, work: Work, update: Update, now: int) -> list[Command]:
        """Return what was done there; nothing, when whoever did it may do nothing."""
        if update.note == MOVED:
            self.moved(work, int(update.words or 0))
        if update.note in {MOVED, BECAME, "my_chat_member", "group"}:
            return []
        asked = self._reading.asked(work, update, self.place.now, now)
        if asked is None:
            return []
        commands = self._reading.commands(asked)
        if asked.topic is not None and asked.answers:
            self.setup.topics.keep(work, self.place.now, asked.topic)
        if self._answered_in is not work:  # what a unit of work that failed left is nobody's answer
            self._answers, self._answered_in = [], work
        self._answers += asked.answers
        return commands

    def show(self, work: Work, events: Sequence[Event], now: int) -> list[tuple[bytes, int, Body]]:
        """Return letters that show events, and the answers to what was just read."""
        showing = Showing(self.setup, self.place, work, now)
        if self._answered_in is work:
            showing.bodies += self._answers
        self._answers, self._answered_in = [], None
        showing.show(events)
        return [(self._key(case), self.place.now, body) for case, body in showing.bodies]

    def moved(self, work: Work, to: int) -> None:
        """Go where the group went."""
        if to < 0 and to != self.place.now:
            move(work, self.place.named, to)
            self.place.now = to

    def _key(self, case: str) -> bytes:
        return key_of(self.setup.vault, self.place.named, case)
