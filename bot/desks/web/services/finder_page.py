"""Pages that find a service: for anyone who asks, and for the person of a case.

What is asked for stands in no address: next to the number of a case it would tell of a person.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bot.desks.web.case.pages import audit_read
from bot.desks.web.case.view import CaseView, load_case_page_view, may_record
from bot.desks.web.casework.plan_view import load_plan_view
from bot.desks.web.request import NotFoundError
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

PAGE, CASE_PAGE = "/services", "/cases/{reference}/services"
MAX_SHOWN, MAX_WORDS, MAX_KEPT = 60, 60, 20
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


@get(PAGE, Permission.QUEUE)
async def _services_page(request: DeskRequest) -> Response:
    query = request.current_session.service_queries.get(PAGE, ServiceQuery())
    values = await load_found(request, query, PAGE)
    return request.render("services.html", **values, summary=None, plan=None, may_plan=False)


@post(PAGE, Permission.QUEUE, *FIELDS, repetition=Repetition.ALLOWED)
async def _find(request: DeskRequest) -> Response:
    return _keep(request, PAGE, read_query(request))


@get(CASE_PAGE, Permission.CASE)
async def _services_for_case_page(request: DeskRequest) -> Response:
    """Show what serves the county and speaks the language of a case, unless asked otherwise.

    The reading of its county and language is audited first.
    """
    view = await load_case_page_view(request)
    summary = view.access.summary
    if not view.is_readable:  # the page of the case says why, or asks for a reason
        return request.redirect(f"/cases/{summary.reference}")
    await audit_read(request, view)
    path = _path_of(view)
    kept = request.current_session.service_queries.get(path)
    values = await load_found(request, kept or _query_of(request, view), path)
    plan = await load_plan_view(request, view.access.case)
    return request.render(
        "services.html", **values, summary=summary, plan=plan, may_plan=may_record(request, view)
    )


@get(CASE_PAGE + "/{service}", Permission.CASE)
async def _one_service_for_case_page(request: DeskRequest) -> Response:
    """Ask for one service of the law for a case."""
    view, code = await load_case_page_view(request), request.param("service")
    if code not in request.context.directory.known.services:
        raise NotFoundError("no such service")
    return _keep(request, _path_of(view), _query_of(request, view, code))


@post(CASE_PAGE, Permission.CASE, *FIELDS, repetition=Repetition.ALLOWED)
async def _find_for_case(request: DeskRequest) -> Response:
    view = await load_case_page_view(request)
    return _keep(request, _path_of(view), read_query(request))


def _keep(request: DeskRequest, path: str, query: ServiceQuery) -> Response:
    """Keep what is asked for while the session lasts, sealed with it, and show what is found."""
    kept = request.current_session.service_queries
    kept.pop(path, None)
    kept[path] = query
    for oldest in list(kept)[:-MAX_KEPT]:
        del kept[oldest]
    return request.redirect(path)


def _path_of(view: CaseView) -> str:
    return f"/cases/{view.access.summary.reference}/services"


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
        "found": found[:MAX_SHOWN], "left": max(len(found) - MAX_SHOWN, 0), "words": words,
        "query": query, "path": path,
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
