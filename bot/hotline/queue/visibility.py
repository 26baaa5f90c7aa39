"""Who sees a case besides its holder: those who serve its queue and work for its office.

Who belongs to no office works for all of them; so does everyone while there is none. A case
whose reply is overdue is seen by all offices: no one waits for the opening of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String, bindparam, or_

from bot.cases.state_machine import CASE_ROLES, SENIOR_ROLES
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause

    from bot.cases.offices import CasePlace
    from bot.hotline.staff.staff import Caseworker

OFFICE_PARAMETERS = ("offices", "overdue_at")
"""Parameters of `seen_by_offices`; `office_values` returns what they are for a caseworker."""


def works_for(by: Caseworker, office: str | None) -> bool:
    """Return whether a caseworker works for an office; every one does for a case of all offices."""
    return not by.offices or office is None or office in by.offices


def is_seen_by(by: Caseworker, place: CasePlace, now: int) -> bool:
    """Return whether a case is one of a caseworker's offices, or its reply is overdue."""
    return works_for(by, place.office) or (place.due_at is not None and place.due_at <= now)


def serves(by: Caseworker, place: CasePlace, now: int) -> bool:
    """Return whether a caseworker may take a case that waits; senior staff serve all queues."""
    if by.role not in CASE_ROLES or not by.is_active or not is_seen_by(by, place, now):
        return False
    return by.role in SENIOR_ROLES or place.queue in by.queues


def supervises(by: Caseworker, place: CasePlace, now: int) -> bool:
    """Return whether a case is one of those that a supervisor or administrator is responsible for.

    A supervisor of some offices is responsible for theirs; one without an office for all.
    """
    return by.role in SENIOR_ROLES and is_seen_by(by, place, now)


def seen_by_offices(table: FromClause = cases) -> ColumnElement[bool]:
    """Return, as SQL, what `is_seen_by` says of a caseworker who belongs to some offices."""
    return or_(
        table.c.office.is_(None),
        bindparam("offices", type_=String).contains(table.c.office),
        table.c.due_at <= bindparam("overdue_at"),
    )


def office_values(by: Caseworker, now: int) -> tuple[str, int]:
    """Return the parameters of `seen_by_offices`; ids have one length, so none is part of two."""
    return " ".join(by.offices), now
