"""Notice of a shift that ends or has ended: when it is shown, and when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import MINUTE, SECOND
from bot.hotline.staff.duty_shifts import DutyShift, ShiftState

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTICE_BEFORE, NOTICE_AFTER = 15 * MINUTE, 30 * MINUTE
"""How long before and after the end of a shift the notice is shown."""
BORDER_DELAY = 10 * SECOND
"""After the end of a shift its colleague is off duty within this time."""


@dataclass(frozen=True, slots=True)
class ShiftNotice:
    """What a page says about the colleague's shift; without `ends_at`, nothing yet."""

    ends_at: int = 0
    is_over: bool = False
    next_names: tuple[str, ...] = ()
    """Of those who are planned to be on duty then."""
    changes_at: int = 0
    """When the notice has to be computed again; 0 for never."""


def shift_notice(shifts: Sequence[DutyShift], is_on_duty: bool, now: int) -> ShiftNotice:
    """Return the notice for a colleague's shifts, without the names of colleagues.

    A shift that the next one follows without a pause does not end. Someone who is on duty after
    the end has decided to stay, and is told nothing.
    """
    current = next((it for it in shifts if it.begins_at <= now < it.ends_at), None)
    if current is not None:
        ends_at = _end_of(current, shifts)
        if not is_on_duty:
            return ShiftNotice()
        if now < ends_at - NOTICE_BEFORE:
            return ShiftNotice(changes_at=ends_at - NOTICE_BEFORE)
        return ShiftNotice(ends_at, changes_at=ends_at + BORDER_DELAY)
    ended = [it for it in shifts if it.ends_at <= now]
    if ended and not is_on_duty and ended[-1].state is ShiftState.OVER:
        ends_at = ended[-1].ends_at
        return ShiftNotice(ends_at, is_over=True, changes_at=ends_at + NOTICE_AFTER)
    if ended and ended[-1].state is ShiftState.RUNNING:
        return ShiftNotice(changes_at=now + BORDER_DELAY)
    return ShiftNotice()


def _end_of(current: DutyShift, shifts: Sequence[DutyShift]) -> int:
    """Return when a shift ends, with those that follow it without a pause."""
    ends_at = current.ends_at
    for shift in shifts:
        if shift.begins_at <= ends_at < shift.ends_at:
            ends_at = shift.ends_at
    return ends_at
