"""Tables of partners, their links, and who signs in to their room. Of people there are counts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from bot.store.tables.main import Serial, metadata, optional, required

partners = Table(
    "partners",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("added_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    info={"holds": "nothing about a person: organisations that share a link", "erased": "never"},
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("partner_id", BigInteger, ForeignKey("partners.id"), nullable=False),
    Column("name", String(40), nullable=False, unique=True),  # a code since 0.4.0
    Column("code", String(16), nullable=False, unique=True),
    *required(language=String(12), added_at=BigInteger),
    Column("revoked_at", BigInteger),
    Column("label", String(40)),
    # Not by itself: a partner would learn which names other partners gave to their links.
    Index("ix_campaigns_partner_id_label", "partner_id", "label", unique=True),
    info={"holds": "nothing about a person: links and where they are used", "erased": "never"},
)

campaign_counts = Table(
    "campaign_counts",
    metadata,
    Column("campaign_id", BigInteger, ForeignKey("campaigns.id"), primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("times", Integer, nullable=False),
    info={"holds": "nothing: chats begun by a link, per month", "erased": "never"},
)

campaign_places = Table(
    "campaign_places",
    metadata,
    Column("campaign_id", BigInteger, ForeignKey("campaigns.id"), primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    info={
        "holds": "that a chat was counted: two bytes of a keyed digest, which many chats share",
        "erased": "at the end of the month, and with every case of the chat; in no backup",
    },
)

partner_members = Table(
    "partner_members",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("partner_id", BigInteger, ForeignKey("partners.id"), nullable=False),
    *required(sealed=LargeBinary, invited_by=String(32), invited_at=BigInteger),
    # The key: null before the invitation was used, and after access has ended.
    *optional(public=LargeBinary(32), proof=LargeBinary(32), locked=LargeBinary),
    *optional(approved_by=String(32), approved_at=BigInteger),
    Column("code", LargeBinary),
    Column("code_step", BigInteger, nullable=False),  # of the last code that was used
    Column("disabled_at", BigInteger),
    Index("ix_partner_members_partner_id", "partner_id"),
    info={
        "holds": "clear: by a number, who may sign in for which partner, who invited and who "
        "approved them; sealed: their name, the secret of their code app, and their key, locked "
        "with their password; nothing about a person who seeks help",
        "erased": "key and code app: when their access ends; name and number: never, they stand in "
        "the audit log",
    },
)

partner_invites = Table(
    "partner_invites",
    metadata,
    Column("token", LargeBinary(32), primary_key=True),
    Column("member_id", BigInteger, ForeignKey("partner_members.id"), nullable=False),
    Column("until", BigInteger, nullable=False),
    info={
        "holds": "which member of a partner may set a password: the digest of a link",
        "erased": "when used or replaced; after 3 days, with the next link that is made",
    },
)

partner_sessions = Table(
    "partner_sessions",
    metadata,
    Column("token", LargeBinary(32), primary_key=True),
    Column("member_id", BigInteger, ForeignKey("partner_members.id"), nullable=False),
    *required(browser=String(24), begun_at=BigInteger, seen_at=BigInteger),
    *required(sealed=LargeBinary, version=Integer),
    Index("ix_partner_sessions_member_id", "member_id"),
    info={
        "holds": "which member of a partner is signed in, since when, with which browser; the "
        "digest of the session token; sealed under the secret in the browser, and under the root: "
        "the member's locked key, and what the session keeps between pages",
        "erased": "at sign-out, after 15 minutes without activity, 10 hours after sign-in",
    },
)
