"""The team, for supervisors: who carries what, who waits too long, and a case given to somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.clock import MINUTE
from bot.desks.web import durations, texts
from bot.desks.web.auth.case_access import sight
from bot.desks.web.case.actions import Filled, ordered
from bot.desks.web.queue import queries
from bot.desks.web.routes import Door, May, fields
from bot.desks.web.team import workload
from bot.hotline.commands.types import Verb

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.queue.queries import Line
    from bot.desks.web.request import Visit
    from bot.desks.web.team.workload import Hands, Spoken
    from bot.store.writer import Work

LATE_SHOWN = 20
"""Cases that wait too long, on the page; the list of all that waits has the others."""


async def team(visit: Visit) -> Response:
    """Show who carries what, and who waits."""
    return visit.page("team.html", **await _gathered(visit))


async def team_pane(visit: Visit) -> Response:
    """Show the same alone, for a page that is open."""
    return visit.page("_team.html", **await _gathered(visit))


async def give(visit: Visit) -> Response:
    """Give a case to somebody, whoever holds it now."""
    seen = await visit.front.reads.run(
        lambda work: sight(work, visit, visit.form.get("reference", ""))
    )
    filled = Filled(code=visit.form.get("to", "")[:32])
    told = await ordered(visit, seen.case, Verb.TRANSFER, filled)
    if told is None:
        visit.tell(texts.WRITTEN_DOWN, is_refused=True)
    elif told.source:
        visit.here.said.append((visit.tongue(told.text, **told.values), told.is_refused))
    return visit.go("/team")


async def _gathered(visit: Visit) -> dict[str, Any]:
    front, now = visit.front, visit.now

    def look(work: Work) -> tuple[list[Hands], list[Spoken], list[Line]]:
        hands = workload.carried(work, front.staff, now)
        late = workload.late(work, now)
        first = [it.case for it in late[:LATE_SHOWN]]
        lines = queries.lines_of(work, front, visit.by, first, now)
        return hands, workload.spoken(work, hands, late, now), lines

    hands, spoken, late = await front.reads.run(look)
    return {
        "hands": hands, "spoken": spoken, "late": late, "told": queries.told,
        "can_take": lambda queue: workload.can_take(hands, queue),
        "span": lambda it: durations.span(visit.tongue, it),
        "promise": lambda it: durations.promise(visit.tongue, it, now),
        "near": lambda it: durations.nearness(it.due_at, now, front.promises.span(it.priority)),
        "rests": lambda it: durations.span(visit.tongue, it.by.rests_until - now + MINUTE),
    }  # fmt: skip


DOORS = (
    Door("/team", team, May.TEAM),
    Door("/team/pane", team_pane, May.TEAM, is_pane=True, is_watched=True),
    Door("/team/give", give, May.TEAM, "POST", fields("reference", "to")),
)
