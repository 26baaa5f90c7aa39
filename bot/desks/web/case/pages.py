"""One case: its head, its conversation, its file; each pane is fetched anew alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.cases.routing import name_of
from bot.clock import HOUR, MINUTE
from bot.desks.web import durations
from bot.desks.web.case import texts as words
from bot.desks.web.case.file import can_be_told, file_of
from bot.desks.web.case.phrasebook import chosen_from
from bot.desks.web.case.view import View, view
from bot.desks.web.queue import queries
from bot.desks.web.request import NotThere
from bot.desks.web.routes import Door, May, fields
from bot.hotline.chat.messages import Side
from bot.places.deadlines import begin_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import Visit
    from bot.places.deadlines import Clocks
    from bot.store.writer import Work


READ_AGAIN = 15 * MINUTE
"""After so long another look at a case is another reading of it, in the audit log."""
PANES = {"head": "_head.html", "conversation": "_conversation.html", "write": "_write.html"}
TELLS = frozenset({"conversation", "file"})
"""Panes in which stands what somebody wrote: fetching one is reading the case."""


async def case(visit: Visit) -> Response:
    """Show a case; that it was opened is written down first."""
    found = await view(visit, visit.param("reference"))
    if found.sight.wants_reason:
        return visit.page("glass.html", view=found, **_around(visit, found))
    await _note_read(visit, found)
    return visit.page(
        "case.html",
        view=found,
        file=await file_of(visit, found),
        **await _side(visit),
        **_around(visit, found),
    )


async def pane(visit: Visit) -> Response:
    """Show one part of a case, for a page that is open; words of a person are read as there."""
    found = await view(visit, visit.param("reference"))
    name = visit.param("pane")
    if name not in {*PANES, "file", "mine"}:
        raise NotThere(name)
    if name in TELLS:
        await _note_read(visit, found)
    if name == "mine":
        return visit.page("_mine.html", **await _side(visit), **_around(visit, found))
    if name == "file":
        return visit.page(
            "_file.html", view=found, file=await file_of(visit, found), **_around(visit, found)
        )
    return visit.page(PANES[name], view=found, **_around(visit, found))


async def phrases(visit: Visit) -> Response:
    """Show sentences of the phrasebook, as staff read them and as this person does.

    What is sought is no part of the address: somebody may look for what a person wrote, and
    addresses stand in the logs of whatever is in front of the desk.
    """
    found = await view(visit, visit.param("reference"))
    return visit.page(
        "_phrases.html",
        view=found,
        groups=chosen_from(visit, found.sight.glance.language, visit.form.get("words", "")[:100]),
        **_around(visit, found),
    )


async def break_glass(visit: Visit) -> Response:
    """Open a colleague's case with a reason: audited, and kept with the case as a note."""
    from bot.desks.web.case.actions import Filled, ordered  # noqa: PLC0415 - changes lead back to pages
    from bot.hotline.commands.types import Verb  # noqa: PLC0415

    reference = visit.param("reference")
    found = await view(visit, reference)
    reason = visit.form.get("reason", "").strip()
    if not found.sight.wants_reason or not reason:
        return visit.go(f"/cases/{reference}")
    now, who = visit.now, visit.by.id

    def note(work: Work) -> None:
        visit.front.audit.note(work, now, who, "break_glass", found.sight.case)

    await visit.front.database.writer.run(note)
    visit.here.glass.add(found.sight.case)
    told = visit.tongue(words.GLASS_NOTE, reason=reason)
    await ordered(visit, found.sight.case, Verb.NOTE, Filled(words=told))
    return visit.go(f"/cases/{reference}")


async def _note_read(visit: Visit, found: View) -> None:
    """Write down that somebody reads a case: once, and again a quarter of an hour later."""
    case_, now, here = found.sight.case, visit.now, visit.here

    def note(work: Work) -> None:
        visit.front.audit.note(work, now, visit.by.id, "read", case_, "web")

    async with here.noting:  # a page fetches its panes at once: together they are one reading
        if not found.is_readable or now - here.opened.get(case_, 0) < READ_AGAIN:
            return
        await visit.front.database.writer.run(note)
        here.opened[case_] = now  # only now: what could not be written down is asked for again


async def _side(visit: Visit) -> dict[str, Any]:
    lines = await visit.front.reads.run(
        lambda work: queries.mine(work, visit.front, visit.by, visit.now)
    )
    return {"mine": lines}


def _around(visit: Visit, found: View) -> dict[str, Any]:
    glance = found.sight.glance
    looking = visit.front.streams.looking(glance.case) - {visit.by.id}
    return {
        "glance": glance,
        "Side": Side,
        "queue_name": name_of(glance.queue),
        "clock": lambda at: visit.tongue.clock(at, visit.now),
        "span": lambda it: durations.span(visit.tongue, it),
        "promise": durations.promise(visit.tongue, glance.due_at, visit.now),
        "near": durations.nearness(
            glance.due_at, visit.now, visit.front.promises.span(glance.priority)
        ),
        "also": ", ".join(sorted(found.names.get(who, who) for who in looking)),
        "dispositions": visit.front.dispositions,
        "recipients": visit.front.recipients,
        "tellable": can_be_told(visit, found),
        "hour": visit.front.clocks.law.hour_of,
        **moments(visit.front.clocks.law, visit.now),
    }


DOORS = (
    Door("/cases/{reference}", case, May.CASE),
    Door("/cases/{reference}/panes/phrases", phrases, May.CASE, "POST", fields("words"),
         is_pane=True),
    Door("/cases/{reference}/panes/{pane}", pane, May.CASE, is_pane=True, is_watched=True),
    Door("/cases/{reference}/glass", break_glass, May.CHANGE, "POST", fields("reason")),
)  # fmt: skip


MORNING = 9 * HOUR
SOON = ((HOUR, words.IN_AN_HOUR), (4 * HOUR, words.IN_FOUR_HOURS))
LATER = ((1, words.TOMORROW), (7, words.IN_A_WEEK))
FAR = ((1, words.TOMORROW), (7, words.IN_A_WEEK), (28, words.IN_FOUR_WEEKS))


def moments(law: Clocks, now: int) -> dict[str, Any]:
    """Return moments to put a case aside until, and days to follow it up, as they are typed."""
    today = law.day_of(now)

    def morning(days: int) -> int:
        return begin_of(today + timedelta(days=days), law.zone) + MORNING

    return {
        "moments": [(law.hour_of(now + span), label) for span, label in SOON]
        + [(law.hour_of(morning(days)), label) for days, label in LATER],
        "days": [((today + timedelta(days=days)).isoformat(), label) for days, label in FAR],
    }
