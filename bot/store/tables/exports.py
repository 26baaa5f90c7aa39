"""Tables of exports: bodies abroad with their rules and keys, and synthetic releases."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, String, Table

from bot.store.tables.main import metadata, optional, required

bodies_abroad = Table(
    "bodies_abroad",
    metadata,
    Column("code", String(24), primary_key=True),
    *required(name=String(80), country=String(2), purposes=String(60), parts=String(600)),
    *required(consent_days=SmallInteger, since=Integer, until=Integer),  # days since 1970
    *optional(public_key=LargeBinary(32), key_set_at=BigInteger),
    *optional(confirmed_by=String(32), seconded_by=String(32)),  # null: not confirmed
    Column("ended_at", BigInteger),
    Column("mac", LargeBinary(32), nullable=False),  # of the whole row
    info={
        "holds": "nothing about a person: organisations abroad, what may be told to each, the key "
        "it is sealed to, and which two caseworkers confirmed that key",
        "erased": "never",
    },
)

synthetic_releases = Table(
    "synthetic_releases",
    metadata,
    Column("id", String(16), primary_key=True),
    *required(state=String(10), epsilon=Integer),  # in thousandths: all of them make the budget
    *required(asked_by=String(32), asked_at=BigInteger),
    *optional(decided_by=String(32), decided_at=BigInteger, sealed=LargeBinary),
    Index("ix_synthetic_releases_asked_at", "asked_at"),
    info={
        "holds": "nothing of one person: how much of the privacy budget each release spent, who "
        "asked for it and who decided; sealed: invented rows, made from counts of many cases with "
        "noise, and how far they are from the real counts",
        "erased": "never, because the budget adds up from it; the sealed part when it is refused",
    },
)
