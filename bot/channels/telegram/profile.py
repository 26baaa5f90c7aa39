"""The bot's public profile: name and descriptions, in every language.

Telegram allows only a few changes a day, so the profile is read first and set where it differs. If
Telegram refuses a change, the earlier profile stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from telegram.error import TelegramError

from bot.channels.telegram.command_menu import by_language_code
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import Bot

LONGEST_DESCRIPTION, LONGEST_SHORT, LONGEST_NAME = 512, 120, 64
"""Characters Telegram allows."""


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
