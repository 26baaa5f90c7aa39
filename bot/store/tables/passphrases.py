"""The table of passphrases."""

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
)

from bot.store.tables.main import metadata

words = Table(
    "words",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("chat_key", LargeBinary(16), nullable=False),
    Column("safe", LargeBinary(32), nullable=False),
    Column("duress", LargeBinary(32)),
    Column("tries", SmallInteger, nullable=False),
    Column("tried_at", BigInteger, nullable=False),
    Column("frozen_at", BigInteger),
    Index("ix_words_chat_key", "chat_key"),
    info={
        "holds": "slow, keyed digests of a person's passphrase and duress passphrase; wrong tries; "
        "when the duress passphrase was used",
        "erased": "with the case",
    },
)

passphrase_jobs = Table(
    "passphrase_jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("chat_key", LargeBinary(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_passphrase_jobs_chat_key", "chat_key", "created_at"),
    info={
        "holds": "sealed: a passphrase a person wrote, and what for, until it is hashed",
        "erased": "when it is hashed, at once; with the case; after 14 days at most",
    },
)
