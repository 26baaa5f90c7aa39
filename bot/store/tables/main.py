"""The central tables. `info` says what a table holds about a person, and when that is erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

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
FOR_WORKERS = text("state = 'stored'")
CASE_WAITS = text("status in ('waiting', 'reopened')")
CASE_IS_ASSIGNED = text("holder is not null")
CASE_IS_DUE = text("due_at is not null")
CASE_IS_CLOSED = text("closed_at is not null")
FILE_WAITS = text("state = 'named'")
"""Conditions of the partial indexes. Statements must use this very text, or SQLite scans the table.
"""

Serial = BigInteger().with_variant(Integer, "sqlite")
"""A number the database assigns; in SQLite only `INTEGER` can be the row id."""


def required(**types: TypeEngine[Any] | type[TypeEngine[Any]]) -> list[Column[Any]]:
    """Return columns that are NOT NULL, by name and type."""
    return [Column(name, kind, nullable=False) for name, kind in types.items()]


def optional(**types: TypeEngine[Any] | type[TypeEngine[Any]]) -> list[Column[Any]]:
    """Return columns that may be NULL, by name and type."""
    return [Column(name, kind) for name, kind in types.items()]


def erased_with_case(holds: str) -> dict[str, str]:
    """Return the `info` of a table whose rows are erased with the case."""
    return {"holds": holds, "erased": "with the case"}


def partial_index(name: str, where: TextClause, *columns: Column[Any]) -> None:
    """Add an index of the rows for which a condition holds, on both databases.

    The migrations make it. The condition stands in `info`: as an option of PostgreSQL it would load
    all its drivers in a process that uses SQLite, 2 MB.
    """
    Index(name, *columns, info={"where": where})


inbox = Table(
    "inbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    *required(bot=BigInteger, update_id=BigInteger, digest=LargeBinary(16), state=String(12)),
    *optional(raw=LargeBinary, fault=String(80)),
    *required(attempts=SmallInteger, received_at=BigInteger),
    Column("chat_key", LargeBinary(16)),  # while it waits for a worker; otherwise null
    UniqueConstraint("update_id", "digest", "bot"),  # numbers first: the usual lookup
    info={
        "holds": "the update as it arrived, sealed, until handled or quarantined; then its digest; "
        "a keyed digest of its chat while it waits for a worker",
        "erased": "content when handled; if quarantined, after 24 hours; the row after 8 days",
    },
)
partial_index("ix_inbox_open", NOT_DONE, inbox.c.state, inbox.c.id)
partial_index("ix_inbox_stored", FOR_WORKERS, inbox.c.chat_key, inbox.c.update_id)

waiting_chats = Table(
    "waiting_chats",
    metadata,
    Column("bot", BigInteger, primary_key=True, autoincrement=False),
    Column("chat_key", LargeBinary(16), primary_key=True),
    *required(waiting_since=BigInteger, not_before=BigInteger, update_count=Integer),
    Index("ix_waiting_chats_since", "bot", "waiting_since"),
    info={
        "holds": "a keyed digest of a chat with updates that wait for a worker, since when, how "
        "many: workers take the oldest first",
        "erased": "when the last of them is handled, within seconds",
    },
)

offsets = Table(
    "offsets",
    metadata,
    Column("bot", BigInteger, primary_key=True, autoincrement=False),
    *required(next_update_id=BigInteger, committed_at=BigInteger),
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
    *required(kind=String(20), since=BigInteger, until=BigInteger),
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
    *required(chat_key=LargeBinary(16), state=LargeBinary),
    Column("touched_at", BigInteger, nullable=False),  # whole hours: the index seldom changes
    UniqueConstraint("chat_key"),
    Index("ix_conversations_touched_at", "touched_at"),
    info={
        # A new state then fits into the page of the old one, and no index has to be written.
        "fillfactor": 50,
        "holds": "a keyed digest of the chat; sealed: language, position in a flow, draft, message "
        "ids, caseworker",
        "erased": "24 hours after the last step; message ids after 48; caseworker with the case",
    },
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    *required(chat_key=LargeBinary(16), lane=SmallInteger, author=String(12), state=String(10)),
    Column("body", LargeBinary),
    Column("not_before", BigInteger, nullable=False),
    Column("hold", String(40)),
    Column("attempts", SmallInteger, nullable=False),
    *optional(fault=String(80), message=BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("settled_at", BigInteger),
    Column("owner", BigInteger),  # the process that claimed it last; before, that stored it
    Column("fence", Integer, nullable=False, server_default="0"),  # how often it changed hands
    Column("lease_until", BigInteger),  # until when a human's letter counts as being sent
    info={
        "holds": "sealed: the chat and the text for it, until sent; then the message id; clear: "
        "which process sends it, and until when that counts",
        "erased": "body when sent; message id after 48 hours; undelivered after 7 days",
    },
)
partial_index("ix_outbox_open", UNSENT, outbox.c.state, outbox.c.not_before)

cases = Table(
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    *required(kind=String(16), status=String(12), priority=SmallInteger, language=String(12)),
    Column("county", String(8)),
    Column("chat_key", LargeBinary(16), nullable=False),
    Column("address", LargeBinary),
    *required(reasons=LargeBinary, waiting_since=BigInteger, opened_at=BigInteger),
    *required(queue=String(16), contact=String(60)),
    *optional(holder=String(32), claimed_at=BigInteger),
    Column("worked_at", BigInteger),  # by its caseworker; null: claimed, not worked on yet
    *optional(read_at=BigInteger, answered_at=BigInteger),
    Column("due_at", BigInteger),  # null: answered, or waiting for the person
    Column("alerts", SmallInteger, nullable=False),
    *optional(disposition=String(24), closed_at=BigInteger),
    Column("told_at", BigInteger),  # when staff who can come were told that a reply is overdue
    Column("first_answer_at", BigInteger),  # so that it is counted once; null: no one answered yet
    Column("office", String(8)),  # who sees it; null: all offices, or there are none
    info=erased_with_case(
        "clear, for the queue: language, county, office, priority, times to the minute, "
        "caseworker, when the person may be written to; once closed no county, and times to the "
        "day; sealed: chat, reasons"
    ),
)
_IN_QUEUE_ORDER = ("queue", "language", "priority", "waiting_since", "id")
partial_index("ix_cases_waiting", CASE_WAITS, *(cases.c[name] for name in _IN_QUEUE_ORDER))
Index("ix_cases_chat_key", cases.c.chat_key)
partial_index("ix_cases_holder", CASE_IS_ASSIGNED, cases.c.holder, cases.c.status)
partial_index("ix_cases_due_at", CASE_IS_DUE, cases.c.due_at)
partial_index("ix_cases_closed_at", CASE_IS_CLOSED, cases.c.closed_at)

reports = Table(
    "reports",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(kind=String(16), flow=String(40), sealed=LargeBinary),
    Column("codes", LargeBinary),
    Column("sent_at", BigInteger, nullable=False),
    Index("ix_reports_case_id", "case_id", "sent_at"),
    info=erased_with_case(
        "sealed to the case: every answer; sealed for the bot, for a day: the codes"
    ),
)

files = Table(
    "files",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(state=String(12), sealed=LargeBinary),
    Column("handle", LargeBinary),
    *required(attempts=SmallInteger, not_before=BigInteger, size=BigInteger, created_at=BigInteger),
    # In its case, from 1: as they reached it, and within one report as they arrived.
    Column("number", Integer, nullable=False, server_default="0"),
    Index("ix_files_case_id", "case_id"),
    info=erased_with_case(
        "sealed: handle, name and digest of a file; its bytes are sealed under files/"
    ),
)
partial_index("ix_files_open", FILE_WAITS, files.c.state, files.c.not_before)

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    *required(role=String(16), title=String(24), sealed=LargeBinary, languages=String(120)),
    *required(queues=String(160), skills=String(160), most=SmallInteger, state=String(10)),
    *required(on_duty=SmallInteger, rests_until=BigInteger),
    Column("account_key", LargeBinary(16), unique=True),
    Column("added_at", BigInteger, nullable=False),
    Column("offices", String(160)),  # ids; null: they work for all
    info={
        "holds": "nothing about a person: what a caseworker may do; sealed: name, account",
        "erased": "never: the audit log names them by id; `haven staff disable` ends their access",
    },
)

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=False),
    *required(at=BigInteger, actor=String(32), deed=String(24), subject=String(40)),
    *required(detail=String(200), mac=LargeBinary(32)),
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
    *required(kind=String(12), sealed=LargeBinary),
    *optional(letter=BigInteger, state=String(10)),
    Column("at", BigInteger, nullable=False),
    # A caseworker's; null: not yet. If uncertain: when it left. A person's: when it reached the
    # case, if it had waited for their yes.
    Column("arrived_at", BigInteger),
    Index("ix_exchanges_case_id", "case_id", "id"),
    Index("ix_exchanges_letter", "letter"),
    info=erased_with_case("sealed: messages between a person and a caseworker, and notes"),
)

referrals = Table(
    "referrals",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(recipient=String(40), state=String(10), sealed=LargeBinary),
    Column("asked", LargeBinary),
    *required(offered_by=String(32), offered_at=BigInteger),
    *optional(answered_at=BigInteger, sent_at=BigInteger),
    *optional(reply=String(10), replied_at=BigInteger),  # what the recipient answered
    Index("ix_referrals_case_id", "case_id", "offered_at"),
    info=erased_with_case(
        "clear: to whom and when, what the recipient answered; sealed: exactly what the person "
        "agreed to pass on"
    ),
)

referral_copies = Table(
    "referral_copies",
    metadata,
    Column("id", String(12), primary_key=True),  # as printed on the sheet
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(referral=String(32), digest=LargeBinary(32), made_by=String(32), made_at=BigInteger),
    Index("ix_referral_copies_case_id", "case_id", "made_at"),
    info=erased_with_case(
        "digests of referral sheets that left the desk, by whom and when; no word of them"
    ),
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
    info=erased_with_case(
        "which topic of the staff group mirrors which case; sealed: its name, and ids of "
        "messages in it that can be answered"
    ),
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
    *required(reason=String(16), asked_by=String(32)),
    Column("agreed_by", String(32)),  # null: not in force yet
    *required(since=BigInteger, until=BigInteger),
    Index("ix_legal_holds_case_id", "case_id"),
    info=erased_with_case("which case must be kept, why, by whose decision"),
)

erasures = Table(
    "erasures",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_hash", LargeBinary(16), nullable=False, unique=True),
    Column("case_id", String(32)),  # until a check found nothing left
    *required(why=String(24), begun_at=BigInteger),
    Column("done_at", BigInteger),
    *required(rows=Integer, files=Integer),
    info={"holds": "nothing: keyed digests of erased cases", "erased": "never"},
)

rounds = Table(
    "rounds",
    metadata,
    Column("name", String(12), primary_key=True),
    *required(ran_at=BigInteger, steady_since=BigInteger),
    info={
        "holds": "nothing: since when the clock can be trusted, or the token is refused; which "
        "process led last",
        "erased": "never",
    },
)
