"""The summary of `/mydata`: which data of a person are stored, by kind and date, without content.

It is shown only in the session in which the case is known (`Conversation.has_case`). A readable
copy is made by a caseworker, who knows to whom it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.clock import DAY
from bot.hotline.chat.case_progress import format_time
from bot.hotline.chat.messages import MessageSide
from bot.languages import catalogue
from bot.store import Prepared, Work, count, select_one
from bot.store.tables.case_extras import receipts
from bot.store.tables.main import cases, exchanges, files, referrals, reports
from bot.store.tables.record import record_entries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from bot.text import Text

FILES, MESSAGES, RECORD, SHARED, RECEIPTS, KEPT_UNTIL = (
    "files", "messages", "record", "told", "receipts", "until"
)  # fmt: skip
"""Kinds of data other than reports."""

_NEWEST = (
    select(reports.c.kind, func.max(reports.c.sent_at))
    .where(reports.c.case_id == bindparam("case"))
    .group_by(reports.c.kind).order_by(func.max(reports.c.sent_at))
)  # fmt: skip
_REPORTS = Prepared(lambda _: _NEWEST, "case")
_COUNTS = {
    FILES: count(files, by="case_id"),
    MESSAGES: count(exchanges, by=("case_id", exchanges.c.side != MessageSide.NOTE.value)),
    RECORD: count(record_entries, by="case_id"),
    SHARED: count(referrals, by=("case_id", referrals.c.sent_at.is_not(None))),
    RECEIPTS: count(receipts, by="case_id"),
}
_CLOSED = select_one(cases, "closed_at", by="id")


def summarize_data(  # noqa: PLR0913, PLR0917 - the case, and how its times are written
    work: Work, case: str, texts: Mapping[str, Text], keep_days: int, now: int, zone: ZoneInfo,
    language: str,
) -> str:  # fmt: skip
    """Return which data are stored in a case, one line for each kind."""
    read_in = catalogue(language)
    lines = []
    for name, number, at in _entries(work, case, keep_days):
        if name in texts:
            time = format_time(at, now, zone, language) if at else ""
            values = {"count": str(number), "time": time}
            lines.append(texts[name].render(read_in, values))
    return "\n".join(lines)


def _entries(work: Work, case: str, keep_days: int) -> Iterator[tuple[str, int, int]]:
    """Yield each kind of data, how many there are, and when (0 if that is not shown)."""
    for kind, at in work.rows(_REPORTS, case):
        yield str(kind), 1, int(at)
    for name, statement in _COUNTS.items():
        if number := work.rows(statement, case)[0][0]:
            yield name, int(number), 0
    for (closed_at,) in work.rows(_CLOSED, case):
        if closed_at is not None:
            yield KEPT_UNTIL, 1, int(closed_at) + keep_days * DAY
