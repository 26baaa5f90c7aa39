"""Which languages a deployment offers: of those it wants, the ones that are whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - a default
from typing import TYPE_CHECKING

from bot.errors import SettingError
from bot.languages import FALLBACK, LANGUAGES, LOCALES
from bot.languages.po_files import load_catalogue
from bot.languages.style_rules import forbidden_on_lock_screen

if TYPE_CHECKING:
    import gettext
    from collections.abc import Collection, Iterator

    from bot.languages.po_files import CatalogueFault, CheckedCatalogue
    from bot.settings import Settings

MAX_FAULTS_SHOWN = 3
"""Faults of one language that are told one by one."""


@dataclass(frozen=True)
class LanguageOffer:
    """What people can choose from, and what they cannot."""

    tags: tuple[str, ...]
    """In the order of their buttons."""
    checked: dict[str, gettext.NullTranslations]
    refused: dict[str, tuple[CatalogueFault, ...]]
    """By language that is wanted and not whole: what is broken, then what is missing."""
    unfinished: tuple[str, ...] = ()
    """Those of them in which nothing is broken: somebody is still writing."""

    def refusals(self, ignoring: Collection[str] = ()) -> Iterator[str]:
        """Yield for each language that is refused what to mend, with file and line."""
        for tag, faults in self.refused.items():
            if tag in ignoring:
                continue
            for fault in faults[:MAX_FAULTS_SHOWN]:
                yield f"{tag} is not offered: {fault}"
            if len(faults) > MAX_FAULTS_SHOWN:
                yield f"{tag} is not offered: {len(faults) - MAX_FAULTS_SHOWN} more"


def load_offer(settings: Settings, locales: Path = LOCALES) -> LanguageOffer:
    """Return what a deployment offers: English, and of the wanted languages those that are whole.

    Raises:
        WrongSetting: a language is wanted that nobody writes.
    """
    found = {tag: load_catalogue(tag, locales) for tag in wanted_languages(settings)}
    whole = {tag: held for tag, held in found.items() if held.is_complete}
    return LanguageOffer(
        tuple(whole),
        {tag: held.compile() for tag, held in whole.items()},
        {tag: refusal_reasons(held) for tag, held in found.items() if not held.is_complete},
        tuple(tag for tag, held in found.items() if held.missing and not held.faults),
    )


def refusal_reasons(held: CheckedCatalogue) -> tuple[CatalogueFault, ...]:
    """Return why a language is not offered: what is broken before what is missing."""
    return (*held.faults, *held.missing)


def checked_bot_names(settings: Settings) -> dict[str, str]:
    """Return what the bot is called, by language.

    Raises:
        WrongSetting: a language is none of ours, or a locked screen would show what it must not.
    """
    for tag, name in settings.bot_names_by_language.items():
        if tag not in LANGUAGES:
            raise SettingError(f"HAVEN_BOT_NAMES: {tag}: some of {', '.join(LANGUAGES)}")
        if shown := forbidden_on_lock_screen(tag, name):
            raise SettingError(f"HAVEN_BOT_NAMES: a locked screen would show: {', '.join(shown)}")
    return settings.bot_names_by_language


def wanted_languages(settings: Settings) -> tuple[str, ...]:
    """Return the languages a deployment wants, English among them.

    Raises:
        WrongSetting: one is none of ours.
    """
    wanted = [tag for tag in settings.languages.split(",") if tag]
    if strange := [tag for tag in wanted if tag not in LANGUAGES]:
        raise SettingError(f"HAVEN_LANGUAGES: {', '.join(strange)}: some of {', '.join(LANGUAGES)}")
    return tuple(tag for tag in LANGUAGES if not wanted or tag in wanted or tag == FALLBACK)
