"""The command menu of the bot (`/start`, `/help` and the others), in every language."""

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
"""Characters Telegram allows."""


def by_language_code(by_tag: Mapping[str, T]) -> dict[str, T]:
    """Return values by ISO 639-1 code, as Telegram wants; English is also the default, "".

    Telegram does not tell Traditional from Simplified Chinese: readers of both get the first in
    `LANGUAGES` until they choose a language in the chat.
    """
    found: dict[str, T] = {}
    for tag in LANGUAGES:
        if tag in by_tag:
            found.setdefault(LANGUAGES[tag].iso639_1, by_tag[tag])
    return {"": by_tag[FALLBACK], **found} if FALLBACK in by_tag else found


def build_menus(
    phrases: Mapping[str, Text], catalogues: Mapping[str, Catalogue]
) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the menu of each language: commands and descriptions, in the given order.

    Args:
        phrases: descriptions, by command.
        catalogues: by language tag, e.g. `id` or `zh_Hant`.
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
    """Set the menus for private chats."""
    scope = BotCommandScopeAllPrivateChats()
    for code, menu in menus.items():
        commands = [BotCommand(name, description) for name, description in menu]
        await bot.set_my_commands(commands, scope, language_code=code or None)
