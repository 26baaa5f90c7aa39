"""The Bot API methods that the sandbox implements, by name.

Each is a function of the world and a call that returns the result or raises a `BotApiError`.
`getUpdates` is the only one that waits, so it is implemented in `bot.sandbox.api`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.sandbox.methods import chats, edits, profile, sending

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.state import World

    Method = Callable[[World, ApiCall], Any]

METHODS: dict[str, Method] = (
    {
        method.__name__.replace("_", ""): method
        for module in (chats, edits, profile, sending)
        for method in module.METHODS
    }
    | sending.SENDERS
    | profile.OTHER_METHODS
)
"""By lower-case name, because the Bot API ignores case."""


@cache
def bot_api_methods() -> frozenset[str]:
    """Return the lower-case names of all methods that python-telegram-bot can call."""
    import telegram  # noqa: PLC0415 - takes half a second, for unknown methods only

    camel = re.compile(r"[a-z]+(?:[A-Z][A-Za-z]*)+")
    return frozenset(
        name.lower()
        for name in dir(telegram.Bot)
        if camel.fullmatch(name) and callable(getattr(telegram.Bot, name))
    )
