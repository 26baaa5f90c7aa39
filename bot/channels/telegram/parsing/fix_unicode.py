"""Replacement of lone surrogates and broken UTF-8 by U+FFFD.

Python reads half a surrogate pair without complaint and fails later, wherever it has to write it:
in the database, in JSON, on a page. So broken characters are replaced before any other code sees
them; the raw update in the inbox keeps the original.
"""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair: one character
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"  # half a pair
    rb"|\\."  # any other escape, so that `\\ud83d` is read as plain text
)


def _replace_half(escape: re.Match[bytes]) -> bytes:
    return escape[0] if escape[1] is None else rb"\ufffd"


def fix_json(raw: bytes) -> bytes:
    """Return the JSON with every broken character replaced by U+FFFD."""
    return _ESCAPES.sub(_replace_half, raw.decode("utf-8", "replace").encode())


def fix_text(text: str) -> str:
    """Return the text with surrogate pairs joined and lone surrogates replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
