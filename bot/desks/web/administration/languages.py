"""Languages page: which are offered, how far each is translated, and what no one has reviewed.

Translations are files of a release: they are reviewed as sheets (`haven languages export`), and
nothing here changes them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, get
from bot.languages import FALLBACK, LANGUAGES
from bot.languages.availability import LanguageOffer, load_offer, wanted_languages
from bot.languages.po_files import (
    REQUIRED_REVIEWERS,
    CatalogueEntry,
    LanguageProgress,
    catalogue_path,
    load_catalogue,
    measure_progress,
)

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response
    from bot.settings import Settings

MAX_FAULTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """A language, as the page shows it."""

    progress: LanguageProgress
    is_wanted: bool
    """Whether the settings name it, or name none."""
    faults: tuple[str, ...]
    """Why it is not offered although it is wanted, with file and line."""

    @property
    def tag(self) -> str:
        """Return its tag."""
        return self.progress.language

    @property
    def is_source(self) -> bool:
        """Whether the texts were written in it."""
        return self.tag == FALLBACK


@get("/administration/languages", Permission.STAFF)
async def _languages_page(request: DeskRequest) -> Response:
    rows = await asyncio.to_thread(language_rows, request.context.settings)
    return request.render(
        "languages.html", rows=rows, required=str(REQUIRED_REVIEWERS),
        unreviewed=sum(it.progress.safety_critical_unreviewed for it in rows if not it.is_source),
    )  # fmt: skip


@get("/administration/languages/{tag}", Permission.STAFF)
async def _language_page(request: DeskRequest) -> Response:
    """Show the safety sentences of a language that too few people have reviewed."""
    tag = request.param("tag")
    if tag not in LANGUAGES or tag == FALLBACK:
        raise NotFoundError("no such language")
    entries = await asyncio.to_thread(unreviewed_entries, tag)
    return request.render(
        "language_review.html", tag=tag, entries=entries, required=str(REQUIRED_REVIEWERS)
    )


def language_rows(settings: Settings) -> list[LanguageRow]:
    """Return all languages; reading the catalogues takes a second, so it is done once."""
    return list(_rows(settings, _stamps()))


@lru_cache(maxsize=1)
def _rows(settings: Settings, _stamp: tuple[int, ...]) -> tuple[LanguageRow, ...]:
    offer, wanted = load_offer(settings), wanted_languages(settings)
    return tuple(
        LanguageRow(
            measure_progress(load_catalogue(tag), on=tag in offer.tags), tag in wanted,
            _faults(offer, tag),
        )
        for tag in LANGUAGES
    )  # fmt: skip


def _faults(offer: LanguageOffer, tag: str) -> tuple[str, ...]:
    found = [str(it) for it in offer.refused.get(tag, ())]
    more = len(found) - MAX_FAULTS_SHOWN
    return (*found[:MAX_FAULTS_SHOWN], *([f"+ {more}"] if more > 0 else ()))


def unreviewed_entries(tag: str) -> list[CatalogueEntry]:
    """Return the safety sentences of a language that too few people have reviewed."""
    return [it for it in load_catalogue(tag).entries if it.is_safety and not is_reviewed(it)]


def is_reviewed(entry: CatalogueEntry) -> bool:
    """Whether enough people have reviewed a translation, in its present wording."""
    return len({it.reviewer for it in entry.reviews}) >= REQUIRED_REVIEWERS


def _stamps() -> tuple[int, ...]:
    """Return when each catalogue was changed: an import at the command line is seen at once."""
    paths = (catalogue_path(tag) for tag in LANGUAGES if tag != FALLBACK)
    return tuple(it.stat().st_mtime_ns if it.exists() else 0 for it in paths)
