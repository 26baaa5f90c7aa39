"""Questions people ask in place of an answer: what each is about, from `locales/*/questions.toml`.

"Is it free?" or "will my boss know?" answers no question of the bot, and a person who gets no reply
to it may write no more. So it is with "I have to go" and "no police, please". The text is kept like
any other, so a question that is read wrongly costs one message.

A phrase is words in this order, with a few others between them; `=` before it allows none. `a/b`
means either word, `^` and `$` the beginning and the end, `?` a question mark. `@boss` stands for
the words of that name in `[words]`. Accents do not count. In scripts without spaces a "word" is any
run of characters. A word of `[unless]` speaks against a kind, or, under `every`, against all: such
a text tells what others said. A long text is a story.

The lists find a third of what people ask, so there are learnt examples too, in
`locales/*/question_examples.toml`; from them `questions.model` is made, like `answers.model`.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import QuestionListError
from bot.languages import FALLBACK, LANGUAGES, LOCALES
from bot.languages.answer_model import load_answer_model
from bot.languages.compiled_lists import compiled
from bot.text import fold_accents, fold_typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PERSON, LEAVING, NO_POLICE, HOW_LONG = "person", "leaving", "no_police", "how_long"
DEPORTED = "deported"
EMPLOYER, READERS = "employer", "readers"
KINDS = (
    LEAVING,
    "checked",
    EMPLOYER,
    NO_POLICE,
    "speaks",
    DEPORTED,
    "police",
    "location",
    PERSON,
    "asking",
    "phone",
    "real",
    "trust",
    READERS,
    HOW_LONG,
    "stop",
    "cost",
)
"""What a question is about. Of several in one text the first counts: it frightens most."""
MODEL = LOCALES / "questions.model"
LABELS = {f"asks: {kind}": kind for kind in KINDS}
"""The kinds, as the model knows them: they are to it what buttons are to `answers.model`."""
LIKELY_ASKED, SURELY_ASKED = 0.65, 0.8
"""Probability from where on a text is taken for a question, and for no cry for help."""
PLAINLY_ASKED = 0.95
"""From where on examples that a text alarms count less than those that it asks."""
SURELY_LEAVING = 0.9
"""The same for a goodbye: "he is coming" is close to one."""
CRIES = frozenset({"location", "phone"})
"""Kinds whose words, next to alarming ones, ask for help: to come, or to call."""
POLICE = frozenset({NO_POLICE, "police"})
BREAKS_OFF = frozenset({PERSON, LEAVING})
"""Kinds that answer no question, though that takes any words: who must go, or wants a person."""
MOST_WORDS, MOST_SENTENCES = 25, 2
"""Of a text that can be a question; a longer one is a story."""
MOST_CHARACTERS = {"ja": 45, "zh_Hans": 40, "zh_Hant": 40, "km": 90, "my": 90, "th": 90}
"""The same for scripts without spaces."""
GAP_WORDS = 3
"""Other words that may stand between two words of a phrase."""
GAP_CHARACTERS = {"ja": 8, "zh_Hans": 6, "zh_Hant": 6, "km": 18, "my": 18, "th": 18}
"""The same for scripts without spaces."""
LONGEST = 160
"""Characters of a question in any script."""
START, END = "^", "$"
EVERY = "every"
"""Of `[unless]`: speaks against every kind."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?|\?")
_MARKS = "\u0300-\u036f\u0e31-\u0e4e\u1000-\u1049\u104c-\u109f\u1780-\u17d3\u3099\u309a"
"""Letters and vowels of the scripts here that `\\w` leaves out."""
_NO_SIGN = re.compile(rf"[^\w?{_MARKS}]+")
_NAME = re.compile(r"@(\w+)")
_SENTENCE_END = re.compile("[.!?\u3002\u104b\u17d4\n]+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_LATIN = re.compile("[a-z]")


@dataclass(frozen=True, slots=True)
class QuestionPhrase:
    """One way to ask a question of one kind."""

    kind: str
    tag: str
    words: tuple[frozenset[str], ...]
    """The spellings of each."""
    gap: int
    """How much else may stand between two of its words: words, or characters."""

    @property
    def rarest(self) -> frozenset[str]:
        """Return the word by which it is looked up: the one in the fewest texts."""
        return max(self.words, key=lambda word: (min(map(len, word)), -len(word)))


class QuestionLists(NamedTuple):
    """The lists of all languages with spaces, or of all without."""

    phrases: dict[str, list[QuestionPhrase]]
    """By their rarest word, or by how it begins."""
    exceptions: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Words that speak against a question: each with its language and the kinds."""

    def excluded(self, text: str) -> frozenset[tuple[str, str]]:
        """Return the languages and kinds in which a text is no question."""
        return frozenset(
            (tag, kind) for word, tag, kinds in self.exceptions if word in text for kind in kinds
        )


def find_question(text: str, language: str) -> str | None:
    """Return what a text asks about; None for nearly all texts.

    The language the person chose counts first, then English, then all others: people mix languages.
    Where the learnt examples know better which kind it is, they decide. A cry for help may be asked
    as a question too, so the caller looks for alarms first.
    """
    listed = _listed_kinds(text, language)
    if not listed:
        return None
    if LEAVING in listed:  # "he reads my phone" asks much, and one line too many is seen there
        return LEAVING
    return likely_question(text) or next(kind for kind in KINDS if kind in listed)


def likely_question(text: str, least: float = LIKELY_ASKED) -> str | None:
    """Return what a text most likely asks about, by the learnt examples; None for most texts.

    Args:
        text: what was written, if no list knows it and it answers nothing.
        least: the probability from where on it counts.
    """
    likely = load_answer_model(MODEL).most_likely(text, LABELS)
    if likely is None:
        return None
    kind = LABELS[likely.label]
    # "Do not talk to a person" is close to asking for one, and that begins a conversation.
    wanted = SURELY_ASKED if kind == PERSON else least
    return kind if likely.probability >= wanted else None


def plainly_asked(text: str) -> str | None:
    """Return what a text asks about that alarms by the learnt examples alone; None if unsure.

    The answer comes with the digits to call: see `MessageHandler`.
    """
    kind = likely_question(text, PLAINLY_ASKED)
    return None if kind in {*CRIES, *POLICE, LEAVING} else kind


def surely_asked(text: str, language: str) -> str | None:
    """Return what a text asks about although its words alarm; None if it may be a cry for help.

    "Please do not call the police" holds the words of a cry for the police. The examples confuse
    the two, and the lists know what denies. "Can they come to this address" is a cry.
    """
    kind = likely_question(text)
    is_listed = kind in _listed_kinds(text, language)
    if kind in CRIES or (kind in POLICE and not is_listed):
        return None
    if kind == LEAVING:
        return likely_question(text, SURELY_LEAVING)
    return kind if is_listed else likely_question(text, SURELY_ASKED)


def _listed_kinds(text: str, language: str) -> set[str]:
    """Return the kinds of the phrases in a text."""
    if len(text) > LONGEST:
        return set()
    folded = _plain(text)
    if len(list(filter(str.strip, _SENTENCE_END.split(folded)))) > MOST_SENTENCES:
        return set()
    found: dict[str, set[str]] = {}
    if _LATIN.search(folded):
        for phrase in _match_spaced(_WORD.findall(folded)):
            found.setdefault(phrase.tag, set()).add(phrase.kind)
    if not folded.isascii():
        for phrase in _match_unspaced(_NO_SIGN.sub("", folded)):
            found.setdefault(phrase.tag, set()).add(phrase.kind)
    return found.get(language) or found.get(FALLBACK) or set().union(*found.values())


def _plain(text: str) -> str:
    """Return text without case, accents and drawn-out letters."""
    return _DRAWN_OUT.sub(r"\1", fold_typed(text))


# --- scripts with spaces ---------------------------------------------------------------------


def _match_spaced(words: list[str]) -> Iterator[QuestionPhrase]:
    if len(words) > MOST_WORDS:
        return
    words = [START, *words, END]
    lists = _spaced_lists()
    candidates = {id(it): it for word in words for it in lists.phrases.get(word, ())}
    asked = [it for it in candidates.values() if _fits(it, words)]
    if asked:
        excluded = lists.excluded(f" {' '.join(words)} ")
        yield from (it for it in asked if (it.tag, it.kind) not in excluded)


def _fits(phrase: QuestionPhrase, words: Sequence[str]) -> bool:
    if any(word.isdisjoint(words) for word in phrase.words):
        return False
    return any(_fits_words(phrase, words, 0, at) for at in range(len(words)))


def _fits_words(phrase: QuestionPhrase, words: Sequence[str], number: int, at: int) -> bool:
    """Tell whether the words of a phrase from this number on fit, the first of them here."""
    if words[at] not in phrase.words[number]:
        return False
    if number + 1 == len(phrase.words):
        return True
    until = min(len(words), at + 2 + phrase.gap)
    return any(_fits_words(phrase, words, number + 1, n) for n in range(at + 1, until))


# --- scripts without spaces ------------------------------------------------------------------


def _match_unspaced(tight: str) -> Iterator[QuestionPhrase]:
    length, text = len(tight), f"{START}{tight}{END}"
    lists = _unspaced_lists()
    keys = dict.fromkeys([*text, *map("".join, itertools.pairwise(text))])
    candidates = {id(it): it for key in keys for it in lists.phrases.get(key, ())}
    asked = [
        it
        for it in candidates.values()
        if length <= MOST_CHARACTERS[it.tag] and _fits_text(it, text)
    ]
    if asked:
        excluded = lists.excluded(text)
        yield from (it for it in asked if (it.tag, it.kind) not in excluded)


def _fits_text(phrase: QuestionPhrase, text: str, number: int = 0, at: int = 0) -> bool:
    """Tell whether the words of a phrase from this number on stand from here on."""
    if number == len(phrase.words):
        return True
    for spelling in phrase.words[number]:
        until = at + phrase.gap + len(spelling) if number else len(text)
        place = text.find(spelling, at, until)
        while place >= 0:
            if _fits_text(phrase, text, number + 1, place + len(spelling)):
                return True
            place = text.find(spelling, place + 1, until)
    return False


# --- the files -------------------------------------------------------------------------------


def load_questions(tag: str, folder: Path = LOCALES) -> list[QuestionPhrase]:
    """Return the phrases of one language.

    Raises:
        QuestionListError: the file is no TOML, has an unknown kind, or a phrase that is empty or
            has an empty word.
    """
    content = _read_file(tag, folder)
    names = content.get("words", {})
    phrases = content.get("phrases", {})
    if unknown := {*phrases, *content.get("unless", {})} - {*KINDS, EVERY}:
        raise QuestionListError(f"{tag}: unknown kinds {sorted(unknown)}")
    return [
        _parse_phrase(kind, tag, _fill(phrase, names))
        for kind in KINDS
        for phrase in phrases.get(kind, ())
    ]


def _read_file(tag: str, folder: Path = LOCALES) -> dict[str, dict[str, list[str]]]:
    path = folder / tag / "questions.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise QuestionListError(f"{path}: {error}") from None


def _fill(phrase: str, names: dict[str, list[str]]) -> str:
    """Return a phrase with every `@name` replaced by the words of that name.

    Raises:
        QuestionListError: no words have that name, or one of them has a space.
    """
    try:
        filled = _NAME.sub(lambda name: "/".join(names[name[1]]), phrase)
    except KeyError as error:
        raise QuestionListError(f"{phrase!r}: no words are called {error}") from None
    if len(filled.split()) != len(phrase.split()):
        raise QuestionListError(f"{phrase!r}: a word of a name has a space")
    return filled


def _parse_phrase(kind: str, tag: str, phrase: str) -> QuestionPhrase:
    words = tuple(frozenset(word.split("/")) for word in _plain(phrase.removeprefix("=")).split())
    if not words or any("" in word for word in words):
        raise QuestionListError(f"{tag} [{kind}] {phrase!r} is empty, or has an empty word")
    gap = 0 if phrase.startswith("=") else GAP_CHARACTERS.get(tag, GAP_WORDS)
    return QuestionPhrase(kind, tag, words, gap)


@compiled
def _spaced_lists() -> QuestionLists:
    return _read_lists(is_spaced=True)


@compiled
def _unspaced_lists() -> QuestionLists:
    return _read_lists(is_spaced=False)


def _read_lists(*, is_spaced: bool) -> QuestionLists:
    """Return the lists of all languages with spaces or without."""
    phrases: dict[str, list[QuestionPhrase]] = {}
    exceptions: list[tuple[str, str, tuple[str, ...]]] = []
    for tag in LANGUAGES:
        if (tag in GAP_CHARACTERS) == is_spaced:
            continue
        for phrase in load_questions(tag):
            for key in {it if is_spaced else it[:2] for it in phrase.rarest}:
                phrases.setdefault(key, []).append(phrase)
        for kind, words in _read_file(tag).get("unless", {}).items():
            kinds = KINDS if kind == EVERY else (kind,)
            folded = map(fold_accents, words)
            exceptions += [(f" {it} " if is_spaced else it, tag, kinds) for it in folded]
    return QuestionLists(phrases, tuple(exceptions))
