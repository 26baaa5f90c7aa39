"""Tables of the record of a case: what is known of it, and by what it may connect to others."""

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
    text,
)

from bot.store.tables.main import (
    Serial,
    erased_with_case,
    metadata,
    partial_index,
    required,
)

record_entries = Table(
    "record_entries",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(entry=String(16), sealed=LargeBinary, at=BigInteger),
    Index("ix_record_entries_case_id", "case_id", "id"),
    info=erased_with_case(
        "sealed: one value, whom it is about, its source, who entered it; clear: when, for the "
        "order; rows are only ever added"
    ),
)

IS_SHARED = text("is_shared = 1")
"""The condition of a partial index; statements must use this very text."""

connection_digests = Table(
    "connection_digests",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(entry=String(16), kind=String(8), digest=LargeBinary(16), is_shared=SmallInteger),
    UniqueConstraint("case_id", "entry", "digest"),
    Index("ix_connection_digests_digest", "digest", "case_id"),
    info=erased_with_case(
        "keyed digests of names, telephones, plates, vessels and addresses of suspects, employers "
        "and places, if HAVEN_CONNECTIONS is set; clear: of which kind, so that what agrees can be "
        "named without opening a case, and whether another case has the same, for the index"
    ),
)
partial_index(
    "ix_connection_digests_shared", IS_SHARED,
    connection_digests.c.digest, connection_digests.c.case_id,
)  # fmt: skip

connection_wishes = Table(
    "connection_wishes",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    *required(is_wished=SmallInteger),
    info=erased_with_case(
        "clear: whether a person wants to be told if others reported the same, if "
        "HAVEN_CONNECTIONS is set; it is shown without opening the case"
    ),
)
