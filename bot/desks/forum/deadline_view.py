"""Legal deadlines and check-ins as the group shows them.

In mode notify it learns only that there is a deadline, and when; that there is a check-in, and its
result. The time of that result is shown there as well, because Telegram dates every message. A
legal deadline that it may start is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.forum import texts
from bot.hotline.check_ins.texts import ANSWERED_IN_TIME, MAY_BE_CONTACT, check_in_line
from bot.hotline.deadlines import deadline_line, deadlines_line, format_span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.desks.case_summary import CaseSummary
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
    span = format_span(abs(left), locale.staff_catalogue)
    text = texts.DEADLINE_ENDED if left < 0 else texts.DEADLINE_ENDS
    return locale(text, left=span, reference=summary.reference)


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
    words = locale.staff_catalogue  # the blanks of the event are in English
    lines = [deadline_line(it, words, now) for it in event.deadlines]
    if event.text and not lines:
        lines = [locale(event.text, **event.values)]
    if event.code:
        lines.append(locale(texts.REMINDER_NOT_SENT.get(event.code, texts.REMINDER_UNCERTAIN)))
    return "\n".join(lines)


def deadlines_report(context: ForumContext, work: Work, case: str, now: int) -> str:
    """Return the running deadlines of a case, its events, and what can be entered."""
    locale, law = context.locale, context.legal_deadlines.law
    running = context.legal_deadlines.running(work, case)
    lines = [_deadline_details(context, it, now) for it in running] or [locale(texts.NO_DEADLINES)]
    for row in context.legal_deadlines.events(work, case):
        it, kind = row.event, law.event_kinds.get(row.event.code)
        if kind is not None:
            text = texts.EVENT_STRUCK if row.is_struck else texts.LEGAL_EVENT
            blanks = {"number": str(row.number), "day": it.day, "event": it.code}
            lines.append(locale(text, **blanks, meaning=locale(kind.text)))
    lines.append(locale(texts.EVENT_USAGE))
    lines += [
        locale(texts.EVENT_OPTION, event=kind.code, meaning=locale(kind.text))
        for kind in law.typed_kinds.values()
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


def check_in_lines(context: ForumContext, work: Work, case: str) -> list[str]:
    """Return the line of the card about a check-in, if there is one."""
    kept, locale = context.check_ins.of_case(work, case), context.locale
    if kept is None:
        return []
    if not context.shows_content:
        return [locale(texts.CHECK_IN_AGREED)]
    return [check_in_line(kept.check_in, locale.staff_catalogue, locale.zone)]


def check_in_text(context: ForumContext, summary: CaseSummary, event: Event) -> str:
    """Return the message that a check-in was answered or ended."""
    locale, text = context.locale, event.text
    is_veiled = text == MAY_BE_CONTACT and not context.shows_content
    lines = [locale(ANSWERED_IN_TIME if is_veiled else text, **event.values)] if text else []
    if is_veiled:
        lines.append(locale(texts.DEADLINE_EXISTS, reference=summary.reference))
    return "\n".join(lines)
