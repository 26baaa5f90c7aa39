"""Builders for the common statements: each returns a `Prepared`, compiled once for each database.

Columns are named by strings of the table in the first argument; an unknown name is a `KeyError`
when the module is imported. A row holds its values in this order: the columns as they are named,
then the open parameters of `by`, then that of `limit`.

`by` holds conditions, all of which must be true: the name of a column (equal to a value of the
row), or any expression of SQLAlchemy, which may have `bindparam`s of its own:

    _ADD = insert(partners, "name", "added_at", unless_exists="name")
    _WITHDRAW = update_by(outbox, "settled_at", by=("chat_key", UNSENT), constants={"body": None})
    _OPEN = select_by(cases, "id", by=("chat_key", cases.c.opened_at > bindparam("since")))

    work.run(_ADD, "Shelter", now)  # columns
    work.run(_WITHDRAW, now, chat_key)  # columns, then `by`
    work.rows(_OPEN, chat_key, since)  # `by`, from left to right

For anything else (grouping, unions, locks that skip rows) write a `Prepared` by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    FromClause,
    String,
    Text,
    bindparam,
    column,
    delete,
    func,
    literal,
    select,
    update,
)

from bot.store.compiled import Prepared, PreparedList, PreparedRows, insert_into

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from sqlalchemy import ColumnElement, Table, TextClause
    from sqlalchemy.sql.elements import ClauseElement
    from sqlalchemy.sql.roles import ExpressionElementRole
    from sqlalchemy.sql.selectable import TableValuedAlias
    from sqlalchemy.types import TypeEngine

    Column: TypeAlias = str | ColumnElement[Any]
    Columns: TypeAlias = Column | Sequence[Column]
    Condition: TypeAlias = ColumnElement[Any] | TextClause
    Conditions: TypeAlias = str | Condition | Sequence[str | Condition]
    Names: TypeAlias = str | Sequence[str]
    Limit: TypeAlias = int | ExpressionElementRole[Any]


def insert(
    table: Table,
    *columns: str,
    constants: Mapping[str, Any] | None = None,
    unless_exists: Names = (),
    returning: Names = (),
    as_lists: bool = False,
) -> Prepared:
    """Return an INSERT. Row: the values of `columns`.

    `constants` are columns that always get the same value. With `unless_exists`, the columns of a
    unique key, a row whose key is stored already is left out. `returning` names columns whose
    values the statement returns. With `as_lists` PostgreSQL takes many rows as one statement: the
    values of a column must then be of one type in all rows, and `constants` no expressions.

        _ADD = insert(staff, "id", "title", "role", constants={"on_duty": 0})
    """
    names = _names(unless_exists)

    def make(dialect: str) -> ClauseElement:
        statement = insert_into(dialect, table).values(_values(columns, constants))
        if names:
            statement = statement.on_conflict_do_nothing(index_elements=names)
        back = [table.c[name] for name in _names(returning)]
        return statement.returning(*back) if back else statement

    def make_bulk() -> ClauseElement:
        rows, fixed = _rows_of_lists(table, columns), dict(constants or {})
        chosen = select(*rows.c, *(literal(value) for value in fixed.values()))
        statement = insert_into("postgresql", table).from_select([*columns, *fixed], chosen)
        return statement.on_conflict_do_nothing(index_elements=names) if names else statement

    return Prepared(make, *_checked(table, columns), make_bulk=make_bulk if as_lists else None)


def insert_rows(
    table: Table,
    *columns: str,
    unless_exists: Sequence[str],
    constants: Mapping[str, Any] | None = None,
) -> PreparedRows:
    """Return an INSERT of many rows, for `Work.insert_rows`, which tells what was stored.

    A row whose unique key, of two columns or more, is stored already is left out.

        _NEW = insert_rows(inbox, "bot", "update_id", unless_exists=("update_id", "bot"))
    """
    fixed = dict(constants or {})
    back = [table.c[name] for name in ("id", *unless_exists)]

    def make(dialect: str) -> ClauseElement:
        statement = insert_into(dialect, table).values(_values(columns, constants))
        statement = statement.on_conflict_do_nothing(index_elements=list(unless_exists))
        return statement if dialect == "sqlite" else statement.returning(*back)

    def make_bulk() -> ClauseElement:
        rows = _rows_of_lists(table, columns)
        chosen = select(*rows.c, *(literal(value) for value in fixed.values()))
        statement = insert_into("postgresql", table).from_select([*columns, *fixed], chosen)
        return statement.on_conflict_do_nothing(index_elements=unless_exists).returning(*back)

    prepared = Prepared(make, *_checked(table, columns), make_bulk=make_bulk)
    return PreparedRows(prepared, columns, unless_exists)


def upsert(
    table: Table,
    *columns: str,
    key: Names,
    update: Names | None = None,
    constants: Mapping[str, Any] | None = None,
    on_conflict: Mapping[str, Any] | None = None,
) -> Prepared:
    """Return an INSERT that updates the row whose unique `key` is stored already.

    Row: the values of `columns`, then the open parameters of `on_conflict`. `update` names the
    columns that a stored row takes from the new one (default: all but the key); `constants` are
    set in a new row only, `on_conflict` (fixed values or expressions) in a stored row only.

        _SET = upsert(words, "case_id", "safe", key="case_id", on_conflict={"duress": None})
        _ADD = upsert(tallies, "kind", "day", "times", key=("kind", "day"), update=(),
                      on_conflict={"times": tallies.c.times + bindparam("more")})
    """
    keys, fixed = _names(key), dict(on_conflict or {})
    taken = [name for name in columns if name not in keys] if update is None else _names(update)
    parameters = [name for value in fixed.values() for name in _open_parameters(value)]

    def make(dialect: str) -> ClauseElement:
        statement = insert_into(dialect, table).values(_values(columns, constants))
        new = {name: statement.excluded[name] for name in taken}
        return statement.on_conflict_do_update(index_elements=keys, set_=new | fixed)

    return Prepared(make, *_checked(table, columns), *parameters)


def update_by(
    table: Table,
    *columns: str,
    by: Conditions,
    constants: Mapping[str, Any] | None = None,
    as_lists: bool = False,
) -> Prepared:
    """Return an UPDATE. Row: the new values of `columns`, then the parameters of `by`.

    `constants` are columns set to a fixed value or an expression; parameters of expressions come
    between those of `columns` and of `by`. With `as_lists` PostgreSQL takes many rows as one
    statement: no two of them may then change the same stored row.

        _SET_STATE = update_by(inbox, "state", by="id", constants={"raw": None})
        _COUNT = update_by(inbox, by="id", constants={"attempts": inbox.c.attempts + 1})
    """
    conditions = _conditions(table, by)
    values = _values(columns, constants)

    def make_bulk() -> ClauseElement:
        compared = [each for each in _listed(by) if isinstance(each, str)]
        rows = _rows_of_lists(table, columns, compared)
        others = [each for each in _listed(by) if not isinstance(each, str)]
        same = [table.c[name] == rows.c[f"by_{name}"] for name in compared]
        new = {name: rows.c[name] for name in columns} | dict(constants or {})
        return update(table).where(*same, *others).values(new)

    return Prepared(
        lambda _: update(table).where(*conditions).values(values),
        *_checked(table, columns),
        *(name for value in (constants or {}).values() for name in _open_parameters(value)),
        *_parameters(conditions),
        make_bulk=make_bulk if as_lists else None,
    )


def delete_by(table: Table, by: Conditions) -> Prepared:
    """Return a DELETE. Row: the parameters of `by`.

    _EXPIRE = delete_by(shift_notes, shift_notes.c.at <= bindparam("before"))
    """
    conditions = _conditions(table, by)
    return Prepared(lambda _: delete(table).where(*conditions), *_parameters(conditions))


def delete_in(table: Table, among: Column) -> PreparedList:
    """Return a DELETE of the rows whose column `among` is in a list.

    _DELETE = delete_in(epochs, "id")
    """
    column = _column(table, among)
    return PreparedList(lambda values: delete(table).where(column.in_(values)))


def select_one(
    source: FromClause, *columns: Column, by: Conditions, lock: bool = False
) -> Prepared:
    """Return a SELECT of the one row that a unique key finds. Row: the parameters of `by`.

    _HOLDER = select_one(cases, "holder", "queue", by="id")
    """
    return select_by(source, *columns, by=by, lock=lock)


def select_by(
    source: FromClause,
    *columns: Column,
    by: Conditions = (),
    order_by: Columns = (),
    limit: Limit | None = None,
    lock: bool | Table = False,
    skip_locked: bool = False,
) -> Prepared:
    """Return a SELECT. Row: the parameters of `by`, then that of `limit` if it is a `bindparam`.

    In a join, name columns by themselves (`cases.c.id`), not by strings. `lock` locks the rows
    until the transaction ends, of all tables or of one; `skip_locked` locks them and leaves out
    those that another transaction has locked. SQLite has one writer and ignores both.

        _WAITING = select_by(inbox, "id", "raw", by="bot", order_by="id", limit=bindparam("most"))
        _LINKED = select_by(case_links.join(cases, cases.c.id == case_links.c.other_id),
                            cases.c.reference, by=case_links.c.case_id == bindparam("case"))
    """
    conditions = _conditions(source, by)
    chosen = [_column(source, column) for column in columns]
    order = [_column(source, column) for column in _columns(order_by)]

    def make(_: str) -> ClauseElement:
        statement = select(*chosen).select_from(source).where(*conditions).order_by(*order)
        if limit is not None:
            statement = statement.limit(limit)
        if isinstance(lock, FromClause):
            return statement.with_for_update(of=lock, skip_locked=skip_locked)
        if lock or skip_locked:
            return statement.with_for_update(skip_locked=skip_locked)
        return statement

    return Prepared(make, *_parameters(conditions), *_open_parameters(limit))


def select_in(
    source: FromClause, *columns: Column, among: Column, by: Conditions = (), lock: bool = False
) -> PreparedList:
    """Return a SELECT of the rows whose column `among` is in a list, in no order.

    `by` may hold conditions without parameters. `lock` locks the rows until the transaction ends,
    in the order of `among`, so that two units of work never wait for each other.

        _STATES = select_in(conversations, "chat_key", "state", among="chat_key")
    """
    listed = _column(source, among)
    chosen = [_column(source, column) for column in columns]
    conditions = _conditions(source, by)
    if _parameters(conditions):
        raise ValueError("a condition on a list of values has no parameters")

    def make(values: list[BindParameter[Any]]) -> ClauseElement:
        statement = select(*chosen).select_from(source).where(listed.in_(values), *conditions)
        return statement.order_by(listed).with_for_update() if lock else statement

    return PreparedList(make)


def count(source: FromClause, by: Conditions = ()) -> Prepared:
    """Return a SELECT of the number of rows, as one row of one value. Row: the parameters of `by`.

    _FILES = count(files, by="case_id")
    """
    return select_by(source, func.count(), by=by)


def _names(names: Names) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _columns(columns: Columns) -> Sequence[Column]:
    return columns if isinstance(columns, (tuple, list)) else (columns,)


def _column(source: FromClause, column: Column) -> ColumnElement[Any]:
    return source.c[column] if isinstance(column, str) else column


def _checked(table: Table, columns: Sequence[str]) -> list[str]:
    return [table.c[name].name for name in columns]


def _values(columns: Sequence[str], constants: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: bindparam(name) for name in columns} | dict(constants or {})


def _conditions(source: FromClause, by: Conditions) -> list[Condition]:
    # An UPDATE keeps the names of its columns for itself, so a condition has a name of its own.
    return [
        source.c[each] == bindparam(f"by_{each}") if isinstance(each, str) else each
        for each in _listed(by)
    ]


def _listed(by: Conditions) -> Sequence[str | Condition]:
    return by if isinstance(by, (tuple, list)) else (by,)


def _listed_type(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type of a list's values; a cast to a length would cut what is too long."""
    return Text() if isinstance(kind, String) else kind


def _rows_of_lists(
    table: Table, columns: Sequence[str], compared: Sequence[str] = ()
) -> TableValuedAlias:
    """Return the rows of parameters that are lists; those to compare with are named `by_...`."""
    kinds = {name: _listed_type(table.c[name].type) for name in columns}
    kinds |= {f"by_{name}": _listed_type(table.c[name].type) for name in compared}
    lists = (bindparam(name, type_=ARRAY(kind)) for name, kind in kinds.items())
    named = (column(name, kind) for name, kind in kinds.items())
    return func.unnest(*lists).table_valued(*named, name="given").render_derived()


def _parameters(conditions: Sequence[Condition]) -> list[str]:
    return [name for condition in conditions for name in _open_parameters(condition)]


def _open_parameters(value: object) -> Iterator[str]:
    """Yield the names of an expression's parameters that have no value yet, from left to right."""
    if isinstance(value, BindParameter):
        if value.required:
            yield value.key
        return
    for child in value.get_children() if hasattr(value, "get_children") else ():
        yield from _open_parameters(child)
