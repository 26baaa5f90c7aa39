"""Tables of what belongs to a case beyond the case itself, and of the jobs that wait for it.

Snoozes, follow-ups, links, drafts, what was seen, files that were sent; the chain of custody;
check-ins and passphrases; legal deadlines (events, when to check them next, warnings); consents,
erasure requests, receipts.
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
    UniqueConstraint,
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

case_dates = Table(
    "case_dates",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("aside_until", BigInteger),  # null: not snoozed
    Column("aside_by", String(32)),
    Column("back_at", BigInteger),  # null: not brought back early
    *optional(back_why=String(8), follow_up_at=BigInteger),
    Index("ix_case_dates_aside_by", "aside_by"),
    info=erased_with_case(
        "clear: until when a caseworker snoozed a case, what ended that early, the day of follow-up"
    ),
)

case_links = Table(
    "case_links",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(other_id=String(32), kind=String(8), by=String(32), at=BigInteger),
    UniqueConstraint("case_id", "other_id"),
    Index("ix_case_links_other_id", "other_id"),
    info={
        "holds": "clear: which cases belong together or are one, by whose decision; a row for each",
        "erased": "with either of the two cases",
    },
)

desk_drafts = Table(
    "desk_drafts",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    *required(sealed=LargeBinary, at=BigInteger),
    Index("ix_desk_drafts_at", "at"),
    info={
        "holds": "sealed to a caseworker: text they have not sent yet",
        "erased": "when sent, after 7 days, and with the case",
    },
)

case_looks = Table(
    "case_looks",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    *optional(looked_at=BigInteger, seen_message=BigInteger, seen_at=BigInteger),
    info=erased_with_case(
        "clear: up to which moment, and up to which number of a message, a caseworker has seen "
        "the conversation of a case"
    ),
)

sent_files = Table(
    "sent_files",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(sealed=LargeBinary),
    Index("ix_sent_files_case_id", "case_id"),
    info=erased_with_case(
        "sealed: files that caseworkers sent from a desk, or attached to the record of a report"
    ),
)

custody = Table(
    "custody",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(number=Integer, at=BigInteger, sealed=LargeBinary, link=LargeBinary(32)),
    *required(mac=LargeBinary(32)),
    UniqueConstraint("case_id", "number"),
    info=erased_with_case("sealed: who did what to which file, and the file's digest; clear: when"),
)

check_ins = Table(
    "check_ins",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("chat_key", LargeBinary(16), nullable=False),
    *optional(sealed=LargeBinary, answer=LargeBinary(32), duress=LargeBinary(32)),
    *required(next_at=BigInteger, looked_at=BigInteger),
    *optional(letter=BigInteger, frozen_at=BigInteger),
    Index("ix_check_ins_chat_key", "chat_key"),
    Index("ix_check_ins_next_at", "next_at"),
    Index("ix_check_ins_looked_at", "looked_at"),
    Index("ix_check_ins_letter", "letter"),
    info=erased_with_case(
        "sealed for the bot: at which hour a person is asked, and the state of that; "
        "slow, keyed digests of their passphrase and duress passphrase; clear: when the next step "
        "is due, the letter that asks, when the duress passphrase was used"
    ),
)

words = Table(
    "words",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    *required(chat_key=LargeBinary(16), safe=LargeBinary(32)),
    Column("duress", LargeBinary(32)),
    *required(tries=SmallInteger, tried_at=BigInteger),
    Column("frozen_at", BigInteger),
    Index("ix_words_chat_key", "chat_key"),
    info=erased_with_case(
        "slow, keyed digests of a person's passphrase and duress passphrase; wrong tries; "
        "when the duress passphrase was used"
    ),
)

passphrase_jobs = Table(
    "passphrase_jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    *required(chat_key=LargeBinary(16), sealed=LargeBinary, attempts=SmallInteger),
    *required(not_before=BigInteger, created_at=BigInteger),
    Index("ix_passphrase_jobs_chat_key", "chat_key", "created_at"),
    info={
        "holds": "sealed: a passphrase a person wrote, and what for, until it is hashed",
        "erased": "when it is hashed, at once; with the case; after 14 days at most",
    },
)

clock_events = Table(
    "clock_events",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(sealed=LargeBinary, at=BigInteger),
    Index("ix_clock_events_case_id", "case_id", "id"),
    info=erased_with_case(
        "sealed for the bot: a legal event, its day, and who entered it; rows are only ever added"
    ),
)

DEADLINE_IS_NEAR = text("soon_at is not null")

clocks = Table(
    "clocks",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    *required(next_at=BigInteger, looked_at=BigInteger),
    Column("soon_at", BigInteger),  # the nearest deadline staff should see; null: none
    Index("ix_clocks_next_at", "next_at"),
    Index("ix_clocks_looked_at", "looked_at"),
    info=erased_with_case(
        "clear: when to check the legal deadlines of a case next, and the nearest one"
    ),
)

partial_index("ix_clocks_soon_at", DEADLINE_IS_NEAR, clocks.c.soon_at)

clock_marks = Table(
    "clock_marks",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("letter", BigInteger),
    Column("at", BigInteger, nullable=False),
    Index("ix_clock_marks_case_id", "case_id", "id"),
    Index("ix_clock_marks_letter", "letter"),
    info=erased_with_case(
        "sealed for the bot: which warning was given; clear: the letter that carried it"
    ),
)

agreements = Table(
    "agreements",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(kind=String(12), answer=String(24), given=SmallInteger, words=LargeBinary(32)),
    *required(notice=LargeBinary(32), language=String(12), at=BigInteger),
    Column("revoked_at", BigInteger),
    *required(revoked_by=String(32), mac=LargeBinary(32)),
    Column("heard_by", String(32)),  # who heard it spoken; null: the person pressed a button
    Index("ix_agreements_case_id", "case_id", "id"),
    info=erased_with_case(
        "clear: which question a person answered with which button, or aloud and to which "
        "caseworker, when, and the digest of its wording"
    ),
)

wishes = Table(
    "wishes",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("asked_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),  # null: two caseworkers object
    *required(confirmed_by=String(32), objected_by=String(32), seconded_by=String(32)),
    *required(alerts=SmallInteger),
    Index("ix_wishes_due_at", "due_at"),
    info=erased_with_case(
        "clear: which case a person asked to erase, when, and which caseworkers confirmed "
        "it or objected"
    ),
)

receipts = Table(
    "receipts",
    metadata,
    Column("reference", String(16), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(at=BigInteger, count=SmallInteger, digest=LargeBinary(32), signature=LargeBinary(64)),
    *required(word=LargeBinary(32)),
    Index("ix_receipts_case_id", "case_id"),
    info=erased_with_case(
        "clear: that something was received, when, and a digest of the sealed rows; the "
        "slow, keyed digest of the person's passphrase"
    ),
)

wordings = Table(
    "wordings",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    *required(language=String(12), words=String(8000), since=BigInteger),
    info={
        "holds": "nothing about a person: wordings of our questions and notices",
        "erased": "never: the wording a person agreed to must be found again",
    },
)
