"""What takes two, at the desk: asked for with a reason, agreed to by another, done once."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from starlette.responses import Response

from bot.cases.consents import ConsentKind as Counts
from bot.cases.consents import ConsentRecords
from bot.cases.routing import QUEUE_NAMES, Queue
from bot.cases.state_machine import SENIOR_ROLES
from bot.clock import SECOND
from bot.desks.web import texts
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, Route, form_fields
from bot.desks.web.security_headers import SANDBOX_CSP
from bot.desks.web.team.access_report import staff_names
from bot.errors import NotApprovedError
from bot.hotline.staff.approvals import MAY_REQUEST, ApprovalKind, ApprovalRequest, Approvals
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from bot.desks.web.request import DeskRequest
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

ALL_QUEUES = "all"
"""A list of every queue."""
CODE_COLUMNS = (
    "reference",
    "kind",
    "queue",
    "language",
    "priority",
    "status",
    "disposition",
    "holder",
)
TIME_COLUMNS = ("opened_at", "waiting_since", "answered_at", "closed_at")
CONSENT_COLUMN = "counted"
"""Whether the person agreed that it is counted and has not taken that back: whoever makes numbers
of a list leaves out the others."""
COLUMNS = (*CODE_COLUMNS, *TIME_COLUMNS, CONSENT_COLUMN)
"""What a list of many cases has: codes and hours, and nothing anybody wrote."""
COPY_COLUMN = "copy"
"""And whose copy it is, in every line: who took it out, what was agreed to, the day."""
_CASE_LIST = Prepared(
    lambda _: (
        select(cases.c.id, *(cases.c[name] for name in (*CODE_COLUMNS, *TIME_COLUMNS)))
        .where(cases.c.queue.in_([bindparam(f"queue_{place}") for place in range(len(Queue))]))
        .order_by(cases.c.opened_at, cases.c.id)
    ),
    *(f"queue_{place}" for place in range(len(Queue))),
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


async def approvals_page(request: DeskRequest) -> Response:
    """Show what was asked for lately."""
    return await _page(request)


async def request_approval(request: DeskRequest) -> Response:
    """Ask for something another has to agree to."""
    kind, subject = request.form.get("kind", ""), request.form.get("subject", "")
    if kind not in set(ApprovalKind) or not await _is_valid_subject(
        request, ApprovalKind(kind), subject
    ):
        raise NotFoundError("nothing like that")
    by, why, now = request.caseworker, request.form.get("words", ""), request.now
    return await _run(
        request,
        lambda work: _approvals(request).request(work, by, ApprovalKind(kind), subject, why, now),
    )


async def approve(request: DeskRequest) -> Response:
    """Agree to what another asked for."""
    by, number, now = request.caseworker, request.form.get("request", "")[:32], request.now
    return await _run(request, lambda work: _approvals(request).approve(work, by, number, now))


async def use_approval(request: DeskRequest) -> Response:
    """Do what was agreed to, once; a second factor is shown again for it."""
    if not request.current_session.has_stepped_up(request.now):
        return request.redirect("/prove?back=/two")
    by, number, now = request.caseworker, request.form.get("request", "")[:32], request.now
    try:
        taken = await request.context.database.writer.run(
            lambda work: _approvals(request).use(work, by, number, now)
        )
    except NotApprovedError:
        return _refused(request)
    if taken.kind is ApprovalKind.IDENTITY:
        return await _page(request, shown=taken.subject)
    queues = list(Queue) if taken.subject == ALL_QUEUES else [Queue(taken.subject)]
    rows = await request.context.read_pool.run(lambda work: _list_cases(work, request, queues))
    headers = {
        "content-disposition": f'attachment; filename="haven-{taken.subject}.csv"',
        "content-security-policy": SANDBOX_CSP, "cache-control": "no-store",
    }  # fmt: skip
    day = datetime.fromtimestamp(now // SECOND, UTC).date().isoformat()
    told = as_csv(rows, f"{by.id}/{taken.id[:8]}/{day}")
    return Response(told, media_type="text/csv; charset=utf-8", headers=headers)


def _list_cases(work: Work, request: DeskRequest, queues: list[Queue]) -> list[tuple[Any, ...]]:
    """Return a line for every case of some queues."""
    asked = (queues * len(Queue))[: len(Queue)]
    agreements = ConsentRecords(request.context.vault)
    return [
        (*row, "yes" if agreements.has_consent(work, case, Counts.STATISTICS) else "no")
        for case, *row in work.rows(_CASE_LIST, *(it.value for it in asked))
    ]


def as_csv(rows: Iterable[Iterable[Any]], copy: str) -> str:
    """Return cases as a table other programs read; nothing in it begins a formula.

    Each line names the copy: a line that turns up somewhere says who had it.
    """
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([*COLUMNS, COPY_COLUMN])
    for row in rows:
        cells = [_cell(name, it) for name, it in zip(COLUMNS, row, strict=True)]
        table.writerow([*cells, copy])
    return out.getvalue()


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in TIME_COLUMNS:
        return datetime.fromtimestamp(int(value) // SECOND, UTC).isoformat()
    written = str(value)
    return f"'{written}" if written.startswith(FORMULA_STARTS) else written


def _approvals(request: DeskRequest) -> Approvals:
    return Approvals(request.context.vault, request.context.audit)


async def _is_valid_subject(request: DeskRequest, kind: ApprovalKind, subject: str) -> bool:
    if kind is ApprovalKind.EXPORT:
        return subject == ALL_QUEUES or subject in {it.value for it in Queue}
    return await request.context.read_pool.run(
        lambda work: request.context.staff.find(work, subject) is not None
    )


async def _run(request: DeskRequest, do: Callable[[Work], object]) -> Response:
    try:
        await request.context.database.writer.run(do)
    except NotApprovedError:
        return _refused(request)
    request.flash(texts.SAVED)
    return request.redirect("/two")


def _refused(request: DeskRequest) -> Response:
    request.flash(texts.APPROVAL_REFUSED, is_refused=True)
    return request.redirect("/two")


async def _page(request: DeskRequest, shown: str = "") -> Response:
    def look(work: Work) -> tuple[list[ApprovalRequest], list[Caseworker]]:
        found = _approvals(request).recent(work, request.now)
        if request.caseworker.role not in SENIOR_ROLES:
            found = [it for it in found if it.asked_by == request.caseworker.id]
        return found, request.context.staff.all(work)

    found, staff = await request.context.read_pool.run(look)
    return request.render(
        "two.html",
        status=HTTPStatus.OK,
        asked=found,
        staff=staff,
        Kind=ApprovalKind,
        now=request.now,
        called=staff_names(request, staff),
        queues=QUEUE_NAMES,
        every=ALL_QUEUES,
        may_ask=[it for it in ApprovalKind if request.caseworker.role in MAY_REQUEST[it]],
        clock=lambda at: request.locale.format_time(at, request.now),
        shown=next((it for it in staff if it.id == shown), None),
    )


ROUTES = (
    Route("/two", approvals_page, Permission.AUDIT),
    Route(
        "/two/ask",
        request_approval,
        Permission.AUDIT,
        "POST",
        form_fields("kind", "subject", "words"),
    ),
    Route("/two/agree", approve, Permission.TEAM, "POST", form_fields("request")),
    Route("/two/use", use_approval, Permission.AUDIT, "POST", form_fields("request")),
)
