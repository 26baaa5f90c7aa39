"""The bot's public profile (name, descriptions) and its command menu, in every language.

Telegram allows only a few changes a day, so the profile is read first and set where it differs. If
Telegram refuses a change, the earlier profile stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bot.languages import FALLBACK, LANGUAGES
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Catalogue, Text

T = TypeVar("T")
LONGEST_DESCRIPTION, LONGEST_SHORT, LONGEST_NAME, LONGEST_COMMAND = 512, 120, 64, 256
"""Characters Telegram allows; the last of the description of a command."""


class BotProfile(NamedTuple):
    """The profile in one language."""

    description: str
    """Shown in the empty chat, above START."""
    short_description: str
    """Shown on the profile, and with a link to it."""
    name: str = ""
    """Shown on locked screens; empty: keep the current name."""


async def set_profile(bot: Bot, by_tag: Mapping[str, BotProfile]) -> None:
    """Set the profile in each language; English is also the default."""
    for code, profile in by_language_code(by_tag).items():
        try:
            await _update_profile(bot, profile, code or None)
        except TelegramError as error:
            log.warning("profile_not_updated", error=type(error).__name__)


async def _update_profile(bot: Bot, profile: BotProfile, code: str | None) -> None:
    description = profile.description[:LONGEST_DESCRIPTION]
    if (await bot.get_my_description(language_code=code)).description != description:
        await bot.set_my_description(description, language_code=code)
    short = profile.short_description[:LONGEST_SHORT]
    if (await bot.get_my_short_description(language_code=code)).short_description != short:
        await bot.set_my_short_description(short, language_code=code)
    name = profile.name[:LONGEST_NAME]
    if name and (await bot.get_my_name(language_code=code)).name != name:
        await bot.set_my_name(name, language_code=code)


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
    """Return the menu of each language from descriptions by command, in the given order."""
    return by_language_code(
        {
            tag: tuple(
                (name, text.render(words)[:LONGEST_COMMAND]) for name, text in phrases.items()
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
