"""What lists and cases say about offices; nothing while there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.hotline.queue.visibility import works_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.offices import OfficePlan
    from bot.desks.case_summary import CaseSummary
    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work


@dataclass(frozen=True, slots=True)
class OfficeNames:
    """The offices that a list names."""

    names: Mapping[str, str]
    """By id, closed ones included."""
    own: Mapping[str, str]
    """The open ones whose cases the reader sees, to filter by."""

    @property
    def is_shown(self) -> bool:
        """Whether the list says of which office a case is: only where it could be of another."""
        return len(self.own) > 1


@dataclass(frozen=True, slots=True)
class CaseOffice:
    """The office of a case, and where it can be passed on to."""

    name: str
    """Empty: a case of all offices."""
    others: Mapping[str, str]
    """The other open offices, by id."""
    offered: str = ""
    """The one of them that serves the county of the case; empty if its own does."""
    county: str = ""
    unready: frozenset[str] = frozenset()
    """Those of them with no one on duty."""

    @property
    def is_shown(self) -> bool:
        """Whether there is more than one office."""
        return bool(self.others)


NO_OFFICE = CaseOffice("", {})


def offices_of(work: Work, request: DeskRequest) -> OfficeNames:
    """Return the offices for the lists of a caseworker."""
    plan, language = request.context.offices.plan(work), request.locale.language
    own = {it.id: it.name_in(language) for it in plan if works_for(request.caseworker, it.id)}
    return OfficeNames(plan.names(language), own)


def office_of_case(work: Work, request: DeskRequest, summary: CaseSummary) -> CaseOffice:
    """Return the office of a case; the county that decides may have become known later."""
    plan = request.context.offices.plan(work)
    if not plan:
        return NO_OFFICE
    names = plan.names(request.locale.language)
    others = {it.id: names[it.id] for it in plan if it.id != summary.office}
    ready = request.context.offices.ready(work, request.now)
    return CaseOffice(
        names.get(summary.office or "", ""), others, _offered(plan, summary),
        _county_name(request, summary.county), frozenset(others) - ready,
    )  # fmt: skip


def _offered(plan: OfficePlan, summary: CaseSummary) -> str:
    serving = next((it for it in plan if summary.county and summary.county in it.counties), None)
    is_elsewhere = serving is not None and serving.id != summary.office
    return serving.id if is_elsewhere and serving else ""


def _county_name(request: DeskRequest, county: str) -> str:
    name = request.context.counties.get(county)
    return name.render(request.locale.flow_catalogue) if name else ""
