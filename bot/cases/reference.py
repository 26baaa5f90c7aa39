"""The short number of a case, as people read it aloud."""

from __future__ import annotations

import secrets

from bot.text import fold

ALPHABET = "346789ACDEFHJKMNPQRTWXY"
"""No 0 O, 1 I L, 2 Z, 5 S, B, U V G: signs that look or sound alike on the phone."""
LENGTH = 6


def new_reference() -> str:
    """Return a reference nobody can guess from another: 23^6, 148 million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def parse_reference(text: str) -> str:
    """Return a reference as it is stored, in whatever letters and parts it was typed."""
    return "".join(fold(text).split()).replace("-", "").upper()
