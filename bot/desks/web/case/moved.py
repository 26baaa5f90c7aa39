"""Where a case went that a caseworker had open: who has it now, and who gave it to them.

Only a case that this session has seen is spoken of. For any other number, and for a case that was
erased, the answer is the same as for one that never was.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.cases.reference import parse_reference
from bot.cases.state_machine import CaseAction
from bot.desks.web import texts
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.routes import Permission, get
from bot.store.statements import select_one
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.desks.web.request import Response
    from bot.store.writer import Work
    from bot.vault.audit.log import AuditRow

_CASE = select_one(cases, "id", "holder", by="reference")
_GIVES_A_HOLDER = frozenset({CaseAction.CLAIM.value, CaseAction.TRANSFER.value})


@get("/cases/{reference}/moved", Permission.CASE, is_pane=True, is_background=True)
async def _moved(request: DeskRequest) -> Response:
    """Return where the case went; empty if the caseworker can still see it."""
    told = await describe_move(request)
    if told is None:
        await request.read(lambda work: check_case_access(work, request, _reference(request)))
    return request.json(told=told or "")


async def describe_move(request: DeskRequest) -> str | None:
    """Return where a case went; None if it did not, or was never shown in this session."""
    session, reference = request.session, _reference(request)
    if session is None or request.signed_in is None or reference not in session.known_references:
        return None
    return await request.read(lambda work: _describe(work, request, reference))


def _reference(request: DeskRequest) -> str:
    return parse_reference(request.param("reference"))


def _describe(work: Work, request: DeskRequest, reference: str) -> str | None:
    try:
        check_case_access(work, request, reference)
    except NotFoundError:
        pass
    else:
        return None
    rows = work.rows(_CASE, reference)
    if not rows:
        return None  # erased: from now on it is like one that never was
    case, holder = rows[0]
    moves = request.context.audit.rows_about(work, case)
    last = next((row for row in reversed(moves) if row.action in _GIVES_A_HOLDER), None)
    if not holder or last is None:
        return request.locale(texts.CASE_NOT_YOURS, reference=reference)
    return _name_holder(work, request, reference, str(holder), last)


def _name_holder(
    work: Work, request: DeskRequest, reference: str, holder: str, last: AuditRow
) -> str:
    names = {it.id: it.name or it.id for it in request.context.staff.all(work)}
    values = {
        "reference": reference,
        "name": names.get(holder, holder),
        "by": names.get(last.actor, last.actor),
        "at": request.locale.format_time(last.at, request.now),
    }
    if last.action == CaseAction.CLAIM.value:
        return request.locale(texts.CASE_CLAIMED_BY, **values)
    if last.actor == request.caseworker.id:
        return request.locale(texts.CASE_GIVEN_BY_YOU, **values)
    return request.locale(texts.CASE_GIVEN_AWAY, **values)


async def give_words_back(request: DeskRequest) -> Response | None:
    """Show the words of a form again whose case has gone: its page would show them to no one.

    None without words, for a script, which keeps them, and while the case is open to them.
    """
    words = "" if request.is_fetched else request.form.get("words", "").strip()
    told = await describe_move(request) if words else None
    if told is None:
        return None
    return request.render("words_not_sent.html", status=HTTPStatus.CONFLICT, told=told, words=words)


def leads_on(request: DeskRequest) -> bool:
    """Whether a browser opens a page of a case, or sends a form: not a pane, a script or a file."""
    is_part = request.route.is_pane or request.is_fetched or "/files/" in request.route.path
    return not is_part and "{reference}" in request.route.path
