"""Closing many cases at once: what was marked is named on a page of its own, and confirmed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from bot.cases.state_machine import Move, Refusal, move
from bot.desks.web import durations
from bot.desks.web.auth.case_access import sight
from bot.desks.web.case.actions import Filled, ordered
from bot.desks.web.middleware import CSRF
from bot.desks.web.queue import queries
from bot.desks.web.request import NotThere
from bot.desks.web.routes import BY_WHAT_IS_DONE, Door, May
from bot.desks.web.team import texts as words
from bot.hotline.commands.types import Verb

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.live.event_log import Told
    from bot.desks.web.queue.queries import Line
    from bot.desks.web.request import Visit
    from bot.store.writer import Work
    from bot.text import Text

MARK = "case."
"""What the name of a box begins with; the number of the case follows."""
MOST = queries.PAGE
"""Cases at once: as many as stand on a page, which somebody can still read."""


@dataclass(frozen=True, slots=True)
class Marked:
    """One case that was marked, and why it stays open, if it does."""

    line: Line
    why_not: Text | None


async def ask(visit: Visit) -> Response:
    """Name what will be closed, and ask how it ended."""
    found = await _marked(visit)
    if not found:
        visit.tell(words.NOTHING_MARKED, is_refused=True)
        return visit.go(_back(visit))
    return _asked(visit, found)


async def confirm(visit: Visit) -> Response:
    """Close what was named, each as if it were the only one."""
    found = [it for it in await _marked(visit) if it.why_not is None]
    how = visit.form.get("code", "")
    if how not in visit.front.dispositions or not found:
        visit.tell(words.NOTHING_CLOSED, is_refused=True)
        return visit.go(_back(visit))
    filled = Filled(code=how)
    said = await asyncio.gather(
        *(ordered(visit, it.line.glance.case, Verb.CLOSE, filled) for it in found)
    )
    closed = [told is not None and not told.is_refused for told in said]
    if any(closed):
        visit.tell(words.CLOSED_SO_MANY, count=str(sum(closed)))
    for it, told in zip(found, said, strict=True):
        _tell_why_not(visit, it, told)
    return visit.go(_back(visit))


def _tell_why_not(visit: Visit, it: Marked, told: Told | None) -> None:
    reference = it.line.glance.reference
    if told is None:
        visit.tell(words.NOT_CLOSED_YET, is_refused=True, reference=reference)
    elif told.is_refused:
        why = visit.tongue(told.text, **told.values)
        visit.tell(words.NOT_CLOSED, is_refused=True, reference=reference, why=why)


async def _marked(visit: Visit) -> list[Marked]:
    """Return the cases that were marked.

    Raises:
        NotThere: one is not there or not theirs, or there are too many.
        HTTPException: something stands there that nobody asked for.
    """
    references = [it.removeprefix(MARK) for it in visit.form if it.startswith(MARK)]
    if set(visit.form) - {MARK + it for it in references} - {CSRF, "tab", "code"}:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    if len(references) > MOST:
        raise NotThere("too many")

    def look(work: Work) -> list[Marked]:
        seen = [sight(work, visit, it) for it in references]
        lines = queries.lines_of(work, visit.front, visit.by, [it.case for it in seen], visit.now)
        return [Marked(it, _why_not(visit, it)) for it in lines]

    return await visit.front.reads.run(look)


def _why_not(visit: Visit, line: Line) -> Text | None:
    moved = move(line.glance.state, Move.CLOSE, visit.by.role, is_holder=line.is_mine)
    return moved.text if isinstance(moved, Refusal) else None


def _asked(visit: Visit, found: list[Marked]) -> Response:
    return visit.page(
        "closing.html", found=found, tab=_tab(visit), mark=MARK,
        closable=[it for it in found if it.why_not is None],
        dispositions=visit.front.dispositions,
        span=lambda it: durations.span(visit.tongue, it),
    )  # fmt: skip


def _tab(visit: Visit) -> str:
    tab = visit.form.get("tab", "")
    return tab if tab in {queries.MINE, queries.ALL} else queries.MINE


def _back(visit: Visit) -> str:
    return f"/queue/{_tab(visit)}"


DOORS = (
    Door("/closing", ask, May.QUEUE, "POST", BY_WHAT_IS_DONE),
    Door("/closing/confirm", confirm, May.QUEUE, "POST", BY_WHAT_IS_DONE),
)
