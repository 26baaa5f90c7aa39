"""Closing several cases at once: selected in a list, confirmed on a page that names each."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from bot.cases.state_machine import ActionRefusal, CaseAction, next_state
from bot.desks.web import texts
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case.actions import ActionInput, send_command
from bot.desks.web.middleware import CSRF_FIELD
from bot.desks.web.queue import queries
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.routes import CHECKED_BY_HANDLER, Permission, post
from bot.hotline.commands.types import Verb

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.queue.queries import QueueRow
    from bot.store.writer import Work
    from bot.text import Text

CHECKBOX_PREFIX = "case."
MAX_CASES = queries.PAGE_SIZE
"""At most one page, which a caseworker can still check."""


@post("/bulk-close", Permission.QUEUE, *CHECKED_BY_HANDLER)
async def ask_confirmation(request: DeskRequest) -> Response:
    """Show the selected cases, and ask for the outcome."""
    found = await _selected_cases(request)
    if not found:
        request.flash(texts.NOTHING_MARKED, is_refused=True)
        return request.redirect(f"/queue/{_tab(request)}")
    return request.render(
        "bulk_close.html", selected=found, tab=_tab(request), checkbox_prefix=CHECKBOX_PREFIX,
        closable=[row for row, refusal in found if refusal is None],
        dispositions=request.context.dispositions,
    )  # fmt: skip


@post("/bulk-close/confirm", Permission.QUEUE, *CHECKED_BY_HANDLER)
async def close_cases(request: DeskRequest) -> Response:
    """Close the selected cases one by one."""
    found = [row for row, refusal in await _selected_cases(request) if refusal is None]
    outcome = request.form.get("code", "")
    if outcome not in request.context.dispositions or not found:
        request.flash(texts.NOTHING_CLOSED, is_refused=True)
        return request.redirect(f"/queue/{_tab(request)}")
    values = ActionInput(code=outcome)
    results = await asyncio.gather(
        *(send_command(request, row.summary.case, Verb.CLOSE, values) for row in found)
    )
    closed = [it is not None and not it.is_refused for it in results]
    if any(closed):
        request.flash(texts.CLOSED_COUNT, count=str(sum(closed)))
    for row, result in zip(found, results, strict=True):
        reference = row.summary.reference
        if result is None:
            request.flash(texts.NOT_CLOSED_YET, is_refused=True, reference=reference)
        elif result.is_refused:
            why = request.locale(result.text, **result.values)
            request.flash(texts.NOT_CLOSED, is_refused=True, reference=reference, why=why)
    return request.redirect(f"/queue/{_tab(request)}")


async def _selected_cases(request: DeskRequest) -> list[tuple[QueueRow, Text | None]]:
    """Return each with why it cannot be closed, if so.

    Raise NotFoundError for a forbidden case or too many, HTTPException for an unknown field.
    """
    references = [
        it.removeprefix(CHECKBOX_PREFIX) for it in request.form if it.startswith(CHECKBOX_PREFIX)
    ]
    boxes = {CHECKBOX_PREFIX + it for it in references}
    if set(request.form) - boxes - {CSRF_FIELD, "tab", "code"}:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    if len(references) > MAX_CASES:
        raise NotFoundError("too many")

    by = request.caseworker

    def look(work: Work) -> list[QueueRow]:
        cases = [check_case_access(work, request, it).case for it in references]
        return queries.load_rows(work, request.context, by, cases, request.now)

    found: list[tuple[QueueRow, Text | None]] = []
    for row in await request.read(look):
        state = next_state(row.summary.state, CaseAction.CLOSE, by.role, is_holder=row.is_mine)
        found.append((row, state.text if isinstance(state, ActionRefusal) else None))
    return found


def _tab(request: DeskRequest) -> str:
    tab = request.form.get("tab", "")
    return tab if tab in {queries.MINE, queries.ALL} else queries.MINE
