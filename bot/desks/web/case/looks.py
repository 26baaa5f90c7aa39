"""Up to when each caseworker has seen the conversation of a case; nothing of what was seen."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from bot.desks.web.auth.case_access import access_case, check_case_access
from bot.desks.web.request import DeskRequest, Response
from bot.desks.web.routes import Permission, post
from bot.store.statements import select_one, upsert
from bot.store.tables.case_extras import case_looks

if TYPE_CHECKING:
    from bot.store.writer import Work

_LOAD = select_one(case_looks, "looked_at", by=("case_id", "staff_id"))
_STORE = upsert(
    case_looks, "case_id", "staff_id", "looked_at", key=("case_id", "staff_id")
)  # fmt: skip
MAX_DIGITS = 18


def looked_at(work: Work, case: str, who: str) -> int | None:
    """Return up to which moment a caseworker has seen a case; None: never."""
    rows = work.rows(_LOAD, case, who)
    return rows[0][0] if rows else None


def record_look(work: Work, case: str, who: str, until: int) -> None:
    """Record up to which moment a caseworker has seen a case; it never goes back."""
    if until > (looked_at(work, case, who) or 0):
        work.run(_STORE, case, who, until)


@post("/cases/{reference}/looked", Permission.CHANGE, "until", is_pane=True, is_background=True)
async def _looked(request: DeskRequest) -> Response:
    """Note that what stands on the page up to a moment was in front of the caseworker."""
    await access_case(request)
    until, who = request.form.get("until", ""), request.caseworker.id
    if not until.isdecimal() or len(until) > MAX_DIGITS:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)

    def record(work: Work) -> None:
        seen = check_case_access(work, request, request.param("reference"))
        if seen.may_read:
            record_look(work, seen.case, who, min(int(until), request.now))

    await request.write(record)
    return Response(status_code=HTTPStatus.NO_CONTENT)
