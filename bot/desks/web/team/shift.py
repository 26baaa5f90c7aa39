"""From shift to shift, and a pause: what the last one left, and a quarter of an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.routing import QUEUE_NAMES, Queue
from bot.desks.web import texts
from bot.desks.web.case.actions import ActionInput, send_command
from bot.desks.web.preferences import READ_UNTIL, store_preference
from bot.desks.web.queue import queries
from bot.desks.web.routes import NO_FIELDS, Permission, Route, form_fields
from bot.hotline.commands.types import Verb
from bot.hotline.staff.shift_notes import MAX_LENGTH, ShiftNotes

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest
    from bot.hotline.staff.shift_notes import ShiftNote
    from bot.store.writer import Work

PAUSE_MINUTES = "15"
"""Minutes of a pause after somebody was in danger."""


async def shift_page(request: DeskRequest) -> Response:
    """Show what was left for whoever comes next, and let them leave something."""
    keyring, queues = request.keyring(), queries.queues_of(request.caseworker)

    def look(work: Work) -> tuple[list[ShiftNote], dict[str, str]]:
        found = ShiftNotes.recent(work, queues, keyring, request.now)
        return found, {it.id: it.name or it.id for it in request.context.staff.all(work)}

    notes, names = await request.context.read_pool.run(look)
    return request.render(
        "shift.html", notes=notes, names=names, longest=MAX_LENGTH, read_until=_read_until(request),
        queues={it: QUEUE_NAMES[Queue(it)] for it in queues}, unread=await newest_unread(request),
        clock=lambda at: request.locale.format_time(at, request.now),
    )  # fmt: skip


async def leave_note(request: DeskRequest) -> Response:
    """Leave a note for whoever comes next."""
    known = queries.queues_of(request.caseworker)
    asked = request.form.get("queue", "")
    queues = [it for it in known if asked in {"", it}]
    written = request.form.get("words", "").replace("\r\n", "\n")
    custody, now = request.context.vault.cases.wraps, request.now

    def write(work: Work) -> bool:
        handover = ShiftNotes(request.context.audit)
        return handover.add(work, custody.holders(), queues, request.caseworker.id, written, now)

    is_left = await request.context.database.writer.run(write)
    request.flash(
        texts.SHIFT_NOTE_SAVED if is_left else texts.SHIFT_NOTE_EMPTY, is_refused=not is_left
    )
    return request.redirect("/shift")


async def mark_read(request: DeskRequest) -> Response:
    """Note up to which note somebody has read, and go on."""
    newest = await newest_unread(request)
    if newest:
        await request.context.database.writer.run(
            lambda work: store_preference(work, request.caseworker.id, READ_UNTIL, str(newest))
        )
    return request.redirect("/queue/mine")


async def newest_unread(request: DeskRequest) -> int:
    """Return when the newest note was left that somebody has not read; 0: there is none."""
    queues, since = queries.queues_of(request.caseworker), _read_until(request)
    return await request.context.read_pool.run(
        lambda work: ShiftNotes.newest_at(work, queues, request.caseworker.id, since, request.now)
    )


def _read_until(request: DeskRequest) -> int:
    written = request.preferences.get(READ_UNTIL, "0")
    return int(written) if written.isascii() and written.isdecimal() else 0


async def start_pause(request: DeskRequest) -> Response:
    """Give somebody no new case for a while; they are back by themselves."""
    request.current_session.hard_case_at = 0
    told = await send_command(request, "", Verb.REST, ActionInput(code=PAUSE_MINUTES))
    if told is None or told.is_refused:
        request.flash(texts.COMMAND_STORED, is_refused=True)
    else:
        request.flash(texts.PAUSE_STARTED)
    return request.redirect("/queue/mine")


async def decline_pause(request: DeskRequest) -> Response:
    """Say nothing more of a pause."""
    request.current_session.hard_case_at = 0
    return request.redirect("/queue/mine")


ROUTES = (
    Route("/shift", shift_page, Permission.QUEUE),
    Route("/shift/leave", leave_note, Permission.QUEUE, "POST", form_fields("queue", "words")),
    Route("/shift/read", mark_read, Permission.QUEUE, "POST", NO_FIELDS),
    Route("/pause", start_pause, Permission.QUEUE, "POST", NO_FIELDS),
    Route("/pause/no", decline_pause, Permission.QUEUE, "POST", NO_FIELDS),
)
