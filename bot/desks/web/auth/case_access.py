"""Access check for one case, made before anything of it is read.

A case that does not exist, was erased, waits in another queue or office, or belongs to a colleague
raises the same `NotFoundError`. Even past this check a case opens only with a key that fits: the
vault wraps it for its assigned caseworker and the supervisors (`bot.vault.keys.case_access`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_

from bot.cases.offices import CasePlace
from bot.cases.reference import parse_reference
from bot.cases.state_machine import CaseState, Role
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.hotline.queue.visibility import serves, supervises
from bot.store.statements import select_by, select_in, select_one
from bot.store.tables.main import CASE_WAITS, cases

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.desks.case_summary import CaseSummary
    from bot.store.writer import Work

_STATUS_COLUMNS = ("id", "holder", "status", "queue", "office", "due_at")
_CASE_STATUS = select_one(cases, *_STATUS_COLUMNS, by="reference")
_OWN_AND_WAITING = select_by(
    cases, *_STATUS_COLUMNS, by=or_(cases.c.holder == bindparam("who"), CASE_WAITS)
)
_STATUSES = select_in(cases, *_STATUS_COLUMNS, among="id")
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
    if not rows or not _may_see(request, *rows[0][1:]):
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


def readable_cases(work: Work, request: DeskRequest) -> set[str]:
    """Return all cases whose content the caseworker may read now, if their key opens them.

    A colleague's case is among them only once a supervisor has given a reason in this session.
    """
    rows = work.rows(_OWN_AND_WAITING, request.caseworker.id)
    opened = list(request.current_session.break_glass_cases)
    if opened:
        rows += work.rows_in(_STATUSES, opened)
    return {str(row[0]) for row in rows if _may_read(request, *row)}


def readable_among(work: Work, request: DeskRequest, found: Collection[str]) -> set[str]:
    """Return those of these cases whose content the caseworker may read now."""
    rows = work.rows_in(_STATUSES, list(found)) if found else []
    return {str(row[0]) for row in rows if _may_read(request, *row)}


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


def _may_see(request: DeskRequest, holder: str | None, status: str, *place: Any) -> bool:
    by, now, waits_in = request.caseworker, request.now, CasePlace(*place)
    waits_here = CaseState(status) in QUEUED and serves(by, waits_in, now)
    return holder == by.id or waits_here or supervises(by, waits_in, now)


def _may_read(
    request: DeskRequest, case: str, holder: str | None, status: str, *place: Any
) -> bool:
    """Return the same as `check_readable`, from columns that a query of many cases returns."""
    by, session = request.caseworker, request.current_session
    if by.role is Role.ADMINISTRATOR or not _may_see(request, holder, status, *place):
        return False
    is_colleagues = bool(holder) and holder != by.id and CaseState(status) not in QUEUED
    return not is_colleagues or case in session.break_glass_cases
