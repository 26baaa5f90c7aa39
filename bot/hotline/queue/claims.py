"""Claiming, releasing and transferring cases, and every other move of a case.

A claim is one compare-and-set: of all who try, from whatever process, one gets the case and the
others are told who holds it. Every move is allowed by `next_state`, stored by one function, and
recorded in the audit log in the same unit of work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from bot.cases.state_machine import (
    CASEWORK_ROLES,
    OPENS_NO_CASE,
    ActionRefusal,
    CaseAction,
    CaseState,
    next_state,
)
from bot.cases.urgency import Priority
from bot.hotline.queue import case_status
from bot.hotline.queue.next_case import (
    chat_count_query,
    colleagues_on_duty,
    is_spared,
    take_next,
    with_one_other_language,
)
from bot.hotline.queue.offers import EMERGENCY_WEIGHT, load_offers
from bot.hotline.queue.visibility import is_seen_by, serves
from bot.store.compiled import Prepared
from bot.store.statements import select_by, update_by
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
"""The audit detail of a claim outside the caseworker's languages."""
_REQUEUING_MOVES = frozenset({CaseAction.RELEASE, CaseAction.LAPSE, CaseAction.REOPEN})
_AT_WORK = frozenset({CaseState.OPEN, CaseState.REFERRED})

NO_SUCH_CASE = _("There is no such case.")
NOT_YOUR_QUEUE = _("This case waits in a queue you do not serve.")
NOT_ON_DUTY = _("You are not on duty; say that you are, then ask for the next case.")
YOU_ARE_RESTING = _(
    "You are resting: the next case goes to others. You can still claim one yourself."
)
NOBODY_WAITS = _("No case waits in your queues and languages.")
LEFT_TO_OTHERS = _(
    "A person in danger waits. You have just closed such a case, so a colleague on duty is asked "
    "first; you can still claim it yourself."
)
NOT_THEIR_OFFICE = _(
    "That colleague belongs to another office. Pass the case to that office instead; they find it "
    "among those that wait."
)
IN_THAT_OFFICE = _("This case belongs to that office already.")
NOT_THEIR_QUEUE = _("That colleague does not serve the queue of this case.")
COLLEAGUE_OPENS_NO_CASE = _("That colleague opens no case.")
COLLEAGUE_UNAVAILABLE = _("That colleague is not on duty, or is resting.")
COLLEAGUE_AT_CAPACITY = _("That colleague holds as many chats as they can.")
COLLEAGUE_HOLDS_CASE = _("That colleague holds this case already.")


@dataclass(frozen=True, slots=True)
class Claimed:
    """The case is claimed."""

    case: str
    is_other_language: bool = False
    """Whether the person writes in none of the caseworker's languages."""
    leaves_emergency: bool = False
    """Whether a person in danger waits, and a colleague should take that case first."""
    above_limit: int = 0
    """How many chats were agreed, if this is more: a person in danger comes first; else 0."""


@dataclass(frozen=True, slots=True)
class AlreadyClaimed:
    """A colleague was first."""

    staff: str
    """The id of the holder."""


@dataclass(frozen=True, slots=True)
class AtCapacity:
    """The caseworker holds as many chats as agreed; an emergency counts as two.

    No emergency is refused for that: a person in danger does not wait for a place.
    """

    most: int


ClaimResult = Claimed | AlreadyClaimed | AtCapacity | ActionRefusal

_TAKE = update_by(
    cases, "holder", "claimed_at", by=("id", cases.c.holder.is_(None), CASE_WAITS),
    constants={"status": CaseState.CLAIMED.value, "worked_at": None},
)  # fmt: skip
_SET_OFFICE = update_by(cases, "office", by="id")
_ASSIGNED = select_by(
    cases, "id", by=("holder", case_status.IS_ASSIGNED),
    order_by=("priority", "waiting_since", "id"),
)  # fmt: skip
_REFERRED = select_by(
    cases, "id", by=("holder", cases.c.status == CaseState.REFERRED.value),
    order_by=("priority", "waiting_since", "id"),
)  # fmt: skip
_CHAT_COUNT = Prepared(lambda _: chat_count_query("staff"), "staff")


class Claims:
    """Moves cases between the queue and their holders, inside units of work."""

    def __init__(self, audit: AuditLog, reply_clocks: ReplyClocks, zone: tzinfo = UTC) -> None:
        self._audit = audit
        self._reply_clocks = reply_clocks
        self._zone = zone
        """Of the days to which the times of a closed case are reduced."""

    def claim_next(self, work: Work, caseworker: Caseworker, now: int) -> ClaimResult:
        """Assign the next case they are offered to a caseworker."""
        moved = next_state(CaseState.WAITING, CaseAction.CLAIM, caseworker.role)
        if isinstance(moved, ActionRefusal):
            return moved
        if why := self._unavailable_reason(caseworker, now):
            return why
        colleagues = colleagues_on_duty(work, caseworker, now)
        offered = load_offers(work, caseworker, colleagues, now)
        spares = is_spared(work, caseworker, colleagues, offered, now)
        if not spares:  # else the one of the other language may be an emergency that is left out
            offered = with_one_other_language(work, caseworker, offered, now)
        taken = take_next(work, caseworker, offered, now, spares=spares)
        if taken is None and spares:
            return ActionRefusal(LEFT_TO_OTHERS)
        if taken is None:
            full = self._is_at_capacity(work, caseworker)
            return AtCapacity(caseworker.most) if full else ActionRefusal(NOBODY_WAITS)
        case, language, priority = taken
        is_other = language not in caseworker.languages
        above = 0
        if priority == Priority.EMERGENCY:
            before = self.chat_count(work, caseworker.id) - EMERGENCY_WEIGHT
            above = caseworker.most if before >= caseworker.most else 0
        detail = OTHER_LANGUAGE if is_other else ""
        self._audit.record(work, now, caseworker.id, CaseAction.CLAIM.value, case, detail)
        return Claimed(case, is_other, spares, above)

    def claim(self, work: Work, case: str, caseworker: Caseworker, now: int) -> ClaimResult:
        """Assign this case to a caseworker, if it has no holder and they may claim it."""
        # A caseworker who was overtaken tries once more, with the case locked: it may have been
        # released again already.
        for load in (case_status.load, case_status.load_for_update):
            found = load(work, case)
            if found is None:
                break
            if why := self._claim_obstacle(work, found, caseworker, now):
                return why
            is_other = found.language not in caseworker.languages
            is_above = self._is_at_capacity(work, caseworker)
            if self._take(work, case, caseworker, now, OTHER_LANGUAGE if is_other else ""):
                above = caseworker.most if is_above else 0
                return Claimed(case, is_other, above_limit=above)
        return ActionRefusal(NO_SUCH_CASE)

    def _take(
        self, work: Work, case: str, caseworker: Caseworker, now: int, detail: str = ""
    ) -> bool:
        """Claim by compare and set; return whether the case had no holder."""
        if not work.run(_TAKE, caseworker.id, now, case):
            return False
        self._audit.record(work, now, caseworker.id, CaseAction.CLAIM.value, case, detail)
        return True

    def _claim_obstacle(
        self, work: Work, found: CaseStatus, caseworker: Caseworker, now: int
    ) -> AlreadyClaimed | AtCapacity | ActionRefusal | None:
        """Return why a caseworker may not claim a case; None if they may."""
        if not caseworker.is_active:
            return ActionRefusal(NOT_ON_DUTY)
        if found.holder and found.state not in case_status.QUEUED:
            return AlreadyClaimed(found.holder)
        moved = next_state(found.state, CaseAction.CLAIM, caseworker.role)
        if isinstance(moved, ActionRefusal):
            return moved
        if not serves(caseworker, found.place, now):
            return ActionRefusal(NOT_YOUR_QUEUE)
        is_full = self._is_at_capacity(work, caseworker)
        is_refused = is_full and found.priority != Priority.EMERGENCY
        return AtCapacity(caseworker.most) if is_refused else None

    def release(
        self, work: Work, case: str, now: int, by: Caseworker | None = None
    ) -> CaseState | ActionRefusal:
        """Return a case to the queue."""
        return self.move(work, case, CaseAction.RELEASE, now, by)

    def end_shift(self, work: Work, caseworker: Caseworker, now: int) -> list[str]:
        """Release what a caseworker has claimed and not worked on; return these cases.

        They keep what they have worked on: only they know to whom to transfer it.
        """
        released = [
            case
            for case in self.assigned_cases(work, caseworker.id)
            if (status := case_status.load(work, case)) and status.state is CaseState.CLAIMED
        ]
        for case in released:
            self.release(work, case, now, caseworker)
        return released

    def lapse(self, work: Work, case: str, now: int) -> CaseState | ActionRefusal:
        """Return a case to the queue that was claimed and not worked on."""
        return self.move(work, case, CaseAction.LAPSE, now)

    def transfer(
        self, work: Work, case: str, to: Caseworker, now: int, by: Caseworker
    ) -> CaseState | ActionRefusal:
        """Transfer a case to a colleague, who has to be on duty and have room for it."""
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

    def pass_on(
        self, work: Work, case: str, office: str, now: int, by: Caseworker
    ) -> CaseState | ActionRefusal:
        """Let a case wait in another office; one that is held returns to the queue for that.

        All offices are one organisation, which is what the person agreed to: no consent is asked.
        """
        found = case_status.load_for_update(work, case)
        if found is None:
            return ActionRefusal(NO_SUCH_CASE)
        if found.office == office:
            return ActionRefusal(IN_THAT_OFFICE)
        moved: CaseState | ActionRefusal = found.state
        if found.state not in case_status.QUEUED:
            moved = check_move(found, CaseAction.RELEASE, by)
        elif not serves(by, found.place, now):
            moved = ActionRefusal(NOT_YOUR_QUEUE)
        if by.role not in CASEWORK_ROLES:
            moved = ActionRefusal(OPENS_NO_CASE)
        if isinstance(moved, ActionRefusal):
            return moved
        work.run(_SET_OFFICE, office, case)
        if moved is not found.state:
            place = found.place._replace(office=office)
            due_at = self._reply_clocks.due_at(work, place, found.priority, now)
            case_status.store(work, case, case_status.as_queued(found, moved, due_at, now))
        self._audit.record(work, now, by.id, "pass_on", case, f"{found.office or '-'}:{office}")
        return moved

    def reopen_if_closed(self, work: Work, case: str, now: int) -> bool:
        """Reopen a closed case to which the person sent more; return whether it was closed.

        What a person sends is never left unread because their case was closed.
        """
        found = case_status.load(work, case)
        if found is None or found.state is not CaseState.CLOSED:
            return False
        return isinstance(self.move(work, case, CaseAction.REOPEN, now), CaseState)

    def move(  # noqa: PLR0913 - what is moved, by whom, and why
        self, work: Work, case: str, verb: CaseAction, now: int, by: Caseworker | None = None,
        *, reason: str = "", detail: str = "",
    ) -> CaseState | ActionRefusal:  # fmt: skip
        """Move a case, store its status, and record who did it.

        Args:
            work: the unit of work.
            case: its id.
            verb: any action but a claim and a transfer, which have methods of their own.
            now: the moment.
            by: the caseworker; None for the system.
            reason: whether there is one matters; it is not stored.
            detail: a code for the audit log; for a close, the disposition.
        """
        found = case_status.load_for_update(work, case)
        if found is None:
            return ActionRefusal(NO_SUCH_CASE)
        moved = check_move(found, verb, by, reason)
        if isinstance(moved, ActionRefusal):
            return moved
        case_status.store(work, case, self._next_status(work, found, verb, moved, detail, now))
        if verb is CaseAction.CLOSE:
            case_status.truncate_times(work, case, self._zone)
        self._audit.record(work, now, by.id if by else SYSTEM, verb.value, case, detail)
        return moved

    def _next_status(
        self, work: Work, old: CaseStatus, verb: CaseAction, state: CaseState, detail: str,
        now: int,
    ) -> CaseStatus:  # fmt: skip
        if verb in _REQUEUING_MOVES:
            due_at = self._reply_clocks.due_at(work, old.place, old.priority, now)
            return case_status.as_queued(old, state, due_at, now)
        if verb is CaseAction.CLOSE:
            return case_status.as_closed(old, detail, now)
        return case_status.as_worked_on(old, state, now) if state in _AT_WORK else old

    @staticmethod
    def assigned_cases(work: Work, staff: str) -> list[str]:
        """Return the cases a caseworker holds and has not referred, the most urgent first."""
        return [case for (case,) in work.rows(_ASSIGNED, staff)]

    @staticmethod
    def referred_cases(work: Work, staff: str) -> list[str]:
        """Return the cases a caseworker referred and still answers for, the most urgent first."""
        return [case for (case,) in work.rows(_REFERRED, staff)]

    @staticmethod
    def chat_count(work: Work, staff: str) -> int:
        """Return how many chats a caseworker holds; an emergency counts as two."""
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
        if not is_seen_by(to, found.place, now):
            return NOT_THEIR_OFFICE
        if to.role not in CASEWORK_ROLES:
            return COLLEAGUE_OPENS_NO_CASE
        if not serves(to, found.place, now):
            return NOT_THEIR_QUEUE
        if self._unavailable_reason(to, now):
            return COLLEAGUE_UNAVAILABLE
        return COLLEAGUE_AT_CAPACITY if self._is_at_capacity(work, to) else None


def check_move(
    found: CaseStatus, verb: CaseAction, by: Caseworker | None, reason: str = ""
) -> CaseState | ActionRefusal:
    """Return the state to which an action would move a case, or why it may not."""
    role = by.role if by else None
    is_holder = by is not None and found.holder == by.id
    return next_state(found.state, verb, role, is_holder=is_holder, reason=reason)
