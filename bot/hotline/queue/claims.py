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

from bot.cases.state_machine import (
    SENIOR_ROLES,
    ActionRefusal,
    CaseAction,
    CaseState,
    Role,
    next_state,
)
from bot.hotline.queue import case_status
from bot.hotline.queue.next_case import chat_count_query, find_next, is_spared, take_next
from bot.store.compiled import Prepared
from bot.store.tables.main import CASE_WAITS, cases
from bot.text import _
from bot.vault.audit.log import SYSTEM

if TYPE_CHECKING:
    from datetime import tzinfo

    from bot.hotline.queue.case_status import CaseStatus
    from bot.hotline.queue.sla import ReplyClocks
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.audit.log import AuditLog

OTHER_LANGUAGE = "other_language"
"""What the audit log says of a claim outside the caseworker's languages."""
_REQUEUING_MOVES = frozenset({CaseAction.RELEASE, CaseAction.LAPSE, CaseAction.REOPEN})
_AT_WORK = frozenset({CaseState.OPEN, CaseState.REFERRED})

NO_SUCH_CASE = _("There is no such case.")
NOT_YOUR_QUEUE = _("This case waits in a queue you do not serve.")
NOT_ON_DUTY = _("You are not on duty; say that you are, then ask for the next case.")
YOU_ARE_RESTING = _(
    "You rest now; the next case is offered to others. You can still claim one yourself."
)
NOBODY_WAITS = _("Nobody waits in your queues and languages.")
LEFT_TO_OTHERS = _(
    "Somebody in danger waits. You have just closed a case like that, so a colleague who is here "
    "is asked first; you can still claim it yourself."
)
NOT_THEIR_QUEUE = _("That colleague does not serve the queue of this case.")
COLLEAGUE_UNAVAILABLE = _("That colleague is not on duty, or rests.")
COLLEAGUE_AT_CAPACITY = _("That colleague holds as many chats as they can.")
COLLEAGUE_HOLDS_CASE = _("That colleague holds this case already.")


@dataclass(frozen=True, slots=True)
class Claimed:
    """The case is theirs."""

    case: str
    is_other_language: bool = False
    """Whether the person writes in none of the caseworker's languages."""


@dataclass(frozen=True, slots=True)
class AlreadyClaimed:
    """Somebody was first."""

    staff: str
    """Who: the id of a caseworker."""


@dataclass(frozen=True, slots=True)
class AtCapacity:
    """They hold as many chats as they can; one of priority 0 counts as two."""

    most: int


ClaimResult = Claimed | AlreadyClaimed | AtCapacity | ActionRefusal
"""What came of a claim."""

_TAKE = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("case"), cases.c.holder.is_(None), CASE_WAITS)
        .values(
            status=CaseState.CLAIMED.value,
            holder=bindparam("staff"),
            claimed_at=bindparam("at"),
            worked_at=None,
        )
    ),
    "staff",
    "at",
    "case",
)
_ASSIGNED = Prepared(
    lambda _: (
        select(cases.c.id)
        .where(cases.c.holder == bindparam("staff"), case_status.IS_ASSIGNED)
        .order_by(cases.c.priority, cases.c.waiting_since, cases.c.id)
    ),
    "staff",
)
_CHAT_COUNT = Prepared(lambda _: chat_count_query("staff"), "staff")


class Claims:
    """Moves cases between the queue and those who answer for them, inside units of work."""

    def __init__(self, audit: AuditLog, reply_clocks: ReplyClocks, zone: tzinfo = UTC) -> None:
        self._audit = audit
        self._reply_clocks = reply_clocks
        self._zone = zone
        """Of the days that are left of a case when it is over."""

    # --- Who answers -------------------------------------------------------------------------

    def peek_next(self, work: Work, caseworker: Caseworker, now: int) -> str | None:
        """Return the case that is next for a caseworker; None for whoever gets none now."""
        if self._unavailable_reason(caseworker, now) or self._is_at_capacity(work, caseworker):
            return None
        return find_next(work, caseworker.queues, caseworker.languages)

    def claim_next(self, work: Work, caseworker: Caseworker, now: int) -> ClaimResult:
        """Give a caseworker the next case of their queues and languages."""
        if why := self._unavailable_reason(caseworker, now):
            return why
        moved = next_state(CaseState.WAITING, CaseAction.CLAIM, caseworker.role)
        if isinstance(moved, ActionRefusal):
            return moved
        spares = is_spared(work, caseworker, now)
        case = take_next(work, caseworker, now, spares=spares)
        if case is None and spares:
            return ActionRefusal(LEFT_TO_OTHERS)
        if case is None:
            full = self._is_at_capacity(work, caseworker)
            return AtCapacity(caseworker.most) if full else ActionRefusal(NOBODY_WAITS)
        self._audit.record(work, now, caseworker.id, CaseAction.CLAIM.value, case)
        return Claimed(case)

    def claim(self, work: Work, case: str, caseworker: Caseworker, now: int) -> ClaimResult:
        """Give a caseworker this case, if nobody holds it and it is theirs to take."""
        # Whoever is overtaken looks once more, and this time nobody moves the case meanwhile: it
        # may have been given back again already, and then it is theirs.
        for look in (case_status.load, case_status.load_for_update):
            found = look(work, case)
            if found is None:
                break
            if why := self._claim_obstacle(work, found, caseworker):
                return why
            is_other = found.language not in caseworker.languages
            if self._take(work, case, caseworker, now, OTHER_LANGUAGE if is_other else ""):
                return Claimed(case, is_other)
        return ActionRefusal(NO_SUCH_CASE)

    def _take(
        self, work: Work, case: str, caseworker: Caseworker, now: int, detail: str = ""
    ) -> bool:
        """Compare and set: tell whether nobody held the case, and this caseworker does now."""
        if not work.run(_TAKE, caseworker.id, now, case):
            return False
        self._audit.record(work, now, caseworker.id, CaseAction.CLAIM.value, case, detail)
        return True

    def _claim_obstacle(
        self, work: Work, found: CaseStatus, caseworker: Caseworker
    ) -> AlreadyClaimed | AtCapacity | ActionRefusal | None:
        """Return what stands in the way of a claim."""
        if not caseworker.is_active:
            return ActionRefusal(NOT_ON_DUTY)
        if found.holder and found.state not in case_status.QUEUED:
            return AlreadyClaimed(found.holder)
        moved = next_state(found.state, CaseAction.CLAIM, caseworker.role)
        if isinstance(moved, ActionRefusal):
            return moved
        if not serves(caseworker, found.queue):
            return ActionRefusal(NOT_YOUR_QUEUE)
        return AtCapacity(caseworker.most) if self._is_at_capacity(work, caseworker) else None

    def release(
        self, work: Work, case: str, now: int, by: Caseworker | None = None
    ) -> CaseState | ActionRefusal:
        """Give a case back to the queue, without asking why."""
        return self.move(work, case, CaseAction.RELEASE, now, by)

    def end_shift(self, work: Work, caseworker: Caseworker, now: int) -> list[str]:
        """Give back what somebody who leaves has claimed and not touched; return which.

        What they have worked on stays theirs: only they know whom to pass it to.
        """
        untouched = [
            case
            for case in self.assigned_cases(work, caseworker.id)
            if self._is_untouched(work, case)
        ]
        for case in untouched:
            self.release(work, case, now, caseworker)
        return untouched

    @staticmethod
    def _is_untouched(work: Work, case: str) -> bool:
        found = case_status.load(work, case)
        return found is not None and found.state is CaseState.CLAIMED

    def lapse(self, work: Work, case: str, now: int) -> CaseState | ActionRefusal:
        """Give a case back to the queue that nobody has worked on since it was claimed."""
        return self.move(work, case, CaseAction.LAPSE, now)

    def transfer(
        self, work: Work, case: str, to: Caseworker, now: int, by: Caseworker
    ) -> CaseState | ActionRefusal:
        """Pass a case to a colleague, who has to be there and have a hand free."""
        found = case_status.load_for_update(work, case)
        if found is None:
            return ActionRefusal(NO_SUCH_CASE)
        moved = check_move(found, CaseAction.TRANSFER, by)
        if isinstance(moved, ActionRefusal):
            return moved
        if why := self._transfer_obstacle(work, found, to, now):
            return ActionRefusal(why)
        case_status.store(work, case, case_status.as_assigned(found, to.id, now))
        self._audit.record(work, now, by.id, CaseAction.TRANSFER.value, case, to.id)
        return moved

    # --- Work, and the end -------------------------------------------------------------------

    def note_work(self, work: Work, case: str, now: int) -> None:
        """Note that whoever holds a case is at it; costs no write but the first time."""
        seen = case_status.load(work, case)
        if seen is None or seen.worked_at is not None:
            return
        found = case_status.load_for_update(work, case)
        if found is None or found.holder is None:
            return
        moved = next_state(found.state, CaseAction.WORK, Role.CASEWORKER, is_holder=True)
        if isinstance(moved, CaseState):
            case_status.store(work, case, case_status.as_worked_on(found, moved, now))
            self._audit.record(work, now, found.holder, CaseAction.WORK.value, case)

    def reopen_if_closed(self, work: Work, case: str, now: int) -> bool:
        """Put a closed case to which the person sent more back into the queue; tell whether it was.

        What somebody sends is never filed away unread because the case was over.
        """
        found = case_status.load(work, case)
        if found is None or found.state is not CaseState.CLOSED:
            return False
        return isinstance(self.move(work, case, CaseAction.REOPEN, now), CaseState)

    def move(  # noqa: PLR0913 - a case, a verb, whoever asks, and what they say
        self, work: Work, case: str, verb: CaseAction, now: int, by: Caseworker | None = None,
        *, reason: str = "", detail: str = "",
    ) -> CaseState | ActionRefusal:  # fmt: skip
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
        found = case_status.load_for_update(work, case)
        if found is None:
            return ActionRefusal(NO_SUCH_CASE)
        moved = check_move(found, verb, by, reason)
        if isinstance(moved, ActionRefusal):
            return moved
        case_status.store(work, case, self._next_status(found, verb, moved, detail, now))
        if verb is CaseAction.CLOSE:
            case_status.truncate_times(work, case, self._zone)
        self._audit.record(work, now, by.id if by else SYSTEM, verb.value, case, detail)
        return moved

    def _next_status(
        self, old: CaseStatus, verb: CaseAction, state: CaseState, detail: str, now: int
    ) -> CaseStatus:
        if verb in _REQUEUING_MOVES:
            return case_status.as_queued(
                old, state, self._reply_clocks.due_at(old.priority, now), now
            )
        if verb is CaseAction.CLOSE:
            return case_status.as_closed(old, detail, now)
        return case_status.as_worked_on(old, state, now) if state in _AT_WORK else old

    # --- What somebody holds -----------------------------------------------------------------

    @staticmethod
    def assigned_cases(work: Work, staff: str) -> list[str]:
        """Return the cases somebody holds and has not referred, the most urgent first."""
        return [case for (case,) in work.rows(_ASSIGNED, staff)]

    @staticmethod
    def chat_count(work: Work, staff: str) -> int:
        """Return how many chats somebody holds; one of priority 0 counts as two."""
        return int(work.rows(_CHAT_COUNT, staff)[0][0])

    def _is_at_capacity(self, work: Work, caseworker: Caseworker) -> bool:
        return self.chat_count(work, caseworker.id) >= caseworker.most

    @staticmethod
    def _unavailable_reason(caseworker: Caseworker, now: int) -> ActionRefusal | None:
        if not (caseworker.is_active and caseworker.is_on_duty):
            return ActionRefusal(NOT_ON_DUTY)
        return ActionRefusal(YOU_ARE_RESTING) if caseworker.rests_until > now else None

    def _transfer_obstacle(
        self, work: Work, found: CaseStatus, to: Caseworker, now: int
    ) -> Text | None:
        if found.holder == to.id:
            return COLLEAGUE_HOLDS_CASE
        if not serves(to, found.queue):
            return NOT_THEIR_QUEUE
        if self._unavailable_reason(to, now):
            return COLLEAGUE_UNAVAILABLE
        return COLLEAGUE_AT_CAPACITY if self._is_at_capacity(work, to) else None


def serves(caseworker: Caseworker, queue: str) -> bool:
    """Tell whether a queue is somebody's to answer in; whoever stands above serves all."""
    if caseworker.role is Role.AUDITOR or not caseworker.is_active:
        return False
    return caseworker.role in SENIOR_ROLES or queue in caseworker.queues


def check_move(
    found: CaseStatus, verb: CaseAction, by: Caseworker | None, reason: str = ""
) -> CaseState | ActionRefusal:
    """Return where a move somebody asks for would lead a case, or why it stays where it is."""
    role = by.role if by else None
    is_holder = by is not None and found.holder == by.id
    return next_state(found.state, verb, role, is_holder=is_holder, reason=reason)
