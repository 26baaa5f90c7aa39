"""The menu that offers `/start`, `/help` and the others, in every language."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from telegram import BotCommand, BotCommandScopeAllPrivateChats

from bot.languages import FALLBACK, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import Bot

    from bot.text import Catalogue, Text

T = TypeVar("T")

MAX_DESCRIPTION = 256
"""Characters a command's description may have."""


def by_language_code(by_tag: Mapping[str, T]) -> dict[str, T]:
    """Return things by the two letters Telegram wants; English is everyone else's as well.

    Telegram tells one Chinese from the other no more than one language in two scripts: what stands
    first in our list is what both read there, until they choose a language in the chat.
    """
    found: dict[str, T] = {}
    for tag in LANGUAGES:
        if tag in by_tag:
            found.setdefault(LANGUAGES[tag].iso639_1, by_tag[tag])
    return {"": by_tag[FALLBACK], **found} if FALLBACK in by_tag else found


def build_menus(
    phrases: Mapping[str, Text], catalogues: Mapping[str, Catalogue]
) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the menu for each language: commands and what they do, in the order given.

    Args:
        phrases: by command, what it does.
        catalogues: by language tag, as `id` or `zh_Hant`.
    """
    return by_language_code(
        {
            tag: tuple(
                (name, text.render(words)[:MAX_DESCRIPTION]) for name, text in phrases.items()
            )
            for tag, words in catalogues.items()
        }
    )


async def set_menus(bot: Bot, menus: Mapping[str, tuple[tuple[str, str], ...]]) -> None:
    """Show people the menus, in private chats only."""
    scope = BotCommandScopeAllPrivateChats()
    for code, menu in menus.items():
        commands = [BotCommand(name, description) for name, description in menu]
        await bot.set_my_commands(commands, scope, language_code=code or None)
