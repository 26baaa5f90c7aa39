"""Colleagues a case can be transferred to: who is on duty, what they read, what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, select

from bot.cases.state_machine import Role
from bot.cases.urgency import Priority
from bot.desks.web import texts
from bot.hotline.queue.case_status import IS_ASSIGNED
from bot.hotline.queue.offers import EMERGENCY_WEIGHT
from bot.hotline.queue.visibility import is_seen_by, serves
from bot.store.compiled import Prepared
from bot.store.tables.main import cases, staff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.cases.offices import CasePlace
    from bot.desks.case_summary import CaseSummary
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text

_READS_NO_CASE = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.INTERPRETER})
_WEIGHT = case((cases.c.priority == int(Priority.EMERGENCY), EMERGENCY_WEIGHT), else_=1)
_LOADS = Prepared(
    # From the few on duty to their cases, not from every case that ever had a holder.
    lambda _: (
        select(staff.c.id, func.sum(_WEIGHT))
        .select_from(staff.join(cases, and_(cases.c.holder == staff.c.id, IS_ASSIGNED)))
        .where(staff.c.on_duty == 1)
        .group_by(staff.c.id)
    )
)


@dataclass(frozen=True, slots=True)
class TransferChoice:
    """One colleague in the form of a transfer."""

    id: str
    name: str
    languages: tuple[str, ...]
    """The person's language first."""
    load: int
    most: int
    obstacle: Text | None
    """Why the case cannot be transferred to them now; None if it can."""

    @property
    def is_available(self) -> bool:
        """Whether the case can be transferred to them now."""
        return self.obstacle is None


def transfer_choices(
    work: Work, team: Iterable[Caseworker], summary: CaseSummary, now: int
) -> list[TransferChoice]:
    """Return everyone who may read cases, but the holder.

    First stands who can take the case now, then who reads its language, then by load.
    The bot decides about a transfer when it is asked for; this says what it would answer now.
    """
    loads = {str(who): int(load) for who, load in work.rows(_LOADS)}
    found = [
        _choice(it, summary, loads.get(it.id, 0), now)
        for it in team
        if it.is_active and it.id != summary.holder and it.role not in _READS_NO_CASE
    ]
    return sorted(found, key=lambda it: _rank(it, summary.language))


def _rank(it: TransferChoice, language: str) -> tuple[bool, bool, int, str]:
    return not it.is_available, language not in it.languages, it.load - it.most, it.name


def _choice(by: Caseworker, summary: CaseSummary, load: int, now: int) -> TransferChoice:
    languages = sorted(by.languages, key=lambda tag: tag != summary.language)
    return TransferChoice(
        by.id, by.name or by.id, tuple(languages), load, by.most,
        _obstacle(by, summary.place, load, now),
    )  # fmt: skip


def _obstacle(by: Caseworker, place: CasePlace, load: int, now: int) -> Text | None:
    """Return why a caseworker cannot take a case, in the order in which `Claims.transfer` asks."""
    if not is_seen_by(by, place, now):
        return texts.IN_ANOTHER_OFFICE
    if not serves(by, place, now):
        return texts.SERVES_ANOTHER_QUEUE
    if not by.is_on_duty:
        return texts.OFF_DUTY
    if by.rests_until > now:
        return texts.ON_A_BREAK
    return texts.HAS_NO_ROOM if load >= by.most else None
