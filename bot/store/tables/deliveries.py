"""Tables of referrals delivered to partners, and of those that partners send us.

What a member of a partner may read is a copy sealed to their own key. It stands in a table of its
own, `delivery_copies`, so that taking it back deletes it and no backup keeps it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, text

from bot.store.tables.main import (
    Serial,
    erased_with_case,
    metadata,
    optional,
    partial_index,
    required,
)

DELIVERY_IS_OPEN = text("closed_at is null")

recipient_partners = Table(
    "recipient_partners",
    metadata,
    Column("recipient", String(40), primary_key=True),
    Column("partner_id", BigInteger, ForeignKey("partners.id"), nullable=False),
    *required(linked_by=String(32), linked_at=BigInteger),
    info={
        "holds": "which organisation of the directory is which partner; nothing about a person",
        "erased": "when the link is removed",
    },
)

referral_deliveries = Table(
    "referral_deliveries",
    metadata,
    Column("id", String(12), primary_key=True),  # by which the partner speaks of it
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(referral=String(32), recipient=String(40)),
    Column("partner_id", BigInteger, ForeignKey("partners.id"), nullable=False),
    *required(state=String(10), sent_at=BigInteger, ends_at=BigInteger),
    *optional(opened_at=BigInteger, opened_by=BigInteger, answer=String(10)),
    *optional(answered_at=BigInteger, closed_at=BigInteger),
    Index("ix_referral_deliveries_case_id", "case_id", "sent_at"),
    Index("ix_referral_deliveries_partner_id", "partner_id", "sent_at"),
    info=erased_with_case(
        "clear, for the partner's list and what is due: to which partner a referral was delivered "
        "and when, when which member opened it, the code of their answer; no word of a person"
    ),
)
partial_index("ix_referral_deliveries_open", DELIVERY_IS_OPEN, referral_deliveries.c.ends_at)

delivery_copies = Table(
    "delivery_copies",
    metadata,
    Column("delivery_id", String(12), primary_key=True),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(sealed=LargeBinary),
    Index("ix_delivery_copies_case_id", "case_id"),
    info={
        "holds": "sealed to a member of a partner: exactly what a person agreed to pass on",
        "erased": "when it is taken back, returned or done, at once; with the case; it is in no "
        "backup",
    },
)

delivery_messages = Table(
    "delivery_messages",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    *required(delivery_id=String(12)),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    *required(side=String(8), code=String(10)),
    Column("sealed", LargeBinary),  # null: there are no words
    Column("author", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_delivery_messages_case_id", "case_id", "id"),
    Index("ix_delivery_messages_delivery_id", "delivery_id", "id"),
    sqlite_autoincrement=True,
    info=erased_with_case(
        "clear: the codes of what a partner answered and staff replied, by whom and when; sealed "
        "to the case: words of the partner"
    ),
)

partner_referrals = Table(
    "partner_referrals",
    metadata,
    Column("id", String(12), primary_key=True),  # by which the partner speaks of it
    Column("case_id", String(32), ForeignKey("cases.id")),  # null: it waits to become a case
    Column("partner_id", BigInteger, ForeignKey("partners.id"), nullable=False),
    *required(member_id=BigInteger, sent_at=BigInteger),
    Column("asked_to_call_at", BigInteger),
    Index("ix_partner_referrals_case_id", "case_id"),
    Index("ix_partner_referrals_partner_id", "partner_id", "sent_at"),
    info=erased_with_case(
        "clear: which partner referred a case to us and when, and whether they are asked to call; "
        "no word of a person"
    ),
)

delivery_stops = Table(
    "delivery_stops",
    metadata,
    Column("delivery_id", String(12), primary_key=True),
    Column("partner_id", BigInteger, ForeignKey("partners.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_delivery_stops_partner_id", "partner_id"),
    info={
        "holds": "the number of a delivery that a partner has read and is asked to delete, because "
        "the person took it back or their case was erased; nothing about a person",
        "erased": "when the partner says that it is deleted",
    },
)
