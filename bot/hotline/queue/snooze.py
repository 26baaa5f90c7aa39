"""When somebody looks at a case again: put aside until a moment, and the day of a follow-up.

A case that is put aside is hidden from its holder's list until then. Nobody who writes is ever
hidden: whatever the person does brings their case back at once, and so does everything that makes
it more urgent. Only its holder has put it aside: for anybody else it is where it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, or_, select, update

from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind
from bot.store.compiled import Prepared, PreparedList, insert_into
from bot.store.tables.case_extras import case_dates
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import BindParameter, Select

    from bot.hotline.commands.context import CommandContext
    from bot.hotline.events import Event
    from bot.store.writer import Work

PERSON_WROTE: Final = "wrote"
"""What brings a case back: its person did something."""
BECAME_URGENT: Final = "urgent"
"""It became more urgent."""
HOLDER_RETURNED: Final = "asked"
"""Its holder looked at it again before the time."""
TIME_UP: Final = "time"
"""Nothing did, and the time is over."""
ENDING_EVENTS = frozenset(
    {
        EventKind.CLAIMED, EventKind.RELEASED, EventKind.LAPSED, EventKind.TRANSFERRED,
        EventKind.TAKEN_OVER, EventKind.HANDED_BACK, EventKind.CLOSED, EventKind.REOPENED,
    }
)  # fmt: skip
"""Whoever has a case now has it before them: it is aside no more, and no mark says that it was."""
WORK_VERBS = frozenset(
    {
        Verb.SEND,
        Verb.PHRASE,
        Verb.EDIT,
        Verb.INSIST,
        Verb.CONFIRM_IDENTITY,
        Verb.FILL_IN,
        Verb.REFER,
        Verb.SEND_REFERRAL,
        Verb.ADD_DEADLINE_EVENT,
        Verb.STRIKE_DEADLINE_EVENT,
        Verb.END_CHECK_IN,
    }
)
"""So has whoever works on it. What a letter comes to later is no work: it may go hours after."""
URGENT_EVENTS = frozenset({EventKind.PRIORITY_CHANGED, EventKind.OVERDUE})
"""What somebody has to hear of."""


@dataclass(frozen=True, slots=True)
class ReviewDates:
    """When a case is looked at again."""

    snoozed_until: int | None = None
    snoozed_by: str = ""
    returned_at: int | None = None
    return_code: str = ""
    follow_up_at: int | None = None

    def is_snoozed(self, who: str, now: int) -> bool:
        """Tell whether a case is hidden from somebody's own list now."""
        is_theirs = self.snoozed_until is not None and self.snoozed_by == who
        return is_theirs and self.return_reason(who, now) == "" and not self.is_due(now)

    def return_reason(self, who: str, now: int) -> str:
        """Return what brought a case back that somebody has put aside; empty: nothing."""
        if self.snoozed_until is None or self.snoozed_by != who:
            return ""
        if self.returned_at is not None:
            return self.return_code
        return TIME_UP if self.snoozed_until <= now else ""

    def is_due(self, now: int) -> bool:
        """Tell whether the day of the follow-up has come."""
        return self.follow_up_at is not None and self.follow_up_at <= now


NO_DATES = ReviewDates()
_NAMES = ("aside_until", "aside_by", "back_at", "back_why", "follow_up_at")
_BY_CASES = PreparedList(
    lambda values: select(case_dates.c.case_id, *(case_dates.c[name] for name in _NAMES)).where(
        case_dates.c.case_id.in_(values)
    )
)
_SNOOZE = Prepared(
    lambda dialect: (
        new := insert_into(dialect, case_dates).values(
            case_id=bindparam("case"), aside_until=bindparam("until"), aside_by=bindparam("who")
        )
    ).on_conflict_do_update(
        index_elements=["case_id"],
        set_={
            "aside_until": new.excluded.aside_until, "aside_by": new.excluded.aside_by,
            "back_at": None, "back_why": None,
        },
    ),
    "case",
    "until",
    "who",
)  # fmt: skip
_FOLLOW_UP = Prepared(
    lambda dialect: (
        new := insert_into(dialect, case_dates).values(
            case_id=bindparam("case"), follow_up_at=bindparam("at")
        )
    ).on_conflict_do_update(
        index_elements=["case_id"], set_={"follow_up_at": new.excluded.follow_up_at}
    ),
    "case",
    "at",
)
_UNSNOOZE = Prepared(
    lambda _: (
        update(case_dates)
        .where(
            case_dates.c.case_id == bindparam("case"),
            case_dates.c.aside_until.is_not(None),
            case_dates.c.back_at.is_(None),
        )
        .values(back_at=bindparam("at"), back_why=bindparam("why"))
    ),
    "at",
    "why",
    "case",
)
_END_SNOOZE = Prepared(
    lambda _: (
        update(case_dates)
        .where(case_dates.c.case_id == bindparam("case"), case_dates.c.aside_until.is_not(None))
        .values(aside_until=None, aside_by=None, back_at=None, back_why=None)
    ),
    "case",
)
_SNOOZED_IN_CHATS = PreparedList(
    # From the few cases that are aside to their chats, not from every case of every chat.
    lambda values: (
        select(case_dates.c.case_id)
        .select_from(case_dates.join(cases, cases.c.id == case_dates.c.case_id))
        .where(
            cases.c.chat_key.in_(values),
            case_dates.c.aside_until.is_not(None),
            case_dates.c.back_at.is_(None),
        )
    )
)


def snoozed_cases() -> Select[Any]:
    """Return, as SQL, the cases that `aside_by` has put aside and that are hidden at `aside_at`."""
    now: BindParameter[int] = bindparam("aside_at")
    return select(case_dates.c.case_id).where(
        case_dates.c.aside_by == bindparam("aside_by"),
        case_dates.c.aside_until > now,
        case_dates.c.back_at.is_(None),
        or_(case_dates.c.follow_up_at.is_(None), case_dates.c.follow_up_at > now),
    )


class Snoozes:
    """When cases are looked at again, used inside units of work."""

    @staticmethod
    def of_case(work: Work, case: str) -> ReviewDates:
        """Return when a case is looked at again."""
        return Snoozes.of_cases(work, [case]).get(case, NO_DATES)

    @staticmethod
    def of_cases(work: Work, cases: Iterable[str]) -> dict[str, ReviewDates]:
        """Return the same of several; those without any date are not among them."""
        found = list(cases)
        if not found:
            return {}
        return {
            case: ReviewDates(until, who or "", back, why or "", follow)
            for case, until, who, back, why, follow in work.rows_in(_BY_CASES, found)
        }

    @staticmethod
    def snooze(work: Work, case: str, until: int, who: str) -> None:
        """Put a case aside; once more, and it is the later word that counts."""
        work.run(_SNOOZE, case, until, who)

    @staticmethod
    def set_follow_up(work: Work, case: str, at: int | None) -> None:
        """Write down on which day somebody looks at a case again; None takes it away."""
        work.run(_FOLLOW_UP, case, at)

    @staticmethod
    def unsnooze(work: Work, case: str, why: str, now: int) -> bool:
        """Bring a case back before its time; tell whether it was aside."""
        return bool(work.run(_UNSNOOZE, now, why, case))

    @staticmethod
    def unsnooze_chats(work: Work, chats: Iterable[bytes], now: int) -> list[str]:
        """Bring back every case of chats in which somebody did something; return which."""
        found = [str(case) for (case,) in work.rows_in(_SNOOZED_IN_CHATS, list(chats))]
        return [case for case in found if work.run(_UNSNOOZE, now, PERSON_WROTE, case)]

    @staticmethod
    def after_command(work: Work, order: CommandContext) -> None:
        """Follow what a caseworker has done, unless it was refused."""
        is_done = not any(event.is_refused for event in order.events)
        if order.case and is_done and order.command.verb in WORK_VERBS:
            work.run(_END_SNOOZE, order.case)

    @staticmethod
    def after_event(work: Work, event: Event, now: int) -> None:
        """Follow what happened to a case: work ends that it is aside, urgency brings it back."""
        if event.case and event.kind in ENDING_EVENTS:
            work.run(_END_SNOOZE, event.case)
        elif event.case and event.kind in URGENT_EVENTS:
            work.run(_UNSNOOZE, now, BECAME_URGENT, event.case)
