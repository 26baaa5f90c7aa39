"""What rings: who is told that something waits, and what somebody chose to hear of it.

A browser is told one name and no word. Whether it sounds or shows a line on the screen is off until
somebody chooses it, and that line says that something waits, and never what or whose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.cases.state_machine import State
from bot.desks.web import texts
from bot.desks.web.preferences import ALERTS, NOTICE, SOUND, choose
from bot.desks.web.routes import Door, May, fields
from bot.hotline.events import Happened
from bot.hotline.queue.claims import serves
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import Visit
    from bot.hotline.staff.staff import Staff
    from bot.store.writer import Work

RINGS = frozenset({
    Happened.OPENED, Happened.ADDED, Happened.HEARD, Happened.TRANSFERRED, Happened.REOPENED,
    Happened.LAPSED, Happened.OVERDUE, Happened.CLOCK,
})  # fmt: skip
"""After these somebody waits for somebody."""
KINDS = (SOUND, NOTICE)
_STANDS = Prepared(
    lambda _: select(cases.c.status, cases.c.queue, cases.c.holder).where(
        cases.c.id == bindparam("case")
    ),
    "case",
)


def concerned(work: Work, staff: Staff, case: str, now: int) -> frozenset[str]:
    """Return whom a case waits for: whoever answers for it, or those on duty in its queue."""
    found = work.rows(_STANDS, case)
    if not found:
        return frozenset()
    status, queue, holder = found[0]
    if holder and State(status) not in {State.WAITING, State.REOPENED}:
        return frozenset({str(holder)})
    here = (it for it in staff.on_duty(work) if it.rests_until <= now)
    return frozenset(it.id for it in here if serves(it, queue))


async def choose_alerts(visit: Visit) -> Response:
    """Take what somebody wants to hear; nothing, unless they say so."""
    chosen = " ".join(kind for kind in KINDS if visit.form.get(kind))
    await visit.front.database.writer.run(lambda work: choose(work, visit.by.id, ALERTS, chosen))
    visit.tell(texts.KEPT)
    return visit.go("/account")


DOORS = (Door("/account/alerts", choose_alerts, May.SIGNED_IN, "POST", fields(*KINDS)),)
