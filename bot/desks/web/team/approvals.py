"""What takes two, at the desk: asked for with a reason, agreed to by another, done once."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from starlette.responses import Response

from bot.cases.consents import Agreements
from bot.cases.consents import Kind as Counts
from bot.cases.routing import NAMES, Queue
from bot.cases.state_machine import ABOVE
from bot.clock import SECOND
from bot.desks.web import texts
from bot.desks.web.request import NotThere
from bot.desks.web.routes import Door, May, fields
from bot.desks.web.security_headers import NOTHING
from bot.desks.web.team.access_report import called
from bot.errors import NotAgreed
from bot.hotline.staff.approvals import MAY_ASK, Asked, Kind, TwoPeople
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from bot.desks.web.request import Visit
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

EVERY = "all"
"""A list of every queue."""
CODES = ("reference", "kind", "queue", "language", "priority", "status", "disposition", "holder")
MOMENTS = ("opened_at", "waiting_since", "answered_at", "closed_at")
COUNTED = "counted"
"""Whether the person agreed that it is counted and has not taken that back: whoever makes numbers
of a list leaves out the others."""
COLUMNS = (*CODES, *MOMENTS, COUNTED)
"""What a list of many cases has: codes and hours, and nothing anybody wrote."""
COPY = "copy"
"""And whose copy it is, in every line: who took it out, what was agreed to, the day."""
_LIST = Prepared(
    lambda _: (
        select(cases.c.id, *(cases.c[name] for name in (*CODES, *MOMENTS)))
        .where(cases.c.queue.in_([bindparam(f"queue_{place}") for place in range(len(Queue))]))
        .order_by(cases.c.opened_at, cases.c.id)
    ),
    *(f"queue_{place}" for place in range(len(Queue))),
)
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def two(visit: Visit) -> Response:
    """Show what was asked for lately."""
    return await _page(visit)


async def ask(visit: Visit) -> Response:
    """Ask for something another has to agree to."""
    kind, subject = visit.form.get("kind", ""), visit.form.get("subject", "")
    if kind not in set(Kind) or not await _is_known(visit, Kind(kind), subject):
        raise NotThere("nothing like that")
    by, why, now = visit.by, visit.form.get("words", ""), visit.now
    return await _done(visit, lambda work: _of(visit).ask(work, by, Kind(kind), subject, why, now))


async def agree(visit: Visit) -> Response:
    """Agree to what another asked for."""
    by, number, now = visit.by, visit.form.get("request", "")[:32], visit.now
    return await _done(visit, lambda work: _of(visit).agree(work, by, number, now))


async def use(visit: Visit) -> Response:
    """Do what was agreed to, once; a second factor is shown again for it."""
    if not visit.here.is_proved(visit.now):
        return visit.go("/prove?back=/two")
    by, number, now = visit.by, visit.form.get("request", "")[:32], visit.now
    try:
        taken = await visit.front.database.writer.run(
            lambda work: _of(visit).use(work, by, number, now)
        )
    except NotAgreed:
        return _refused(visit)
    if taken.kind is Kind.IDENTITY:
        return await _page(visit, shown=taken.subject)
    queues = list(Queue) if taken.subject == EVERY else [Queue(taken.subject)]
    rows = await visit.front.reads.run(lambda work: _listed(work, visit, queues))
    headers = {
        "content-disposition": f'attachment; filename="haven-{taken.subject}.csv"',
        "content-security-policy": NOTHING, "cache-control": "no-store",
    }  # fmt: skip
    day = datetime.fromtimestamp(now // SECOND, UTC).date().isoformat()
    told = as_csv(rows, f"{by.id}/{taken.id[:8]}/{day}")
    return Response(told, media_type="text/csv; charset=utf-8", headers=headers)


def _listed(work: Work, visit: Visit, queues: list[Queue]) -> list[tuple[Any, ...]]:
    """Return a line for every case of some queues."""
    asked = (queues * len(Queue))[: len(Queue)]
    agreements = Agreements(visit.front.vault)
    return [
        (*row, "yes" if agreements.may(work, case, Counts.STATISTICS) else "no")
        for case, *row in work.rows(_LIST, *(it.value for it in asked))
    ]


def as_csv(rows: Iterable[Iterable[Any]], copy: str) -> str:
    """Return cases as a table other programs read; nothing in it begins a formula.

    Each line names the copy: a line that turns up somewhere says who had it.
    """
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([*COLUMNS, COPY])
    for row in rows:
        cells = [_cell(name, it) for name, it in zip(COLUMNS, row, strict=True)]
        table.writerow([*cells, copy])
    return out.getvalue()


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in MOMENTS:
        return datetime.fromtimestamp(int(value) // SECOND, UTC).isoformat()
    written = str(value)
    return f"'{written}" if written.startswith(BEGINS_A_FORMULA) else written


def _of(visit: Visit) -> TwoPeople:
    return TwoPeople(visit.front.vault, visit.front.audit)


async def _is_known(visit: Visit, kind: Kind, subject: str) -> bool:
    if kind is Kind.EXPORT:
        return subject == EVERY or subject in {it.value for it in Queue}
    return await visit.front.reads.run(
        lambda work: visit.front.staff.find(work, subject) is not None
    )


async def _done(visit: Visit, do: Callable[[Work], object]) -> Response:
    try:
        await visit.front.database.writer.run(do)
    except NotAgreed:
        return _refused(visit)
    visit.tell(texts.KEPT)
    return visit.go("/two")


def _refused(visit: Visit) -> Response:
    visit.tell(texts.NOT_TWO, is_refused=True)
    return visit.go("/two")


async def _page(visit: Visit, shown: str = "") -> Response:
    def look(work: Work) -> tuple[list[Asked], list[Caseworker]]:
        found = _of(visit).lately(work, visit.now)
        if visit.by.role not in ABOVE:
            found = [it for it in found if it.asked_by == visit.by.id]
        return found, visit.front.staff.all(work)

    found, staff = await visit.front.reads.run(look)
    return visit.page(
        "two.html", status=HTTPStatus.OK, asked=found, staff=staff, Kind=Kind, now=visit.now,
        called=called(visit, staff), queues=NAMES, every=EVERY,
        may_ask=[it for it in Kind if visit.by.role in MAY_ASK[it]],
        clock=lambda at: visit.tongue.clock(at, visit.now),
        shown=next((it for it in staff if it.id == shown), None),
    )  # fmt: skip


DOORS = (
    Door("/two", two, May.AUDIT),
    Door("/two/ask", ask, May.AUDIT, "POST", fields("kind", "subject", "words")),
    Door("/two/agree", agree, May.TEAM, "POST", fields("request")),
    Door("/two/use", use, May.AUDIT, "POST", fields("request")),
)
