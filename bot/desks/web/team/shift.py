"""Shift notes and breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.routing import QUEUE_NAMES, Queue
from bot.desks.web import texts
from bot.desks.web.case.actions import ActionInput, send_command
from bot.desks.web.preferences import READ_UNTIL, store_preference
from bot.desks.web.queue import queries
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.hotline.commands.types import Verb
from bot.hotline.staff.shift_notes import MAX_LENGTH, ShiftNote, ShiftNotes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.desks.web.request import DeskRequest, Response
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

PAUSE_MINUTES = "15"


@get("/shift", Permission.QUEUE)
async def _shift_page(request: DeskRequest) -> Response:
    """Show the notes of earlier shifts, and the form for a new one."""
    keyring, queues = request.keyring(), queries.queues_of(request.caseworker)

    def look(work: Work) -> tuple[list[ShiftNote], dict[str, str]]:
        found = ShiftNotes.recent(work, queues, keyring, request.now)
        return found, {it.id: it.name or it.id for it in request.context.staff.all(work)}

    notes, names = await request.read(look)
    return request.render(
        "shift.html", notes=notes, names=names, max_length=MAX_LENGTH,
        read_until=_read_until(request.preferences),
        queues={it: QUEUE_NAMES[Queue(it)] for it in queues}, unread=await _newest_unread(request),
    )  # fmt: skip


@post("/shift/leave", Permission.QUEUE, "queue", "words")
async def _leave_note(request: DeskRequest) -> Response:
    known = queries.queues_of(request.caseworker)
    chosen = request.form.get("queue", "")
    queues = [it for it in known if chosen in {"", it}]
    text = request.form.get("words", "").replace("\r\n", "\n")
    wraps, now = request.context.vault.cases.wraps, request.now

    def write(work: Work) -> bool:
        notes = ShiftNotes(request.context.audit)
        return notes.add(work, wraps.holders(), queues, request.caseworker.id, text, now)

    is_saved = await request.write(write)
    said = texts.SHIFT_NOTE_SAVED if is_saved else texts.SHIFT_NOTE_EMPTY
    request.flash(said, is_refused=not is_saved)
    return request.redirect("/shift")


@post("/shift/read", Permission.QUEUE)
async def _mark_read(request: DeskRequest) -> Response:
    newest = await _newest_unread(request)
    if newest:
        await request.write(
            lambda work: store_preference(work, request.caseworker.id, READ_UNTIL, str(newest))
        )
    return request.redirect("/queue/mine")


async def _newest_unread(request: DeskRequest) -> int:
    by, preferences = request.caseworker, request.preferences
    return await request.read(lambda work: newest_unread_of(work, by, preferences, request.now))


def newest_unread_of(work: Work, by: Caseworker, preferences: Mapping[str, str], now: int) -> int:
    """Return the time of the newest note that a caseworker has not read; 0 for none."""
    since = _read_until(preferences)
    return ShiftNotes.newest_at(work, queries.queues_of(by), by.id, since, now)


def _read_until(preferences: Mapping[str, str]) -> int:
    written = preferences.get(READ_UNTIL, "0")
    return int(written) if written.isascii() and written.isdecimal() else 0


@post("/pause", Permission.QUEUE, repetition=Repetition.SAME_RESULT)
async def _start_pause(request: DeskRequest) -> Response:
    """Start a break; it ends by itself."""
    request.current_session.hard_case_at = 0
    result = await send_command(request, "", Verb.REST, ActionInput(code=PAUSE_MINUTES))
    is_stored = result is None or result.is_refused
    request.flash(texts.COMMAND_STORED if is_stored else texts.PAUSE_STARTED)
    return request.redirect("/queue/mine")


@post("/pause/no", Permission.QUEUE)
async def _decline_pause(request: DeskRequest) -> Response:
    request.current_session.hard_case_at = 0
    return request.redirect("/queue/mine")
