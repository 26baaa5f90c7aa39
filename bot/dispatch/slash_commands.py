"""Words that work anywhere: /start, /privacy, /mydata, /delete, /danger, /bye and others."""

from __future__ import annotations

import re

COMMAND_FLOWS = {
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
IMMEDIATE_COMMANDS = frozenset({START, BYE})

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?", re.DOTALL)


def parse_command(text: str, username: str = "") -> tuple[str, str] | None:
    """Return the command these words are and what follows it; None when they are just words.

    A command meant for another bot (`/start@somebody`) is just words. What follows `/start` is the
    payload of a link, and nothing is believed of it here.
    """
    if not text.lstrip().startswith("/"):
        return None
    match = _COMMAND.fullmatch(text.strip())
    if match is None:
        return None
    name, meant_for, rest = match.groups()
    if meant_for is not None and meant_for.casefold() != username.removeprefix("@").casefold():
        return None
    name = name.lower()
    return (name, rest or "") if name in IMMEDIATE_COMMANDS or name in COMMAND_FLOWS else None
