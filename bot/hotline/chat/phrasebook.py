"""Look sentences of the phrasebook up, fill their blanks, and read the buttons below them.

The caseworker picks in their language, the person reads theirs, and what is pressed comes back as a
code each side reads in its own: no machine translates a word. Only blanks carry words as they are
written, so they are short, and what could move a cursor is shown instead of obeyed.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_line
from bot.languages import catalogue
from bot.messages import Button, SendText
from bot.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.conversation.phrasebook_entry import Phrase
    from bot.hotline.chat.messages import CaseMessageContent
    from bot.text import Catalogue, Text

MAX_VALUE = 80
"""Signs in one blank: a place, a time. Whoever has more to say writes it."""
DOT = "."
"""Stands between a phrase and its reply."""
_BLANK = re.compile(r"\{(\w+)\}")
_TOKEN_PREFIX = "p"  # noqa: S105 - a prefix of button tokens
_DIGEST_BYTES = 4
"""Bytes: buttons are told apart by them, and say nothing in words."""


class Phrasebook:
    """Sentences by code, in every language."""

    def __init__(
        self,
        phrases: Mapping[str, Phrase],
        default_values: Callable[[Catalogue], Mapping[str, str]] | None = None,
        *,
        groups: Mapping[str, Text] | None = None,
        exit_buttons: Mapping[str, Text] | None = None,
    ) -> None:
        """Take the sentences.

        Args:
            phrases: by code.
            default_values: returns what fills the blanks every message may have, in a language.
            groups: what the groups are called.
            exit_buttons: labels by token of what stands below every question: danger, stop.

        Raises:
            ValueError: two buttons would have one token.
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

    # --- for the person -----------------------------------------------------------------------

    def render(self, code: str, values: Mapping[str, str], language: str, prefix: str) -> SendText:
        """Return a sentence as a message, its replies below it.

        Args:
            code: which sentence.
            values: what fills its blanks.
            language: the person's.
            prefix: what the tokens of its buttons begin with; it must be vouched for.

        Raises:
            ValueError: a blank is empty or too full.
        """
        if wrong := (*self.missing_blanks(code, values), *self.too_long(code, values)):
            raise ValueError(f"{code} cannot be sent: {', '.join(wrong)}")
        phrase = self._phrases[code]
        words = catalogue(language)
        rows: list[tuple[Button, ...]] = [
            (Button(f"{place} {label.render(words)}", token_of(code, reply)),)
            for place, (reply, label) in enumerate(phrase.replies.items(), 1)
        ]
        if rows and self._exit_labels:
            ways_out = self._exit_labels.items()
            rows.append(tuple(Button(label.render(words), token) for token, label in ways_out))
        return SendText(self._fill(phrase, values, words), tuple(rows), prefix if rows else "")

    def parse_token(self, end: str) -> tuple[str, str] | None:
        """Return the phrase and the reply a token's end stands for, None for none of ours.

        Whoever calls has checked that the token's beginning is vouched for in this chat.
        """
        return self._by_token.get(end)

    def match_typed(self, code: str, text: str, language: str) -> str | None:
        """Return the reply whose number or label was typed instead of pressed, None for neither."""
        phrase = self._phrases.get(code)
        if phrase is None:
            return None
        said, read_in = fold_accents(text), catalogue(language)
        for place, (reply, label) in enumerate(phrase.replies.items(), 1):
            if said in {str(place), fold_accents(label.render(read_in))}:
                return reply
        return None

    # --- for staff ----------------------------------------------------------------------------

    def text_for_staff(self, content: CaseMessageContent, language: str) -> str:
        """Return a sentence that was sent, or a reply that was pressed, in a reader's language.

        A code that is not in the phrasebook any more stands for itself.
        """
        code, _dot, reply = content.code.partition(DOT)
        phrase = self._phrases.get(code)
        if phrase is None or (reply and reply not in phrase.replies):
            return content.code
        words = catalogue(language)
        if reply:
            return phrase.replies[reply].render(words)
        return self._fill(phrase, content.values, words)

    def search(self, query: str, language: str) -> list[Phrase]:
        """Return the sentences all of whose sought words are found, in order; all for no words.

        They are looked for in the code, the group, the sentence and its replies, as a caseworker
        reads them and in English.
        """
        sought = fold_accents(query).split()
        return [
            it for it in self if all(word in self._search_text(it, language) for word in sought)
        ]

    def missing_blanks(self, code: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the blanks that nothing fills."""
        blanks = self._phrases[code].blanks
        return tuple(name for name in blanks if not values.get(name, "").strip())

    def too_long(self, code: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the blanks that have more in them than a place or a time."""
        blanks = self._phrases[code].blanks
        return tuple(name for name in blanks if len(values.get(name, "").strip()) > MAX_VALUE)

    def _search_text(self, phrase: Phrase, language: str) -> str:
        texts = [phrase.text, *phrase.replies.values()]
        if phrase.group in self._groups:
            texts.append(self._groups[phrase.group])
        read = catalogue(language)
        found = (part for it in texts for part in (it.source, it.render(read)))
        return fold_accents(" ".join((phrase.code, phrase.group, *found)))

    def _fill(self, phrase: Phrase, values: Mapping[str, str], words: Catalogue) -> str:
        # All at once: what a caseworker writes into one blank never becomes another. And only into
        # the sentence's own: who we are is not theirs to say.
        written = {name: escape_line(values.get(name, "").strip()) for name in phrase.blanks}
        known = {**self._default_values(words), **written}
        return _BLANK.sub(lambda blank: known.get(blank[1], blank[0]), phrase.text.render(words))


def token_of(phrase: str, reply: str) -> str:
    """Return the end of a button's token: the same in every release, whatever was added since."""
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
