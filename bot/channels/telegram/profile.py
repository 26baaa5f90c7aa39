"""The bot's public profile (name, descriptions) and its command menu, in every language.

Both are set in the background, once Telegram is there, and only if they changed: a digest of what
Telegram was told last is remembered. Telegram allows only a few changes a day, so the profile is
read first and set where it differs. If Telegram refuses a change, the earlier profile stays.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import RetryAfter, TelegramError

from bot.channels.telegram.delivery_errors import UNREADABLE, kind_of, retry_delay
from bot.channels.telegram.told_values import profile_key
from bot.languages import FALLBACK, LANGUAGES
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.store.shared_values import Values
    from bot.text import Catalogue, Text

T = TypeVar("T")
Menu = tuple[tuple[str, str], ...]
"""Commands, each with its description."""
FIRST_DELAY, LONGEST_DELAY = 5.0, 3600.0
"""Seconds until the menus are told again after a failure; they double."""
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


@dataclass(frozen=True)
class PublicProfile:
    """What people see of the bot before they write to it, by language."""

    menus: Mapping[str, Menu]
    profiles: Mapping[str, BotProfile]

    def digest(self, bot: Bot) -> str:
        """Return what identifies this profile of this bot."""
        return sha256(msgspec.json.encode((bot.id, self.menus, self.profiles))).hexdigest()


async def publish_profile(
    bot: Bot,
    profile: PublicProfile,
    values: Values,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Tell Telegram the profile, unless it was told the same before; return once it knows.

    Whatever Telegram answers is logged and tried again, or left as it is; nothing is raised.
    """
    digest = profile.digest(bot)
    if await values.load(profile_key(bot.id)) == digest:
        return
    delay = FIRST_DELAY
    while True:
        try:
            await set_menus(bot, profile.menus)
            break
        except (TelegramError, *UNREADABLE) as error:
            _log_fault(error)
            asked = retry_delay(error) if isinstance(error, RetryAfter) else 0.0
        await sleep(max(asked, delay))
        delay = min(2 * delay, LONGEST_DELAY)
    if await set_profile(bot, profile.profiles):
        await values.store(profile_key(bot.id), digest)  # on a full disk: told again at a start


def _log_fault(error: Exception) -> None:
    log.warning("profile_not_updated", error=kind_of(error))


async def set_profile(
    bot: Bot,
    by_tag: Mapping[str, BotProfile],
    on_fault: Callable[[Exception], None] = _log_fault,
) -> bool:
    """Set the profile in each language; English is also the default. Tell whether all are set."""
    is_set = True
    for code, profile in by_language_code(by_tag).items():
        try:
            await _update_profile(bot, profile, code or None)
        except (TelegramError, *UNREADABLE) as error:
            is_set = False
            on_fault(error)
    return is_set


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
) -> dict[str, Menu]:
    """Return the menu of each language from descriptions by command, in the given order."""
    return by_language_code(
        {
            tag: tuple(
                (name, text.render(words)[:LONGEST_COMMAND]) for name, text in phrases.items()
            )
            for tag, words in catalogues.items()
        }
    )


async def set_menus(bot: Bot, menus: Mapping[str, Menu]) -> None:
    """Set the menus for private chats."""
    scope = BotCommandScopeAllPrivateChats()
    for code, menu in menus.items():
        commands = [BotCommand(name, description) for name, description in menu]
        await bot.set_my_commands(commands, scope, language_code=code or None)
