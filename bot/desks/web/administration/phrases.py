"""Phrasebook page: every sentence a caseworker can send, its translation, and who reviewed it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.web.administration.languages import is_reviewed
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, get
from bot.languages import FALLBACK, LANGUAGES
from bot.languages.po_files import CatalogueEntry, load_catalogue

if TYPE_CHECKING:
    from bot.conversation import Phrase
    from bot.desks.web.request import DeskRequest, Response
    from bot.languages import MessageKey

_BLANKS_ONLY = re.compile(r"(\{\w+\}\s*)+")
"""A sentence of numbers and other facts of the place: there is nothing to translate."""
CHOICES = tuple(tag for tag in LANGUAGES if tag != FALLBACK)


@dataclass(frozen=True, slots=True)
class PhraseReview:
    """A sentence of the phrasebook in one language."""

    phrase: Phrase
    entry: CatalogueEntry | None
    """None if the catalogue does not have it."""

    @property
    def state(self) -> str:
        """Return `facts`, `missing`, `draft`, `one` reviewer or `reviewed`."""
        if _BLANKS_ONLY.fullmatch(self.phrase.text.source):
            return "facts"
        if self.entry is None or not self.entry.is_translated:
            return "missing"
        if is_reviewed(self.entry):
            return "reviewed"
        return "one" if self.entry.reviews else "draft"


@get("/administration/phrases", Permission.STAFF)
async def _phrases_page(request: DeskRequest) -> Response:
    return await _page(request, CHOICES[0])


@get("/administration/phrases/{tag}", Permission.STAFF)
async def _phrases_in_a_language(request: DeskRequest) -> Response:
    tag = request.param("tag")
    if tag not in CHOICES:
        raise NotFoundError("no such language")
    return await _page(request, tag)


async def _page(request: DeskRequest, tag: str) -> Response:
    entries = await asyncio.to_thread(_entries_by_key, tag)
    groups: dict[str, list[PhraseReview]] = {}
    for it in request.context.phrasebook:
        found = PhraseReview(it, entries.get((it.text.context, it.text.source)))
        groups.setdefault(it.group, []).append(found)
    reviews = [it for each in groups.values() for it in each if it.state != "facts"]
    return request.render(
        "phrases.html", tag=tag, choices=CHOICES, groups=groups, count=len(reviews),
        group_names=request.context.phrase_groups,
        reviewed=sum(it.state == "reviewed" for it in reviews),
    )  # fmt: skip


def _entries_by_key(tag: str) -> dict[MessageKey, CatalogueEntry]:
    return {it.key: it for it in load_catalogue(tag).entries}
