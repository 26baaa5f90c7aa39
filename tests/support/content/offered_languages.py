"""The languages a deployment offers, read and checked once: each start would take half a second."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bot.languages.availability import load_offer
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.languages.availability import LanguageOffer


@cache
def offered_languages(wanted: str) -> LanguageOffer:
    """Return what `haven start` hands to the bot; `wanted` is as in `HAVEN_LANGUAGES`."""
    return load_offer(Settings(languages=wanted))
