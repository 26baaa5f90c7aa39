"""Typed answers to the question whether to erase: a yes by the word itself, and what denies it.

The word that erases is a command everywhere else (*Clear chat*), so the lists of `typed_answers`
know its spellings. A denial counts in any short text with the word: "don't delete it" must erase
nothing.
"""

from __future__ import annotations

from functools import cache

from bot.languages import LANGUAGES
from bot.languages.typed.answer_lists import PlainText, answers_in, plain_answer
from bot.languages.typed.typed_answers import LONGEST, TypedAnswer

CLEAR_LABEL, YES_LABEL, NO_LABEL = "Clear chat", "Yes", "No"
"""English labels: of the button whose words may ask for an erasure, of a plain yes and no."""
STEMS = (
    *("delete", "erase", "remove", "wipe", "hapus", "xoa", "bura", "刪", "删", "ลบ", "លុប", "ဖျက်"),
    *("消", "削除", "けし"),
)
"""How the words begin that erase and do not only clear a screen, without accents."""
BARE = frozenset({"delete", "erase", "xoa", "xoa di", "bura", "刪", "删", "消す", "消して", "削除"})
"""Such words that are no whole answer in the lists of all languages."""
DENIALS = frozenset({"nothing", "none", "keep", "cancel", "never", "usah", "wag"})
"""Words that deny in addition to the negations of the lists."""
BURMESE_NOT = "\u1019"
"""A letter of many Burmese words: it denies only before the word that erases."""
UNSPACED_DENIALS = ("ないで", "さない", "しない", "ません", "たくない", "やめ", "だめ", "မဖျက်")


def erasure_decision(text: str, language: str) -> bool | None:
    """Return whether a text says to erase (True) or not to (False); None if it says neither.

    Args:
        text: what was written at the question whether to erase.
        language: the one that the person chose.
    """
    typed, plain = TypedAnswer(text), PlainText.of(plain_answer(text))
    if typed.label_of((NO_LABEL,), language, whole=True) is not None:
        return False
    if len(text) > LONGEST or not any(stem in plain.text for stem in STEMS):
        return None
    if _denies(plain):
        return False
    if typed.asks(language):
        return None
    is_listed = typed.label_of((CLEAR_LABEL,), language, whole=True) is not None
    is_yes = is_listed or any(plain.holds_only(_words_of_yes(tag)) for tag in LANGUAGES)
    return True if is_yes else None


def _denies(plain: PlainText) -> bool:
    """Tell whether a text with the word that erases holds a word that denies, in any language."""
    if plain.is_unspaced and any(it in plain.text for it in UNSPACED_DENIALS):
        return True
    if not DENIALS.isdisjoint(plain.words):
        return True
    return any(
        (it if plain.is_unspaced else f" {it.strip()} ") in plain.framed
        for tag in LANGUAGES
        for it in answers_in(tag).negations
        if it != BURMESE_NOT
    )


@cache
def _words_of_yes(tag: str) -> frozenset[str]:
    """Return the words of a language that erase, agree or are polite."""
    known = answers_in(tag)
    listed = (it for label in (CLEAR_LABEL, YES_LABEL) for it in known.by_label.get(label, ()))
    return BARE | {*listed, *known.particles.words}
