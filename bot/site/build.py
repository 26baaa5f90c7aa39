"""All files of the site, by their path below its folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.site.content import pages_of
from bot.site.posters import FOLDER
from bot.site.render import ADDRESSES, PageSurroundings, render_languages, render_page
from bot.site.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.site.posters import PosterFile
    from bot.site.wording import SiteSource

EXIT_TO = "https://www.google.com/"
"""What "Leave this page" shows unless the operator names another page: one in every history."""


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """What an operator chooses about the site."""

    languages: tuple[str, ...]
    posters: tuple[PosterFile, ...] = ()
    exit_to: str = EXIT_TO


def build_site(
    source: SiteSource,
    options: SiteOptions,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> dict[str, bytes]:
    """Return every file; `on_progress` is told how many languages are done, of how many."""
    wordings = [Wording(source, tag) for tag in options.languages]
    files = {"index.html": render_languages(wordings, _first(wordings))}
    for done, own in enumerate(wordings, 1):
        pages = pages_of(own, tuple(it for it in options.posters if it.is_for(own.language)))
        around = PageSurroundings(own, pages, wordings, options.exit_to)
        for page in pages:
            files[f"{own.tag}/{ADDRESSES[page.code]}"] = render_page(page, around)
        on_progress(done, len(wordings))
    return files | {f"{FOLDER}/{it.name}": it.content for it in options.posters}


def _first(wordings: Sequence[Wording]) -> Wording:
    """Return English, in which the page of languages has its title, or the first language."""
    return next((it for it in wordings if it.language == "en"), wordings[0])
