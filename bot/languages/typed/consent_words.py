"""Whether a text where a person agrees to something holds a yes, or a no, and nothing unknown.

"Tell them and I am dead" begins like a button, and "he reads my phone" holds a word of one. So a
text is taken to pieces, and each has to be known: words that mean the button, words of politeness
and of hurry, and the name of a place in Taiwan ("yes, I am in Taoyuan"). With any other word in it
a text agrees to nothing, and the question is asked again.
"""

from __future__ import annotations

import unicodedata
from enum import Enum, auto
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from bot.languages import FALLBACK
from bot.languages.typed.answer_lists import PlainText, accented_words, answers_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.languages.typed.answer_lists import AnswerList

HARMLESS_SIGNS = frozenset("\U0001f44d\U0001f64f\U0001f60a\U0001f642\U0001f622\U0001f62d\u2764")
"""Thumb up, folded hands, smiles, tears and a heart: they change no answer."""
TELLING = frozenset({"Tell them now", "You may tell them", "Give it to a person"})
"""Buttons by which someone is told: "tell sir" may mean the employer."""
_SKINS = range(0x1F3FB, 0x1F400)


class _Piece(Enum):
    """What a piece of a text says."""

    ANSWER = auto()
    SHORT = auto()
    """An answer that says little: it counts once, and with no other. 要 and 是 are both a yes, 要是
    is "if"."""
    TELLING = auto()
    """An answer that may have an object: "tell"."""
    AROUND = auto()
    """Politeness or hurry."""
    TITLE = auto()
    """ "Sir": behind "yes" it is politeness, behind "tell" it may be whom to tell."""
    PLACE_WORD = auto()
    """ "I am in": the name of a place has to stand with it."""
    PLACE_NAME = auto()


class _Known(NamedTuple):
    """What each known piece says."""

    kinds: Mapping[str, _Piece]
    most_units: int
    """Words, or signs, of the longest piece."""
    accented: frozenset[str]
    """Words with accents that may stand in such a text: in Vietnamese "có nhà" is no "có nha"."""


def holds_only(
    plain: PlainText, written: str, label: str, language: str, *, is_explained: bool = False,
    may_name_place: bool = True,
) -> bool:  # fmt: skip
    """Tell whether a text holds words that mean a button, and no word that is not known.

    Args:
        plain: the text in the spelling of the language's lists.
        written: the text as it was typed.
        label: the English label of the button.
        language: the language whose words are read, with those of English.
        is_explained: whether "ok" may only say that the person has read something.
        may_name_place: whether a place in Taiwan may stand with it.
    """
    known = _known(label, language, is_explained, may_name_place)
    if not _is_complete(plain, known):  # asked first: it refuses most texts at their first word
        return False
    return accented_words((written,)) <= known.accented and not _has_unknown_sign(written)


def _has_unknown_sign(written: str) -> bool:
    """Tell whether a text has a picture that may say more: a thumb down, a finger on lips."""
    signs = (it for it in written if it not in HARMLESS_SIGNS and ord(it) not in _SKINS)
    return any(unicodedata.category(it) in {"So", "Sk", "Sm"} for it in signs)


def _is_complete(plain: PlainText, known: _Known) -> bool:
    """Tell whether a text can be taken to known pieces that answer together."""
    units = plain.text if plain.is_unspaced else plain.words
    between = "" if plain.is_unspaced else " "
    reached: dict[int, set[frozenset[_Piece]]] = {0: {frozenset()}}
    for start in range(len(units)):
        seen = reached.pop(start, None)
        if seen is None:
            continue
        for end in range(start + 1, min(len(units), start + known.most_units) + 1):
            kind = known.kinds.get(between.join(units[start:end]))
            if kind is not None and (now := {it | {kind} for it in seen if _may_follow(kind, it)}):
                reached.setdefault(end, set()).update(now)
        if not reached:
            return False
    return any(map(_answers, reached.get(len(units), ())))


def _may_follow(kind: _Piece, seen: frozenset[_Piece]) -> bool:
    """Tell whether a piece may stand behind these: a short answer has no other with it."""
    if kind is _Piece.TITLE:
        return _Piece.TELLING not in seen
    if kind is _Piece.SHORT:
        return seen.isdisjoint((_Piece.ANSWER, _Piece.TELLING, _Piece.SHORT))
    return kind not in {_Piece.ANSWER, _Piece.TELLING} or _Piece.SHORT not in seen


def _answers(seen: frozenset[_Piece]) -> bool:
    """Tell whether pieces answer, and say of no place only that one follows."""
    is_answer = not seen.isdisjoint((_Piece.ANSWER, _Piece.TELLING, _Piece.SHORT))
    return is_answer and (_Piece.PLACE_WORD not in seen or _Piece.PLACE_NAME in seen)


@cache
def _known(label: str, language: str, is_explained: bool, may_name_place: bool) -> _Known:
    """Return the pieces of a language and of English where they may mean this button."""
    lists = [answers_in(tag) for tag in dict.fromkeys((language, FALLBACK))]
    kinds: dict[str, _Piece] = {}
    for it in lists if may_name_place else ():  # a place may be an answer too: "ya"
        kinds |= dict.fromkeys(_spelt(it, it.place_names), _Piece.PLACE_NAME)
        kinds |= dict.fromkeys(_spelt(it, it.place_words), _Piece.PLACE_WORD)
    for it in lists:
        around = {*it.particles.words, *it.urging_words, *it.consent_words}
        around -= {*it.unsure_words, *it.question_words}
        kinds |= dict.fromkeys(_spelt(it, around), _Piece.AROUND)
        if label in TELLING:
            kinds |= dict.fromkeys(_spelt(it, it.plea_words), _Piece.AROUND)
            kinds |= dict.fromkeys(_spelt(it, it.titles), _Piece.TITLE)
    for it in lists:
        kinds |= _answer_pieces(it, label, is_own=it is lists[0])
    for it in lists:
        acknowledged = _spelt(it, it.acknowledgments if is_explained else ())
        kinds |= dict.fromkeys(acknowledged, _Piece.AROUND)
    most = max(map(_units_in, kinds))
    return _Known(kinds, most, frozenset().union(*(it.accented for it in lists)))


def _answer_pieces(known: AnswerList, label: str, *, is_own: bool) -> Iterator[tuple[str, _Piece]]:
    """Return the pieces that mean a button by a list."""
    weak = {*_spelt(known, known.weak_words)}
    listed = chain(known.exact.items(), known.own.items() if is_own else ())
    whole = (text for text, labels in listed if label in labels)
    around = {*_spelt(known, known.consent_words)}  # "yes now" is listed without its "yes"
    agreeing = (*known.by_label.get("Yes", ()), *known.acknowledgments, *known.agreeing_words)
    yes = {*_spelt(known, agreeing)}
    polite = {*_spelt(known, known.particles.words)}
    for piece in {*_spelt(known, (*known.by_label.get(label, ()), *whole))} - around:
        is_sign = len(piece) == 1 and PlainText.of(piece).is_unspaced
        is_short = piece in weak or (is_sign and piece not in known.acknowledgments)
        is_yes = label not in TELLING or PlainText.of(piece).holds_only(yes | polite)
        full = _Piece.ANSWER if is_yes else _Piece.TELLING
        yield piece, _Piece.SHORT if is_short else full


def _spelt(known: AnswerList, words: Iterable[str]) -> Iterator[str]:
    """Return words as they are, and in the spelling of a list."""
    for word in words:
        if word:
            yield word
            yield known.respell(PlainText.of(word)).text


def _units_in(piece: str) -> int:
    plain = PlainText.of(piece)
    return len(plain.text) if plain.is_unspaced else len(plain.words)
