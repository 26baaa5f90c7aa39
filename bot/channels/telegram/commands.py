"""`/start`, `/help`: words that are meant for the bot, and the menu that offers them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from telegram import BotCommand, BotCommandScopeAllPrivateChats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import Bot

    from bot.text import Catalogue, Text

PAYLOAD = 64
"""Characters of a `/start` link that Telegram passes on."""
DESCRIPTION = 256
"""Characters a command's description may have."""

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?", re.DOTALL)
_SAFE = re.compile(r"[A-Za-z0-9_-]+")
_TWO_LETTERS = {"fil": "tl"}
"""Telegram wants ISO 639-1 where the catalogue has three letters."""


def command(words: str, own_username: str) -> tuple[str, str] | None:
    """Return the command and its payload that words are, None if they are only words.

    A command addressed to another bot is only words. A payload is the first word behind the
    command, cut to 64 characters; one that no link of ours could hold is dropped whole, so that
    nothing of a hostile payload is taken for a code.
    """
    match = _COMMAND.fullmatch(words.strip())
    if match is None:
        return None
    name, address, rest = match.groups()
    if address is not None and address.casefold() != own_username.removeprefix("@").casefold():
        return None
    payload = (rest or "").split(maxsplit=1)[:1]
    return name.lower(), _clean(payload[0]) if payload else ""


def _clean(payload: str) -> str:
    cut = payload[:PAYLOAD]
    return cut if _SAFE.fullmatch(cut) else ""


def menus(
    phrases: Mapping[str, Text], catalogues: Mapping[str, Catalogue]
) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the menu for each language: commands and what they do, in the order given.

    Args:
        phrases: by command, what it does.
        catalogues: by language tag, as `id` or `zh_Hant`. English is everyone else's as well.
    """
    found = {}
    for tag, catalogue in catalogues.items():
        menu = tuple(
            (name, text.read_in(catalogue)[:DESCRIPTION]) for name, text in phrases.items()
        )
        code = tag.partition("_")[0]
        found[_TWO_LETTERS.get(code, code)] = menu
        if code == "en":
            found[""] = menu
    return found


async def offer(bot: Bot, found: Mapping[str, tuple[tuple[str, str], ...]]) -> None:
    """Show people the menus, in private chats only."""
    scope = BotCommandScopeAllPrivateChats()
    for code, menu in found.items():
        commands = [BotCommand(name, description) for name, description in menu]
        await bot.set_my_commands(commands, scope, language_code=code or None)
