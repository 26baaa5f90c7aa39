"""Tables of legal deadlines: events, when to check them next, and warnings."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, text

from bot.store.tables.main import Serial, metadata, partial_index

clock_events = Table(
    "clock_events",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_clock_events_case_id", "case_id", "id"),
    info={
        "holds": "sealed for the bot: a legal event, its day, and who entered it; rows are only "
        "ever added",
        "erased": "with the case",
    },
)

DEADLINE_IS_NEAR = text("soon_at is not null")

clocks = Table(
    "clocks",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("next_at", BigInteger, nullable=False),
    Column("looked_at", BigInteger, nullable=False),
    Column("soon_at", BigInteger),  # the nearest deadline staff should see; null: none
    Index("ix_clocks_next_at", "next_at"),
    Index("ix_clocks_looked_at", "looked_at"),
    info={
        "holds": "clear: when to check the legal deadlines of a case next, and the nearest one",
        "erased": "with the case",
    },
)

partial_index("ix_clocks_soon_at", DEADLINE_IS_NEAR, clocks.c.soon_at)

clock_marks = Table(
    "clock_marks",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("letter", BigInteger),
    Column("at", BigInteger, nullable=False),
    Index("ix_clock_marks_case_id", "case_id", "id"),
    Index("ix_clock_marks_letter", "letter"),
    info={
        "holds": "sealed for the bot: which warning was given; clear: the letter that carried it",
        "erased": "with the case",
    },
)
