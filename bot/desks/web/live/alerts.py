"""Alerts: who is told that something is waiting, and the choice of a sound or notification.

A browser gets only the name of an event. Sound and notification are off until chosen, and a
notification never says what is waiting, or whose case it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import CaseState
from bot.desks.web import texts
from bot.desks.web.preferences import ALERTS, NOTICE, SOUND, store_preference
from bot.desks.web.routes import Permission, post
from bot.hotline.events import EventKind
from bot.hotline.queue.claims import serves
from bot.store.statements import select_one
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest
    from bot.hotline.staff.staff import Staff
    from bot.store.writer import Work

ALERT_EVENTS = frozenset({
    EventKind.OPENED, EventKind.REPORT_ADDED, EventKind.PERSON_WROTE, EventKind.TRANSFERRED,
    EventKind.REOPENED, EventKind.LAPSED, EventKind.OVERDUE, EventKind.LEGAL_DEADLINE,
})  # fmt: skip
"""Events after which a caseworker is needed."""
ALERT_KINDS = (SOUND, NOTICE)
_CASE_STATUS = select_one(cases, "status", "queue", "holder", by="id")


def alerted_staff(work: Work, staff: Staff, case: str, now: int) -> frozenset[str]:
    """Return who is alerted: the assigned caseworker, or those on duty in the queue."""
    found = work.rows(_CASE_STATUS, case)
    if not found:
        return frozenset()
    status, queue, holder = found[0]
    if holder and CaseState(status) not in {CaseState.WAITING, CaseState.REOPENED}:
        return frozenset({str(holder)})
    here = (it for it in staff.on_duty(work) if it.rests_until <= now)
    return frozenset(it.id for it in here if serves(it, queue))


@post("/account/alerts", Permission.SIGNED_IN, *ALERT_KINDS)
async def store_alerts(request: DeskRequest) -> Response:
    """Store the caseworker's choice of alerts."""
    chosen = " ".join(kind for kind in ALERT_KINDS if request.form.get(kind))
    await request.context.database.writer.run(
        lambda work: store_preference(work, request.caseworker.id, ALERTS, chosen)
    )
    request.flash(texts.SAVED)
    return request.redirect("/account")
