"""Rows of a table in one order on both databases, and the digest that compares them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import String, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from sqlalchemy import Column, ColumnElement, Connection, Table

BATCH_SIZE = 500
"""Rows that are read, and stored in one commit."""
Row = tuple[object, ...]
_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class TableDigest:
    """What a table holds: equal if, and only if, every row is."""

    rows: int
    digest: bytes


class RowDigest:
    """The digest of rows in their order."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = sha256()

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows. Each is encoded with its lengths, so that no two lists have one encoding."""
        for row in rows:
            self._hash.update(_encode(row))
            self.rows += 1

    def result(self) -> TableDigest:
        """Return the digest of the rows so far."""
        return TableDigest(self.rows, self._hash.digest())


def batches(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """Yield the rows of a table, ordered by its primary key: by bytes, not by a language."""
    is_sqlite = connection.dialect.name == "sqlite"
    order = [_by_bytes(column, is_sqlite=is_sqlite) for column in table.primary_key.columns]
    found = connection.execute(
        select(*table.columns).order_by(*order), execution_options={"yield_per": BATCH_SIZE}
    )
    for rows in found.partitions():
        yield [tuple(row) for row in rows]


def _by_bytes(column: Column[Any], *, is_sqlite: bool) -> ColumnElement[Any]:
    # SQLite orders text by its bytes already; PostgreSQL by the language of the database.
    return column if is_sqlite or not isinstance(column.type, String) else column.collate("C")


def digest_table(connection: Connection, table: Table) -> TableDigest:
    """Return the digest of a table."""
    found = RowDigest()
    for rows in batches(connection, table):
        found.add(rows)
    return found.result()


def digest_tables(connection: Connection, tables: Sequence[Table]) -> dict[str, TableDigest]:
    """Return the digest of each table, by its name."""
    return {str(table.name): digest_table(connection, table) for table in tables}
