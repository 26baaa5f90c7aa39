"""Retention page: how long each kind of data is kept, and what is due to be erased now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import DAY
from bot.desks.web.administration import texts
from bot.desks.web.routes import Permission, get
from bot.hotline.erasure.legal_holds import LegalHolds
from bot.vault.erasure.retention import RetentionSchedule

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response
    from bot.hotline.erasure.legal_holds import LegalHold
    from bot.store.writer import Work
    from bot.vault.erasure.retention import RetentionPlan

SOON = 7 * DAY
MAX_CASES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class RetentionReport:
    """What is due, what will be soon, and what is kept by a legal hold."""

    plan: RetentionPlan
    due_soon: int
    """Closed cases that are due within a week, without those that are due now."""
    holds: list[LegalHold]


@get("/administration/retention", Permission.STAFF)
async def _retention_page(request: DeskRequest) -> Response:
    settings = request.context.settings
    schedule = RetentionSchedule(settings.keep_days)

    def look(work: Work) -> RetentionReport:
        due = schedule.count_due(work, request.now)
        soon = schedule.count_due(work, request.now, -SOON) - due
        holds = LegalHolds.current(work, request.now)
        return RetentionReport(schedule.plan(work, request.now), soon, holds)

    report = await request.read(look)
    return request.render(
        "retention.html", report=report, keep_days=str(settings.keep_days),
        rules=texts.RETENTION_RULES, hold_reasons=texts.HOLD_REASONS, max_cases=MAX_CASES_SHOWN,
        is_trusted=report.plan.clock is not None and report.plan.clock.is_trusted,
    )  # fmt: skip
