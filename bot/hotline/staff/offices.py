"""Offices as they are stored, and which of them are ready.

They are sealed and bound to their rows: one that was changed in the database does not open, and
counts as not stored, so its cases are seen by those who work for all offices, and once overdue by
everyone.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import bindparam

from bot.cases.offices import Office, OfficePlan, choose_office, raise_office
from bot.cases.state_machine import CaseState
from bot.cases.urgency import Priority
from bot.errors import DecryptionError
from bot.hotline.staff.staff import ACTIVE, IS_ON_DUTY
from bot.store.statements import count, insert, select_by, update_by
from bot.store.tables.main import CASE_WAITS, cases, staff
from bot.store.tables.offices import offices
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.hotline.staff.service_hours import ServiceHours
    from bot.hotline.staff.staff import Caseworker, Staff
    from bot.store.writer import Work
    from bot.vault import Vault

MAX_OFFICES, MAX_NAME = 16, 60
"""Open offices of a deployment, and characters of the name of one."""
_ID_BYTES = 4

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Office).decode
_ALL = select_by(offices, "id", "sealed", order_by=("made_at", "id"))
_ADD = insert(offices, "id", "sealed", "made_at", "set_by", "set_at")
_SET = update_by(offices, "sealed", "set_by", "set_at", by="id")
_ON_DUTY = select_by(
    staff,
    "offices",
    by=(*IS_ON_DUTY, staff.c.rests_until <= bindparam("now")),
)
_COUNT_MEMBERS = count(staff, by=(staff.c.state == ACTIVE, staff.c.offices.is_not(None)))
_OPEN = cases.c.status != CaseState.CLOSED.value
_MOVE_OPEN = update_by(cases, "office", by=("office", _OPEN))
_WAITING_OF = select_by(cases, "id", by=(CASE_WAITS, "office"))


class Offices:
    """The offices of a deployment, used inside units of work."""

    def __init__(self, vault: Vault, hours: ServiceHours) -> None:
        self._vault = vault
        self._hours = hours
        self._last: tuple[Work | None, tuple[tuple[Any, ...], ...], OfficePlan] = (
            None, (), OfficePlan(),
        )  # fmt: skip

    @property
    def latest(self) -> OfficePlan:
        """The offices that were read last in this process."""
        return self._last[2]

    def plan(self, work: Work) -> OfficePlan:
        """Return the offices that there are now."""
        # Threads of a desk read at the same time: each returns what it read itself.
        seen_by, rows, plan = self._last
        if seen_by is work:
            return plan
        found = tuple(tuple(row) for row in work.rows(_ALL))
        if found != rows:
            rows, plan = found, OfficePlan(tuple(self._open_all(found)))
        self._last = (work, rows, plan)
        return plan

    def office_of(self, work: Work, county: str | None, priority: int, now: int) -> str | None:
        """Return the office of a new case, as `choose_office`."""
        plan = self.plan(work)
        return choose_office(plan, county, priority, self._ready(work, plan, priority, now))

    def office_after(self, work: Work, current: str, priority: int, now: int) -> str | None:
        """Return the office of a waiting case that became more urgent, as `raise_office`."""
        plan = self.plan(work)
        return raise_office(plan, current, priority, self._ready(work, plan, priority, now))

    def ready(self, work: Work, now: int) -> frozenset[str]:
        """Return the offices that are open and have a caseworker on duty.

        An office without fixed hours is open; a colleague of no office is on duty for all.
        """
        on_duty = [str(of or "").split() for (of,) in work.rows(_ON_DUTY, now)]
        hours = self._hours.plan(work)
        return frozenset(
            it.id
            for it in self.plan(work)
            if any(not of or it.id in of for of in on_duty) and hours.is_open("", it.id, now)
        )

    def _ready(self, work: Work, plan: OfficePlan, priority: int, now: int) -> frozenset[str]:
        """Return the same where it matters, without a query where it does not."""
        is_asked = bool(plan) and priority == Priority.EMERGENCY
        return self.ready(work, now) if is_asked else frozenset()

    # --- changes ------------------------------------------------------------------------------

    def add(self, work: Work, office: Office, by: str, now: int) -> Office:
        """Store a new office under an id of its own; the first one is the default."""
        taken = {it.id for it in self.plan(work).offices}
        while (number := secrets.token_hex(_ID_BYTES)) in taken:
            pass
        new = replace(office, id=number, is_default=office.is_default or not self.plan(work))
        work.run(_ADD, number, self._seal(new), now, by, now)
        self._forget()
        self._keep_one_default(work, new, by, now)
        return new

    def change(self, work: Work, office: Office, by: str, now: int) -> None:
        """Store other names and counties; if it is made the default, no other one is it."""
        self._store(work, office, by, now)
        self._keep_one_default(work, office, by, now)

    def close(
        self, work: Work, office: Office, staff_: Staff, by: str, now: int
    ) -> list[Caseworker]:
        """Close an office; return the colleagues who belonged to it.

        Its open cases and its colleagues go to the default office, so that nothing waits unseen and
        no one sees more than before. With the last office all borders end.
        """
        self._store(work, replace(office, counties=(), is_default=False, ended_at=now), by, now)
        heir = self.plan(work).default
        work.run(_MOVE_OPEN, heir.id if heir else None, office.id)
        moved = [it for it in staff_.all(work) if office.id in it.offices]
        for colleague in moved:
            left = [it for it in colleague.offices if it != office.id]
            staff_.set_offices(work, colleague.id, left or ([heir.id] if heir else []))
        return moved

    @staticmethod
    def waiting_of(work: Work, office: str) -> int:
        """Return how many cases wait in an office."""
        return len(work.rows(_WAITING_OF, office))

    @staticmethod
    def count_members(work: Work) -> int:
        """Return how many colleagues with access belong to an office."""
        return int(work.rows(_COUNT_MEMBERS)[0][0])

    def _keep_one_default(self, work: Work, office: Office, by: str, now: int) -> None:
        for other in self.plan(work) if office.is_default else ():
            if other.id != office.id and other.is_default:
                self._store(work, replace(other, is_default=False), by, now)

    def _store(self, work: Work, office: Office, by: str, now: int) -> None:
        work.run(_SET, self._seal(office), by, now, office.id)
        self._forget()

    def _forget(self) -> None:
        self._last = (None, *self._last[1:])

    def _seal(self, office: Office) -> bytes:
        return self._vault.seal(Purpose.STAFF, _associated_data(office.id), _encode(office))

    def _open_all(self, rows: Iterable[tuple[Any, ...]]) -> Iterable[Office]:
        for number, sealed in rows:
            try:
                plain = self._vault.open(Purpose.STAFF, _associated_data(number), bytes(sealed))
                yield _decode(plain)
            except (DecryptionError, msgspec.MsgspecError):
                continue


def _associated_data(office: str) -> bytes:
    return f"office/{office}".encode()
