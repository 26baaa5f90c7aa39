"""Tables of the team: what each chose, what one shift tells the next, what takes two."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, text

from bot.store.tables.main import Serial, cases, metadata

CASE_IS_LISTED = text("status <> 'closed' and id <> ''")
"""What the index of lists holds. No case is without an id: those words keep whatever else is asked
for in some order from being looked for there.
"""
Index(
    "ix_cases_in_order",
    cases.c.priority,
    cases.c.waiting_since,
    cases.c.id,
    cases.c.queue,
    cases.c.language,
    cases.c.status,
    sqlite_where=CASE_IS_LISTED,
    postgresql_where=CASE_IS_LISTED,
)

desk_choices = Table(
    "desk_choices",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    Column("name", String(16), primary_key=True),
    Column("chosen", String(48), nullable=False),
    info={
        "holds": "what a caseworker chose at the desk, in codes: filters, sound, what was read",
        "erased": "when they choose otherwise, or leave",
    },
)

shift_notes = Table(
    "shift_notes",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("queue", String(16), nullable=False),
    Column("team", String(24), nullable=False),  # the key it is sealed to
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_shift_notes_at", "at"),
    Index("ix_shift_notes_staff_id", "staff_id"),
    info={
        "holds": "sealed to a team: what one shift writes to the next",
        "erased": "after 3 days",
    },
)

desk_requests = Table(
    "desk_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("subject", String(48), nullable=False),
    Column("asked_by", String(32), nullable=False),
    Column("agreed_by", String(32)),  # none: it allows nothing yet
    Column("sealed", LargeBinary, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("ix_desk_requests_until", "until"),
    info={
        "holds": "what one of the staff asked for and another agreed to, by ids; sealed: why",
        "erased": "a week after it ended; the audit log keeps who asked and who agreed",
    },
)
