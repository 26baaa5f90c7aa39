"""The phrasebook: looking sentences up, filling their blanks, and reading the buttons below them.

The caseworker picks a sentence in their language, the person reads it in theirs, and a press comes
back as a code that each side reads in its own language: nothing is translated by a machine. Only
blanks carry free text, so they are short, and control characters in them are shown, not obeyed.

Phrases are part of a release. An organisation can write more, give one another text, or withdraw
it (`phrase_edits`); what was sent before is still read as it was sent.
"""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_line
from bot.conversation import Phrase
from bot.hotline.chat.phrase_edits import EditedPhrases
from bot.languages import FALLBACK, catalogue
from bot.languages.format_date import format_moment
from bot.languages.typed.answer_lists import plain_answer
from bot.messages import Button, SendText
from bot.text import Catalogue, Text, fold_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.hotline.chat.messages import CaseMessageContent
    from bot.hotline.chat.phrase_edits import PhraseEdits
    from bot.languages import MessageKey
    from bot.store.writer import Work

MAX_VALUE = 80
"""Characters in one blank: enough for a place or a time."""
DOT = "."
"""Separates a phrase from its reply."""
EDIT_MARK = "@"
"""Stands between a phrase and the number of the edit of which it was chosen."""
NO_EDITS = EditedPhrases()
TIME = "time"
"""The blank of a moment. Its value in digits, `2026-11-28T14:00` in local time, is written out in
the language of each reader."""
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_BLANK = re.compile(r"\{(\w+)\}")
_MARK = re.compile("\ue000(\\d+)\ue001")
_TOKEN_PREFIX = "p"  # noqa: S105 - a prefix of button tokens
_DIGEST_BYTES = 4
"""Length of the digest that names a button without saying anything in words."""


class _MarkingCatalogue:
    """A catalogue that returns a mark for every message, to find those a text is made of."""

    def __init__(self) -> None:
        self._keys: list[MessageKey] = []

    def gettext(self, message: str, /) -> str:
        return self._mark((None, message))

    def pgettext(self, context: str, message: str, /) -> str:
        return self._mark((context, message))

    def ngettext(self, msgid1: str, _msgid2: str, _n: int, /) -> str:
        return self._mark((None, msgid1))

    def _mark(self, key: MessageKey) -> str:
        self._keys.append(key)
        return f"\ue000{len(self._keys) - 1}\ue001"

    def keys_in(self, text: str) -> list[MessageKey]:
        """Return the messages whose marks stand in a text."""
        return [self._keys[int(it)] for it in _MARK.findall(text)]


class Phrasebook:
    """Sentences by code, in every language."""

    def __init__(
        self, phrases: Mapping[str, Phrase],
        default_values: Callable[[Catalogue], Mapping[str, str]] | None = None, *,
        groups: Mapping[str, Text] | None = None,
        exit_buttons: Mapping[str, Text] | None = None,
        edits: PhraseEdits | None = None,
    ) -> None:  # fmt: skip
        """Index the sentences.

        `edits` are the changes of a deployment; without them nothing is changed.
        `default_values` returns the values for blanks of every message, in a language;
        `exit_buttons` are labels, by token, of the buttons below every question: danger, stop.

        Raises:
            ValueError: two buttons would have the same token.
        """
        self._shipped = phrases
        self._edits = edits
        self._last: tuple[EditedPhrases, Mapping[str, Phrase]] = (NO_EDITS, phrases)
        self._default_values = default_values or (lambda _: {})
        self._groups = groups or {}
        self._exit_labels = exit_buttons or {}
        self._by_token = _index_tokens(phrases)

    def __contains__(self, code: object) -> bool:
        return code in self._phrases and self.edited.withdrawn(str(code)) is None

    def __getitem__(self, code: str) -> Phrase:
        return self._phrases[code]

    def __iter__(self) -> Iterator[Phrase]:
        """Yield the sentences that can be sent."""
        return (it for it in self.all_phrases() if it.code in self)

    def all_phrases(self) -> list[Phrase]:
        """Return all sentences by group, those that were withdrawn as well."""
        order = {group: place for place, group in enumerate(self._groups)}
        return sorted(self._phrases.values(), key=lambda it: order.get(it.group, len(order)))

    def load(self, work: Work) -> None:
        """Read what was changed at the desk, so that it holds from now on."""
        if self._edits is not None:
            self._edits.load(work)

    def expect(self, work: Work) -> None:
        """Let the database look up what `load` will ask for."""
        if self._edits is not None:
            self._edits.expect(work)

    @property
    def edited(self) -> EditedPhrases:
        """What was changed at the desk, as it was read last in this process."""
        return NO_EDITS if self._edits is None else self._edits.latest

    @property
    def _phrases(self) -> Mapping[str, Phrase]:
        """All sentences, those of this organisation last."""
        edited, (known, phrases) = self.edited, self._last
        if known is not edited:
            # A later release may have a code that was written here: the one written here stays.
            phrases = dict(self._shipped) | {
                it.code: Phrase(it.code, it.group, Text(it.english), self.blanks_of(it.english))
                for it in edited.written().values()
            }
            self._last = (edited, phrases)
        return phrases

    def is_shipped(self, code: str) -> bool:
        """Whether a sentence is part of the release."""
        return code in self._shipped and code not in self.edited.written()

    @property
    def blank_labels(self) -> Mapping[str, Text]:
        """The blanks that a caseworker can fill, and what each means."""
        return {name: label for it in self._shipped.values() for name, label in it.blanks.items()}

    def default_blanks(self) -> frozenset[str]:
        """Return the blanks that fill themselves, such as the name of the organisation."""
        return frozenset(self._default_values(catalogue(FALLBACK)))

    def blanks_of(self, text: str) -> dict[str, Text]:
        """Return the blanks of a text that a caseworker fills."""
        labels = self.blank_labels
        return {it: labels[it] for it in dict.fromkeys(_BLANK.findall(text)) if it in labels}

    def text(self, code: str, language: str, until: int | None = None) -> str:
        """Return a sentence in a language with its blanks unfilled, now or as it was at an edit.

        Where a sentence was not written in a language, it is in English.
        """
        written = self.edited.find_text(code, language, until)
        if written is not None:
            return written.edit.text
        if self.is_shipped(code):
            return self.shipped_text(code, language)
        if language != FALLBACK:
            return self.text(code, FALLBACK, until)
        return self._phrases[code].text.source

    def shipped_text(self, code: str, language: str) -> str:
        """Return a sentence as the release has it; empty if it does not have it."""
        if not self.is_shipped(code):
            return ""
        return self._shipped[code].text.render(catalogue(language))

    def has_text(self, code: str, language: str) -> bool:
        """Whether a sentence was written in a language, in a release or at the desk."""
        return self.is_shipped(code) or self.edited.find_text(code, language) is not None

    def filled_in(self, code: str) -> list[MessageKey]:
        """Return the messages of the catalogue by which blanks of a sentence fill themselves."""
        marks = _MarkingCatalogue()
        values = self._default_values(marks)
        english = self.text(code, FALLBACK)
        return marks.keys_in(_BLANK.sub(lambda blank: values.get(blank[1], ""), english))

    def chosen_code(self, code: str) -> str:
        """Return what a desk sends for a sentence that it shows: its code, and of which edit."""
        edit = self.edited.last_edit_of(code)
        return f"{code}{EDIT_MARK}{edit}" if edit else code

    def parse_chosen(self, chosen: str) -> tuple[str, bool]:
        """Return the code of what a desk sent, and whether it was changed since it was shown."""
        code, mark, edit = chosen.partition(EDIT_MARK)
        return code, bool(mark) and edit != str(self.edited.last_edit_of(code))

    def render(
        self, code: str, values: Mapping[str, str], language: str, prefix: str,
        until: int | None = None,
    ) -> SendText:  # fmt: skip
        """Return a sentence as a message in the person's language, with its reply buttons.

        `prefix` begins the tokens of its buttons; it must be authenticated. `until` is the last
        edit that counts; without it, all do.

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
        text = self._fill(phrase, values, language, until)
        return SendText(text, tuple(rows), prefix if rows else "")

    def parse_token(self, end: str) -> tuple[str, str] | None:
        """Return the phrase and the reply of a token's end; None for another button's.

        The caller has authenticated the token's prefix for this chat.
        """
        return self._by_token.get(end)

    def typed_reply(self, code: str, text: str, language: str) -> str:
        """Return the reply whose number or whole label was typed below a phrase; else empty."""
        replies = self._phrases[code].replies
        typed, words = plain_answer(text), catalogue(language)
        if typed.isdecimal():
            return next((it for at, it in enumerate(replies, 1) if at == int(typed)), "")
        for place, (reply, label) in enumerate(replies.items(), 1):
            shown = label.render(words)
            if typed in {plain_answer(shown), plain_answer(f"{place} {shown}")}:
                return reply
        return ""

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
        return self._fill(phrase, content.values, language, content.phrase_edit)

    def preview(self, code: str, values: Mapping[str, str], language: str) -> str:
        """Return a sentence as it would be read if it were sent now."""
        return self._fill(self._phrases[code], values, language, None)

    def search(self, query: str, language: str) -> list[Phrase]:
        """Return the sentences that hold all words of a query, in order; all for an empty one.

        Words are looked for in the code, the group, the sentence with what fills itself in ("110"),
        and its replies, in the caseworker's language and in English.
        """
        words = fold_accents(query).split()
        tags = (FALLBACK, language)
        filled = {tag: self._default_values(catalogue(tag)) for tag in tags}
        texts = [(it, self._search_text(it, language, filled)) for it in self]
        return [it for it, text in texts if all(word in text for word in words)]

    def missing_blanks(self, code: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the blanks without a value."""
        blanks = self._phrases[code].blanks
        return tuple(name for name in blanks if not values.get(name, "").strip())

    def too_long(self, code: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the blanks whose value is too long."""
        blanks = self._phrases[code].blanks
        return tuple(name for name in blanks if len(values.get(name, "").strip()) > MAX_VALUE)

    def _search_text(
        self, phrase: Phrase, language: str, filled: Mapping[str, Mapping[str, str]]
    ) -> str:
        texts = [*phrase.replies.values()]
        if phrase.group in self._groups:
            texts.append(self._groups[phrase.group])
        read = catalogue(language)
        found = [part for it in texts for part in (it.source, it.render(read))]
        for tag, values in filled.items():
            text = self.text(phrase.code, tag)
            found += [text, *(values.get(name, "") for name in _BLANK.findall(text))]
        return fold_accents(" ".join((phrase.code, phrase.group, *found)))

    def _fill(
        self, phrase: Phrase, values: Mapping[str, str], language: str, until: int | None
    ) -> str:
        # In one pass, so that a value cannot contain another blank. Caseworkers fill only the
        # sentence's own blanks, not those with default values such as the organisation.
        words = catalogue(language)
        written = {
            name: _in_language(escape_line(values.get(name, "").strip()), language)
            for name in phrase.blanks
        }
        known = {**self._default_values(words), **written}
        text = self.text(phrase.code, language, until)
        return _BLANK.sub(lambda blank: known.get(blank[1], blank[0]), text)


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
