"""Duties to report that are due, over all cases, for the team page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.desks.web.casework.duty_view import open_duty_lines
from bot.hotline.queue.case_status import IS_NOT_CLOSED
from bot.hotline.queue.visibility import supervises
from bot.store.statements import select_by
from bot.store.tables.case_extras import DEADLINE_IS_NEAR, clocks
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.desks.case_summary import CaseSummary
    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work

MAX_LOOKED_AT = 200
"""Cases with a near deadline that are looked at, the one that ends first at the top."""
_NEAR = select_by(
    clocks.join(cases, cases.c.id == clocks.c.case_id), clocks.c.case_id,
    by=(DEADLINE_IS_NEAR, IS_NOT_CLOSED), order_by=clocks.c.soon_at, limit=bindparam("most"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """A case with duties that are due."""

    summary: CaseSummary
    holder: str
    """The name of the caseworker; empty for none."""
    lines: tuple[tuple[str, bool], ...]
    """Each with whether it is late."""


def open_duties(work: Work, request: DeskRequest) -> list[OpenDuty]:
    """Return the cases with duties that are due, the one that ends first at the top."""
    near = [str(case) for (case,) in work.rows(_NEAR, MAX_LOOKED_AT)]
    if not near:
        return []
    summaries = request.context.summaries.find_all(work, near)
    names = {it.id: it.name or it.id for it in request.context.staff.all(work)}
    found = []
    for case in near:
        summary = summaries.get(case)
        if summary is None or not supervises(request.caseworker, summary.place, request.now):
            continue
        if lines := tuple(open_duty_lines(work, request, case)):
            found.append(OpenDuty(summary, names.get(summary.holder, ""), lines))
    return found
