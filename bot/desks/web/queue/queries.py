"""Who waits and who is answered, as lines of the queue: a page of them, in clear.

A list is one index read in its order, and left after a page: what it costs does not grow with how
many wait. Only the cases of that page are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, tuple_

from bot.cases.routing import Queue
from bot.cases.state_machine import ABOVE, State
from bot.cases.urgency import reasons_in_words
from bot.desks.case_summary import Glances
from bot.desks.web.preferences import Wanted
from bot.hotline.deadlines import CONTACT, LISTED, text_of
from bot.hotline.queue.snooze import NOTHING, Laters, is_aside
from bot.store.compiled import Prepared
from bot.store.tables.deadlines import CLOCK_IS_NEAR, clocks
from bot.store.tables.main import cases
from bot.store.tables.team import CASE_IS_LISTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.desks.case_summary import Glance
    from bot.desks.web.context import Front
    from bot.hotline.queue.snooze import Dates
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text

MINE, WAITING, ALL, LATER = "mine", "waiting", "all", "later"
PAGE = 50
"""Lines of one page."""
COUNTED = 1000
"""Cases are counted up to here: nobody works by a larger number."""
SILENT = "check_in_silence"
"""Why a case is urgent whose person was not heard from at the hour they agreed on."""
_STATES = {
    MINE: (State.HELD, State.OPEN, State.REFERRED),
    LATER: (State.HELD, State.OPEN, State.REFERRED),
    WAITING: (State.WAITING, State.REOPENED),
    ALL: (State.WAITING, State.REOPENED, State.HELD, State.OPEN, State.REFERRED),
}
_KEY = (cases.c.priority, cases.c.waiting_since, cases.c.id)
"""By what lists are ordered: how urgent, then how long, then any order that stays."""
_PLACE = Prepared(lambda _: select(*_KEY).where(cases.c.reference == bindparam("wanted")), "wanted")
_HOLDER = ("who", "state_0", "state_1", "state_2")


def _held(*also: Any) -> Any:
    """Count the cases somebody answers for, of which this holds as well."""
    return (
        select(func.count())
        .select_from(cases)
        .where(
            cases.c.holder == bindparam("who"),
            cases.c.status.in_([bindparam(name) for name in _HOLDER[1:]]),
            *also,
        )
    )


_HELD = Prepared(lambda _: _held(), *_HOLDER)
_ASIDE = Prepared(lambda _: _held(cases.c.id.in_(is_aside())), *_HOLDER, "aside_by", "aside_at")


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
    soon: tuple[tuple[Text, dict[str, str]], ...] = ()
    """The law's clocks that are near, each with its blanks."""
    back: str = ""
    """What brought a case back that whoever looks had put aside; empty: nothing."""
    is_due: bool = False
    """Whether the day has come on which somebody wanted to look again."""
    aside_until: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many stand in each list."""

    mine: int
    later: int = 0
    by_queue: Mapping[str, int] = field(default_factory=dict)
    """How many wait in each queue somebody sees."""

    @property
    def held(self) -> int:
        """Return how many somebody answers for, put aside or not."""
        return self.mine + self.later

    @property
    def waiting(self) -> int:
        """Return how many wait for them."""
        return sum(self.by_queue.values())

    def __getitem__(self, tab: str) -> str:
        count = {MINE: self.mine, WAITING: self.waiting, LATER: self.later}.get(tab)
        return "" if count is None else told(count)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list."""

    lines: list[Line]
    after: str
    """The case with which this part ends, where more come; empty: it is the last."""


def told(count: int) -> str:
    """Return a count as it is shown."""
    return f"{COUNTED}+" if count > COUNTED else str(count)


def queues_of(by: Caseworker) -> tuple[str, ...]:
    """Return the queues whose cases somebody sees."""
    return tuple(it.value for it in Queue) if by.role in ABOVE else by.queues


def counts(work: Work, by: Caseworker, now: int) -> Counts:
    """Return how many cases somebody holds, has put aside, and how many wait for them."""
    held = int(work.rows(_HELD, by.id, *_codes(MINE))[0][0])
    later = int(work.rows(_ASIDE, by.id, *_codes(LATER), by.id, now)[0][0])
    return Counts(held - later, later, Glances.waiting(work, queues_of(by), COUNTED + 1))


def mine(work: Work, front: Front, by: Caseworker, now: int = 0) -> list[Line]:
    """Return the cases somebody answers for, the most urgent first."""
    return page(work, front, by, MINE, now=now).lines


def page(  # noqa: PLR0913 - whose list, which of it, from where on
    work: Work, front: Front, by: Caseworker, tab: str, wanted: Wanted | None = None,
    *, after: str = "", now: int,
) -> Page:  # fmt: skip
    """Return a part of a list, the most urgent first.

    Args:
        work: the unit of work.
        front: the desk.
        by: who looks.
        tab: which list.
        wanted: what of it.
        after: the number of the case before; of one that is gone: from the beginning.
        now: the moment.
    """
    found = _in_order(work, by, tab, wanted or Wanted(), after, now)
    lines = lines_of(work, front, by, found[:PAGE], now)
    last = lines[-1].glance.reference if lines and len(found) > PAGE else ""
    if wanted is not None and wanted.is_soon:  # what is kept in clear is as old as the last look
        lines = [line for line in lines if line.soon]
    return Page(lines, last)


def lines_of(
    work: Work, front: Front, by: Caseworker, found: Iterable[str], now: int
) -> list[Line]:
    """Return these cases as lines, without those that are gone."""
    wanted = list(found)
    dates = Laters.of_many(work, wanted)
    names = {each.id: each.name or each.id for each in front.staff.all(work)}
    return [
        _line(work, front, by, glance, names, now, dates.get(case, NOTHING))
        for case in wanted
        if (glance := front.glances.at(work, case)) is not None
    ]


def _in_order(  # noqa: PLR0913, PLR0917 - whose list, which of it, from where on
    work: Work, by: Caseworker, tab: str, wanted: Wanted, after: str, now: int
) -> list[str]:
    """Return the cases of one part of a list and one more, if there is one."""
    is_theirs = tab in {MINE, LATER}
    seen = tuple(it.value for it in Queue) if is_theirs else queues_of(by)
    queues = [it for it in seen if wanted.queue in {"", it}]
    place = work.rows(_PLACE, after) if after else []
    if not queues:
        return []
    asked: list[Any] = [*_codes(tab)]
    asked += [queues[min(at, len(queues) - 1)] for at in range(len(Queue))]
    if is_theirs:
        asked += [by.id, by.id, now]
    if wanted.language:
        asked.append(wanted.language)
    if wanted.priority:
        asked.append(int(wanted.priority))
    asked += list(place[0]) if place else []
    statement = _ordered(
        tab, bool(wanted.language), bool(wanted.priority), wanted.is_soon, bool(place)
    )
    return [str(case) for (case,) in work.rows(statement, *asked, PAGE + 1)]


@cache
def _ordered(
    tab: str, has_language: bool, has_priority: bool, is_soon: bool, has_place: bool
) -> Prepared:
    """Return what reads a list in its order.

    States are named one by one: in the words of a smaller index, SQLite would take that and sort.
    """
    states = [f"state_{place}" for place in range(len(_STATES[tab]))]
    queues = [f"queue_{place}" for place in range(len(Queue))]
    where: list[Any] = [
        CASE_IS_LISTED,
        cases.c.status.in_([bindparam(name) for name in states]),
        cases.c.queue.in_([bindparam(name) for name in queues]),
    ]
    names = [*states, *queues]
    if tab in {MINE, LATER}:
        aside = cases.c.id.in_(is_aside())
        where += [cases.c.holder == bindparam("who"), aside if tab == LATER else ~aside]
        names += ["who", "aside_by", "aside_at"]
    for is_asked, name, column in (
        (has_language, "spoken", cases.c.language),
        (has_priority, "level", cases.c.priority),
    ):
        if is_asked:
            where.append(column == bindparam(name))
            names.append(name)
    if is_soon:
        where.append(cases.c.id.in_(select(clocks.c.case_id).where(CLOCK_IS_NEAR)))
    if has_place:
        place = ("from_priority", "from_since", "from_case")
        where.append(tuple_(*_KEY) > tuple_(*(bindparam(name) for name in place)))
        names += place
    asked = select(cases.c.id).where(*where).order_by(*_KEY).limit(bindparam("most"))
    return Prepared(lambda _: asked, *names, "most")


def _codes(tab: str) -> tuple[str, ...]:
    return tuple(state.value for state in _STATES[tab])


def _line(  # noqa: PLR0913, PLR0917 - a case, who looks, and what colleagues are called
    work: Work, front: Front, by: Caseworker, glance: Glance, names: Mapping[str, str], now: int,
    dates: Dates,
) -> Line:  # fmt: skip
    is_waiting = glance.state in _STATES[WAITING]
    holder = "" if is_waiting else names.get(glance.holder, glance.holder)
    reasons = glance.reasons or ()
    # Of somebody who did not answer at their hour it is said from the first day when help may end.
    soon = [
        it
        for it in front.clocks.legible(work, glance.case)
        if it.is_near(now) or (it.clock.code == CONTACT and SILENT in reasons)
    ]
    return Line(
        glance, tuple(reasons_in_words(reasons)), glance.reasons is None, holder,
        glance.holder == by.id, tuple(text_of(it, now) for it in soon[:LISTED]),
        dates.back(by.id, now), dates.is_due(now), dates.aside_until,
    )  # fmt: skip
