"""What was refused at the doors, told in kinds and numbers: no word, no address, nobody's body.

To the log goes which door refused how often, at most one line a minute for each kind: whoever
knocks without end fills no disk. What a colleague was told is not there goes to the audit log as
well, once a quarter of an hour for each door of a session: whoever tries numbers is seen.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.cases.reference import read_reference
from bot.clock import MINUTE
from bot.desks.web.routes import May
from bot.log import log

if TYPE_CHECKING:
    from bot.desks.web.auth.sessions import Session
    from bot.desks.web.request import Visit
    from bot.store.writer import Work

EVERY, AGAIN = MINUTE, 15 * MINUTE
REFUSED, MOVED = "refused", "session_moved"
"""What the audit log calls it; of what was refused the door is the detail."""


class Why(StrEnum):
    """Why something was refused."""

    HOST = "host"
    """It names another desk."""
    FRAMED = "framed"
    """It says in two ways where it ends, or in one no page of ours uses."""
    LONG = "long"
    """Its headers have no end."""
    ELSEWHERE = "elsewhere"
    """It comes from no page of this desk, or is no form."""
    UNSIGNED = "unsigned"
    """The form is none of this session."""
    FORM = "form"
    """It has a field nobody asked for, or one twice, or is too long."""
    NOT_THERE = "not_there"
    """There is none, or it is not theirs."""
    MOVED = "moved"
    """The session is used from a browser it does not belong to."""


class Refusals:
    """How often which door refused, since the log was told last."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, Why], tuple[int, int]] = {}

    def note(self, door: str, why: Why, now: int) -> None:
        """Count a refusal; tell the log of it and of those before, at most once a minute."""
        at, count = self._told.get((door, why), (0, 0))
        if 0 <= now - at < EVERY:
            self._told[door, why] = (at, count + 1)
            return
        log.warning("desk_refused", door=door, kind=why.value, count=count + 1)
        self._told[door, why] = (now, 0)


async def was_not_there(visit: Visit) -> None:
    """Write down that a colleague asked for what is not there, or not theirs.

    A case they have seen in this session is none of that: it was erased, or is a colleague's now.
    """
    door, now, session = visit.door, visit.now, visit.session
    visit.front.refusals.note(door.path, Why.NOT_THERE, now)
    if visit.by_ is None or session is None or door.may is May.ANYBODY:
        return
    was_theirs = read_reference(visit.param("reference")) in session.known
    if was_theirs or 0 <= now - session.refused.get(door.path, -AGAIN) < AGAIN:
        return
    session.refused[door.path] = now
    who, where = visit.by.id, door.path.replace("{", "").replace("}", "")

    def note(work: Work) -> None:
        visit.front.audit.note(work, now, who, REFUSED, who, where)

    await visit.front.database.writer.run(note)


async def was_moved(visit: Visit, session: Session) -> None:
    """End a session that another browser uses: whoever has its secret has taken it from somebody.

    Two words of what a browser calls itself are compared, so that a new version is the same one.
    Whoever takes the name along as well is not seen here; for them there is the list of sessions.
    """
    visit.front.refusals.note(visit.door.path, Why.MOVED, visit.now)
    await visit.front.sessions.end(session.token)

    def note(work: Work) -> None:
        visit.front.audit.note(work, visit.now, session.who, MOVED, session.who, "web")

    await visit.front.database.writer.run(note)
