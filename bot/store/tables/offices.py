"""The table of offices; the office of a case and of a caseworker are columns of the two."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table

from bot.store.tables.main import metadata

offices = Table(
    "offices",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("set_by", String(32), ForeignKey("staff.id"), nullable=False),
    Column("set_at", BigInteger, nullable=False),
    info={
        "holds": "nothing of a person; sealed: names of an office and the counties it serves; who "
        "set it and when",
        "erased": "never: cases that are closed name it; closing it takes its counties",
    },
)
