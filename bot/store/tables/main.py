"""Every table, with what it holds about a person and how that is erased (`info`)."""

from __future__ import annotations

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
"""What the small indexes hold. Statements say it in these words, or SQLite scans the table."""

Serial = BigInteger().with_variant(Integer, "sqlite")
"""A number the database gives; in SQLite only `INTEGER` is the row's own number."""

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
    UniqueConstraint("update_id", "digest", "bot"),  # numbers first: what is looked for
    info={
        "holds": "the update as it came, sealed, while it waits or is quarantined; then its digest",
        "erased": "raw when handled, at once; quarantined after 24 hours; the row after 8 days",
    },
)
Index(
    "ix_inbox_open",
    inbox.c.state,
    inbox.c.id,
    sqlite_where=NOT_DONE,
    postgresql_where=NOT_DONE,
)

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
    info={"holds": "nothing: when the bot last said that it runs", "erased": "never"},
)

notices = Table(
    "notices",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    info={"holds": "nothing: what staff must know about the service itself", "erased": "never"},
)

tallies = Table(
    "tallies",
    metadata,
    Column("kind", String(40), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("times", Integer, nullable=False),
    info={"holds": "nothing: how often each kind of update came, a day", "erased": "never"},
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("chat_key", LargeBinary(16), nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("touched_at", BigInteger, nullable=False),  # to the hour: an index that rests
    UniqueConstraint("chat_key"),
    Index("ix_conversations_touched_at", "touched_at"),
    info={
        "holds": "who writes (a keyed digest) and, sealed: language, place in a flow, the draft, "
        "numbers of messages, who holds it",
        "erased": "24 hours after the last step; numbers after 48; who holds it, with the case",
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
        "holds": "sealed: the chat and our words to it, until sent; then the message's number",
        "erased": "body when sent; number after 48 hours; undelivered after 7 days",
    },
)
Index(
    "ix_outbox_open",
    outbox.c.state,
    outbox.c.not_before,
    sqlite_where=UNSENT,
    postgresql_where=UNSENT,
)

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
    Column("worked_at", BigInteger),  # by whoever holds it; none: claimed and not touched yet
    Column("read_at", BigInteger),
    Column("answered_at", BigInteger),
    Column("due_at", BigInteger),  # none: answered, or it is the person who is waited for
    Column("alerts", SmallInteger, nullable=False),
    Column("disposition", String(24)),
    Column("closed_at", BigInteger),
    info={
        "holds": "clear, for the queue: language, county, urgency, minutes, who holds it, when it "
        "may be written to; once it is closed no county, and days for minutes; sealed: chat, "
        "reasons",
        "erased": "with the case",
    },
)
Index(
    "ix_cases_waiting",
    cases.c.queue,
    cases.c.language,
    cases.c.priority,
    cases.c.waiting_since,
    cases.c.id,
    sqlite_where=CASE_WAITS,
    postgresql_where=CASE_WAITS,
)
Index("ix_cases_chat_key", cases.c.chat_key)
Index(
    "ix_cases_holder",
    cases.c.holder,
    cases.c.status,
    sqlite_where=CASE_IS_ASSIGNED,
    postgresql_where=CASE_IS_ASSIGNED,
)
Index("ix_cases_due_at", cases.c.due_at, sqlite_where=CASE_IS_DUE, postgresql_where=CASE_IS_DUE)
Index(
    "ix_cases_closed_at",
    cases.c.closed_at,
    sqlite_where=CASE_IS_CLOSED,
    postgresql_where=CASE_IS_CLOSED,
)

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
        "holds": "sealed to the case: every answer; for a day, sealed for the bot: the codes",
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
        "holds": "sealed: handle, name, digest of a file; the bytes lie sealed under files/",
        "erased": "with the case",
    },
)
Index(
    "ix_files_open",
    files.c.state,
    files.c.not_before,
    sqlite_where=FILE_WAITS,
    postgresql_where=FILE_WAITS,
)

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
        "holds": "nothing about a person: what a caseworker may do; sealed: name and account",
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
        "holds": "who of the staff did what to which case, in codes; no word of a person",
        "erased": "after two years, up to a head that was written down; ids of cases mean nothing "
        "once those are erased",
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
        "holds": "sealed: what a person and a caseworker wrote to each other, and notes",
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
        "holds": "which topic of the staff's group mirrors which case; sealed: its name, and the "
        "numbers of messages in it that can be answered",
        "erased": "with the case",
    },
)

desks = Table(
    "desks",
    metadata,
    Column("named", BigInteger, primary_key=True, autoincrement=False),  # as the settings name it
    Column("stands", BigInteger, nullable=False),
    info={"holds": "nothing: what a group of staff has become since it was set", "erased": "never"},
)

case_keys = Table(
    "case_keys",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    info={
        "holds": "sealed: the half of a case's key that seals; the other lies in the key store",
        "erased": "with the case, before everything else of it",
    },
)

legal_holds = Table(
    "legal_holds",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("asked_by", String(32), nullable=False),
    Column("agreed_by", String(32)),  # none: it does not hold yet
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("ix_legal_holds_case_id", "case_id"),
    info={"holds": "which case must be kept, what for, who said so", "erased": "with the case"},
)

erasures = Table(
    "erasures",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_hash", LargeBinary(16), nullable=False, unique=True),
    Column("case_id", String(32)),  # until it was seen that nothing is left
    Column("why", String(24), nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Column("rows", Integer, nullable=False),
    Column("files", Integer, nullable=False),
    info={"holds": "nothing: digests, keyed, of cases that are gone", "erased": "never"},
)

rounds = Table(
    "rounds",
    metadata,
    Column("name", String(12), primary_key=True),
    Column("ran_at", BigInteger, nullable=False),
    Column("steady_since", BigInteger, nullable=False),
    info={"holds": "nothing: since when the clock can be believed", "erased": "never"},
)
