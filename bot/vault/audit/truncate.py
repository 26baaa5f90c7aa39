"""Deletion of audit rows older than two years, never beyond a head that was written down.

Only rows before that head go, so that the head still proves what is kept. Without a head the whole
log stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func

from bot.clock import DAY
from bot.store import Work, delete_by, select_by, select_one, update_by
from bot.store.tables.main import audit
from bot.vault.audit.log import AUDIT_LOG, CUT_MARK, SYSTEM, TRUNCATED, AuditHead, AuditLog

if TYPE_CHECKING:
    from pathlib import Path


KEEP_FOR = 2 * 365 * DAY
BATCH_SIZE = 2000
"""Rows deleted in one round."""

_FIRST = select_by(audit, func.min(audit.c.id))
_FIRST_KEPT = select_by(
    audit,
    func.min(audit.c.id),
    by=(audit.c.at >= bindparam("before"), audit.c.id > bindparam("first")),
)
_MAC_AT = select_one(audit, "mac", by="id")
_DELETE = delete_by(audit, by=audit.c.id < bindparam("number"))
_SET_MARK = update_by(
    audit,
    by="id",
    constants=dict(zip(("at", "actor", "deed", "subject", "detail"), CUT_MARK, strict=True)),
)


class AuditTruncation:
    """Deletes old rows of the log; `anchor` is the file with the last head that was printed."""

    def __init__(self, audit: AuditLog, anchor: Path) -> None:
        self._audit = audit
        self._anchor = anchor

    def truncate(self, work: Work, now: int) -> int:
        """Delete old rows; return how many."""
        head = self._written_head()
        first = work.rows(_FIRST)[0][0]
        if head is None or first is None:
            return 0
        young = work.rows(_FIRST_KEPT, now - KEEP_FOR, first)[0][0]
        oldest = head.number if young is None else young - 1
        at = min(oldest, head.number, first + BATCH_SIZE)
        found = work.rows(_MAC_AT, at) if at > first else []
        if not found:
            return 0
        gone = work.run(_DELETE, at)
        work.run(_SET_MARK, at)
        mark = AuditHead.from_row(at, bytes(found[0][0]))
        self._audit.record(work, now, SYSTEM, TRUNCATED, AUDIT_LOG, str(mark))
        return gone

    def _written_head(self) -> AuditHead | None:
        try:
            return AuditHead.parse(self._anchor.read_text(encoding="ascii", errors="replace"))
        except OSError:
            return None
