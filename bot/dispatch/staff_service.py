"""Staff in a batch: commands are run, messages stored, events shown at the desks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.cases.intake import PERSON
from bot.cases.state_machine import CaseState
from bot.cases.urgency import Priority
from bot.clock import SECOND
from bot.dispatch.effects import StaffEffects
from bot.hotline.chat.messages import CaseMessageKind, MessageSide
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.chat.takeover import OPENER, UNTIL_OPENER_ANSWERED
from bot.hotline.chat.unsent_letters import unsent_note
from bot.hotline.commands.links import duplicate_events
from bot.hotline.commands.registry import run_command
from bot.hotline.commands.store import MOVED, refused_commands
from bot.hotline.commands.types import sanitize_text
from bot.hotline.events import Event, EventKind
from bot.hotline.on_call.texts import NOTHING_WAITS, SEEN_REPLY
from bot.hotline.queue import case_status
from bot.hotline.queue.snooze import Snoozes
from bot.hotline.referrals.model import ReferralStage
from bot.hotline.services.companion import note_reply
from bot.mailbox import outbox
from bot.mailbox.letter import WITHDRAWN, Author, Lane, Letter, LetterState
from bot.mailbox.outbox import drop_staff_letters, letter_author

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.cases.intake import Intake
    from bot.dispatch.reminders.deadline_reminders import DeadlineReminders
    from bot.hotline.chat.chat_marks import ChatMarks
    from bot.hotline.chat.messages import CaseMessage, CaseMessages
    from bot.hotline.commands.context import CommandContext, HotlineServices
    from bot.hotline.commands.store import StaffCommands, StoredCommand
    from bot.hotline.commands.types import Command
    from bot.hotline.events import Desk
    from bot.hotline.interpreting.follow import InterpretingFollower
    from bot.hotline.on_call.alarms import OnCallAlarms
    from bot.mailbox.outbox import Outbox
    from bot.mailbox.passphrase_jobs import PassphraseToHash
    from bot.messages import Update
    from bot.store.writer import Work
    from bot.text import Text

FILLED_IN = "fill_in"
"""The audit action of an answer that a caseworker filled in."""
PERSON_LEFT = "leave"
"""The audit action of a person who ended a talk with a caseworker."""
RELEASE_DELAY = SECOND
"""How long a released letter waits for the reply that comes before it."""


@dataclass(frozen=True, slots=True)
class DeskInput:
    """What was done at a desk in one update."""

    commands: list[Command]
    press: str = ""
    """The handle of the press that is to be acknowledged."""


@dataclass(slots=True)
class StaffService:
    """Does for caseworkers what they want in a batch, inside its unit of work."""

    hotline: HotlineServices
    commands: StaffCommands
    messages: CaseMessages
    outbox: Outbox
    intake: Intake
    desks: Sequence[Desk]
    read_group: Callable[[bytes], Update]
    deadline_reminders: DeadlineReminders
    on_call: OnCallAlarms
    interpreting: InterpretingFollower

    def acknowledge_call(self, work: Work, account: int, now: int) -> Text | None:
        """Record that a caseworker saw a call; return the reply, None if it is no caseworker."""
        by = self.hotline.staff.by_account(work, account)
        if by is None:
            return None
        return SEEN_REPLY if self.on_call.acknowledge(work, by.id, now) else NOTHING_WAITS

    def read_commands(self, work: Work, update: Update, raw: bytes, now: int) -> DeskInput | None:
        """Return what caseworkers did with this update; None if its group is no desk."""
        for desk in self.desks:
            if desk.is_ours(update.chat):
                there = self.read_group(raw)
                return DeskInput(desk.read(work, there, now), there.press)
        return None

    def run_command(self, work: Work, command: Command, now: int) -> CommandContext | None:
        """Run a command as far as the case is concerned."""
        return run_command(self.hotline, work, sanitize_text(command), now)

    def finish_commands(
        self, work: Work, commands: Sequence[StoredCommand], ignored: Sequence[StoredCommand],
        events: Sequence[Event], now: int,
    ) -> list[CaseMessage]:  # fmt: skip
        """Delete commands that were run, and keep those whose words go back to who wrote them.

        `ignored` are commands of those whose access has ended: nothing goes back to them.

        Returns:
            Notes that keep messages whose cases had left their writers, to be stored.
        """
        refused = refused_commands(commands, events)
        found = {
            each.id: note
            for each in [*(it for it, _why in refused), *ignored]
            if (note := self._unsent_note(work, each.command, now)) is not None
        }
        self.commands.keep_refused(
            work, [(it, MOVED if it.id in found else why) for it, why in refused]
        )
        kept = {it.id for it, _why in refused}
        self.commands.delete(work, [it for it in commands if it.id not in kept])
        return list(found.values())

    def _unsent_note(self, work: Work, command: Command, now: int) -> CaseMessage | None:
        hotline = self.hotline
        return unsent_note(work, hotline.staff, hotline.phrasebook, command, now)

    def apply_effects(
        self, work: Work, chat_key: bytes, effects: StaffEffects, now: int
    ) -> list[tuple[str, dict[str, object], Priority]]:
        """Store what follows for staff; return what raises the priority of a case."""
        if effects.release_waiting:
            outbox.release_letters(work, chat_key, UNTIL_OPENER_ANSWERED, now + RELEASE_DELAY)
        if effects.withdraw_opener:
            for letter in outbox.withdraw_letters(work, chat_key, now, Author.OPENER):
                self.messages.record_delivery(work, letter, WITHDRAWN, now)
        if effects.withdraw_waiting:
            self._record_withdrawn(work, outbox.withdraw_letters(work, chat_key, now), effects, now)
        if effects.freeze_chat:
            self._record_withdrawn(work, drop_staff_letters(work, chat_key, now), effects, now)
        if effects.confirmed_case:
            Passphrases.confirm_identity(work, effects.confirmed_case, now)
        for letter, text in effects.edited_letters.items():
            self.outbox.replace_text(work, letter, text)
        for message in effects.messages:
            self.intake.store_files(work, message.case, message.content.captioned_files, message.at)
        if not effects.alarms:
            return []
        alarms: dict[str, object] = {"alarms": tuple(sorted(effects.alarms))}
        written = (it for it in effects.messages if it.side is MessageSide.PERSON)
        cases = {message.case for message in written}
        return [(case, alarms, Priority.INFORMATION) for case in cases]

    def compare_check_in(
        self, work: Work, chat_key: bytes, tried: PassphraseToHash, digest: bytes, now: int
    ) -> list[Event]:
        """Compare a hashed text with the answers of a check-in; return what staff have to see.

        The right word is taken out of the case: staff have to know that it came, and not the word.
        """
        events, freezes = self.deadline_reminders.check_in_scheduler.compare_answer(
            work, tried.case, digest, now
        )
        if any(it.kind is EventKind.CHECKED_IN for it in events):
            self.messages.hide_word(work, tried.case, tried.written_at)
        effects = StaffEffects(events=events, freeze_chat=freezes)
        self.apply_effects(work, chat_key, effects, now)
        return effects.events

    def _record_withdrawn(
        self, work: Work, letters: list[int], effects: StaffEffects, now: int
    ) -> None:
        for letter in letters:
            if found := self.messages.record_delivery(work, letter, WITHDRAWN, now):
                case, by = found
                effects.events.append(_result_event(case, by, letter, WITHDRAWN))
                self._answer_lost(work, case, now)

    def _answer_lost(self, work: Work, case: str, now: int) -> None:
        """Let a reply be due again: what was answered did not reach the person."""
        self.hotline.reply_clocks.answer_lost(
            work, case, now, lambda since: self.messages.has_from_person_since(work, case, since)
        )

    def store_messages(
        self, work: Work, messages: Sequence[CaseMessage], events: Sequence[Event], now: int
    ) -> list[Event]:
        """Store messages and update reply times; return the events that follow."""
        self.messages.store(work, messages)
        for it in messages:
            if it.kind is CaseMessageKind.ANSWER:
                self.hotline.audit.record(work, now, it.author, FILLED_IN, it.case)
        after = (self._after_event(work, event, now) for event in events)
        more = [event for event in after if event is not None]
        more += self.interpreting.share_new(work, messages, now)
        more += self._note_replies(work, messages, now)
        return [*more, *duplicate_events(work, [*events, *more])]

    def _note_replies(self, work: Work, messages: Sequence[CaseMessage], now: int) -> list[Event]:
        """Put what people answered about company during questioning into their plans."""
        plans, services = self.hotline.plans, self.hotline.place.services
        day = self.hotline.deadlines.law.date_of(now).isoformat()
        return [
            Event(EventKind.PLAN_CHANGED, it.case)
            for it in messages
            if note_reply(plans, services, work, it, day)
        ]

    def _after_event(self, work: Work, event: Event, now: int) -> Event | None:
        """Start or stop the reply clock of a case; return the event that follows, if any."""
        may_be_closed = event.kind is EventKind.REPORT_ADDED
        if event.kind is EventKind.PERSON_WROTE:
            may_be_closed = not self.hotline.reply_clocks.person_wrote(work, event.case, now)
        elif event.kind is EventKind.HANDED_BACK and event.code:
            self.hotline.audit.record(work, now, PERSON, PERSON_LEFT, event.case, event.code)
        elif event.kind is EventKind.CASEWORKER_WROTE:
            if not _is_opener(event):  # it asks by itself: no one has answered yet
                self.hotline.reply_clocks.answer_waits(work, event.case, now)
        elif event.kind is EventKind.DELAYED and event.code == UNTIL_OPENER_ANSWERED:
            self.hotline.reply_clocks.answer_waits(work, event.case, now)
        elif _is_referral_taken_back(event) and _is_referred(work, event.case):
            # No organisation looks at it any more, so our staff must.
            self.hotline.reply_clocks.person_wrote(work, event.case, now)
        if may_be_closed and self.hotline.claims.reopen_if_closed(work, event.case, now):
            return Event(EventKind.REOPENED, event.case)
        return None

    @staticmethod
    def end_snoozes(
        work: Work, chats: Collection[bytes], marks: ChatMarks | None, now: int
    ) -> list[Event]:
        """End the snoozes of cases whose people do something; return the events.

        The marks tell which cases are snoozed; without them the database is asked.
        """
        if marks is None:
            snoozed = Snoozes.in_chats(work, chats) if chats else []
        else:
            snoozed = [case for chat, case in marks.snoozed if chat in chats]
        ended = Snoozes.end_as_person_wrote(work, snoozed, now)
        return [Event(EventKind.SNOOZE_CHANGED, case) for case in ended]

    def show_events(self, work: Work, events: Sequence[Event], now: int) -> list[Letter]:
        """Store and return the letters that show events at the desks."""
        for event in events:
            Snoozes.after_event(work, event, now)
        events = [*events, *self.interpreting.end_after(work, events, now)]
        shown = [letter for desk in self.desks for letter in desk.show(work, events, now)]
        if not shown:
            return []
        ids = self.outbox.new_ids(work, len(shown))
        letters = [
            Letter(row, key, chat, body, lane=Lane.STAFF, created_at=now)
            for row, (key, chat, body) in zip(ids, shown, strict=True)
        ]
        self.outbox.store(work, letters)
        return letters

    def record_ended(self, work: Work, ended: Sequence[tuple[int, LetterState]], now: int) -> None:
        """Record how letters of humans ended, and show it at the desks."""
        events = []
        for letter, state in ended:
            is_withdrawn = state is LetterState.REFUSED and outbox.is_withdrawn(work, letter)
            how = WITHDRAWN if is_withdrawn else state.value
            if found := self.messages.record_delivery(work, letter, how, now):
                case, by = found
                events.append(_result_event(case, by, letter, how))
                if letter_author(work, letter) != Author.OPENER:
                    self._note_answer_ended(work, case, letter, state, now)
            elif state is not LetterState.SENT and (
                event := self.deadline_reminders.note_undelivered(work, letter, state.value, now)
            ):
                events.append(event)
        if events:
            self.show_events(work, events, now)

    def _note_answer_ended(
        self, work: Work, case: str, letter: int, state: LetterState, now: int
    ) -> None:
        if state is LetterState.SENT:
            # A delayed letter answers the person only now, but nothing they wrote after it.
            if not self.messages.has_newer_from_person(work, letter):
                self.hotline.reply_clocks.caseworker_answered(work, case, now)
        elif state is not LetterState.UNCERTAIN:
            self._answer_lost(work, case, now)


def _result_event(case: str, by: str, letter: int, code: str) -> Event:
    return Event(EventKind.DELIVERY_RESULT, case, by, code=code, letter=letter)


def _is_opener(event: Event) -> bool:
    return event.message is not None and event.message.content.code == OPENER


def _is_referred(work: Work, case: str) -> bool:
    status = case_status.load(work, case)
    return status is not None and status.state is CaseState.REFERRED


def _is_referral_taken_back(event: Event) -> bool:
    """Return whether the person took back a consent to a referral."""
    revoked = ReferralStage.REVOKED.value
    return event.kind is EventKind.REFERRED and event.code == revoked and not event.by


def with_desk(events: Sequence[Event], reply_to: str) -> list[Event]:
    """Return the events of a command, with the desk it came from."""
    if not reply_to:
        return list(events)
    return [event if event.reply_to else replace(event, reply_to=reply_to) for event in events]
