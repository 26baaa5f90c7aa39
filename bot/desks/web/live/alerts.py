"""What rings: who is told that something waits, and what somebody chose to hear of it.

A browser is told one name and no word. Whether it sounds or shows a line on the screen is off until
somebody chooses it, and that line says that something waits, and never what or whose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.cases.state_machine import CaseState
from bot.desks.web import texts
from bot.desks.web.preferences import ALERTS, NOTICE, SOUND, store_preference
from bot.desks.web.routes import Permission, Route, form_fields
from bot.hotline.events import EventKind
from bot.hotline.queue.claims import serves
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest
    from bot.hotline.staff.staff import Staff
    from bot.store.writer import Work

ALERT_EVENTS = frozenset(
    {
        EventKind.OPENED,
        EventKind.REPORT_ADDED,
        EventKind.PERSON_WROTE,
        EventKind.TRANSFERRED,
        EventKind.REOPENED,
        EventKind.LAPSED,
        EventKind.OVERDUE,
        EventKind.LEGAL_DEADLINE,
    }
)
"""After these somebody waits for somebody."""
ALERT_KINDS = (SOUND, NOTICE)
_CASE_STATUS = Prepared(
    lambda _: select(cases.c.status, cases.c.queue, cases.c.holder).where(
        cases.c.id == bindparam("case")
    ),
    "case",
)


def alerted_staff(work: Work, staff: Staff, case: str, now: int) -> frozenset[str]:
    """Return whom a case waits for: whoever answers for it, or those on duty in its queue."""
    found = work.rows(_CASE_STATUS, case)
    if not found:
        return frozenset()
    status, queue, holder = found[0]
    if holder and CaseState(status) not in {CaseState.WAITING, CaseState.REOPENED}:
        return frozenset({str(holder)})
    here = (it for it in staff.on_duty(work) if it.rests_until <= now)
    return frozenset(it.id for it in here if serves(it, queue))


async def store_alerts(request: DeskRequest) -> Response:
    """Take what somebody wants to hear; nothing, unless they say so."""
    chosen = " ".join(kind for kind in ALERT_KINDS if request.form.get(kind))
    await request.context.database.writer.run(
        lambda work: store_preference(work, request.caseworker.id, ALERTS, chosen)
    )
    request.flash(texts.SAVED)
    return request.redirect("/account")


ROUTES = (
    Route("/account/alerts", store_alerts, Permission.SIGNED_IN, "POST", form_fields(*ALERT_KINDS)),
)
