"""From shift to shift, and a pause: what the last one left, and a quarter of an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.routing import NAMES, Queue
from bot.desks.web import texts
from bot.desks.web.case.actions import Filled, ordered
from bot.desks.web.preferences import READ_UNTIL, choose
from bot.desks.web.queue import queries
from bot.desks.web.routes import NO_FIELDS, Door, May, fields
from bot.hotline.commands.types import Verb
from bot.hotline.staff.shift_notes import LONGEST, Handover

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import Visit
    from bot.hotline.staff.shift_notes import Note
    from bot.store.writer import Work

PAUSE = "15"
"""Minutes of a pause after somebody was in danger."""


async def shift(visit: Visit) -> Response:
    """Show what was left for whoever comes next, and let them leave something."""
    keyring, queues = visit.keyring(), queries.queues_of(visit.by)

    def look(work: Work) -> tuple[list[Note], dict[str, str]]:
        found = Handover.lately(work, queues, keyring, visit.now)
        return found, {it.id: it.name or it.id for it in visit.front.staff.all(work)}

    notes, names = await visit.front.reads.run(look)
    return visit.page(
        "shift.html", notes=notes, names=names, longest=LONGEST, read_until=_read_until(visit),
        queues={it: NAMES[Queue(it)] for it in queues}, unread=await unread(visit),
        clock=lambda at: visit.tongue.clock(at, visit.now),
    )  # fmt: skip


async def leave(visit: Visit) -> Response:
    """Leave a note for whoever comes next."""
    known = queries.queues_of(visit.by)
    asked = visit.form.get("queue", "")
    queues = [it for it in known if asked in {"", it}]
    written = visit.form.get("words", "").replace("\r\n", "\n")
    custody, now = visit.front.vault.cases.custody, visit.now

    def write(work: Work) -> bool:
        handover = Handover(visit.front.audit)
        return handover.leave(work, custody.holders(), queues, visit.by.id, written, now)

    is_left = await visit.front.database.writer.run(write)
    visit.tell(texts.LEFT_FOR_NEXT if is_left else texts.NOTHING_LEFT, is_refused=not is_left)
    return visit.go("/shift")


async def was_read(visit: Visit) -> Response:
    """Note up to which note somebody has read, and go on."""
    newest = await unread(visit)
    if newest:
        await visit.front.database.writer.run(
            lambda work: choose(work, visit.by.id, READ_UNTIL, str(newest))
        )
    return visit.go("/queue/mine")


async def unread(visit: Visit) -> int:
    """Return when the newest note was left that somebody has not read; 0: there is none."""
    queues, since = queries.queues_of(visit.by), _read_until(visit)
    return await visit.front.reads.run(
        lambda work: Handover.newest(work, queues, visit.by.id, since, visit.now)
    )


def _read_until(visit: Visit) -> int:
    written = visit.chosen.get(READ_UNTIL, "0")
    return int(written) if written.isascii() and written.isdecimal() else 0


async def pause(visit: Visit) -> Response:
    """Give somebody no new case for a while; they are back by themselves."""
    visit.here.hard_at = 0
    told = await ordered(visit, "", Verb.REST, Filled(code=PAUSE))
    if told is None or told.is_refused:
        visit.tell(texts.WRITTEN_DOWN, is_refused=True)
    else:
        visit.tell(texts.PAUSE_BEGINS)
    return visit.go("/queue/mine")


async def no_pause(visit: Visit) -> Response:
    """Say nothing more of a pause."""
    visit.here.hard_at = 0
    return visit.go("/queue/mine")


DOORS = (
    Door("/shift", shift, May.QUEUE),
    Door("/shift/leave", leave, May.QUEUE, "POST", fields("queue", "words")),
    Door("/shift/read", was_read, May.QUEUE, "POST", NO_FIELDS),
    Door("/pause", pause, May.QUEUE, "POST", NO_FIELDS),
    Door("/pause/no", no_pause, May.QUEUE, "POST", NO_FIELDS),
)
