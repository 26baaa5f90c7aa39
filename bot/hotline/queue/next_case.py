"""The next case of a caseworker: the most urgent in their queues and languages, then the oldest.

The query takes the first row of one index range for each pair of queue and language, and the best
of those. With one `IN`, PostgreSQL sorts all waiting cases: 40 ms for 300,000, against 0.5 ms.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    String,
    bindparam,
    case,
    column,
    func,
    literal,
    select,
    true,
    union_all,
    update,
    values,
)

from bot.cases.state_machine import CaseState, Role
from bot.cases.urgency import Priority
from bot.clock import HOUR
from bot.hotline.queue import case_status
from bot.hotline.queue.case_status import IS_ASSIGNED
from bot.hotline.staff.staff import ACTIVE
from bot.store.compiled import Prepared
from bot.store.statements import select_by
from bot.store.tables.main import CASE_IS_CLOSED, CASE_WAITS, cases, staff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Select

    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work


_WAITS, _MINE = cases.alias("waits"), cases.alias("mine")
EMERGENCY_WEIGHT = 2
"""Chats that an emergency counts as."""


def find_next(work: Work, queues: Iterable[str], languages: Iterable[str]) -> str | None:
    """Return the next case in any of these queues and languages.

    On PostgreSQL a case that another process is claiming at this instant is skipped.
    """
    codes = _pairs(queues, languages)
    rows = work.rows(find_statement(len(codes) // 2), *codes) if codes else []
    return rows[0][0] if rows else None


def take_next(work: Work, caseworker: Caseworker, now: int, *, spares: bool = False) -> str | None:
    """Assign the next case to a caseworker, if they have room for it; return it.

    One statement, because round trips are what costs time on PostgreSQL. With `spares`, emergencies
    are left to others.
    """
    codes = _pairs(caseworker.queues, caseworker.languages)
    if not codes:
        return None
    statement = take_statement(len(codes) // 2, spares=spares)
    rows = work.rows(statement, caseworker.id, now, caseworker.id, caseworker.most, *codes)
    return rows[0][0] if rows else None


def _pairs(queues: Iterable[str], languages: Iterable[str]) -> list[str]:
    """Return every pair of queue and language, in one flat list."""
    spoken = tuple(languages)
    return [code for queue in queues for language in spoken for code in (queue, language)]


@cache
def find_statement(ranges: int) -> Prepared:
    """Return the statement that finds the next case in a number of pairs."""
    return Prepared(lambda dialect: _BEST[dialect](ranges, spares=False), *_parameter_names(ranges))


@cache
def take_statement(ranges: int, *, spares: bool = False) -> Prepared:
    """Return the statement that assigns the next case, if there are fewer than `most` chats."""
    return Prepared(
        lambda dialect: (
            update(cases)
            .where(
                cases.c.id == _BEST[dialect](ranges, spares=spares).scalar_subquery(),
                cases.c.holder.is_(None),
                CASE_WAITS,
                chat_count_query("who").scalar_subquery() < bindparam("most"),
            )
            .values(
                status=CaseState.CLAIMED.value,
                holder=bindparam("staff"),
                claimed_at=bindparam("at"),
                worked_at=None,
            )
            .returning(cases.c.id)
        ),
        "staff",
        "at",
        "who",
        "most",
        *_parameter_names(ranges),
    )


def chat_count_query(who: str) -> Select[Any]:
    """Return, as SQL, how many chats a caseworker holds; an emergency counts twice."""
    weight = case((_MINE.c.priority == literal(0), literal(EMERGENCY_WEIGHT)), else_=literal(1))
    return select(func.coalesce(func.sum(weight), literal(0))).where(
        _MINE.c.holder == bindparam(who), IS_ASSIGNED
    )


def _best_of_a_union(ranges: int, *, spares: bool) -> Select[Any]:
    """Query each range by itself: SQLite has no lateral joins."""
    firsts = [
        select(_first(bindparam(queue), bindparam(language), spares=spares).subquery())
        for queue, language in _parameter_pairs(ranges)
    ]
    return _best(union_all(*firsts).subquery("first"))


def _best_of_a_join(ranges: int, *, spares: bool) -> Select[Any]:
    """Join the first row of each pair: planned once, not once for each pair.

    With six queues and six languages this takes 0.6 ms, against 3.5 ms as a union.
    """
    pairs = values(column("queue", String), column("language", String), name="pair").data(
        [(bindparam(queue), bindparam(language)) for queue, language in _parameter_pairs(ranges)]
    )
    first = _first(pairs.c.queue, pairs.c.language, spares=spares).with_for_update(skip_locked=True)
    rows = first.lateral("first")
    return _best(rows, select(rows.c.id).select_from(pairs.join(rows, true())))


def _best(first: Any, chosen: Select[Any] | None = None) -> Select[Any]:
    query = select(first.c.id) if chosen is None else chosen
    return query.order_by(first.c.priority, first.c.waiting_since, first.c.id).limit(1)


def _first(queue: ColumnElement[Any], language: ColumnElement[Any], *, spares: bool) -> Select[Any]:
    lesser = (_WAITS.c.priority > literal(0),) if spares else ()
    return (
        select(_WAITS.c.id, _WAITS.c.priority, _WAITS.c.waiting_since)
        .where(CASE_WAITS, _WAITS.c.queue == queue, _WAITS.c.language == language, *lesser)
        .order_by(_WAITS.c.priority, _WAITS.c.waiting_since, _WAITS.c.id)
        .limit(1)
    )


def _parameter_pairs(ranges: int) -> list[tuple[str, str]]:
    return [(f"queue_{index}", f"language_{index}") for index in range(ranges)]


def _parameter_names(ranges: int) -> list[str]:
    return [name for pair in _parameter_pairs(ranges) for name in pair]


_BEST = {"sqlite": _best_of_a_union, "postgresql": _best_of_a_join}
REST_AFTER_EMERGENCY = HOUR
"""How long after closing an emergency a caseworker is spared another."""
_RECENT_EMERGENCIES = select_by(
    # By the closed cases of the last hour, which are few.
    cases,
    "id",
    by=(
        CASE_IS_CLOSED,
        cases.c.closed_at > bindparam("since"),
        func.coalesce(cases.c.holder, "") == bindparam("who"),
        cases.c.priority == int(Priority.EMERGENCY),
    ),
    limit=literal(1),
)
_OTHERS = select_by(
    staff,
    "id",
    "queues",
    "languages",
    "most",
    by=(
        staff.c.on_duty == 1,
        staff.c.state == ACTIVE,
        staff.c.rests_until <= bindparam("now"),
        staff.c.id != bindparam("who"),
        staff.c.role != Role.AUDITOR.value,
    ),
)
_CHAT_COUNT = Prepared(lambda _: chat_count_query("staff"), "staff")


def closed_emergency_recently(work: Work, who: str, now: int) -> bool:
    """Return whether a caseworker closed an emergency within the last hour."""
    return bool(work.rows(_RECENT_EMERGENCIES, now - REST_AFTER_EMERGENCY, who))


def is_spared(work: Work, by: Caseworker, now: int) -> bool:
    """Return whether the next case is an emergency that a colleague should take first."""
    if not closed_emergency_recently(work, by.id, now):
        return False
    case = find_next(work, by.queues, by.languages)
    status = case_status.load(work, case) if case else None
    if status is None or status.priority != Priority.EMERGENCY:
        return False
    return any(
        status.queue in queues.split()
        and status.language in languages.split()
        and int(work.rows(_CHAT_COUNT, other)[0][0]) < most
        and not closed_emergency_recently(work, other, now)
        for other, queues, languages, most in work.rows(_OTHERS, now, by.id)
    )
