"""The languages a deployment offers: those it wants whose catalogues are complete."""

from __future__ import annotations

import gettext
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.errors import SettingError
from bot.languages import FALLBACK, LANGUAGES, LOCALES, compiled_catalogues
from bot.languages.po_files import CatalogueFault, catalogue_path, load_catalogue
from bot.languages.style_rules import forbidden_on_lock_screen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from bot.settings import Settings

MAX_FAULTS_SHOWN = 3


@dataclass(frozen=True)
class LanguageOffer:
    """The languages people can choose, and those that were refused."""

    tags: tuple[str, ...]
    """In the order of their buttons."""
    checked: dict[str, gettext.NullTranslations]
    refused: dict[str, tuple[CatalogueFault, ...]]
    """Faults, then missing messages, of each wanted language that is not complete."""
    unfinished: tuple[str, ...] = ()
    """Refused languages that only miss messages."""

    def refusals(self, ignoring: Collection[str] = ()) -> Iterator[str]:
        """Yield what to correct in each refused language, with file and line."""
        for tag, faults in self.refused.items():
            if tag in ignoring:
                continue
            for fault in faults[:MAX_FAULTS_SHOWN]:
                yield f"{tag} is not offered: {fault}"
            if len(faults) > MAX_FAULTS_SHOWN:
                yield f"{tag} is not offered: {len(faults) - MAX_FAULTS_SHOWN} more"


def load_offer(settings: Settings, locales: Path = LOCALES) -> LanguageOffer:
    """Return the languages a deployment offers; English is always one of them.

    A catalogue is read again when its file has changed.

    Raises:
        SettingError: a wanted language does not exist.
    """
    wanted = {
        tag: _check_language(tag, locales, _digest_of(catalogue_path(tag, locales)))
        for tag in wanted_languages(settings)
    }
    compiled_catalogues.forget()  # 1.5 MB, which no one needs while the bot runs
    complete = {tag: each.compiled for tag, each in wanted.items() if each.compiled is not None}
    incomplete = {tag: each for tag, each in wanted.items() if each.compiled is None}
    return LanguageOffer(
        tuple(complete),
        complete,
        {tag: (*each.faults, *each.missing) for tag, each in incomplete.items()},
        tuple(tag for tag, each in incomplete.items() if not each.faults),
    )


@dataclass(frozen=True)
class _CheckedLanguage:
    compiled: gettext.NullTranslations | None
    """None if the language is not complete."""
    faults: tuple[CatalogueFault, ...]
    missing: tuple[CatalogueFault, ...]


@lru_cache(maxsize=len(LANGUAGES))
def _check_language(tag: str, locales: Path, _digest: bytes) -> _CheckedLanguage:
    if tag == FALLBACK:  # its texts are those of the source
        return _CheckedLanguage(gettext.NullTranslations(), (), ())
    if kept := compiled_catalogues.compiled_translations(tag, locales):
        return _CheckedLanguage(kept, (), ())
    found = load_catalogue(tag, locales)
    compiled = found.compile() if found.is_complete else None
    return _CheckedLanguage(compiled, found.faults, found.missing)


def _digest_of(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:  # the check says why
        return b""


def checked_bot_names(settings: Settings) -> dict[str, str]:
    """Return the bot's names by language.

    Raises:
        SettingError: a language does not exist, or a name is not neutral on a locked screen.
    """
    for tag, name in settings.bot_names_by_language.items():
        if tag not in LANGUAGES:
            raise SettingError(f"HAVEN_BOT_NAMES: {tag}: choose from {', '.join(LANGUAGES)}")
        if shown := forbidden_on_lock_screen(tag, name):
            raise SettingError(f"HAVEN_BOT_NAMES: a locked screen would show: {', '.join(shown)}")
    return settings.bot_names_by_language


def wanted_languages(settings: Settings) -> tuple[str, ...]:
    """Return the languages a deployment wants, English included.

    Raises:
        SettingError: one does not exist.
    """
    wanted = [tag for tag in settings.languages.split(",") if tag]
    if unknown := [tag for tag in wanted if tag not in LANGUAGES]:
        raise SettingError(
            f"HAVEN_LANGUAGES: {', '.join(unknown)}: choose from {', '.join(LANGUAGES)}"
        )
    return tuple(tag for tag in LANGUAGES if not wanted or tag in wanted or tag == FALLBACK)
