"""Carry out what caseworkers do: each verb one row, in the transaction of that person's chat.

An order either happens, or whoever gave it hears why not. What it does in the conversation itself
is a `Deed`, carried out by the dispatcher, who alone may speak to the person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.cases.intake import LARGEST_FILE
from bot.cases.sealed_fields import open_address
from bot.cases.state_machine import Move, Refusal
from bot.cases.urgency import Priority
from bot.clock import MINUTE
from bot.hotline.chat.case_progress import has_been_read
from bot.hotline.chat.messages import Content, Exchange, Side, Sort
from bot.hotline.chat.takeover import FillIn, HandBack, Insist, PassOn, TakeOver, Tell  # fmt: skip
from bot.hotline.commands.attachments import carried, rewording
from bot.hotline.commands.context import Order, Whereabouts
from bot.hotline.commands.deadlines import CLOCKED
from bot.hotline.commands.texts import (
    BLANKS_MISSING,
    BLANKS_TOO_LONG,
    CLAIMED,
    CLAIMED_OTHER,
    DISPOSITIONS,
    DONE,
    FILE_TOO_LARGE,
    FULL,
    HELD_BY,
    INSISTED,
    MINUTES_PLEASE,
    NO_SUCH_CASE,
    NO_SUCH_COLLEAGUE,
    NO_SUCH_DISPOSITION,
    NO_SUCH_PHRASE,
    NO_SUCH_PRIORITY,
    NOTHING_TO_SAY,
    REST_OFFERED,
    TOO_LONG,
)
from bot.hotline.commands.types import Command, Verb
from bot.hotline.contact_rule import WHEN_I_WRITE
from bot.hotline.events import Event, Happened
from bot.hotline.queue.claims import Claimed, HeldBy, TooMany
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.hotline.chat.messages import Exchanges
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.commands.deadlines import Clocking
    from bot.hotline.queue.claims import Claims
    from bot.hotline.queue.sla import Promises
    from bot.hotline.staff.staff import Staff
    from bot.store.writer import Work
    from bot.vault import Vault

LONGEST_REST = 240
LONGEST = 12_000
"""Characters of a caseworker in one go; a desk splits what is longer than its own limit."""

_WHERE = Prepared(
    lambda _: select(
        cases.c.reference, cases.c.chat_key, cases.c.address, cases.c.language, cases.c.contact,
        cases.c.holder, cases.c.priority,
    ).where(cases.c.id == bindparam("case")),
    "case",
)  # fmt: skip
_PRIORITY = Prepared(
    lambda _: (
        update(cases).where(cases.c.id == bindparam("case")).values(priority=bindparam("priority"))
    ),
    "priority",
    "case",
)


class Orders:
    """Carries out commands, used inside units of work."""

    def __init__(  # noqa: PLR0913 - what orders move
        self,
        *,
        vault: Vault,
        staff: Staff,
        claims: Claims,
        promises: Promises,
        phrasebook: Phrasebook,
        clocking: Clocking,
        exchanges: Exchanges,
        beside: Mapping[Verb, Callable[[Order], None]],
    ) -> None:
        self._vault = vault
        self._staff = staff
        self._claims = claims
        self._promises = promises
        self._phrasebook = phrasebook
        self._exchanges = exchanges
        self.clocking = clocking
        self._beside = beside

    def where(self, work: Work, case: str) -> Whereabouts | None:
        """Return where a case's person is reached; None for a case that is not there."""
        rows = work.rows(_WHERE, case) if case else []
        if not rows or rows[0][2] is None:
            return None
        reference, key, address, language, contact, holder, priority = rows[0]
        chat = open_address(self._vault, work, case, bytes(address))
        rule = contact or WHEN_I_WRITE
        return Whereabouts(case, reference, bytes(key), chat, language, rule, holder, priority)

    def carry_out(self, work: Work, command: Command, now: int) -> Order | None:
        """Carry a command out; None for somebody who is no caseworker any more."""
        by = self._staff.find(work, command.by)
        if by is None or not by.is_active:
            return None
        order = Order(work, command, by, self.where(work, command.case), now)
        if command.case and order.where is None:
            order.refuse(NO_SUCH_CASE)
        elif beside := self._beside.get(command.verb):
            beside(order)
        else:
            _VERBS[command.verb](self, order)
        return order

    def note(self, work: Work, event: Event, now: int) -> Event | None:
        """Start and stop the clock of a case by what has happened; return what follows from it."""
        if event.what is Happened.HEARD:
            self._promises.person_wrote(work, event.case, now)
        elif event.what is Happened.SAID:
            self._promises.answered(work, event.case, now)
        more = event.what is Happened.ADDED or (event.what is Happened.HEARD and event.code)
        if more and self._claims.more_came(work, event.case, now):
            return Event(Happened.REOPENED, event.case)
        return None

    def _claim(self, order: Order) -> None:
        if order.where is None:
            taken = self._claims.claim_next(order.work, order.by, order.now)
        else:
            taken = self._claims.claim(order.work, order.case, order.by, order.now)
        if isinstance(taken, Claimed):
            order.where = self.where(order.work, taken.case)
            has_been_read(order.work, taken.case, order.now)
            order.happened(Happened.CLAIMED)
            order.tell(CLAIMED_OTHER if taken.is_other_language else CLAIMED)
        elif isinstance(taken, HeldBy):
            order.refuse(HELD_BY, name=self._name(order.work, taken.staff))
        elif isinstance(taken, TooMany):
            order.refuse(FULL, most=str(taken.most))
        else:
            order.refuse(taken.text)

    def _name(self, work: Work, who: str) -> str:
        found = self._staff.find(work, who)
        return found.name if found else who

    def _moves(self, order: Order, verb: Move, *, reason: str = "", detail: str = "") -> bool:
        """Move the case; tell whether it went."""
        moved = self._claims.move(
            order.work, order.case, verb, order.now, order.by, reason=reason, detail=detail
        )
        if isinstance(moved, Refusal):
            order.refuse(moved.text)
            return False
        return True

    def _release(self, order: Order) -> None:
        if self._moves(order, Move.RELEASE):
            order.keep_note()
            order.deeds.append(HandBack(order.by.id, is_asked=False))
            order.happened(Happened.RELEASED)
            order.tell(DONE)

    def _transfer(self, order: Order) -> None:
        to = self._staff.find(order.work, order.command.code)
        if to is None:
            order.refuse(NO_SUCH_COLLEAGUE)
            return
        moved = self._claims.transfer(order.work, order.case, to, order.now, order.by)
        if isinstance(moved, Refusal):
            order.refuse(moved.text)
            return
        order.keep_note()
        order.deeds.append(PassOn(order.by.id, to.id, to.title))
        order.events.append(
            Event(Happened.TRANSFERRED, order.case, order.by.id, (to.id,),
                  values={"language": order.where.language, "rule": order.where.rule}
                  if order.where else {})
        )  # fmt: skip
        order.tell(DONE)

    def _priority(self, order: Order) -> None:
        command = order.command
        if command.code not in {str(int(level)) for level in Priority} or order.where is None:
            order.refuse(NO_SUCH_PRIORITY)
            return
        level = int(command.code)
        verb = Move.LOWER if level > order.where.priority else Move.RAISE
        if self._moves(order, verb, reason=command.words, detail=command.code):
            order.work.run(_PRIORITY, level, order.case)
            self._promises.raised(order.work, order.case, order.now)
            order.keep_note()
            order.happened(Happened.RAISED, code=command.code)
            order.tell(DONE)

    def _close(self, order: Order) -> None:
        code = order.command.code
        if code not in DISPOSITIONS:
            order.refuse(NO_SUCH_DISPOSITION, codes=", ".join(DISPOSITIONS))
        elif self.clocking.may_close(order) and self._moves(order, Move.CLOSE, detail=code):
            order.keep_note()
            order.deeds.append(HandBack(order.by.id, goes_on=False))
            order.happened(Happened.CLOSED, code=code)
            order.tell(REST_OFFERED if order.was_hard else DONE)

    def _reopen(self, order: Order) -> None:
        if self._moves(order, Move.REOPEN):
            order.happened(Happened.REOPENED)
            order.tell(DONE)

    def _take_over(self, order: Order) -> None:
        if order.where and order.may_write() and self._moves(order, Move.TAKE_OVER):
            order.deeds.append(
                TakeOver(order.case, order.by.id, order.by.title, order.where.rule,
                         order.where.reference)
            )  # fmt: skip

    def _hand_back(self, order: Order) -> None:
        if self._moves(order, Move.HAND_BACK):
            order.deeds.append(HandBack(order.by.id))

    def _say(self, order: Order) -> None:
        command = order.command
        sort, content = carried(command)
        if sort is Sort.WORDS and not command.words.strip():
            order.refuse(NOTHING_TO_SAY)
        elif len(command.words) > LONGEST:
            order.refuse(TOO_LONG, most=str(LONGEST))
        elif any(file.size > LARGEST_FILE for file in command.files):
            order.refuse(FILE_TOO_LARGE)
        else:
            self._tell(order, sort, content)

    def _reword(self, order: Order) -> None:
        """Change what a caseworker wrote themselves, where it went or before it goes."""
        deed = rewording(order, self._exchanges)
        if deed is not None and order.may_write() and self._moves(order, Move.WORK):
            order.deeds.append(deed)

    def _phrase(self, order: Order) -> None:
        command = order.command
        if command.code not in self._phrasebook:
            order.refuse(NO_SUCH_PHRASE)
        elif missing := self._phrasebook.missing_blanks(command.code, command.values):
            order.refuse(BLANKS_MISSING, blanks=", ".join(missing))
        elif overfull := self._phrasebook.too_long(command.code, command.values):
            order.refuse(BLANKS_TOO_LONG, blanks=", ".join(overfull))
        else:
            self._tell(order, Sort.PHRASE, Content(code=command.code, values=command.values))

    def _tell(self, order: Order, sort: Sort, content: Content) -> None:
        if order.may_write() and self._moves(order, Move.WORK):
            order.deeds.append(
                Tell(Exchange(order.case, Side.CASEWORKER, sort, content, order.now, order.by.id))
            )

    def _insist(self, order: Order) -> None:
        if order.may_write() and self._moves(order, Move.INSIST, reason=order.command.words):
            order.keep_note()
            order.deeds.append(Insist(order.by.id))
            order.tell(INSISTED)

    def _note(self, order: Order) -> None:
        if not order.command.words.strip():
            order.refuse(NOTHING_TO_SAY)
        elif self._moves(order, Move.NOTE):
            order.keep_note()

    def _answer(self, order: Order) -> None:
        flow, _dot, step = order.command.code.partition(".")
        if self._moves(order, Move.WORK):
            order.deeds.append(FillIn(order.by.id, flow, step, order.command.words))

    def _on_duty(self, order: Order) -> None:
        self._staff.set_duty(order.work, order.by.id, on=True)
        order.tell(DONE)

    def _rest(self, order: Order) -> None:
        minutes = order.command.code
        if not minutes.isdecimal() or not 0 <= int(minutes) <= LONGEST_REST:
            order.refuse(MINUTES_PLEASE)
            return
        self._staff.rest(order.work, order.by.id, order.now + int(minutes) * MINUTE)
        order.tell(DONE)

    def _off_duty(self, order: Order) -> None:
        self._staff.set_duty(order.work, order.by.id, on=False)
        for case in self._claims.end_shift(order.work, order.by, order.now):
            order.events.append(Event(Happened.RELEASED, case, order.by.id))
        order.tell(DONE)


_VERBS: Mapping[Verb, Callable[[Orders, Order], None]] = {
    Verb.CLAIM: Orders._claim,  # noqa: SLF001 - a table of this class's own verbs
    Verb.RELEASE: Orders._release,  # noqa: SLF001
    Verb.TRANSFER: Orders._transfer,  # noqa: SLF001
    Verb.TAKE_OVER: Orders._take_over,  # noqa: SLF001
    Verb.HAND_BACK: Orders._hand_back,  # noqa: SLF001
    Verb.SAY: Orders._say,  # noqa: SLF001
    Verb.REWORD: Orders._reword,  # noqa: SLF001
    Verb.PHRASE: Orders._phrase,  # noqa: SLF001
    Verb.INSIST: Orders._insist,  # noqa: SLF001
    Verb.NOTE: Orders._note,  # noqa: SLF001
    Verb.ANSWER: Orders._answer,  # noqa: SLF001
    Verb.PRIORITY: Orders._priority,  # noqa: SLF001
    Verb.REST: Orders._rest,  # noqa: SLF001
    **dict.fromkeys(CLOCKED, lambda orders, order: orders.clocking.carry_out(order)),
    Verb.CLOSE: Orders._close,  # noqa: SLF001
    Verb.REOPEN: Orders._reopen,  # noqa: SLF001
    Verb.ON_DUTY: Orders._on_duty,  # noqa: SLF001
    Verb.OFF_DUTY: Orders._off_duty,  # noqa: SLF001
}
