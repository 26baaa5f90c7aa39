"""Whether words were taken from another text: by the runs of signs and the numbers both have. Pure.

A run is long enough that two people do not write it by chance, and short enough that half a
sentence is one; some scripts say more with fewer signs. What stands in a text of one's own is
nobody else's: a word that both cases have betrays neither.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection

SIZES = (
    (re.compile("[\u3000-\U0003ffff ]{5,}"), 8, 5),
    (re.compile("[\u0e00-\u2fff ]{8,}"), 14, 8),
    (re.compile(".+"), 24, 14),
)
"""Stretches of Chinese and Japanese, of scripts without spaces, of anything: how many signs a run
has there, and from how many on a whole message is one by itself."""
ENDS = 8
"""Digits at the end of a number by which it is known, whatever a country begins it with."""
_BETWEEN = re.compile(r"[\s!-/:-@\[-`{-~\u2010-\u2027\u3000-\u303f]+")
_NUMBER = re.compile(r"\d(?:[ .()/+-]{0,2}\d){6,}")


def is_pasted(words: str, others: Collection[str], own: Collection[str]) -> bool:
    """Tell whether words have a run or a number of other texts that one's own do not have.

    Args:
        words: what is about to be sent.
        others: texts it may have been taken from, each as it was written.
        own: texts that belong to whoever it is sent to.
    """
    mine = " ".join(map(_plain, own))
    said = _plain(words)
    runs = _runs(said) - _runs(mine)
    numbers = _numbers(words) - _numbers(" \n ".join(own))
    return any(
        not runs.isdisjoint(_runs(other)) or _stands_whole(other, said, mine)
        for other in map(_plain, others)
    ) or any(numbers & _numbers(other) for other in others)


def _stands_whole(other: str, said: str, mine: str) -> bool:
    is_one = any(
        len(other) >= whole and stretch.fullmatch(other) is not None
        for stretch, _size, whole in SIZES
    )
    return is_one and other in said and other not in mine


def _runs(plain: str) -> set[str]:
    return {
        found[0][at : at + size]
        for stretch, size, _whole in SIZES
        for found in stretch.finditer(plain)
        for at in range(len(found[0]) - size + 1)
    }


def _plain(words: str) -> str:
    return _BETWEEN.sub(" ", fold(words)).strip()


def _numbers(words: str) -> set[str]:
    found = _NUMBER.findall(fold(words))
    return {"".join(sign for sign in it if sign.isdigit())[-ENDS:] for it in found}
