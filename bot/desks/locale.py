"""The language of a desk: texts, priorities, language names, contact rules and times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.clock import SECOND
from bot.conversation.question_names import question_name
from bot.hotline.contact_rule import ANY_TIME, HOURS
from bot.languages import LANGUAGES, catalogue
from bot.languages.format_date import format_short_date, format_short_day
from bot.text import Catalogue, Text, _, pgettext

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.conversation.questions.question import Question

PRIORITY_NAMES = (
    pgettext("priority", "danger now"),
    pgettext("priority", "danger within a day"),
    pgettext("priority", "this shift"),
    pgettext("priority", "standard"),
    pgettext("priority", "information"),
)
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
AFTER_PERSON_WROTE = _("You may write for 30 minutes after the person last wrote.")
# Translators: {hours} e.g. 6-12, 18-22
AT_AGREED_HOURS = _("You may write for 30 minutes after the person last wrote, and at {hours}.")
AT_ANY_TIME = _("You may write at any time.")


@dataclass(frozen=True)
class StaffLocale:
    """Renders texts in the language of one desk."""

    language: str
    zone: ZoneInfo
    organisation: str = ""
    """The name people read of the organisation that answers."""

    @cached_property
    def staff_catalogue(self) -> Catalogue:
        """The catalogue of staff texts."""
        return catalogue(self.language, "staff")

    @cached_property
    def flow_catalogue(self) -> Catalogue:
        """The catalogue of flows, as a person with this language reads them."""
        return catalogue(self.language)

    def __call__(self, text: Text, **values: str) -> str:
        """Return a staff text with its blanks filled in."""
        return text.render(self.staff_catalogue, values)

    def question_name(self, question: Question[Any]) -> str:
        """Return a question of the bot in words, in one line."""
        name = question_name(question.short, self.flow_catalogue, self.organisation)
        return name.replace("\n", " ")

    def priority_name(self, priority: int) -> str:
        """Return the name of a priority."""
        return f"P{priority} {self(PRIORITY_NAMES[priority])}"

    def language_name(self, tag: str) -> str:
        """Return the name of a language, in this language."""
        return self(LANGUAGE_NAMES[tag]) if tag in LANGUAGE_NAMES else tag

    def native_name(self, tag: str) -> str:
        """Return the name of a language, in itself."""
        return LANGUAGES[tag].own_name if tag in LANGUAGES else tag

    def contact_rule(self, rule: str) -> str:
        """Return a contact rule in words; an unknown one is shown as the strictest."""
        name, _colon, codes = rule.partition(":")
        spans = [HOURS[code] for code in codes.split(",") if code in HOURS]
        if rule == ANY_TIME:
            return self(AT_ANY_TIME)
        if name == "hours" and spans:
            hours = ", ".join(f"{begin}-{end % 24}" for begin, end in spans)
            return self(AT_AGREED_HOURS, hours=hours)
        return self(AFTER_PERSON_WROTE)

    def format_time(self, moment: int, now: int) -> str:
        """Return a moment as its time, with the date if that is not today, e.g. `Nov 28 14:30`."""
        at, today = (datetime.fromtimestamp(it / SECOND, self.zone) for it in (moment, now))
        if at.date() == today.date():
            return f"{at:%H:%M}"
        if at.year != today.year:
            return self.format_full_time(moment)
        return f"{format_short_day(self.language, at.month, at.day)} {at:%H:%M}"

    def format_full_time(self, moment: int) -> str:
        """Return a moment with its date, e.g. `Nov 28, 2026 14:30`."""
        at = datetime.fromtimestamp(moment / SECOND, self.zone)
        return f"{format_short_date(self.language, at.date())} {at:%H:%M}"
