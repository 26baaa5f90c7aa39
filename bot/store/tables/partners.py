"""Tables of partners and their links. Of people there are counts only."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table

from bot.store.tables.main import Serial, metadata, required

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
    Column("name", String(40), nullable=False, unique=True),
    Column("code", String(16), nullable=False, unique=True),
    *required(language=String(12), added_at=BigInteger),
    Column("revoked_at", BigInteger),
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
