"""Closing many cases at once: what was marked is named on a page of its own, and confirmed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from bot.cases.state_machine import ActionRefusal, CaseAction, next_state
from bot.desks.web import durations
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case.actions import ActionInput, send_command
from bot.desks.web.middleware import CSRF_FIELD
from bot.desks.web.queue import queries
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import CHECKED_BY_HANDLER, Permission, Route
from bot.desks.web.team import texts as words
from bot.hotline.commands.types import Verb

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.live.event_log import CommandResult
    from bot.desks.web.queue.queries import QueueRow
    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work
    from bot.text import Text

CHECKBOX_PREFIX = "case."
"""What the name of a box begins with; the number of the case follows."""
MAX_CASES = queries.PAGE_SIZE
"""Cases at once: as many as stand on a page, which somebody can still read."""


@dataclass(frozen=True, slots=True)
class MarkedCase:
    """One case that was marked, and why it stays open, if it does."""

    row: QueueRow
    refusal: Text | None


async def ask_confirmation(request: DeskRequest) -> Response:
    """Name what will be closed, and ask how it ended."""
    found = await _marked_cases(request)
    if not found:
        request.flash(words.NOTHING_MARKED, is_refused=True)
        return request.redirect(_back(request))
    return _confirmation_page(request, found)


async def close_cases(request: DeskRequest) -> Response:
    """Close what was named, each as if it were the only one."""
    found = [it for it in await _marked_cases(request) if it.refusal is None]
    how = request.form.get("code", "")
    if how not in request.context.dispositions or not found:
        request.flash(words.NOTHING_CLOSED, is_refused=True)
        return request.redirect(_back(request))
    filled = ActionInput(code=how)
    said = await asyncio.gather(
        *(send_command(request, it.row.summary.case, Verb.CLOSE, filled) for it in found)
    )
    closed = [told is not None and not told.is_refused for told in said]
    if any(closed):
        request.flash(words.CLOSED_COUNT, count=str(sum(closed)))
    for it, told in zip(found, said, strict=True):
        _tell_refusal(request, it, told)
    return request.redirect(_back(request))


def _tell_refusal(request: DeskRequest, it: MarkedCase, told: CommandResult | None) -> None:
    reference = it.row.summary.reference
    if told is None:
        request.flash(words.NOT_CLOSED_YET, is_refused=True, reference=reference)
    elif told.is_refused:
        why = request.locale(told.text, **told.values)
        request.flash(words.NOT_CLOSED, is_refused=True, reference=reference, why=why)


async def _marked_cases(request: DeskRequest) -> list[MarkedCase]:
    """Return the cases that were marked.

    Raises:
        NotThere: one is not there or not theirs, or there are too many.
        HTTPException: something stands there that nobody asked for.
    """
    references = [
        it.removeprefix(CHECKBOX_PREFIX) for it in request.form if it.startswith(CHECKBOX_PREFIX)
    ]
    if (
        set(request.form)
        - {CHECKBOX_PREFIX + it for it in references}
        - {CSRF_FIELD, "tab", "code"}
    ):
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    if len(references) > MAX_CASES:
        raise NotFoundError("too many")

    def look(work: Work) -> list[MarkedCase]:
        seen = [check_case_access(work, request, it) for it in references]
        lines = queries.load_rows(
            work, request.context, request.caseworker, [it.case for it in seen], request.now
        )
        return [MarkedCase(it, _refusal(request, it)) for it in lines]

    return await request.context.read_pool.run(look)


def _refusal(request: DeskRequest, line: QueueRow) -> Text | None:
    moved = next_state(
        line.summary.state, CaseAction.CLOSE, request.caseworker.role, is_holder=line.is_mine
    )
    return moved.text if isinstance(moved, ActionRefusal) else None


def _confirmation_page(request: DeskRequest, found: list[MarkedCase]) -> Response:
    return request.render(
        "closing.html", found=found, tab=_tab(request), mark=CHECKBOX_PREFIX,
        closable=[it for it in found if it.refusal is None],
        dispositions=request.context.dispositions,
        span=lambda it: durations.format_duration(request.locale, it),
    )  # fmt: skip


def _tab(request: DeskRequest) -> str:
    tab = request.form.get("tab", "")
    return tab if tab in {queries.MINE, queries.ALL} else queries.MINE


def _back(request: DeskRequest) -> str:
    return f"/queue/{_tab(request)}"


ROUTES = (
    Route("/closing", ask_confirmation, Permission.QUEUE, "POST", CHECKED_BY_HANDLER),
    Route("/closing/confirm", close_cases, Permission.QUEUE, "POST", CHECKED_BY_HANDLER),
)
