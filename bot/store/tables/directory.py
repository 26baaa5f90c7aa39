"""Tables of the directory of services: what two people approved, and all proposals."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from bot.store.tables.main import Serial, metadata, required

directory_services = Table(
    "directory_services",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("partner_id", BigInteger, ForeignKey("partners.id")),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),  # how many changes were approved
    Column("verified_at", BigInteger, nullable=False),  # 0: not known
    Column("verified_by", String(40), nullable=False),
    Column("free_places", Integer),
    Column("free_said_at", BigInteger),
    Column("free_said_by", String(40)),
    Column("ended_at", BigInteger),
    Index("ix_directory_services_partner_id", "partner_id"),
    info={
        "holds": "nothing of a person; sealed: what an organisation offers, as two people approved "
        "it; in clear, to hide what is old: who verified it when, how many places are free",
        "erased": "never: an ended service is kept with its history",
    },
)

directory_proposals = Table(
    "directory_proposals",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("service_id", String(16), nullable=False),  # a new service has no row until approval
    Column("kind", String(8), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("proposed_by", String(40), nullable=False),  # staff, a partner, or the operator
    *required(proposed_at=BigInteger),
    Column("decision", String(10)),  # approved, refused; empty while it waits
    Column("decided_by", String(40)),
    Column("decided_at", BigInteger),
    Column("answer", LargeBinary),  # sealed: why it was refused
    Index("ix_directory_proposals_service_id", "service_id", "id"),
    Index("ix_directory_proposals_decided_at", "decided_at"),
    sqlite_autoincrement=True,
    info={
        "holds": "nothing of a person; sealed: what someone proposed to write about a service, and "
        "why it was refused; who proposed and who decided, and when",
        "erased": "never: it is the history of the services",
    },
)
