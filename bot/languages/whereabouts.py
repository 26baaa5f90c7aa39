"""Words that say a person is in another country or at sea, from `locales/*/whereabouts.toml`.

They choose which phone numbers are shown in danger, and nothing else: no priority, no queue. Every
language is tried, because people mix languages; a file leaves out the country of its own language,
which is mostly where the person wants to go.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING

from bot.languages import LANGUAGES, LOCALES
from bot.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ABROAD, AT_SEA = "abroad", "at_sea"
KINDS = (ABROAD, AT_SEA)
"""Every kind a file has a list for. Flows ask for them as facts; counties and situations have the
same codes."""
FILE_NAME = "whereabouts.toml"
COMPOUNDS = "compounds"
"""The list of words for compounds where people have to defraud others. Most are abroad."""
TAIWAN = ("taiwan", "đài loan", "台灣", "台湾", "ไต้หวัน", "តៃវ៉ាន់", "ထိုင်ဝမ်")
_ELSEWHERE = (
    *("to", "from", "not", "outside", "ke", "dari", "bukan", "luar", "sang", "den", "tu", "khong"),
    *("wala", "labas", "到", "去", "往", "出", "離", "离", "不", "外", "ไป", "จาก", "ไม่", "นอก"),
)
"""Words between Taiwan and a compound by which that is not there: "from Taiwan to"."""
_MOST_BETWEEN = 8
_IS_SPACED = re.compile(r"[a-z\u00c0-\u024f\u1e00-\u1eff]")


def find_whereabouts(texts: Iterable[str]) -> frozenset[str]:
    """Return the kinds of places (see `KINDS`) that any of these texts, or codes, may name."""
    given = [*texts]
    whole = _compound_here().sub(" ", fold_accents("\n".join(given)))
    return frozenset(
        kind for kind, words in _patterns().items() if kind in given or words.search(whole)
    )


def load_whereabouts(tag: str, locales: Path = LOCALES) -> dict[str, list[str]]:
    """Return the words of a language, by kind, and those of `COMPOUNDS`.

    Raises:
        OSError: there is no file for it.
        KeyError: a list is missing.
        tomllib.TOMLDecodeError: the file cannot be read.
    """
    lists = tomllib.loads((locales / tag / FILE_NAME).read_text(encoding="utf-8"))
    return {kind: [fold_accents(word) for word in lists[kind]] for kind in (*KINDS, COMPOUNDS)}


@cache
def _compound_here() -> re.Pattern[str]:
    """Return the pattern of "a scam compound in Taiwan"."""
    compounds = {_delimit(it) for tag in LANGUAGES for it in load_whereabouts(tag)[COMPOUNDS]}
    compound, taiwan = "|".join(compounds), "|".join(map(fold_accents, TAIWAN))
    elsewhere = "|".join(map(_delimit, _ELSEWHERE))
    between = rf"(?:(?!{elsewhere})[^.,!?\n\u3002\uff0c]){{0,{_MOST_BETWEEN}}}"
    return re.compile(rf"(?:{taiwan}){between}(?:{compound})|(?:{compound}){between}(?:{taiwan})")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    lists = [load_whereabouts(tag) for tag in LANGUAGES]
    return {
        kind: re.compile("|".join({_delimit(word) for each in lists for word in each[kind]}))
        for kind in KINDS
    }


def _delimit(word: str) -> str:
    """Return a pattern for a word: whole where words are written apart, else anywhere."""
    return rf"\b{re.escape(word)}\b" if _IS_SPACED.search(word) else re.escape(word)
