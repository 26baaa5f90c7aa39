"""Telephone numbers on a page that stays: only those that were read and have not expired.

A page can be opened long after it was made, so it is stricter than the chat: no number is shown
for want of a better one, and the day on which it was read stands next to it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.languages.format_date import format_long_date
from bot.places.place import IN_ORDER, SITUATIONS, blank_name

if TYPE_CHECKING:
    from datetime import date

    from bot.places.directory import DirectoryEntry, SourcedFact
    from bot.places.place import Place
    from bot.text import Catalogue


def shown_numbers(place: Place, situation: str, today: date, language: str) -> list[DirectoryEntry]:
    """Return the numbers for a situation, those that speak the language first; may be empty."""
    named = (place.directory[code] for code in place.numbers_by_situation[situation])
    shown = [entry for entry in named if entry.is_shown(today)]
    if situation not in IN_ORDER:
        shown.sort(key=lambda entry: entry.foreignness(language))
    return shown


def first_to_expire(place: Place, today: date) -> date | None:
    """Return the day from which a number on the pages must not be shown any more."""
    return min(
        (
            entry.expires_on
            for situation in SITUATIONS
            for entry in shown_numbers(place, situation, today, "")
        ),
        default=None,
    )


def place_blanks(place: Place, today: date, language: str, words: Catalogue) -> dict[str, str]:
    """Return the blanks of a place that may be filled today; a list of numbers has its dates."""
    values = {
        name: _dated(line.current_text(today).render(words), line, language)
        for name, line in place.sentences.items()
        if line.is_shown(today) or line.fallback is not None
    }
    known = place.known_facts(today)
    for name, chapter in place.chapters.items():
        values |= chapter.blanks(words) if name in known else {}
    for situation in SITUATIONS:
        if entries := shown_numbers(place, situation, today, language):
            values |= {
                blank_name("numbers", situation): "\n".join(
                    _dated(it.line(words), it, language) for it in entries
                ),
                blank_name("calling", situation): _dated(
                    entries[0].call_description(words), entries[0], language
                ),
            }
    return values


def _dated(text: str, fact: SourcedFact, language: str) -> str:
    """Return a text with the day on which its number was read; as it is if it has none."""
    if not re.search(r"\d", text):
        return text
    return f"{text} \u00b7 {format_long_date(language, fact.verified_on)}"
