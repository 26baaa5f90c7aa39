"""Case references: short, and safe to read aloud."""

from __future__ import annotations

import secrets

from bot.text import fold

ALPHABET = "346789ACDEFHJKMNPQRTWXY"
"""Without 0 O, 1 I L, 2 Z, 5 S, B, U V G, which look or sound alike on the phone."""
LENGTH = 6


def new_reference() -> str:
    """Return a random reference, one of 23^6 = 148 million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def is_reference(text: str) -> bool:
    """Tell whether a text may be a reference, however it was typed."""
    found = parse_reference(text)
    return len(found) == LENGTH and set(found) <= set(ALPHABET)


def parse_reference(text: str) -> str:
    """Return a reference as it is stored, however it was typed."""
    return "".join(fold(text).split()).replace("-", "").upper()
