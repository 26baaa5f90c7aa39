"""The staff's side of a batch: orders are carried out, what was written is kept, desks are told."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.cases.urgency import Priority
from bot.dispatch.effects import StaffEffects
from bot.hotline.chat.messages import MessageSide
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.chat.takeover import UNTIL_OPENER_ANSWERED
from bot.hotline.commands.links import LinkCommands
from bot.hotline.commands.types import decode, encode, sanitize_text
from bot.hotline.events import Event, EventKind
from bot.hotline.queue.snooze import Snoozes
from bot.mailbox import outbox_holds
from bot.mailbox.clear_chat import drop_staff_letters
from bot.mailbox.inbox import Arrival
from bot.mailbox.letter import Author, Lane, Letter, LetterState
from bot.mailbox.outbox_holds import replace_text
from bot.messages import Update, UpdateKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.cases.intake import Intake
    from bot.dispatch.deadline_reminders import DeadlineReminders
    from bot.hotline.chat.messages import CaseMessage, CaseMessages
    from bot.hotline.check_ins.store import CheckIns
    from bot.hotline.commands.context import CommandContext
    from bot.hotline.commands.handlers import CommandHandlers
    from bot.hotline.commands.types import Command
    from bot.hotline.events import Desk
    from bot.hotline.referrals.store import Referrals
    from bot.mailbox.inbox import Inbox
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work

WITHDRAWN = "withdrawn"
"""How a letter ended that nobody wanted any more before it could go."""
RELEASE_DELAY = 1_000_000
"""Microseconds what was held back waits for the words that come before it."""


@dataclass(frozen=True, slots=True)
class DeskInput:
    """What was done at a desk in one update."""

    commands: list[Command]
    press: str = ""
    """The button to be acknowledged."""


@dataclass(slots=True)
class StaffService:
    """What the dispatcher needs to serve caseworkers, inside its units of work."""

    handlers: CommandHandlers
    messages: CaseMessages
    outbox: Outbox
    intake: Intake
    referrals: Referrals
    desks: Sequence[Desk]
    read_group: Callable[[bytes], Update]
    deadline_reminders: DeadlineReminders
    check_ins: CheckIns

    def __post_init__(self) -> None:
        """Hear how caseworkers' letters end."""
        self.outbox.on_ended = self._record_ended

    def read_commands(self, work: Work, update: Update, raw: bytes, now: int) -> DeskInput | None:
        """Return what caseworkers do with this update; None when it is none of a desk's."""
        if update.kind is UpdateKind.COMMAND:
            return DeskInput([decode(raw)])
        for desk in self.desks:
            if desk.is_ours(update.chat):
                there = self.read_group(raw)
                return DeskInput(desk.read(work, there, now), there.press)
        return None

    def run_command(self, work: Work, command: Command, now: int) -> CommandContext | None:
        """Carry a command out as far as the case is concerned."""
        order = self.handlers.handle(work, sanitize_text(command), now)
        if order is not None:
            Snoozes.after_command(work, order)
        return order

    def apply_effects(
        self, work: Work, chat_key: bytes, effects: StaffEffects, now: int
    ) -> list[tuple[str, dict[str, object], Priority]]:
        """Let go or take back what waited in a chat; return what makes its case more urgent."""
        if effects.release_waiting:
            outbox_holds.release_letters(work, chat_key, UNTIL_OPENER_ANSWERED, now + RELEASE_DELAY)
        if effects.withdraw_opener:
            for letter in outbox_holds.withdraw_letters(work, chat_key, now, Author.OPENER):
                self.messages.record_delivery(work, letter, WITHDRAWN)
        if effects.withdraw_waiting:
            self._record_withdrawn(
                work, outbox_holds.withdraw_letters(work, chat_key, now), effects
            )
        if effects.freeze_chat:
            self._record_withdrawn(work, drop_staff_letters(work, chat_key, now), effects)
        if effects.confirmed_case:
            Passphrases.confirm_identity(work, effects.confirmed_case, now)
        for letter, words in effects.edited_letters.items():
            replace_text(self.outbox, work, letter, words)
        for it in effects.messages:
            self.intake.store_files(work, it.case, it.content.files, it.at)
        if not effects.alarms:
            return []
        alarms: dict[str, object] = {"alarms": tuple(sorted(effects.alarms))}
        cases = {it.case for it in effects.messages if it.side is MessageSide.PERSON}
        return [(case, alarms, Priority.INFORMATION) for case in cases]

    def compare_check_in(
        self, work: Work, chat_key: bytes, case: str, digest: bytes, now: int
    ) -> list[Event]:
        """Return what staff have to see of a word that came at the hour agreed on."""
        events, freezes = self.deadline_reminders.check_in_scheduler.compare_answer(
            work, case, digest, now
        )
        staffing = StaffEffects(events=events, freeze_chat=freezes)
        self.apply_effects(work, chat_key, staffing, now)
        return staffing.events

    def _record_withdrawn(self, work: Work, letters: list[int], staffing: StaffEffects) -> None:
        for letter in letters:
            if found := self.messages.record_delivery(work, letter, WITHDRAWN):
                case, by = found
                staffing.events.append(_settled_event(case, by, letter, WITHDRAWN))

    def store_messages(
        self, work: Work, messages: Sequence[CaseMessage], events: Sequence[Event], now: int
    ) -> list[Event]:
        """Store what was written, and start and stop clocks; return what follows from that."""
        self.messages.store(work, messages)
        noted = (self.handlers.after_event(work, event, now) for event in events)
        more = [event for event in noted if event is not None]
        return [*more, *LinkCommands.duplicate_events(work, [*events, *more])]

    @staticmethod
    def end_snoozes(work: Work, chats: Collection[bytes], now: int) -> list[Event]:
        """Bring back whatever was put aside of people who do something; return what that is."""
        found = Snoozes.unsnooze_chats(work, chats, now) if chats else []
        return [Event(EventKind.SNOOZE_CHANGED, case) for case in found]

    def show_events(self, work: Work, events: Sequence[Event], now: int) -> list[Letter]:
        """Store and return the letters that show events at the desks."""
        for event in events:
            Snoozes.after_event(work, event, now)
        shown = [letter for desk in self.desks for letter in desk.show(work, events, now)]
        if not shown:
            return []
        numbers = self.outbox.new_ids(work, len(shown))
        letters = [
            Letter(number, key, chat, body, lane=Lane.STAFF, created_at=now)
            for number, (key, chat, body) in zip(numbers, shown, strict=True)
        ]
        self.outbox.store(work, letters)
        return letters

    def _record_ended(self, work: Work, ended: Sequence[tuple[int, LetterState]], now: int) -> None:
        """Note how caseworkers' letters ended; the courier finds what shows it at the desks."""
        events = []
        for letter, state in ended:
            if found := self.messages.record_delivery(work, letter, state.value):
                case, by = found
                events.append(_settled_event(case, by, letter, state.value))
                if state is LetterState.SENT:  # what was held back answers only now
                    self.handlers.after_event(
                        work, Event(EventKind.CASEWORKER_WROTE, case, by), now
                    )
            elif state is not LetterState.SENT and (
                event := self.deadline_reminders.note_undelivered(work, letter, state.value, now)
            ):
                events.append(event)
        if events:
            self.show_events(work, events, now)


def store_command(work: Work, inbox: Inbox, command: Command, now: int) -> None:
    """Leave a command for the bot's process, which carries it out within a second."""
    # Below 0: no channel counts like that, so no update of anybody's can pass for a command.
    number = -1 - secrets.randbelow(2**62)
    inbox.store_waiting(work, [Arrival.of(number, encode(command))], now)


def _settled_event(case: str, by: str, letter: int, code: str) -> Event:
    return Event(EventKind.DELIVERY_RESULT, case, by, code=code, letter=letter)


def with_desk(events: Sequence[Event], at_desk: str) -> list[Event]:
    """Return what came of a command, with where whoever gave it stands."""
    if not at_desk:
        return list(events)
    return [event if event.reply_to else replace(event, reply_to=at_desk) for event in events]


def with_letter_ids(events: Sequence[Event], letters: dict[int, int]) -> list[Event]:
    """Return events whose exchanges know the letters they went into, by the exchange's identity."""
    return [
        replace(event, message=replace(event.message, letter=letters[id(event.message)]))
        if event.message is not None and id(event.message) in letters
        else event
        for event in events
    ]
