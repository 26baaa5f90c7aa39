"""What people write in place of pressing a button, compared with the lists of `answer_lists`.

The language the person chose is tried first, then English, then all others: people mix languages.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING

from bot.languages import FALLBACK, LANGUAGES
from bot.languages.answer_model import SURE, load_answer_model
from bot.languages.typed.answer_lists import DIGITS, PlainText, all_lists, answers_in, plain_answer
from bot.languages.typed.consent_words import holds_only
from bot.languages.typed.one_other import find_plea_about_other

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.languages.answer_model import LikelyAnswer
    from bot.languages.typed.one_other import PleaAboutOther

LONGEST = 60
"""Characters of an answer that can be a synonym; a longer message is a story."""
SHORTEST = 2
"""Characters of a synonym that may stand among other words, at least."""
SHORTEST_DENIAL = 4
"""Signs of a word at the beginning that turns a text round: "no, a person please" is no denial."""
LARGEST_SHARE = 5
"""A synonym is at least this part of its text (1/5): a "no" in a long sentence answers nothing."""
REFUSALS = frozenset({"No", "Not yet"})
"""English labels of buttons whose words refuse what is offered."""
_NUMBER = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")


class TypedAnswer:
    """A text a person wrote, made ready once for all that it is compared with."""

    __slots__ = ("_plea", "_respelled", "plain", "text")

    def __init__(self, text: str) -> None:
        """Take a text; one of more than `LONGEST` characters means no button."""
        self.text = text
        self.plain = PlainText.of(plain_answer(text) if len(text) <= LONGEST else "")
        self._respelled: dict[str, PlainText] = {}
        self._plea: tuple[PleaAboutOther | None] | None = None

    @property
    def is_phrase(self) -> bool:
        """Whether it has several words, or some signs of a script without spaces."""
        return len(self.text) > LONGEST or self.plain.is_phrase

    def label_of(
        self, labels: Collection[str], language: str, *, whole: bool = False
    ) -> str | None:
        """Return which of these English labels was typed; None for none of them, or for several.

        Args:
            labels: the labels of the buttons they could press instead.
            language: the language they chose.
            whole: whether a synonym among other words counts for nothing, as where a person agrees
                to something: "do not tell them now" holds "tell them now".
        """
        if len(self.text) > LONGEST:
            return None
        own = self._own_meanings(language, labels)
        if own:
            return own.pop() if len(own) == 1 else None
        read = ((language,), (FALLBACK,))
        others = (
            () if all_lists()[1].cannot_hold(self.plain, labels) else _other_languages(language)
        )
        ways = [(self._whole_meanings, tags) for tags in (*read, others)]
        if not whole:  # a short word of another language within a text means nothing: "so", "sợ"
            ways += [(self._contained_meanings, tags) for tags in read]
        for meanings, tags in ways:
            found = {it for tag in tags for it in meanings(tag, labels)}
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    @property
    def plea(self) -> PleaAboutOther | None:
        """What it asks about one other person who must not know; looked for once, when asked."""
        if self._plea is None:
            self._plea = (find_plea_about_other(self.text),)
        return self._plea[0]

    @property
    def has_question_mark(self) -> bool:
        """Whether it has one: "ok?" agrees to nothing."""
        return any(sign in self.text for sign in ("?", "\uff1f"))

    def asks(self, language: str, *, by_words: bool = False) -> bool:
        """Tell whether a text asks something or sets a condition.

        With `by_words` its last word does not make it a question: "không" may be the answer.
        """
        if self.has_question_mark:
            return True
        read = [(answers_in(tag), self._in_spelling_of(tag)) for tag in (language, FALLBACK)]
        return any(
            known.has_question_word(plain) or (not by_words and known.ends_as_question(plain))
            for known, plain in read
        )

    def leaves_open(self, language: str) -> bool:
        """Tell whether a text thanks, understands or puts off: a yes in it agrees to nothing."""
        read = [(answers_in(tag), self._in_spelling_of(tag)) for tag in (language, FALLBACK)]
        return any(known.has_open_word(plain) for known, plain in read)

    def says_number_for(self, labels: Collection[str], language: str) -> bool:
        """Tell whether a text holds a number where one answers the question."""
        if answers_in(FALLBACK).numbers.keys().isdisjoint(labels):
            return False
        read = [(answers_in(tag), self._in_spelling_of(tag)) for tag in (language, FALLBACK)]
        return any(DIGITS.search(known.with_digits(plain.text)) for known, plain in read)

    def consent_label(
        self, labels: Mapping[str, bool], language: str, *, is_explained: bool = False
    ) -> str | None:
        """Return the label of a yes or no to consent that a text says.

        A no may have other words around it, if it is clearly said: an offer of help does not end
        because a cry begins with "not". Nor does it because one other person must not know, or for
        "they do not let me go home". The arguments are those of `whole_consent_label`.
        """
        if self.plea is not None:
            return self._refusal_beside_plea(labels, language)
        said = self.whole_consent_label(labels, language, is_explained=is_explained)
        if said is not None or len(self.text) > LONGEST or self.asks(language):
            return said
        for tag in (language, FALLBACK):
            if answers_in(tag).has_other_matter(self._in_spelling_of(tag)):
                return None
            found = self._contained_meanings(tag, labels.keys())
            if len(found) == 1:
                label = found.pop()
                return label if not labels[label] and self.says_clearly(label, language) else None
        return None

    def whole_consent_label(
        self, labels: Mapping[str, bool], language: str, *, is_explained: bool = False
    ) -> str | None:
        """Return the label of a yes or no to consent that a text says with nothing unknown in it.

        Args:
            labels: the labels of the buttons; whether each is a yes.
            language: the language the person chose.
            is_explained: whether the person's own question was just answered: then "ok" may only
                say that they have read that.
        """
        if len(self.text) > LONGEST or self.has_question_mark:
            return None
        if self.plea is not None:
            return self._refusal_beside_plea(labels, language)
        whole = self.label_of(labels.keys(), language, whole=True)
        for label in sorted(labels, key=labels.__getitem__):  # each no before a yes
            if not labels[label] and whole == label:
                return label
            if self._says_nothing_else(label, language, is_explained=is_explained):
                return None if labels[label] and self.leaves_open(language) else label
        return whole if whole is not None and self._is_whole_elsewhere(whole, language) else None

    def _refusal_beside_plea(self, labels: Mapping[str, bool], language: str) -> str | None:
        """Return the refusal in a text by which one other person must not know.

        "Not yet, do not tell my boss" refuses. A mere "no" may belong to the plea.
        """
        plea = self.plea
        if plea is None or not plea.rest:
            return None
        beside = TypedAnswer(plea.rest)
        if beside.label_of({"No"}, language, whole=True) is not None:
            return None
        label = beside.whole_consent_label(labels, language)
        return None if label is None or labels[label] else label

    def refusal_language(self, preferred: str) -> str | None:
        """Return the language in which a whole text refuses; None if it does not, or only waits.

        A single word of English is said in all languages: it speaks the preferred one. "K" is "no"
        for those who chose Vietnamese, and elsewhere okay.
        """
        others = () if self.only_acknowledges(preferred) else (FALLBACK, *LANGUAGES)
        for tag in dict.fromkeys((preferred, *others)):
            if self._whole_meanings(tag, REFUSALS) and not self.only_puts_off(tag):
                return tag if tag != FALLBACK or self.plain.is_phrase else preferred
        return None

    def only_agrees(self, label: str, language: str) -> bool:
        """Tell whether a text is a yes that means this button, and names no place."""
        if len(self.text) > LONGEST or self.has_question_mark:
            return False
        if self.label_of({label}, language, whole=True) is not None:
            return True
        return self._says_nothing_else(label, language, may_name_place=False)

    def _is_whole_elsewhere(self, label: str, language: str) -> bool:
        """Tell whether a text is a word for a button in a language they did not choose."""
        if self.asks(language, by_words=True) or self.leaves_open(language):
            return False
        others = (answers_in(tag) for tag in _other_languages(language))
        return any(it.lists_whole(self.plain.text, label) for it in others)

    def _says_nothing_else(
        self, label: str, language: str, *, is_explained: bool = False, may_name_place: bool = True
    ) -> bool:
        """Tell whether a text means a button by words that are all known."""
        return any(
            holds_only(
                self._in_spelling_of(tag), self.text, label, language,
                is_explained=is_explained, may_name_place=may_name_place,
            )
            for tag in (language, FALLBACK)
        )  # fmt: skip

    def says_clearly(self, label: str, language: str) -> bool:
        """Tell whether a text holds a cry, a synonym of several words, or a yes or no alone.

        "Now" is a yes where we ask whether to tell staff, and none in "I am alone now".
        """
        plain, lists = self._in_spelling_of(language), (answers_in(language), answers_in(FALLBACK))
        synonyms = {it for known in lists for it in known.by_label.get(label, ())}
        weak = {it for known in lists for it in known.weak_words}
        cries = {it for known in lists for it in known.cries}
        strong = {it for it in synonyms - weak if PlainText.of(it).is_phrase} | cries
        if plain.holds_any(strong):
            return True
        polite = {it for known in lists for it in (*known.particles.words, *known.urging_words)}
        return plain.holds_only(synonyms | polite)

    def only_acknowledges(self, language: str) -> bool:
        """Tell whether a text is "ok" and words of politeness: it may only say "I have read it"."""
        lists, plain = (answers_in(language), answers_in(FALLBACK)), self._in_spelling_of(language)
        polite = {it for each in lists for it in each.particles.words}
        known = {it for each in lists for it in each.acknowledgments}
        return plain.holds_only(known | polite) and not plain.holds_only(polite - known)

    def takes_back(self, language: str) -> bool:
        """Tell whether a text takes back a yes that was just given, and says nothing else."""
        lists, plain = (answers_in(language), answers_in(FALLBACK)), self._in_spelling_of(language)
        if not plain.text or self.has_question_mark:
            return False
        back = {it for each in lists for it in each.taking_back}
        around = {
            it
            for each in lists
            for it in (*each.particles.words, *each.open_words, *each.by_label.get("Not yet", ()))
        }
        return plain.holds_any(back) and plain.holds_only(back | around)

    def most_likely(self, labels: Collection[str], language: str) -> LikelyAnswer | None:
        """Return which of these labels the learnt examples say a text means; None for none.

        What is left without "there is" has to mean the same, and surely so where "there is" alone
        would be that answer.
        """
        model, known, plain = (
            load_answer_model(),
            answers_in(language),
            self._in_spelling_of(language),
        )
        likely, rest = model.most_likely(self.text, labels), plain.without(known.there_is)
        if likely is None or rest == plain.text:
            return likely
        without = model.most_likely(rest, labels)
        if without is None or without.label != likely.label:
            return None
        found = min(likely, without)
        is_yes = any(likely.label in known.labels.get(it, ()) for it in known.there_is)
        return None if is_yes and found.probability < SURE else found

    def says_nothing(self, language: str) -> bool:
        """Tell whether a text thanks, greets, excuses itself or asks "what", and says no more."""
        plain = self._in_spelling_of(language)
        framed = plain.framed
        if not any(it in framed for it in _empty_words(language, plain.is_unspaced)):
            return False
        lists = (answers_in(language), answers_in(FALLBACK))
        around = (it for each in lists for it in (*each.empty_words, *each.particles.words))
        return plain.holds_only(frozenset(around))

    def before_empty_words(self, language: str) -> str:
        """Return what stands before such words: the yes of "yes, thanks", no "ya" behind them."""
        plain = self._in_spelling_of(language)
        framed = plain.framed
        found = [framed.find(it) for it in _empty_words(language, plain.is_unspaced)]
        return framed[: min((it for it in found if it >= 0), default=0)].strip()

    def is_only_polite(self, language: str) -> bool:
        """Tell whether a text thanks, understands or puts off, and says nothing else."""
        lists = (answers_in(language), answers_in(FALLBACK))
        known = {it for each in lists for it in (*each.open_words, *each.particles.words)}
        return self.leaves_open(language) and self._in_spelling_of(language).holds_only(known)

    def begins_with_denial(self, language: str) -> bool:
        """Tell whether a text begins with a word that turns the rest round, longer than "no"."""
        return any(
            len(it.strip()) >= SHORTEST_DENIAL
            and self._in_spelling_of(tag).framed.startswith(f" {it.strip()} ")
            for tag in (language, FALLBACK)
            for it in answers_in(tag).negations
        )

    def only_puts_off(self, language: str) -> bool:
        """Tell whether a text says only "wait", "later" or thanks, which are no place.

        Unlike `is_only_polite` also where a button can be meant by it elsewhere.
        """
        lists, plain = (answers_in(language), answers_in(FALLBACK)), self._in_spelling_of(language)
        polite = {it for each in lists for it in each.particles.words}
        open_words = {it for each in lists for it in (*each.open_words, *each.waiting_words)}
        return plain.holds_only(open_words | polite) and not plain.holds_only(polite)

    def is_good_news(self, language: str) -> bool:
        """Tell whether a text says only that the person is safe or free now: it names no place."""
        return any(
            answers_in(tag).is_good_news(self._in_spelling_of(tag)) for tag in (language, FALLBACK)
        )

    def is_dismissal(self, language: str) -> bool:
        """Tell whether a text says only that the person lost the job: it names no place."""
        return any(
            answers_in(tag).is_dismissal(self._in_spelling_of(tag)) for tag in (language, FALLBACK)
        )

    def _in_spelling_of(self, tag: str) -> PlainText:
        """Return the text with each word in the spelling of a language's list."""
        found = self._respelled.get(tag)
        if found is None:
            found = self._respelled[tag] = answers_in(tag).respell(self.plain)
        return found

    def _own_meanings(self, language: str, labels: Collection[str]) -> set[str]:
        """Return the labels that the whole text means for those who chose this language."""
        plain = self._in_spelling_of(language).text
        return {it for it in answers_in(language).own.get(plain, ()) if it in labels}

    def _whole_meanings(self, tag: str, labels: Collection[str]) -> set[str]:
        """Return the labels all of whose words were typed, and the ages."""
        known, respelled = answers_in(tag), self._in_spelling_of(tag)
        polite = known.particles.strip(respelled.text)
        found = {
            label
            for meant in (known.labels.get(polite, ()), known.exact.get(respelled.text, ()))
            for label in meant
            if label in labels
        }
        asked = known.numbers.keys() & labels
        if found or not asked or not PlainText.of(polite).is_short:
            return found
        numbers = {int(it) for it in _NUMBER.findall(known.with_digits(polite))}
        if len(numbers) != 1:
            return set()
        number = numbers.pop()
        return {
            it
            for it in asked
            if number in known.numbers[it]
            and (known.is_well_above(it, number) or known.is_bare_age(respelled.text))
        }

    def _contained_meanings(self, tag: str, labels: Collection[str]) -> set[str]:
        """Return the labels of the longest synonym within a few words."""
        known, respelled = answers_in(tag), self._in_spelling_of(tag)
        asks_a_number = not known.numbers.keys().isdisjoint(labels)
        said = _NUMBER.findall(known.with_digits(respelled.text)) if asks_a_number else ()
        if len(said) > 1 or not respelled.is_short:
            return set()
        within = respelled.framed
        least = max(SHORTEST, math.ceil(len(respelled.text) / LARGEST_SHARE))
        longest = 0
        found: set[str] = set()
        for label in labels:
            if said and label in known.ages:
                continue  # "almost 18" holds "18", and "no, not yet 18" holds "no"
            for synonym in known.by_label.get(label, ()):
                if len(synonym) < max(longest, least):
                    break  # the longest come first
                if synonym in known.there_is:
                    continue
                place = within.find(synonym if respelled.is_unspaced else f" {synonym} ")
                if place >= 0 and not known.before(within[:place]).endswith(known.negations):
                    if len(synonym) > longest:
                        longest, found = len(synonym), set()
                    found.add(label)
        return found


def match_label(
    typed: str, labels: Collection[str], language: str, *, whole: bool = False
) -> str | None:
    """Return which of these English labels a text means, as `TypedAnswer.label_of`."""
    return TypedAnswer(typed).label_of(labels, language, whole=whole)


def says_only(text: str, labels: Collection[str], language: str) -> bool:
    """Tell whether a text says no more than a button: words of its label, a yes or no, one word.

    Args:
        text: what was typed, which means this button.
        labels: what stands on it, in the person's language and in English.
        language: the one they chose.
    """
    plain = PlainText.of(plain_answer(text))
    if not plain.is_phrase:
        return True
    shown = [plain_answer(it) for it in labels]
    if plain.is_unspaced:
        return any(plain.text in it for it in shown)
    lists = (answers_in(language), answers_in(FALLBACK))
    said = {word for known in lists for it in known.particles.words for word in it.split()}
    said |= {word for known in lists for it in ("Yes", "No") for word in known.by_label.get(it, ())}
    return said.union(*(it.split() for it in shown)).issuperset(plain.words)


@cache
def _empty_words(language: str, is_unspaced: bool) -> tuple[str, ...]:
    """Return the words that answer nothing, in a language and in English, as a text frames them."""
    around = "" if is_unspaced else " "
    known = {it for tag in (language, FALLBACK) for it in answers_in(tag).empty_words}
    return tuple(f"{around}{it}{around}" for it in known)


@cache
def _other_languages(language: str) -> tuple[str, ...]:
    return tuple(sorted(LANGUAGES.keys() - {language, FALLBACK}))
