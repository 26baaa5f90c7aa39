"""Whether someone who reads the language has reviewed a text of the phrasebook."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.languages import FALLBACK
from bot.languages.po_files import REQUIRED_REVIEWERS, catalogue_path, load_catalogue
from bot.languages.style_rules import BLANK
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.conversation import Phrase
    from bot.hotline.chat.phrase_edits import StoredEdit
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.languages import MessageKey


class TextState(StrEnum):
    """How far one can rely on a text."""

    FACTS = "facts"
    """Numbers and other facts of the place; of a language, nothing in them is translated."""
    MISSING = "missing"
    """It was not written in the language, so the person reads English."""
    OLDER = "older"
    """The English was changed after it."""
    DRAFT = "draft"
    ONE = "one"
    """One person reviewed it for a release, where two are needed."""
    REVIEWED = "reviewed"


WARNINGS: Mapping[TextState, Text] = {
    TextState.MISSING: _("Not written in the person's language: they read English."),
    TextState.OLDER: _("The person's text is older than the English."),
    TextState.DRAFT: _("No one has reviewed the person's text."),
    TextState.ONE: _("One person has reviewed the person's text."),
}
"""What a caseworker reads before they send; nothing about a text that was reviewed."""
STAFF_TEXT_IS_OLDER = _("What you read here is older than the English. It may say something else.")


@dataclass(frozen=True, slots=True)
class PhraseText:
    """The text of a phrase in one language."""

    phrase: Phrase
    language: str
    text: str
    state: TextState
    written: StoredEdit | None
    """Who wrote it at the desk; None for the text of the release."""
    review: StoredEdit | None
    """Who reviewed it at the desk."""
    last_edit: int
    """The number of its last edit, 0 for none: a form that names another is outdated."""

    @property
    def is_reliable(self) -> bool:
        """Whether no one needs to be warned."""
        return self.state not in WARNINGS


def phrase_text(book: Phrasebook, phrase: Phrase, language: str) -> PhraseText:
    """Return a phrase in a language as it is now, with its review."""
    code, edited = phrase.code, book.edited
    text, english = book.text(code, language), book.text(code, FALLBACK)
    written = edited.find_text(code, language)
    review = edited.find_review(code, language, text, english)
    state = _state(book, phrase, language, written)
    if review is not None and state is not TextState.MISSING:
        state = TextState.REVIEWED
    return PhraseText(
        phrase, language, text, state, written, review, edited.last_edit(code, language)
    )


def _state(
    book: Phrasebook, phrase: Phrase, language: str, written: StoredEdit | None
) -> TextState:
    """Return the state of a text, reviews at the desk left out."""
    english = book.text(phrase.code, FALLBACK)
    if not BLANK.sub("", english).strip():
        return _facts_state(book, phrase, language)
    if written is not None:
        is_older = language != FALLBACK and written.edit.english != english
        return TextState.OLDER if is_older else TextState.DRAFT
    if not book.is_shipped(phrase.code):
        return TextState.MISSING
    has_other_english = book.edited.find_text(phrase.code, FALLBACK) is not None
    return TextState.OLDER if has_other_english else _shipped_state(phrase, language)


def _facts_state(book: Phrasebook, phrase: Phrase, language: str) -> TextState:
    """Return the state of a sentence that fills itself: that of its least reviewed part.

    What the catalogue does not know, such as a proper name, is not translated.
    """
    known = _reviewers_of(language) if language != FALLBACK else {}
    counts = [known[key] for key in book.filled_in(phrase.code) if key in known]
    return _reviewed_by(min(counts)) if counts else TextState.FACTS


def _shipped_state(phrase: Phrase, language: str) -> TextState:
    """Return the state of a text of the release; its English is what all others are checked by."""
    if language == FALLBACK:
        return TextState.REVIEWED
    reviewers = _reviewers_of(language).get((phrase.text.context, phrase.text.source))
    if reviewers is None:
        return TextState.MISSING
    return _reviewed_by(reviewers)


def _reviewed_by(reviewers: int) -> TextState:
    if reviewers >= REQUIRED_REVIEWERS:
        return TextState.REVIEWED
    return TextState.ONE if reviewers else TextState.DRAFT


def _reviewers_of(language: str) -> Mapping[MessageKey, int]:
    path = catalogue_path(language)
    return _count_reviewers(language, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=32)
def _count_reviewers(language: str, _changed_at: int) -> Mapping[MessageKey, int]:
    """Return how many reviewed each translation; an import at the command line is seen at once."""
    entries = load_catalogue(language).entries
    return {
        it.key: len({review.reviewer for review in it.reviews})
        for it in entries
        if it.is_translated
    }
