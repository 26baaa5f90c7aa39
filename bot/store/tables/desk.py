"""Tables of the web desk: sessions, second factors, invites, events; and commands that wait."""

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

desk_sessions = Table(
    "desk_sessions",
    metadata,
    Column("token", LargeBinary(32), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("browser", String(24), nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("proved_at", BigInteger, nullable=False),  # the last use of a second factor
    Index("ix_desk_sessions_staff_id", "staff_id"),
    info={
        "holds": "which caseworker is signed in, since when, with which browser; the digest of the "
        "session token",
        "erased": "at sign-out or when the desk stops; 10 hours after sign-in",
    },
)

desk_factors = Table(
    "desk_factors",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("used", BigInteger, nullable=False),  # a code's time step, or a passkey's counter
    Column("made_at", BigInteger, nullable=False),
    Index("ix_desk_factors_staff_id", "staff_id"),
    info={
        "holds": "sealed: the secret of a caseworker's code app, or their passkey",
        "erased": "when they remove it, or leave",
    },
)

desk_invites = Table(
    "desk_invites",
    metadata,
    Column("token", LargeBinary(32), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("until", BigInteger, nullable=False),
    info={
        "holds": "which caseworker may set a second factor: the digest of a link",
        "erased": "when used, or after 3 days",
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
    sqlite_autoincrement=True,  # open pages ask for newer ids: an id is never reused
    info={
        "holds": "which case just changed; sealed: the result of a command",
        "erased": "after 10 minutes, and with the case",
    },
)

staff_commands = Table(
    "staff_commands",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id")),
    Column("state", String(12), nullable=False),
    Column("sealed", LargeBinary),
    Column("fault", String(80)),
    Column("attempts", SmallInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_staff_commands_case_id", "case_id"),
    sqlite_autoincrement=True,  # the id of an erased row must never name another command
    info={
        "holds": "which case a caseworker gave a command about; the command itself, sealed",
        "erased": "when it is carried out, at once, and with the case; what was quarantined after "
        "24 hours, its row after 8 days",
    },
)
