"""The timeline of a case: everything that happened in it, in the order in which the person saw it.

A caseworker's message stands where it arrived, not where it was written, so an answer never stands
under a question that the person had not seen yet. What has not arrived stands last. The first
report is always the first entry. This module is pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from bot.clock import MINUTE, SECOND, start_of_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, tzinfo

LAST = 9 * 10**18
"""Added to a moment: after everything that the person has seen."""
FIRST = 0
"""In place of a moment: before everything else."""


class EntryKind(StrEnum):
    """The kind of an entry."""

    DAY = "day"
    NEW = "new"
    """The line above what is new to the caseworker."""
    REPORT = "report"
    CONSENT = "consent"
    EVENT = "event"
    MESSAGE = "message"
    INTERPRETED = "interpreted"
    """Words that are no message, with what an interpreter rendered."""


_RANKS = {kind: rank for rank, kind in enumerate(EntryKind)}


class Order(NamedTuple):
    """The place of an entry."""

    moment: int
    """Microseconds since 1970."""
    rank: int
    """Among entries of one moment, by kind."""
    number: int

    def __str__(self) -> str:
        """Return it as a text that sorts in the same way, for the scripts of the page."""
        return f"{self.moment:019d}-{self.rank}-{self.number:012d}"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry."""

    key: str
    """Its id on the page; the same entry always has the same one."""
    kind: EntryKind
    order: Order
    content: object = None
    """What is shown: a message, a report, the lines of an event, a day."""
    sender: str = ""
    """Who wrote a message, and to which question; what one wrote in one minute is a group."""
    happened_at: int = FIRST
    """When it came to the case; FIRST for an entry that is never new."""
    is_own: bool = False
    """Whether the caseworker who looks has done it."""
    is_continued: bool = False
    """Whether it belongs to the group of the message before it."""


def order_of(kind: EntryKind, moment: int, number: int) -> Order:
    """Return the place of an entry of a moment."""
    return Order(moment, _RANKS[kind], number)


def arrange(
    entries: Iterable[TimelineEntry], *, looked_at: int | None, zone: tzinfo
) -> list[TimelineEntry]:
    """Return entries in their order, with lines for days and for what is new, and groups.

    Args:
        entries: of a case, in any order.
        looked_at: up to which moment the caseworker has seen the case; None: it is all new, and
            no line says so.
        zone: in which days begin.
    """
    found: list[TimelineEntry] = []
    before: TimelineEntry | None = None
    day = None
    is_new_shown = looked_at is None
    for it in sorted(entries, key=lambda each: each.order):
        lines = []
        if FIRST < it.order.moment < LAST and (own_day := _day_of(it, zone)) != day:
            day = own_day
            lines.append(_day_line(day, it, zone))
        if not is_new_shown and not it.is_own and it.happened_at > (looked_at or 0):
            is_new_shown = True
            lines.append(_new_line(it))
        continues = not lines and before is not None and _is_one_group(before, it)
        found += [*lines, replace(it, is_continued=True) if continues else it]
        before = it
    return found


def changed_since(
    entries: Sequence[TimelineEntry], is_changed: Iterable[str]
) -> list[TimelineEntry]:
    """Return those of the arranged entries that a page has to draw again.

    These are the entries with the given keys and, because lines and groups depend on neighbours,
    the lines before each and the entry after it.
    """
    wanted, keys = set(), set(is_changed)
    for place, it in enumerate(entries):
        if it.key not in keys:
            continue
        wanted |= {place, min(place + 1, len(entries) - 1)}
        before = place - 1
        while before >= 0 and entries[before].kind in {EntryKind.DAY, EntryKind.NEW}:
            wanted.add(before)
            before -= 1
    return [entries[place] for place in sorted(wanted)]


def _day_of(it: TimelineEntry, zone: tzinfo) -> date:
    return datetime.fromtimestamp(it.order.moment / SECOND, zone).date()


def _day_line(day: date, it: TimelineEntry, zone: tzinfo) -> TimelineEntry:
    begins = start_of_day(it.order.moment, zone)
    return TimelineEntry(
        f"day-{day:%Y-%m-%d}", EntryKind.DAY, order_of(EntryKind.DAY, begins, 0), day
    )


def _new_line(it: TimelineEntry) -> TimelineEntry:
    return TimelineEntry(
        "new-since", EntryKind.NEW, Order(it.order.moment, _RANKS[EntryKind.NEW], 0)
    )


def _is_one_group(before: TimelineEntry, it: TimelineEntry) -> bool:
    is_same = it.kind is before.kind is EntryKind.MESSAGE and bool(it.sender)
    minutes = [each.order.moment // MINUTE for each in (before, it)]
    return is_same and it.sender == before.sender and minutes[0] == minutes[1]
