"""One case: its head, its conversation, its file; each pane is fetched anew alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.cases.routing import queue_name
from bot.clock import HOUR, MINUTE
from bot.desks.web import durations
from bot.desks.web.case import texts as words
from bot.desks.web.case.file import fillable_questions, load_case_file
from bot.desks.web.case.phrasebook import search_phrases
from bot.desks.web.case.view import CaseView, load_case_view
from bot.desks.web.queue import queries
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, Route, form_fields
from bot.hotline.chat.messages import MessageSide
from bot.places.deadlines import start_of_day

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest
    from bot.places.deadlines import DeadlineRules
    from bot.store.writer import Work


REREAD_AFTER = 15 * MINUTE
"""After so long another look at a case is another reading of it, in the audit log."""
PANES = {"head": "_head.html", "conversation": "_conversation.html", "write": "_write.html"}
PANES_WITH_CONTENT = frozenset({"conversation", "file"})
"""Panes in which stands what somebody wrote: fetching one is reading the case."""


async def case_page(request: DeskRequest) -> Response:
    """Show a case; that it was opened is written down first."""
    found = await load_case_view(request, request.param("reference"))
    if found.access.needs_reason:
        return request.render("glass.html", view=found, **_page_values(request, found))
    await _audit_read(request, found)
    return request.render(
        "case.html",
        view=found,
        file=await load_case_file(request, found),
        **await _my_cases(request),
        **_page_values(request, found),
    )


async def case_pane(request: DeskRequest) -> Response:
    """Show one part of a case, for a page that is open; words of a person are read as there."""
    found = await load_case_view(request, request.param("reference"))
    name = request.param("pane")
    if name not in {*PANES, "file", "mine"}:
        raise NotFoundError(name)
    if name in PANES_WITH_CONTENT:
        await _audit_read(request, found)
    if name == "mine":
        return request.render(
            "_mine.html", **await _my_cases(request), **_page_values(request, found)
        )
    if name == "file":
        return request.render(
            "_file.html",
            view=found,
            file=await load_case_file(request, found),
            **_page_values(request, found),
        )
    return request.render(PANES[name], view=found, **_page_values(request, found))


async def phrase_pane(request: DeskRequest) -> Response:
    """Show sentences of the phrasebook, as staff read them and as this person does.

    What is sought is no part of the address: somebody may look for what a person wrote, and
    addresses stand in the logs of whatever is in front of the desk.
    """
    found = await load_case_view(request, request.param("reference"))
    return request.render(
        "_phrases.html",
        view=found,
        groups=search_phrases(
            request, found.access.summary.language, request.form.get("words", "")[:100]
        ),
        **_page_values(request, found),
    )


async def break_glass(request: DeskRequest) -> Response:
    """Open a colleague's case with a reason: audited, and kept with the case as a note."""
    from bot.desks.web.case.actions import ActionInput, send_command  # noqa: PLC0415 - changes lead back to pages
    from bot.hotline.commands.types import Verb  # noqa: PLC0415

    reference = request.param("reference")
    found = await load_case_view(request, reference)
    reason = request.form.get("reason", "").strip()
    if not found.access.needs_reason or not reason:
        return request.redirect(f"/cases/{reference}")
    now, who = request.now, request.caseworker.id

    def note(work: Work) -> None:
        request.context.audit.record(work, now, who, "break_glass", found.access.case)

    await request.context.database.writer.run(note)
    request.current_session.break_glass_cases.add(found.access.case)
    told = request.locale(words.BREAK_GLASS_NOTE, reason=reason)
    await send_command(request, found.access.case, Verb.NOTE, ActionInput(text=told))
    return request.redirect(f"/cases/{reference}")


async def _audit_read(request: DeskRequest, view: CaseView) -> None:
    """Write down that somebody reads a case: once, and again a quarter of an hour later."""
    case_, now, here = view.access.case, request.now, request.current_session

    def note(work: Work) -> None:
        request.context.audit.record(work, now, request.caseworker.id, "read", case_, "web")

    async with here.audit_lock:  # a page fetches its panes at once: together they are one reading
        if not view.is_readable or now - here.read_cases.get(case_, 0) < REREAD_AFTER:
            return
        await request.context.database.writer.run(note)
        here.read_cases[case_] = now  # only now: what could not be written down is asked for again


async def _my_cases(request: DeskRequest) -> dict[str, Any]:
    lines = await request.context.read_pool.run(
        lambda work: queries.my_cases(work, request.context, request.caseworker, request.now)
    )
    return {"mine": lines}


def _page_values(request: DeskRequest, view: CaseView) -> dict[str, Any]:
    glance = view.access.summary
    looking = request.context.streams.viewers(glance.case) - {request.caseworker.id}
    return {
        "glance": glance,
        "Side": MessageSide,
        "queue_name": queue_name(glance.queue),
        "clock": lambda at: request.locale.format_time(at, request.now),
        "span": lambda it: durations.format_duration(request.locale, it),
        "promise": durations.reply_due_text(request.locale, glance.due_at, request.now),
        "near": durations.nearness(
            glance.due_at, request.now, request.context.reply_clocks.max_wait(glance.priority)
        ),
        "also": ", ".join(sorted(view.names.get(who, who) for who in looking)),
        "dispositions": request.context.dispositions,
        "recipients": request.context.recipients,
        "tellable": fillable_questions(request, view),
        "hour": request.context.legal_deadlines.law.format_time,
        **snooze_options(request.context.legal_deadlines.law, request.now),
    }


ROUTES = (
    Route("/cases/{reference}", case_page, Permission.CASE),
    Route(
        "/cases/{reference}/panes/phrases",
        phrase_pane,
        Permission.CASE,
        "POST",
        form_fields("words"),
        is_pane=True,
    ),
    Route(
        "/cases/{reference}/panes/{pane}",
        case_pane,
        Permission.CASE,
        is_pane=True,
        is_background=True,
    ),
    Route(
        "/cases/{reference}/glass", break_glass, Permission.CHANGE, "POST", form_fields("reason")
    ),
)


MORNING = 9 * HOUR
SNOOZE_SOON = ((HOUR, words.IN_AN_HOUR), (4 * HOUR, words.IN_FOUR_HOURS))
SNOOZE_DAYS = ((1, words.TOMORROW), (7, words.IN_A_WEEK))
FOLLOW_UP_DAYS = ((1, words.TOMORROW), (7, words.IN_A_WEEK), (28, words.IN_FOUR_WEEKS))


def snooze_options(law: DeadlineRules, now: int) -> dict[str, Any]:
    """Return moments to put a case aside until, and days to follow it up, as they are typed."""
    today = law.date_of(now)

    def morning(days: int) -> int:
        return start_of_day(today + timedelta(days=days), law.zone) + MORNING

    return {
        "moments": [(law.format_time(now + span), label) for span, label in SNOOZE_SOON]
        + [(law.format_time(morning(days)), label) for days, label in SNOOZE_DAYS],
        "days": [
            ((today + timedelta(days=days)).isoformat(), label) for days, label in FOLLOW_UP_DAYS
        ],
    }
