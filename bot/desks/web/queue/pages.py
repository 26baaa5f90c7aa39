"""The queue: who is mine, who waits, and everybody; drawn whole, its list fetched anew alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.cases.routing import QUEUE_NAMES, Queue
from bot.cases.state_machine import SENIOR_ROLES
from bot.clock import SECOND
from bot.desks.web import durations, texts
from bot.desks.web.preferences import PRIORITIES, SOON, QueueFilter, store_preference
from bot.desks.web.queue import queries
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, Route, form_fields
from bot.desks.web.team.shift import newest_unread
from bot.hotline.stale_facts import find_stale_facts
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.queue.queries import QueueCounts, QueuePage
    from bot.desks.web.request import DeskRequest
    from bot.hotline.stale_facts import StaleFacts
    from bot.store.writer import Work

TABS = {
    queries.MINE: texts.MINE,
    queries.WAITING: texts.WAITING,
    queries.ALL: texts.ALL,
    queries.LATER: texts.SNOOZED,
}
HOME = queries.WAITING


async def home(request: DeskRequest) -> Response:
    """Lead to what somebody needs first."""
    if request.caseworker.role.value == "auditor":
        return request.redirect("/audit")

    if request.caseworker.is_on_duty and await newest_unread(request):
        return request.redirect("/shift")
    counted = await request.context.read_pool.run(
        lambda work: queries.queue_counts(work, request.caseworker, request.now)
    )
    return request.redirect("/queue/mine" if counted.mine else f"/queue/{HOME}")


async def queue_page(request: DeskRequest) -> Response:
    """Show one of the lists."""
    return request.render("queue.html", old=_stale_facts(request), **await _page_values(request))


async def queue_pane(request: DeskRequest) -> Response:
    """Show the list alone, for a page that is open."""
    return request.render("_queue.html", **await _page_values(request))


async def set_filter(request: DeskRequest) -> Response:
    """Show some of a list from now on, until somebody chooses otherwise."""
    tab, wanted = _tab(request), QueueFilter.from_form(request.form)
    await request.context.database.writer.run(
        lambda work: store_preference(work, request.caseworker.id, tab, wanted.encoded)
    )
    return request.redirect(f"/queue/{tab}")


def _tab(request: DeskRequest) -> str:
    tab = request.param("tab")
    if tab not in TABS:
        raise NotFoundError(tab)
    return tab


async def _page_values(request: DeskRequest) -> dict[str, Any]:
    tab = _tab(request)
    wanted = QueueFilter.decode(request.preferences.get(tab, ""))
    after = request.http.query_params.get("after", "")[:16]

    def look(work: Work) -> tuple[QueuePage, QueueCounts]:
        front, by, now = request.context, request.caseworker, request.now
        found = queries.load_page(work, front, by, tab, wanted, after=after, now=now)
        return found, queries.queue_counts(work, by, now)

    page, counted = await request.context.read_pool.run(look)
    return {
        "tab": tab,
        "tabs": TABS,
        "lines": page.rows,
        "counts": counted,
        "wanted": wanted,
        "after": after,
        "next": page.next_after,
        "told": queries.format_count,
        "hour": request.context.legal_deadlines.law.format_time,
        "queues": {it: QUEUE_NAMES[Queue(it)] for it in queries.queues_of(request.caseworker)},
        "span": lambda it: durations.format_duration(request.locale, it),
        "promise": lambda it: durations.reply_due_text(request.locale, it, request.now),
        "near": lambda it: durations.nearness(
            it.due_at, request.now, request.context.reply_clocks.max_wait(it.priority)
        ),
        "languages": LANGUAGES,
        "levels": PRIORITIES,
        "marks": tab == queries.MINE
        or (tab == queries.ALL and request.caseworker.role in SENIOR_ROLES),
    }


def _stale_facts(request: DeskRequest) -> list[StaleFacts]:
    """Return which facts people are told no more, for those who can have them read again."""
    if request.caseworker.role not in SENIOR_ROLES:
        return []
    today = datetime.fromtimestamp(request.now / SECOND, request.context.zone).date()
    return find_stale_facts(request.context.place, today)


async def find_case(request: DeskRequest) -> Response:
    """Go to a case by its number; one that is not there, or not theirs, is told there."""
    from bot.cases.reference import parse_reference  # noqa: PLC0415

    reference = parse_reference(request.http.query_params.get("number", "")[:40])
    if not reference.isalnum():
        raise NotFoundError("no number")
    return request.redirect(f"/cases/{reference}")


FILTER_FIELDS = form_fields("queue", "language", "priority", SOON)
ROUTES = (
    Route("/", home, Permission.SIGNED_IN),
    Route("/queue/{tab}", queue_page, Permission.QUEUE),
    Route("/queue/{tab}/pane", queue_pane, Permission.QUEUE, is_pane=True, is_background=True),
    Route("/queue/{tab}/narrow", set_filter, Permission.QUEUE, "POST", FILTER_FIELDS),
    Route("/find", find_case, Permission.CASE),
)
