"""The team, for supervisors: who carries what, who waits too long, and a case given to somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.clock import MINUTE
from bot.desks.web import durations, texts
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case.actions import ActionInput, send_command
from bot.desks.web.queue import queries
from bot.desks.web.routes import Permission, Route, form_fields
from bot.desks.web.team import workload
from bot.hotline.commands.types import Verb

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.queue.queries import QueueRow
    from bot.desks.web.request import DeskRequest
    from bot.desks.web.team.workload import LanguageDemand, Workload
    from bot.store.writer import Work

MAX_LATE_SHOWN = 20
"""Cases that wait too long, on the page; the list of all that waits has the others."""


async def team_page(request: DeskRequest) -> Response:
    """Show who carries what, and who waits."""
    return request.render("team.html", **await _page_values(request))


async def team_pane(request: DeskRequest) -> Response:
    """Show the same alone, for a page that is open."""
    return request.render("_team.html", **await _page_values(request))


async def assign_case(request: DeskRequest) -> Response:
    """Give a case to somebody, whoever holds it now."""
    seen = await request.context.read_pool.run(
        lambda work: check_case_access(work, request, request.form.get("reference", ""))
    )
    filled = ActionInput(code=request.form.get("to", "")[:32])
    told = await send_command(request, seen.case, Verb.TRANSFER, filled)
    if told is None:
        request.flash(texts.COMMAND_STORED, is_refused=True)
    elif told.source:
        request.current_session.flashes.append(
            (request.locale(told.text, **told.values), told.is_refused)
        )
    return request.redirect("/team")


async def _page_values(request: DeskRequest) -> dict[str, Any]:
    front, now = request.context, request.now

    def look(work: Work) -> tuple[list[Workload], list[LanguageDemand], list[QueueRow]]:
        hands = workload.workloads(work, front.staff, now)
        late = workload.late_cases(work, now)
        first = [it.case for it in late[:MAX_LATE_SHOWN]]
        lines = queries.load_rows(work, front, request.caseworker, first, now)
        return hands, workload.language_demand(work, hands, late, now), lines

    hands, spoken, late = await front.read_pool.run(look)
    return {
        "hands": hands,
        "spoken": spoken,
        "late": late,
        "told": queries.format_count,
        "can_take": lambda queue: workload.available_for(hands, queue),
        "span": lambda it: durations.format_duration(request.locale, it),
        "promise": lambda it: durations.reply_due_text(request.locale, it, now),
        "near": lambda it: durations.nearness(
            it.due_at, now, front.reply_clocks.max_wait(it.priority)
        ),
        "rests": lambda it: durations.format_duration(
            request.locale, it.by.rests_until - now + MINUTE
        ),
    }


ROUTES = (
    Route("/team", team_page, Permission.TEAM),
    Route("/team/pane", team_pane, Permission.TEAM, is_pane=True, is_background=True),
    Route("/team/give", assign_case, Permission.TEAM, "POST", form_fields("reference", "to")),
)
