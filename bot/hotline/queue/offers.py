"""Which waiting cases "next case" offers to a caseworker: by language, then by skill.

A case is offered first to the caseworkers on duty who serve its queue, speak its language and have
the skill of its queue. It is never withheld from everyone: if no one with room for it has the
skill, it is offered to all who speak the language; if no one with room speaks it, to all who serve
the queue. A skill delays no emergency, and any other case for `RESERVED_FOR` only.

Why a skill belongs to a queue: the answers that decide about it decide the queue, and are in clear
nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import case, func, literal, select

from bot.cases.routing import Queue
from bot.clock import MINUTE
from bot.hotline.queue.case_status import IS_ASSIGNED
from bot.languages import LANGUAGES
from bot.store.compiled import PreparedList
from bot.store.tables.main import cases
from bot.text import Text, pgettext

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

SKILLS: dict[str, tuple[Queue, Text]] = {
    "children": (Queue.CHILD_PROTECTION, pgettext("skill", "children")),
    "fishers": (Queue.FISHERS, pgettext("skill", "fishers")),
    "violence": (Queue.VIOLENCE_AT_HOME, pgettext("skill", "violence at home")),
    "trafficking": (Queue.TRAFFICKING, pgettext("skill", "trafficking")),
    "labour": (Queue.LABOUR, pgettext("skill", "labour")),
    "law": (Queue.INFORMATION, pgettext("skill", "law and permits")),
}
"""Skills that decide who is offered a case first, by code: the queue, and the name for staff.
`haven staff add --skill` takes any code; others decide nothing."""
RESERVED_FOR = 10 * MINUTE
"""How long a case waits for colleagues with its skill before all who speak its language get it."""
ALWAYS = 2**62
"""A moment after every other: nothing is reserved."""
EMERGENCY_WEIGHT = 2
"""Chats that an emergency counts as."""
SPOKEN, NOT_SPOKEN = 0, 1
"""Ranks: of two cases of one priority, a caseworker gets the one whose language they speak."""


class Offer(NamedTuple):
    """Cases of one queue and language that a caseworker is offered."""

    queue: str
    language: str
    newest: int
    """Only emergencies, and cases that wait since this moment or longer."""
    rank: int


@dataclass(frozen=True, slots=True)
class Colleague:
    """A caseworker on duty who could take the next case."""

    id: str
    queues: Collection[str]
    languages: Collection[str]
    skills: Collection[str]
    most: int


_LOADS = PreparedList(
    lambda staff: (
        select(
            cases.c.holder,
            func.sum(
                case((cases.c.priority == literal(0), literal(EMERGENCY_WEIGHT)), else_=literal(1))
            ),
        )
        .where(cases.c.holder.in_(staff), IS_ASSIGNED)
        .group_by(cases.c.holder)
    )
)


def chat_weight(priority: int) -> int:
    """Return how many chats a case counts as."""
    return EMERGENCY_WEIGHT if priority == 0 else 1


def skill_name(code: str) -> Text:
    """Return the name of a skill for staff; one that decides nothing is named by its code."""
    return SKILLS[code][1] if code in SKILLS else Text(code)


def has_skill(skills: Collection[str], queue: str) -> bool:
    """Return whether one of these skills is that of a queue."""
    return any(SKILLS[it][0] == queue for it in skills if it in SKILLS)


def load_offers(
    work: Work, by: Caseworker, colleagues: Sequence[Colleague], now: int
) -> list[Offer]:
    """Return what a caseworker is offered now, given the others on duty who do not rest."""
    better = [it for it in colleagues if _could_be_better(it, by)]
    loads = chat_loads(work, [it.id for it in better])
    return offers(by, [it for it in better if loads.get(it.id, 0) < it.most], now)


def chat_loads(work: Work, staff: Sequence[str]) -> Mapping[str, int]:
    """Return how many chats these caseworkers hold, without those who hold none."""
    rows = work.rows_in(_LOADS, staff) if staff else []
    return {str(holder): int(load) for holder, load in rows}


def offers(by: Caseworker, colleagues: Iterable[Colleague], now: int) -> list[Offer]:
    """Return what a caseworker is offered, given the others who have room for a case."""
    others = list(colleagues)
    found: list[Offer] = []
    for queue in by.queues if by.languages else ():
        here = [it for it in others if queue in it.queues]
        is_skilled = has_skill(by.skills, queue)
        for language in dict.fromkeys((*by.languages, *LANGUAGES)):
            speakers = [it for it in here if language in it.languages]
            if language in by.languages:
                is_reserved = not is_skilled and any(has_skill(it.skills, queue) for it in speakers)
                newest = now - RESERVED_FOR if is_reserved else ALWAYS
                found.append(Offer(queue, language, newest, SPOKEN))
            elif not speakers:
                found.append(Offer(queue, language, ALWAYS, NOT_SPOKEN))
    return found


def _could_be_better(other: Colleague, by: Caseworker) -> bool:
    """Return whether a colleague could come before this caseworker for some case."""
    shared = set(other.queues) & set(by.queues)
    speaks_more = not set(other.languages) <= set(by.languages)
    return any(
        speaks_more or (has_skill(other.skills, queue) and not has_skill(by.skills, queue))
        for queue in shared
    )
