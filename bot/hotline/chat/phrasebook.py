"""The phrasebook: looking sentences up, filling their blanks, and reading the buttons below them.

The caseworker picks a sentence in their language, the person reads it in theirs, and a press comes
back as a code that each side reads in its own language: nothing is translated by a machine. Only
blanks carry free text, so they are short, and control characters in them are shown, not obeyed.
"""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_line
from bot.languages import catalogue
from bot.languages.format_date import format_moment
from bot.messages import Button, SendText
from bot.text import Catalogue, Text, fold_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.conversation.phrasebook_entry import Phrase
    from bot.hotline.chat.messages import CaseMessageContent

MAX_VALUE = 80
"""Characters in one blank: enough for a place or a time."""
DOT = "."
"""Separates a phrase from its reply."""
TIME = "time"
"""The blank of a moment. Its value in digits, `2026-11-28T14:00` in local time, is written out in
the language of each reader."""
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_BLANK = re.compile(r"\{(\w+)\}")
_TOKEN_PREFIX = "p"  # noqa: S105 - a prefix of button tokens
_DIGEST_BYTES = 4
"""Length of the digest that names a button without saying anything in words."""


class Phrasebook:
    """Sentences by code, in every language."""

    def __init__(
        self, phrases: Mapping[str, Phrase],
        default_values: Callable[[Catalogue], Mapping[str, str]] | None = None, *,
        groups: Mapping[str, Text] | None = None,
        exit_buttons: Mapping[str, Text] | None = None,
    ) -> None:  # fmt: skip
        """Index the sentences.

        `default_values` returns the values for blanks of every message, in a language;
        `exit_buttons` are labels, by token, of the buttons below every question: danger, stop.

        Raises:
            ValueError: two buttons would have the same token.
        """
        self._phrases = phrases
        self._default_values = default_values or (lambda _: {})
        self._groups = groups or {}
        self._exit_labels = exit_buttons or {}
        self._by_token = _index_tokens(phrases)

    def __contains__(self, code: object) -> bool:
        return code in self._phrases

    def __getitem__(self, code: str) -> Phrase:
        return self._phrases[code]

    def __iter__(self) -> Iterator[Phrase]:
        return iter(self._phrases.values())

    def render(self, code: str, values: Mapping[str, str], language: str, prefix: str) -> SendText:
        """Return a sentence as a message in the person's language, with its reply buttons.

        `prefix` begins the tokens of its buttons; it must be authenticated.

        Raises:
            ValueError: a blank is empty or too long.
        """
        if faults := (*self.missing_blanks(code, values), *self.too_long(code, values)):
            raise ValueError(f"{code} cannot be sent: {', '.join(faults)}")
        phrase = self._phrases[code]
        words = catalogue(language)
        rows: list[tuple[Button, ...]] = [
            (Button(f"{place} {label.render(words)}", token_of(code, reply)),)
            for place, (reply, label) in enumerate(phrase.replies.items(), 1)
        ]
        if rows and self._exit_labels:
            ways_out = self._exit_labels.items()
            rows.append(tuple(Button(label.render(words), token) for token, label in ways_out))
        return SendText(self._fill(phrase, values, language), tuple(rows), prefix if rows else "")

    def parse_token(self, end: str) -> tuple[str, str] | None:
        """Return the phrase and the reply of a token's end; None for another button's.

        The caller has authenticated the token's prefix for this chat.
        """
        return self._by_token.get(end)

    def text_for_staff(self, content: CaseMessageContent, language: str) -> str:
        """Return a sentence that was sent, or a reply that was pressed, in a reader's language.

        A code that is no longer in the phrasebook is returned as it is.
        """
        code, _dot, reply = content.code.partition(DOT)
        phrase = self._phrases.get(code)
        if phrase is None or (reply and reply not in phrase.replies):
            return content.code
        words = catalogue(language)
        if reply:
            return phrase.replies[reply].render(words)
        return self._fill(phrase, content.values, language)

    def search(self, query: str, language: str) -> list[Phrase]:
        """Return the sentences that hold all words of a query, in order; all for an empty one.

        Words are looked for in the code, the group, the sentence and its replies, in the
        caseworker's language and in English.
        """
        words = fold_accents(query).split()
        return [it for it in self if all(word in self._search_text(it, language) for word in words)]

    def missing_blanks(self, code: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the blanks without a value."""
        blanks = self._phrases[code].blanks
        return tuple(name for name in blanks if not values.get(name, "").strip())

    def too_long(self, code: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the blanks whose value is too long."""
        blanks = self._phrases[code].blanks
        return tuple(name for name in blanks if len(values.get(name, "").strip()) > MAX_VALUE)

    def _search_text(self, phrase: Phrase, language: str) -> str:
        texts = [phrase.text, *phrase.replies.values()]
        if phrase.group in self._groups:
            texts.append(self._groups[phrase.group])
        read = catalogue(language)
        found = (part for it in texts for part in (it.source, it.render(read)))
        return fold_accents(" ".join((phrase.code, phrase.group, *found)))

    def _fill(self, phrase: Phrase, values: Mapping[str, str], language: str) -> str:
        # In one pass, so that a value cannot contain another blank. Caseworkers fill only the
        # sentence's own blanks, not those with default values such as the organisation.
        words = catalogue(language)
        written = {
            name: _in_language(escape_line(values.get(name, "").strip()), language)
            for name in phrase.blanks
        }
        known = {**self._default_values(words), **written}
        return _BLANK.sub(lambda blank: known.get(blank[1], blank[0]), phrase.text.render(words))


def _in_language(value: str, language: str) -> str:
    """Return a value; a moment in digits is written as its reader writes it, the day in words."""
    if _MOMENT.fullmatch(value) is None:
        return value
    try:
        return format_moment(language, datetime.fromisoformat(value))
    except ValueError:  # there is no such day
        return value


def token_of(phrase: str, reply: str) -> str:
    """Return the end of a button's token, which is the same in every release."""
    whole = f"{phrase}{DOT}{reply}".encode()
    return _TOKEN_PREFIX + blake2b(whole, digest_size=_DIGEST_BYTES).hexdigest()


def _index_tokens(phrases: Mapping[str, Phrase]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for phrase in phrases.values():
        for reply in phrase.replies:
            end = token_of(phrase.code, reply)
            if end in found:
                raise ValueError(f"two buttons with one token: {phrase.code}, {found[end][0]}")
            found[end] = (phrase.code, reply)
    return found
