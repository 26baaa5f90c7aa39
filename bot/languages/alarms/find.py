"""Urgent sentences: which alarms a message may hold, by phrases and by learnt examples.

Phrases stand in `locales/*/alarms.toml`. Most people say it in other words: `urgency` says how
likely a sentence is urgent that has no phrase, and which one is ordinary although it has.

An alarm raises the priority of what the words belong to and shows the danger card. It never blocks
a message, never decides a queue alone, and passes nothing on. Every language is tried on every
message, because people mix languages, and a frightened person writes in the first one that comes.

How a phrase is written stands in `phrases`. A match is dropped

- when a negation stands right before one of its words (`before`; what is in `between` does not
  count), just after it (`after`; "たこと ない" with a little between), or around one of its words
  (`around`, "မ ဘူး"); what is negated in another clause is another thing ("no, he hit me");
- when a word of `unless` stands near it ("kill time");
- when a word of `beside` is what it is about: right before it ("my phone is locked"), or right
  after it where no person is named ("he locked the car");
- when the message tells a story (`[harmless] story`: a film) or what is over and well again
  (`over`, but not with a word of `still`), or asks about the law or a word (`asked`) and names none
  of `self`. Danger now and self-harm are never dropped for these, sexual violence and weapons not
  for being over.

Where people type accents, a word without any is no word with some.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.languages.alarms.ages import says_own_age_under_18
from bot.languages.alarms.index import (
    Run,
    spaced_index,
    unspaced_harmless,
    unspaced_index,
    whole_messages,
)
from bot.languages.alarms.phrases import (
    CATEGORIES,
    SHORTEST,
    AlarmPhrase,
    Frame,
    Harmless,
    Negation,
    find_run,
    in_list_spelling,
    is_run,
)
from bot.languages.alarms.police_refused import refuses_police
from bot.languages.alarms.questions_apart import statements_next_to_questions
from bot.languages.typed.answer_lists import plain_answer
from bot.languages.urgency import load_model, sentences_of
from bot.text import fold, fold_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable

    from bot.languages.urgency import Likelihood

CERTAIN = 1.8
"""Odds from where on a sentence without a phrase is an alarm."""
DOUBTED, DOUBTED_IF_GRAVE, DOUBTED_IF_SHORT = 0.5, -0.5, -1.5
"""Odds up to where a sentence with a phrase is no alarm: most false alarms are long sentences that
have one."""
BELIEVED_CLAUSE = 1.0
"""Odds from where on a clause with a phrase is an alarm although its whole sentence is none."""
OTHER_MEANT = -36
"""Lead of self-harm over other categories up to where its phrase, next to another one, means what
others do: "I am afraid he will kill me tonight". tests/README.md has the sets on which all these
numbers were chosen, and the measures on others."""
LEAST_LEAD = 4
"""Lead of self-harm over other categories from where on a sentence without its phrases means it."""
SELF_HARM = "self_harm"
GRAVE = frozenset({"danger_now", "sexual_violence", SELF_HARM})
"""Categories whose phrases are doubted last."""
HARM = frozenset({"violence", "sexual_violence", "held", "weapon", "medical", SELF_HARM})
"""Categories of what happens to a person; "help" and "police" stand in any question."""
POLICE = "police"
ALSO_ASKED = frozenset({POLICE, "moved"})
"""Alarms whose words stand in questions too: "will they send me away", "do not call the police"."""
SHORT = 25
"""Features of a message of about four words: too few to say much against a phrase."""
LEAST_EVIDENCE = 12
"""Features that an alarm without a phrase rests on: "Ho" and "14:00" are none."""

LONGEST_WHOLE = 60
"""Characters of a message that alarms as a whole."""
GAP_WORDS = 5
"""Other words that may stand between the words of a phrase, in all."""
NEGATION_CHARACTERS = 3
"""How many characters may stand between what is negated and the second half of a negation."""
NEAR_WORDS = 4
"""How far around a phrase a word of `unless` counts, in words."""
BESIDE = {"ja": 4, "zh_Hans": 4, "zh_Hant": 4, "km": 10, "my": 10, "th": 8}
"""How far before a phrase a word of `beside` counts, in characters."""
AFTER_CHARACTERS = 6
"""How many characters may stand between the two halves of a negation after a phrase."""
TOLD = frozenset(CATEGORIES) - {"danger_now", "self_harm"}
"""Categories that a story, or a question about the law, does not mean."""
OVER = TOLD - {"sexual_violence", "weapon"}
"""Categories that what is over and well again does not mean."""
ACCENTED = 3
"""One word in so many has accents where people type them."""
SHARES_SIGNS_WITH_JAPANESE = frozenset({"zh_Hans", "zh_Hant"})
"""Their phrases say nothing in a message with kana."""
JAPANESE = frozenset({"ja"})
"""Its phrases say nothing in a message without kana."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_STOP = re.compile("[,.!?;:\n\u3001\u3002\u104a\u104b\u17d4\u17d6]")
"""The end of a clause."""
_SAID_TWICE = re.compile(r"\b([^\W\d_]{3,})2\b")
"""A word said twice, as Indonesian and Filipino write it: "malam2"."""
_APART = re.compile(r"\b(di|ni|naka|nag|pina) (?=[a-z]{3})")
"""The beginning of a word, written apart: "di kunci", "naka lock"."""
_HAN = "[\u4e00-\u9fff]"
_SIGNS = {
    "th": "[\u0e00-\u0e7f]",
    "my": "[\u1000-\u109f]",
    "km": "[\u1780-\u17ff]",
    "ja": "[\u3041-\u30ff]",
}
"""What every message in these languages has."""
_CLAUSE_ENDS = re.compile("[,;:\n\u060c\u3001\uff0c\uff1b\u104a]")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
"""A letter drawn out: "tolonggg"."""

CRY_SIGNS = str.maketrans({"\U0001f198": " sos ", "\U0001f6a8": " sos "})
"""Pictures that say what a word would: SOS, and a police light."""


class Words:
    """The words of a message, and where its clauses end."""

    def __init__(self, folded: str) -> None:
        self._folded = folded
        self.listed: list[str] = _WORD.findall(folded)
        self.plain = [it if it.isascii() else fold_accents(it) for it in self.listed]
        """The same without accents."""
        self.is_accented = not folded.isascii() and ACCENTED * sum(
            not it.isascii() for it in self.listed
        ) >= len(self.listed)
        """Whether it is written with its accents: then "cho" is no "chở"."""

        pieces_of, is_accented = spaced_index().pieces_of, self.is_accented
        self.pieces = [
            pieces_of(word, plain, is_accented=is_accented)
            for word, plain in zip(self.listed, self.plain, strict=True)
        ]
        """Of phrases: those that each word fits."""
        self.present: set[int] = set().union(*self.pieces)

    def fits(self, at: int, piece: int) -> bool:
        """Tell whether the word at a place is this piece of a phrase."""
        return piece in self.pieces[at]

    def is_one_clause(self, first: int, last: int) -> bool:
        """Tell whether no clause ends between two words."""
        ends = [(it.start(), it.end()) for it in _WORD.finditer(self._folded)]
        return _STOP.search(self._folded, ends[first][1], ends[last][0]) is None


def find_alarms(text: str) -> frozenset[str]:
    """Return the categories of what a message may mean; empty for nearly all messages.

    The lists speak first. What they find in a sentence is dropped where the learnt examples say
    clearly that it is ordinary; a sentence in which they find nothing is urgent where the examples
    say so. Each sentence is judged by itself: one cry in a long story is one.
    """
    listed, model = find_listed(text), load_model()
    judged = [(it, model.likelihood(it)) for it in sentences_of(text)]
    found = _found_apart_from_questions(text, listed & HARM) | find_whole_message(text)
    if says_own_age_under_18(text):
        found.add("child")
    left = set(listed)
    for sentence, likelihood in judged:
        own = listed if len(judged) == 1 or not listed else find_listed(sentence) & listed
        left -= own
        if own:
            found |= own if is_believed(own, likelihood) else _believed_in_clauses(sentence, own)
        elif likelihood.odds > CERTAIN and likelihood.evidence >= LEAST_EVIDENCE:
            found.add(_most_likely_meant(sentence))
    if left and judged and is_believed(left, max(it for _, it in judged)):
        found |= left  # a phrase that reaches over the end of a sentence
    if SELF_HARM in found and len(found) > 1 and not _means_self_harm(text):
        found.remove(SELF_HARM)
    if POLICE in found and refuses_police(text):
        found.remove(POLICE)
    return frozenset(found)


def _found_apart_from_questions(text: str, harm: frozenset[str]) -> set[str]:
    """Return what a text says next to a question in it: "is it safe here? my boss beats me".

    Args:
        text: what was written.
        harm: the categories of harm whose phrases stand in it; nearly always none.
    """
    found = set[str]()
    for said in statements_next_to_questions(text) if harm else ():
        listed = find_listed(said) & harm
        if listed and load_model().likelihood(said).odds > BELIEVED_CLAUSE:
            found |= listed
        elif listed:
            found |= _believed_in_clauses(said, listed)
    return found


def find_alarms_in_clauses(text: str) -> frozenset[str]:
    """Return what the clauses of a text alarm by themselves.

    The examples take "he has a knife, how long does it take?" for a question, as most of it is.
    """
    return frozenset[str]().union(*map(find_alarms, _clauses_of(text)))


def _believed_in_clauses(sentence: str, listed: Collection[str]) -> set[str]:
    """Return what is surely meant in a part of a sentence: "I am in Taipei, I want to die"."""
    clauses = _clauses_of(sentence)
    found = set[str]()
    for clause in clauses if len(clauses) > 1 else ():
        own = find_listed(clause) & {*listed}
        likelihood = load_model().likelihood(clause)
        if own and likelihood.odds > BELIEVED_CLAUSE:
            found |= own
        elif own & GRAVE and is_believed(own & GRAVE, likelihood):
            found |= own & GRAVE
    return found


def _means_self_harm(text: str) -> bool:
    """Tell whether a text with phrases of self-harm and of other harm may mean self-harm."""
    model = load_model()
    return any(model.lead(it, SELF_HARM) > OTHER_MEANT for it in (text, *_clauses_of(text)))


def _most_likely_meant(sentence: str) -> str:
    """Return the category of an urgent sentence without a phrase.

    Who is told that others kill them if they report is in danger: one as likely as self-harm wins.
    """
    model = load_model()
    category = model.category(sentence)
    if category != SELF_HARM or model.lead(sentence, SELF_HARM) >= LEAST_LEAD:
        return category
    return model.category(sentence, but=SELF_HARM)


def _clauses_of(text: str) -> list[str]:
    return [it for it in _CLAUSE_ENDS.split(text) if it.strip()]


def is_believed(listed: Collection[str], likelihood: Likelihood) -> bool:
    """Tell whether words with phrases of the lists are an alarm: a short cry always is."""
    is_short, is_grave = likelihood.evidence <= SHORT, not GRAVE.isdisjoint(listed)
    if is_grave:
        return is_short or likelihood.odds > DOUBTED_IF_GRAVE
    return likelihood.odds > (DOUBTED_IF_SHORT if is_short else DOUBTED)


@lru_cache(maxsize=1)  # a turn asks twice for the same text
def find_listed(text: str) -> frozenset[str]:
    """Return the categories of the phrases in a message."""
    folded = _DRAWN_OUT.sub(r"\1", fold(text.translate(CRY_SIGNS)).replace("\u2019", "'"))
    if "2" in folded:
        folded = _SAID_TWICE.sub(r"\1", folded)
    words = Words(folded)
    found = _find_spaced(words)
    joined = _APART.sub(r"\1", folded)
    if joined != folded:
        apart = Words(joined)
        found.update(_find_spaced(apart, {*apart.listed} - {*words.listed}))
    if found:
        found -= _harmless_categories(spaced_index().harmless, words.present.issuperset)
    if not folded.isascii():
        found |= _find_in_characters(folded)
    return frozenset(found | find_whole_message(text))


def find_whole_message(text: str) -> set[str]:
    """Return the category of a message that alarms as a whole; empty for nearly all."""
    if len(text) > LONGEST_WHOLE:
        return set()
    folded = _DRAWN_OUT.sub(r"\1", fold(text.translate(CRY_SIGNS)).replace("\u2019", "'"))
    category = whole_messages().get(plain_answer(folded))
    return set() if category is None else {category}


def _find_in_characters(folded: str) -> set[str]:
    tight = in_list_spelling("".join(folded.split()))
    found = _find_unspaced(tight)
    if found:
        known = (it for tag, it in unspaced_harmless() if re.search(_SIGNS.get(tag, _HAN), tight))
        found -= _harmless_categories(known, lambda frame: all(it.is_in(tight) for it in frame))
    return found


def _harmless_categories(
    known: Iterable[Harmless[Frame]], holds: Callable[[Frame], bool]
) -> frozenset[str]:
    """Return the categories that a message as a whole does not mean."""
    languages = list(known)
    is_about_self: bool | None = None
    dropped: frozenset[str] = frozenset()
    for it in languages:
        if any(map(holds, it.story)):
            return TOLD
        if any(map(holds, it.over)) and not any(map(holds, it.still)):
            dropped |= OVER
        if any(map(holds, it.asked)):
            if is_about_self is None:
                is_about_self = any(any(map(holds, each.self_words)) for each in languages)
            if not is_about_self:
                return TOLD
    return dropped


# --- scripts with spaces ---------------------------------------------------------------------


def _find_spaced(message: Words, among: Container[str] | None = None) -> set[str]:
    """Find categories; with `among`, only by phrases that hold one of these words."""
    index, present = spaced_index(), message.present
    found: set[str] = set()
    for at, plain in enumerate(message.plain):
        for table, key in ((index.phrases, plain), (index.phrases_by_prefix, plain[:SHORTEST])):
            for phrase in table.get(key, ()):
                if (
                    phrase.category not in found
                    and present.issuperset(phrase.pieces)
                    and message.fits(at, phrase.pieces[0])
                    and _matches_words(phrase, message, at, among)
                ):
                    found.add(phrase.category)
    return found


def _matches_words(
    phrase: AlarmPhrase[int], message: Words, at: int, among: Container[str] | None = None
) -> bool:
    words = message.listed
    places = _place_words(phrase, message, at)
    if places is None or (among is not None and not any(words[n] in among for n in places)):
        return False
    first, last = min(places), max(places)
    if any(_is_negated(phrase.negation, message, place, places) for place in places):
        return False
    if phrase.beside and _is_about_a_thing(phrase, message, places):
        return False
    near = " ".join(["", *words[max(0, first - NEAR_WORDS) : last + 1 + NEAR_WORDS], ""])
    unless = phrase.plain_unless if near.isascii() else phrase.unless
    return not any(it in near for it in unless)


def _is_about_a_thing(phrase: AlarmPhrase[int], message: Words, places: set[int]) -> bool:
    words = message.listed
    first, last = min(places), max(places)
    small = phrase.negation.between
    before, after = first - 1, last + 1
    while before >= 0 and fold_accents(words[before]) in small:
        before -= 1
    named = [before, *(n for n in range(first, last) if n not in places)]
    if any(
        n >= 0
        and fold_accents(words[n]) in phrase.beside
        and (n > first or message.is_one_clause(n, first))
        for n in named
    ):
        return True
    if any(fold_accents(words[n]) in phrase.about for n in places):
        return False
    while after < len(words) and fold_accents(words[after]) in small:
        after += 1
    return any(fold_accents(word) in phrase.beside for word in words[first : after + 1])


def _is_negated(negation: Negation, message: Words, place: int, places: set[int]) -> bool:
    """Tell whether a word is negated: only words of `between` stand before it, then a negation."""
    words = message.listed
    at = place - 1
    while at >= 0 and at not in places:
        if words[at] in negation.before:
            return message.is_one_clause(at, place)
        if fold_accents(words[at]) not in negation.between:
            return False
        at -= 1
    return False


def _place_words(phrase: AlarmPhrase[int], message: Words, at: int) -> set[int] | None:
    """Return where the words of a phrase stand around its first word; None where they do not."""
    words = message.listed
    count = len(phrase.pieces)
    if phrase.is_ordered:
        if at + count > len(words):
            return None
        fits = all(message.fits(at + n, piece) for n, piece in enumerate(phrase.pieces))
        return set(range(at, at + count)) if fits else None
    reach = count - 1 + GAP_WORDS
    places = {at}
    for piece in phrase.pieces[1:]:
        window = range(max(0, at - reach), min(len(words), at + reach + 1))
        free = (n for n in sorted(window, key=lambda n: abs(n - at)) if n not in places)
        place = next((n for n in free if message.fits(n, piece)), None)
        if place is None:
            return None
        places.add(place)
    return places if max(places) - min(places) <= reach else None


# --- scripts without spaces ------------------------------------------------------------------


def _find_unspaced(tight: str) -> set[str]:
    index = unspaced_index()
    silent = SHARES_SIGNS_WITH_JAPANESE if re.search(_SIGNS["ja"], tight) else JAPANESE
    found: set[str] = set()
    for at, sign in enumerate(tight):
        for key in (sign, tight[at : at + 2]):
            for spelling, phrases in index.get(key, {}).items():
                if not tight.startswith(spelling, at) or not is_run(tight, spelling, at):
                    continue
                for phrase in phrases:
                    if (
                        phrase.category not in found
                        and phrase.tag not in silent
                        and _matches_characters(phrase, tight, (at, at + len(spelling)))
                    ):
                        found.add(phrase.category)
    return found


def _matches_characters(phrase: AlarmPhrase[Run], text: str, span: tuple[int, int]) -> bool:
    first, last = span
    spans = [span]
    for piece in phrase.pieces[1:]:
        length = piece.longest
        start = last if phrase.is_ordered else max(0, first - phrase.reach - length)
        end = last + phrase.reach + length
        window = text[start:end]
        hits = [
            (at, it)
            for it in piece.spellings
            if it in window and (at := find_run(text, it, start, end, spans)) >= 0
        ]
        if not hits:
            return False
        place, found = min(hits, key=lambda hit: (abs(hit[0] - span[0]), hit))
        spans.append((place, place + len(found)))
        first, last = min(first, place), max(last, place + len(found))
    if _is_negated_within(phrase.negation, text, spans):
        return False
    if phrase.beside:
        before = text[max(0, first - BESIDE[phrase.tag]) : first]
        if any(find_run(_STOP.split(before)[-1], it) >= 0 for it in phrase.beside):
            return False
    near = text[max(0, first - phrase.reach) : last + phrase.reach]
    return not any(it in near and find_run(near, it) >= 0 for it in phrase.unless)


def _is_negated_within(negation: Negation, text: str, spans: list[tuple[int, int]]) -> bool:
    last = max(end for _, end in spans)
    if any(_is_negated_before(negation, text, start, spans) for start, _ in spans):
        return True
    if text.startswith(negation.after, last):
        return True
    for head, tail in negation.after_apart:
        if (
            text.startswith(head, last)
            and tail
            in _STOP.split(
                text[last + len(head) : last + len(head) + AFTER_CHARACTERS + len(tail)]
            )[0]
        ):
            return True
    return any(
        text.endswith(head, 0, start) and tail in text[end : end + len(tail) + NEGATION_CHARACTERS]
        for head, tail in negation.around
        for start, end in spans
    )


def _is_negated_before(
    negation: Negation, text: str, start: int, spans: list[tuple[int, int]]
) -> bool:
    """Tell whether a run is negated: only runs of `between` stand before it, then a negation."""
    while True:
        if text.endswith(negation.before, 0, start):
            return True
        small = next((it for it in negation.between if text.endswith(it, 0, start)), "")
        if not small or any(first < start <= last for first, last in spans):
            return False
        start -= len(small)
