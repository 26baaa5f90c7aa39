"""Tables of the law's clocks: what happened, when somebody has to look again, who was told."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, text

from bot.store.tables.main import Serial, metadata

clock_events = Table(
    "clock_events",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_clock_events_case_id", "case_id", "id"),
    info={
        "holds": "sealed for the bot: what happened to a person by the law, on which day, and who "
        "entered it; rows are only ever added",
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
    Column("soon_at", BigInteger),  # when the nearest that staff should see runs out; none is near
    Index("ix_clocks_next_at", "next_at"),
    Index("ix_clocks_looked_at", "looked_at"),
    info={
        "holds": "clear: when somebody has to look at the law's clocks of a case again, and "
        "when one that is near runs out",
        "erased": "with the case",
    },
)

Index(
    "ix_clocks_soon_at",
    clocks.c.soon_at,
    sqlite_where=DEADLINE_IS_NEAR,
    postgresql_where=DEADLINE_IS_NEAR,
)

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
        "holds": "sealed for the bot: which warning of which clock was given; clear: the letter "
        "that carried it",
        "erased": "with the case",
    },
)
