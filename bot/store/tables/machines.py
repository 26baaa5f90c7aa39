"""What the machines of a deployment share: who runs, their clocks, and small values by name."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from bot.store.tables.main import metadata, required

processes = Table(
    "processes",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # drawn at its start
    *required(roles=String(40), host=String(48), boot=BigInteger, process=BigInteger),
    *required(state=String(10), release=String(20), began_at=BigInteger, alive_at=BigInteger),
    info={
        "holds": "which processes run, on which machine, since when; no word about a person",
        "erased": "when the process ends, or a minute after its last sign of life",
    },
)

host_clocks = Table(
    "host_clocks",
    metadata,
    Column("boot", BigInteger, primary_key=True, autoincrement=False),  # 0: not known
    *required(wall_zero=BigInteger, steady_since=BigInteger, waits_since=BigInteger),
    Column("stored_at", BigInteger, nullable=False),
    info={
        "holds": "how the two clocks of a machine stand to each other, for each of its starts; no "
        "word about a person",
        "erased": "30 days after it was stored",
    },
)

shared_values = Table(
    "shared_values",
    metadata,
    Column("name", String(48), primary_key=True),
    Column("value", String(200), nullable=False),
    info={
        "holds": "Telegram's ids of our own recordings, the digest of the public profile it was "
        "told last, the mark of the bucket that holds the files; nothing about a person",
        "erased": "replaced when it changes",
    },
)
