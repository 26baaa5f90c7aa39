"""Table of training: which courses staff took, and what a supervisor wrote after looking along."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from bot.store.tables.main import Serial, metadata, required

training_records = Table(
    "training_records",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    *required(kind=String(12), done_on=Integer),  # days since 1970; the figures count them
    Column("sealed", LargeBinary, nullable=False),
    Column("added_by", String(32), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Index("ix_training_records_staff_id", "staff_id", "done_on"),
    sqlite_autoincrement=True,
    info={
        "holds": "clear: on which day a member of staff was trained, or looked along with; sealed: "
        "the course, its certificate, what a supervisor wrote; nothing of a person",
        "erased": "when it is removed, or they leave",
    },
)
