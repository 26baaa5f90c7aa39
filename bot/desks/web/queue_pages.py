"""The queue: who is mine, who waits, and everybody; drawn whole, its list fetched anew alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cases.queues import NAMES, Queue
from bot.desks.web import rows, spans, words
from bot.desks.web.doors import Door, May
from bot.desks.web.visit import NotThere
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.rows import Counts, Line
    from bot.desks.web.visit import Visit
    from bot.store.writer import Work

TABS = {"mine": words.MINE, "waiting": words.WAITING, "all": words.ALL}
HOME = "waiting"


async def home(visit: Visit) -> Response:
    """Lead to what somebody needs first."""
    if visit.by.role.value == "auditor":
        return visit.go("/audit")

    counted = await visit.front.reads.run(lambda work: rows.counts(work, visit.by))
    return visit.go("/queue/mine" if counted.mine else f"/queue/{HOME}")


async def queue(visit: Visit) -> Response:
    """Show one of the lists."""
    return visit.page("queue.html", **await _gathered(visit))


async def queue_pane(visit: Visit) -> Response:
    """Show the list alone, for a page that is open."""
    return visit.page("_queue.html", **await _gathered(visit))


async def _gathered(visit: Visit) -> dict[str, Any]:
    tab = visit.param("tab")
    if tab not in TABS:
        raise NotThere(tab)
    chosen_queue = _one_of(visit, "queue", list(Queue))
    language = _one_of(visit, "language", list(LANGUAGES))

    def look(work: Work) -> tuple[list[Line], Counts]:
        front, by = visit.front, visit.by
        if tab == "mine":
            lines = rows.mine(work, front, by)
        elif tab == "waiting":
            lines = rows.waiting(work, front, by, chosen_queue, language)
        else:
            lines = rows.all_of(work, front, by, chosen_queue, language)
        return lines, rows.counts(work, by)

    lines, counted = await visit.front.reads.run(look)
    query = f"?queue={chosen_queue}&language={language}" if chosen_queue or language else ""
    return {
        "tab": tab, "tabs": TABS, "lines": lines, "counts": counted,
        "is_cut": len(lines) >= rows.MOST,
        "queues": {it: NAMES[Queue(it)] for it in rows.queues_of(visit.by)},
        "chosen_queue": chosen_queue, "chosen_language": language, "query": query,
        "span": lambda it: spans.span(visit.tongue, it),
        "promise": lambda it: spans.promise(visit.tongue, it, visit.now),
        "near": lambda it: spans.nearness(
            it.due_at, visit.now, visit.front.promises.span(it.priority)
        ),
        "languages": LANGUAGES,
    }  # fmt: skip


def _one_of(visit: Visit, name: str, known: list[Any]) -> str:
    asked = visit.request.query_params.get(name, "")
    return asked if asked in [str(it) for it in known] else ""


async def find(visit: Visit) -> Response:
    """Go to a case by its number; one that is not there, or not theirs, is told there."""
    from bot.cases.reference import read_reference  # noqa: PLC0415

    reference = read_reference(visit.request.query_params.get("number", "")[:40])
    if not reference.isalnum():
        raise NotThere("no number")
    return visit.go(f"/cases/{reference}")


DOORS = (
    Door("/", home, May.SIGNED_IN),
    Door("/queue/{tab}", queue, May.QUEUE),
    Door("/queue/{tab}/pane", queue_pane, May.QUEUE, is_pane=True, is_watched=True),
    Door("/find", find, May.CASE),
)
