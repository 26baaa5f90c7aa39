"""The tables of the key store, a database of its own: a stolen copy of one database is useless.

Only `key_stores` is a table of the data: it names the key store that belongs to them. No row is
about a person. Private keys of cases are wrapped here, and erased here first.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table

from bot.store.tables.main import Serial, metadata, required

key_metadata = MetaData(naming_convention=metadata.naming_convention)

roots = Table(
    "roots",
    key_metadata,
    Column("mark", LargeBinary(8), primary_key=True),  # of its host key
    Column("store", LargeBinary(8), nullable=False),  # which key store this is
    Column("salt", LargeBinary(16)),  # if a passphrase is part of the host key
    *required(sealed=LargeBinary, made_at=BigInteger),
    info={
        "holds": "sealed under a host key: the root, from which a deployment's keys are derived",
        "erased": "when a newer host key replaces it",
    },
)

epochs = Table(
    "epochs",
    key_metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    *required(kind=String(8), public=LargeBinary(32), sealed=LargeBinary, born_at=BigInteger),
    sqlite_autoincrement=True,  # sealed data name it: an id is never reused
    info={
        "holds": "sealed under the root: a private key for data in transit, or for letters that "
        "wait",
        "erased": "26 hours after creation; for letters that wait, when none is left, or after 14 "
        "days",
    },
)

case_wraps = Table(
    "case_wraps",
    key_metadata,
    Column("case_id", String(32), primary_key=True),
    Column("holder", String(40), primary_key=True),
    *required(sealed=LargeBinary, made_at=BigInteger),
    Index("ix_case_wraps_made_at", "made_at"),
    info={
        "holds": "sealed to those who may open a case: the private half of its key",
        "erased": "with the case, before its other rows; when its caseworker changes",
    },
)

staff_keys = Table(
    "staff_keys",
    key_metadata,
    Column("staff_id", String(32), primary_key=True),
    *required(role=String(16), queues=String(160), public=LargeBinary(32), proof=LargeBinary(32)),
    *required(salt=LargeBinary(16), memory=Integer, passes=Integer, sealed=LargeBinary),
    *required(recovery=LargeBinary, made_at=BigInteger),
    info={
        "holds": "sealed under a caseworker's password, and under their printed recovery key: the "
        "private half of their key",
        "erased": "when the caseworker leaves",
    },
)

teams = Table(
    "teams",
    key_metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    *required(name=String(24), public=LargeBinary(32), proof=LargeBinary(32), members=Integer),
    *required(born_at=BigInteger),
    # In which renewal of all teams it was made.
    Column("round", BigInteger, nullable=False, server_default="0"),
    Index("ix_teams_name", "name", "id"),
    sqlite_autoincrement=True,
    info={
        "holds": "to seal to: the public half of a team's key",
        "erased": "when the teams are renewed",
    },
)

team_rounds = Table(
    "team_rounds",
    key_metadata,
    Column("round", BigInteger, primary_key=True, autoincrement=False),
    *required(teams=Integer, proof=LargeBinary(32)),
    info={
        "holds": "which renewal of the teams is the newest, and how many teams it has",
        "erased": "when the teams are renewed",
    },
)

key_requests = Table(
    "key_requests",
    key_metadata,
    Column("staff_id", String(32), primary_key=True),
    *required(role=String(16), queues=String(160), public=LargeBinary(32), asked_by=String(32)),
    *required(asked_at=BigInteger, proof=LargeBinary(32)),
    info={
        "holds": "whose key waits until a colleague approves it, who asked, and what it would open",
        "erased": "when a colleague approves or refuses it; when the caseworker leaves",
    },
)

team_wraps = Table(
    "team_wraps",
    key_metadata,
    Column("team", BigInteger, primary_key=True, autoincrement=False),
    Column("holder", String(40), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    info={
        "holds": "sealed to each member: the private half of a team's key",
        "erased": "when the member leaves, or with the team",
    },
)

escrows = Table(
    "escrows",
    key_metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    *required(public=LargeBinary(32), proof=LargeBinary(32), made_at=BigInteger),
    sqlite_autoincrement=True,
    info={
        "holds": "to seal to: the public half of the escrow key, whose other half is on paper",
        "erased": "when another replaces it and nothing is wrapped to it",
    },
)

key_stores = Table(
    "key_stores",
    metadata,
    Column("store", LargeBinary(8), primary_key=True),
    info={
        "holds": "nothing: which key store belongs to this database",
        "erased": "never: another key store opens nothing of it",
    },
)
