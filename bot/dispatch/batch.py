"""Many updates in one transaction: read, answer, write."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.cases.consents import ConsentRecords
from bot.conversation import Position
from bot.dispatch import passphrase_hashing
from bot.dispatch.conversation_store import (
    Conversation,
    ConversationRow,
    Conversations,
    takeover_of,
)
from bot.dispatch.hotline_adapter import HotlineAdapter
from bot.dispatch.letter_ids import add_removals, finish_letter
from bot.dispatch.letter_ids import resolve_ids as in_numbers
from bot.dispatch.message_ids import ids_of_hour
from bot.dispatch.passphrase_handler import PassphraseHandler
from bot.dispatch.staff_actions import StaffActions
from bot.dispatch.staff_service import with_desk, with_letter_ids
from bot.dispatch.turn import TurnHandler
from bot.errors import UnreadableUpdateError
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.chat.takeover import NEUTRAL_PHRASES
from bot.hotline.check_ins.store import TRIED
from bot.hotline.events import Event, EventKind
from bot.log import log
from bot.mailbox.clear_chat import drop_bot_letters
from bot.mailbox.letter import Author, Lane, Letter
from bot.mailbox.outbox_holds import REMOVAL_HOLD
from bot.messages import LeaveGroup, Toast, Update, UpdateKind
from bot.vault import AuditLog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.cases.consents import QuestionWording
    from bot.cases.intake import Intake, NewCase, NewReport
    from bot.cases.urgency import Priority
    from bot.dispatch.effects import Effects, StaffEffects, TurnServices
    from bot.dispatch.staff_service import StaffService
    from bot.hotline.chat.messages import CaseMessage
    from bot.hotline.chat.takeover import ChatAction, TakeoverState
    from bot.hotline.commands.context import CaseContact
    from bot.hotline.commands.types import Command
    from bot.mailbox.inbox import Arrival, Inbox
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work
    from bot.vault import Vault


@dataclass(slots=True)
class BatchResult:
    """What a stored batch leaves to be done outside the database."""

    letters: list[Letter] = field(default_factory=list)
    toasts: list[tuple[int, Toast]] = field(default_factory=list)
    groups_to_leave: list[int] = field(default_factory=list)
    opened_cases: list[NewCase] = field(default_factory=list)
    handled_count: int = 0


@dataclass(slots=True)
class _Batch:
    """What a batch has come to so far."""

    now: int
    rows: dict[bytes, ConversationRow]
    handled: list[Arrival] = field(default_factory=list)
    changed: dict[bytes, ConversationRow] = field(default_factory=dict)
    turn_effects: list[tuple[bytes, int, Effects]] = field(default_factory=list)
    unsolicited: set[int] = field(default_factory=set)
    """Places in `said` of what no person asked for just now."""
    letter_count: int = 0
    """How many letters the turns so far have led to."""
    new_cases: list[NewCase] = field(default_factory=list)
    reports: list[NewReport] = field(default_factory=list)
    priority_raises: list[tuple[str, dict[str, object], Priority]] = field(default_factory=list)
    blocked_chats: list[bytes] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    has_desk_input: bool = False
    """Whether something was done at a desk, which may have an answer although nothing happened."""
    messages: list[CaseMessage] = field(default_factory=list)
    after_store: list[Callable[[Work], Sequence[Event] | None]] = field(default_factory=list)
    """What is kept with cases, once they stand."""
    wordings: dict[bytes, tuple[QuestionWording, str]] = field(default_factory=dict)
    update_counts: Counter[str] = field(default_factory=Counter)
    result: BatchResult = field(default_factory=BatchResult)


class BatchProcessor:
    """Takes batches of arrivals inside units of work."""

    def __init__(  # noqa: PLR0913 - one of each thing a batch touches
        self,
        *,
        inbox: Inbox,
        outbox: Outbox,
        conversations: Conversations,
        intake: Intake,
        services: TurnServices,
        vault: Vault,
        parse: Callable[[bytes], Update],
        staff_service: StaffService,
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._conversations = conversations
        self._intake = intake
        self._services = services
        self._vault = vault
        self._parse = parse
        self._staff_service = staff_service
        self._stored_wordings: set[bytes] = set()
        """Digests of questions whose words are known to be stored."""

    def chat_of(self, arrival: Arrival) -> int:
        """Return the chat whose turn an arrival asks for; 0 for what waits for nobody."""
        if arrival.update_id < 0:
            return 0
        try:
            update = self._parse(arrival.raw)
        except Exception:  # noqa: BLE001 - it is set aside when its turn comes
            return 0
        return update.chat if update.kind in _CONVERSATION_KINDS else 0

    def process(
        self, work: Work, arrivals: Sequence[Arrival], now: int, fault: str = ""
    ) -> BatchResult:
        """Answer arrivals, each chat's in order, and store all that follows.

        With a fault they are set aside for it instead. Whatever this raises, the whole unit is to
        be undone: turns may have written already.
        """
        readable = self._parse_updates(work, arrivals, now)
        bot = self._inbox.bot
        keyed = [
            (arrival, update, self._vault.chat_key(bot, update.chat))
            for arrival, update in readable
        ]
        talking = {key for _, update, key in keyed if update.kind in _CONVERSATION_KINDS}
        batch = _Batch(now, self._conversations.load(work, list(talking)) if talking else {})
        for arrival, update, key in keyed:
            batch.update_counts[update.detail or update.kind.value] += 1
            if fault:
                self._quarantine(work, batch, arrival, update, key, fault)
            else:
                self._answer(work, batch, arrival, update, key)
        batch.events += self._staff_service.end_snoozes(work, talking, now)
        self._store(work, batch)
        return batch.result

    def _parse_updates(
        self, work: Work, arrivals: Sequence[Arrival], now: int
    ) -> list[tuple[Arrival, Update]]:
        readable = []
        for arrival in arrivals:
            if arrival.update_id < 0:  # no channel counts like that: a desk wrote it down
                readable.append((arrival, Update(arrival.update_id, UpdateKind.COMMAND)))
                continue
            try:
                readable.append((arrival, self._parse(arrival.raw)))
            except Exception as error:  # noqa: BLE001 - a mistake of ours is in nobody's way either
                log.warning("quarantined", kind="unreadable")
                why = (
                    str(error) if isinstance(error, UnreadableUpdateError) else type(error).__name__
                )
                self._inbox.quarantine(work, arrival, f"unreadable: {why}", now)
        return readable

    def _answer(
        self, work: Work, batch: _Batch, arrival: Arrival, update: Update, key: bytes
    ) -> None:
        if update.kind in _CONVERSATION_KINDS:
            self._run_turn(work, batch, update, key)
        elif update.kind is not UpdateKind.IGNORED:
            self._handle_desk_update(work, batch, update, arrival.raw)
        batch.handled.append(arrival)

    def _quarantine(  # noqa: PLR0913, PLR0917 - an update, and why
        self, work: Work, batch: _Batch, arrival: Arrival, update: Update, key: bytes, fault: str
    ) -> None:
        """Answer nothing; but what was written lies on the phone and must be found again."""
        log.error("turn_failed", error=fault)
        self._inbox.quarantine(work, arrival, f"turn failed: {fault}", batch.now)
        row = batch.rows.get(key)
        if row is None or row.fault is not None:
            return
        if update.message and update.kind is not UpdateKind.PRESS:
            ids_of_hour(row.conversation.message_ids, batch.now).person_messages.append(
                update.message
            )
            batch.changed[key] = row

    def _handle_desk_update(self, work: Work, batch: _Batch, update: Update, raw: bytes) -> None:
        """Do what caseworkers did at a desk; a group where none stands is left."""
        if (digested := passphrase_hashing.read_hashed(raw)) is not None:
            self._handle_passphrase(work, batch, digested)
            return
        done = self._staff_service.read_commands(work, update, raw, batch.now)
        if done is None:
            batch.result.groups_to_leave.append(update.chat)
            return
        batch.has_desk_input = True
        if done.press:
            batch.result.toasts.append((update.chat, Toast(done.press)))
        for command in done.commands:
            self._run_command(work, batch, command)

    def _run_command(self, work: Work, batch: _Batch, command: Command) -> None:
        order = self._staff_service.run_command(work, command, batch.now)
        if order is None:
            return
        batch.events += with_desk(order.events, command.reply_to)
        batch.messages += order.notes
        for deed in order.actions:
            if order.contact is not None:
                self._perform(work, batch, order.contact, deed, order.command.reply_to)

    def perform(self, work: Work, contact: CaseContact, action: ChatAction, now: int) -> None:
        """Do something in a conversation that no update asked for, in this unit of work."""
        batch = _Batch(now, {})
        self._perform(work, batch, contact, action, "")
        self._store(work, batch)

    def _perform(
        self, work: Work, batch: _Batch, where: CaseContact, deed: ChatAction, at_desk: str
    ) -> None:
        """Do in a conversation what an order wants there."""
        key = where.chat_key
        if key not in batch.rows:
            batch.rows |= self._conversations.load(work, [key])
        row = batch.rows.get(key)
        if row is None:
            lost = Conversation("", Position(), where.chat)
            row = batch.rows[key] = ConversationRow(None, lost, 0)
        else:
            row.require_readable()
        held = takeover_of(row.conversation)
        if held is not None and held.case == where.case:
            held.rule = where.rule  # it may have changed since the takeover
        sent = self._hotline_for(work, batch.now, key)
        attending = StaffActions(
            self._services,
            key,
            row.conversation,
            batch.now,
            sent,
        )
        effects = attending.perform(deed, at_desk, where.language)
        row.conversation = attending.conversation
        if effects.staff_effects is not None:
            staffing = effects.staff_effects
            staffing.events = with_desk(staffing.events, at_desk)
        batch.unsolicited.add(len(batch.turn_effects))
        self._collect_effects(work, batch, key, row, sent, effects)

    def _hotline_for(self, work: Work, now: int, key: bytes) -> HotlineAdapter:
        staff = self._staff_service
        return HotlineAdapter(
            self._intake, staff.referrals, staff.check_ins, self._services, work, now, key
        )

    def _handle_passphrase(
        self, work: Work, batch: _Batch, digested: passphrase_hashing.HashedPassphrase
    ) -> None:
        """Keep the digest of a word that was chosen, or say what one came to that was tried."""
        key = self._vault.chat_key(self._inbox.bot, digested.chat)
        sent = self._hotline_for(work, batch.now, key)
        case, tried = digested.case, None
        if digested.check_in == TRIED:
            batch.events += self._staff_service.compare_check_in(
                work, key, case, digested.digest, batch.now
            )
            return
        if not case:
            tried = Passphrases.try_passphrase(
                work, AuditLog(self._vault), key, digested.digest, batch.now
            )
        elif not sent.case_exists(case) or passphrase_hashing.store_chosen(work, key, digested):
            return
        if key not in batch.rows:
            batch.rows |= self._conversations.load(work, [key])
        row = batch.rows.get(key)
        if row is None:
            return
        row.require_readable()
        turn = PassphraseHandler(self._services, key, row.conversation, batch.now, sent)
        effects = turn.handle_hashed(digested, tried)
        row.conversation = turn.conversation
        batch.has_desk_input = True
        self._collect_effects(work, batch, key, row, sent, effects)

    def _run_turn(self, work: Work, batch: _Batch, update: Update, key: bytes) -> None:
        row = batch.rows.get(key)
        if row is not None:
            row.require_readable()
        sent = self._hotline_for(work, batch.now, key)
        turning = TurnHandler(
            self._services,
            key,
            row.conversation if row else None,
            batch.now,
            sent,
        )
        effects = turning.handle(update)
        if row is None:
            row = batch.rows[key] = ConversationRow(None, turning.conversation, 0)
        row.conversation = turning.conversation
        self._collect_effects(work, batch, key, row, sent, effects)

    def _collect_effects(  # noqa: PLR0913, PLR0917 - what a turn was made of
        self,
        work: Work,
        batch: _Batch,
        key: bytes,
        row: ConversationRow,
        sent: HotlineAdapter,
        effects: Effects,
    ) -> None:
        """Take down what follows from a turn that did not fail."""
        chat = row.conversation.chat
        add_removals(effects, batch.letter_count)
        batch.changed[key] = row
        row.conversation.fleeting_letters += [
            -1 - batch.letter_count - place for place in effects.fleeting
        ]
        batch.turn_effects.append((key, chat, effects))
        batch.letter_count += len(effects.bodies)
        batch.new_cases += sent.opened_cases
        batch.reports += sent.reports
        batch.priority_raises += sent.priority_raises
        batch.events += sent.events
        batch.after_store += sent.after_store
        if effects.wordings:
            batch.wordings |= {shown.digest: (shown, it) for shown, it in effects.wordings}
        if effects.blocked:
            batch.blocked_chats.append(key)
        if effects.toast is not None:
            batch.result.toasts.append((chat, effects.toast))
        if effects.staff_effects is not None:
            batch.priority_raises += self._staff_service.apply_effects(
                work, key, effects.staff_effects, batch.now
            )
            batch.events += effects.staff_effects.events
            batch.messages += effects.staff_effects.messages

    def _store(self, work: Work, batch: _Batch) -> None:
        batch.result.letters = self._build_letters(work, batch)
        self._conversations.store(work, batch.changed.items())
        self._intake.store(work, batch.new_cases, batch.reports)
        for keep in batch.after_store:
            batch.events += keep(work) or ()
        if not batch.wordings.keys() <= self._stored_wordings:
            ConsentRecords.store_wordings(work, batch.wordings.values(), batch.now)
            work.before_commit(lambda _: self._stored_wordings.update(batch.wordings))
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
        for key in batch.blocked_chats:
            self._outbox.block_chat(work, key, batch.now)
        self._outbox.store(work, batch.result.letters)
        if batch.events or batch.messages or batch.has_desk_input:
            more = self._staff_service.store_messages(work, batch.messages, batch.events, batch.now)
            batch.events += more
            batch.result.letters += self._staff_service.show_events(work, batch.events, batch.now)
        self._inbox.store_handled(work, batch.handled, batch.now)
        self._inbox.count_kinds(batch.update_counts)
        batch.result.opened_cases = batch.new_cases
        batch.result.handled_count = len(batch.handled)

    def _build_letters(self, work: Work, batch: _Batch) -> list[Letter]:
        count = batch.letter_count + len(batch.result.groups_to_leave)
        numbers = list(self._outbox.new_ids(work, count)) if count else []
        letters: list[Letter] = []
        for place, (key, chat, effects) in enumerate(batch.turn_effects):
            first = len(letters)
            traces = batch.changed[key].conversation.message_ids
            for body in effects.bodies:
                letter = Letter(numbers[len(letters)], key, chat, body, created_at=batch.now)
                letters.append(letter)
                finish_letter(letter, traces, numbers, is_asked=place not in batch.unsolicited)
                if letter.lane == Lane.WIPE:
                    drop_bot_letters(work, key, batch.now)
            for it in effects.removals:
                waits = letters[first + it.body_index]
                waits.not_before, waits.delay_reason = it.at, REMOVAL_HOLD
            if effects.staff_effects is not None and effects.staff_effects.letters:
                holding = takeover_of(batch.changed[key].conversation)
                _attribute_letters(batch, letters[first:], effects.staff_effects, holding)
        for row in batch.changed.values():
            row.conversation.fleeting_letters = in_numbers(
                row.conversation.fleeting_letters, numbers
            )
        bot = self._inbox.bot
        for chat in batch.result.groups_to_leave:
            key = self._vault.chat_key(bot, chat)
            letters.append(
                Letter(numbers[len(letters)], key, chat, LeaveGroup(), created_at=batch.now)
            )
        return letters


def _attribute_letters(
    batch: _Batch, letters: list[Letter], staffing: StaffEffects, holding: TakeoverState | None
) -> None:
    """Make a caseworker's words theirs: kept with the case, held back while they may not go."""
    numbers: dict[int, int] = {}
    written: dict[int, CaseMessage] = {}
    for place, it in staffing.letters.items():
        letter = letters[place]
        is_neutral = it.message.content.code in NEUTRAL_PHRASES
        letter.author = Author.OPENER if is_neutral else Author.CASEWORKER
        if is_neutral and holding is not None:
            holding.opener_letter = letter.id
        letter.not_before, letter.delay_reason = it.not_before, it.delay_reason
        numbers[id(it.message)] = letter.id
        written[id(it.message)] = it.message
    batch.messages += [replace(it, letter=numbers[who]) for who, it in written.items()]
    batch.events = with_letter_ids(batch.events, numbers)


_CONVERSATION_KINDS = frozenset(UpdateKind) - {
    UpdateKind.IGNORED,
    UpdateKind.GROUP,
    UpdateKind.COMMAND,
}
"""Kinds that belong to a conversation with one person."""
