"""Case lists: Mine, Waiting, All and Snoozed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.cases.reference import parse_reference
from bot.cases.routing import QUEUE_NAMES, Queue
from bot.cases.state_machine import SENIOR_ROLES
from bot.clock import SECOND
from bot.desks.web import texts
from bot.desks.web.preferences import PRIORITIES, SOON, QueueFilter, store_preference
from bot.desks.web.queue import queries
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.routes import Permission, get, post
from bot.desks.web.team.shift import newest_unread
from bot.hotline.stale_facts import StaleFacts, find_stale_facts
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from starlette.responses import Response


TABS = {
    queries.MINE: texts.MINE, queries.WAITING: texts.WAITING, queries.ALL: texts.ALL,
    queries.LATER: texts.SNOOZED,
}  # fmt: skip
HOME = queries.WAITING


@get("/", Permission.SIGNED_IN)
async def home(request: DeskRequest) -> Response:
    """Redirect to the page a caseworker needs first."""
    if request.caseworker.role.value == "auditor":
        return request.redirect("/audit")
    if request.caseworker.is_on_duty and await newest_unread(request):
        return request.redirect("/shift")
    counts = await request.read(
        lambda work: queries.queue_counts(work, request.caseworker, request.now)
    )
    return request.redirect("/queue/mine" if counts.mine else f"/queue/{HOME}")


@get("/queue/{tab}", Permission.QUEUE)
async def queue_page(request: DeskRequest) -> Response:
    """Show one list."""
    return request.render(
        "queue.html", stale_facts=_stale_facts(request), **await _page_values(request)
    )


@get("/queue/{tab}/pane", Permission.QUEUE, is_pane=True, is_background=True)
async def queue_pane(request: DeskRequest) -> Response:
    """Show the list alone, for an open page."""
    return request.render("_queue.html", **await _page_values(request))


@post("/queue/{tab}/filter", Permission.QUEUE, "queue", "language", "priority", SOON)
async def set_filter(request: DeskRequest) -> Response:
    """Store the filter of a list."""
    tab, case_filter = _tab(request), QueueFilter.from_form(request.form)
    await request.write(
        lambda work: store_preference(work, request.caseworker.id, tab, case_filter.encoded)
    )
    return request.redirect(f"/queue/{tab}")


def _tab(request: DeskRequest) -> str:
    tab = request.param("tab")
    if tab not in TABS:
        raise NotFoundError(tab)
    return tab


async def _page_values(request: DeskRequest) -> dict[str, Any]:
    tab, by = _tab(request), request.caseworker
    case_filter = QueueFilter.decode(request.preferences.get(tab, ""))
    after = request.http.query_params.get("after", "")[:16]

    wanted = queries.ListQuery(by, tab, request.now, case_filter, after)
    (rows, last), counts = await request.read(
        lambda work: (
            queries.load_page(work, request.context, wanted),
            queries.queue_counts(work, by, request.now),
        )
    )
    return {
        "tab": tab, "tabs": TABS, "rows": rows, "counts": counts, "case_filter": case_filter,
        "after": after, "next": last, "languages": LANGUAGES, "priorities": PRIORITIES,
        "queues": {it: QUEUE_NAMES[Queue(it)] for it in queries.queues_of(by)},
        "may_select": tab == queries.MINE or (tab == queries.ALL and by.role in SENIOR_ROLES),
    }  # fmt: skip


def _stale_facts(request: DeskRequest) -> list[StaleFacts]:
    if request.caseworker.role not in SENIOR_ROLES:
        return []
    today = datetime.fromtimestamp(request.now / SECOND, request.context.zone).date()
    return find_stale_facts(request.context.place, today)


@get("/find", Permission.CASE)
async def find_case(request: DeskRequest) -> Response:
    """Redirect to a case by its number, whether or not it exists."""
    reference = parse_reference(request.http.query_params.get("number", "")[:40])
    if not reference.isalnum():
        raise NotFoundError("no number")
    return request.redirect(f"/cases/{reference}")
