"""Legal deadlines as the group shows them: in mode notify only that there is one, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.forum import texts
from bot.hotline.commands.types import Command, Verb
from bot.hotline.deadlines import deadline_line, deadlines_line, format_span
from bot.messages import SendText

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.desks.case_summary import CaseSummary
    from bot.desks.forum.command_handlers import ForumAction
    from bot.desks.forum.context import ForumContext
    from bot.hotline.events import Event
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work


def deadline_lines(context: ForumContext, work: Work, summary: CaseSummary, now: int) -> list[str]:
    """Return a line of the card for each deadline that is near."""
    near = context.legal_deadlines.near(work, summary.case, now)
    return [
        deadline_text(context, summary, it, now)
        for it in near[: None if context.shows_content else 1]
    ]


def deadline_text(context: ForumContext, summary: CaseSummary, deadline: Deadline, now: int) -> str:
    """Return one deadline of a case."""
    locale, left = context.locale, deadline.time_left(now)
    if context.shows_content:
        return locale(texts.DEADLINE, line=deadline_line(deadline, locale.staff_catalogue, now))
    if left is None:
        return locale(texts.DEADLINE_EXISTS, reference=summary.reference)
    text = texts.DEADLINE_ENDED if left < 0 else texts.DEADLINE_ENDS
    return locale(text, left=format_span(abs(left)), reference=summary.reference)


def deadlines_summary(
    context: ForumContext, summary: CaseSummary, running: Iterable[Deadline], now: int
) -> str:
    """Return deadlines of a case on one line, or the command that shows them."""
    if context.shows_content:
        return deadlines_line(running, context.locale.staff_catalogue, now)
    return f"haven deadlines show {summary.reference}"


def deadline_event_text(
    context: ForumContext, work: Work, summary: CaseSummary, event: Event, now: int
) -> str:
    """Return the message about a deadline: what was entered, or which one is about to end."""
    locale = context.locale
    if not context.shows_content:
        near = [] if event.by else context.legal_deadlines.near(work, summary.case, now)
        if near:
            return deadline_text(context, summary, near[0], now)
        return locale(texts.DEADLINE_EXISTS, reference=summary.reference)
    lines = [locale(event.text, **event.values)] if event.text else []
    if event.code:
        lines.append(locale(texts.REMINDER_NOT_SENT.get(event.code, texts.REMINDER_UNCERTAIN)))
    return "\n".join(lines)


def deadline_command(action: ForumAction) -> list[Command]:
    """Return the command of `/clock`; without arguments show what runs and can be entered."""
    context = action.context
    event, day = action.typed.first_word.lower(), action.typed.rest
    if not event:
        report = deadlines_report(context, action.work, action.case, action.now)
        return action.reply(SendText(report, thread=action.update.thread))
    if event == Verb.STRIKE_DEADLINE_EVENT:
        return action.command(Verb.STRIKE_DEADLINE_EVENT, code=day)
    return action.command(Verb.ADD_DEADLINE_EVENT, code=event, text=day)


def deadlines_report(context: ForumContext, work: Work, case: str, now: int) -> str:
    """Return the running deadlines of a case, its events, and what can be entered."""
    locale, law = context.locale, context.legal_deadlines.law
    running = context.legal_deadlines.running(work, case)
    lines = [_deadline_details(context, it, now) for it in running] or [locale(texts.NO_DEADLINES)]
    for row in context.legal_deadlines.events(work, case):
        it = row.event
        kind = law.event_kinds.get(it.code)
        if kind is not None:
            text = texts.EVENT_STRUCK if row.is_struck else texts.LEGAL_EVENT
            blanks = {"number": str(row.number), "day": it.day, "event": it.code}
            lines.append(locale(text, **blanks, meaning=locale(kind.text)))
    lines.append(locale(texts.EVENT_USAGE))
    lines += [
        locale(texts.EVENT_OPTION, event=kind.code, meaning=locale(kind.text))
        for kind in law.event_kinds.values()
    ]
    return "\n".join(lines)


def _deadline_details(context: ForumContext, deadline: Deadline, now: int) -> str:
    locale, rule = context.locale, deadline.rule
    blanks = {
        "line": deadline_line(deadline, locale.staff_catalogue, now),
        "must": locale(rule.requirement),
        "articles": "; ".join(it.render(locale.staff_catalogue) for it in rule.articles),
    }
    if deadline.last_day is None:
        return locale(texts.DEADLINE_COUNTED, **blanks)
    return locale(texts.DEADLINE_WITH_DAY, day=deadline.last_day.isoformat(), **blanks)
