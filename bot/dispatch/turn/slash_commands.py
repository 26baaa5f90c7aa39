"""Slash commands: /start, /privacy, /mydata, /delete, /danger, /bye and others."""

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
"""Which flow each command begins, on top of what is open."""

START = "start"
BYE = "bye"
"""Clears the chat and ends the session, from anywhere and at once: no flow asks about it."""
IMMEDIATE_COMMANDS = frozenset({START, BYE})

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?", re.DOTALL)


def parse_command(text: str, username: str = "") -> tuple[str, str] | None:
    """Return the command in a text and what follows it; None for ordinary text.

    A command to another bot (`/start@other`) is ordinary text, if our own name is known. What
    follows `/start` is the payload of a link, and is not believed here.
    """
    if not text.lstrip().startswith("/"):
        return None
    match = _COMMAND.fullmatch(text.strip())
    if match is None:
        return None
    name, addressee, rest = match.groups()
    own = username.removeprefix("@").casefold()
    if addressee is not None and own and addressee.casefold() != own:
        return None
    name = name.lower()
    return (name, rest or "") if name in IMMEDIATE_COMMANDS or name in COMMAND_FLOWS else None
