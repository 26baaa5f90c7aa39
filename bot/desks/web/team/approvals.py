"""Approvals: requested with a reason, approved by a second person, used once."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam

from bot.cases.consents import ConsentKind, ConsentRecords
from bot.cases.routing import QUEUE_NAMES, Queue
from bot.cases.state_machine import SENIOR_ROLES
from bot.clock import SECOND
from bot.desks.web import texts
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get, post
from bot.desks.web.security_headers import SANDBOX_CSP
from bot.desks.web.team.audit_view import staff_names
from bot.errors import NotApprovedError
from bot.hotline.queue.visibility import works_for
from bot.hotline.staff.approvals import MAY_REQUEST, ApprovalKind, ApprovalRequest, Approvals
from bot.store.statements import select_by
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

ALL_QUEUES = "all"
REQUESTED_HERE = (ApprovalKind.EXPORT, ApprovalKind.IDENTITY)
"""An account is requested and used where accounts are administered."""
CODE_COLUMNS = (
    "reference", "kind", "queue", "language", "priority", "status", "disposition", "holder"
)  # fmt: skip
TIME_COLUMNS = ("opened_at", "waiting_since", "answered_at", "closed_at")
CONSENT_COLUMN = "counted"
"""Whether the person agrees to statistics; cases without that must not be counted."""
COLUMNS = (*CODE_COLUMNS, *TIME_COLUMNS, CONSENT_COLUMN)
"""Columns of a case list: codes and times, no text of a person."""
COPY_COLUMN = "copy"  # marks every line with who exported it, the approval and the day
_CASE_LIST = select_by(
    cases, "id", "office", *CODE_COLUMNS, *TIME_COLUMNS, order_by=("opened_at", "id"),
    by=cases.c.queue.in_([bindparam(f"queue_{number}") for number in range(len(Queue))]),
)  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@get("/approvals", Permission.AUDIT)
async def _approvals_page(request: DeskRequest) -> Response:
    return await _page(request)


@post("/approvals/request", Permission.AUDIT, "kind", "subject", "words")
async def _request_approval(request: DeskRequest) -> Response:
    kind, subject = request.form.get("kind", ""), request.form.get("subject", "")
    staff, approvals = request.context.staff, _approvals(request)
    is_valid = kind in REQUESTED_HERE and subject in {ALL_QUEUES, *Queue}
    if kind == ApprovalKind.IDENTITY:
        is_valid = await request.read(lambda work: staff.find(work, subject) is not None)
    if not is_valid:
        raise NotFoundError("no such subject")
    by, why, now = request.caseworker, request.form.get("words", ""), request.now
    return await _run(
        request, lambda work: approvals.request(work, by, ApprovalKind(kind), subject, why, now)
    )


@post("/approvals/approve", Permission.TEAM, "request")
async def _approve(request: DeskRequest) -> Response:
    by, number, now = request.caseworker, request.form.get("request", "")[:32], request.now
    return await _run(request, lambda work: _approvals(request).approve(work, by, number, now))


@post("/approvals/use", Permission.AUDIT, "request")
async def _use_approval(request: DeskRequest) -> Response:
    """Use an approval once, after a step-up."""
    if not request.current_session.has_stepped_up(request.now):
        return request.redirect("/step-up?back=/approvals")
    by, number, now = request.caseworker, request.form.get("request", "")[:32], request.now
    found = await request.read(lambda work: _approvals(request).find(work, number))
    if found is not None and found.kind not in REQUESTED_HERE:
        return _refused(request)
    try:
        approval = await request.write(lambda work: _approvals(request).use(work, by, number, now))
    except NotApprovedError:
        return _refused(request)
    if approval.kind is ApprovalKind.IDENTITY:
        return await _page(request, shown=approval.subject)
    queues = list(Queue) if approval.subject == ALL_QUEUES else [Queue(approval.subject)]
    rows = await request.read(lambda work: _list_cases(work, request, queues))
    headers = {
        "content-disposition": f'attachment; filename="haven-{approval.subject}.csv"',
        "content-security-policy": SANDBOX_CSP, "cache-control": "no-store",
    }  # fmt: skip
    day = datetime.fromtimestamp(now // SECOND, UTC).date().isoformat()
    table = as_csv(rows, f"{by.id}/{approval.id[:8]}/{day}")
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


def _list_cases(work: Work, request: DeskRequest, queues: list[Queue]) -> list[tuple[Any, ...]]:
    padded = (queues * len(Queue))[: len(Queue)]
    consents = ConsentRecords(request.context.vault)
    return [
        (*row, "yes" if consents.has_consent(work, case, ConsentKind.STATISTICS) else "no")
        for case, office, *row in work.rows(_CASE_LIST, *(it.value for it in padded))
        if works_for(request.caseworker, office)
    ]


def as_csv(rows: Iterable[Iterable[Any]], copy: str) -> str:
    """Return cases as CSV in which no cell starts a formula.

    Every line names the copy, so that a leaked line shows who exported it.
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
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _approvals(request: DeskRequest) -> Approvals:
    return Approvals(request.context.vault, request.context.audit)


async def _run(request: DeskRequest, do: Callable[[Work], object]) -> Response:
    try:
        await request.write(do)
    except NotApprovedError:
        return _refused(request)
    request.flash(texts.SAVED)
    return request.redirect("/approvals")


def _refused(request: DeskRequest) -> Response:
    request.flash(texts.APPROVAL_REFUSED, is_refused=True)
    return request.redirect("/approvals")


async def _page(request: DeskRequest, shown: str = "") -> Response:
    def look(work: Work) -> tuple[list[ApprovalRequest], list[Caseworker]]:
        found = _approvals(request).recent(work, request.now)
        if request.caseworker.role not in SENIOR_ROLES:
            found = [it for it in found if it.asked_by == request.caseworker.id]
        return found, request.context.staff.all(work)

    found, staff = await request.read(look)
    return request.render(
        "approvals.html", approvals=found, staff=staff, Kind=ApprovalKind, queues=QUEUE_NAMES,
        names=staff_names(request, staff), all_queues=ALL_QUEUES,
        roles={it.id: request.locale(texts.ROLES[it.role.value]) for it in staff},
        may_request=[it for it in REQUESTED_HERE if request.caseworker.role in MAY_REQUEST[it]],
        shown=next((it for it in staff if it.id == shown), None),
    )  # fmt: skip
