"""What is put off: a case aside until a moment, a day to look at it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import ActionRefusal, CaseAction
from bot.cases.urgency import Priority
from bot.clock import DAY
from bot.hotline.chat.messages import CaseMessage, CaseMessageContent, CaseMessageKind, MessageSide
from bot.hotline.commands.texts import DONE
from bot.hotline.commands.types import Verb
from bot.hotline.events import Event, EventKind
from bot.hotline.queue import case_status
from bot.hotline.queue.snooze import HOLDER_RETURNED, Snoozes
from bot.places.deadlines import start_of_day
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.hotline.commands.context import CommandContext
    from bot.hotline.deadlines import CaseDeadlines
    from bot.hotline.queue.claims import Claims

MAX_SNOOZE = 30 * DAY
"""How long a case can be put aside."""
MAX_FOLLOW_UP = 366 * DAY
"""How far ahead a follow-up can lie."""

NO_MOMENT = _("Say until when, as 2026-11-25 14:30: a moment that comes, within 30 days.")
NO_DAY = _("Say on which day, as 2026-11-25: one that comes, within a year.")
SNOOZE_REASON_NEEDED = _("Please say why it can wait.")
FOLLOW_UP_TASK_NEEDED = _("Please say what is to be done then.")
EMERGENCY_NOT_SNOOZED = _("Somebody is in danger now: that cannot be put aside.")
REPLY_STILL_DUE = _("The person waits for an answer: answer first, then it can be put aside.")
DEADLINE_BEFORE_THEN = _("Before that a time the law gives ends: it cannot be put aside so long.")
NOT_SNOOZED = _("This case is not put aside.")


class SnoozeCommands:
    """Carries out what caseworkers put off, inside units of work."""

    def __init__(self, claims: Claims, clocks: CaseDeadlines) -> None:
        self._claims = claims
        self._clocks = clocks

    def handle(self, order: CommandContext) -> None:
        """Do what was ordered, or say why not."""
        _HANDLERS[order.command.verb](self, order)

    def _snooze(self, order: CommandContext) -> None:
        until = self._parse_moment(order.command.code)
        if until is None or not order.now < until <= order.now + MAX_SNOOZE:
            order.refuse(NO_MOMENT)
        elif not order.command.text.strip():
            order.refuse(SNOOZE_REASON_NEEDED)
        elif self._may_snooze(order, until) and self._move(order, CaseAction.WORK, "aside"):
            Snoozes.snooze(order.work, order.case, until, order.by.id)
            self._add_note(order, until)

    def _may_snooze(self, order: CommandContext, until: int) -> bool:
        found = case_status.load(order.work, order.case)
        if found is not None and found.priority == Priority.EMERGENCY:
            order.refuse(EMERGENCY_NOT_SNOOZED)
        elif found is not None and found.due_at is not None:
            order.refuse(REPLY_STILL_DUE)
        elif self._has_deadline_before(order, until):
            order.refuse(DEADLINE_BEFORE_THEN)
        else:
            return True
        return False

    def _has_deadline_before(self, order: CommandContext, until: int) -> bool:
        running = self._clocks.running(order.work, order.case)
        return any(it.ends_at is not None and order.now < it.ends_at <= until for it in running)

    def _unsnooze(self, order: CommandContext) -> None:
        if not self._move(order, CaseAction.WORK, "back"):
            return
        if Snoozes.unsnooze(order.work, order.case, HOLDER_RETURNED, order.now):
            order.add_event(EventKind.SNOOZE_CHANGED)
            order.reply(DONE)
        else:
            order.refuse(NOT_SNOOZED)

    def _follow_up(self, order: CommandContext) -> None:
        code, words = order.command.code, order.command.text
        if not code.strip():
            if self._move(order, CaseAction.NOTE, "follow_up"):
                Snoozes.set_follow_up(order.work, order.case, None)
                order.add_event(EventKind.SNOOZE_CHANGED)
                order.reply(DONE)
            return
        read = self._clocks.law.parse_time(code)
        at = start_of_day(read[0], self._clocks.law.zone) if read else 0
        if not order.now < at <= order.now + MAX_FOLLOW_UP:
            order.refuse(NO_DAY)
        elif not words.strip():
            order.refuse(FOLLOW_UP_TASK_NEEDED)
        elif self._move(order, CaseAction.NOTE, "follow_up"):
            Snoozes.set_follow_up(order.work, order.case, at)
            self._add_note(order, at, is_day=True)

    def _parse_moment(self, typed: str) -> int | None:
        """Return a moment as it was typed; the first instant of a day without an hour."""
        read = self._clocks.law.parse_time(typed)
        if read is None:
            return None
        day, at = read
        return start_of_day(day, self._clocks.law.zone) if at is None else at

    def _add_note(self, order: CommandContext, at: int, *, is_day: bool = False) -> None:
        """Keep the reason as a note, with when it is: in digits, whatever anybody reads."""
        law = self._clocks.law
        when = law.date_of(at).isoformat() if is_day else law.format_time(at)
        content = CaseMessageContent(text=f"({when}) {order.command.text}")
        it = CaseMessage(
            order.case, MessageSide.NOTE, CaseMessageKind.TEXT, content, order.now, order.by.id
        )
        order.notes.append(it)
        order.events.append(Event(EventKind.NOTE_ADDED, order.case, order.by.id, message=it))
        order.add_event(EventKind.SNOOZE_CHANGED)
        order.reply(DONE)

    def _move(self, order: CommandContext, verb: CaseAction, detail: str) -> bool:
        """Tell whether the case is theirs to put off."""
        moved = self._claims.move(order.work, order.case, verb, order.now, order.by, detail=detail)
        if isinstance(moved, ActionRefusal):
            order.refuse(moved.text)
            return False
        return True


_HANDLERS: Mapping[Verb, Callable[[SnoozeCommands, CommandContext], None]] = {
    Verb.SNOOZE: SnoozeCommands._snooze,  # noqa: SLF001 - a table of this class's own verbs
    Verb.UNSNOOZE: SnoozeCommands._unsnooze,  # noqa: SLF001
    Verb.FOLLOW_UP: SnoozeCommands._follow_up,  # noqa: SLF001
}
SNOOZE_VERBS = tuple(_HANDLERS)
"""What is carried out here."""
