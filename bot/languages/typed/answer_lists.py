"""The lists of what people type in place of pressing a button, from `locales/*/answers.toml`.

A file lists, for the English label of a button, other ways to say it in that language. A label
stands in one kind of question, so "no" can mean *I am alone* in one and *Age 18 or over* in
another. `#<18`, `#>=18`, `#2-5` stand for any such number, in digits or in words (`[numbers]`).
A synonym after `=` counts only as the whole text: `=help me` is no part of "help me delete this".
One after `==` counts besides only for those who chose this language: "bat" is yes in Khmer alone.
Words of politeness ("please", "po", "ครับ") and punctuation do not count, nor does case, nor
accents. `[same]` lists other spellings of a word ("ga", "gak" for "tidak"), and `negations` what
turns a shorter synonym round ("di safe").

"Almost 18" and "18 in June" are under 18. So a number that an age has only just reached (`#>=18`)
counts if nothing else stands with it but `age_words`; else the question is asked again.

Where a person agrees that staff read, a question agrees to nothing and refuses nothing, also
without its mark: `question_words` stand anywhere in it, `question_ends` at its end ("polisi ya").
Thanks, "I understand", "I am fine" and "wait" agree to nothing either (`open_words`): "ok, thanks".
A yes there has no unknown word (`consent_words`). Next to synonyms may stand words of politeness
but for `unsure_words` ("maybe"), `urging_words` ("yes, hurry"), `consent_words` ("now"),
`plea_words` ("yes, I cannot go on": need, never fear), and the name of a place (`place_names`),
with or without `place_words`: "yes, I am in Taoyuan". `agreeing_words` ("I agree") have no object,
so `titles` may follow: "I agree, sir", while "tell sir" agrees to nothing.
`weak_words` are synonyms that count with no other. `there_is` is a yes alone, and with words of
politeness: with more behind it, it says what there is ("มียามเยอะ", many guards). Nor is a refusal
what only holds one: "not yet, he is hitting me", "không có tiền"; one of the `cries` says much
though it is short. With one of `other_matters` a refusal is about that: "they will not let me go
home", "they do not want to pay". `taking_back` takes back a yes to staff that was just given.
`waiting_words` are no place, and `empty_words` alone answer nothing.

The language the person chose is tried first, then English, then all others: people mix languages.
"""

from __future__ import annotations

import re
import sys
import tomllib
import unicodedata
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.errors import TypedAnswersError
from bot.languages import LANGUAGES, LOCALES
from bot.languages.compiled_lists import compiled
from bot.text import fold, fold_accents, fold_typed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

MOST_WORDS, MOST_CHARACTERS = 6, 24
"""Of an answer in which a synonym may stand among other words, by script."""
PHRASE_SIGNS = 4
"""Signs of a script without spaces that are more than one word."""
OLDEST = 99
OLDEST_AGE = 89
"""A larger number where an age is asked is rather a year: 98 is 2009 in Taiwan."""
JUST_REACHED = 3
"""Years from an age on in which "almost", "next month" or "not yet" may stand before it."""
CONSENT_LABELS = ("Tell them now", "Not yet", "Give it to a person", "Back to the question")
"""English labels of the buttons where a person agrees that staff read, or does not."""
AGREEING = "Tell them now"
"""The button that `agreeing_words` are words of."""
ALSO_MEANT = {AGREEING: "Give it to a person", "Not yet": "Back to the question"}
"""The words of one button that mean another one too. Asked whether a caseworker may read it, a
person who says "tell them" agrees, and one who says "do not tell them" does not. "Wait a moment"
may have nothing to do with the question there, unless it is listed for that button too."""
CONSENT_LISTS = (
    "particles", "acknowledgments", "urging_words", "titles", "place_words", "place_names",
    "consent_words", "agreeing_words", "plea_words",
)  # fmt: skip
"""Lists of words that may stand around those."""
DIGITS = re.compile(r"\d+")
THUMB_UP = "\N{THUMBS UP SIGN}"
_THUMBS_UP = re.compile(rf"(?:{THUMB_UP}[\U0001f3fb-\U0001f3ff\ufe0f]*\s*)+")
"""In any colour of skin."""
_RANGE = re.compile(r"#(<|>=|>)?(\d+)(?:-(\d+))?")
_LETTERS = re.compile(r"[^\W\d_]+")
_PLAIN_LISTS = (
    "question_words", "open_words", "other_matters", "titles", "empty_words", "waiting_words",
    "taking_back", "acknowledgments", "weak_words", "urging_words", "place_words",
    "place_names", "consent_words", "agreeing_words", "plea_words", "good_news", "dismissals",
    "good_news_words", "cries",
)  # fmt: skip
"""Lists whose words are compared as they are, by the name they have here and in the file."""
_UNSPACED = re.compile("[\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Scripts without spaces between words: there a space means nothing."""


class PlainText(NamedTuple):
    """An answer without case, accents and punctuation (`plain_answer`)."""

    text: str
    words: Sequence[str]
    is_unspaced: bool

    @classmethod
    def of(cls, plain: str) -> PlainText:
        """Return a plain answer with its words."""
        return cls(plain, plain.split(), _UNSPACED.search(plain) is not None)

    @property
    def is_short(self) -> bool:
        """Whether a synonym may stand among its other words."""
        is_long = self.is_unspaced and len(self.text) > MOST_CHARACTERS
        return len(self.words) <= MOST_WORDS and not is_long

    @property
    def is_phrase(self) -> bool:
        """Whether it has several words, or some signs of a script without spaces."""
        return len(self.words) > 1 or (self.is_unspaced and len(self.text) >= PHRASE_SIGNS)

    @property
    def framed(self) -> str:
        """The text in which whole words are found: with a space at both ends, if it has any."""
        return self.text if self.is_unspaced else f" {self.text} "

    def holds_any(self, words: Iterable[str]) -> bool:
        """Tell whether one of these words stands in the text."""
        around, framed = "" if self.is_unspaced else " ", self.framed
        return any(f"{around}{it}{around}" in framed for it in words)

    def holds_only(self, words: Collection[str]) -> bool:
        """Tell whether nothing is left without these words."""
        return not self.without(words)

    def without(self, words: Collection[str]) -> str:
        """Return what is left of the text without these words."""
        around, rest = "" if self.is_unspaced else " ", self.framed
        for word in sorted(words, key=len, reverse=True):
            framed = f"{around}{word}{around}"
            rest = rest.replace(framed, "  ").replace(framed, "  ")  # "wait wait" shares a space
        return " ".join(rest.split())


class AnswerList(NamedTuple):
    """The synonyms of one language."""

    particles: Particles
    labels: Mapping[str, frozenset[str]]
    """By plain typed words: the English labels they may mean."""
    exact: Mapping[str, frozenset[str]]
    """The same by whole texts, in which words of politeness count."""
    own: Mapping[str, frozenset[str]]
    """The same by whole texts that mean this in no other language."""
    by_label: Mapping[str, Sequence[str]]
    """The keys of `labels` by each English label."""
    numbers: Mapping[str, range]
    """English labels that mean a number: which ones."""
    ages: Mapping[str, int]
    """English labels that mean this age or any above."""
    age_words: tuple[str, ...]
    """Words that leave an age as it is, the longest first."""
    question_words: tuple[str, ...]
    """Words of a question or a condition: such an answer agrees to nothing."""
    question_ends: frozenset[str]
    """Words that make a question of the words before them: "có ai đọc không"."""
    open_words: tuple[str, ...]
    """Thanks, "I understand", "I am fine", "wait": with one of them a yes agrees to nothing."""
    other_matters: tuple[str, ...]
    """What a refusal in a text may be about in place of telling: going home, wages, a passport."""
    titles: tuple[str, ...]
    """Words of politeness for a person, who may be the employer: "tell sir"."""
    empty_words: tuple[str, ...]
    """Thanks, greetings, excuses and "what": they answer nothing."""
    waiting_words: tuple[str, ...]
    """"Wait" and its like, which are no place; unlike `open_words` they take nothing from a yes."""
    taking_back: tuple[str, ...]
    """What takes back a yes that was just given: "wait no", "do not tell them"."""
    acknowledgments: tuple[str, ...]
    """Words that may only say "I have read it": "ok" behind an answer to the person's question."""
    weak_words: tuple[str, ...]
    """Synonyms that say little among other words, though they are long: "right now"."""
    there_is: frozenset[str]
    """Synonyms that count as the whole text only, though they need no `=`: "มี", "meron"."""
    urging_words: tuple[str, ...]
    """Words that may follow a yes: "please hurry"."""
    place_words: tuple[str, ...]
    """Words with which people say where they are: "I am in"."""
    place_names: tuple[str, ...]
    """Names of counties and cities of Taiwan."""
    consent_words: tuple[str, ...]
    agreeing_words: tuple[str, ...]
    plea_words: tuple[str, ...]
    """Words that change nothing around a yes or a no to consent: "them", "now"."""
    unsure_words: tuple[str, ...]
    """Words of politeness that leave a yes to consent in doubt: "maybe", "sorry"."""
    accented: frozenset[str]
    """Words with accents of Latin letters that may stand around a yes or a no to consent."""
    good_news: tuple[str, ...]
    """Words that say that the person is safe or free now."""
    good_news_words: tuple[str, ...]
    """Words that may stand around those, and say nothing more: "I am … now"."""
    dismissals: tuple[str, ...]
    """Words that say that the person lost the job: "he fired me"."""
    cries: tuple[str, ...]
    """Synonyms that say much among other words, though they are short: "saklolo"."""
    in_digits: Mapping[str, str]
    """By number words: their digits."""
    same: Mapping[str, str]
    """By another spelling of a word: the spelling in the lists."""
    negations: tuple[str, ...]

    def respell(self, plain: PlainText) -> PlainText:
        """Return an answer with each word in the spelling of the lists."""
        if plain.is_unspaced:
            text = plain.text
            for variant, word in self.same.items():
                text = text.replace(variant, word)
            return plain if text == plain.text else PlainText.of(plain_answer(text))
        if self.same.keys().isdisjoint(plain.words):
            return plain
        return PlainText.of(
            plain_answer(" ".join(self.same.get(word, word) for word in plain.words))
        )

    def respelled(self, words: Iterable[str]) -> tuple[str, ...]:
        """Return plain words in the spelling of the lists."""
        return tuple(self.respell(PlainText.of(it)).text for it in words)

    def has_question_word(self, plain: PlainText) -> bool:
        """Tell whether an answer has a word of a question or a condition, and is not listed."""
        if plain.text in self.labels:
            return False
        return plain.holds_any(self.question_words)

    def has_other_matter(self, plain: PlainText) -> bool:
        """Tell whether a refusal in an answer may be about something else than telling."""
        return plain.holds_any(self.other_matters)

    def lists_whole(self, text: str, label: str) -> bool:
        """Tell whether a whole text is one of the words for a button."""
        return label in self.labels.get(text, ()) or label in self.exact.get(text, ())

    def has_open_word(self, plain: PlainText) -> bool:
        """Tell whether an answer thanks, understands or puts off, and is not listed as a whole."""
        if plain.text in self.labels or plain.text in self.exact:
            return False
        return plain.holds_any(self.open_words)

    def is_good_news(self, plain: PlainText) -> bool:
        """Tell whether a text says that the person is safe or free now, and nothing else."""
        if not plain.holds_any(self.good_news):
            return False
        polite = (*self.particles.words, *self.open_words)
        return plain.holds_only({*self.good_news, *self.good_news_words, *polite})

    def is_dismissal(self, plain: PlainText) -> bool:
        """Tell whether a text says that the person lost the job, and nothing else."""
        if not plain.holds_any(self.dismissals):
            return False
        return plain.holds_only({*self.dismissals, *self.good_news_words, *self.particles.words})

    def ends_as_question(self, plain: PlainText) -> bool:
        """Tell whether an answer ends with a word that makes a question of those before it."""
        for word in reversed(plain.words[1:]):
            if word in self.question_ends:
                return True
            if word not in self.particles.words:
                return False
        return False

    def is_well_above(self, label: str, number: int) -> bool:
        """Tell whether a number is not just the age that a label begins with."""
        return number >= self.ages.get(label, 0) + (JUST_REACHED if label in self.ages else 0)

    def is_bare_age(self, plain: str) -> bool:
        """Tell whether an answer says a number and nothing that could change it."""
        rest = DIGITS.sub(" ", self.with_digits(plain))
        if _UNSPACED.search(rest):
            for word in self.age_words:
                rest = rest.replace(word, " ")
            return not rest.split()
        return set(rest.split()) <= {*self.age_words}

    def before(self, words: str) -> str:
        """Return what stands before a synonym, without words of politeness ("hindi po ligtas")."""
        if _UNSPACED.search(words):
            return words
        kept = words.split()
        while kept and kept[-1] in self.particles.words:
            kept.pop()
        return f" {' '.join(kept)}"

    def with_digits(self, plain: str) -> str:
        """Return an answer with the longest number words in digits."""
        if not self.in_digits:
            return plain
        is_unspaced = _UNSPACED.search(plain) is not None
        longest_first = sorted(self.in_digits, key=len, reverse=True)
        words = "|".join(map(re.escape, longest_first))
        pattern = words if is_unspaced else rf"\b(?:{words})\b"
        return re.sub(pattern, lambda it: f" {self.in_digits[it[0]]} ", plain)


class Particles(NamedTuple):
    """Words of politeness, and how an answer may begin and end with them."""

    words: tuple[str, ...]
    starts: tuple[str, ...]
    ends: tuple[str, ...]

    @classmethod
    def of(cls, words: tuple[str, ...]) -> Particles:
        """Return words of politeness; those in ASCII stand apart from other words."""
        spaced = tuple((word, " " if word.isascii() else "") for word in words)
        return cls(
            words,
            tuple(word + space for word, space in spaced),
            tuple(space + word for word, space in spaced),
        )

    def strip(self, plain: str) -> str:
        """Return a plain answer without words of politeness at its ends."""
        if not (plain.startswith(self.starts) or plain.endswith(self.ends)):
            return plain
        for start, end in zip(self.starts, self.ends, strict=True):
            plain = plain.removeprefix(start).removesuffix(end).strip() or plain
        return plain


class AllLists(NamedTuple):
    """What the lists of all languages hold: nearly no text is in any of them."""

    whole: frozenset[str]
    variants: frozenset[str]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    numbers: frozenset[str]

    def cannot_hold(self, plain: PlainText, labels: Collection[str]) -> bool:
        """Tell quickly that a text with spaces is no whole answer in any language."""
        text = plain.text
        return not (
            plain.is_unspaced
            or text in self.whole
            or not self.variants.isdisjoint(plain.words)
            or text.startswith(self.starts)
            or text.endswith(self.ends)
            or not self.numbers.isdisjoint(labels)
        )

    @classmethod
    def of(cls, lists: Collection[AnswerList]) -> AllLists:
        """Return what these lists hold."""
        return cls(
            frozenset(it for known in lists for it in (*known.labels, *known.exact)),
            frozenset(it for known in lists for it in known.same),
            tuple({it for known in lists for it in known.particles.starts}),
            tuple({it for known in lists for it in known.particles.ends}),
            frozenset(it for known in lists for it in known.numbers),
        )


@compiled
def all_lists() -> tuple[dict[str, AnswerList], AllLists]:
    """Return the synonyms by language, and what is in any of them."""
    lists = {tag: load_answers(tag) for tag in LANGUAGES}
    return lists, AllLists.of(lists.values())


def plain_answer(typed: str) -> str:
    """Return an answer without case, accents and punctuation; thumbs up alone stay."""
    folded = fold_typed(typed)
    if _THUMBS_UP.fullmatch(folded):
        return THUMB_UP
    return ("" if _UNSPACED.search(folded) else " ").join(folded.translate(_KEPT).split())


class _KeptSigns(dict[int, int | str]):
    """For `str.translate`: letters, marks, digits and apostrophes stay, others part words."""

    def __missing__(self, code: int) -> int | str:
        sign = chr(code)
        is_kept = sign == "'" or unicodedata.category(sign)[0] in "LMN"
        self[code] = kept = code if is_kept else " "
        return kept


_KEPT = _KeptSigns()


def answers_in(language: str) -> AnswerList:
    """Return the synonyms of a language; none for one that has no list."""
    return all_lists()[0].get(language) or _read_lists({})


def load_answers(tag: str, folder: Path = LOCALES) -> AnswerList:
    """Return the synonyms of one language; none where it has no file.

    Raises:
        TypedAnswersError: the file is no TOML, or a synonym has no words.
    """
    path = folder / tag / "answers.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        synonyms = content.get("synonyms", {})
        if agreeing := content.get("agreeing_words"):
            synonyms[AGREEING] = [*synonyms.get(AGREEING, ()), *agreeing]
        return _with_synonyms(_read_lists(content), synonyms)
    except (tomllib.TOMLDecodeError, TypedAnswersError) as error:
        raise TypedAnswersError(f"{path}: {error}") from None


def _read_lists(content: dict[str, Any]) -> AnswerList:
    """Return what all synonyms of a language share."""
    negations = map(plain_answer, content.get("negations", ()))
    return AnswerList(
        particles=Particles.of(tuple(map(plain_answer, content.get("particles", ())))),
        labels={},
        exact={},
        own={},
        by_label={},
        numbers={},
        ages={},
        age_words=tuple(
            sorted({plain_answer(it) for it in content.get("age_words", ())}, key=len, reverse=True)
        ),
        question_ends=frozenset(map(plain_answer, content.get("question_ends", ()))),
        there_is=_plain_and_accentless(content.get("there_is", ())),
        unsure_words=tuple(
            plain_answer(it) for it in content.get("unsure_words", ()) if not accented_words((it,))
        ),
        accented=_accented_in(content),
        in_digits={
            plain_answer(word): number
            for number, words in content.get("numbers", {}).items()
            for word in words
        },
        same={
            plain_answer(variant): plain_answer(word)
            for word, variants in content.get("same", {}).items()
            for variant in variants
        },
        negations=tuple(it if _UNSPACED.search(it) else f" {it}" for it in negations),
        **{name: tuple(map(plain_answer, content.get(name, ()))) for name in _PLAIN_LISTS},
    )


def _plain_and_accentless(written: Iterable[str]) -> frozenset[str]:
    """Return words as they are compared, and typed without accents."""
    plain = {plain_answer(it) for it in written}
    return frozenset(plain | {fold_accents(it) for it in plain})


def _accented_in(content: dict[str, Any]) -> frozenset[str]:
    """Return the words with accents of the lists that are read where a person agrees."""
    lists = (content.get(name, ()) for name in CONSENT_LISTS)
    synonyms = (content.get("synonyms", {}).get(label, ()) for label in CONSENT_LABELS)
    written = chain(*lists, *synonyms, *content.get("same", {}).values())
    return accented_words(written) - accented_words(content.get("unsure_words", ()))


def accented_words(written: Iterable[str]) -> frozenset[str]:
    """Return the words of Latin letters with accents in these texts."""
    words = {word for it in written for word in _LETTERS.findall(fold(it))}
    return frozenset(it for it in words if not it.isascii() and _is_latin(it))


def _is_latin(word: str) -> bool:
    return all(unicodedata.name(it, "").startswith("LATIN") for it in word)


def _with_synonyms(known: AnswerList, synonyms: dict[str, list[str]]) -> AnswerList:
    labels: dict[str, set[str]] = {}
    exact: dict[str, set[str]] = {}
    own: dict[str, set[str]] = {}
    by_label: dict[str, set[str]] = {}
    numbers: dict[str, range] = {}
    ages: dict[str, int] = {}
    for label, written in synonyms.items():
        for synonym in written:
            is_waiting = plain_answer(synonym.lstrip("=")) in known.waiting_words
            meanings = {label} if is_waiting else {label, ALSO_MEANT.get(label, label)}
            if meant := _RANGE.fullmatch(synonym):
                numbers[label] = _numbers(meant)
                if meant[1] == ">=":
                    ages[label] = numbers[label].start
                continue
            for spelling in _spellings(synonym.lstrip("="), label):
                plain = sys.intern(known.respell(PlainText.of(spelling)).text)
                if not plain:
                    raise TypedAnswersError(f"{label!r} has an empty synonym")
                if synonym.startswith("=="):
                    own.setdefault(plain, set()).update(meanings)
                elif synonym.startswith("="):
                    exact.setdefault(plain, set()).update(meanings)
                else:
                    polite = sys.intern(known.particles.strip(plain))
                    labels.setdefault(polite, set()).update(meanings)
                    for meaning in meanings:
                        by_label.setdefault(meaning, set()).add(polite)
    return known._replace(
        urging_words=known.respelled(known.urging_words),
        taking_back=known.respelled(known.taking_back),
        other_matters=known.respelled(known.other_matters),
        labels=_frozen(labels),
        exact=_frozen(exact),
        own=_frozen(own),
        by_label={
            label: sorted(found, key=lambda it: (-len(it), it)) for label, found in by_label.items()
        },
        numbers=numbers,
        ages=ages,
    )


def _spellings(synonym: str, label: str) -> tuple[str, ...]:
    """Return a synonym as it is compared: with an accent that is kept, and typed without it.

    Without it a yes to consent may be a no.
    """
    plain = plain_answer(synonym)
    if label in CONSENT_LABELS:
        return (plain,)
    return tuple(dict.fromkeys((plain, fold_accents(plain))))


def _frozen(labels: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    """Return labels by words; what is equal is one object, for nearly all mean one of a few."""
    known: dict[frozenset[str], frozenset[str]] = {}
    found = {words: frozenset(meant) for words, meant in labels.items()}
    return {words: known.setdefault(meant, meant) for words, meant in found.items()}


def _numbers(written: re.Match[str]) -> range:
    sign, first, last = written[1], int(written[2]), int(written[3] or written[2])
    bounds = {"<": (0, first), ">=": (first, OLDEST_AGE + 1), ">": (first + 1, OLDEST + 1)}
    return range(*bounds.get(sign, (first, last + 1)))
