"""What a caseworker enters of time: what has happened by the law, and that an hour is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import IS_STAFF, Move, Refusal, Role
from bot.hotline.check_ins.texts import END_FIRST, ENDED_BY, NONE_AGREED
from bot.hotline.commands.types import Verb
from bot.hotline.deadlines import STILL_RUN, Refused
from bot.hotline.events import Event, Happened
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import asked
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.hotline.check_ins.store import CheckIns
    from bot.hotline.commands.context import Order
    from bot.hotline.deadlines import CaseClocks
    from bot.text import Text

# Translators: {number} counts the events of a case; {event} is a code, e.g. not_identified.
ENTERED = _("{name} entered event {number}: {event}.")
STRUCK = _("{name} says that event {number} was a mistake: it does not count any more.")


class Clocking:
    """Carries out what caseworkers enter, inside units of work."""

    def __init__(self, clocks: CaseClocks, check_ins: CheckIns) -> None:
        self._clocks = clocks
        self.check_ins = check_ins

    def carry_out(self, order: Order) -> None:
        """Do what was ordered, or say why not."""
        if order.by.role is Role.AUDITOR:
            order.refuse(IS_STAFF.otherwise)
        else:
            _VERBS[order.command.verb](self, order)

    def _enter(self, order: Order) -> None:
        code, day = order.command.code, order.command.words
        found = self._clocks.enter(order.work, order.case, code, day, order.by.id, order.now)
        if isinstance(found, Refused):
            order.refuse(found.text, **found.values)
        else:
            self._tell(order, ENTERED, number=str(found), event=code)

    def _strike(self, order: Order) -> None:
        number = order.command.code
        found = self._clocks.strike(order.work, order.case, number, order.by.id, order.now)
        if isinstance(found, Refused):
            order.refuse(found.text, **found.values)
        else:
            self._tell(order, STRUCK, number=number)

    def _end_hour(self, order: Order) -> None:
        """Ask a person no more at the hour agreed on: whoever ends it tells them."""
        if self.check_ins.end(order.work, order.case, order.by.id, order.now):
            values = {"name": order.by.name or order.by.id}
            order.events.append(
                Event(Happened.CHECKED_IN, order.case, order.by.id, text=ENDED_BY, values=values)
            )
        else:
            order.refuse(NONE_AGREED)

    def may_close(self, order: Order) -> bool:
        """Tell whether nothing that a case waits for stops unseen with it; if it would, say so.

        An hour agreed on is ended first. A time the law gives may not be anybody's to end: it
        stops for a reason, and whoever may not close the case is told nothing of it.
        """
        found = case_status.read(order.work, order.case)
        if found is None or isinstance(asked(found, Move.CLOSE, order.by), Refusal):
            return True  # the move itself says why not
        if self.check_ins.of_case(order.work, order.case) is not None:
            order.refuse(END_FIRST)
            return False
        ahead = self._clocks.ahead(order.work, order.case, order.now)
        if ahead and not order.command.words.strip():
            order.refuse(STILL_RUN, ahead)
            return False
        return True

    @staticmethod
    def _tell(order: Order, text: Text, **values: str) -> None:
        values["name"] = order.by.name or order.by.id
        order.events.append(
            Event(Happened.CLOCK, order.case, order.by.id, text=text, values=values)
        )


_VERBS: Mapping[Verb, Callable[[Clocking, Order], None]] = {
    Verb.CLOCK: Clocking._enter,  # noqa: SLF001 - a table of this class's own verbs
    Verb.STRIKE: Clocking._strike,  # noqa: SLF001
    Verb.CHECK_IN: Clocking._end_hour,  # noqa: SLF001
}
CLOCKED = tuple(_VERBS)
"""What is carried out here."""
