"""The methods of the Bot API that the sandbox answers, by name.

Each is a function of the world and one call, and returns the result or raises a `Refusal`.
`getUpdates` alone waits, so it is answered in `bot.sandbox.api`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.sandbox.methods import chats, edits, media, profile, sending, topics

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.state import World

    Method = Callable[[World, ApiCall], Any]

METHODS: dict[str, Method] = {
    name.lower(): method
    for table in (
        chats.METHODS,
        edits.METHODS,
        media.METHODS,
        profile.METHODS,
        sending.METHODS,
        topics.METHODS,
    )
    for name, method in table.items()
}
"""By lower-case name: the Bot API does not care about case."""


@cache
def bot_api_methods() -> frozenset[str]:
    """Return the lower-case name of every method python-telegram-bot can call."""
    import telegram  # noqa: PLC0415 - half a second that only an unanswered method costs

    camel = re.compile(r"[a-z]+(?:[A-Z][A-Za-z]*)+")
    return frozenset(
        name.lower()
        for name in dir(telegram.Bot)
        if camel.fullmatch(name) and callable(getattr(telegram.Bot, name))
    )
