"""Access check for one case, made before anything of it is read.

A case that does not exist, was erased, waits in another queue or belongs to a colleague raises the
same `NotFoundError`. Even past this check a case opens only with a key that fits: the vault wraps
it for its assigned caseworker and the supervisors (`bot.vault.keys.case_access`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.reference import parse_reference
from bot.cases.state_machine import SENIOR_ROLES, CaseState, Role
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.hotline.queue.claims import serves
from bot.store.statements import select_one
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.desks.case_summary import CaseSummary
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

_CASE_STATUS = select_one(cases, "id", "holder", "status", "queue", by="reference")
QUEUED = frozenset({CaseState.WAITING, CaseState.REOPENED})


@dataclass(frozen=True, slots=True)
class CaseAccess:
    """A case the caseworker may see, and how far."""

    summary: CaseSummary
    is_mine: bool
    may_read: bool  # whether the caseworker may read its content, if their key opens it
    needs_reason: bool
    """Whether it is a colleague's case: a supervisor gives a reason before opening it."""

    @property
    def case(self) -> str:
        """Return the id of the case."""
        return self.summary.case


def check_case_access(work: Work, request: DeskRequest, reference: str) -> CaseAccess:
    """Return a case by its number; raise NotFoundError for none, or without access."""
    rows = work.rows(_CASE_STATUS, parse_reference(reference)) if reference.isalnum() else []
    # Nothing is decrypted before this check, so that a forbidden case takes no longer than none.
    if not rows or not _may_see(request.caseworker, *rows[0][1:]):
        raise NotFoundError("no case, or no access")
    summary = request.context.summaries.find(work, str(rows[0][0]))
    if summary is None:
        raise NotFoundError("erased meanwhile")
    by = request.caseworker
    is_mine = summary.holder == by.id
    request.current_session.known_references.add(summary.reference)
    is_colleagues = bool(summary.holder) and not is_mine and summary.state not in QUEUED
    needs_reason = is_colleagues and summary.case not in request.current_session.break_glass_cases
    may_read = by.role is not Role.ADMINISTRATOR and not needs_reason
    return CaseAccess(summary, is_mine, may_read, needs_reason and by.role is Role.SUPERVISOR)


def check_readable(work: Work, request: DeskRequest, reference: str) -> CaseAccess:
    """Return a case whose content the caseworker may read; raise NotFoundError otherwise."""
    access = check_case_access(work, request, reference)
    if not access.may_read:
        raise NotFoundError("no access")
    return access


async def access_case(request: DeskRequest) -> CaseAccess:
    """Return the case that a request names, as `check_case_access`."""
    return await request.read(
        lambda work: check_case_access(work, request, request.param("reference"))
    )


async def read_case(request: DeskRequest) -> CaseAccess:
    """Return the case that a request names, as `check_readable`."""
    return await request.read(
        lambda work: check_readable(work, request, request.param("reference"))
    )


def _may_see(by: Caseworker, holder: str | None, status: str, queue: str) -> bool:
    waits_here = CaseState(status) in QUEUED and serves(by, queue)
    return holder == by.id or waits_here or by.role in SENIOR_ROLES
