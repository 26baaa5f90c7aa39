"""What the processes of a deployment share besides its data: small values, each under a name."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from bot.store.tables.main import metadata

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
