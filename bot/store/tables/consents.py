"""Tables of consents, erasure requests and receipts."""

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

from bot.store.tables.main import Serial, metadata

agreements = Table(
    "agreements",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("answer", String(24), nullable=False),
    Column("given", SmallInteger, nullable=False),
    Column("words", LargeBinary(32), nullable=False),
    Column("notice", LargeBinary(32), nullable=False),
    Column("language", String(12), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("revoked_by", String(32), nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    Index("ix_agreements_case_id", "case_id", "id"),
    info={
        "holds": "clear: which question a person answered with which button, when, and the digest "
        "of its wording",
        "erased": "with the case",
    },
)

wishes = Table(
    "wishes",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("asked_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),  # null: two caseworkers object
    Column("confirmed_by", String(32), nullable=False),
    Column("objected_by", String(32), nullable=False),
    Column("seconded_by", String(32), nullable=False),
    Column("alerts", SmallInteger, nullable=False),
    Index("ix_wishes_due_at", "due_at"),
    info={
        "holds": "clear: which case a person asked to erase, when, and which caseworkers confirmed "
        "it or objected",
        "erased": "with the case",
    },
)

receipts = Table(
    "receipts",
    metadata,
    Column("reference", String(16), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("count", SmallInteger, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    Column("word", LargeBinary(32), nullable=False),
    Index("ix_receipts_case_id", "case_id"),
    info={
        "holds": "clear: that something was received, when, and a digest of the sealed rows; the "
        "slow, keyed digest of the person's passphrase",
        "erased": "with the case",
    },
)

wordings = Table(
    "wordings",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("language", String(12), nullable=False),
    Column("words", String(8000), nullable=False),
    Column("since", BigInteger, nullable=False),
    info={
        "holds": "nothing about a person: wordings of our questions and notices",
        "erased": "never: the wording a person agreed to must be found again",
    },
)
