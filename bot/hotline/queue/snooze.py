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
from bot.hotline.events import Happened
from bot.store.compiled import Prepared, PreparedList, insert_of
from bot.store.tables.case_extras import case_dates
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import BindParameter, Select

    from bot.hotline.commands.context import Order
    from bot.hotline.events import Event
    from bot.store.writer import Work

WROTE: Final = "wrote"
"""What brings a case back: its person did something."""
URGENT: Final = "urgent"
"""It became more urgent."""
ASKED: Final = "asked"
"""Its holder looked at it again before the time."""
TIME: Final = "time"
"""Nothing did, and the time is over."""
ENDS = frozenset(
    {
        Happened.CLAIMED, Happened.RELEASED, Happened.LAPSED, Happened.TRANSFERRED,
        Happened.TAKEN_OVER, Happened.HANDED_BACK, Happened.CLOSED, Happened.REOPENED,
    }
)  # fmt: skip
"""Whoever has a case now has it before them: it is aside no more, and no mark says that it was."""
WORKS = frozenset(
    {
        Verb.SAY, Verb.PHRASE, Verb.REWORD, Verb.INSIST, Verb.CONFIRM, Verb.ANSWER, Verb.REFER,
        Verb.TELL_OTHERS, Verb.CLOCK, Verb.STRIKE, Verb.CHECK_IN,
    }
)  # fmt: skip
"""So has whoever works on it. What a letter comes to later is no work: it may go hours after."""
CALLS = frozenset({Happened.RAISED, Happened.OVERDUE})
"""What somebody has to hear of."""


@dataclass(frozen=True, slots=True)
class Dates:
    """When a case is looked at again."""

    aside_until: int | None = None
    aside_by: str = ""
    back_at: int | None = None
    back_why: str = ""
    follow_up_at: int | None = None

    def is_aside(self, who: str, now: int) -> bool:
        """Tell whether a case is hidden from somebody's own list now."""
        is_theirs = self.aside_until is not None and self.aside_by == who
        return is_theirs and self.back(who, now) == "" and not self.is_due(now)

    def back(self, who: str, now: int) -> str:
        """Return what brought a case back that somebody has put aside; empty: nothing."""
        if self.aside_until is None or self.aside_by != who:
            return ""
        if self.back_at is not None:
            return self.back_why
        return TIME if self.aside_until <= now else ""

    def is_due(self, now: int) -> bool:
        """Tell whether the day of the follow-up has come."""
        return self.follow_up_at is not None and self.follow_up_at <= now


NOTHING = Dates()
_NAMES = ("aside_until", "aside_by", "back_at", "back_why", "follow_up_at")
_OF = PreparedList(
    lambda values: select(case_dates.c.case_id, *(case_dates.c[name] for name in _NAMES)).where(
        case_dates.c.case_id.in_(values)
    )
)
_ASIDE = Prepared(
    lambda dialect: (
        new := insert_of(dialect, case_dates).values(
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
        new := insert_of(dialect, case_dates).values(
            case_id=bindparam("case"), follow_up_at=bindparam("at")
        )
    ).on_conflict_do_update(
        index_elements=["case_id"], set_={"follow_up_at": new.excluded.follow_up_at}
    ),
    "case",
    "at",
)
_BACK = Prepared(
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
_ENDS = Prepared(
    lambda _: (
        update(case_dates)
        .where(case_dates.c.case_id == bindparam("case"), case_dates.c.aside_until.is_not(None))
        .values(aside_until=None, aside_by=None, back_at=None, back_why=None)
    ),
    "case",
)
_WROTE = PreparedList(
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


def is_aside() -> Select[Any]:
    """Return, as SQL, the cases that `aside_by` has put aside and that are hidden at `aside_at`."""
    now: BindParameter[int] = bindparam("aside_at")
    return select(case_dates.c.case_id).where(
        case_dates.c.aside_by == bindparam("aside_by"),
        case_dates.c.aside_until > now,
        case_dates.c.back_at.is_(None),
        or_(case_dates.c.follow_up_at.is_(None), case_dates.c.follow_up_at > now),
    )


class Laters:
    """When cases are looked at again, used inside units of work."""

    @staticmethod
    def of(work: Work, case: str) -> Dates:
        """Return when a case is looked at again."""
        return Laters.of_many(work, [case]).get(case, NOTHING)

    @staticmethod
    def of_many(work: Work, cases: Iterable[str]) -> dict[str, Dates]:
        """Return the same of several; those without any date are not among them."""
        found = list(cases)
        if not found:
            return {}
        return {
            case: Dates(until, who or "", back, why or "", follow)
            for case, until, who, back, why, follow in work.rows_in(_OF, found)
        }

    @staticmethod
    def put_aside(work: Work, case: str, until: int, who: str) -> None:
        """Put a case aside; once more, and it is the later word that counts."""
        work.run(_ASIDE, case, until, who)

    @staticmethod
    def follow_up(work: Work, case: str, at: int | None) -> None:
        """Write down on which day somebody looks at a case again; None takes it away."""
        work.run(_FOLLOW_UP, case, at)

    @staticmethod
    def bring_back(work: Work, case: str, why: str, now: int) -> bool:
        """Bring a case back before its time; tell whether it was aside."""
        return bool(work.run(_BACK, now, why, case))

    @staticmethod
    def wrote(work: Work, chats: Iterable[bytes], now: int) -> list[str]:
        """Bring back every case of chats in which somebody did something; return which."""
        found = [str(case) for (case,) in work.rows_in(_WROTE, list(chats))]
        return [case for case in found if work.run(_BACK, now, WROTE, case)]

    @staticmethod
    def worked(work: Work, order: Order) -> None:
        """Follow what a caseworker has done, unless it was refused."""
        is_done = not any(event.is_refused for event in order.events)
        if order.case and is_done and order.command.verb in WORKS:
            work.run(_ENDS, order.case)

    @staticmethod
    def note(work: Work, event: Event, now: int) -> None:
        """Follow what happened to a case: work ends that it is aside, urgency brings it back."""
        if event.case and event.what in ENDS:
            work.run(_ENDS, event.case)
        elif event.case and event.what in CALLS:
            work.run(_BACK, now, URGENT, event.case)
