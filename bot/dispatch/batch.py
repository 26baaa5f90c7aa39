"""Many updates in one transaction: parse, take their turns, store everything that follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from bot.cases.consents import ConsentRecords
from bot.conversation import Position
from bot.dispatch.callback_data import ON_CALL_BUTTON
from bot.dispatch.conversation_store import (
    Conversation,
    ConversationRow,
    ids_of_hour,
    session_mark,
    takeover_of,
)
from bot.dispatch.hotline_adapter import HotlineAdapter
from bot.dispatch.letter_ids import (
    TurnLetters,
    add_removals,
    attribute_letters,
    build_letters,
    release_in_batch,
    resolve_ids,
)
from bot.dispatch.staff_service import RELEASE_DELAY, with_desk
from bot.dispatch.turn.turn import TurnHandler
from bot.errors import UnreadableUpdateError
from bot.hotline.chat.chat_marks import ChatMarks
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.chat.unsent_letters import unsent_event
from bot.hotline.check_ins.store import TRIED, CheckIns
from bot.hotline.events import Event, EventKind
from bot.languages import catalogue
from bot.languages.typed.load_lists import load_lists
from bot.log import log
from bot.mailbox.canary import CANARY_CHAT
from bot.mailbox.inbox import Arrival
from bot.mailbox.letter import Author, Lane, Letter
from bot.mailbox.outbox import drop_bot_letters
from bot.messages import LeaveGroup, Toast, Update, UpdateKind
from bot.vault import AuditLog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.cases.consents import QuestionWording
    from bot.cases.intake import Intake, NewCase, NewReport
    from bot.cases.urgency import Priority
    from bot.dispatch.conversation_store import Conversations
    from bot.dispatch.effects import Effects
    from bot.dispatch.staff_service import StaffService
    from bot.dispatch.turn_services import TurnServices
    from bot.hotline.chat.messages import CaseMessage
    from bot.hotline.chat.takeover import ChatAction
    from bot.hotline.commands.context import CaseContact
    from bot.hotline.commands.store import StoredCommand
    from bot.hotline.commands.types import Command
    from bot.hotline.figures.session_counts import SessionMove
    from bot.mailbox.courier import Mailbox
    from bot.mailbox.passphrase_jobs import PassphraseJob, PassphraseToHash
    from bot.store.writer import Work

_CONVERSATION_KINDS = frozenset(UpdateKind) - {UpdateKind.IGNORED, UpdateKind.GROUP}
"""Kinds that belong to a conversation with one person."""
_KeyedArrival = tuple[Arrival, Update, bytes]
"""What arrived, what it says, and the key of its chat."""
_COMMAND = "command"
"""The name under which commands are counted among the updates."""


@dataclass(slots=True)
class BatchResult:
    """What is to be done outside the database once a batch is stored."""

    letters: list[Letter] = field(default_factory=list)
    toasts: list[tuple[int, Toast]] = field(default_factory=list)
    groups_to_leave: list[int] = field(default_factory=list)
    opened_cases: list[NewCase] = field(default_factory=list)
    has_passphrases: bool = False
    handled_count: int = 0
    is_routine: bool = True
    """Whether people were only answered: no other process and no desk has anything to look at."""

    def add(self, later: BatchResult) -> None:
        """Add what is to be done for a later part of the same batch."""
        self.letters += later.letters
        self.toasts += later.toasts
        self.groups_to_leave += later.groups_to_leave
        self.opened_cases += later.opened_cases
        self.has_passphrases |= later.has_passphrases
        self.handled_count += later.handled_count
        self.is_routine &= later.is_routine


@dataclass(slots=True)
class _Batch:
    """What has come of a batch so far."""

    now: int
    rows: dict[bytes, ConversationRow]
    handled: list[Arrival] = field(default_factory=list)
    changed: dict[bytes, ConversationRow] = field(default_factory=dict)
    turns: list[TurnLetters] = field(default_factory=list)
    letter_count: int = 0
    """Letters of the turns so far."""
    passphrases: list[tuple[bytes, PassphraseToHash]] = field(default_factory=list)
    new_cases: list[NewCase] = field(default_factory=list)
    chats_with_new_case: set[bytes] = field(default_factory=set)
    reports: list[NewReport] = field(default_factory=list)
    priority_raises: list[tuple[str, dict[str, object], Priority]] = field(default_factory=list)
    blocked_chats: list[bytes] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    has_desk_input: bool = False
    """Whether something was done at a desk, which may be shown there although nothing happened."""
    messages: list[CaseMessage] = field(default_factory=list)
    after_store: list[Callable[[Work], Sequence[Event] | None]] = field(default_factory=list)
    """What is stored with cases, once they are."""
    wordings: dict[bytes, tuple[QuestionWording, str]] = field(default_factory=dict)
    update_counts: Counter[str] = field(default_factory=Counter)
    session_moves: list[SessionMove] = field(default_factory=list)
    is_routine: bool = False
    """Whether its turns have written nothing themselves."""
    result: BatchResult = field(default_factory=BatchResult)


class BatchProcessor:
    """Takes batches of arrivals inside units of work."""

    def __init__(
        self,
        *,
        mailbox: Mailbox,
        conversations: Conversations,
        intake: Intake,
        services: TurnServices,
        parse: Callable[[bytes], Update],
        staff_service: StaffService,
    ) -> None:
        self._mailbox = mailbox
        self._conversations = conversations
        self._intake = intake
        self._services = services
        self._vault = services.vault
        self._parse = parse
        self._staff_service = staff_service
        self._turn = TurnHandler(services)
        self._stored_wordings: set[bytes] = set()
        """Digests of questions whose words are known to be stored."""

    def warm_up(self) -> None:
        """Load what the first turn of a process would load while it holds locks: for a second."""
        self._services.texts.find_alarms("help")
        load_lists()

    def evict_erased(self, work: Work) -> None:
        """Remove keys from memory whose case another process has erased."""
        work.is_quiet = True
        self._vault.cases.evict_erased(work)

    def chat_of(self, arrival: Arrival) -> int:
        """Return the chat whose turn an arrival takes; 0 for what never waits."""
        try:
            update = self._read(arrival)
        except Exception:  # noqa: BLE001 - it is quarantined when its turn comes
            return 0
        return update.chat if update.kind in _CONVERSATION_KINDS else 0

    def chat_key_of(self, arrival: Arrival) -> bytes | None:
        """Return the key of the chat whose turn an arrival takes; None if it is of no chat."""
        chat = self.chat_of(arrival)
        return self._vault.chat_key(self._mailbox.inbox.bot, chat) if chat else None

    def _read(self, arrival: Arrival) -> Update:
        if arrival.update is None:
            update = self._parse(arrival.raw)
            if arrival.received_at:
                update = msgspec.structs.replace(update, arrived_at=arrival.received_at)
            arrival.update = update
        return arrival.update

    def expect(self, work: Work, arrivals: Sequence[Arrival]) -> None:
        """Let the database look up what `process` will ask for, all in one answer."""
        if not work.looks_ahead or not arrivals:
            return
        self.expect_chats(work, self.chats_of(arrivals), len(arrivals))

    def chats_of(self, arrivals: Sequence[Arrival]) -> list[bytes]:
        """Return the keys of the chats of arrivals, each once, in this order."""
        return list(dict.fromkeys(key for it in arrivals if (key := self.chat_key_of(it))))

    def marks_of(self, work: Work, chats: Sequence[bytes]) -> ChatMarks:
        """Return what is special about chats."""
        return ChatMarks.load(work, self._mailbox.inbox.bot, chats)

    def expect_chats(self, work: Work, keys: Sequence[bytes], updates: int) -> None:
        """Let the database look up what `process` will ask for, for so many updates of chats."""
        self._conversations.expect(work, keys)  # first: what follows is read once they are locked
        ChatMarks.expect(work, keys)
        self._services.expect_changes(work)
        self._mailbox.outbox.expect_ids(work, updates)

    def process(
        self, work: Work, arrivals: Sequence[Arrival], now: int, fault: str = "",
        marks: ChatMarks | None = None,
    ) -> BatchResult:  # fmt: skip
        """Answer arrivals, each chat's in order, and store all that follows.

        `marks` are those of all their chats, if this unit of work has loaded them. With a fault
        the arrivals are quarantined for it instead. Whatever this raises, the whole unit has to be
        undone: turns may have written already.
        """
        bot, chat_key = self._mailbox.inbox.bot, self._vault.chat_key
        keyed = [
            (arrival, update, chat_key(bot, update.chat))
            for arrival, update in self._parse_updates(work, arrivals, now)
        ]
        if work.dialect != "sqlite":
            marks = marks or self.marks_of(work, _chats_of(keyed))
            self._staff_service.hotline.check_ins.note_active(work, marks.checked_in)
        result = BatchResult()
        while keyed:
            part, keyed = self._process_part(work, keyed, now, fault, marks)
            result.add(part)
        return result

    def _process_part(
        self, work: Work, keyed: list[_KeyedArrival], now: int, fault: str, marks: ChatMarks | None
    ) -> tuple[BatchResult, list[_KeyedArrival]]:
        """Answer arrivals and store what follows; return also what is left for the next part.

        A turn reads what the database holds of its case. So where a person writes more after words
        that opened a case, the case is stored first, in the same unit of work.
        """
        written, writing = work.write_count, _chats_of(keyed)
        batch = _Batch(now, self._conversations.load(work, writing) if writing else {})
        HotlineAdapter.expect_sessions(work, self._conversations.not_begun(batch.rows, writing))
        rest: list[_KeyedArrival] = []
        for number, (arrival, update, key) in enumerate(keyed):
            if key in batch.chats_with_new_case and update.kind in _CONVERSATION_KINDS:
                rest = keyed[number:]
                break
            if update.chat != CANARY_CHAT:
                batch.update_counts[update.detail or update.kind.value] += 1
            if fault:
                self._quarantine(work, batch, arrival, update, key, fault)
                continue
            if update.kind in _CONVERSATION_KINDS:
                self._handle_private_update(work, batch, update, key)
            elif update.kind is not UpdateKind.IGNORED:
                self._handle_desk_update(work, batch, update, arrival.raw)
            batch.handled.append(arrival)
        taken = _chats_of(keyed[: len(keyed) - len(rest)])
        batch.events += self._staff_service.end_snoozes(work, taken, marks, now)
        batch.is_routine = work.write_count == written
        self._store(work, batch)
        return batch.result, rest

    def process_commands(
        self, work: Work, commands: Sequence[StoredCommand], now: int, fault: str = ""
    ) -> BatchResult:
        """Carry out commands of caseworkers, in order, and store all that follows.

        With a fault they are quarantined for it instead.
        """
        batch, ignored = _Batch(now, {}, has_desk_input=True), []
        self._conversations.lock_of_cases(work, (each.command.case for each in commands))
        for each in commands:
            batch.update_counts[_COMMAND] += 1
            if fault:
                log.error("turn_failed", error=fault)
                self._staff_service.commands.quarantine(work, each, f"failed: {fault}")
            elif not self._run_command(work, batch, each.command):
                ignored.append(each)
        if not fault:
            notes = self._staff_service.finish_commands(work, commands, ignored, batch.events, now)
            batch.messages += notes
            batch.events += map(unsent_event, notes)
        self._store(work, batch)
        return batch.result

    def perform(self, work: Work, contact: CaseContact, action: ChatAction, now: int) -> None:
        """Do something in a conversation that no update asked for, in this unit of work."""
        batch = _Batch(now, {})
        self._perform(work, batch, contact, action, "")
        self._store(work, batch)

    def apply_hash(self, work: Work, job: PassphraseJob, digest: bytes, now: int) -> BatchResult:
        """Store a passphrase that was chosen, or say what one that was tried came to.

        The job is deleted in the same unit of work; one that was erased meanwhile does nothing.
        """
        batch = _Batch(now, {})
        if self._mailbox.passphrase_jobs.delete(work, job):
            self._apply_hash(work, batch, job, digest)
            self._store(work, batch)
        return batch.result

    # --- updates --------------------------------------------------------------------------------

    def _parse_updates(
        self, work: Work, arrivals: Sequence[Arrival], now: int
    ) -> list[tuple[Arrival, Update]]:
        readable = []
        for arrival in arrivals:
            try:
                readable.append((arrival, self._read(arrival)))
            except Exception as error:  # noqa: BLE001 - our mistake must not stop others
                log.warning("quarantined", kind="unreadable")
                is_known = isinstance(error, UnreadableUpdateError)
                reason = str(error) if is_known else type(error).__name__
                self._mailbox.inbox.quarantine(work, arrival, f"unreadable: {reason}", now)
        return readable

    def _quarantine(
        self, work: Work, batch: _Batch, arrival: Arrival, update: Update, key: bytes, fault: str
    ) -> None:
        """Answer nothing; but note the message's id, so that it can be deleted from the phone."""
        log.error("turn_failed", error=fault)
        self._mailbox.inbox.quarantine(work, arrival, f"turn failed: {fault}", batch.now)
        row = batch.rows.get(key)
        if row is None or row.fault is not None:
            return
        if update.message and update.kind is not UpdateKind.PRESS:
            message_ids = row.conversation.message_ids
            ids_of_hour(message_ids, batch.now).person_messages.append(update.message)
            batch.changed[key] = row

    def _take_turn(self, work: Work, batch: _Batch, update: Update, key: bytes) -> None:
        row = batch.rows.get(key)
        if row is None:
            row = ConversationRow(None, Conversation("", Position()), 0)
        hotline = self._begin_turn(work, batch, key, row)
        before = session_mark(row.conversation)
        effects = self._turn.take(update)
        if update.chat != CANARY_CHAT:
            batch.session_moves.append((before, session_mark(self._turn.conversation)))
        batch.rows[key] = row
        self._collect(work, batch, key, row, hotline, effects)

    def _begin_turn(
        self, work: Work, batch: _Batch, key: bytes, row: ConversationRow
    ) -> HotlineAdapter:
        row.require_readable()
        self._services.load_changes(work, batch.now)
        hotline = self._hotline_for(work, batch.now, key)
        self._turn.begin(key, row.conversation, batch.now, hotline)
        return hotline

    def _hotline_for(self, work: Work, now: int, key: bytes) -> HotlineAdapter:
        shared = self._staff_service.hotline
        return HotlineAdapter(
            self._intake, shared.referrals, shared.check_ins, self._services, work, now, key
        )

    def _handle_private_update(self, work: Work, batch: _Batch, update: Update, key: bytes) -> None:
        """Take the turn of a person, or note that a caseworker saw a call."""
        if not (_is_call_seen(update) and self._acknowledge_call(work, batch, update)):
            self._take_turn(work, batch, update, key)

    def _acknowledge_call(self, work: Work, batch: _Batch, update: Update) -> bool:
        """Record that a caseworker saw a call; tell whether it was a caseworker."""
        reply = self._staff_service.acknowledge_call(work, update.chat, batch.now)
        if reply is not None:
            read_in = catalogue(self._services.staff_language, "staff")
            toast = Toast(update.press, reply.render(read_in))
            batch.result.toasts.append((update.chat, toast))
        return reply is not None

    # --- desks ----------------------------------------------------------------------------------

    def _handle_desk_update(self, work: Work, batch: _Batch, update: Update, raw: bytes) -> None:
        """Do what caseworkers did at a desk; leave a group that is no desk."""
        done = self._staff_service.read_commands(work, update, raw, batch.now)
        if done is None:
            batch.result.groups_to_leave.append(update.chat)
            return
        batch.has_desk_input = True
        if done.press:
            batch.result.toasts.append((update.chat, Toast(done.press)))
        self._conversations.lock_of_cases(work, (command.case for command in done.commands))
        for command in done.commands:
            self._run_command(work, batch, command)

    def _run_command(self, work: Work, batch: _Batch, command: Command) -> bool:
        """Carry a command out, or say why not; return False if who gave it has no access."""
        context = self._staff_service.run_command(work, command, batch.now)
        if context is None:
            return False
        batch.events += with_desk(context.events, command.reply_to)
        batch.messages += context.notes
        for action in context.actions:
            if context.contact is not None and context.contact.has_chat:
                self._perform(work, batch, context.contact, action, context.command.reply_to)
        return True

    def _perform(
        self, work: Work, batch: _Batch, contact: CaseContact, action: ChatAction, reply_to: str
    ) -> None:
        """Do in a conversation what a command wants there."""
        key = contact.chat_key
        row = self._load_row(work, batch, key)
        if row is None:
            expired = Conversation("", Position(), contact.chat)
            row = batch.rows[key] = ConversationRow(None, expired, 0)
        hotline = self._begin_turn(work, batch, key, row)
        takeover = takeover_of(row.conversation)
        if takeover is not None and takeover.case == contact.case:
            takeover.rule = contact.rule  # it may have changed since the takeover
        effects = self._turn.perform(action, reply_to, contact.language)
        if effects.staff_effects is not None:
            effects.staff_effects.events = with_desk(effects.staff_effects.events, reply_to)
        self._collect(work, batch, key, row, hotline, effects)
        batch.turns[-1].is_unsolicited = True

    def _load_row(self, work: Work, batch: _Batch, key: bytes) -> ConversationRow | None:
        if key not in batch.rows:
            batch.rows |= self._conversations.load(work, [key])
        return batch.rows.get(key)

    # --- hashed passphrases ---------------------------------------------------------------------

    def _apply_hash(self, work: Work, batch: _Batch, job: PassphraseJob, digest: bytes) -> None:
        key, passphrase = job.chat_key, job.passphrase
        case, attempt = passphrase.case, None
        if passphrase.check_in == TRIED:
            batch.events += self._staff_service.compare_check_in(
                work, key, passphrase, digest, batch.now
            )
            return
        if not case:
            audit = AuditLog(self._vault)
            attempt = Passphrases.try_passphrase(work, audit, key, digest, batch.now)
        elif not self._hotline_for(work, batch.now, key).case_exists(case) or _store_chosen(
            work, key, passphrase, digest
        ):
            return
        row = self._load_row(work, batch, key)
        if row is None:
            return
        hotline = self._begin_turn(work, batch, key, row)
        effects = self._turn.apply_hash(passphrase, digest, attempt)
        batch.has_desk_input = True
        self._collect(work, batch, key, row, hotline, effects)

    # --- what follows ---------------------------------------------------------------------------

    def _collect(
        self,
        work: Work,
        batch: _Batch,
        key: bytes,
        row: ConversationRow,
        hotline: HotlineAdapter,
        effects: Effects,
    ) -> None:
        """Take over the effects of a turn that did not fail."""
        row.conversation = self._turn.conversation
        chat, first = row.conversation.chat, batch.letter_count
        add_removals(effects, first)
        batch.changed[key] = row
        row.conversation.fleeting_letters += [-1 - first - place for place in effects.fleeting]
        batch.turns.append(TurnLetters(key, chat, effects))
        batch.letter_count += len(effects.bodies)
        if hotline.opened_cases:
            if chat == CANARY_CHAT:
                raise AssertionError("the canary must open no case")
            batch.new_cases += hotline.opened_cases
            batch.chats_with_new_case.add(key)
        batch.reports += hotline.reports
        batch.priority_raises += hotline.priority_raises
        batch.events += hotline.events
        batch.after_store += hotline.after_store
        if effects.passphrases:
            batch.passphrases += [(key, passphrase) for passphrase in effects.passphrases]
        if effects.wordings:
            batch.wordings |= {shown.digest: (shown, text) for shown, text in effects.wordings}
        if effects.blocked:
            batch.blocked_chats.append(key)
        if effects.toast is not None:
            batch.result.toasts.append((chat, effects.toast))
        if effects.staff_effects is not None:
            if effects.staff_effects.release_waiting:
                release_in_batch(batch.turns, key, batch.now + RELEASE_DELAY)
            batch.priority_raises += self._staff_service.apply_effects(
                work, key, effects.staff_effects, batch.now
            )
            batch.events += effects.staff_effects.events
            batch.messages += effects.staff_effects.messages

    def _store(self, work: Work, batch: _Batch) -> None:
        result, now, staff, mailbox = batch.result, batch.now, self._staff_service, self._mailbox
        result.letters = self._build_letters(work, batch)
        self._conversations.store(work, batch.changed.items())
        self._intake.store(work, batch.new_cases, batch.reports)
        self._add_case_events(work, batch)  # first: a desk shows a case before what is in it
        for store in batch.after_store:
            batch.events += store(work) or ()
        if not batch.wordings.keys() <= self._stored_wordings:
            ConsentRecords.store_wordings(work, batch.wordings.values(), now)
            work.after_commit(lambda: self._stored_wordings.update(batch.wordings))
        for key in batch.blocked_chats:
            mailbox.results.block_chat(work, key, now)
        mailbox.outbox.store(work, result.letters)
        if batch.passphrases:
            mailbox.passphrase_jobs.store(work, batch.passphrases, now)
            result.has_passphrases = True
        if batch.events or batch.messages or batch.has_desk_input:
            batch.events += staff.store_messages(work, batch.messages, batch.events, now)
            result.letters += staff.show_events(work, batch.events, now)
        mailbox.inbox.store_handled(work, batch.handled, now)
        work.after_commit(lambda: mailbox.inbox.count_kinds(batch.update_counts))
        work.after_commit(lambda: self._services.session_counts.note(batch.session_moves))
        result.opened_cases = batch.new_cases
        result.handled_count = len(batch.handled)
        result.is_routine = _is_routine(batch)

    def _add_case_events(self, work: Work, batch: _Batch) -> None:
        """Add the events of new cases, reports and priorities."""
        batch.events += [Event(EventKind.OPENED, case.id) for case in batch.new_cases]
        opened = {case.id for case in batch.new_cases}
        batch.events += [
            Event(EventKind.REPORT_ADDED, report.case, code=report.kind)
            for report in batch.reports
            if report.case not in opened
        ]
        for case, answers, at_most in batch.priority_raises:
            if self._intake.raise_priority(work, case, answers, at_most, batch.now):
                batch.events.append(Event(EventKind.PRIORITY_CHANGED, case))

    def _build_letters(self, work: Work, batch: _Batch) -> list[Letter]:
        count = batch.letter_count + len(batch.result.groups_to_leave)
        ids = list(self._mailbox.outbox.new_ids(work, count)) if count else []
        letters: list[Letter] = []
        for turn in batch.turns:
            conversation = batch.changed[turn.chat_key].conversation
            own = build_letters(turn, conversation, ids, len(letters), batch.now)
            if any(letter.lane == Lane.WIPE for letter in own):
                drop_bot_letters(work, turn.chat_key, batch.now)
            staff_effects = turn.effects.staff_effects
            if staff_effects is not None and staff_effects.letters:
                messages = attribute_letters(own, staff_effects, takeover_of(conversation))
                batch.messages += messages.values()
                batch.events = [_with_message(event, messages) for event in batch.events]
            letters += own
        for row in batch.changed.values():
            fleeting = row.conversation.fleeting_letters
            row.conversation.fleeting_letters = resolve_ids(fleeting, ids)
        for chat in batch.result.groups_to_leave:
            key = self._vault.chat_key(self._mailbox.inbox.bot, chat)
            letter_id = ids[len(letters)]
            letters.append(Letter(letter_id, key, chat, LeaveGroup(), created_at=batch.now))
        return letters


def _chats_of(keyed: Sequence[_KeyedArrival]) -> list[bytes]:
    """Return the keys of the chats in which people wrote, each once, in this order."""
    return list(
        dict.fromkeys(key for _, update, key in keyed if update.kind in _CONVERSATION_KINDS)
    )


def _is_routine(batch: _Batch) -> bool:
    """Return whether a batch holds nothing but answers of the bot, which are sent at once."""
    others = (
        batch.events, batch.messages, batch.has_desk_input, batch.after_store, batch.reports,
        batch.new_cases, batch.priority_raises, batch.blocked_chats, batch.passphrases,
    )  # fmt: skip
    return (
        batch.is_routine
        and not any(others)
        and all(it.author == Author.BOT and not it.delay_reason for it in batch.result.letters)
    )


def _is_call_seen(update: Update) -> bool:
    """Return whether the button under a call to an on-call caseworker was pressed."""
    return update.kind is UpdateKind.PRESS and update.text == ON_CALL_BUTTON


def _with_message(event: Event, messages: dict[int, CaseMessage]) -> Event:
    """Return an event with its message as it was stored, with the letter it went into."""
    message = messages.get(id(event.message))
    return event if message is None else replace(event, message=message)


def _store_chosen(work: Work, chat_key: bytes, chosen: PassphraseToHash, digest: bytes) -> bool:
    """Store the digest of a chosen passphrase; tell whether there is nothing to say about it."""
    if chosen.receipt:
        return False
    if chosen.check_in:
        return CheckIns.set_passphrase(work, chosen.case, chat_key, digest, chosen.check_in)
    if chosen.is_duress:
        return Passphrases.set_duress_passphrase(work, chosen.case, digest)
    Passphrases.set_passphrase(work, chosen.case, chat_key, digest)
    return True
