"""Closing several cases at once: selected in a list, confirmed on a page that names each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
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

    from bot.desks.web.live.event_log import CommandResult
    from bot.desks.web.queue.queries import QueueRow
    from bot.store.writer import Work
    from bot.text import Text

CHECKBOX_PREFIX = "case."
MAX_CASES = queries.PAGE_SIZE
"""At most one page, which a caseworker can still check."""


@dataclass(frozen=True, slots=True)
class SelectedCase:
    """A selected case, and why it cannot be closed, if so."""

    row: QueueRow
    refusal: Text | None


@post("/bulk-close", Permission.QUEUE, *CHECKED_BY_HANDLER)
async def ask_confirmation(request: DeskRequest) -> Response:
    """Show the selected cases, and ask for the outcome."""
    found = await _selected_cases(request)
    if not found:
        request.flash(texts.NOTHING_MARKED, is_refused=True)
        return request.redirect(f"/queue/{_tab(request)}")
    return _confirmation_page(request, found)


@post("/bulk-close/confirm", Permission.QUEUE, *CHECKED_BY_HANDLER)
async def close_cases(request: DeskRequest) -> Response:
    """Close the selected cases one by one."""
    found = [it for it in await _selected_cases(request) if it.refusal is None]
    outcome = request.form.get("code", "")
    if outcome not in request.context.dispositions or not found:
        request.flash(texts.NOTHING_CLOSED, is_refused=True)
        return request.redirect(f"/queue/{_tab(request)}")
    values = ActionInput(code=outcome)
    results = await asyncio.gather(
        *(send_command(request, it.row.summary.case, Verb.CLOSE, values) for it in found)
    )
    closed = [it is not None and not it.is_refused for it in results]
    if any(closed):
        request.flash(texts.CLOSED_COUNT, count=str(sum(closed)))
    for it, result in zip(found, results, strict=True):
        _flash_refusal(request, it, result)
    return request.redirect(f"/queue/{_tab(request)}")


def _flash_refusal(request: DeskRequest, it: SelectedCase, result: CommandResult | None) -> None:
    reference = it.row.summary.reference
    if result is None:
        request.flash(texts.NOT_CLOSED_YET, is_refused=True, reference=reference)
    elif result.is_refused:
        why = request.locale(result.text, **result.values)
        request.flash(texts.NOT_CLOSED, is_refused=True, reference=reference, why=why)


async def _selected_cases(request: DeskRequest) -> list[SelectedCase]:
    """Raise NotFoundError for a forbidden case or too many, HTTPException for an unknown field."""
    references = [
        it.removeprefix(CHECKBOX_PREFIX) for it in request.form if it.startswith(CHECKBOX_PREFIX)
    ]
    boxes = {CHECKBOX_PREFIX + it for it in references}
    if set(request.form) - boxes - {CSRF_FIELD, "tab", "code"}:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    if len(references) > MAX_CASES:
        raise NotFoundError("too many")

    def look(work: Work) -> list[SelectedCase]:
        seen = [check_case_access(work, request, it) for it in references]
        cases = [it.case for it in seen]
        rows = queries.load_rows(work, request.context, request.caseworker, cases, request.now)
        return [SelectedCase(it, _refusal(request, it)) for it in rows]

    return await request.read(look)


def _refusal(request: DeskRequest, row: QueueRow) -> Text | None:
    state = next_state(
        row.summary.state, CaseAction.CLOSE, request.caseworker.role, is_holder=row.is_mine
    )
    return state.text if isinstance(state, ActionRefusal) else None


def _confirmation_page(request: DeskRequest, found: list[SelectedCase]) -> Response:
    return request.render(
        "bulk_close.html", selected=found, tab=_tab(request), checkbox_prefix=CHECKBOX_PREFIX,
        closable=[it for it in found if it.refusal is None],
        dispositions=request.context.dispositions,
    )  # fmt: skip


def _tab(request: DeskRequest) -> str:
    tab = request.form.get("tab", "")
    return tab if tab in {queries.MINE, queries.ALL} else queries.MINE
