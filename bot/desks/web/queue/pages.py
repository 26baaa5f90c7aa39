"""Case lists: Mine, Snoozed, Waiting, All, Closed; and closing several selected cases at once.

The filter of a list is remembered, and can be given to a colleague as an address: the address
counts for its own page only.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException

from bot.cases.routing import QUEUE_NAMES, Queue
from bot.cases.state_machine import SENIOR_ROLES, ActionRefusal, CaseAction, Role, next_state
from bot.clock import SECOND
from bot.desks.web import texts
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case.actions import ActionInput, send_command
from bot.desks.web.form_nonces import NONCE_FIELD
from bot.desks.web.live.own_cases import load_own_cases, note_lapsed_claims
from bot.desks.web.middleware import CSRF_FIELD
from bot.desks.web.preferences import (
    FILTER_FIELDS,
    ORDER,
    PRIORITIES,
    QueueFilter,
    store_preference,
)
from bot.desks.web.queue import queries
from bot.desks.web.queue.home import home_path
from bot.desks.web.queue.office_names import offices_of
from bot.desks.web.queue.saved_views import (
    MAX_NAME_LENGTH,
    MAX_VIEWS,
    list_address,
    saved_views,
)
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import CHECKED_BY_HANDLER, Permission, Repetition, get, post
from bot.hotline.commands.permissions import REASON_NEEDED, gave_reason
from bot.hotline.commands.types import Verb
from bot.hotline.stale_facts import StaleFacts, find_stale_facts
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from bot.desks.web.queue.queries import QueueRow
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text

TABS = texts.LISTS


@get("/", Permission.SIGNED_IN)
async def _home(request: DeskRequest) -> Response:
    """Redirect to the page a caseworker needs first."""
    return request.redirect(await home_path(request, request.caseworker))


@get("/queue/{tab}", Permission.QUEUE)
async def _queue_page(request: DeskRequest) -> Response:
    return request.render(
        "queue.html", stale_facts=_stale_facts(request), **await _page_values(request)
    )


@get("/queue/{tab}/pane", Permission.QUEUE, is_pane=True, is_background=True)
async def _queue_pane(request: DeskRequest) -> Response:
    await request.read(lambda work: load_own_cases(work, request))
    await note_lapsed_claims(request)
    return request.render("_queue.html", **await _page_values(request))


@post("/queue/{tab}/filter", Permission.QUEUE, *FILTER_FIELDS, ORDER, repetition=Repetition.ALLOWED)
async def _set_filter(request: DeskRequest) -> Response:
    """Remember a filter, and show its list at an address of its own."""
    tab = _tab(request)
    case_filter = QueueFilter.from_form(request.form).of_list(is_closed=tab == queries.CLOSED)
    await request.write(
        lambda work: store_preference(work, request.caseworker.id, tab, case_filter.encoded)
    )
    return request.redirect(list_address(tab, case_filter.address))


def _chosen_filter(request: DeskRequest, tab: str) -> QueueFilter:
    """Return the filter of the address; without one, the filter that is remembered."""
    asked = request.http.query_params
    if any(name in asked for name in FILTER_FIELDS):
        return QueueFilter.from_form(asked)
    return QueueFilter.decode(request.preferences.get(tab, ""))


def _tab(request: DeskRequest) -> str:
    tab = request.param("tab")
    if tab not in TABS:
        raise NotFoundError(tab)
    return tab


async def _page_values(request: DeskRequest) -> dict[str, Any]:
    tab, by = _tab(request), request.caseworker
    case_filter = _chosen_filter(request, tab)
    after = request.http.query_params.get("after", "")[:16]

    wanted = queries.ListQuery(by, tab, request.now, case_filter, after)
    views, shown = saved_views(request.preferences), (tab, case_filter)
    rows, last = await request.read(lambda work: queries.load_page(work, request.context, wanted))
    offices = await request.read(lambda work: offices_of(work, request))
    # A caseworker who opens one of these too late is told who was first.
    open_rows = {row.summary.reference for row in rows if row.is_mine or not row.holder}
    request.current_session.known_references |= open_rows
    return {
        "tab": tab, "tabs": TABS, "rows": rows, "case_filter": case_filter,
        "queue_counts": request.queue_counts, "priorities": PRIORITIES,
        "after": after, "next": last, "languages": LANGUAGES,
        "first_page": list_address(tab, case_filter.address),
        "next_page": list_address(tab, case_filter.address, f"after={last}"),
        "pane": list_address(f"{tab}/pane", case_filter.address, f"after={after}" if after else ""),
        "counties": county_names(request),
        "queues": {it: QUEUE_NAMES[Queue(it)] for it in queries.queues_of(by)},
        "offices": offices, "order": wanted.order,
        "has_county": any(it.summary.county for it in rows),
        "filter_values": case_filter.named, "max_name": MAX_NAME_LENGTH,
        "views": views, "may_add_view": len(views) < MAX_VIEWS,
        "shown_view": next((it for it in views if (it.tab, it.case_filter) == shown), None),
        "may_select": by.role is Role.SUPERVISOR if tab == queries.ALL else tab == queries.MINE,
    }  # fmt: skip


def county_names(request: DeskRequest) -> dict[str, str]:
    """Return the names of all counties by code, in the language of the desk."""
    words = request.locale.flow_catalogue
    return {code: name.render(words) for code, name in request.context.counties.items()}


def _stale_facts(request: DeskRequest) -> list[StaleFacts]:
    if request.caseworker.role not in SENIOR_ROLES:
        return []
    today = datetime.fromtimestamp(request.now / SECOND, request.context.zone).date()
    return find_stale_facts(request.context.place, today)


# --- Closing several cases -------------------------------------------------------------------

CHECKBOX_PREFIX = "case."
MAX_CASES = queries.PAGE_SIZE  # at most one page, which a caseworker can still check


@post("/bulk-close", Permission.QUEUE, *CHECKED_BY_HANDLER, repetition=Repetition.ALLOWED)
async def _ask_confirmation(request: DeskRequest) -> Response:
    found = await _selected_cases(request)
    if not found:
        request.flash(texts.NOTHING_MARKED, is_refused=True)
        return request.redirect(f"/queue/{_selected_tab(request)}")
    return request.render(
        "bulk_close.html", selected=found, tab=_selected_tab(request),
        checkbox_prefix=CHECKBOX_PREFIX,
        closable=[row for row, refusal in found if refusal is None],
        dispositions=request.context.dispositions,
    )  # fmt: skip


@post(
    "/bulk-close/confirm", Permission.QUEUE, *CHECKED_BY_HANDLER,
    repetition=Repetition.SAME_RESULT,
)  # fmt: skip
async def _close_cases(request: DeskRequest) -> Response:
    """Close the selected cases one by one."""
    found = [row for row, refusal in await _selected_cases(request) if refusal is None]
    outcome = request.form.get("code", "")
    if outcome not in request.context.dispositions or not found:
        request.flash(texts.NOTHING_CLOSED, is_refused=True)
        return request.redirect(f"/queue/{_selected_tab(request)}")
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
    return request.redirect(f"/queue/{_selected_tab(request)}")


async def _selected_cases(request: DeskRequest) -> list[tuple[QueueRow, Text | None]]:
    """Return each with why it cannot be closed, if so.

    Raise NotFoundError for a forbidden case or too many, HTTPException for an unknown field.
    """
    references = [
        it.removeprefix(CHECKBOX_PREFIX) for it in request.form if it.startswith(CHECKBOX_PREFIX)
    ]
    boxes = {CHECKBOX_PREFIX + it for it in references}
    if set(request.form) - boxes - {CSRF_FIELD, NONCE_FIELD, "tab", "code"}:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    if len(references) > MAX_CASES:
        raise NotFoundError("too many")

    by, audit = request.caseworker, request.context.audit

    def look(work: Work) -> list[tuple[QueueRow, Text | None]]:
        seen = [check_case_access(work, request, it) for it in references]
        cases = [it.case for it in seen]
        unread = {
            it.case for it in seen
            if it.needs_reason and not gave_reason(audit, work, it.case, by, request.now)
        }  # fmt: skip
        return [
            (row, REASON_NEEDED if row.summary.case in unread else _close_refusal(by, row))
            for row in queries.load_rows(work, request.context, by, cases, request.now)
        ]

    return await request.read(look)


def _close_refusal(by: Caseworker, row: QueueRow) -> Text | None:
    state = next_state(row.summary.state, CaseAction.CLOSE, by.role, is_holder=row.is_mine)
    return state.text if isinstance(state, ActionRefusal) else None


def _selected_tab(request: DeskRequest) -> str:
    tab = request.form.get("tab", "")
    return tab if tab in {queries.MINE, queries.ALL} else queries.MINE
