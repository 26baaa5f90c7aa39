"""Table of what was changed in the phrasebook at the desk."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table

from bot.store.tables.main import Serial, metadata

phrase_edits = Table(
    "phrase_edits",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("code", String(32), nullable=False),
    Column("language", String(16), nullable=False),  # empty: of the phrase in all languages
    Column("sealed", LargeBinary, nullable=False),
    Column("set_by", String(32), ForeignKey("staff.id"), nullable=False),
    Column("set_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
    info={
        "holds": "nothing of a person; sealed: texts of phrases; who changed or reviewed them",
        "erased": "never: a case shows a phrase as it was sent",
    },
)
