"""Services of the directory that a service plan suggests, so that one press enters a provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.directory.find import ServiceFinder, ServiceQuery

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.desks.case_summary import CaseSummary
    from bot.desks.web.casework.plan_view import PlanView
    from bot.desks.web.request import DeskRequest
    from bot.hotline.directory.find import FoundService

MAX_SUGGESTED = 3
"""More are on the page that finds services."""


async def suggest_services(
    request: DeskRequest, summary: CaseSummary, plan: PlanView
) -> Mapping[str, Sequence[FoundService]]:
    """Return who could provide what the person asked for and no one was offered for, by service."""
    wanted = [it.code for it in plan.services if it.code in plan.offerable and not it.provider]
    if not wanted:
        return {}
    context = request.context
    services = await request.read(context.directory.all)
    finder = ServiceFinder(context.freshness, context.zone, request.now)
    county = summary.county if summary.county in context.directory.known.counties else ""

    def first(queries: Iterable[ServiceQuery]) -> Sequence[FoundService]:
        return next((found for it in queries if (found := finder.find(services, it))), ())

    return {
        code: first((
            ServiceQuery(service=code, county=county, language=summary.language),
            ServiceQuery(service=code, county=county),
        ))[:MAX_SUGGESTED]
        for code in wanted
    }  # fmt: skip
