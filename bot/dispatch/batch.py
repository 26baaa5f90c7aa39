"""Many updates in one transaction: read, answer, write."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.intake import Intake, NewCase, NewReport
from bot.cases.urgency import Priority
from bot.dispatch.conversations import Conversation, Conversations, Row
from bot.dispatch.outcomes import EMPTY_HANDED
from bot.dispatch.turning import Turning
from bot.errors import Unreadable
from bot.log import log
from bot.mailbox.outbox import Letter, Outbox
from bot.messages import Body, Kind, Leave, Remove, Toast, Update

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.dispatch.effects import Sending, Setting
    from bot.mailbox.inbox import Arrival, Inbox
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
    said: list[tuple[bytes, int, list[Body]]] = field(default_factory=list)
    letters: int = 0
    """How many letters the turns so far have led to."""
    cases: list[NewCase] = field(default_factory=list)
    reports: list[NewReport] = field(default_factory=list)
    raised: list[tuple[str, dict[str, object], Priority]] = field(default_factory=list)
    blocked: list[bytes] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    taken: Taken = field(default_factory=Taken)


@dataclass(slots=True)
class _Sent:
    """What one turn sent to the hotline."""

    work: Work
    now: int
    key: bytes
    opened: list[NewCase] = field(default_factory=list)
    reports: list[NewReport] = field(default_factory=list)
    raised: list[tuple[str, dict[str, object], Priority]] = field(default_factory=list)


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
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._conversations = conversations
        self._intake = intake
        self._setting = setting
        self._vault = vault
        self._parse = parse

    def take(self, work: Work, arrivals: Sequence[Arrival], now: int) -> Taken:
        """Answer arrivals, each chat's in order, and store all that follows."""
        readable = self._read(work, arrivals, now)
        bot = self._inbox.bot
        keyed = [
            (arrival, update, self._vault.chat_key(bot, update.chat))
            for arrival, update in readable
        ]
        talking = {key for _, update, key in keyed if update.kind in _TALKS}
        batch = _Batch(now, self._conversations.load(work, list(talking)) if talking else {})
        for arrival, update, key in keyed:
            self._answer(work, batch, arrival, update, key)
        self._write(work, batch)
        return batch.taken

    def _read(
        self, work: Work, arrivals: Sequence[Arrival], now: int
    ) -> list[tuple[Arrival, Update]]:
        readable = []
        for arrival in arrivals:
            try:
                readable.append((arrival, self._parse(arrival.raw)))
            except Unreadable as error:
                log.warning("quarantined", kind="unreadable")
                self._inbox.quarantine(work, arrival, f"unreadable: {error}", now)
        return readable

    def _answer(
        self, work: Work, batch: _Batch, arrival: Arrival, update: Update, key: bytes
    ) -> None:
        batch.kinds[update.note or update.kind.value] += 1
        if update.kind is Kind.GROUP:
            batch.taken.leaves.append(update.chat)
        elif update.kind in _TALKS:
            try:
                self._turn(work, batch, update, key)
            except Exception as error:  # noqa: BLE001 - one update's failure is nobody else's
                fault = type(error).__name__
                log.error("turn_failed", error=fault)
                self._inbox.quarantine(work, arrival, f"turn failed: {fault}", batch.now)
                if key in batch.rows:
                    batch.rows[key].take_back()
                return
        batch.handled.append(arrival)

    def _turn(self, work: Work, batch: _Batch, update: Update, key: bytes) -> None:
        row = batch.rows.get(key)
        if row is not None:
            row.remember()
        sent = _Sent(work, batch.now, key)
        turning = Turning(
            self._setting,
            key,
            row.conversation if row else None,
            batch.now,
            lambda conversation, sending: self._send(sent, conversation, sending),
        )
        effects = turning.take(update)
        if row is None:
            row = batch.rows[key] = Row(None, turning.conversation, 0, None)
        row.plain = None
        batch.changed[key] = row
        row.conversation.fleeting += [-1 - batch.letters - place for place in effects.fleeting]
        batch.said.append((key, update.chat, effects.bodies))
        batch.letters += len(effects.bodies)
        batch.cases += sent.opened
        batch.reports += sent.reports
        batch.raised += sent.raised
        if effects.blocked:
            batch.blocked.append(key)
        if effects.toast is not None:
            batch.taken.toasts.append((update.chat, effects.toast))

    def _send(self, sent: _Sent, conversation: Conversation, sending: Sending) -> str:
        """Put what a person sent to its case, opening one if none waits; return its reference."""
        answers: dict[str, object] = dict(sending.answers)
        at_most = Priority(sending.at_least)
        joins = bool(conversation.case) and (
            not sending.opens or conversation.urgent_only or sending.kind == EMPTY_HANDED
        )
        if joins:
            sent.raised.append((conversation.case, answers, at_most))
        else:
            case = self._intake.open_case(
                sent.work, sending.kind, conversation.language, sent.key, conversation.chat,
                answers, at_most, sent.now,
            )  # fmt: skip
            sent.opened.append(case)
            conversation.case, conversation.reference = case.id, case.reference
        conversation.urgent_only = sending.kind == EMPTY_HANDED and (
            conversation.urgent_only or not joins
        )
        sent.reports.append(
            NewReport(conversation.case, sending.kind, sending.flow, sending.answers, sent.now)
        )
        return conversation.reference

    def _write(self, work: Work, batch: _Batch) -> None:
        batch.taken.letters = self._letters(work, batch)
        self._conversations.store(work, batch.changed.items())
        self._intake.store(work, batch.cases, batch.reports)
        for case, answers, at_most in batch.raised:
            self._intake.raise_case(work, case, answers, at_most, batch.now)
        for key in batch.blocked:
            self._outbox.block(work, key, batch.now)
        self._outbox.keep(work, batch.taken.letters)
        self._inbox.keep_handled(work, batch.handled, batch.now)
        self._inbox.count(batch.kinds)
        batch.taken.opened = batch.cases
        batch.taken.handled = len(batch.handled)

    def _letters(self, work: Work, batch: _Batch) -> list[Letter]:
        count = batch.letters + len(batch.taken.leaves)
        numbers = list(self._outbox.numbers(work, count)) if count else []
        letters: list[Letter] = []
        for key, chat, bodies in batch.said:
            for body in bodies:
                named = _named(body, numbers) if isinstance(body, Remove) else body
                letters.append(
                    Letter(numbers[len(letters)], key, chat, named, created_at=batch.now)
                )
        for row in batch.changed.values():
            row.conversation.fleeting = _numbered(row.conversation.fleeting, numbers)
        bot = self._inbox.bot
        for chat in batch.taken.leaves:
            key = self._vault.chat_key(bot, chat)
            letters.append(Letter(numbers[len(letters)], key, chat, Leave(), created_at=batch.now))
        return letters


def _numbered(letters: Sequence[int], numbers: Sequence[int]) -> list[int]:
    """Return the letters' numbers; those of this batch had only their place in it."""
    return [numbers[-1 - letter] if letter < 0 else letter for letter in letters]


def _named(body: Remove, numbers: Sequence[int]) -> Remove:
    return Remove(body.messages, tuple(_numbered(body.letters, numbers)))


_TALKS = frozenset(Kind) - {Kind.NOTHING, Kind.GROUP}
"""Kinds that belong to a conversation with one person."""
