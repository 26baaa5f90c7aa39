"""Tables of opening hours, special days and reply times, as set at the desk."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table

from bot.store.tables.main import metadata

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
