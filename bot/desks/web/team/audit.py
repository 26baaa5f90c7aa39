"""Audit log page, its verification, and the report of who opened which case in a week."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.clock import DAY
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.desks.web.team.audit_view import audit_lines, staff_names
from bot.hotline.commands.permissions import BREAK_GLASS
from bot.store.compiled import Prepared
from bot.store.statements import select_by, select_one
from bot.store.tables.main import audit, cases
from bot.vault.audit.log import AUDIT_COLUMNS, AuditBreak, AuditRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.desks.web.request import DeskRequest, Response
    from bot.desks.web.team.audit_view import AuditLine
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

WEEK = 7 * DAY
MAX_WEEKS = 104  # the log is kept for two years
READ = "read"
SEARCH = "search"
"""The detail of a row about a case that was not opened: a search read it, and showed an excerpt."""
EXPORT_ACTIONS = ("draft", "export", "evidence_exported", "receipt_print", "two_use")
ESCROW_ACTIONS = ("escrow_made", "escrow_replaced", "escrow_opened")
"""Actions with the key that opens every case."""
REPORTED_ACTIONS = (READ, BREAK_GLASS, *EXPORT_ACTIONS, *ESCROW_ACTIONS)
"""Reading a case, opening a colleague's case with a reason, exports, and uses of the escrow key."""
MAX_ROWS = 50_000
CASES_SHOWN = 60

ROWS_SHOWN = 200
_NEWEST = select_by(audit, *AUDIT_COLUMNS, order_by=audit.c.id.desc(), limit=bindparam("most"))
_ID_RANGE = Prepared(lambda _: select(func.min(audit.c.id), func.max(audit.c.id)))
_ROW_FROM = select_by(
    audit, "id", "at", by=audit.c.id >= bindparam("number"), order_by="id", limit=1
)
_ACTIONS = [f"action_{number}" for number in range(len(REPORTED_ACTIONS))]
_BETWEEN = select_by(
    audit, "actor", "deed", "subject", "detail", limit=bindparam("most"),
    by=(
        audit.c.id >= bindparam("first"), audit.c.id < bindparam("last"),
        audit.c.deed.in_([bindparam(name) for name in _ACTIONS]),
    ),
)  # fmt: skip
_EARLIER = select_by(
    audit, "id", order_by=audit.c.id.desc(), limit=1,
    by=(
        audit.c.id < bindparam("first"),
        audit.c.deed.in_([bindparam(name) for name in _ACTIONS]),
    ),
)  # fmt: skip
_REFERENCE = select_one(cases, "reference", by="id")


@dataclass(slots=True)
class AccessSummary:
    """What one member of staff read in a week."""

    who: str
    cases: Counter[str] = field(default_factory=Counter)
    searched: Counter[str] = field(default_factory=Counter)
    """Cases that a search found."""
    with_reason: Counter[str] = field(default_factory=Counter)
    exports: int = 0
    escrow_uses: int = 0

    @property
    def only_searched(self) -> list[str]:
        """The cases that a search found and that were not opened."""
        return [case for case, _times in self.searched.most_common() if case not in self.cases]


def summarize(rows: Iterable[tuple[str, str, str, str]]) -> list[AccessSummary]:
    """Summarize rows of actor, action, subject and detail by member of staff, most cases first."""
    found: dict[str, AccessSummary] = {}
    for actor, action, subject, detail in rows:
        reader = found.setdefault(actor, AccessSummary(actor))
        if action == READ and detail == SEARCH:
            reader.searched[subject] += 1
        elif action == READ:
            reader.cases[subject] += 1
        elif action == BREAK_GLASS:
            reader.with_reason[subject] += 1
        elif action in ESCROW_ACTIONS:
            reader.escrow_uses += 1
        else:
            reader.exports += 1
    return sorted(found.values(), key=lambda it: (-len(it.cases), it.who))


def first_row_since(work: Work, moment: int) -> int:
    """Return the first row id since a moment, by binary search: ids grow with time."""
    low, high = (int(it or 0) for it in work.rows(_ID_RANGE)[0])
    high += 1
    while low < high:
        middle = (low + high) // 2
        row = work.rows(_ROW_FROM, middle)
        if row and row[0][1] < moment:
            low = row[0][0] + 1
        else:
            high = middle
    return low


def week_summary(work: Work, now: int, back: int) -> list[AccessSummary]:
    """Return the summaries of the week that ended `back` weeks ago."""
    until = now - back * WEEK
    first, last = first_row_since(work, until - WEEK), first_row_since(work, until + 1)
    return summarize(work.rows(_BETWEEN, first, last, *REPORTED_ACTIONS, MAX_ROWS))


def has_earlier(work: Work, now: int, back: int) -> bool:
    """Return whether the report has a line before the week that ended `back` weeks ago."""
    first = first_row_since(work, now - (back + 1) * WEEK)
    return bool(work.rows(_EARLIER, first, *REPORTED_ACTIONS))


@get("/audit/reads", Permission.AUDIT)
async def _access_report(request: DeskRequest) -> Response:
    given = request.http.query_params.get("back", "0")
    is_number = given.isascii() and given.isdecimal() and len(given) <= len(str(MAX_WEEKS))
    back = min(int(given), MAX_WEEKS) if is_number else 0
    now = request.now

    def look(work: Work) -> tuple[list[AccessSummary], dict[str, str], list[Caseworker], bool]:
        found = week_summary(work, now, back)
        mentioned = {
            it for each in found for it in [*each.cases, *each.searched, *each.with_reason]
        }
        references = {it: str(row[0][0]) for it in mentioned if (row := work.rows(_REFERENCE, it))}
        is_first = back >= MAX_WEEKS or not has_earlier(work, now, back)
        return found, references, request.context.staff.all(work), is_first

    found, references, staff, is_first = await request.read(look)
    until = now - back * WEEK
    return request.render(
        "access_report.html", readers=found, references=references, back=back,
        names=staff_names(request, staff), is_first=is_first, max_cases=CASES_SHOWN,
        since=request.locale.format_time(until - WEEK, now),
        until=request.locale.format_time(until, now),
    )  # fmt: skip


# --- The log ----------------------------------------------------------------------------------


@get("/audit", Permission.AUDIT)
async def _audit_page(request: DeskRequest) -> Response:
    return await _render_log(request, None)


@post("/audit/check", Permission.AUDIT, repetition=Repetition.ALLOWED)
async def _verify_log(request: DeskRequest) -> Response:
    context = request.context
    found = await asyncio.to_thread(context.audit.verify_stored, context.database)
    return await _render_log(request, found)


async def _render_log(request: DeskRequest, check: object) -> Response:
    def look(work: Work) -> list[AuditLine]:
        rows = [AuditRow(*row) for row in work.rows(_NEWEST, ROWS_SHOWN)]
        return audit_lines(work, request, rows)

    return request.render(
        "audit.html", rows=await request.read(look), check=check,
        is_broken=isinstance(check, AuditBreak),
    )  # fmt: skip
