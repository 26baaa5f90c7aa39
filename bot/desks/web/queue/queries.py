"""Queries for the case lists.

A list is read from one index in its order, one page at a time: the cost does not grow with the
number of cases. Only the cases of the page are looked at one by one. Waiting and All in another
order than their own are the exception: all open cases are sorted. With 50,000 of them that takes
7 ms by waiting time and 29 ms by what is due, which needs no further index.

Of closed cases, caseworkers see their own, and supervisors all, the newest first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, tuple_

from bot.cases.consents import ConsentRecords
from bot.cases.routing import Queue
from bot.cases.state_machine import SENIOR_ROLES, CaseState
from bot.cases.urgency import order_reasons, reason_texts
from bot.desks.case_summary import CaseSummaries, CaseSummary
from bot.desks.web.case.drafts import drafted_cases
from bot.desks.web.preferences import BY_DUE, BY_PRIORITY, BY_WAITING, QueueFilter
from bot.desks.web.templates import MAX_COUNT
from bot.hotline.deadlines import CONTACT, MAX_LISTED
from bot.hotline.deliveries.messages import DeliveryMessages
from bot.hotline.origins.model import CHANNEL_NAMES
from bot.hotline.origins.store import CaseOrigins
from bot.hotline.queue.own_cases import DUE_ORDER, heard_in
from bot.hotline.queue.snooze import NO_DATES, Snoozes, snoozed_cases
from bot.hotline.queue.visibility import OFFICE_PARAMETERS, office_values, seen_by_offices
from bot.store.compiled import Prepared
from bot.store.statements import count, select_one
from bot.store.tables.case_extras import DEADLINE_IS_NEAR, clocks
from bot.store.tables.desk import CASE_IS_LISTED
from bot.store.tables.main import CASE_IS_CLOSED, cases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.desks.web.context import DeskContext
    from bot.hotline.staff.staff import Caseworker
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work
    from bot.text import Text

MINE, WAITING, ALL, LATER, CLOSED = "mine", "waiting", "all", "later", "closed"
PAGE_SIZE = 50
CHECK_IN_SILENCE = "check_in_silence"
"""Reason of a case whose person did not answer at the agreed check-in."""
_ASSIGNED = (CaseState.CLAIMED, CaseState.OPEN, CaseState.REFERRED)
_WAITING = (CaseState.WAITING, CaseState.REOPENED)
_STATES = {MINE: _ASSIGNED, LATER: _ASSIGNED, WAITING: _WAITING, ALL: (*_WAITING, *_ASSIGNED)}
_ORDER = (cases.c.priority, cases.c.waiting_since, cases.c.id)
"""By priority, then waiting time, then id for a stable order."""
_CLOSED_ORDER = (cases.c.closed_at.desc(), cases.c.id.desc())
_CLOSED_POSITION = select_one(cases, "closed_at", "id", by=("reference", CASE_IS_CLOSED))
_ORDERS = {
    BY_PRIORITY: _ORDER, BY_WAITING: (cases.c.waiting_since, cases.c.id), BY_DUE: DUE_ORDER,
}  # fmt: skip
_POSITIONS = {name: select_one(cases, *order, by="reference") for name, order in _ORDERS.items()}
_IS_ASSIGNED = (
    cases.c.holder == bindparam("who"),
    cases.c.status.in_([bindparam(f"state_{number}") for number in range(len(_ASSIGNED))]),
)
_COUNT_HELD = count(cases, by=_IS_ASSIGNED)
_COUNT_SNOOZED = Prepared(
    lambda _: (
        select(func.count()).select_from(cases).where(
            *_IS_ASSIGNED, cases.c.id.in_(snoozed_cases())
        )
    ),
    "who", "state_0", "state_1", "state_2", "aside_by", "aside_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case in a list."""

    summary: CaseSummary
    reasons: tuple[Text, ...]
    is_sealed: bool
    holder: str
    is_mine: bool
    deadlines: tuple[Deadline, ...] = ()
    snooze_ended: str = ""
    """Why the snooze ended, a key of `texts.SNOOZE_ENDED`; empty for none."""
    is_follow_up_due: bool = False
    snoozed_until: int | None = None
    is_consent_taken_back: bool = False
    has_partner_question: bool = False
    """Whether a partner who got a referral of the case waits for a reply."""
    channel: Text | None = None
    """How the person reached us, unless by chat."""
    heard_at: int | None = None
    """When the person last sent something; None if that is not known."""
    has_draft: bool = False
    """Whether the caseworker who reads the list has an unsent draft in it."""


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Number of cases in each list."""

    mine: int
    later: int = 0
    by_queue: Mapping[str, int] = field(default_factory=dict)

    @property
    def held(self) -> int:
        """Return all assigned cases, snoozed or not."""
        return self.mine + self.later

    def __getitem__(self, tab: str) -> int | None:
        waiting = sum(self.by_queue.values())
        return {MINE: self.mine, WAITING: waiting, LATER: self.later}.get(tab)


def queues_of(by: Caseworker) -> tuple[str, ...]:
    """Return the queues a caseworker sees."""
    return tuple(it.value for it in Queue) if by.role in SENIOR_ROLES else by.queues


def queue_counts(work: Work, by: Caseworker, now: int) -> QueueCounts:
    """Return the number of cases in each list of a caseworker."""
    held = int(work.rows(_COUNT_HELD, by.id, *_state_codes(MINE))[0][0])
    later = int(work.rows(_COUNT_SNOOZED, by.id, *_state_codes(LATER), by.id, now)[0][0])
    waiting = CaseSummaries.count_waiting(work, by, queues_of(by), MAX_COUNT + 1, now)
    return QueueCounts(held - later, later, waiting)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What to read: one page of one list of a caseworker."""

    by: Caseworker
    tab: str
    now: int
    case_filter: QueueFilter = field(default_factory=QueueFilter)
    after: str = ""
    """Number of the last case of the page before; if that is gone, reading starts at the first."""

    @property
    def order(self) -> str:
        """By what it is sorted: as chosen, else own cases by what is due, others by priority."""
        return self.case_filter.order or (BY_DUE if self.is_own else BY_PRIORITY)

    @property
    def is_own(self) -> bool:
        """Whether it lists the caseworker's own cases."""
        return self.tab in {MINE, LATER}

    @property
    def is_bounded(self) -> bool:
        """Whether only cases of their offices are listed: who holds one sees it in any case."""
        return bool(self.by.offices) and not self.is_own


def load_page(work: Work, context: DeskContext, query: ListQuery) -> tuple[list[QueueRow], str]:
    """Return one page of a list, and its last number if more follow.

    Unless an order was chosen, own cases come by the reply that is due first, all others by
    priority and waiting time; closed cases always come newest first.
    """
    found = find_cases(work, query)
    rows = load_rows(work, context, query.by, found[:PAGE_SIZE], query.now)
    last = rows[-1].summary.reference if rows and len(found) > PAGE_SIZE else ""
    if query.case_filter.has_near_deadline:  # the column in clear is as old as the last check
        rows = [row for row in rows if row.deadlines]
    return rows, last


def load_rows(
    work: Work, context: DeskContext, by: Caseworker, found: Sequence[str], now: int
) -> list[QueueRow]:
    """Return these cases as rows, without those that were erased."""
    dates = Snoozes.of_cases(work, found)
    taken_back = ConsentRecords(context.vault).taken_back_in(work, found)
    asked = DeliveryMessages.cases_with_open_question(work, found)
    names = {each.id: each.name or each.id for each in context.staff.all(work)}
    channels = CaseOrigins.channels(work, found)
    drafted = drafted_cases(work, found, by.id)
    summaries, heard = context.summaries.find_all(work, found), heard_in(work, found)
    rows = []
    for case in found:
        summary = summaries.get(case)
        if summary is None:
            continue
        reasons = order_reasons(summary.reasons or ())
        snooze = dates.get(case, NO_DATES)
        # After an unanswered check-in the contact deadline is shown from the first day.
        soon = [
            it
            for it in context.legal_deadlines.running_if_readable(work, case)
            if it.is_near(now) or (it.rule.code == CONTACT and CHECK_IN_SILENCE in reasons)
        ]
        is_waiting = summary.state in _WAITING
        rows.append(
            QueueRow(
                summary, tuple(reason_texts(reasons)), summary.reasons is None,
                "" if is_waiting else names.get(summary.holder, summary.holder),
                summary.holder == by.id, tuple(soon[:MAX_LISTED]),
                snooze.return_reason(by.id, now), snooze.is_due(now), snooze.snoozed_until,
                case in taken_back, case in asked,
                CHANNEL_NAMES[channels[case]] if case in channels else None, heard.get(case),
                case in drafted,
            )
        )  # fmt: skip
    return rows


def find_cases(work: Work, query: ListQuery) -> list[str]:
    """Return the ids of one page of a list, and of one case more if others follow."""
    if query.tab == CLOSED:
        return _closed_ids(work, query)
    by, wanted = query.by, query.case_filter
    visible = tuple(it.value for it in Queue) if query.is_own else queues_of(by)
    queues = [it for it in visible if wanted.queue in {"", it}]
    position = work.rows(_POSITIONS[query.order], query.after) if query.after else []
    if not queues:
        return []
    values: list[Any] = [*_state_codes(query.tab)]
    values += [queues[min(at, len(queues) - 1)] for at in range(len(Queue))]
    if query.is_own:
        values += [by.id, by.id, query.now]
    if wanted.language:
        values.append(wanted.language)
    if wanted.priority:
        values.append(int(wanted.priority))
    if wanted.county:
        values.append(wanted.county)
    if wanted.office:
        values.append(wanted.office)
    if wanted.is_overdue:
        values.append(query.now)
    if query.is_bounded:
        values += office_values(by, query.now)
    values += list(position[0]) if position else []
    shape = ListShape(
        query.tab, bool(wanted.language), bool(wanted.priority), wanted.has_near_deadline,
        bool(position), bool(wanted.county), query.order, wanted.is_overdue,
        has_office=bool(wanted.office), is_bounded=query.is_bounded,
    )  # fmt: skip
    statement = _list_statement(shape)
    return [str(case) for (case,) in work.rows(statement, *values, PAGE_SIZE + 1)]


@dataclass(frozen=True, slots=True)
class ListShape:
    """What a statement for a list depends on, without the values."""

    tab: str
    has_language: bool
    has_priority: bool
    is_soon: bool
    has_position: bool
    has_county: bool = False
    order: str = BY_PRIORITY
    is_overdue: bool = False
    has_office: bool = False
    is_bounded: bool = False


@cache
def _list_statement(shape: ListShape) -> Prepared:
    """Return the statement for a list.

    The states are listed one by one: with the condition of a smaller index, SQLite would use that
    and sort.
    """
    states = [f"state_{place}" for place in range(len(_STATES[shape.tab]))]
    queues = [f"queue_{place}" for place in range(len(Queue))]
    where: list[Any] = [
        CASE_IS_LISTED,
        cases.c.status.in_([bindparam(name) for name in states]),
        cases.c.queue.in_([bindparam(name) for name in queues]),
    ]
    names = [*states, *queues]
    if shape.tab in {MINE, LATER}:
        snoozed = cases.c.id.in_(snoozed_cases())
        where += [cases.c.holder == bindparam("who"), snoozed if shape.tab == LATER else ~snoozed]
        names += ["who", "aside_by", "aside_at"]
    for is_set, name, column in (
        (shape.has_language, "spoken", cases.c.language),
        (shape.has_priority, "level", cases.c.priority),
        (shape.has_county, "county", cases.c.county),
        (shape.has_office, "office", cases.c.office),
    ):
        if is_set:
            where.append(column == bindparam(name))
            names.append(name)
    if shape.is_overdue:
        where.append(cases.c.due_at < bindparam("now"))
        names.append("now")
    if shape.is_bounded:
        where.append(seen_by_offices())
        names += OFFICE_PARAMETERS
    if shape.is_soon:
        where.append(cases.c.id.in_(select(clocks.c.case_id).where(DEADLINE_IS_NEAR)))
    columns = _ORDERS[shape.order]
    if shape.has_position:
        position = tuple(f"from_{place}" for place in range(len(columns)))
        where.append(tuple_(*columns) > tuple_(*(bindparam(name) for name in position)))
        names += position
    statement = select(cases.c.id).where(*where).order_by(*columns).limit(bindparam("most"))
    return Prepared(lambda _: statement, *names, "most")


def _closed_ids(work: Work, query: ListQuery) -> list[str]:
    """Return closed cases, the newest first: those of a supervisor's offices, else the own ones."""
    by, wanted = query.by, query.case_filter
    position = work.rows(_CLOSED_POSITION, query.after) if query.after else []
    filters = {
        "holder": "" if by.role in SENIOR_ROLES else by.id, "queue": wanted.queue,
        "language": wanted.language, "priority": wanted.priority, "disposition": wanted.outcome,
        "office": wanted.office,
    }  # fmt: skip
    chosen = {name: value for name, value in filters.items() if value}
    values = [int(value) if name == "priority" else value for name, value in chosen.items()]
    is_bounded = bool(by.offices) and "holder" not in chosen
    values += office_values(by, query.now) if is_bounded else ()
    values += [*position[0], position[0][0]] if position else []
    statement = _closed_statement(tuple(chosen), bool(position), is_bounded=is_bounded)
    return [str(case) for (case,) in work.rows(statement, *values, PAGE_SIZE + 1)]


@cache
def _closed_statement(
    chosen: tuple[str, ...], has_position: bool, *, is_bounded: bool = False
) -> Prepared:
    """Return the statement for the list of closed cases, with conditions on these columns.

    Closing a case deletes its county, and no legal deadline runs in it: nothing filters by them.
    """
    names = list(chosen)
    where: list[Any] = [CASE_IS_CLOSED, *(cases.c[it] == bindparam(it) for it in chosen)]
    if is_bounded:
        where.append(seen_by_offices())
        names += OFFICE_PARAMETERS
    if has_position:
        names += ["from_closed", "from_case", "closed_until"]
        where.append(
            tuple_(cases.c.closed_at, cases.c.id)
            < tuple_(bindparam("from_closed"), bindparam("from_case"))
        )
        # Without this SQLite would read the index from its end for every page.
        where.append(cases.c.closed_at <= bindparam("closed_until"))
    statement = select(cases.c.id).where(*where).order_by(*_CLOSED_ORDER).limit(bindparam("most"))
    return Prepared(lambda _: statement, *names, "most")


def _state_codes(tab: str) -> tuple[str, ...]:
    return tuple(state.value for state in _STATES[tab])
