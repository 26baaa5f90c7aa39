"""What is put off: a case aside until a moment, a day to look at it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import Move, Refusal
from bot.cases.urgency import Priority
from bot.clock import DAY
from bot.hotline.chat.messages import Content, Exchange, Side, Sort
from bot.hotline.commands.texts import DONE
from bot.hotline.commands.types import Verb
from bot.hotline.events import Event, Happened
from bot.hotline.queue import case_status
from bot.hotline.queue.snooze import ASKED, Laters
from bot.places.deadlines import begin_of
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.hotline.commands.context import Order
    from bot.hotline.deadlines import CaseClocks
    from bot.hotline.queue.claims import Claims

LONGEST = 30 * DAY
"""How long a case can be put aside."""
FURTHEST = 366 * DAY
"""How far ahead a follow-up can lie."""

NO_MOMENT = _("Say until when, as 2026-11-25 14:30: a moment that comes, within 30 days.")
NO_DAY = _("Say on which day, as 2026-11-25: one that comes, within a year.")
WHY_ASIDE = _("Please say why it can wait.")
WHAT_TO_DO = _("Please say what is to be done then.")
DANGER_NOW = _("Somebody is in danger now: that cannot be put aside.")
ANSWER_OWED = _("The person waits for an answer: answer first, then it can be put aside.")
A_CLOCK_ENDS = _("Before that a time the law gives ends: it cannot be put aside so long.")
NOT_ASIDE = _("This case is not put aside.")


class PuttingOff:
    """Carries out what caseworkers put off, inside units of work."""

    def __init__(self, claims: Claims, clocks: CaseClocks) -> None:
        self._claims = claims
        self._clocks = clocks

    def carry_out(self, order: Order) -> None:
        """Do what was ordered, or say why not."""
        _VERBS[order.command.verb](self, order)

    def _aside(self, order: Order) -> None:
        until = self._moment(order.command.code)
        if until is None or not order.now < until <= order.now + LONGEST:
            order.refuse(NO_MOMENT)
        elif not order.command.words.strip():
            order.refuse(WHY_ASIDE)
        elif self._can_wait(order, until) and self._moves(order, Move.WORK, "aside"):
            Laters.put_aside(order.work, order.case, until, order.by.id)
            self._noted(order, until)

    def _can_wait(self, order: Order, until: int) -> bool:
        found = case_status.read(order.work, order.case)
        if found is not None and found.priority == Priority.EMERGENCY:
            order.refuse(DANGER_NOW)
        elif found is not None and found.due_at is not None:
            order.refuse(ANSWER_OWED)
        elif self._ends_before(order, until):
            order.refuse(A_CLOCK_ENDS)
        else:
            return True
        return False

    def _ends_before(self, order: Order, until: int) -> bool:
        running = self._clocks.running(order.work, order.case)
        return any(it.ends_at is not None and order.now < it.ends_at <= until for it in running)

    def _back(self, order: Order) -> None:
        if not self._moves(order, Move.WORK, "back"):
            return
        if Laters.bring_back(order.work, order.case, ASKED, order.now):
            order.happened(Happened.PUT_OFF)
            order.tell(DONE)
        else:
            order.refuse(NOT_ASIDE)

    def _follow_up(self, order: Order) -> None:
        code, words = order.command.code, order.command.words
        if not code.strip():
            if self._moves(order, Move.NOTE, "follow_up"):
                Laters.follow_up(order.work, order.case, None)
                order.happened(Happened.PUT_OFF)
                order.tell(DONE)
            return
        read = self._clocks.law.read(code)
        at = begin_of(read[0], self._clocks.law.zone) if read else 0
        if not order.now < at <= order.now + FURTHEST:
            order.refuse(NO_DAY)
        elif not words.strip():
            order.refuse(WHAT_TO_DO)
        elif self._moves(order, Move.NOTE, "follow_up"):
            Laters.follow_up(order.work, order.case, at)
            self._noted(order, at, is_day=True)

    def _moment(self, typed: str) -> int | None:
        """Return a moment as it was typed; the first instant of a day without an hour."""
        read = self._clocks.law.read(typed)
        if read is None:
            return None
        day, at = read
        return begin_of(day, self._clocks.law.zone) if at is None else at

    def _noted(self, order: Order, at: int, *, is_day: bool = False) -> None:
        """Keep the reason as a note, with when it is: in digits, whatever anybody reads."""
        law = self._clocks.law
        when = law.day_of(at).isoformat() if is_day else law.hour_of(at)
        content = Content(words=f"({when}) {order.command.words}")
        it = Exchange(order.case, Side.NOTE, Sort.WORDS, content, order.now, order.by.id)
        order.exchanges.append(it)
        order.events.append(Event(Happened.NOTED, order.case, order.by.id, exchange=it))
        order.happened(Happened.PUT_OFF)
        order.tell(DONE)

    def _moves(self, order: Order, verb: Move, detail: str) -> bool:
        """Tell whether the case is theirs to put off."""
        moved = self._claims.move(order.work, order.case, verb, order.now, order.by, detail=detail)
        if isinstance(moved, Refusal):
            order.refuse(moved.text)
            return False
        return True


_VERBS: Mapping[Verb, Callable[[PuttingOff, Order], None]] = {
    Verb.ASIDE: PuttingOff._aside,  # noqa: SLF001 - a table of this class's own verbs
    Verb.BACK: PuttingOff._back,  # noqa: SLF001
    Verb.FOLLOW_UP: PuttingOff._follow_up,  # noqa: SLF001
}
PUT_OFF = tuple(_VERBS)
"""What is carried out here."""
