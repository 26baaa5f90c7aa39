"""Who waits and who is answered, as lines of the queue: read in one unit of work, in clear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from bot.cases.life import ABOVE, State
from bot.cases.queues import Queue
from bot.cases.urgency import reasons_in_words
from bot.languages import LANGUAGES
from bot.store.prepared import Prepared
from bot.store.tables import CASE_WAITS, cases

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.desks.forum.glance import Glance
    from bot.desks.web.front import Front
    from bot.hotline.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text

MOST = 60
"""Lines of one list."""
COUNTED = 1000
"""Cases are counted up to here: nobody works by a larger number."""
AT_WORK = (State.HELD.value, State.OPEN.value, State.REFERRED.value)

_HELD = Prepared(
    lambda _: (
        select(cases.c.id)
        .where(
            cases.c.holder == bindparam("who"),
            cases.c.status.in_([bindparam(f"state_{place}") for place in range(len(AT_WORK))]),
        )
        .order_by(cases.c.priority, cases.c.waiting_since, cases.c.id)
        .limit(bindparam("most"))
    ),
    "who",
    *(f"state_{place}" for place in range(len(AT_WORK))),
    "most",
)
_WAITING = Prepared(
    lambda _: select(func.count()).select_from(
        select(cases.c.id)
        .where(CASE_WAITS, cases.c.queue == bindparam("in_queue"))
        .limit(bindparam("most"))
        .subquery()
    ),
    "in_queue",
    "most",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One case in a list."""

    glance: Glance
    why: tuple[Text, ...]
    """Why it is urgent; empty where that is sealed or nothing was said."""
    is_sealed: bool
    holder: str
    """What colleagues call whoever answers for it; empty: nobody does."""
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many stand in each list."""

    mine: int
    waiting: int

    def __getitem__(self, tab: str) -> str:
        count = {"mine": self.mine, "waiting": self.waiting}.get(tab)
        if count is None:
            return ""
        return f"{COUNTED}+" if count > COUNTED else str(count)


def queues_of(by: Caseworker) -> tuple[str, ...]:
    """Return the queues whose cases somebody sees."""
    return tuple(it.value for it in Queue) if by.role in ABOVE else by.queues


def counts(work: Work, by: Caseworker) -> Counts:
    """Return how many cases somebody holds, and how many wait for them."""
    mine = len(work.rows(_HELD, by.id, *AT_WORK, COUNTED))
    waiting = sum(int(work.rows(_WAITING, it, COUNTED + 1)[0][0]) for it in queues_of(by))
    return Counts(mine, waiting)


def mine(work: Work, front: Front, by: Caseworker) -> list[Line]:
    """Return the cases somebody answers for, the most urgent first."""
    found = [case for (case,) in work.rows(_HELD, by.id, *AT_WORK, MOST)]
    return _lines(work, front, by, found)


def waiting(
    work: Work, front: Front, by: Caseworker, queue: str = "", language: str = ""
) -> list[Line]:
    """Return the cases that wait for somebody, the most urgent first."""
    queues = [it for it in queues_of(by) if queue in {"", it}]
    languages = [it for it in LANGUAGES if language in {"", it}]
    glances = front.glances.first(work, queues, languages, MOST)
    return [_line(work, front, by, glance, {}) for glance in glances]


def all_of(
    work: Work, front: Front, by: Caseworker, queue: str = "", language: str = ""
) -> list[Line]:
    """Return what waits and what is at work, whoever holds it, in the queues somebody sees."""
    seen = set(queues_of(by))
    names = {each.id: each.name or each.id for each in front.staff.all(work)}
    held = [
        glance
        for who in names
        for (case,) in work.rows(_HELD, who, *AT_WORK, MOST)
        if (glance := front.glances.at(work, case)) is not None and glance.queue in seen
    ]
    chosen = [
        _line(work, front, by, it, names)
        for it in held
        if queue in {"", it.queue} and language in {"", it.language}
    ]
    return _sorted([*waiting(work, front, by, queue, language), *chosen])[:MOST]


def _sorted(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda it: (it.glance.priority, it.glance.waiting_since))


def _lines(work: Work, front: Front, by: Caseworker, found: Iterable[str]) -> list[Line]:
    glances = (front.glances.at(work, case) for case in found)
    names = {by.id: by.name or by.id}
    return [_line(work, front, by, it, names) for it in glances if it is not None]


def _line(work: Work, front: Front, by: Caseworker, glance: Glance, names: dict[str, str]) -> Line:
    holder = names.get(glance.holder, glance.holder) if glance.holder else ""
    if glance.holder and not names:
        found = front.staff.find(work, glance.holder)
        holder = (found.name if found else "") or glance.holder
    codes: Sequence[Any] = glance.reasons or ()
    why = tuple(reasons_in_words(codes))
    is_waiting = glance.state in {State.WAITING, State.REOPENED}
    return Line(
        glance, why, glance.reasons is None, "" if is_waiting else holder, glance.holder == by.id
    )
