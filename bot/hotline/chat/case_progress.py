"""What a person sees of what became of their report: where it stands, in a few true lines.

It is shown only in the sitting in which the case was made (`Conversation.has_case`): later nobody
knows who holds the phone, and the chat behaves as if there were no case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.cases.state_machine import State
from bot.clock import SECOND, day_of
from bot.languages import catalogue
from bot.languages.format_date import day_in
from bot.store.compiled import Prepared
from bot.store.tables.main import cases, staff

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from bot.store.writer import Work
    from bot.text import Text

YOURS = "yours"
"""A caseworker has answered, and the person has not written since."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands, as far as its person is told."""

    state: State
    opened_at: int
    read_at: int | None
    due_at: int | None
    answered_at: int | None
    title: str | None
    """The role of whoever answers for it."""

    @property
    def comes_next(self) -> str:
        """Return what happens next, as a code of the words."""
        if self.state in {State.HELD, State.OPEN} and self.answered_at and self.due_at is None:
            return YOURS
        return State.WAITING.value if self.state is State.REOPENED else self.state.value


@dataclass(frozen=True)
class Words:
    """The lines themselves. They stand in `flows/`, above this floor: `app` hands them down."""

    received: Text
    read: Text
    not_read: Text
    responsible: Text
    nobody_yet: Text
    try_by: Text
    late: Text
    next: Mapping[str, Text]
    titles: Mapping[str, Text]


_STANDS = Prepared(
    lambda _: (
        select(
            cases.c.status, cases.c.opened_at, cases.c.read_at, cases.c.due_at,
            cases.c.answered_at, staff.c.title,
        )
        .select_from(cases.outerjoin(staff, staff.c.id == cases.c.holder))
        .where(cases.c.id == bindparam("case"))
    ),
    "case",
)  # fmt: skip
_READ = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("case"), cases.c.read_at.is_(None))
        .values(read_at=bindparam("at"))
    ),
    "at",
    "case",
)


def standing(work: Work, case: str) -> Standing | None:
    """Return how a case stands; None for one that is gone."""
    rows = work.rows(_STANDS, case)
    return Standing(State(rows[0][0]), *rows[0][1:]) if rows else None


def has_been_read(work: Work, case: str, now: int) -> None:
    """Note that a person has read a case, the first time."""
    work.run(_READ, now, case)


def told(stands: Standing, words: Words, now: int, zone: ZoneInfo, language: str) -> str:
    """Return the trail in a language, one line a fact."""
    read_in = catalogue(language)

    def line(text: Text, at: int | None = None, **values: str) -> str:
        told_at = {"time": clock(at, now, zone, language)} if at else {}
        return text.read_in(read_in, values | told_at)

    lines = [line(words.received, stands.opened_at)]
    lines.append(line(words.read, stands.read_at) if stands.read_at else line(words.not_read))
    if stands.title is not None:
        title = words.titles[stands.title].read_in(read_in)
        lines.append(line(words.responsible, title=title))
    elif stands.state is not State.CLOSED:
        lines.append(line(words.nobody_yet))
    lines.append(line(words.next[stands.comes_next]))
    if stands.read_at is None and stands.due_at is not None:
        lines.append(line(words.late if stands.due_at < now else words.try_by, stands.due_at))
    return "\n".join(lines)


def clock(moment: int, now: int, zone: ZoneInfo, language: str) -> str:
    """Return a moment as people read it: 21:40, or November 24 21:40 on another day.

    What was cut to the day, as of a case that is over, is the day alone.
    """
    at = datetime.fromtimestamp(moment / SECOND, zone)
    if moment == day_of(moment, zone):
        return day_in(language, at.month, at.day)
    if at.date() == datetime.fromtimestamp(now / SECOND, zone).date():
        return at.strftime("%H:%M")
    return f"{day_in(language, at.month, at.day)} {at:%H:%M}"
