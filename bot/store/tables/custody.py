"""The table of the chain of custody."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from bot.store.tables.main import Serial, metadata

custody = Table(
    "custody",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("link", LargeBinary(32), nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    UniqueConstraint("case_id", "number"),
    info={
        "holds": "sealed: who did what to which file, and the file's digest; clear: when",
        "erased": "with the case",
    },
)
