"""A quick look at whether a text holds one of some words: nearly all texts hold none.

The patterns of ten languages take many times as long as this.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPACED = re.compile("[a-z]")
_WORD = re.compile(r"\w+")


class WordFilter:
    """Looks for words in folded texts, for those of each entry that tell it best.

    Args:
        entries: folded; `a/b` means either word.
    """

    __slots__ = ("_runs", "_words")

    def __init__(self, entries: Iterable[str]) -> None:
        words, runs = set[str](), set[str]()
        for spelling in (it for entry in entries for it in _rarest_word(entry).split("/")):
            if _SPACED.search(spelling):  # the patterns look for it as a whole word
                words.add(max(_WORD.findall(spelling), key=len))
            else:
                runs.add(spelling)
        self._words = frozenset(words)
        self._runs = tuple(it for it in runs if not any(part in it for part in runs - {it}))

    def may_hold(self, folded: str) -> bool:
        """Tell whether a text may hold one of the entries; if not, it surely holds none."""
        if not self._words.isdisjoint(words_of(folded)):
            return True
        return not folded.isascii() and any(it in folded for it in self._runs)


def _rarest_word(entry: str) -> str:
    """Return the word of an entry that is the longest even in its shortest spelling."""
    return max(entry.split(), key=lambda it: min(map(len, it.split("/"))))


@lru_cache(maxsize=1)
def words_of(folded: str) -> frozenset[str]:
    """Return the words of a folded text; those of the last one are kept, as many look at it."""
    return frozenset(_WORD.findall(folded))
