"""Values as PostgreSQL takes them on the wire: numbers, words and bytes, and lists of them.

A number is always sent as a `bigint`, so that a statement is prepared once whatever its values are.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Encoded = tuple[int, int, bytes]
    """A value: the number of its type, 0 for text or 1 for binary, and its bytes."""

TEXT, BINARY = 0, 1
UNKNOWN = 0
"""The type of what PostgreSQL itself takes for what fits: words, and NULL."""
_BOOL, _BYTEA, _BIGINT, _WORDS, _DOUBLE = 16, 17, 20, 25, 701
_LISTS = frozenset({list, tuple})
_LIST_OF = {_BOOL: 1000, _BYTEA: 1001, _WORDS: 1009, _BIGINT: 1016, _DOUBLE: 1022}
_pack_bigint = struct.Struct("!q").pack
_pack_double = struct.Struct("!d").pack
_pack_length = struct.Struct("!i").pack
_pack_head = struct.Struct("!5i").pack
_NULL = _pack_length(-1)

_KINDS: dict[type, tuple[int, int, Callable[[Any], bytes]]] = {
    int: (_BIGINT, BINARY, _pack_bigint),
    str: (UNKNOWN, TEXT, str.encode),
    bytes: (_BYTEA, BINARY, bytes),
    bytearray: (_BYTEA, BINARY, bytes),
    memoryview: (_BYTEA, BINARY, bytes),
    bool: (_BOOL, BINARY, lambda it: b"\1" if it else b"\0"),
    float: (_DOUBLE, BINARY, _pack_double),
}


def encode(
    values: Sequence[Any],
) -> tuple[tuple[int, ...], tuple[int, ...], list[bytes | None]]:
    """Return the types, the formats and the bytes of values.

    Raises:
        psycopg.Error: a value is of no type that a column has, or too large for one.
    """
    kinds, formats, encoded = [], [], []
    try:
        for value in values:
            if value is None:
                kind, form, raw = UNKNOWN, TEXT, None
            elif type(value) in _LISTS:
                kind, form, raw = _encode_list(value)
            else:
                kind, form, make = _kind_of(type(value))
                raw = make(value)
            kinds.append(kind)
            formats.append(form)
            encoded.append(raw)
    except struct.error as error:
        raise psycopg.DataError("a number is too large") from error
    return tuple(kinds), tuple(formats), encoded


def _kind_of(kind: type) -> tuple[int, int, Callable[[Any], bytes]]:
    found = _KINDS.get(kind)
    if found is None:  # an enumeration is what it is made of
        found = next((_KINDS[base] for base in kind.__mro__ if base in _KINDS), None)
        if found is None:
            raise psycopg.ProgrammingError(f"no column holds a {kind.__name__}")
        _KINDS[kind] = found
    return found


def _encode_list(values: Sequence[Any]) -> Encoded:
    """Return a list, whose values are of one type or None, as an array."""
    first = next((it for it in values if it is not None), None)
    if first is None:
        return UNKNOWN, TEXT, b"{%b}" % b",".join([b"NULL"] * len(values))
    kind, _, make = _kind_of(type(first))
    kind, count = kind or _WORDS, len(values)
    head = _pack_head(1, 1, kind, count, 1)
    if values.count(first) == count:  # as in many columns of a batch
        item = make(first)
        return _LIST_OF[kind], BINARY, head + (_pack_length(len(item)) + item) * count
    if kind == _BIGINT and None not in values:
        numbers = chain.from_iterable(zip(repeat(8, count), values, strict=True))
        return _LIST_OF[kind], BINARY, head + _bigints(count).pack(*numbers)
    items = [None if it is None else make(it) for it in values]
    pieces = ((_NULL, b"") if it is None else (_pack_length(len(it)), it) for it in items)
    return _LIST_OF[kind], BINARY, head + b"".join(chain.from_iterable(pieces))


@lru_cache(300)
def _bigints(count: int) -> struct.Struct:
    """Return the form of so many numbers, each after its length in bytes."""
    return struct.Struct("!" + "iq" * count)
