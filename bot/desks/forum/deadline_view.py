"""The law's clocks as the group sees them: in mode notify only that there is one, and how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.forum import texts
from bot.hotline.commands.types import Verb
from bot.hotline.deadlines import dated, line_of, span_of
from bot.messages import Say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.desks.case_summary import Glance
    from bot.desks.forum.command_handlers import Asked
    from bot.desks.forum.context import Setup
    from bot.hotline.commands.types import Command
    from bot.hotline.events import Event
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work


def clock_lines(setup: Setup, work: Work, glance: Glance, now: int) -> list[str]:
    """Return a line of the card for each clock that is near."""
    near = setup.clocks.near(work, glance.case, now)
    return [clock_line(setup, glance, it, now) for it in near[: None if setup.shows_words else 1]]


def clock_line(setup: Setup, glance: Glance, deadline: Deadline, now: int) -> str:
    """Return how one clock of a case stands."""
    tongue, left = setup.tongue, deadline.left(now)
    if setup.shows_words:
        return tongue(texts.CLOCK, line=line_of(deadline, tongue.staff, now))
    if left is None:
        return tongue(texts.CLOCK_STANDS, reference=glance.reference)
    text = texts.CLOCK_ENDED if left < 0 else texts.CLOCK_ENDS
    return tongue(text, left=span_of(abs(left)), reference=glance.reference)


def clocks_dated(setup: Setup, glance: Glance, running: Iterable[Deadline], now: int) -> str:
    """Return clocks of a case in a line, or what shows them."""
    if setup.shows_words:
        return dated(running, setup.tongue.staff, now)
    return f"haven clock show {glance.reference}"


def clock_told(setup: Setup, work: Work, glance: Glance, event: Event, now: int) -> str:
    """Return what the group is told of a clock: what was entered, or what runs out."""
    tongue = setup.tongue
    if not setup.shows_words:
        near = [] if event.by else setup.clocks.near(work, glance.case, now)
        if near:
            return clock_line(setup, glance, near[0], now)
        return tongue(texts.CLOCK_STANDS, reference=glance.reference)
    lines = [tongue(event.text, **event.values)] if event.text else []
    if event.code:
        lines.append(tongue(texts.NOT_REMINDED.get(event.code, texts.DID_NOT_ARRIVE)))
    return "\n".join(lines)


def clock_asked(setup: Setup, asked: Asked) -> list[Command]:
    """Return what `/clock` wants done; alone it shows what runs, and what can be entered."""
    event, day = asked.words.first.lower(), asked.words.rest
    if not event:
        told = clocks_told(setup, asked.work, asked.case, asked.now)
        return asked.answer(Say(told, thread=asked.update.thread))
    if event == Verb.STRIKE:
        return asked.order(Verb.STRIKE, code=day)
    return asked.order(Verb.CLOCK, code=event, said=day)


def clocks_told(setup: Setup, work: Work, case: str, now: int) -> str:
    """Return what runs in a case, what was entered, and what can be."""
    tongue, law = setup.tongue, setup.clocks.law
    running = setup.clocks.running(work, case)
    lines = [_rule(setup, it, now) for it in running] or [tongue(texts.NO_CLOCKS)]
    for row in setup.clocks.rows(work, case):
        it = row.happening
        kind = law.kinds.get(it.code)
        if kind is not None:
            text = texts.EVENT_STRUCK if row.is_struck else texts.CLOCK_EVENT
            blanks = {"number": str(row.number), "day": it.day, "event": it.code}
            lines.append(tongue(text, **blanks, meaning=tongue(kind.text)))
    lines.append(tongue(texts.WHAT_CAN_HAPPEN))
    lines += [
        tongue(texts.CAN_HAPPEN, event=kind.code, meaning=tongue(kind.text))
        for kind in law.kinds.values()
    ]
    return "\n".join(lines)


def _rule(setup: Setup, deadline: Deadline, now: int) -> str:
    tongue, clock = setup.tongue, deadline.clock
    blanks = {
        "line": line_of(deadline, tongue.staff, now),
        "must": tongue(clock.must),
        "articles": "; ".join(it.read_in(tongue.staff) for it in clock.articles),
    }
    if deadline.last_day is None:
        return tongue(texts.COUNTED_RULE, **blanks)
    return tongue(texts.CLOCK_RULE, day=deadline.last_day.isoformat(), **blanks)
