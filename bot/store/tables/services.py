"""Tables of what is done for a person: entries of service plans, reports to authorities."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table

from bot.store.tables.main import Serial, erased_with_case, metadata, optional, required

plan_entries = Table(
    "plan_entries",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(sealed=LargeBinary),
    *optional(words=LargeBinary),
    *required(at=BigInteger),
    Index("ix_plan_entries_case_id", "case_id", "id"),
    Index("ix_plan_entries_at", "at"),
    info=erased_with_case(
        "sealed for the bot: a service, what became of it, its day, amount and appointment; sealed "
        "to the case: the provider, places, companions and words; clear: when it was entered, for "
        "the figures of a month; rows are only ever added"
    ),
)

duty_records = Table(
    "duty_records",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(sealed=LargeBinary, at=BigInteger),
    Index("ix_duty_records_case_id", "case_id", "id"),
    info=erased_with_case(
        "sealed to the case: what was reported to which authority, when, by which way and under "
        "which number, or why there is no duty; clear: when it was entered; rows are only ever "
        "added"
    ),
)
