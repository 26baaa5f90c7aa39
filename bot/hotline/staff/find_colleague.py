"""A colleague found by what was typed: an id or a name, and the closest ones if none matches."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.hotline.staff.staff import Caseworker

MAX_SUGGESTIONS = 3
MIN_LIKENESS = 0.6
"""From 0 to 1, below which a name or an id is not suggested."""
ID_LIKENESS = 0.75
"""From 0 to 1, from which what was typed is taken for an id with a slip in it."""
_LOOKS_LIKE_ID = re.compile("[0-9a-f]*[0-9][0-9a-f]*")


def find_colleagues(everyone: Iterable[Caseworker], typed: str) -> list[Caseworker]:
    """Return the colleague with this id, or all with this name, whatever its capitals."""
    known, wanted = list(everyone), fold(typed)
    by_id = [it for it in known if it.id == wanted]
    return by_id or [it for it in known if fold(it.name) == wanted]


def closest_colleagues(everyone: Iterable[Caseworker], typed: str) -> list[Caseworker]:
    """Return up to three colleagues whose id or name is most like what was typed."""
    wanted = fold(typed)
    ranked = sorted(((_likeness(it, wanted), it) for it in everyone), key=lambda it: -it[0])
    return [it for likeness, it in ranked if likeness >= MIN_LIKENESS][:MAX_SUGGESTIONS]


def looks_like_id(everyone: Iterable[Caseworker], typed: str) -> bool:
    """Whether it is written like an id, or almost like that of a colleague: no one is named so."""
    wanted = fold(typed)
    is_written_like_one = _LOOKS_LIKE_ID.fullmatch(wanted) is not None
    return is_written_like_one or any(_ratio(it.id, wanted) >= ID_LIKENESS for it in everyone)


def _likeness(one: Caseworker, wanted: str) -> float:
    return max(_ratio(one.id, wanted), _ratio(fold(one.name), wanted))


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
