"""Detection of text in a language the reader did not choose.

The script decides first, then function words. Text without them (a name, an address, a number) is
never taken for another language. Traditional and Simplified Chinese are one language there, because
their readers read both; where a chat begins they are two, and Japanese without kana is a third.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from bot.languages.function_words import (
    LANGUAGE_OF_WORD,
    MIN_WORDS,
    WORD,
    choose_language,
    count_function_words,
)

THAI, KHMER, BURMESE, KANA, HAN, LATIN = "thai", "khmer", "burmese", "kana", "han", "latin"
_RUN = re.compile(
    f"(?P<{THAI}>[\u0e00-\u0e7f]+)|(?P<{KHMER}>[\u1780-\u17ff]+)|(?P<{BURMESE}>[\u1000-\u109f]+)"
    f"|(?P<{KANA}>[\u3040-\u30ff]+)|(?P<{HAN}>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)"
    f"|(?P<{LATIN}>[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+)"
)
"""Characters of one script in a row."""
_SCRIPTS_OF_LANGUAGE: dict[str, frozenset[str]] = {
    "th": frozenset({THAI}), "km": frozenset({KHMER}), "my": frozenset({BURMESE}),
    "ja": frozenset({KANA, HAN}), "zh_Hant": frozenset({HAN}), "zh_Hans": frozenset({HAN}),
    **dict.fromkeys(("id", "vi", "fil", "en"), frozenset({LATIN})),
}  # fmt: skip
"""The scripts of each language."""
_VIETNAMESE = re.compile("[\u0103\u0111\u01a1\u01b0\u1ea0-\u1ef1\u1ef4-\u1ef9]")
"""Small letters that of these languages only Vietnamese has. A name is written with capitals."""
MIN_CHARACTERS = 4
"""Characters of a script that make a sentence and not a name."""


def seems_other_language(text: str, language: str) -> bool:
    """Return whether a text is probably in another language; False if it cannot be decided."""
    scripts = _count_scripts(text)
    read = _SCRIPTS_OF_LANGUAGE.get(language)
    if read is None or not scripts:
        return False
    if HAN in read and KANA not in read and scripts[KANA] >= MIN_CHARACTERS:
        return True
    main_script, count = scripts.most_common(1)[0]
    if main_script not in read:
        is_sentence = count >= MIN_CHARACTERS and not any(scripts[script] for script in read)
        return is_sentence and (main_script != LATIN or bool(count_function_words(text)))
    if main_script != LATIN:
        return False
    counts = count_function_words(text)
    return bool(counts) and not counts[language] and max(counts.values()) >= MIN_WORDS


def _count_vietnamese_words(text: str) -> Counter[str]:
    """Count words with letters of Vietnamese alone that are no names and no function words."""
    words = WORD.findall(unicodedata.normalize("NFC", text))
    if words[1:2] and words[1].islower():  # only the beginning of a sentence
        words[0] = words[0].lower()
    marked = [it for it in words if it.islower() and _VIETNAMESE.search(it)]
    return Counter(vi=sum(it not in LANGUAGE_OF_WORD for it in marked))


def _count_scripts(text: str) -> Counter[str]:
    scripts: Counter[str] = Counter()
    for run in _RUN.finditer(text):
        scripts[str(run.lastgroup)] += run.end() - run.start()
    return scripts


_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_SIMPLIFIED, _TRADITIONAL, _JAPANESE = "gb2312", "big5", "shift_jis"
"""Character sets that hold the signs of everyday writing of one kind."""
_CHINESE_WORDS = frozenset("我你您她们們這这哪很沒嗎吗呢吧啊")
"""Signs of Chinese sentences that hardly stand in a Japanese one without kana."""
_TAG_OF_SCRIPT = {THAI: "th", KHMER: "km", BURMESE: "my"}


def guess_language(text: str, preferred: str = "") -> str | None:
    """Return the language words seem to be written in; None where that cannot be told.

    Args:
        text: what was written.
        preferred: the language of the phone or of the chat. It decides where signs are common to
            Chinese of both kinds, or to Chinese and Japanese, and where words are common to two
            languages in Latin letters; another one needs clear words of its own.
    """
    scripts = _count_scripts(text)
    if not scripts:
        return None
    script, count = scripts.most_common(1)[0]
    if script in _TAG_OF_SCRIPT:
        return _TAG_OF_SCRIPT[script] if count >= MIN_CHARACTERS else None
    if scripts[KANA] >= (1 if preferred == "ja" else MIN_CHARACTERS // 2):
        return "ja"
    if script == HAN:
        return _guess_reader_of_han(text, preferred) if count >= MIN_CHARACTERS // 2 else None
    return choose_language(text, _count_vietnamese_words(text), preferred)


def _guess_reader_of_han(text: str, preferred: str) -> str:
    """Return the language of a text whose signs are Chinese and, perhaps, Japanese ones."""
    signs = frozenset(_HAN.findall(text))
    if preferred == "ja" and signs.isdisjoint(_CHINESE_WORDS) and _outside(signs, _JAPANESE) == 0:
        return "ja"
    simplified, traditional = _outside(signs, _TRADITIONAL), _outside(signs, _SIMPLIFIED)
    if simplified != traditional:
        return "zh_Hans" if simplified > traditional else "zh_Hant"
    return "zh_Hans" if preferred == "zh_Hans" else "zh_Hant"


def _outside(signs: frozenset[str], character_set: str) -> int:
    """Return how many signs a character set does not hold."""
    return sum(not sign.encode(character_set, "ignore") for sign in signs)
