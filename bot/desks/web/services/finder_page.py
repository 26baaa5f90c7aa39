"""Pages that find a service: for anyone who asks, and for the person of a case."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bot.desks.web.case.pages import audit_read
from bot.desks.web.case.view import load_case_page_view, may_record
from bot.desks.web.casework.plan_view import load_plan_view
from bot.desks.web.routes import Permission, get
from bot.desks.web.services import texts
from bot.desks.web.services.display import ServiceWords, load_words
from bot.hotline.directory.find import ServiceFinder, ServiceQuery
from bot.hotline.directory.model import Guests
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.desks.web.request import DeskRequest, Response
    from bot.hotline.directory.model import DirectoryService
    from bot.store.writer import Work

MAX_WORDS = 60
NAMES = {"service": "service", "county": "county", "language": "language", "guests": "guests",
         "is_open": "open", "has_place": "place", "words": "words"}  # fmt: skip
"""By part of a query: its name in an address."""
ALL = "all"
"""In an address: nothing is asked for, where a case would ask for something."""


@dataclass(frozen=True, slots=True)
class Loosened:
    """What would be found without one part of what is asked for."""

    label: str
    address: str
    count: int


@dataclass(frozen=True, slots=True)
class DirectoryCounts:
    """What waits in the work list."""

    to_check: int
    proposals: int


@get("/services", Permission.QUEUE)
async def _services_page(request: DeskRequest) -> Response:
    query = read_query(request, ServiceQuery())
    values = await load_found(request, query, "/services")
    return request.render("services.html", **values, summary=None, plan=None, may_plan=False)


@get("/cases/{reference}/services", Permission.CASE)
async def _services_for_case_page(request: DeskRequest) -> Response:
    """Show what serves the county and speaks the language of a case, unless asked otherwise."""
    view = await load_case_page_view(request)
    summary = view.access.summary
    if not view.is_readable:  # the page of the case says why, or asks for a reason
        return request.redirect(f"/cases/{summary.reference}")
    await audit_read(request, view)
    known = request.context.directory.known
    county = summary.county if summary.county in known.counties else ""
    query = read_query(request, ServiceQuery(county=county, language=summary.language))
    values = await load_found(request, query, f"/cases/{summary.reference}/services")
    plan = await load_plan_view(request, view.access.case)
    return request.render(
        "services.html", **values, summary=summary, plan=plan, may_plan=may_record(request, view)
    )


async def load_found(request: DeskRequest, query: ServiceQuery, path: str) -> dict[str, Any]:
    """Return what a page shows that finds services."""
    context = request.context
    finder = ServiceFinder(context.freshness, context.zone, request.now)

    def look(work: Work) -> tuple[list[DirectoryService], ServiceWords, int]:
        waiting = len(context.directory.waiting(work))
        return context.directory.all(work), load_words(work, request), waiting

    services, words, waiting = await request.read(look)
    found = finder.find(services, query)
    to_check = sum(context.freshness.needs_look(it, request.now) for it in services)
    return {
        "found": found, "words": words, "query": query, "path": path, "names": NAMES, "all": ALL,
        "loosened": [] if found else list(_loosened(request, finder, services, query, path)),
        "is_empty": not services, "counts": DirectoryCounts(to_check, waiting),
        "service_names": words.services, "languages": list(LANGUAGES),
        "county_names": {it: words.counties[it] for it in context.directory.known.counties},
        "guests": {it: request.locale(texts.GUESTS[it]) for it in Guests if it is not Guests.ANY},
    }  # fmt: skip


def _loosened(
    request: DeskRequest, finder: ServiceFinder, services: Sequence[DirectoryService],
    query: ServiceQuery, path: str,
) -> list[Loosened]:  # fmt: skip
    """Return what each part of a query hides, if it alone hides something."""
    tried = ((name, it, finder.find(services, it)) for name, it in query.loosened())
    return [
        Loosened(request.locale(texts.LOOSEN[name]), f"{path}?{address_of(it)}", len(found))
        for name, it, found in tried
        if found
    ]


def read_query(request: DeskRequest, default: ServiceQuery) -> ServiceQuery:
    """Return what an address asks for; parts it does not name are those of the default."""
    params: Mapping[str, str] = request.http.query_params
    known = request.context.directory.known
    allowed = {
        "service": known.services, "county": known.counties, "language": known.languages,
        "guests": tuple(Guests),
    }  # fmt: skip
    asked: dict[str, str] = {}
    for name, codes in allowed.items():
        if NAMES[name] in params:
            code = params[NAMES[name]]
            asked[name] = code if code in codes else ""
    query = replace(default, **asked)  # type: ignore[arg-type]
    return replace(
        query,
        is_open="open" in params,
        has_place="place" in params,
        words=" ".join(params.get("words", "").split())[:MAX_WORDS],
    )


def address_of(query: ServiceQuery) -> str:
    """Return what asks for the same in an address; an empty choice is named too."""
    parts = asdict(query)
    chosen = {NAMES[it]: parts[it] for it in ("service", "county", "language", "guests", "words")}
    ticked = {NAMES[it]: "1" for it in ("is_open", "has_place") if parts[it]}
    return urlencode(chosen | ticked)
