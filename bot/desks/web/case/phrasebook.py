"""Phrasebook of a case: each phrase as the caseworker and as the person reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.hotline.chat.messages import CaseMessageContent

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest

MAX_PHRASES = 40


@dataclass(frozen=True, slots=True)
class PhraseView:
    """One phrase."""

    code: str
    text: str
    person_text: str
    replies: tuple[tuple[str, str], ...]
    """Buttons of the person: as staff and as the person read them."""
    blanks: tuple[tuple[str, str], ...]


def search_phrases(
    request: DeskRequest, language: str, query: str
) -> list[tuple[str, list[PhraseView]]]:
    """Return phrases with all words of the query, by group; `language` is the person's."""
    phrasebook, locale = request.context.phrasebook, request.locale
    found: dict[str, list[PhraseView]] = {}
    for phrase in phrasebook.search(query, locale.language)[:MAX_PHRASES]:
        text = request.context.phrase_groups.get(phrase.group)
        name = text.render(locale.flow_catalogue) if text else phrase.group
        found.setdefault(name, []).append(_phrase_view(request, phrase.code, language))
    return list(found.items())


def _phrase_view(request: DeskRequest, code: str, language: str) -> PhraseView:
    phrasebook, locale = request.context.phrasebook, request.locale
    phrase = phrasebook[code]
    empty = dict.fromkeys(phrase.blanks, "…")

    def both(of: str, values: dict[str, str]) -> tuple[str, str]:
        content = CaseMessageContent(code=of, values=values)
        staff_text = phrasebook.text_for_staff(content, locale.language)
        return staff_text, phrasebook.text_for_staff(content, language)

    return PhraseView(
        code, *both(code, empty), tuple(both(f"{code}.{reply}", {}) for reply in phrase.replies),
        tuple((name, it.render(locale.flow_catalogue)) for name, it in phrase.blanks.items()),
    )  # fmt: skip
