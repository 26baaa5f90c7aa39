"""Commands about time: events for the legal deadlines, and the end of a check-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import ActionRefusal, CaseAction
from bot.cases.urgency import Priority
from bot.hotline.check_ins.texts import END_CHECK_IN_FIRST, ENDED_BY_CASEWORKER, NO_CHECK_IN
from bot.hotline.deadlines import DEADLINES_RUNNING, DeadlineRefusal
from bot.hotline.events import EventKind
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import check_move
from bot.text import Text, _

if TYPE_CHECKING:
    from bot.hotline.commands.context import CommandContext

# Translators: {number} counts the events of a case; {event} is a code, e.g. not_identified.
EVENT_ENTERED = _("{name} entered event {number}: {event}.")
EVENT_STRUCK = _("{name} struck out event {number} as a mistake: it no longer counts.")
DANGER_WAITS = _(
    "The person is in danger and waits for a reply. Answer first, or close the case again and say "
    "why."
)


def add_event(context: CommandContext) -> None:
    """Enter an event from which legal deadlines are counted, on the day in the text."""
    code, text = context.command.code, context.command.text
    result = context.services.deadlines.add_event(
        context.work, context.case, code, text, context.by.id, context.now
    )
    _tell(context, result, EVENT_ENTERED, number=str(result), event=code)


def strike_event(context: CommandContext) -> None:
    """Mark an event as entered by mistake."""
    number = context.command.code
    result = context.services.deadlines.strike_event(
        context.work, context.case, number, context.by.id, context.now
    )
    _tell(context, result, EVENT_STRUCK, number=number)


def _tell(
    context: CommandContext, result: int | DeadlineRefusal, text: Text, **values: str
) -> None:
    if isinstance(result, DeadlineRefusal):
        context.refuse(result.text, **result.values)
    else:
        context.announce(EventKind.LEGAL_DEADLINE, text, **values)


def end_check_in(context: CommandContext) -> None:
    """End the agreed check-in; the caseworker who ends it tells the person."""
    check_ins = context.services.check_ins
    if check_ins.end(context.work, context.case, context.by.id, context.now):
        context.announce(EventKind.CHECKED_IN, ENDED_BY_CASEWORKER)
    else:
        context.refuse(NO_CHECK_IN)


def may_close(context: CommandContext) -> bool:
    """Return whether closing the case ends nothing unseen; refuse the command if it would.

    A check-in has to be ended first. A reason is needed for a running legal deadline, which the
    caseworker may not be able to end, and while a person in danger waits for a reply. A caseworker
    who may not close the case learns nothing of these.
    """
    work, case, services = context.work, context.case, context.services
    status = case_status.load(work, case)
    if not status or isinstance(check_move(status, CaseAction.CLOSE, context.by), ActionRefusal):
        return True  # moving the case refuses it
    if services.check_ins.of_case(work, case) is not None:
        context.refuse(END_CHECK_IN_FIRST)
        return False
    has_reason = bool(context.command.text.strip())
    upcoming = services.deadlines.upcoming(work, case, context.now)
    if upcoming and not has_reason:
        context.refuse(DEADLINES_RUNNING, upcoming)
        return False
    if status.priority == Priority.EMERGENCY and status.due_at is not None and not has_reason:
        context.refuse(DANGER_WAITS)
        return False
    return True
