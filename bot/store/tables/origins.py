"""Tables of cases that staff opened, of how people are called back, and of codes to join a chat."""

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
    UniqueConstraint,
)

from bot.store.tables.main import Serial, erased_with_case, metadata, optional, required

case_origins = Table(
    "case_origins",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    *required(channel=String(10), opened_by=String(32)),
    *optional(teller=LargeBinary, call_back=LargeBinary),
    info=erased_with_case(
        "clear, for the lists: how the person reached us, and which caseworker opened the case; "
        "sealed to the case: who told us, on which number and when a call is safe"
    ),
)

opening_drafts = Table(
    "opening_drafts",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    *required(sealed=LargeBinary, at=BigInteger),
    Index("ix_opening_drafts_at", "at"),
    info={
        "holds": "sealed to a caseworker: what they typed of a case that is not opened yet",
        "erased": "when the case is opened, when the person does not agree, and after a day",
    },
)

join_codes = Table(
    "join_codes",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    *required(digest=LargeBinary(32), made_by=String(32), until=BigInteger),
    UniqueConstraint("digest"),
    info={
        "holds": "a keyed digest of the code by which a chat joins a case; who made it",
        "erased": "when a chat has joined, after 24 hours, and with the case",
    },
)

join_requests = Table(
    "join_requests",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(chat_key=LargeBinary(16), sealed=LargeBinary, at=BigInteger),
    UniqueConstraint("case_id", "chat_key"),
    Index("ix_join_requests_at", "at"),
    info={
        "holds": "a keyed digest of a chat in which the code was written; sealed: the chat",
        "erased": "when a chat has joined, after 24 hours, and with the case",
    },
)

join_tries = Table(
    "join_tries",
    metadata,
    Column("chat_key", LargeBinary(16), primary_key=True),
    *required(tries=SmallInteger, tried_at=BigInteger),
    Index("ix_join_tries_tried_at", "tried_at"),
    info={
        "holds": "a keyed digest of a chat in which numbers like a code were written; how many",
        "erased": "24 hours after the last one",
    },
)
