"""Whoever has just closed a case of danger is not handed the next one, while others can take it.

It is asked only of somebody who did: for everybody else the next case costs one look at an index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.cases.life import Role
from bot.cases.urgency import Priority
from bot.clock import HOUR
from bot.hotline import standing
from bot.hotline.waiting import find_next, load
from bot.store.prepared import Prepared
from bot.store.tables import CASE_IS_CLOSED, cases, staff

if TYPE_CHECKING:
    from bot.hotline.staff import Caseworker
    from bot.store.writer import Work

HARD_FOR = HOUR
"""How long after such a case somebody is spared another."""
_HARD = Prepared(
    # By the hour, which is short, and not by all that somebody ever closed.
    lambda _: (
        select(cases.c.id)
        .where(
            CASE_IS_CLOSED,
            cases.c.closed_at > bindparam("since"),
            func.coalesce(cases.c.holder, "") == bindparam("who"),
            cases.c.priority == bindparam("level"),
        )
        .limit(bindparam("most"))
    ),
    "since",
    "who",
    "level",
    "most",
)
_OTHERS = Prepared(
    lambda _: select(staff.c.id, staff.c.queues, staff.c.languages, staff.c.most).where(
        staff.c.on_duty == bindparam("on"),
        staff.c.state == bindparam("state"),
        staff.c.rests_until <= bindparam("now"),
        staff.c.id != bindparam("who"),
        staff.c.role != bindparam("reads_only"),
    ),
    "on",
    "state",
    "now",
    "who",
    "reads_only",
)
_LOAD = Prepared(lambda _: load("staff"), "staff")


def had_a_hard_one(work: Work, who: str, now: int) -> bool:
    """Tell whether somebody has just closed a case of danger."""
    return bool(work.rows(_HARD, now - HARD_FOR, who, int(Priority.EMERGENCY), 1))


def is_spared(work: Work, by: Caseworker, now: int) -> bool:
    """Tell whether an emergency that is next for somebody is another's to take first."""
    if not had_a_hard_one(work, by.id, now):
        return False
    case = find_next(work, by.queues, by.languages)
    found = standing.read(work, case) if case else None
    if found is None or found.priority != Priority.EMERGENCY:
        return False
    return any(
        found.queue in queues.split()
        and found.language in languages.split()
        and int(work.rows(_LOAD, other)[0][0]) < most
        and not had_a_hard_one(work, other, now)
        for other, queues, languages, most in work.rows(
            _OTHERS, 1, "active", now, by.id, Role.AUDITOR.value
        )
    )
