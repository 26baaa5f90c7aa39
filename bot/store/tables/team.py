"""Tables of the team: settings of caseworkers, shift notes, approvals."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, text

from bot.store.tables.main import Serial, cases, metadata, partial_index

CASE_IS_LISTED = text("status <> 'closed' and id <> ''")
"""The condition of the index for lists. Every case has an id: that part of the text keeps other
ordered queries from using this index.
"""
partial_index(
    "ix_cases_in_order",
    CASE_IS_LISTED,
    *(cases.c[it] for it in ("priority", "waiting_since", "id", "queue", "language", "status")),
)

desk_choices = Table(
    "desk_choices",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    Column("name", String(16), primary_key=True),
    Column("chosen", String(48), nullable=False),
    info={
        "holds": "settings of a caseworker, in codes: filters, sound, what was read",
        "erased": "when they change them, or leave",
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
    info={"holds": "sealed to a team: notes from one shift to the next", "erased": "after 3 days"},
)

desk_requests = Table(
    "desk_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("subject", String(48), nullable=False),
    Column("asked_by", String(32), nullable=False),
    Column("agreed_by", String(32)),  # null: not approved yet
    Column("sealed", LargeBinary, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("ix_desk_requests_until", "until"),
    info={
        "holds": "what one caseworker asked for and another approved, by ids; sealed: why",
        "erased": "a week after it ends; the audit log keeps who asked and who approved",
    },
)
