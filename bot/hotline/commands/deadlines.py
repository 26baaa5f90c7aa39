"""Commands about time: events for the legal deadlines, and the end of a check-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import ActionRefusal, CaseAction
from bot.hotline.check_ins.texts import END_CHECK_IN_FIRST, ENDED_BY_CASEWORKER, NO_CHECK_IN
from bot.hotline.deadlines import DEADLINES_RUNNING, DeadlineRefusal
from bot.hotline.events import EventKind
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import check_move
from bot.text import _

if TYPE_CHECKING:
    from bot.hotline.commands.context import CommandContext

# Translators: {number} counts the events of a case; {event} is a code, e.g. not_identified.
EVENT_ENTERED = _("{name} entered event {number}: {event}.")
EVENT_STRUCK = _("{name} struck out event {number} as a mistake: it no longer counts.")


def add_event(context: CommandContext) -> None:
    """Enter an event from which legal deadlines are counted, on the day in the text."""
    code = context.command.code
    result = context.services.deadlines.add_event(
        context.work, context.case, code, context.command.text, context.by.id, context.now
    )
    if isinstance(result, DeadlineRefusal):
        context.refuse(result.text, **result.values)
    else:
        context.announce(EventKind.LEGAL_DEADLINE, EVENT_ENTERED, number=str(result), event=code)


def strike_event(context: CommandContext) -> None:
    """Mark an event as entered by mistake."""
    number = context.command.code
    result = context.services.deadlines.strike_event(
        context.work, context.case, number, context.by.id, context.now
    )
    if isinstance(result, DeadlineRefusal):
        context.refuse(result.text, **result.values)
    else:
        context.announce(EventKind.LEGAL_DEADLINE, EVENT_STRUCK, number=number)


def end_check_in(context: CommandContext) -> None:
    """End the agreed check-in; the caseworker who ends it tells the person."""
    check_ins = context.services.check_ins
    if check_ins.end(context.work, context.case, context.by.id, context.now):
        context.announce(EventKind.CHECKED_IN, ENDED_BY_CASEWORKER)
    else:
        context.refuse(NO_CHECK_IN)


def may_close(context: CommandContext) -> bool:
    """Return whether closing the case ends nothing unseen; refuse the command if it would.

    A check-in has to be ended first. A running legal deadline, which the caseworker may not be able
    to end, needs a reason. A caseworker who may not close the case learns nothing of either.
    """
    status = case_status.load(context.work, context.case)
    if status is None or isinstance(
        check_move(status, CaseAction.CLOSE, context.by), ActionRefusal
    ):
        return True  # moving the case refuses it
    if context.services.check_ins.of_case(context.work, context.case) is not None:
        context.refuse(END_CHECK_IN_FIRST)
        return False
    upcoming = context.services.deadlines.upcoming(context.work, context.case, context.now)
    if upcoming and not context.command.text.strip():
        context.refuse(DEADLINES_RUNNING, upcoming)
        return False
    return True
