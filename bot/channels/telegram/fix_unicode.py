"""Words and JSON with lone surrogates or broken UTF-8, made whole with U+FFFD.

Python reads half a surrogate pair without complaint and fails later, wherever it has to write it:
in the database, in JSON, on a page. So broken characters are replaced before anyone else sees them;
whoever keeps the raw update keeps the original.
"""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair: one character
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"  # half a pair
    rb"|\\."  # any other escape, so that `\\ud83d` is read as the words they are
)


def _replace_half(escape: re.Match[bytes]) -> bytes:
    return escape[0] if escape[1] is None else rb"\ufffd"


def fix_json(raw: bytes) -> bytes:
    """Return the same JSON with every character that is none replaced by U+FFFD."""
    return _ESCAPES.sub(_replace_half, raw.decode("utf-8", "replace").encode())


def fix_text(text: str) -> str:
    """Return the words with halves joined where they are pairs, and replaced where they are not."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
