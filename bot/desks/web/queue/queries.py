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
from bot.cases.state_machine import SENIOR_ROLES, CaseState
from bot.cases.urgency import reason_texts
from bot.desks.case_summary import CaseSummaries
from bot.desks.web.preferences import QueueFilter
from bot.hotline.deadlines import CONTACT, MAX_LISTED, deadline_text
from bot.hotline.queue.snooze import NO_DATES, Snoozes, snoozed_cases
from bot.store.compiled import Prepared
from bot.store.tables.deadlines import DEADLINE_IS_NEAR, clocks
from bot.store.tables.main import cases
from bot.store.tables.team import CASE_IS_LISTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.desks.case_summary import CaseSummary
    from bot.desks.web.context import DeskContext
    from bot.hotline.queue.snooze import ReviewDates
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text

MINE, WAITING, ALL, LATER = "mine", "waiting", "all", "later"
PAGE_SIZE = 50
"""Lines of one page."""
MAX_COUNT = 1000
"""Cases are counted up to here: nobody works by a larger number."""
CHECK_IN_SILENCE = "check_in_silence"
"""Why a case is urgent whose person was not heard from at the hour they agreed on."""
_STATES = {
    MINE: (CaseState.CLAIMED, CaseState.OPEN, CaseState.REFERRED),
    LATER: (CaseState.CLAIMED, CaseState.OPEN, CaseState.REFERRED),
    WAITING: (CaseState.WAITING, CaseState.REOPENED),
    ALL: (
        CaseState.WAITING,
        CaseState.REOPENED,
        CaseState.CLAIMED,
        CaseState.OPEN,
        CaseState.REFERRED,
    ),
}
_ORDER = (cases.c.priority, cases.c.waiting_since, cases.c.id)
"""By what lists are ordered: how urgent, then how long, then any order that stays."""
_POSITION = Prepared(
    lambda _: select(*_ORDER).where(cases.c.reference == bindparam("wanted")), "wanted"
)
_HOLDER_PARAMS = ("who", "state_0", "state_1", "state_2")


def _count_held(*also: Any) -> Any:
    """Count the cases somebody answers for, of which this holds as well."""
    return (
        select(func.count())
        .select_from(cases)
        .where(
            cases.c.holder == bindparam("who"),
            cases.c.status.in_([bindparam(name) for name in _HOLDER_PARAMS[1:]]),
            *also,
        )
    )


_COUNT_HELD = Prepared(lambda _: _count_held(), *_HOLDER_PARAMS)
_COUNT_SNOOZED = Prepared(
    lambda _: _count_held(cases.c.id.in_(snoozed_cases())), *_HOLDER_PARAMS, "aside_by", "aside_at"
)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case in a list."""

    summary: CaseSummary
    reasons: tuple[Text, ...]
    """Why it is urgent; empty where that is sealed or nothing was said."""
    is_sealed: bool
    holder: str
    """What colleagues call whoever answers for it; empty: nobody does."""
    is_mine: bool
    deadlines: tuple[tuple[Text, dict[str, str]], ...] = ()
    """The law's clocks that are near, each with its blanks."""
    snooze_ended: str = ""
    """What brought a case back that whoever looks had put aside; empty: nothing."""
    is_follow_up_due: bool = False
    """Whether the day has come on which somebody wanted to look again."""
    snoozed_until: int | None = None


@dataclass(frozen=True, slots=True)
class QueueCounts:
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
        return "" if count is None else format_count(count)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A part of a list."""

    rows: list[QueueRow]
    next_after: str
    """The case with which this part ends, where more come; empty: it is the last."""


def format_count(count: int) -> str:
    """Return a count as it is shown."""
    return f"{MAX_COUNT}+" if count > MAX_COUNT else str(count)


def queues_of(by: Caseworker) -> tuple[str, ...]:
    """Return the queues whose cases somebody sees."""
    return tuple(it.value for it in Queue) if by.role in SENIOR_ROLES else by.queues


def queue_counts(work: Work, by: Caseworker, now: int) -> QueueCounts:
    """Return how many cases somebody holds, has put aside, and how many wait for them."""
    held = int(work.rows(_COUNT_HELD, by.id, *_state_codes(MINE))[0][0])
    later = int(work.rows(_COUNT_SNOOZED, by.id, *_state_codes(LATER), by.id, now)[0][0])
    return QueueCounts(
        held - later, later, CaseSummaries.count_waiting(work, queues_of(by), MAX_COUNT + 1)
    )


def my_cases(work: Work, context: DeskContext, by: Caseworker, now: int = 0) -> list[QueueRow]:
    """Return the cases somebody answers for, the most urgent first."""
    return load_page(work, context, by, MINE, now=now).rows


def load_page(  # noqa: PLR0913 - whose list, which of it, from where on
    work: Work, context: DeskContext, by: Caseworker, tab: str, wanted: QueueFilter | None = None,
    *, after: str = "", now: int,
) -> QueuePage:  # fmt: skip
    """Return a part of a list, the most urgent first.

    Args:
        work: the unit of work.
        context: the desk.
        by: who looks.
        tab: which list.
        wanted: what of it.
        after: the number of the case before; of one that is gone: from the beginning.
        now: the moment.
    """
    found = _case_ids(work, by, tab, wanted or QueueFilter(), after, now)
    lines = load_rows(work, context, by, found[:PAGE_SIZE], now)
    last = lines[-1].summary.reference if lines and len(found) > PAGE_SIZE else ""
    if (
        wanted is not None and wanted.has_near_deadline
    ):  # what is kept in clear is as old as the last look
        lines = [line for line in lines if line.deadlines]
    return QueuePage(lines, last)


def load_rows(
    work: Work, context: DeskContext, by: Caseworker, found: Iterable[str], now: int
) -> list[QueueRow]:
    """Return these cases as lines, without those that are gone."""
    wanted = list(found)
    dates = Snoozes.of_cases(work, wanted)
    names = {each.id: each.name or each.id for each in context.staff.all(work)}
    return [
        _row(work, context, by, glance, names, now, dates.get(case, NO_DATES))
        for case in wanted
        if (glance := context.summaries.find(work, case)) is not None
    ]


def _case_ids(  # noqa: PLR0913, PLR0917 - whose list, which of it, from where on
    work: Work, by: Caseworker, tab: str, wanted: QueueFilter, after: str, now: int
) -> list[str]:
    """Return the cases of one part of a list and one more, if there is one."""
    is_theirs = tab in {MINE, LATER}
    seen = tuple(it.value for it in Queue) if is_theirs else queues_of(by)
    queues = [it for it in seen if wanted.queue in {"", it}]
    place = work.rows(_POSITION, after) if after else []
    if not queues:
        return []
    asked: list[Any] = [*_state_codes(tab)]
    asked += [queues[min(at, len(queues) - 1)] for at in range(len(Queue))]
    if is_theirs:
        asked += [by.id, by.id, now]
    if wanted.language:
        asked.append(wanted.language)
    if wanted.priority:
        asked.append(int(wanted.priority))
    asked += list(place[0]) if place else []
    statement = _list_statement(
        tab, bool(wanted.language), bool(wanted.priority), wanted.has_near_deadline, bool(place)
    )
    return [str(case) for (case,) in work.rows(statement, *asked, PAGE_SIZE + 1)]


@cache
def _list_statement(
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
        aside = cases.c.id.in_(snoozed_cases())
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
        where.append(cases.c.id.in_(select(clocks.c.case_id).where(DEADLINE_IS_NEAR)))
    if has_place:
        place = ("from_priority", "from_since", "from_case")
        where.append(tuple_(*_ORDER) > tuple_(*(bindparam(name) for name in place)))
        names += place
    asked = select(cases.c.id).where(*where).order_by(*_ORDER).limit(bindparam("most"))
    return Prepared(lambda _: asked, *names, "most")


def _state_codes(tab: str) -> tuple[str, ...]:
    return tuple(state.value for state in _STATES[tab])


def _row(  # noqa: PLR0913, PLR0917 - a case, who looks, and what colleagues are called
    work: Work,
    context: DeskContext,
    by: Caseworker,
    summary: CaseSummary,
    names: Mapping[str, str],
    now: int,
    dates: ReviewDates,
) -> QueueRow:
    is_waiting = summary.state in _STATES[WAITING]
    holder = "" if is_waiting else names.get(summary.holder, summary.holder)
    reasons = summary.reasons or ()
    # Of somebody who did not answer at their hour it is said from the first day when help may end.
    soon = [
        it
        for it in context.legal_deadlines.running_if_readable(work, summary.case)
        if it.is_near(now) or (it.rule.code == CONTACT and CHECK_IN_SILENCE in reasons)
    ]
    return QueueRow(
        summary,
        tuple(reason_texts(reasons)),
        summary.reasons is None,
        holder,
        summary.holder == by.id,
        tuple(deadline_text(it, now) for it in soon[:MAX_LISTED]),
        dates.return_reason(by.id, now),
        dates.is_due(now),
        dates.snoozed_until,
    )
