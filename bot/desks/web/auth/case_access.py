"""Whether a case is somebody's to see: asked before anything of it is read, for every request.

One that is not there, was erased, waits in another queue or is a colleague's raises the same
`NotThere`. What the rule here lets through still opens only with a key that fits: a case that was
claimed opens for its claimant and the supervisors (`bot.vault.keys.case_access`), whatever this
file says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.cases.reference import read_reference
from bot.cases.state_machine import ABOVE, Role, State
from bot.desks.web.request import NotThere
from bot.hotline.queue.claims import serves
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.desks.case_summary import Glance
    from bot.desks.web.request import Visit
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

_STANDS = Prepared(
    lambda _: select(cases.c.id, cases.c.holder, cases.c.status, cases.c.queue).where(
        cases.c.reference == bindparam("wanted")
    ),
    "wanted",
)
QUEUED = frozenset({State.WAITING, State.REOPENED})


@dataclass(frozen=True, slots=True)
class Sight:
    """A case somebody may see."""

    glance: Glance
    is_mine: bool
    may_read: bool
    """Whether what was written is theirs to read, if their key opens it."""
    wants_reason: bool
    """Whether it is a colleague's: a supervisor says why before it is opened."""

    @property
    def case(self) -> str:
        """Return the case's id."""
        return self.glance.case


def sight(work: Work, visit: Visit, reference: str) -> Sight:
    """Return a case by its number, for whoever looks.

    Raises:
        NotThere: there is none, or it is not theirs.
    """
    rows = work.rows(_STANDS, read_reference(reference)) if reference.isalnum() else []
    # Until it is theirs nothing of it is opened: what is not theirs takes no longer than nothing.
    if not rows or not _is_theirs(visit.by, *rows[0][1:]):
        raise NotThere("none, or not theirs")
    glance = visit.front.glances.at(work, str(rows[0][0]))
    if glance is None:
        raise NotThere("erased meanwhile")
    by = visit.by
    is_mine = glance.holder == by.id
    visit.here.known.add(glance.reference)
    is_anothers = bool(glance.holder) and not is_mine and glance.state not in QUEUED
    wants_reason = is_anothers and glance.case not in visit.here.glass
    may_read = by.role is not Role.ADMINISTRATOR and not wants_reason
    return Sight(glance, is_mine, may_read, wants_reason and by.role is Role.SUPERVISOR)


def _is_theirs(by: Caseworker, holder: str | None, status: str, queue: str) -> bool:
    waits_here = State(status) in QUEUED and serves(by, queue)
    return holder == by.id or waits_here or by.role in ABOVE
