"""Tables of snoozes, follow-ups, links between cases, and caseworkers' drafts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from bot.store.tables.main import Serial, metadata

case_dates = Table(
    "case_dates",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("aside_until", BigInteger),  # null: not snoozed
    Column("aside_by", String(32)),
    Column("back_at", BigInteger),  # null: not brought back early
    Column("back_why", String(8)),
    Column("follow_up_at", BigInteger),
    Index("ix_case_dates_aside_by", "aside_by"),
    info={
        "holds": "clear: until when a caseworker snoozed a case, what ended that early, the day of "
        "follow-up",
        "erased": "with the case",
    },
)

case_links = Table(
    "case_links",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("other_id", String(32), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("by", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("case_id", "other_id"),
    Index("ix_case_links_other_id", "other_id"),
    info={
        "holds": "clear: which cases belong together or are one, by whose decision; a row for each",
        "erased": "with either of the two cases",
    },
)

desk_drafts = Table(
    "desk_drafts",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_desk_drafts_at", "at"),
    info={
        "holds": "sealed to a caseworker: text they have not sent yet",
        "erased": "when sent, after 7 days, and with the case",
    },
)
