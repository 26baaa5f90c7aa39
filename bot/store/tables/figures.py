"""Tables of the operator's figures: counters of months that are not frozen, and frozen months."""

from __future__ import annotations

from sqlalchemy import Column, Integer, SmallInteger, String, Table

from bot.store.tables.main import metadata, optional

figure_counts = Table(
    "figure_counts",
    metadata,
    Column("month", Integer, primary_key=True, autoincrement=False),  # counted from year 0
    Column("figure", String(24), primary_key=True),
    Column("dimension", String(16), primary_key=True),  # empty: the total
    Column("code", String(48), primary_key=True),
    Column("times", Integer, nullable=False),
    info={
        "holds": "of many people together: how many sessions and first answers there were, by one "
        "property at a time",
        "erased": "when the month is frozen, a week after its end",
    },
)

frozen_figures = Table(
    "frozen_figures",
    metadata,
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("version", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("figure", String(24), nullable=False),
    Column("dimension", String(16), nullable=False),
    Column("code", String(48), nullable=False),
    Column("number", Integer),  # null: left out
    *optional(low=SmallInteger, high=SmallInteger),  # percent
    info={
        "holds": "nothing: the figures of a month as they may be shown, small numbers left out",
        "erased": "never",
    },
)
