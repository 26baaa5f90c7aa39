"""Words that work anywhere: /start, /help, /language, /privacy, /danger, /stop."""

from __future__ import annotations

FLOWS = {
    "help": "help",
    "language": "language",
    "privacy": "privacy",
    "danger": "danger",
    "stop": "stop",
}
"""Which flow each command begins, beside whatever is open."""

START = "start"
LONGEST = 100
"""Commands are short; what is longer is somebody's words."""


def command(words: str, username: str = "") -> str | None:
    """Return the command these words are, None when they are just words.

    A command meant for another bot (`/start@somebody`) is just words. What follows a command, such
    as the payload of a link, is not looked at here.
    """
    if not words.startswith("/") or len(words) > LONGEST:
        return None
    first = words[1:].split(maxsplit=1)[:1]
    name, _, meant_for = first[0].partition("@") if first else ("", "", "")
    if meant_for and meant_for.casefold() != username.casefold():
        return None
    name = name.casefold()
    return name if name == START or name in FLOWS else None
