"""Duty by shifts: at its beginning a shift puts its colleague on duty, at its end off duty.

Going on and off duty by hand works as without shifts, and holds until the next beginning or end.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, literal

from bot.clock import MINUTE
from bot.hotline.events import Event, EventKind
from bot.hotline.staff.approved_keys import as_approved
from bot.hotline.staff.duty_shifts import DutyShifts, ShiftState
from bot.hotline.staff.enrolment import reads_cases
from bot.store.statements import select_by
from bot.store.tables.desk import desk_sessions
from bot.store.tables.service_hours import duty_shifts
from bot.vault.audit.log import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.hotline.queue.claims import Claims
    from bot.hotline.staff.staff import Caseworker, Staff
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.audit.log import AuditLog


_UNATTENDED = select_by(
    duty_shifts, "staff_id",
    by=(
        duty_shifts.c.state == literal(ShiftState.RUNNING.value),
        ~exists().where(
            desk_sessions.c.staff_id == duty_shifts.c.staff_id,
            desk_sessions.c.seen_at >= bindparam("since"),
        ),
    ),
)  # fmt: skip
PRESENT_FOR = 16 * MINUTE
"""A session ends after 15 minutes without activity, which is stored once a minute. Its row may stay
longer while no desk runs."""


def as_present(work: Work, staff: Iterable[Caseworker], now: int) -> list[Caseworker]:
    """Return staff, without duty for those whom a shift put on duty and who are not there.

    They are not signed in at the desk, and in no Telegram group. A shift alone must neither keep
    those on call from being called, nor tell a person that someone reads.
    """
    absent = {str(who) for (who,) in work.rows(_UNATTENDED, now - PRESENT_FOR)}
    return [
        replace(it, is_on_duty=False) if it.id in absent and not it.account else it for it in staff
    ]


class ShiftDuty:
    """Begins and ends shifts, inside units of work; asked every few seconds."""

    def __init__(self, vault: Vault, staff: Staff, claims: Claims, audit: AuditLog) -> None:
        self._vault = vault
        self._staff = staff
        self._claims = claims
        self._audit = audit

    def check(self, work: Work, now: int) -> list[Event]:
        """Put on and off duty whose shift begins or ends; return the cases that wait again."""
        events = []
        for shift, goes_on_duty in DutyShifts.cross_borders(work, now):
            by = self._staff.find(work, shift.staff)
            if by is None or not by.is_active or not reads_cases(by.role):
                continue
            if goes_on_duty and as_approved(self._vault, by) is None:
                continue  # they can open no case, and none must be left to them
            self._audit.record(
                work, now, SYSTEM, "shift_begin" if goes_on_duty else "shift_end", by.id
            )
            if by.is_on_duty == goes_on_duty:
                continue
            self._staff.set_duty(work, by.id, on=goes_on_duty)
            if not goes_on_duty:
                released = self._claims.end_shift(work, by, now)
                events += [Event(EventKind.RELEASED, case, by.id) for case in released]
        return events
