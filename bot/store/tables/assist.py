"""Table of what models made of words and recordings, for staff."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table

from bot.store.tables.main import Serial, erased_with_case, metadata, required

machine_texts = Table(
    "machine_texts",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(about=String(40), sealed=LargeBinary, at=BigInteger),
    Index("ix_machine_texts_case_id", "case_id", "id"),
    info=erased_with_case(
        "sealed to the case: what a model made of a message or a recording, which model, who "
        "asked; clear: of which message or file, and when"
    ),
)
