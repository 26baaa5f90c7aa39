"""The queue: who is mine, who waits, and everybody; drawn whole, its list fetched anew alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.cases.routing import NAMES, Queue
from bot.cases.state_machine import ABOVE
from bot.clock import SECOND
from bot.desks.web import durations, texts
from bot.desks.web.preferences import PRIORITIES, SOON, Wanted, choose
from bot.desks.web.queue import queries
from bot.desks.web.request import NotThere
from bot.desks.web.routes import Door, May, fields
from bot.desks.web.team.shift import unread
from bot.hotline.stale_facts import old_facts
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.queue.queries import Counts, Page
    from bot.desks.web.request import Visit
    from bot.hotline.stale_facts import Old
    from bot.store.writer import Work

TABS = {
    queries.MINE: texts.MINE,
    queries.WAITING: texts.WAITING,
    queries.ALL: texts.ALL,
    queries.LATER: texts.LATER,
}
HOME = queries.WAITING


async def home(visit: Visit) -> Response:
    """Lead to what somebody needs first."""
    if visit.by.role.value == "auditor":
        return visit.go("/audit")

    if visit.by.is_on_duty and await unread(visit):
        return visit.go("/shift")
    counted = await visit.front.reads.run(lambda work: queries.counts(work, visit.by, visit.now))
    return visit.go("/queue/mine" if counted.mine else f"/queue/{HOME}")


async def queue(visit: Visit) -> Response:
    """Show one of the lists."""
    return visit.page("queue.html", old=_old(visit), **await _gathered(visit))


async def queue_pane(visit: Visit) -> Response:
    """Show the list alone, for a page that is open."""
    return visit.page("_queue.html", **await _gathered(visit))


async def narrow(visit: Visit) -> Response:
    """Show some of a list from now on, until somebody chooses otherwise."""
    tab, wanted = _tab(visit), Wanted.of(visit.form)
    await visit.front.database.writer.run(
        lambda work: choose(work, visit.by.id, tab, wanted.written)
    )
    return visit.go(f"/queue/{tab}")


def _tab(visit: Visit) -> str:
    tab = visit.param("tab")
    if tab not in TABS:
        raise NotThere(tab)
    return tab


async def _gathered(visit: Visit) -> dict[str, Any]:
    tab = _tab(visit)
    wanted = Wanted.read(visit.chosen.get(tab, ""))
    after = visit.request.query_params.get("after", "")[:16]

    def look(work: Work) -> tuple[Page, Counts]:
        front, by, now = visit.front, visit.by, visit.now
        found = queries.page(work, front, by, tab, wanted, after=after, now=now)
        return found, queries.counts(work, by, now)

    page, counted = await visit.front.reads.run(look)
    return {
        "tab": tab, "tabs": TABS, "lines": page.lines, "counts": counted, "wanted": wanted,
        "after": after, "next": page.after, "told": queries.told,
        "hour": visit.front.clocks.law.hour_of,
        "queues": {it: NAMES[Queue(it)] for it in queries.queues_of(visit.by)},
        "span": lambda it: durations.span(visit.tongue, it),
        "promise": lambda it: durations.promise(visit.tongue, it, visit.now),
        "near": lambda it: durations.nearness(
            it.due_at, visit.now, visit.front.promises.span(it.priority)
        ),
        "languages": LANGUAGES, "levels": PRIORITIES,
        "marks": tab == queries.MINE or (tab == queries.ALL and visit.by.role in ABOVE),
    }  # fmt: skip


def _old(visit: Visit) -> list[Old]:
    """Return which facts people are told no more, for those who can have them read again."""
    if visit.by.role not in ABOVE:
        return []
    today = datetime.fromtimestamp(visit.now / SECOND, visit.front.zone).date()
    return old_facts(visit.front.place, today)


async def find(visit: Visit) -> Response:
    """Go to a case by its number; one that is not there, or not theirs, is told there."""
    from bot.cases.reference import read_reference  # noqa: PLC0415

    reference = read_reference(visit.request.query_params.get("number", "")[:40])
    if not reference.isalnum():
        raise NotThere("no number")
    return visit.go(f"/cases/{reference}")


NARROWED = fields("queue", "language", "priority", SOON)
DOORS = (
    Door("/", home, May.SIGNED_IN),
    Door("/queue/{tab}", queue, May.QUEUE),
    Door("/queue/{tab}/pane", queue_pane, May.QUEUE, is_pane=True, is_watched=True),
    Door("/queue/{tab}/narrow", narrow, May.QUEUE, "POST", NARROWED),
    Door("/find", find, May.CASE),
)
