"""Cut the audit log off at its front, two years back, never beyond a head that was written down.

Only what lies before that head goes: so what is written down goes on proving what is kept. Somebody
who never writes a head down keeps the whole log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, select, update

from bot.clock import DAY
from bot.store.compiled import Prepared
from bot.store.tables.main import audit
from bot.vault.audit.log import AUDIT_LOG, CUT_MARK, SYSTEM, TRUNCATED, AuditHead

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.writer import Work
    from bot.vault.audit.log import AuditLog

KEEP_FOR = 2 * 365 * DAY
BATCH_SIZE = 2000
"""Rows that go in one round."""

_FIRST = Prepared(lambda _: select(func.min(audit.c.id)))
_FIRST_KEPT = Prepared(
    lambda _: select(func.min(audit.c.id)).where(
        audit.c.at >= bindparam("before"), audit.c.id > bindparam("first")
    ),
    "before",
    "first",
)
_MAC_AT = Prepared(lambda _: select(audit.c.mac).where(audit.c.id == bindparam("number")), "number")
_DELETE = Prepared(lambda _: delete(audit).where(audit.c.id < bindparam("number")), "number")
_SET_MARK = Prepared(
    lambda _: (
        update(audit)
        .where(audit.c.id == bindparam("number"))
        .values(dict(zip(("at", "actor", "deed", "subject", "detail"), CUT_MARK, strict=True)))
    ),
    "number",
)


class AuditTruncation:
    """Cuts the log.

    Args:
        audit: writes down that it was cut.
        anchor: the file with the head that was written down last.
    """

    def __init__(self, audit: AuditLog, anchor: Path) -> None:
        self._audit = audit
        self._anchor = anchor

    def truncate(self, work: Work, now: int) -> int:
        """Cut off what is old enough; return how many rows went."""
        head = self._written_head()
        first = work.rows(_FIRST)[0][0]
        if head is None or first is None:
            return 0
        young = work.rows(_FIRST_KEPT, now - KEEP_FOR, first)[0][0]
        oldest = head.number if young is None else young - 1
        at = min(oldest, head.number, first + BATCH_SIZE)
        if at <= first:
            return 0
        found = work.rows(_MAC_AT, at)
        if not found:
            return 0
        gone = work.run(_DELETE, at)
        work.run(_SET_MARK, at)
        self._audit.record(
            work, now, SYSTEM, TRUNCATED, AUDIT_LOG, str(AuditHead.from_row(at, bytes(found[0][0])))
        )
        return gone

    def _written_head(self) -> AuditHead | None:
        try:
            return AuditHead.parse(self._anchor.read_text(encoding="ascii", errors="replace"))
        except OSError:
            return None
