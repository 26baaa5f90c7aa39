"""Tables of interpreting: interpreters, their sessions, what is shared with them, their hours.

What an interpreter may read is a copy, sealed to the interpreter's own key. It stands in a table of
its own, `interpreter_copies`, so that the end of a session deletes it and no backup keeps it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    text,
)

from bot.store.tables.main import (
    Serial,
    erased_with_case,
    metadata,
    optional,
    partial_index,
    required,
)

SESSION_IS_OPEN = text("ended_at is null")

interpreters = Table(
    "interpreters",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("sealed", LargeBinary),  # null: nothing was written down, or they left
    Column("set_at", BigInteger, nullable=False),
    info={
        "holds": "clear: the number by which an interpreter is called; sealed: where they come "
        "from, and whom they know or worked for",
        "erased": "what is sealed: when they leave; the number: never, it stands in cases",
    },
)

interpreting_sessions = Table(
    "interpreting_sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    *required(invited_by=String(32), minutes=SmallInteger),
    *required(sees_names=SmallInteger, shares_new=SmallInteger),
    *required(invited_at=BigInteger, ends_at=BigInteger),
    *optional(began_at=BigInteger, ended_at=BigInteger, outcome=String(12)),
    Index("ix_interpreting_sessions_case_id", "case_id"),
    Index("ix_interpreting_sessions_staff_id", "staff_id"),
    info=erased_with_case(
        "clear: which interpreter was invited to a case, by whom, from when until when, and "
        "whether they were shown names"
    ),
)
partial_index("ix_interpreting_sessions_open", SESSION_IS_OPEN, interpreting_sessions.c.ends_at)

interpreter_texts = Table(
    "interpreter_texts",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    *required(session_id=String(32)),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(direction=String(12)),
    Column("message", BigInteger),  # of `exchanges`; null: words that are no message
    *required(has_sound=SmallInteger, sealed=LargeBinary, at=BigInteger),
    Index("ix_interpreter_texts_case_id", "case_id"),
    Index("ix_interpreter_texts_session_id", "session_id"),
    sqlite_autoincrement=True,
    info=erased_with_case(
        "sealed: what was shared with an interpreter, as they saw it; clear: when, of which "
        "message, in which direction"
    ),
)

renderings = Table(
    "renderings",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    *required(text_id=BigInteger),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(sealed=LargeBinary, at=BigInteger),
    Index("ix_renderings_case_id", "case_id"),
    sqlite_autoincrement=True,
    info=erased_with_case("sealed: what an interpreter rendered; clear: when, of which text"),
)

interpreter_copies = Table(
    "interpreter_copies",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    *required(session_id=String(32)),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(text_id=BigInteger, kind=String(10), sealed=LargeBinary, at=BigInteger),
    Index("ix_interpreter_copies_case_id", "case_id"),
    Index("ix_interpreter_copies_session_id", "session_id"),
    sqlite_autoincrement=True,
    info={
        "holds": "sealed to an interpreter: what a caseworker shared, and its renderings",
        "erased": "with the session, at once; with the case; it is in no backup",
    },
)

interpreter_hours = Table(
    "interpreter_hours",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),  # null: the session is running
    Index("ix_interpreter_hours_staff_id", "staff_id", "began_at"),
    Index("ix_interpreter_hours_began_at", "began_at"),
    info={
        "holds": "from when until when an interpreter worked; nothing of a case",
        "erased": "after two years",
    },
)
