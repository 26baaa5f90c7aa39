"""Pages that find a service: for anyone who asks, and for the person of a case.

What is asked for stands in no address: next to the number of a case it would tell of a person.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bot.desks.web.case.pages import audit_read
from bot.desks.web.case.view import CaseView, load_case_page_view, may_record
from bot.desks.web.casework.plan_view import load_plan_view
from bot.desks.web.routes import Permission, Repetition, get, post
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
TICKED = ("is_open", "has_place")
FIELDS = ("service", "county", "language", "guests", *TICKED, "words")
"""Fields of the form, as the parts of a query."""


@dataclass(frozen=True, slots=True)
class LoosenedSearch:
    """What would be found without one part of what is asked for."""

    label: str
    fields: Mapping[str, str]
    count: int


@dataclass(frozen=True, slots=True)
class DirectoryCounts:
    """What waits in the work list."""

    to_check: int
    proposals: int


@get("/services", Permission.QUEUE)
async def _services_page(request: DeskRequest) -> Response:
    return await _page(request, ServiceQuery())


@post("/services", Permission.QUEUE, *FIELDS, repetition=Repetition.ALLOWED)
async def _find(request: DeskRequest) -> Response:
    return await _page(request, read_query(request))


async def _page(request: DeskRequest, query: ServiceQuery) -> Response:
    values = await load_found(request, query, "/services")
    return request.render("services.html", **values, summary=None, plan=None, may_plan=False)


@get("/cases/{reference}/services", Permission.CASE)
async def _services_for_case_page(request: DeskRequest) -> Response:
    """Show what serves the county and speaks the language of a case."""
    view = await load_case_page_view(request)
    return await _case_page(request, view, _query_of(request, view))


@get("/cases/{reference}/services/{service}", Permission.CASE)
async def _one_service_for_case_page(request: DeskRequest) -> Response:
    """Show the same, of one service of the law."""
    view, code = await load_case_page_view(request), request.param("service")
    is_known = code in request.context.directory.known.services
    return await _case_page(request, view, _query_of(request, view, code if is_known else ""))


@post("/cases/{reference}/services", Permission.CASE, *FIELDS, repetition=Repetition.ALLOWED)
async def _find_for_case(request: DeskRequest) -> Response:
    view = await load_case_page_view(request)
    return await _case_page(request, view, read_query(request))


async def _case_page(request: DeskRequest, view: CaseView, query: ServiceQuery) -> Response:
    """Show services for a case; the reading of its county and language is audited first."""
    summary = view.access.summary
    if not view.is_readable:  # the page of the case says why, or asks for a reason
        return request.redirect(f"/cases/{summary.reference}")
    await audit_read(request, view)
    values = await load_found(request, query, f"/cases/{summary.reference}/services")
    plan = await load_plan_view(request, view.access.case)
    return request.render(
        "services.html", **values, summary=summary, plan=plan, may_plan=may_record(request, view)
    )


def _query_of(request: DeskRequest, view: CaseView, service: str = "") -> ServiceQuery:
    summary, known = view.access.summary, request.context.directory.known
    county = summary.county if summary.county in known.counties else ""
    return ServiceQuery(service=service, county=county, language=summary.language)


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
        "found": found, "words": words, "query": query, "path": path,
        "loosened": [] if found else _loosened(request, finder, services, query),
        "is_empty": not services, "counts": DirectoryCounts(to_check, waiting),
        "service_names": words.services, "languages": list(LANGUAGES),
        "county_names": {it: words.counties[it] for it in context.directory.known.counties},
        "guests": {it: request.locale(texts.GUESTS[it]) for it in Guests if it is not Guests.ANY},
    }  # fmt: skip


def _loosened(
    request: DeskRequest,
    finder: ServiceFinder,
    services: Sequence[DirectoryService],
    query: ServiceQuery,
) -> list[LoosenedSearch]:
    """Return what each part of a query hides, if it alone hides something."""
    tried = ((name, it, finder.find(services, it)) for name, it in query.loosened())
    return [
        LoosenedSearch(request.locale(texts.LOOSEN[name]), fields_of(it), len(found))
        for name, it, found in tried
        if found
    ]


def read_query(request: DeskRequest) -> ServiceQuery:
    """Return what a form asks for; a choice that is not known here asks for nothing."""
    form, known = request.form, request.context.directory.known
    allowed = {
        "service": known.services, "county": known.counties, "language": known.languages,
        "guests": tuple(Guests),
    }  # fmt: skip
    asked = {name: form.get(name, "") for name in allowed}
    asked = {name: code if code in allowed[name] else "" for name, code in asked.items()}
    return ServiceQuery(
        service=asked["service"], county=asked["county"], language=asked["language"],
        guests=asked["guests"], is_open=bool(form.get("is_open")),
        has_place=bool(form.get("has_place")),
        words=" ".join(form.get("words", "").split())[:MAX_WORDS],
    )  # fmt: skip


def fields_of(query: ServiceQuery) -> dict[str, str]:
    """Return the fields of a form that asks for the same."""
    return {name: "1" if value is True else value for name, value in asdict(query).items() if value}
