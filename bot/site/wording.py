"""The words of one language on pages and papers, with the blanks of this deployment and day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.app.texts import build_system_texts, permanent_facts
from bot.languages import LANGUAGES, catalogue
from bot.languages.format_date import format_long_date
from bot.languages.style_rules import blanks_in
from bot.places.place import all_blanks
from bot.places.registry import find_place
from bot.site.numbers import place_blanks
from flows.texts import questions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from bot.hotline.staff.service_hours import ServicePlan
    from bot.places.place import Place
    from bot.settings import Settings
    from bot.text import Text

BOT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,30}[A-Za-z0-9]")
"""A user name at Telegram: 5 to 32 characters."""
WHO_ANSWERS = questions.ANSWERS["police"][:3]
"""What people read who ask whether this is the police: an organisation, an office, officers."""


@dataclass(frozen=True, slots=True)
class SiteSource:
    """What pages and papers are made of."""

    settings: Settings
    plan: ServicePlan
    bot: str
    """The bot's user name at Telegram, without @."""
    today: date
    escrow: bool = False
    """Whether there is an escrow key: the privacy notice says so."""
    codes: tuple[tuple[str, str], ...] = ()
    """Languages, each with the code of the link that is counted."""

    @property
    def place(self) -> Place:
        """Return the country whose numbers and law are shown."""
        return find_place(self.settings.place)

    @property
    def handle(self) -> str:
        """Return the bot's name as Telegram shows it."""
        return f"@{self.bot}"

    @property
    def address(self) -> str:
        """Return the bot's address as a person compares it."""
        return f"t.me/{self.bot}"

    def link(self, language: str) -> str:
        """Return the link for readers of a language."""
        code = dict(self.codes).get(language)
        return f"https://{self.address}" + (f"?start={code}" if code else "")


class Wording:
    """Renders texts in one language."""

    def __init__(self, source: SiteSource, language: str) -> None:
        self.source, self.language = source, language
        self.catalogue = catalogue(language)
        general = build_system_texts(source.settings, lambda: source.plan).blanks(self.catalogue)
        ours = {name: value for name, value in general.items() if name not in all_blanks()}
        self._values = {
            **ours,
            **place_blanks(source.place, source.today, language, self.catalogue),
            "handle": source.handle,
            "address": source.address,
        }
        self.facts = permanent_facts(source.settings) | source.place.known_facts(source.today)

    @property
    def tag(self) -> str:
        """Return the language as HTML and PDF name it, e.g. `zh-Hant`."""
        return self.language.replace("_", "-")

    @property
    def own_name(self) -> str:
        """Return the name of the language in itself."""
        return LANGUAGES[self.language].own_name

    def say(self, text: Text, **more: str) -> str:
        """Return a text with its blanks filled; empty if one of them has no value today."""
        values = {**self._values, **more}
        if any(not values.get(blank) for blank in blanks_in(text.render(self.catalogue))):
            return ""
        return text.render(self.catalogue, values)

    def say_all(self, texts: Iterable[Text]) -> tuple[str, ...]:
        """Return texts in order, without those that cannot be said today."""
        return tuple(said for text in texts if (said := self.say(text)))

    def who_answers(self) -> list[Text]:
        """Return the texts that say who answers in the chat."""
        return [it.text for it in WHO_ANSWERS if it.when.holds({}, self.facts)]

    def day(self, day: date) -> str:
        """Return a day with its year."""
        return format_long_date(self.language, day)
