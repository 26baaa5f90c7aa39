"""The table of check-ins that people agreed on."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table

from bot.store.tables.main import metadata

check_ins = Table(
    "check_ins",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("chat_key", LargeBinary(16), nullable=False),
    Column("sealed", LargeBinary),
    Column("answer", LargeBinary(32)),
    Column("duress", LargeBinary(32)),
    Column("next_at", BigInteger, nullable=False),
    Column("looked_at", BigInteger, nullable=False),
    Column("letter", BigInteger),
    Column("frozen_at", BigInteger),
    Index("ix_check_ins_chat_key", "chat_key"),
    Index("ix_check_ins_next_at", "next_at"),
    Index("ix_check_ins_looked_at", "looked_at"),
    Index("ix_check_ins_letter", "letter"),
    info={
        "holds": "sealed for the bot: at which hour a person is asked, and the state of that; "
        "slow, keyed digests of their passphrase and duress passphrase; clear: when the next step "
        "is due, the letter that asks, when the duress passphrase was used",
        "erased": "with the case",
    },
)
