"""Commands that decide when a case is looked at again: snooze and follow-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import CaseAction
from bot.cases.urgency import Priority
from bot.clock import DAY
from bot.hotline.commands.texts import DONE
from bot.hotline.events import EventKind
from bot.hotline.queue import case_status
from bot.hotline.queue.snooze import HOLDER_RETURNED, Snoozes
from bot.places.deadlines import start_of_day
from bot.text import _

if TYPE_CHECKING:
    from bot.hotline.commands.context import CommandContext

MAX_SNOOZE = 30 * DAY
MAX_FOLLOW_UP = 366 * DAY
EXAMPLE_AHEAD = 2 * DAY
"""How far an example lies in the future, so that it could be typed as it stands."""

# Translators: {example} e.g. 2026-11-25 14:30
NO_MOMENT = _("Say until when, as {example}: in the future, within 30 days.")
# Translators: {example} e.g. 2026-11-25
NO_DAY = _("Say on which day, as {example}: in the future, within a year.")
SNOOZE_REASON_NEEDED = _("Please say why it can wait.")
FOLLOW_UP_TASK_NEEDED = _("Please say what is to be done then.")
EMERGENCY_NOT_SNOOZED = _("The person is in danger now: this case cannot be snoozed.")
REPLY_STILL_DUE = _("A reply is due: answer the person first, then you can snooze the case.")
DEADLINE_BEFORE_THEN = _("A legal deadline ends before then: the case cannot be snoozed so long.")
NOT_SNOOZED = _("This case is not snoozed.")


def snooze(context: CommandContext) -> None:
    """Hide the case from its holder's list until a moment, for a reason."""
    until = _parse_moment(context)
    if until is None or not context.now < until <= context.now + MAX_SNOOZE:
        law = context.services.deadlines.law
        context.refuse(NO_MOMENT, example=law.format_time(context.now + EXAMPLE_AHEAD))
    elif not context.command.text.strip():
        context.refuse(SNOOZE_REASON_NEEDED)
    elif _may_snooze(context, until) and context.move(CaseAction.WORK, detail="aside"):
        Snoozes.snooze(context.work, context.case, until, context.by.id)
        _finish(context, context.services.deadlines.law.format_time(until))


def _may_snooze(context: CommandContext, until: int) -> bool:
    status = case_status.load(context.work, context.case)
    if status is not None and status.priority == Priority.EMERGENCY:
        context.refuse(EMERGENCY_NOT_SNOOZED)
    elif status is not None and status.due_at is not None:
        context.refuse(REPLY_STILL_DUE)
    elif any(
        it.is_duty or context.now < (it.ends_at or 0) <= until
        for it in context.services.deadlines.running(context.work, context.case)
    ):
        context.refuse(DEADLINE_BEFORE_THEN)
    else:
        return True
    return False


def unsnooze(context: CommandContext) -> None:
    """Show the case again before the snooze ends."""
    if not context.move(CaseAction.WORK, detail="back"):
        return
    if Snoozes.unsnooze(context.work, context.case, HOLDER_RETURNED, context.now):
        context.add_event(EventKind.SNOOZE_CHANGED)
        context.reply(DONE)
    else:
        context.refuse(NOT_SNOOZED)


def follow_up(context: CommandContext) -> None:
    """Schedule a follow-up on a day, with what is to be done then; without a day it is done."""
    day, law = context.command.code, context.services.deadlines.law
    parsed = law.parse_time(day)
    at = start_of_day(parsed[0], law.zone) if parsed else 0
    if not day.strip():
        if context.move(CaseAction.NOTE, detail="follow_up"):
            Snoozes.set_follow_up(context.work, context.case, _day_of_appointment(context))
            context.add_event(EventKind.SNOOZE_CHANGED)
            context.reply(DONE)
    elif not context.now < at <= context.now + MAX_FOLLOW_UP:
        context.refuse(NO_DAY, example=law.date_of(context.now + EXAMPLE_AHEAD).isoformat())
    elif not context.command.text.strip():
        context.refuse(FOLLOW_UP_TASK_NEEDED)
    elif context.move(CaseAction.NOTE, detail="follow_up"):
        Snoozes.set_follow_up(context.work, context.case, at)
        _finish(context, law.date_of(at).isoformat())


def _day_of_appointment(context: CommandContext) -> int | None:
    """Return the day of the next appointment, on which the case returns again; None for none."""
    services, law = context.services, context.services.deadlines.law
    tomorrow = start_of_day(law.date_of(context.now + DAY), law.zone)
    moment = services.plans.if_readable(context.work, context.case).next_moment(tomorrow)
    return None if moment is None else start_of_day(law.date_of(moment), law.zone)


def _parse_moment(context: CommandContext) -> int | None:
    """Return the moment that was typed; the start of the day where no hour was."""
    law = context.services.deadlines.law
    day, at = law.parse_time(context.command.code) or (None, None)
    return start_of_day(day, law.zone) if day and at is None else at


def _finish(context: CommandContext, when: str) -> None:
    """Store the reason as a note with the date in digits, which every reader understands."""
    context.add_note(f"({when}) {context.command.text}")
    context.add_event(EventKind.SNOOZE_CHANGED)
    context.reply(DONE)
