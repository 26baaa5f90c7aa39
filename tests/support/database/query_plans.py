"""How a database would go about a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.store.compiled import Prepared
    from bot.store.database import Database


def query_plan(database: Database, statement: Prepared, row: tuple[Any, ...]) -> str:
    """Return the database's plan; PostgreSQL is asked not to scan, as its tables are empty here."""
    compiled = statement.for_dialect(database.dialect)
    connection = database.connect()
    cursor = connection.cursor()
    if database.dialect == "sqlite":
        cursor.execute(f"EXPLAIN QUERY PLAN {compiled.sql}", compiled.row(row))
    else:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"EXPLAIN {compiled.sql}", compiled.row(row))
    found = "\n".join(str(line[-1]) for line in cursor.fetchall())
    cursor.close()
    connection.close()
    return found
