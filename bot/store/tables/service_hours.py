"""Tables of opening hours, special days, reply times and duty shifts, as set at the desk."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table

from bot.store.tables.main import Serial, metadata, required

service_hours = Table(
    "service_hours",
    metadata,
    Column("name", String(24), primary_key=True),  # e.g. week, week/fishers, days, replies
    Column("sealed", LargeBinary, nullable=False),
    Column("set_by", String(32), ForeignKey("staff.id"), nullable=False),
    Column("set_at", BigInteger, nullable=False),
    info={
        "holds": "sealed: opening hours, special days and reply times; who set them and when",
        "erased": "when they are set again",
    },
)

duty_shifts = Table(
    "duty_shifts",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    *required(begins_at=BigInteger, ends_at=BigInteger),
    Column("state", String(10), nullable=False),  # planned, running, over
    Index("ix_duty_shifts_begins_at", "begins_at"),
    Index("ix_duty_shifts_staff_id", "staff_id"),
    sqlite_autoincrement=True,
    info={
        "holds": "from when until when a caseworker is planned to be on duty; nothing of a person",
        "erased": "eight weeks after it ended; when it is removed, or they leave",
    },
)
