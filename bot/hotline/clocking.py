"""What has happened to a person by the law, as a caseworker enters it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.life import IS_STAFF, Role
from bot.hotline.clocks import Refused
from bot.hotline.commands import Verb
from bot.hotline.events import Event, Happened
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.hotline.clocks import CaseClocks
    from bot.hotline.order import Order
    from bot.text import Text

# Translators: {number} counts the events of a case; {event} is a code, e.g. not_identified.
ENTERED = _("{name} entered event {number}: {event}.")
STRUCK = _("{name} says that event {number} was a mistake: it does not count any more.")


class Clocking:
    """Carries out what caseworkers enter for the law's clocks, inside units of work."""

    def __init__(self, clocks: CaseClocks) -> None:
        self._clocks = clocks

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

    @staticmethod
    def _tell(order: Order, text: Text, **values: str) -> None:
        values["name"] = order.by.name or order.by.id
        order.events.append(
            Event(Happened.CLOCK, order.case, order.by.id, text=text, values=values)
        )


_VERBS: Mapping[Verb, Callable[[Clocking, Order], None]] = {
    Verb.CLOCK: Clocking._enter,  # noqa: SLF001 - a table of this class's own verbs
    Verb.STRIKE: Clocking._strike,  # noqa: SLF001
}
CLOCKED = tuple(_VERBS)
"""What is carried out here."""
