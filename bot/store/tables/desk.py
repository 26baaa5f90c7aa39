"""Tables of the desk in a browser: who is let in, who is there, and what rings at open desks."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table

from bot.store.tables.main import Serial, metadata

desk_sessions = Table(
    "desk_sessions",
    metadata,
    Column("token", LargeBinary(32), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("browser", String(24), nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("proved_at", BigInteger, nullable=False),  # when they last showed a second factor
    Index("ix_desk_sessions_staff_id", "staff_id"),
    info={
        "holds": "which caseworker is signed in, since when, with which browser: the digest of "
        "what that browser holds",
        "erased": "when they sign out or the desk stops; 10 hours after they signed in",
    },
)

desk_factors = Table(
    "desk_factors",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("used", BigInteger, nullable=False),  # the last code's time step, or a passkey's counter
    Column("made_at", BigInteger, nullable=False),
    Index("ix_desk_factors_staff_id", "staff_id"),
    info={
        "holds": "sealed: what proves that a caseworker holds their telephone or their passkey",
        "erased": "when they take it away, or leave",
    },
)

desk_invites = Table(
    "desk_invites",
    metadata,
    Column("token", LargeBinary(32), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("until", BigInteger, nullable=False),
    info={
        "holds": "which caseworker may choose a second factor: the digest of a link",
        "erased": "when it was used, or 3 days after it was made",
    },
)

desk_bells = Table(
    "desk_bells",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id")),
    Column("what", String(16), nullable=False),
    Column("ticket", String(32), nullable=False),
    Column("sealed", LargeBinary),
    Column("at", BigInteger, nullable=False),
    Index("ix_desk_bells_case_id", "case_id"),
    sqlite_autoincrement=True,  # whoever listens asks for what is newer: a number is used once
    info={
        "holds": "which case something has just happened to; sealed: what came of a command",
        "erased": "after ten minutes, and with the case",
    },
)
