"""What is held of a person, by kind and date: no word of theirs, in a few true lines.

It is told only in the sitting in which the case is known (`Conversation.has_case`). A readable copy
is made by a caseworker, who knows whom it is given to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.clock import DAY
from bot.hotline.chat.case_progress import format_time
from bot.hotline.chat.messages import MessageSide
from bot.languages import catalogue
from bot.store.compiled import Prepared
from bot.store.tables.consents import receipts
from bot.store.tables.main import cases, exchanges, files, referrals, reports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from bot.store.writer import Work
    from bot.text import Text

FILES, MESSAGES, SHARED, RECEIPTS, KEPT_UNTIL = "files", "messages", "told", "receipts", "until"
"""What is no report: lines of their own."""

_REPORTS = Prepared(
    lambda _: (
        select(reports.c.kind, func.max(reports.c.sent_at))
        .where(reports.c.case_id == bindparam("case"))
        .group_by(reports.c.kind)
        .order_by(func.max(reports.c.sent_at))
    ),
    "case",
)
_FILES = Prepared(
    lambda _: select(func.count()).select_from(files).where(files.c.case_id == bindparam("case")),
    "case",
)
_MESSAGES = Prepared(
    lambda _: (
        select(func.count())
        .select_from(exchanges)
        .where(exchanges.c.case_id == bindparam("case"), exchanges.c.side != bindparam("note"))
    ),
    "case",
    "note",
)
_SHARED = Prepared(
    lambda _: (
        select(func.count())
        .select_from(referrals)
        .where(referrals.c.case_id == bindparam("case"), referrals.c.sent_at.is_not(None))
    ),
    "case",
)
_RECEIPTS = Prepared(
    lambda _: (
        select(func.count()).select_from(receipts).where(receipts.c.case_id == bindparam("case"))
    ),
    "case",
)
_CLOSED = Prepared(
    lambda _: select(cases.c.closed_at).where(cases.c.id == bindparam("case")), "case"
)


def summarize_data(  # noqa: PLR0913, PLR0917 - of what, in which words, and when it is read
    work: Work,
    case: str,
    texts: Mapping[str, Text],
    keep_days: int,
    now: int,
    zone: ZoneInfo,
    language: str,
) -> str:
    """Return what is held in a case, one line a kind."""
    read_in = catalogue(language)
    lines = []
    for name, count, at in _entries(work, case, keep_days):
        if name in texts:
            values = {
                "count": str(count),
                "time": format_time(at, now, zone, language) if at else "",
            }
            lines.append(texts[name].render(read_in, values))
    return "\n".join(lines)


def _entries(work: Work, case: str, keep_days: int) -> Iterator[tuple[str, int, int]]:
    """Yield what there is: its kind, how many, and when; 0 where there is none to say."""
    for kind, at in work.rows(_REPORTS, case):
        yield str(kind), 1, int(at)
    counts = (
        (FILES, work.rows(_FILES, case)),
        (MESSAGES, work.rows(_MESSAGES, case, MessageSide.NOTE.value)),
        (SHARED, work.rows(_SHARED, case)),
        (RECEIPTS, work.rows(_RECEIPTS, case)),
    )
    for name, ((count,),) in counts:
        if count:
            yield name, int(count), 0
    closed = work.rows(_CLOSED, case)
    if closed and closed[0][0] is not None:
        yield KEPT_UNTIL, 1, int(closed[0][0]) + keep_days * DAY
