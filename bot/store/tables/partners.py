"""Tables of partners and of the links they give out; of people there are counts, and no list."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table

from bot.store.tables.main import Serial, metadata

partners = Table(
    "partners",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("added_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    info={"holds": "nothing about a person: organisations that share our link", "erased": "never"},
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("partner_id", BigInteger, ForeignKey("partners.id"), nullable=False),
    Column("name", String(40), nullable=False, unique=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("language", String(12), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    info={"holds": "nothing about a person: which link was given out where", "erased": "never"},
)

campaign_counts = Table(
    "campaign_counts",
    metadata,
    Column("campaign_id", BigInteger, ForeignKey("campaigns.id"), primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("times", Integer, nullable=False),
    info={"holds": "nothing: how many chats began by a link, a month", "erased": "never"},
)

campaign_places = Table(
    "campaign_places",
    metadata,
    Column("campaign_id", BigInteger, ForeignKey("campaigns.id"), primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    info={
        "holds": "that a chat was counted: two bytes of a keyed digest, which many chats share",
        "erased": "when its month is over, and with every case of the chat; in no backup",
    },
)
