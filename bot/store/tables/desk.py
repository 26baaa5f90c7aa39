"""Tables of the desk: sessions, factors, events, commands; settings, shift notes, approvals."""

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

from bot.store.tables.main import Serial, cases, metadata, optional, partial_index, required

desk_sessions = Table(
    "desk_sessions",
    metadata,
    Column("token", LargeBinary(32), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    *required(browser=String(24), begun_at=BigInteger, seen_at=BigInteger),
    Column("proved_at", BigInteger, nullable=False),  # the last use of a second factor
    *optional(sealed=LargeBinary, version=Integer),  # null: of a release before 0.4.0
    Index("ix_desk_sessions_staff_id", "staff_id"),
    info={
        "holds": "which caseworker is signed in, since when, with which browser; the digest of the "
        "session token; sealed under the secret in the browser, and under the root: the "
        "caseworker's locked key, and what the session keeps between pages",
        "erased": "at sign-out, after 15 minutes without activity, 10 hours after sign-in",
    },
)

desk_factors = Table(
    "desk_factors",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    *required(kind=String(10), sealed=LargeBinary),
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

desk_guesses = Table(
    "desk_guesses",
    metadata,
    Column("name", LargeBinary(16), primary_key=True),
    *required(wrong=SmallInteger, last_at=BigInteger),
    Index("ix_desk_guesses_last_at", "last_at"),
    info={
        "holds": "how many sign-ins failed, and when the last did: by a keyed digest of what was "
        "typed as the name, and of the browser",
        "erased": "at the next right sign-in, or after 12 hours",
    },
)

desk_enrolments = Table(
    "desk_enrolments",
    metadata,
    Column("link", LargeBinary(32), primary_key=True),
    *required(sealed=LargeBinary, until=BigInteger),
    info={
        "holds": "by the digest of an invitation link, sealed under the link and under the root: "
        "the new key of someone who still has to show a second factor",
        "erased": "when the link is used, or after an hour",
    },
)

desk_bells = Table(
    "desk_bells",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id")),
    *required(what=String(16), ticket=String(32)),
    Column("sealed", LargeBinary),
    Column("at", BigInteger, nullable=False),
    Index("ix_desk_bells_case_id", "case_id"),
    sqlite_autoincrement=True,  # open pages ask for newer ids: an id is never reused
    info={
        "holds": "which case just changed, or which session ended; sealed: the result of a command",
        "erased": "after 10 minutes, and with the case",
    },
)

staff_commands = Table(
    "staff_commands",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id")),
    Column("state", String(12), nullable=False),
    *optional(sealed=LargeBinary, fault=String(80)),
    *required(attempts=SmallInteger, created_at=BigInteger),
    Index("ix_staff_commands_case_id", "case_id"),
    sqlite_autoincrement=True,  # the id of an erased row must never name another command
    info={
        "holds": "which case a caseworker gave a command about; the command itself, sealed",
        "erased": "when it is carried out, at once, and with the case; what was quarantined or "
        "refused after 24 hours, its row after 8 days",
    },
)

desk_nonces = Table(
    "desk_nonces",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("taken_at", BigInteger, nullable=False),
    Index("ix_desk_nonces_taken_at", "taken_at"),
    info={
        "holds": "which form of the desk was sent: a digest of its random number and fields",
        "erased": "after 24 hours",
    },
)

CASE_IS_LISTED = text("status <> 'closed' and id <> ''")
"""The condition of the index for lists. Every case has an id: that part of the text keeps other
ordered queries from using this index.
"""
partial_index(
    "ix_cases_in_order",
    CASE_IS_LISTED,
    *(cases.c[it] for it in ("priority", "waiting_since", "id", "queue", "language", "status")),
)

desk_choices = Table(
    "desk_choices",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    Column("name", String(16), primary_key=True),
    Column("chosen", String(48), nullable=False),
    info={
        "holds": "settings of a caseworker: filters, sound, what was read in codes; names of views",
        "erased": "when they change them, or leave",
    },
)

fact_checks = Table(
    "fact_checks",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    *required(kind=String(10), code=String(40), about=String(80)),
    *required(verdict=String(8), method=String(8), checked_by=String(32), checked_at=BigInteger),
    *optional(confirmed_by=String(32), confirmed_at=BigInteger),  # null: by one person only
    Index("ix_fact_checks_code", "kind", "code"),
    info={
        "holds": "which caseworkers found a phone number or an organisation right or wrong, and "
        "when; nothing about a person",
        "erased": "when it is checked again; unconfirmed, two weeks later",
    },
)

shift_notes = Table(
    "shift_notes",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("queue", String(16), nullable=False),
    Column("team", String(24), nullable=False),  # the key it is sealed to
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    *required(sealed=LargeBinary, at=BigInteger),
    Index("ix_shift_notes_at", "at"),
    Index("ix_shift_notes_staff_id", "staff_id"),
    info={"holds": "sealed to a team: notes from one shift to the next", "erased": "after 3 days"},
)

desk_requests = Table(
    "desk_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    *required(kind=String(12), subject=String(48), asked_by=String(32)),
    Column("agreed_by", String(32)),  # null: not approved yet
    *required(sealed=LargeBinary, asked_at=BigInteger, until=BigInteger),
    Column("used_at", BigInteger),
    Index("ix_desk_requests_until", "until"),
    info={
        "holds": "what one caseworker asked for and another approved, by ids; sealed: why",
        "erased": "a week after it ends; the audit log keeps who asked and who approved",
    },
)
