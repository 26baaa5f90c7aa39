"""How the language of a desk is spoken: urgency, languages, rules and moments in its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from bot.clock import DAY, SECOND
from bot.hotline.contact_rule import ANY_TIME, HOURS
from bot.languages import LANGUAGES, catalogue
from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.text import Catalogue

PRIORITY_NAMES = (
    pgettext("priority", "danger now"),
    pgettext("priority", "danger within a day"),
    pgettext("priority", "this shift"),
    pgettext("priority", "standard"),
    pgettext("priority", "information"),
)
"""Priorities 0 to 4."""
LANGUAGE_NAMES = {
    "id": pgettext("language", "Indonesian"),
    "vi": pgettext("language", "Vietnamese"),
    "en": pgettext("language", "English"),
    "zh_Hant": pgettext("language", "Chinese"),
    "fil": pgettext("language", "Filipino"),
    "th": pgettext("language", "Thai"),
    "km": pgettext("language", "Khmer"),
    "my": pgettext("language", "Burmese"),
    # Translators: Chinese as it is written in China; the other one is that of Taiwan.
    "zh_Hans": pgettext("language", "Chinese of China"),
    "ja": pgettext("language", "Japanese"),
}
"""What staff call the languages people write in."""
CONTACT_RULE = _("May be written to: {rule}.")
# Translators: these fill the blank in "May be written to: {rule}."
AFTER_PERSON_WROTE = pgettext("contact rule", "for 30 minutes after the person wrote")
AT_AGREED_HOURS = pgettext("contact rule", "for 30 minutes after the person wrote, and at {hours}")
AT_ANY_TIME = pgettext("contact rule", "at any time")


@dataclass(frozen=True)
class StaffLocale:
    """Reads phrases in the language of one desk."""

    language: str
    zone: ZoneInfo

    @cached_property
    def staff_catalogue(self) -> Catalogue:
        """Phrases of staff."""
        return catalogue(self.language, "staff")

    @cached_property
    def flow_catalogue(self) -> Catalogue:
        """Phrases of flows, as a person with this language would read them."""
        return catalogue(self.language)

    def __call__(self, text: Text, **values: str) -> str:
        """Return a staff phrase with its blanks filled in."""
        return text.render(self.staff_catalogue, values)

    def priority_name(self, priority: int) -> str:
        """Return a priority as staff say it."""
        return f"P{priority} {self(PRIORITY_NAMES[priority])}"

    def language_name(self, tag: str) -> str:
        """Return what staff call a language."""
        return self(LANGUAGE_NAMES[tag]) if tag in LANGUAGE_NAMES else tag

    def native_name(self, tag: str) -> str:
        """Return what a language calls itself."""
        return LANGUAGES[tag].own_name if tag in LANGUAGES else tag

    def contact_rule(self, rule: str) -> str:
        """Return a contact rule in words; whatever is not known counts as the strictest."""
        name, _colon, codes = rule.partition(":")
        spans = [HOURS[code] for code in codes.split(",") if code in HOURS]
        if rule == ANY_TIME:
            told = self(AT_ANY_TIME)
        elif name == "hours" and spans:
            hours = ", ".join(f"{begin}-{end % 24}" for begin, end in spans)
            told = self(AT_AGREED_HOURS, hours=hours)
        else:
            told = self(AFTER_PERSON_WROTE)
        return self(CONTACT_RULE, rule=told)

    def format_time(self, moment: int, now: int) -> str:
        """Return a moment as people say it: the hour, with the day where it is another."""
        at = datetime.fromtimestamp(moment / SECOND, self.zone)
        is_near = abs(moment - now) < DAY and at.date() == self._date(now)
        return at.strftime("%H:%M" if is_near else "%m-%d %H:%M")

    def _date(self, now: int) -> object:
        return datetime.fromtimestamp(now / SECOND, self.zone).date()
