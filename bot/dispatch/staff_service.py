"""The staff's side of a batch: orders are carried out, what was written is kept, desks are told."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.cases.urgency import Priority
from bot.dispatch.effects import Staffing
from bot.hotline.chat.messages import Side
from bot.hotline.chat.passphrases import Recognition
from bot.hotline.chat.takeover import UNTIL_MET
from bot.hotline.commands.links import Linking
from bot.hotline.commands.types import decode, encode, straight
from bot.hotline.events import Event, Happened
from bot.hotline.queue.snooze import Laters
from bot.mailbox import outbox_holds
from bot.mailbox.clear_chat import take_back
from bot.mailbox.inbox import Arrival
from bot.mailbox.letter import Author, Lane, Letter, State
from bot.mailbox.outbox_holds import reword
from bot.messages import Kind, Update

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.cases.intake import Intake
    from bot.dispatch.deadline_reminders import Reminding
    from bot.hotline.chat.messages import Exchange, Exchanges
    from bot.hotline.check_ins.store import CheckIns
    from bot.hotline.commands.context import Order
    from bot.hotline.commands.handlers import Orders
    from bot.hotline.commands.types import Command
    from bot.hotline.events import Desk
    from bot.hotline.referrals.store import Referrals
    from bot.mailbox.inbox import Inbox
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work

WITHDRAWN = "withdrawn"
"""How a letter ended that nobody wanted any more before it could go."""
AFTER_THE_REST = 1_000_000
"""Microseconds what was held back waits for the words that come before it."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done at a desk in one update."""

    commands: list[Command]
    press: str = ""
    """The button to be acknowledged."""


@dataclass(slots=True)
class StaffSide:
    """What the dispatcher needs to serve caseworkers, inside its units of work."""

    orders: Orders
    exchanges: Exchanges
    outbox: Outbox
    intake: Intake
    referrals: Referrals
    desks: Sequence[Desk]
    read_group: Callable[[bytes], Update]
    reminding: Reminding
    check_ins: CheckIns

    def __post_init__(self) -> None:
        """Hear how caseworkers' letters end."""
        self.outbox.when_ended = self._letters_ended

    def commands(self, work: Work, update: Update, raw: bytes, now: int) -> Done | None:
        """Return what caseworkers do with this update; None when it is none of a desk's."""
        if update.kind is Kind.COMMAND:
            return Done([decode(raw)])
        for desk in self.desks:
            if desk.is_ours(update.chat):
                there = self.read_group(raw)
                return Done(desk.read(work, there, now), there.press)
        return None

    def carry_out(self, work: Work, command: Command, now: int) -> Order | None:
        """Carry a command out as far as the case is concerned."""
        order = self.orders.carry_out(work, straight(command), now)
        if order is not None:
            Laters.worked(work, order)
        return order

    def follow(
        self, work: Work, chat_key: bytes, staffing: Staffing, now: int
    ) -> list[tuple[str, dict[str, object], Priority]]:
        """Let go or take back what waited in a chat; return what makes its case more urgent."""
        if staffing.releases:
            outbox_holds.release(work, chat_key, UNTIL_MET, now + AFTER_THE_REST)
        if staffing.greets_anew:
            for letter in outbox_holds.withdraw(work, chat_key, now, Author.OPENER):
                self.exchanges.settle(work, letter, WITHDRAWN)
        if staffing.drops:
            self._withdrawn(work, outbox_holds.withdraw(work, chat_key, now), staffing)
        if staffing.freezes:
            self._withdrawn(work, take_back(work, chat_key, now), staffing)
        if staffing.confirms:
            Recognition.confirm(work, staffing.confirms, now)
        for letter, words in staffing.reworded.items():
            reword(self.outbox, work, letter, words)
        for it in staffing.exchanges:
            self.intake.keep_files(work, it.case, it.content.files, it.at)
        if not staffing.alarms:
            return []
        alarms: dict[str, object] = {"alarms": tuple(sorted(staffing.alarms))}
        cases = {it.case for it in staffing.exchanges if it.side is Side.PERSON}
        return [(case, alarms, Priority.INFORMATION) for case in cases]

    def compare(
        self, work: Work, chat_key: bytes, case: str, digest: bytes, now: int
    ) -> list[Event]:
        """Return what staff have to see of a word that came at the hour agreed on."""
        events, freezes = self.reminding.checking.compared(work, case, digest, now)
        staffing = Staffing(events=events, freezes=freezes)
        self.follow(work, chat_key, staffing, now)
        return staffing.events

    def _withdrawn(self, work: Work, letters: list[int], staffing: Staffing) -> None:
        for letter in letters:
            if found := self.exchanges.settle(work, letter, WITHDRAWN):
                case, by = found
                staffing.events.append(_ended(case, by, letter, WITHDRAWN))

    def keep(
        self, work: Work, written: Sequence[Exchange], events: Sequence[Event], now: int
    ) -> list[Event]:
        """Store what was written, and start and stop clocks; return what follows from that."""
        self.exchanges.keep(work, written)
        noted = (self.orders.note(work, event, now) for event in events)
        more = [event for event in noted if event is not None]
        return [*more, *Linking.follow(work, [*events, *more])]

    @staticmethod
    def wrote(work: Work, chats: Collection[bytes], now: int) -> list[Event]:
        """Bring back whatever was put aside of people who do something; return what that is."""
        found = Laters.wrote(work, chats, now) if chats else []
        return [Event(Happened.PUT_OFF, case) for case in found]

    def show(self, work: Work, events: Sequence[Event], now: int) -> list[Letter]:
        """Store and return the letters that show events at the desks."""
        for event in events:
            Laters.note(work, event, now)
        shown = [letter for desk in self.desks for letter in desk.show(work, events, now)]
        if not shown:
            return []
        numbers = self.outbox.numbers(work, len(shown))
        letters = [
            Letter(number, key, chat, body, lane=Lane.STAFF, created_at=now)
            for number, (key, chat, body) in zip(numbers, shown, strict=True)
        ]
        self.outbox.keep(work, letters)
        return letters

    def _letters_ended(self, work: Work, ended: Sequence[tuple[int, State]], now: int) -> None:
        """Note how caseworkers' letters ended; the courier finds what shows it at the desks."""
        events = []
        for letter, state in ended:
            if found := self.exchanges.settle(work, letter, state.value):
                case, by = found
                events.append(_ended(case, by, letter, state.value))
                if state is State.SENT:  # what was held back answers only now
                    self.orders.note(work, Event(Happened.SAID, case, by), now)
            elif state is not State.SENT and (
                event := self.reminding.kept_back(work, letter, state.value, now)
            ):
                events.append(event)
        if events:
            self.show(work, events, now)


def write_down(work: Work, inbox: Inbox, command: Command, now: int) -> None:
    """Leave a command for the bot's process, which carries it out within a second."""
    # Below 0: no channel counts like that, so no update of anybody's can pass for a command.
    number = -1 - secrets.randbelow(2**62)
    inbox.keep_waiting(work, [Arrival.of(number, encode(command))], now)


def _ended(case: str, by: str, letter: int, code: str) -> Event:
    return Event(Happened.SETTLED, case, by, code=code, letter=letter)


def standing_at(events: Sequence[Event], at_desk: str) -> list[Event]:
    """Return what came of a command, with where whoever gave it stands."""
    if not at_desk:
        return list(events)
    return [event if event.at_desk else replace(event, at_desk=at_desk) for event in events]


def numbered(events: Sequence[Event], letters: dict[int, int]) -> list[Event]:
    """Return events whose exchanges know the letters they went into, by the exchange's identity."""
    return [
        replace(event, exchange=replace(event.exchange, letter=letters[id(event.exchange)]))
        if event.exchange is not None and id(event.exchange) in letters
        else event
        for event in events
    ]
