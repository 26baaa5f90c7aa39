"""The phrasebook beside a case: each sentence as a caseworker reads it and as the person will."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.hotline.chat.messages import CaseMessageContent

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest

MAX_PHRASES = 40


@dataclass(frozen=True, slots=True)
class PhraseView:
    """One sentence that can be sent."""

    code: str
    text: str
    person_text: str
    replies: tuple[tuple[str, str], ...]
    """What the person can press: as we read it, and as they do."""
    blanks: tuple[tuple[str, str], ...]
    """What is to be filled in: its name, and what it means."""


def search_phrases(
    request: DeskRequest, language: str, query: str
) -> list[tuple[str, list[PhraseView]]]:
    """Return sentences by group, the name of each group first.

    Args:
        request: who looks.
        language: the person's.
        query: words that must all be found; none: every sentence.
    """
    book, tongue = request.context.phrasebook, request.locale
    found: dict[str, list[PhraseView]] = {}
    for phrase in book.search(query, tongue.language)[:MAX_PHRASES]:
        text = request.context.phrase_groups.get(phrase.group)
        name = text.render(tongue.flow_catalogue) if text else phrase.group
        found.setdefault(name, []).append(_phrase_view(request, phrase.code, language))
    return list(found.items())


def _phrase_view(request: DeskRequest, code: str, language: str) -> PhraseView:
    book, tongue = request.context.phrasebook, request.locale
    phrase = book[code]
    empty = dict.fromkeys(phrase.blanks, "…")

    def told(what: str, values: dict[str, str], read_in: str) -> str:
        return book.text_for_staff(CaseMessageContent(code=what, values=values), read_in)

    return PhraseView(
        code,
        told(code, empty, tongue.language),
        told(code, empty, language),
        tuple(
            (told(f"{code}.{reply}", {}, tongue.language), told(f"{code}.{reply}", {}, language))
            for reply in phrase.replies
        ),
        tuple(
            (name, meaning.render(tongue.flow_catalogue)) for name, meaning in phrase.blanks.items()
        ),
    )
