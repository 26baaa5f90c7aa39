"""Words that work anywhere: /start, /privacy, /mydata, /delete, /danger, /bye and others."""

from __future__ import annotations

import re

FLOWS = {
    "help": "help",
    "language": "language",
    "privacy": "privacy",
    "mydata": "my_data",
    "delete": "delete",
    "danger": "danger",
    "stop": "stop",
    "vanish": "auto_delete",
}
"""Which flow each command begins, beside whatever is open."""

START = "start"
BYE = "bye"
"""Clears the chat and ends the sitting, from anywhere and at once: no flow asks about it."""
AT_ONCE = frozenset({START, BYE})

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?", re.DOTALL)


def command(words: str, username: str = "") -> tuple[str, str] | None:
    """Return the command these words are and what follows it; None when they are just words.

    A command meant for another bot (`/start@somebody`) is just words. What follows `/start` is the
    payload of a link, and nothing is believed of it here.
    """
    if not words.lstrip().startswith("/"):
        return None
    match = _COMMAND.fullmatch(words.strip())
    if match is None:
        return None
    name, meant_for, rest = match.groups()
    if meant_for is not None and meant_for.casefold() != username.removeprefix("@").casefold():
        return None
    name = name.lower()
    return (name, rest or "") if name in AT_ONCE or name in FLOWS else None
