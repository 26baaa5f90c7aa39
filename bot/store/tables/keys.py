"""Every table of the key store, which is a database of its own: who steals one copy has only half.

`key_stores` alone lies with the data and says which key store is theirs. Nothing here is about a
person. What opens a person's words lies here wrapped, and goes from here
first when they are erased.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

from bot.store.tables.main import Serial, metadata

key_metadata = MetaData(naming_convention=metadata.naming_convention)

roots = Table(
    "roots",
    key_metadata,
    Column("mark", LargeBinary(8), primary_key=True),  # of the host key that opens it
    Column("store", LargeBinary(8), nullable=False),  # which key store this is
    Column("salt", LargeBinary(16)),  # where the host key is made of a passphrase
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    info={
        "holds": "sealed under a host key: the secret from which this deployment's keys are made",
        "erased": "when a newer host key has taken its place",
    },
)

epochs = Table(
    "epochs",
    key_metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("kind", String(8), nullable=False),
    Column("public", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("born_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,  # a number is never used twice: what was sealed names it
    info={
        "holds": "sealed under the host: what opens what is on its way, an hour's or a waiting "
        "letter's",
        "erased": "26 hours after its birth; for letters that must wait, when none does, or after "
        "14 days",
    },
)

case_wraps = Table(
    "case_wraps",
    key_metadata,
    Column("case_id", String(32), primary_key=True),
    Column("holder", String(40), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Index("ix_case_wraps_made_at", "made_at"),
    info={
        "holds": "sealed to whoever may open a case: the private half of its key",
        "erased": "with the case, before everything else of it; when its holder changes",
    },
)

staff_keys = Table(
    "staff_keys",
    key_metadata,
    Column("staff_id", String(32), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("queues", String(160), nullable=False),
    Column("public", LargeBinary(32), nullable=False),
    Column("proof", LargeBinary(32), nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("memory", Integer, nullable=False),
    Column("passes", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("recovery", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    info={
        "holds": "sealed under a caseworker's password, and under what was printed for them: the "
        "private half of their key",
        "erased": "when the caseworker leaves",
    },
)

teams = Table(
    "teams",
    key_metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("name", String(24), nullable=False),
    Column("public", LargeBinary(32), nullable=False),
    Column("proof", LargeBinary(32), nullable=False),
    Column("members", Integer, nullable=False),
    Column("born_at", BigInteger, nullable=False),
    Index("ix_teams_name", "name", "id"),
    sqlite_autoincrement=True,
    info={
        "holds": "what is sealed to: the public half of a team's key",
        "erased": "when nothing is wrapped to it any more and a newer one has taken its place",
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
    Column("public", LargeBinary(32), nullable=False),
    Column("proof", LargeBinary(32), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
    info={
        "holds": "what is sealed to: the public half of the escrow key, whose other half is on "
        "paper",
        "erased": "when another takes its place and nothing is wrapped to it any more",
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
