"""`haven phrases`: the phrasebook in a language, as both desks have it, and who changed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.app.texts import build_phrasebook, build_system_texts, load_place
from bot.cli.deployment import open_deployment
from bot.cli.options import AsJson, Language, require_language
from bot.cli.output import format_time, make_table, print_json, print_table
from bot.hotline.chat.phrase_edits import PhraseEdits
from bot.hotline.chat.phrase_reviews import phrase_text
from bot.languages import FALLBACK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from bot.hotline.chat.phrasebook import Phrasebook


class PhraseRow(NamedTuple):
    """One phrase in a language."""

    code: str
    group: str
    text: str
    state: str
    """A `TextState`, or `withdrawn`."""
    source: str
    """The release, or who wrote it at the desk, and when."""


def phrases(*, language: Language = FALLBACK, as_json: AsJson = False) -> None:
    """Show the phrasebook: texts, reviews, what was withdrawn, and who changed what."""
    require_language(language)
    with open_deployment() as deployment:
        load_place(deployment.settings)
        texts = build_system_texts(deployment.settings)
        book = build_phrasebook(deployment.settings, texts, PhraseEdits(deployment.vault))
        deployment.run(book.load)
    rows = list(phrase_rows(book, language, deployment.settings.zone))
    if as_json:
        print_json([it._asdict() for it in rows])
        return
    print_table(make_table(f"Phrases ({language})", PhraseRow._fields, rows))


def phrase_rows(book: Phrasebook, language: str, zone: ZoneInfo) -> Iterator[PhraseRow]:
    """Yield the phrases by group, those that were withdrawn as well."""
    for it in book.all_phrases():
        shown = phrase_text(book, it, language)
        state = "withdrawn" if book.edited.withdrawn(it.code) else shown.state.value
        written = shown.written
        source = (
            f"the desk: {written.by}, {format_time(written.at, zone)}" if written else "the release"
        )
        yield PhraseRow(it.code, it.group, shown.text, state, source)
