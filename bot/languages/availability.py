"""Which languages a deployment offers: of those it wants, the ones that are whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - a default
from typing import TYPE_CHECKING

from bot.errors import WrongSetting
from bot.languages import FALLBACK, LANGUAGES, LOCALES
from bot.languages.po_files import read
from bot.languages.style_rules import shown_locked

if TYPE_CHECKING:
    import gettext
    from collections.abc import Collection, Iterator

    from bot.languages.po_files import Fault, Held
    from bot.settings import Settings

TOLD = 3
"""Faults of one language that are told one by one."""


@dataclass(frozen=True)
class Offer:
    """What people can choose from, and what they cannot."""

    tags: tuple[str, ...]
    """In the order of their buttons."""
    checked: dict[str, gettext.NullTranslations]
    refused: dict[str, tuple[Fault, ...]]
    """By language that is wanted and not whole: what is broken, then what is missing."""
    unfinished: tuple[str, ...] = ()
    """Those of them in which nothing is broken: somebody is still writing."""

    def refusals(self, but: Collection[str] = ()) -> Iterator[str]:
        """Yield for each language that is refused what to mend, with file and line."""
        for tag, faults in self.refused.items():
            if tag in but:
                continue
            for fault in faults[:TOLD]:
                yield f"{tag} is not offered: {fault}"
            if len(faults) > TOLD:
                yield f"{tag} is not offered: {len(faults) - TOLD} more"


def offered_by(settings: Settings, locales: Path = LOCALES) -> Offer:
    """Return what a deployment offers: English, and of the wanted languages those that are whole.

    Raises:
        WrongSetting: a language is wanted that nobody writes.
    """
    found = {tag: read(tag, locales) for tag in wanted_by(settings)}
    whole = {tag: held for tag, held in found.items() if held.is_whole}
    return Offer(
        tuple(whole),
        {tag: held.compiled() for tag, held in whole.items()},
        {tag: against(held) for tag, held in found.items() if not held.is_whole},
        tuple(tag for tag, held in found.items() if held.gaps and not held.faults),
    )


def against(held: Held) -> tuple[Fault, ...]:
    """Return why a language is not offered: what is broken before what is missing."""
    return (*held.faults, *held.gaps)


def names_by(settings: Settings) -> dict[str, str]:
    """Return what the bot is called, by language.

    Raises:
        WrongSetting: a language is none of ours, or a locked screen would show what it must not.
    """
    for tag, name in settings.names.items():
        if tag not in LANGUAGES:
            raise WrongSetting(f"HAVEN_BOT_NAMES: {tag}: some of {', '.join(LANGUAGES)}")
        if shown := shown_locked(tag, name):
            raise WrongSetting(f"HAVEN_BOT_NAMES: a locked screen would show: {', '.join(shown)}")
    return settings.names


def wanted_by(settings: Settings) -> tuple[str, ...]:
    """Return the languages a deployment wants, English among them.

    Raises:
        WrongSetting: one is none of ours.
    """
    wanted = [tag for tag in settings.languages.split(",") if tag]
    if strange := [tag for tag in wanted if tag not in LANGUAGES]:
        raise WrongSetting(f"HAVEN_LANGUAGES: {', '.join(strange)}: some of {', '.join(LANGUAGES)}")
    return tuple(tag for tag in LANGUAGES if not wanted or tag in wanted or tag == FALLBACK)
