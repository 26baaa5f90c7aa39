"""Table of the record of a case: what is known of people, employers, places and events."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table

from bot.store.tables.main import Serial, erased_with_case, metadata, required

record_entries = Table(
    "record_entries",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(entry=String(16), sealed=LargeBinary, at=BigInteger),
    Index("ix_record_entries_case_id", "case_id", "id"),
    info=erased_with_case(
        "sealed: one value, whom it is about, its source, who entered it; clear: when, for the "
        "order; rows are only ever added"
    ),
)
