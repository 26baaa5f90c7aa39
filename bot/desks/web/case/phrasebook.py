"""The phrasebook beside a case: each sentence as a caseworker reads it and as the person will."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.hotline.chat.messages import Content

if TYPE_CHECKING:
    from bot.desks.web.request import Visit

MOST = 40


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that can be sent."""

    code: str
    words: str
    theirs: str
    replies: tuple[tuple[str, str], ...]
    """What the person can press: as we read it, and as they do."""
    blanks: tuple[tuple[str, str], ...]
    """What is to be filled in: its name, and what it means."""


def chosen_from(visit: Visit, language: str, sought: str) -> list[tuple[str, list[Sentence]]]:
    """Return sentences by group, the name of each group first.

    Args:
        visit: who looks.
        language: the person's.
        sought: words that must all be found; none: every sentence.
    """
    book, tongue = visit.front.phrasebook, visit.tongue
    found: dict[str, list[Sentence]] = {}
    for phrase in book.search(sought, tongue.language)[:MOST]:
        text = visit.front.groups.get(phrase.group)
        name = text.read_in(tongue.flows) if text else phrase.group
        found.setdefault(name, []).append(_sentence(visit, phrase.code, language))
    return list(found.items())


def _sentence(visit: Visit, code: str, language: str) -> Sentence:
    book, tongue = visit.front.phrasebook, visit.tongue
    phrase = book[code]
    empty = dict.fromkeys(phrase.blanks, "…")

    def told(what: str, values: dict[str, str], read_in: str) -> str:
        return book.told(Content(code=what, values=values), read_in)

    return Sentence(
        code,
        told(code, empty, tongue.language),
        told(code, empty, language),
        tuple(
            (told(f"{code}.{reply}", {}, tongue.language), told(f"{code}.{reply}", {}, language))
            for reply in phrase.replies
        ),
        tuple((name, meaning.read_in(tongue.flows)) for name, meaning in phrase.blanks.items()),
    )
