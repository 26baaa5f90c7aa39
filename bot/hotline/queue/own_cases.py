"""The cases a caseworker holds, with what their people did since the caseworker looked.

Two statements for all of them, however many there are: nothing is read case by case, and nothing is
decrypted. A message counts as unread until the caseworker has looked at it or has written after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, literal, select

from bot.cases.state_machine import CaseState
from bot.hotline.chat.messages import MessageSide
from bot.hotline.queue.snooze import snoozed_cases
from bot.store.compiled import Prepared
from bot.store.statements import select_in, select_one
from bot.store.tables.case_extras import case_looks
from bot.store.tables.main import cases, exchanges, reports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, ScalarSelect, Select

    from bot.store.writer import Work

MAX_LISTED = 50
NEVER = 2**62
"""In place of the moment of a reply that is not due; it sorts behind every moment."""
DUE_ORDER = (
    func.coalesce(cases.c.due_at, literal(NEVER)), cases.c.priority, cases.c.waiting_since,
    cases.c.id,
)  # fmt: skip
"""Order of own cases: by the reply that is due first, then as in the queue."""
HELD_STATES = (CaseState.CLAIMED, CaseState.OPEN, CaseState.REFERRED)
_STATE_NAMES = tuple(f"state_{place}" for place in range(len(HELD_STATES)))
_PARAMETERS = ("who", *_STATE_NAMES, "aside_by", "aside_at", "most")


@dataclass(frozen=True, slots=True)
class SeenMark:
    """Up to where a caseworker has looked at a case."""

    message: int = 0
    """Number of the newest message that was shown."""
    at: int = 0

    def merge(self, other: SeenMark) -> SeenMark:
        """Return the mark that is ahead of both."""
        return SeenMark(max(self.message, other.message), max(self.at, other.at))


NOT_SEEN = SeenMark()


@dataclass(frozen=True, slots=True)
class OwnCase:
    """One case of a caseworker, as far as it is known without its key."""

    case: str
    reference: str
    priority: int
    language: str
    queue: str
    due_at: int | None
    heard_at: int | None
    """When the person last sent something; None if that is not known."""
    unread: int
    """Messages and reports of the person that the caseworker has not looked at."""


_EARLIER = exchanges.alias("earlier")
_OF_PERSON = literal(MessageSide.PERSON.value)


def _newest(column: ColumnElement[Any], where: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Return, as SQL, one column of the newest message of a case for which a condition holds."""
    found = select(column).where(_EARLIER.c.case_id == cases.c.id, where).correlate(cases)
    return found.order_by(_EARLIER.c.id.desc()).limit(1).scalar_subquery()


_LAST_MESSAGE = _newest(_EARLIER.c.at, _EARLIER.c.side == _OF_PERSON)
_LAST_REPORT = (
    select(func.max(reports.c.sent_at)).where(reports.c.case_id == cases.c.id).scalar_subquery()
)
_OWN_LAST = func.coalesce(_newest(_EARLIER.c.id, _EARLIER.c.author == bindparam("who")), 0)


def _seen(column: str) -> ColumnElement[Any]:
    """Return, as SQL, one number of the mark of `who` in a case; 0 without a mark."""
    found = select(case_looks.c[column]).where(
        case_looks.c.case_id == cases.c.id, case_looks.c.staff_id == bindparam("who")
    )
    return func.coalesce(found.correlate(cases).scalar_subquery(), 0)


_SEEN_MESSAGE, _SEEN_AT = _seen("seen_message"), _seen("seen_at")
_COLUMNS: tuple[Any, ...] = (
    cases.c.id, cases.c.reference, cases.c.priority, cases.c.language, cases.c.queue,
    cases.c.due_at, cases.c.claimed_at, _LAST_MESSAGE, _LAST_REPORT, _SEEN_MESSAGE, _SEEN_AT,
)  # fmt: skip


def _own(*columns: Any) -> Select[Any]:
    """Return, as SQL, columns of the cases that `who` holds and has not snoozed."""
    first = select(cases.c.id).where(
        cases.c.holder == bindparam("who"),
        cases.c.status.in_([bindparam(name) for name in _STATE_NAMES]),
        ~cases.c.id.in_(snoozed_cases()),
    )
    # Chosen first: the columns are read for the listed cases only.
    listed = first.order_by(*DUE_ORDER).limit(bindparam("most")).subquery("listed")
    return select(*columns).where(cases.c.id.in_(select(listed.c.id)))


_LIST = Prepared(lambda _: _own(*_COLUMNS).order_by(*DUE_ORDER), *_PARAMETERS)
_UNREAD = Prepared(
    lambda _: _own(cases.c.id, exchanges.c.id).where(
        exchanges.c.case_id == cases.c.id,
        exchanges.c.id > _OWN_LAST,
        exchanges.c.id > _SEEN_MESSAGE,
        exchanges.c.side == _OF_PERSON,
    ),
    *_PARAMETERS,
)

_HEARD = select_in(cases, "id", _LAST_MESSAGE, _LAST_REPORT, among="id")
_NEWEST = select_one(exchanges, func.coalesce(func.max(exchanges.c.id), 0), by="case_id")
_MARK = Prepared(
    lambda _: select(_SEEN_MESSAGE, _SEEN_AT, _LAST_REPORT).where(cases.c.id == bindparam("of")),
    "who", "of",
)  # fmt: skip


def new_mark(work: Work, case: str, who: str, message: int, now: int) -> SeenMark | None:
    """Return how far a caseworker has seen a case who was shown it up to the number of a message.

    None if that is stored already: neither a message nor a report was added.
    """
    mark = SeenMark(min(message, int(work.rows(_NEWEST, case)[0][0])), now)
    for stored, seen_at, sent_at in work.rows(_MARK, who, case):
        if mark.message > stored or (sent_at or 0) > seen_at:
            return mark
    return None


def heard_in(work: Work, found: Sequence[str]) -> dict[str, int]:
    """Return when the person of each of these cases last sent something, by case."""
    rows = work.rows_in(_HEARD, found) if found else []
    moments = {str(case): max(wrote_at or 0, sent_at or 0) for case, wrote_at, sent_at in rows}
    return {case: at for case, at in moments.items() if at}


def own_cases(
    work: Work, who: str, now: int, seen: Mapping[str, SeenMark] | None = None
) -> list[OwnCase]:
    """Return the cases a caseworker holds and has not snoozed, by the reply that is due first.

    `seen` says, by case, up to where they have looked, as far as that is not stored yet. At most
    `MAX_LISTED` are returned.
    """
    marks = seen or {}
    values = (who, *(it.value for it in HELD_STATES), who, now, MAX_LISTED)
    rows = work.rows(_LIST, *values)
    unread: dict[str, int] = {}
    for case, message in work.rows(_UNREAD, *values) if rows else ():
        if message > marks.get(case, NOT_SEEN).message:
            unread[case] = unread.get(case, 0) + 1
    return [_own_case(row, unread.get(row[0], 0), marks.get(row[0], NOT_SEEN)) for row in rows]


def _own_case(row: tuple[Any, ...], unread: int, mark: SeenMark) -> OwnCase:
    case, reference, priority, language, queue, due_at, *moments = row
    claimed_at, wrote_at, sent_at, _, seen_at = moments
    has_new_report = (sent_at or 0) > max(claimed_at or 0, mark.at, seen_at)
    heard_at = max(wrote_at or 0, sent_at or 0) or None
    return OwnCase(
        case, reference, priority, language, queue, due_at, heard_at, unread + int(has_new_report)
    )
