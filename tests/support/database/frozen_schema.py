"""The first revision of both databases, written from the tables the code knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy.schema import CreateIndex, CreateTable

from bot.store.compiled import dialect_of
from bot.store.migrate import KEY_MIGRATIONS, MIGRATIONS
from bot.store.tables.keys import key_metadata
from bot.store.tables.main import metadata
from tests.support.database_fixtures import DATABASE_KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import MetaData


def frozen_scripts() -> dict[Path, str]:
    """Return the scripts of revision 0001, by path: one statement a line."""
    return {
        folder / f"0001_{dialect}.sql": _schema(tables, dialect)
        for folder, tables in ((MIGRATIONS, metadata), (KEY_MIGRATIONS, key_metadata))
        for dialect in DATABASE_KINDS
    }


def _schema(tables: MetaData, dialect: str) -> str:
    made = [
        statement
        for table in tables.sorted_tables
        for statement in (
            CreateTable(table),
            *(CreateIndex(it) for it in sorted(table.indexes, key=lambda it: str(it.name))),
        )
    ]
    lines = [re.sub(r"\s+", " ", str(it.compile(dialect=dialect_of(dialect)))) for it in made]
    return "".join(f"{line.strip()};\n" for line in lines)
