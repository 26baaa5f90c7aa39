"""SQLAlchemy statements, compiled once into the driver's text.

Rows are tuples in the order of the names a statement was prepared with, so that `executemany` takes
them unchanged.
"""

from __future__ import annotations

from functools import cache, cached_property
from importlib import import_module
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import BindParameter, Table, bindparam

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.dialects import postgresql, sqlite
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.elements import ClauseElement

    Row = tuple[Any, ...]


@cache
def dialect_of(name: str) -> Dialect:
    """Return the dialect of a database, with positional parameters."""
    module = _load_dialect(name)
    if name == "sqlite":
        return cast("Dialect", module.dialect(paramstyle="qmark"))
    return cast("Dialect", module.psycopg.dialect(paramstyle="format"))


def _load_dialect(name: str) -> Any:
    """Load what SQLAlchemy knows of a database: 0.6 MB of SQLite, 2.3 MB of PostgreSQL."""
    return import_module(f"sqlalchemy.dialects.{name}")


LIST_SIZES = (1, 8, 32, 64, 128)
"""Numbers of values of the compiled `IN` lists; a shorter list repeats its last value."""


class Compiled:
    """A statement in the text of one driver."""

    __slots__ = ("arrange", "is_read", "sql")

    def __init__(self, statement: ClauseElement, names: Sequence[str], dialect: str) -> None:
        compiled = cast("SQLCompiler", statement.compile(dialect=dialect_of(dialect)))
        self.sql = str(compiled)
        self.is_read = self.sql.lstrip("( ").startswith("SELECT")
        """Whether it writes nothing. One that begins with WITH is taken for a write."""
        order = compiled.positiontup or []
        self.arrange = None if order == list(names) else _arrangement(compiled, order, names)

    def row(self, values: Row) -> Row:
        """Return the values in the order the driver needs, with the constants."""
        return values if self.arrange is None else self.arrange(values)


def _arrangement(
    compiled: SQLCompiler, order: Sequence[str], names: Sequence[str]
) -> Callable[[Row], Row]:
    constants = tuple(compiled.params[name] for name in order if name not in names)
    spare = iter(range(len(names), len(names) + len(constants)))
    places = [names.index(name) if name in names else next(spare) for name in order]
    if not places:
        return lambda _: ()
    if len(places) == 1:
        only = places[0]
        return lambda values: ((values + constants)[only],)
    pick = itemgetter(*places)
    return lambda values: cast("Row", pick(values + constants))


class Prepared:
    """A statement, compiled for each database on first use.

    `make` takes the name of the dialect and returns the statement; its parameters are `bindparam`s,
    whose names are `names`. `bot.store.statements` builds the common ones.
    """

    def __init__(
        self, make: Callable[[str], ClauseElement], *names: str,
        make_bulk: Callable[[], ClauseElement] | None = None,
    ) -> None:  # fmt: skip
        self._make = make
        self._names = names
        self._compiled: dict[str, Compiled] = {}
        self._make_bulk = make_bulk

    @cached_property
    def bulk(self) -> Compiled | None:
        """Return the same for many rows at once in PostgreSQL; None where there is none.

        Its parameters are lists, one for each name: as many rows as one statement cost the server
        and the driver a tenth of as many statements.
        """
        make = self._make_bulk
        return Compiled(make(), self._names, "postgresql") if make is not None else None

    def for_dialect(self, dialect: str) -> Compiled:
        """Return the statement in the text of a database."""
        found = self._compiled.get(dialect)
        if found is None:
            found = self._compiled[dialect] = Compiled(self._make(dialect), self._names, dialect)
        return found


class PreparedList:
    """A statement with an `IN` list of any length, compiled for a few lengths."""

    def __init__(self, make: Callable[[list[BindParameter[Any]]], ClauseElement]) -> None:
        self._make = make

    @cached_property
    def _sizes(self) -> dict[int, Prepared]:
        return {size: self._prepared(size) for size in LIST_SIZES}

    def _prepared(self, size: int) -> Prepared:
        names = [f"v{place:03}" for place in range(size)]
        return Prepared(lambda _: self._make([bindparam(name) for name in names]), *names)

    def batches(self, values: Sequence[Any]) -> list[tuple[Prepared, Row]]:
        """Return statements and rows which together cover all values."""
        found: list[tuple[Prepared, Row]] = []
        largest = LIST_SIZES[-1]
        for start in range(0, len(values), largest):
            part = tuple(values[start : start + largest])
            size = next(size for size in LIST_SIZES if size >= len(part))
            found.append((self._sizes[size], part + (part[-1],) * (size - len(part))))
        return found


class PreparedRows:
    """An INSERT of any number of rows that tells which of them it stored.

    SQLite takes each row by itself and tells by the number of changes; its RETURNING costs twice
    as much. PostgreSQL takes all as lists, one for each column, and returns row ids and keys.
    """

    def __init__(self, prepared: Prepared, columns: Sequence[str], key: Sequence[str]) -> None:
        self.prepared = prepared
        places = [columns.index(name) for name in key]
        self.key_of: Callable[[Row], Row] = itemgetter(*places)
        """Returns the values of the unique key in a row."""


def insert_into(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the INSERT of the dialect, with `on_conflict_do_nothing` and `..._update`."""
    return cast("sqlite.Insert | postgresql.Insert", _load_dialect(dialect).insert(table))
