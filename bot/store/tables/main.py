"""The central tables. `info` says what a table holds about a person, and when that is erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    TextClause,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NOT_DONE = text("state <> 'done'")
UNSENT = text("state in ('queued', 'sending')")
CASE_WAITS = text("status in ('waiting', 'reopened')")
CASE_IS_ASSIGNED = text("holder is not null")
CASE_IS_DUE = text("due_at is not null")
CASE_IS_CLOSED = text("closed_at is not null")
FILE_WAITS = text("state = 'named'")
"""Conditions of the partial indexes. Statements must use this very text, or SQLite scans the table.
"""

Serial = BigInteger().with_variant(Integer, "sqlite")
"""A number the database assigns; in SQLite only `INTEGER` can be the row id."""


def partial_index(name: str, where: TextClause, *columns: Column[Any]) -> None:
    """Add an index of the rows for which a condition holds, on both databases."""
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


inbox = Table(
    "inbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("bot", BigInteger, nullable=False),
    Column("update_id", BigInteger, nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    Column("state", String(12), nullable=False),
    Column("raw", LargeBinary),
    Column("fault", String(80)),
    Column("attempts", SmallInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    UniqueConstraint("update_id", "digest", "bot"),  # numbers first: the usual lookup
    info={
        "holds": "the update as it arrived, sealed, until handled or quarantined; then its digest",
        "erased": "content when handled; if quarantined, after 24 hours; the row after 8 days",
    },
)
partial_index("ix_inbox_open", NOT_DONE, inbox.c.state, inbox.c.id)

offsets = Table(
    "offsets",
    metadata,
    Column("bot", BigInteger, primary_key=True, autoincrement=False),
    Column("next_update_id", BigInteger, nullable=False),
    Column("committed_at", BigInteger, nullable=False),
    info={"holds": "nothing", "erased": "never"},
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("bot", BigInteger, primary_key=True, autoincrement=False),
    Column("alive_at", BigInteger, nullable=False),
    info={"holds": "nothing: when the bot last ran", "erased": "never"},
)

notices = Table(
    "notices",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    info={"holds": "nothing: notices to staff about the service", "erased": "never"},
)

tallies = Table(
    "tallies",
    metadata,
    Column("kind", String(40), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("times", Integer, nullable=False),
    info={"holds": "nothing: updates of each kind per day", "erased": "never"},
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("chat_key", LargeBinary(16), nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("touched_at", BigInteger, nullable=False),  # whole hours: the index seldom changes
    UniqueConstraint("chat_key"),
    Index("ix_conversations_touched_at", "touched_at"),
    info={
        "holds": "a keyed digest of the chat; sealed: language, position in a flow, draft, message "
        "ids, caseworker",
        "erased": "24 hours after the last step; message ids after 48; caseworker with the case",
    },
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("chat_key", LargeBinary(16), nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("author", String(12), nullable=False),
    Column("state", String(10), nullable=False),
    Column("body", LargeBinary),
    Column("not_before", BigInteger, nullable=False),
    Column("hold", String(40)),
    Column("attempts", SmallInteger, nullable=False),
    Column("fault", String(80)),
    Column("message", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("settled_at", BigInteger),
    info={
        "holds": "sealed: the chat and the text for it, until sent; then the message id",
        "erased": "body when sent; message id after 48 hours; undelivered after 7 days",
    },
)
partial_index("ix_outbox_open", UNSENT, outbox.c.state, outbox.c.not_before)

cases = Table(
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("status", String(12), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("language", String(12), nullable=False),
    Column("county", String(8)),
    Column("chat_key", LargeBinary(16), nullable=False),
    Column("address", LargeBinary),
    Column("reasons", LargeBinary, nullable=False),
    Column("waiting_since", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("queue", String(16), nullable=False),
    Column("contact", String(60), nullable=False),
    Column("holder", String(32)),
    Column("claimed_at", BigInteger),
    Column("worked_at", BigInteger),  # by its caseworker; null: claimed, not worked on yet
    Column("read_at", BigInteger),
    Column("answered_at", BigInteger),
    Column("due_at", BigInteger),  # null: answered, or waiting for the person
    Column("alerts", SmallInteger, nullable=False),
    Column("disposition", String(24)),
    Column("closed_at", BigInteger),
    info={
        "holds": "clear, for the queue: language, county, priority, times to the minute, "
        "caseworker, when the person may be written to; once closed no county, and times to the "
        "day; sealed: chat, reasons",
        "erased": "with the case",
    },
)
partial_index(
    "ix_cases_waiting",
    CASE_WAITS,
    cases.c.queue,
    cases.c.language,
    cases.c.priority,
    cases.c.waiting_since,
    cases.c.id,
)
Index("ix_cases_chat_key", cases.c.chat_key)
partial_index("ix_cases_holder", CASE_IS_ASSIGNED, cases.c.holder, cases.c.status)
partial_index("ix_cases_due_at", CASE_IS_DUE, cases.c.due_at)
partial_index("ix_cases_closed_at", CASE_IS_CLOSED, cases.c.closed_at)

reports = Table(
    "reports",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("flow", String(40), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("codes", LargeBinary),
    Column("sent_at", BigInteger, nullable=False),
    Index("ix_reports_case_id", "case_id", "sent_at"),
    info={
        "holds": "sealed to the case: every answer; sealed for the bot, for a day: the codes",
        "erased": "with the case",
    },
)

files = Table(
    "files",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("state", String(12), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("handle", LargeBinary),
    Column("attempts", SmallInteger, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_files_case_id", "case_id"),
    info={
        "holds": "sealed: handle, name and digest of a file; its bytes are sealed under files/",
        "erased": "with the case",
    },
)
partial_index("ix_files_open", FILE_WAITS, files.c.state, files.c.not_before)

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("title", String(24), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("languages", String(120), nullable=False),
    Column("queues", String(160), nullable=False),
    Column("skills", String(160), nullable=False),
    Column("most", SmallInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("on_duty", SmallInteger, nullable=False),
    Column("rests_until", BigInteger, nullable=False),
    Column("account_key", LargeBinary(16), unique=True),
    Column("added_at", BigInteger, nullable=False),
    info={
        "holds": "nothing about a person: what a caseworker may do; sealed: name, account",
        "erased": "never: the audit log names them by id; `haven staff disable` ends their access",
    },
)

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(32), nullable=False),
    Column("deed", String(24), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("detail", String(200), nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    Index("ix_audit_subject", "subject", "id"),
    info={
        "holds": "which caseworker did what to which case, in codes; no words of a person",
        "erased": "after two years, up to a head that was written down; ids of erased cases mean "
        "nothing",
    },
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("side", String(12), nullable=False),
    Column("author", String(32)),
    Column("kind", String(12), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("letter", BigInteger),
    Column("state", String(10)),
    Column("at", BigInteger, nullable=False),
    Index("ix_exchanges_case_id", "case_id", "id"),
    Index("ix_exchanges_letter", "letter"),
    info={
        "holds": "sealed: messages between a person and a caseworker, and notes",
        "erased": "with the case",
    },
)

referrals = Table(
    "referrals",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("recipient", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("asked", LargeBinary),
    Column("offered_by", String(32), nullable=False),
    Column("offered_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Column("sent_at", BigInteger),
    Index("ix_referrals_case_id", "case_id", "offered_at"),
    info={
        "holds": "clear: to whom and when; sealed: exactly what the person agreed to pass on",
        "erased": "with the case",
    },
)

topics = Table(
    "topics",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("desk", BigInteger, nullable=False),
    Column("thread", BigInteger),
    Column("state", String(10), nullable=False),
    Column("shown", LargeBinary),
    Index("ix_topics_thread", "desk", "thread"),
    info={
        "holds": "which topic of the staff group mirrors which case; sealed: its name, and ids of "
        "messages in it that can be answered",
        "erased": "with the case",
    },
)

desks = Table(
    "desks",
    metadata,
    Column("named", BigInteger, primary_key=True, autoincrement=False),  # as the settings name it
    Column("stands", BigInteger, nullable=False),
    info={
        "holds": "nothing: the id of a staff group since it became a supergroup",
        "erased": "never",
    },
)

case_keys = Table(
    "case_keys",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    info={
        "holds": "sealed: the public half of a case's key; the private half is in the key store",
        "erased": "with the case, before its other rows",
    },
)

legal_holds = Table(
    "legal_holds",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("asked_by", String(32), nullable=False),
    Column("agreed_by", String(32)),  # null: not in force yet
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("ix_legal_holds_case_id", "case_id"),
    info={"holds": "which case must be kept, why, by whose decision", "erased": "with the case"},
)

erasures = Table(
    "erasures",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_hash", LargeBinary(16), nullable=False, unique=True),
    Column("case_id", String(32)),  # until a check found nothing left
    Column("why", String(24), nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Column("rows", Integer, nullable=False),
    Column("files", Integer, nullable=False),
    info={"holds": "nothing: keyed digests of erased cases", "erased": "never"},
)

rounds = Table(
    "rounds",
    metadata,
    Column("name", String(12), primary_key=True),
    Column("ran_at", BigInteger, nullable=False),
    Column("steady_since", BigInteger, nullable=False),
    info={"holds": "nothing: since when the clock can be trusted", "erased": "never"},
)
