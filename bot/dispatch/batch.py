"""Many updates in one transaction: read, answer, write."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.cases.consents import Agreements
from bot.conversation import Position
from bot.dispatch import passphrase_hashing
from bot.dispatch.conversation_store import Conversation, Conversations, Row, held_by
from bot.dispatch.hotline_adapter import Sent
from bot.dispatch.letter_ids import add_vanishing, complete
from bot.dispatch.letter_ids import numbered as in_numbers
from bot.dispatch.message_ids import trace
from bot.dispatch.passphrase_handler import Recognising
from bot.dispatch.staff_actions import Attending
from bot.dispatch.staff_service import numbered, standing_at
from bot.dispatch.turn import Turning
from bot.errors import Unreadable
from bot.hotline.chat.passphrases import Recognition
from bot.hotline.chat.takeover import NEUTRAL
from bot.hotline.check_ins.store import TRIED
from bot.hotline.events import Event, Happened
from bot.log import log
from bot.mailbox.clear_chat import clear
from bot.mailbox.letter import Author, Lane, Letter
from bot.mailbox.outbox_holds import VANISHES
from bot.messages import Kind, Leave, Toast, Update
from bot.vault import Audit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.cases.consents import Shown
    from bot.cases.intake import Intake, NewCase, NewReport
    from bot.cases.urgency import Priority
    from bot.dispatch.effects import Effects, Setting, Staffing
    from bot.dispatch.staff_service import StaffSide
    from bot.hotline.chat.messages import Exchange
    from bot.hotline.chat.takeover import Deed, Holding
    from bot.hotline.commands.context import Whereabouts
    from bot.hotline.commands.types import Command
    from bot.mailbox.inbox import Arrival, Inbox
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work
    from bot.vault import Vault


@dataclass(slots=True)
class Taken:
    """What a stored batch leaves to be done outside the database."""

    letters: list[Letter] = field(default_factory=list)
    toasts: list[tuple[int, Toast]] = field(default_factory=list)
    leaves: list[int] = field(default_factory=list)
    opened: list[NewCase] = field(default_factory=list)
    handled: int = 0


@dataclass(slots=True)
class _Batch:
    """What a batch has come to so far."""

    now: int
    rows: dict[bytes, Row]
    handled: list[Arrival] = field(default_factory=list)
    changed: dict[bytes, Row] = field(default_factory=dict)
    said: list[tuple[bytes, int, Effects]] = field(default_factory=list)
    unasked: set[int] = field(default_factory=set)
    """Places in `said` of what no person asked for just now."""
    letters: int = 0
    """How many letters the turns so far have led to."""
    cases: list[NewCase] = field(default_factory=list)
    reports: list[NewReport] = field(default_factory=list)
    raised: list[tuple[str, dict[str, object], Priority]] = field(default_factory=list)
    blocked: list[bytes] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    was_asked: bool = False
    """Whether something was done at a desk, which may have an answer although nothing happened."""
    exchanges: list[Exchange] = field(default_factory=list)
    then: list[Callable[[Work], Sequence[Event] | None]] = field(default_factory=list)
    """What is kept with cases, once they stand."""
    wordings: dict[bytes, tuple[Shown, str]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    taken: Taken = field(default_factory=Taken)


class Batches:
    """Takes batches of arrivals inside units of work."""

    def __init__(  # noqa: PLR0913 - one of each thing a batch touches
        self,
        *,
        inbox: Inbox,
        outbox: Outbox,
        conversations: Conversations,
        intake: Intake,
        setting: Setting,
        vault: Vault,
        parse: Callable[[bytes], Update],
        staff: StaffSide,
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._conversations = conversations
        self._intake = intake
        self._setting = setting
        self._vault = vault
        self._parse = parse
        self._staff = staff
        self._wordings: set[bytes] = set()
        """Digests of questions whose words are known to be stored."""

    def whose(self, arrival: Arrival) -> int:
        """Return the chat whose turn an arrival asks for; 0 for what waits for nobody."""
        if arrival.update_id < 0:
            return 0
        try:
            update = self._parse(arrival.raw)
        except Exception:  # noqa: BLE001 - it is set aside when its turn comes
            return 0
        return update.chat if update.kind in _TALKS else 0

    def take(self, work: Work, arrivals: Sequence[Arrival], now: int, fault: str = "") -> Taken:
        """Answer arrivals, each chat's in order, and store all that follows.

        With a fault they are set aside for it instead. Whatever this raises, the whole unit is to
        be undone: turns may have written already.
        """
        readable = self._read(work, arrivals, now)
        bot = self._inbox.bot
        keyed = [
            (arrival, update, self._vault.chat_key(bot, update.chat))
            for arrival, update in readable
        ]
        talking = {key for _, update, key in keyed if update.kind in _TALKS}
        batch = _Batch(now, self._conversations.load(work, list(talking)) if talking else {})
        for arrival, update, key in keyed:
            batch.kinds[update.note or update.kind.value] += 1
            if fault:
                self._set_aside(work, batch, arrival, update, key, fault)
            else:
                self._answer(work, batch, arrival, update, key)
        batch.events += self._staff.wrote(work, talking, now)
        self._write(work, batch)
        return batch.taken

    def _read(
        self, work: Work, arrivals: Sequence[Arrival], now: int
    ) -> list[tuple[Arrival, Update]]:
        readable = []
        for arrival in arrivals:
            if arrival.update_id < 0:  # no channel counts like that: a desk wrote it down
                readable.append((arrival, Update(arrival.update_id, Kind.COMMAND)))
                continue
            try:
                readable.append((arrival, self._parse(arrival.raw)))
            except Exception as error:  # noqa: BLE001 - a mistake of ours is in nobody's way either
                log.warning("quarantined", kind="unreadable")
                why = str(error) if isinstance(error, Unreadable) else type(error).__name__
                self._inbox.quarantine(work, arrival, f"unreadable: {why}", now)
        return readable

    def _answer(
        self, work: Work, batch: _Batch, arrival: Arrival, update: Update, key: bytes
    ) -> None:
        if update.kind in _TALKS:
            self._turn(work, batch, update, key)
        elif update.kind is not Kind.NOTHING:
            self._attend(work, batch, update, arrival.raw)
        batch.handled.append(arrival)

    def _set_aside(  # noqa: PLR0913, PLR0917 - an update, and why
        self, work: Work, batch: _Batch, arrival: Arrival, update: Update, key: bytes, fault: str
    ) -> None:
        """Answer nothing; but what was written lies on the phone and must be found again."""
        log.error("turn_failed", error=fault)
        self._inbox.quarantine(work, arrival, f"turn failed: {fault}", batch.now)
        row = batch.rows.get(key)
        if row is None or row.fault is not None:
            return
        if update.message and update.kind is not Kind.PRESS:
            trace(row.conversation.traces, batch.now).theirs.append(update.message)
            batch.changed[key] = row

    def _attend(self, work: Work, batch: _Batch, update: Update, raw: bytes) -> None:
        """Do what caseworkers did at a desk; a group where none stands is left."""
        if (digested := passphrase_hashing.read(raw)) is not None:
            self._recognise(work, batch, digested)
            return
        done = self._staff.commands(work, update, raw, batch.now)
        if done is None:
            batch.taken.leaves.append(update.chat)
            return
        batch.was_asked = True
        if done.press:
            batch.taken.toasts.append((update.chat, Toast(done.press)))
        for command in done.commands:
            self._carry_out(work, batch, command)

    def _carry_out(self, work: Work, batch: _Batch, command: Command) -> None:
        order = self._staff.carry_out(work, command, batch.now)
        if order is None:
            return
        batch.events += standing_at(order.events, command.at_desk)
        batch.exchanges += order.exchanges
        for deed in order.deeds:
            if order.where is not None:
                self._do(work, batch, order.where, deed, order.command.at_desk)

    def attend(self, work: Work, where: Whereabouts, deed: Deed, now: int) -> None:
        """Do something in a conversation that no update asked for, in this unit of work."""
        batch = _Batch(now, {})
        self._do(work, batch, where, deed, "")
        self._write(work, batch)

    def _do(self, work: Work, batch: _Batch, where: Whereabouts, deed: Deed, at_desk: str) -> None:
        """Do in a conversation what an order wants there."""
        key = where.chat_key
        if key not in batch.rows:
            batch.rows |= self._conversations.load(work, [key])
        row = batch.rows.get(key)
        if row is None:
            lost = Conversation("", Position(), where.chat)
            row = batch.rows[key] = Row(None, lost, 0)
        else:
            row.check()
        held = held_by(row.conversation)
        if held is not None and held.case == where.case:
            held.rule = where.rule  # it may have changed since the takeover
        sent = self._sent(work, batch.now, key)
        attending = Attending(
            self._setting,
            key,
            row.conversation,
            batch.now,
            sent,
        )
        effects = attending.attend(deed, at_desk, where.language)
        row.conversation = attending.conversation
        if effects.staffing is not None:
            staffing = effects.staffing
            staffing.events = standing_at(staffing.events, at_desk)
        batch.unasked.add(len(batch.said))
        self._follow(work, batch, key, row, sent, effects)

    def _sent(self, work: Work, now: int, key: bytes) -> Sent:
        staff = self._staff
        return Sent(self._intake, staff.referrals, staff.check_ins, self._setting, work, now, key)

    def _recognise(self, work: Work, batch: _Batch, digested: passphrase_hashing.Digested) -> None:
        """Keep the digest of a word that was chosen, or say what one came to that was tried."""
        key = self._vault.chat_key(self._inbox.bot, digested.chat)
        sent = self._sent(work, batch.now, key)
        case, tried = digested.case, None
        if digested.check_in == TRIED:
            batch.events += self._staff.compare(work, key, case, digested.digest, batch.now)
            return
        if not case:
            tried = Recognition.try_(work, Audit(self._vault), key, digested.digest, batch.now)
        elif not sent.stands(case) or passphrase_hashing.is_kept(work, key, digested):
            return
        if key not in batch.rows:
            batch.rows |= self._conversations.load(work, [key])
        row = batch.rows.get(key)
        if row is None:
            return
        row.check()
        turn = Recognising(self._setting, key, row.conversation, batch.now, sent)
        effects = turn.came_back(digested, tried)
        row.conversation = turn.conversation
        batch.was_asked = True
        self._follow(work, batch, key, row, sent, effects)

    def _turn(self, work: Work, batch: _Batch, update: Update, key: bytes) -> None:
        row = batch.rows.get(key)
        if row is not None:
            row.check()
        sent = self._sent(work, batch.now, key)
        turning = Turning(
            self._setting,
            key,
            row.conversation if row else None,
            batch.now,
            sent,
        )
        effects = turning.take(update)
        if row is None:
            row = batch.rows[key] = Row(None, turning.conversation, 0)
        row.conversation = turning.conversation
        self._follow(work, batch, key, row, sent, effects)

    def _follow(  # noqa: PLR0913, PLR0917 - what a turn was made of
        self, work: Work, batch: _Batch, key: bytes, row: Row, sent: Sent, effects: Effects
    ) -> None:
        """Take down what follows from a turn that did not fail."""
        chat = row.conversation.chat
        add_vanishing(effects, batch.letters)
        batch.changed[key] = row
        row.conversation.fleeting += [-1 - batch.letters - place for place in effects.fleeting]
        batch.said.append((key, chat, effects))
        batch.letters += len(effects.bodies)
        batch.cases += sent.opened
        batch.reports += sent.reports
        batch.raised += sent.raised
        batch.events += sent.events
        batch.then += sent.then
        if effects.wordings:
            batch.wordings |= {shown.digest: (shown, it) for shown, it in effects.wordings}
        if effects.blocked:
            batch.blocked.append(key)
        if effects.toast is not None:
            batch.taken.toasts.append((chat, effects.toast))
        if effects.staffing is not None:
            batch.raised += self._staff.follow(work, key, effects.staffing, batch.now)
            batch.events += effects.staffing.events
            batch.exchanges += effects.staffing.exchanges

    def _write(self, work: Work, batch: _Batch) -> None:
        batch.taken.letters = self._letters(work, batch)
        self._conversations.store(work, batch.changed.items())
        self._intake.store(work, batch.cases, batch.reports)
        for keep in batch.then:
            batch.events += keep(work) or ()
        if not batch.wordings.keys() <= self._wordings:
            Agreements.remember(work, batch.wordings.values(), batch.now)
            work.at_last(lambda _: self._wordings.update(batch.wordings))
        batch.events += [Event(Happened.OPENED, case.id) for case in batch.cases]
        opened = {case.id for case in batch.cases}
        batch.events += [
            Event(Happened.ADDED, report.case, code=report.kind)
            for report in batch.reports
            if report.case not in opened
        ]
        for case, answers, at_most in batch.raised:
            if self._intake.raise_case(work, case, answers, at_most, batch.now):
                batch.events.append(Event(Happened.RAISED, case))
        for key in batch.blocked:
            self._outbox.block(work, key, batch.now)
        self._outbox.keep(work, batch.taken.letters)
        if batch.events or batch.exchanges or batch.was_asked:
            more = self._staff.keep(work, batch.exchanges, batch.events, batch.now)
            batch.events += more
            batch.taken.letters += self._staff.show(work, batch.events, batch.now)
        self._inbox.keep_handled(work, batch.handled, batch.now)
        self._inbox.count(batch.kinds)
        batch.taken.opened = batch.cases
        batch.taken.handled = len(batch.handled)

    def _letters(self, work: Work, batch: _Batch) -> list[Letter]:
        count = batch.letters + len(batch.taken.leaves)
        numbers = list(self._outbox.numbers(work, count)) if count else []
        letters: list[Letter] = []
        for place, (key, chat, effects) in enumerate(batch.said):
            first = len(letters)
            traces = batch.changed[key].conversation.traces
            for body in effects.bodies:
                letter = Letter(numbers[len(letters)], key, chat, body, created_at=batch.now)
                letters.append(letter)
                complete(letter, traces, numbers, is_asked=place not in batch.unasked)
                if letter.lane == Lane.WIPE:
                    clear(work, key, batch.now)
            for it in effects.vanishing:
                waits = letters[first + it.letter]
                waits.not_before, waits.hold = it.at, VANISHES
            if effects.staffing is not None and effects.staffing.written:
                holding = held_by(batch.changed[key].conversation)
                _sign(batch, letters[first:], effects.staffing, holding)
        for row in batch.changed.values():
            row.conversation.fleeting = in_numbers(row.conversation.fleeting, numbers)
        bot = self._inbox.bot
        for chat in batch.taken.leaves:
            key = self._vault.chat_key(bot, chat)
            letters.append(Letter(numbers[len(letters)], key, chat, Leave(), created_at=batch.now))
        return letters


def _sign(
    batch: _Batch, letters: list[Letter], staffing: Staffing, holding: Holding | None
) -> None:
    """Make a caseworker's words theirs: kept with the case, held back while they may not go."""
    numbers: dict[int, int] = {}
    written: dict[int, Exchange] = {}
    for place, it in staffing.written.items():
        letter = letters[place]
        is_neutral = it.exchange.content.code in NEUTRAL
        letter.author = Author.OPENER if is_neutral else Author.CASEWORKER
        if is_neutral and holding is not None:
            holding.opener = letter.id
        letter.not_before, letter.hold = it.at, it.hold
        numbers[id(it.exchange)] = letter.id
        written[id(it.exchange)] = it.exchange
    batch.exchanges += [replace(it, letter=numbers[who]) for who, it in written.items()]
    batch.events = numbered(batch.events, numbers)


_TALKS = frozenset(Kind) - {Kind.NOTHING, Kind.GROUP, Kind.COMMAND}
"""Kinds that belong to a conversation with one person."""
