"""Snoozed cases, and the days of follow-ups.

A snoozed case is hidden from its holder's list until a moment; colleagues still see it. Whatever
the person does ends the snooze at once, and so does everything that makes the case more urgent, and
an alert about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, or_, select

from bot.hotline.events import EventKind
from bot.store.statements import select_in, update_by, upsert
from bot.store.tables.case_extras import case_dates
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import BindParameter, Select

    from bot.hotline.events import Event
    from bot.store.writer import Work

PERSON_WROTE: Final = "wrote"
BECAME_URGENT: Final = "urgent"
ALERTED: Final = "alert"
HOLDER_RETURNED: Final = "asked"
TIME_UP: Final = "time"
"""Why a snooze ended: the person did something, the case became more urgent, there was an alert
about it, its holder ended the snooze, or its time is over."""
ENDING_EVENTS = frozenset(
    {
        EventKind.CLAIMED, EventKind.RELEASED, EventKind.LAPSED, EventKind.TRANSFERRED,
        EventKind.PASSED_ON, EventKind.TAKEN_OVER, EventKind.HANDED_BACK, EventKind.CLOSED,
        EventKind.REOPENED,
    }
)  # fmt: skip
"""After these the holder is looking at the case: its snooze ends without a trace."""
EARLY_ENDS = {EventKind.PRIORITY_CHANGED: BECAME_URGENT, EventKind.OVERDUE: ALERTED}
"""Why a snooze ends early after these events."""


@dataclass(frozen=True, slots=True)
class ReviewDates:
    """When a case is looked at again."""

    snoozed_until: int | None = None
    snoozed_by: str = ""
    returned_at: int | None = None
    return_code: str = ""
    follow_up_at: int | None = None

    def is_snoozed(self, who: str, now: int) -> bool:
        """Return whether the case is hidden from a caseworker's own list now."""
        is_theirs = self.snoozed_until is not None and self.snoozed_by == who
        return is_theirs and self.return_reason(who, now) == "" and not self.is_due(now)

    def return_reason(self, who: str, now: int) -> str:
        """Return why a caseworker's snooze ended; empty if there is none, or it runs."""
        if self.snoozed_until is None or self.snoozed_by != who:
            return ""
        if self.returned_at is not None:
            return self.return_code
        return TIME_UP if self.snoozed_until <= now else ""

    def is_due(self, now: int) -> bool:
        """Return whether the day of the follow-up has come."""
        return self.follow_up_at is not None and self.follow_up_at <= now


NO_DATES = ReviewDates()
_NAMES = ("aside_until", "aside_by", "back_at", "back_why", "follow_up_at")
_IS_SNOOZED = case_dates.c.aside_until.is_not(None)
_IS_RUNNING = case_dates.c.back_at.is_(None)
IS_SNOOZED = (_IS_SNOOZED, _IS_RUNNING)
"""Conditions of a snooze that nothing has ended."""
_BY_CASES = select_in(case_dates, "case_id", *_NAMES, among="case_id")
_SNOOZE = upsert(
    case_dates, "case_id", "aside_until", "aside_by", key="case_id",
    on_conflict={"back_at": None, "back_why": None},
)  # fmt: skip
_FOLLOW_UP = upsert(case_dates, "case_id", "follow_up_at", key="case_id")
_UNSNOOZE = update_by(case_dates, "back_at", "back_why", by=("case_id", _IS_SNOOZED, _IS_RUNNING))
_END_EARLY = update_by(
    # Not after its time: that has ended it, although nothing is stored then.
    case_dates, "back_at", "back_why",
    by=("case_id", _IS_RUNNING, case_dates.c.aside_until > bindparam("now")),
)  # fmt: skip
_END_SNOOZE = update_by(
    case_dates, by=("case_id", _IS_SNOOZED), constants=dict.fromkeys(_NAMES[:4])
)
_SNOOZED_IN_CHATS = select_in(
    # From the few snoozed cases to their chats, not from every case of every chat.
    case_dates.join(cases, cases.c.id == case_dates.c.case_id), case_dates.c.case_id,
    among=cases.c.chat_key, by=IS_SNOOZED,
)  # fmt: skip


def snoozed_cases() -> Select[Any]:
    """Return, as SQL, the cases that `aside_by` has snoozed and that are hidden at `aside_at`."""
    now: BindParameter[int] = bindparam("aside_at")
    return select(case_dates.c.case_id).where(
        case_dates.c.aside_by == bindparam("aside_by"),
        case_dates.c.aside_until > now,
        case_dates.c.back_at.is_(None),
        or_(case_dates.c.follow_up_at.is_(None), case_dates.c.follow_up_at > now),
    )


class Snoozes:
    """Snoozes and follow-ups, used inside units of work."""

    @staticmethod
    def of_case(work: Work, case: str) -> ReviewDates:
        """Return when a case is looked at again."""
        return Snoozes.of_cases(work, [case]).get(case, NO_DATES)

    @staticmethod
    def of_cases(work: Work, cases: Iterable[str]) -> dict[str, ReviewDates]:
        """Return the same for several cases, without those that have no date."""
        found = list(cases)
        if not found:
            return {}
        return {
            case: ReviewDates(until, who or "", back, why or "", follow)
            for case, until, who, back, why, follow in work.rows_in(_BY_CASES, found)
        }

    @staticmethod
    def snooze(work: Work, case: str, until: int, who: str) -> None:
        """Snooze a case; a second snooze replaces the first."""
        work.run(_SNOOZE, case, until, who)

    @staticmethod
    def set_follow_up(work: Work, case: str, at: int | None) -> None:
        """Set the day of the follow-up; None removes it."""
        work.run(_FOLLOW_UP, case, at)

    @staticmethod
    def unsnooze(work: Work, case: str, why: str, now: int) -> bool:
        """End a snooze early; return whether there was one."""
        return bool(work.run(_UNSNOOZE, now, why, case))

    @staticmethod
    def in_chats(work: Work, chats: Iterable[bytes]) -> list[str]:
        """Return the snoozed cases of chats."""
        return [str(case) for (case,) in work.rows_in(_SNOOZED_IN_CHATS, list(chats))]

    @staticmethod
    def end_as_person_wrote(work: Work, cases: Iterable[str], now: int) -> list[str]:
        """End the snoozes of cases whose people did something; return those that ran."""
        return [case for case in cases if work.run(_END_EARLY, now, PERSON_WROTE, case, now)]

    @staticmethod
    def end(work: Work, case: str) -> None:
        """End a snooze because its holder works on the case again."""
        work.run(_END_SNOOZE, case)

    @staticmethod
    def after_event(work: Work, event: Event, now: int) -> None:
        """End the snooze of a case after an event, if the event ends snoozes."""
        if event.case and event.kind in ENDING_EVENTS:
            work.run(_END_SNOOZE, event.case)
        elif event.case and event.kind in EARLY_ENDS:
            work.run(_END_EARLY, now, EARLY_ENDS[event.kind], event.case, now)
