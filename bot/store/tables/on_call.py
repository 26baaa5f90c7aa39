"""Tables of on-call: who is called at night, for which cases, and the calls."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    text,
)

from bot.store.tables.main import Serial, metadata, partial_index

ALARM_IS_RUNNING = text("ended_at is null")

on_call = Table(
    "on_call",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    Column("position", SmallInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("set_at", BigInteger, nullable=False),
    info={
        "holds": "which caseworkers are on call, in which order; sealed: their hours, channels, "
        "language and addresses",
        "erased": "when it is changed, or they leave",
    },
)

on_call_alarms = Table(
    "on_call_alarms",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("acknowledged_at", BigInteger),
    Column("told_at", BigInteger),  # when the person was told that no one can come
    Column("ended_at", BigInteger),  # a caseworker is there; null: it goes on
    info={
        "holds": "since when on-call caseworkers are called for a case, and when one of them saw "
        "it",
        "erased": "with the case",
    },
)
partial_index("ix_on_call_alarms_running", ALARM_IS_RUNNING, on_call_alarms.c.since)

on_call_calls = Table(
    "on_call_calls",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("attempt", SmallInteger, nullable=False),  # 0: the first channel of this call
    Column("state", String(10), nullable=False),
    Column("letter", BigInteger),
    Column("at", BigInteger, nullable=False),
    Index("ix_on_call_calls_at", "at"),
    Index("ix_on_call_calls_staff_id", "staff_id"),
    Index("ix_on_call_calls_letter", "letter"),
    sqlite_autoincrement=True,
    info={
        "holds": "which caseworker was called, when and over which channel; nothing of a case",
        "erased": "after a day",
    },
)
