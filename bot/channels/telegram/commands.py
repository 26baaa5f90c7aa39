"""The menu that offers `/start`, `/help` and the others, in every language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import BotCommand, BotCommandScopeAllPrivateChats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import Bot

    from bot.text import Catalogue, Text

DESCRIPTION = 256
"""Characters a command's description may have."""

_TWO_LETTERS = {"fil": "tl"}
"""Telegram wants ISO 639-1 where the catalogue has three letters."""


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
