"""Who answers for a case: claimed by exactly one caseworker, given back, passed on.

A claim is one compare-and-set: of any number who try, from whatever process, one gets the case, and
every other hears who holds it. Every move of a case goes through `life.move`, is written by one
function and is noted in the audit log in the same unit of work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.cases.state_machine import ABOVE, Move, Refusal, Role, State, move
from bot.hotline.queue import case_status
from bot.hotline.queue.next_case import find_next, is_spared, load, take_next
from bot.store.compiled import Prepared
from bot.store.tables.main import CASE_WAITS, cases
from bot.text import _
from bot.vault.audit.log import HOUSE

if TYPE_CHECKING:
    from datetime import tzinfo

    from bot.hotline.queue.case_status import Standing
    from bot.hotline.queue.sla import Promises
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.audit.log import Audit

OTHER_LANGUAGE = "other_language"
"""What the audit log says of a claim outside the caseworker's languages."""
_BACK_TO_THE_QUEUE = frozenset({Move.RELEASE, Move.LAPSE, Move.REOPEN})
_AT_WORK = frozenset({State.OPEN, State.REFERRED})

NO_SUCH_CASE = _("There is no such case.")
NOT_YOUR_QUEUE = _("This case waits in a queue you do not serve.")
NOT_ON_DUTY = _("You are not on duty; say that you are, then ask for the next case.")
YOU_REST = _("You rest now; the next case is offered to others. You can still claim one yourself.")
NOBODY_WAITS = _("Nobody waits in your queues and languages.")
LEFT_TO_OTHERS = _(
    "Somebody in danger waits. You have just closed a case like that, so a colleague who is here "
    "is asked first; you can still claim it yourself."
)
NOT_THEIR_QUEUE = _("That colleague does not serve the queue of this case.")
NOT_THERE = _("That colleague is not on duty, or rests.")
HANDS_FULL = _("That colleague holds as many chats as they can.")
THEIRS_ALREADY = _("That colleague holds this case already.")


@dataclass(frozen=True, slots=True)
class Claimed:
    """The case is theirs."""

    case: str
    is_other_language: bool = False
    """Whether the person writes in none of the caseworker's languages."""


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Somebody was first."""

    staff: str
    """Who: the id of a caseworker."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """They hold as many chats as they can; one of priority 0 counts as two."""

    most: int


Taken = Claimed | HeldBy | TooMany | Refusal
"""What came of a claim."""

_TAKE = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("case"), cases.c.holder.is_(None), CASE_WAITS)
        .values(
            status=State.HELD.value,
            holder=bindparam("staff"),
            claimed_at=bindparam("at"),
            worked_at=None,
        )
    ),
    "staff",
    "at",
    "case",
)
_HELD = Prepared(
    lambda _: (
        select(cases.c.id)
        .where(cases.c.holder == bindparam("staff"), case_status.IS_TAKEN)
        .order_by(cases.c.priority, cases.c.waiting_since, cases.c.id)
    ),
    "staff",
)
_LOAD = Prepared(lambda _: load("staff"), "staff")


class Claims:
    """Moves cases between the queue and those who answer for them, inside units of work."""

    def __init__(self, audit: Audit, promises: Promises, zone: tzinfo = UTC) -> None:
        self._audit = audit
        self._promises = promises
        self._zone = zone
        """Of the days that are left of a case when it is over."""

    # --- Who answers -------------------------------------------------------------------------

    def next(self, work: Work, caseworker: Caseworker, now: int) -> str | None:
        """Return the case that is next for a caseworker; None for whoever gets none now."""
        if self._why_none(caseworker, now) or self._is_full(work, caseworker):
            return None
        return find_next(work, caseworker.queues, caseworker.languages)

    def claim_next(self, work: Work, caseworker: Caseworker, now: int) -> Taken:
        """Give a caseworker the next case of their queues and languages."""
        if why := self._why_none(caseworker, now):
            return why
        moved = move(State.WAITING, Move.CLAIM, caseworker.role)
        if isinstance(moved, Refusal):
            return moved
        spares = is_spared(work, caseworker, now)
        case = take_next(work, caseworker, now, spares=spares)
        if case is None and spares:
            return Refusal(LEFT_TO_OTHERS)
        if case is None:
            full = self._is_full(work, caseworker)
            return TooMany(caseworker.most) if full else Refusal(NOBODY_WAITS)
        self._audit.note(work, now, caseworker.id, Move.CLAIM.value, case)
        return Claimed(case)

    def claim(self, work: Work, case: str, caseworker: Caseworker, now: int) -> Taken:
        """Give a caseworker this case, if nobody holds it and it is theirs to take."""
        # Whoever is overtaken looks once more, and this time nobody moves the case meanwhile: it
        # may have been given back again already, and then it is theirs.
        for look in (case_status.read, case_status.read_to_move):
            found = look(work, case)
            if found is None:
                break
            if why := self._why_not(work, found, caseworker):
                return why
            is_other = found.language not in caseworker.languages
            if self._take(work, case, caseworker, now, OTHER_LANGUAGE if is_other else ""):
                return Claimed(case, is_other)
        return Refusal(NO_SUCH_CASE)

    def _take(
        self, work: Work, case: str, caseworker: Caseworker, now: int, detail: str = ""
    ) -> bool:
        """Compare and set: tell whether nobody held the case, and this caseworker does now."""
        if not work.run(_TAKE, caseworker.id, now, case):
            return False
        self._audit.note(work, now, caseworker.id, Move.CLAIM.value, case, detail)
        return True

    def _why_not(
        self, work: Work, found: Standing, caseworker: Caseworker
    ) -> HeldBy | TooMany | Refusal | None:
        """Return what stands in the way of a claim."""
        if not caseworker.is_active:
            return Refusal(NOT_ON_DUTY)
        if found.holder and found.state not in case_status.QUEUED:
            return HeldBy(found.holder)
        moved = move(found.state, Move.CLAIM, caseworker.role)
        if isinstance(moved, Refusal):
            return moved
        if not serves(caseworker, found.queue):
            return Refusal(NOT_YOUR_QUEUE)
        return TooMany(caseworker.most) if self._is_full(work, caseworker) else None

    def release(
        self, work: Work, case: str, now: int, by: Caseworker | None = None
    ) -> State | Refusal:
        """Give a case back to the queue, without asking why."""
        return self.move(work, case, Move.RELEASE, now, by)

    def end_shift(self, work: Work, caseworker: Caseworker, now: int) -> list[str]:
        """Give back what somebody who leaves has claimed and not touched; return which.

        What they have worked on stays theirs: only they know whom to pass it to.
        """
        untouched = [case for case in self.held_by(work, caseworker.id) if self._waits(work, case)]
        for case in untouched:
            self.release(work, case, now, caseworker)
        return untouched

    @staticmethod
    def _waits(work: Work, case: str) -> bool:
        found = case_status.read(work, case)
        return found is not None and found.state is State.HELD

    def lapse(self, work: Work, case: str, now: int) -> State | Refusal:
        """Give a case back to the queue that nobody has worked on since it was claimed."""
        return self.move(work, case, Move.LAPSE, now)

    def transfer(
        self, work: Work, case: str, to: Caseworker, now: int, by: Caseworker
    ) -> State | Refusal:
        """Pass a case to a colleague, who has to be there and have a hand free."""
        found = case_status.read_to_move(work, case)
        if found is None:
            return Refusal(NO_SUCH_CASE)
        moved = asked(found, Move.TRANSFER, by)
        if isinstance(moved, Refusal):
            return moved
        if why := self._why_not_to(work, found, to, now):
            return Refusal(why)
        case_status.write(work, case, case_status.held(found, to.id, now))
        self._audit.note(work, now, by.id, Move.TRANSFER.value, case, to.id)
        return moved

    # --- Work, and the end -------------------------------------------------------------------

    def worked(self, work: Work, case: str, now: int) -> None:
        """Note that whoever holds a case is at it; costs no write but the first time."""
        seen = case_status.read(work, case)
        if seen is None or seen.worked_at is not None:
            return
        found = case_status.read_to_move(work, case)
        if found is None or found.holder is None:
            return
        moved = move(found.state, Move.WORK, Role.CASEWORKER, is_holder=True)
        if isinstance(moved, State):
            case_status.write(work, case, case_status.worked_on(found, moved, now))
            self._audit.note(work, now, found.holder, Move.WORK.value, case)

    def more_came(self, work: Work, case: str, now: int) -> bool:
        """Put a closed case to which the person sent more back into the queue; tell whether it was.

        What somebody sends is never filed away unread because the case was over.
        """
        found = case_status.read(work, case)
        if found is None or found.state is not State.CLOSED:
            return False
        return isinstance(self.move(work, case, Move.REOPEN, now), State)

    def move(  # noqa: PLR0913 - a case, a verb, whoever asks, and what they say
        self, work: Work, case: str, verb: Move, now: int, by: Caseworker | None = None,
        *, reason: str = "", detail: str = "",
    ) -> State | Refusal:  # fmt: skip
        """Move a case, store how it stands then, and note who did it.

        Args:
            work: the unit of work.
            case: its id.
            verb: any move but a claim and a transfer, which have ways of their own.
            now: the moment.
            by: who asks; none for the house itself.
            reason: whether there is one matters, it is not kept.
            detail: a code for the audit log; of a close it is the disposition.
        """
        found = case_status.read_to_move(work, case)
        if found is None:
            return Refusal(NO_SUCH_CASE)
        moved = asked(found, verb, by, reason)
        if isinstance(moved, Refusal):
            return moved
        case_status.write(work, case, self._after(found, verb, moved, detail, now))
        if verb is Move.CLOSE:
            case_status.cut_to_the_day(work, case, self._zone)
        self._audit.note(work, now, by.id if by else HOUSE, verb.value, case, detail)
        return moved

    def _after(self, old: Standing, verb: Move, state: State, detail: str, now: int) -> Standing:
        if verb in _BACK_TO_THE_QUEUE:
            return case_status.queued(old, state, self._promises.due(old.priority, now), now)
        if verb is Move.CLOSE:
            return case_status.ended(old, detail, now)
        return case_status.worked_on(old, state, now) if state in _AT_WORK else old

    # --- What somebody holds -----------------------------------------------------------------

    @staticmethod
    def held_by(work: Work, staff: str) -> list[str]:
        """Return the cases somebody holds and has not referred, the most urgent first."""
        return [case for (case,) in work.rows(_HELD, staff)]

    @staticmethod
    def load(work: Work, staff: str) -> int:
        """Return how many chats somebody holds; one of priority 0 counts as two."""
        return int(work.rows(_LOAD, staff)[0][0])

    def _is_full(self, work: Work, caseworker: Caseworker) -> bool:
        return self.load(work, caseworker.id) >= caseworker.most

    @staticmethod
    def _why_none(caseworker: Caseworker, now: int) -> Refusal | None:
        if not (caseworker.is_active and caseworker.is_on_duty):
            return Refusal(NOT_ON_DUTY)
        return Refusal(YOU_REST) if caseworker.rests_until > now else None

    def _why_not_to(self, work: Work, found: Standing, to: Caseworker, now: int) -> Text | None:
        if found.holder == to.id:
            return THEIRS_ALREADY
        if not serves(to, found.queue):
            return NOT_THEIR_QUEUE
        if self._why_none(to, now):
            return NOT_THERE
        return HANDS_FULL if self._is_full(work, to) else None


def serves(caseworker: Caseworker, queue: str) -> bool:
    """Tell whether a queue is somebody's to answer in; whoever stands above serves all."""
    if caseworker.role is Role.AUDITOR or not caseworker.is_active:
        return False
    return caseworker.role in ABOVE or queue in caseworker.queues


def asked(found: Standing, verb: Move, by: Caseworker | None, reason: str = "") -> State | Refusal:
    """Return where a move somebody asks for would lead a case, or why it stays where it is."""
    role = by.role if by else None
    is_holder = by is not None and found.holder == by.id
    return move(found.state, verb, role, is_holder=is_holder, reason=reason)
