"""JSON texts in which an object has the same key twice.

RFC 8259 leaves open which of the two values counts: one reader takes the first, another the last.
What one program has verified, another would read otherwise.
"""

from __future__ import annotations

import json
from typing import Any


class _RepeatedKeyError(ValueError):
    """A key stands in an object for the second time."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def find_repeated_key(data: bytes) -> str | None:
    """Return the first key that stands twice in an object of a JSON text; None if none does.

    Keys are compared as they are read, without the escapes with which they are written.

    Raises:
        ValueError: it is no JSON in UTF-8.
        RecursionError: it is nested too deeply.
    """
    try:
        # Numbers stay as they are written: only keys are looked at.
        json.loads(
            data.decode(), object_pairs_hook=_refuse_repeated, parse_int=str, parse_float=str
        )
    except _RepeatedKeyError as error:
        return error.key
    return None


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _value in pairs:
        if key in seen:
            raise _RepeatedKeyError(key)
        seen.add(key)
