"""What a caseworker enters of time: what has happened by the law, and that an hour is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import IS_STAFF, ActionRefusal, CaseAction, Role
from bot.hotline.check_ins.texts import END_CHECK_IN_FIRST, ENDED_BY_CASEWORKER, NO_CHECK_IN
from bot.hotline.commands.types import Verb
from bot.hotline.deadlines import DEADLINES_RUNNING, DeadlineRefusal
from bot.hotline.events import Event, EventKind
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import check_move
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.hotline.check_ins.store import CheckIns
    from bot.hotline.commands.context import CommandContext
    from bot.hotline.deadlines import CaseDeadlines
    from bot.text import Text

# Translators: {number} counts the events of a case; {event} is a code, e.g. not_identified.
EVENT_ENTERED = _("{name} entered event {number}: {event}.")
EVENT_STRUCK = _("{name} says that event {number} was a mistake: it does not count any more.")


class DeadlineCommands:
    """Carries out what caseworkers enter, inside units of work."""

    def __init__(self, clocks: CaseDeadlines, check_ins: CheckIns) -> None:
        self._clocks = clocks
        self.check_ins = check_ins

    def handle(self, order: CommandContext) -> None:
        """Do what was ordered, or say why not."""
        if order.by.role is Role.AUDITOR:
            order.refuse(IS_STAFF.refusal)
        else:
            _HANDLERS[order.command.verb](self, order)

    def _add_event(self, order: CommandContext) -> None:
        code, day = order.command.code, order.command.text
        found = self._clocks.add_event(order.work, order.case, code, day, order.by.id, order.now)
        if isinstance(found, DeadlineRefusal):
            order.refuse(found.text, **found.values)
        else:
            self._announce(order, EVENT_ENTERED, number=str(found), event=code)

    def _strike_event(self, order: CommandContext) -> None:
        number = order.command.code
        found = self._clocks.strike_event(order.work, order.case, number, order.by.id, order.now)
        if isinstance(found, DeadlineRefusal):
            order.refuse(found.text, **found.values)
        else:
            self._announce(order, EVENT_STRUCK, number=number)

    def _end_check_in(self, order: CommandContext) -> None:
        """Ask a person no more at the hour agreed on: whoever ends it tells them."""
        if self.check_ins.end(order.work, order.case, order.by.id, order.now):
            values = {"name": order.by.name or order.by.id}
            order.events.append(
                Event(
                    EventKind.CHECKED_IN,
                    order.case,
                    order.by.id,
                    text=ENDED_BY_CASEWORKER,
                    values=values,
                )
            )
        else:
            order.refuse(NO_CHECK_IN)

    def may_close(self, order: CommandContext) -> bool:
        """Tell whether nothing that a case waits for stops unseen with it; if it would, say so.

        An hour agreed on is ended first. A time the law gives may not be anybody's to end: it
        stops for a reason, and whoever may not close the case is told nothing of it.
        """
        found = case_status.load(order.work, order.case)
        if found is None or isinstance(
            check_move(found, CaseAction.CLOSE, order.by), ActionRefusal
        ):
            return True  # the move itself says why not
        if self.check_ins.of_case(order.work, order.case) is not None:
            order.refuse(END_CHECK_IN_FIRST)
            return False
        ahead = self._clocks.upcoming(order.work, order.case, order.now)
        if ahead and not order.command.text.strip():
            order.refuse(DEADLINES_RUNNING, ahead)
            return False
        return True

    @staticmethod
    def _announce(order: CommandContext, text: Text, **values: str) -> None:
        values["name"] = order.by.name or order.by.id
        order.events.append(
            Event(EventKind.LEGAL_DEADLINE, order.case, order.by.id, text=text, values=values)
        )


_HANDLERS: Mapping[Verb, Callable[[DeadlineCommands, CommandContext], None]] = {
    Verb.ADD_DEADLINE_EVENT: DeadlineCommands._add_event,  # noqa: SLF001 - a table of this class's own verbs
    Verb.STRIKE_DEADLINE_EVENT: DeadlineCommands._strike_event,  # noqa: SLF001
    Verb.END_CHECK_IN: DeadlineCommands._end_check_in,  # noqa: SLF001
}
DEADLINE_VERBS = tuple(_HANDLERS)
"""What is carried out here."""
