"""The catalogues as files, and the phrases as the source has them now.

`python -m tests.support.content.catalogue_files` writes the templates anew and takes new phrases
into every
language: what is gone leaves, what is new is empty until somebody translates it.
"""

from __future__ import annotations

import gettext
import io
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.languages import FALLBACK, LANGUAGES, LOCALES, STAFF_LANGUAGES, MessageKey
from bot.languages import po_files as held
from bot.languages.po_files import forms_of, message_key, messages_by_key
from bot.languages.style_rules import blanks_in
from bot.places.taiwan.recipients import NON_GOVERNMENT
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from babel.messages.catalog import Message

DOMAINS = {
    "messages": (
        "flows",
        "bot/conversation",
        "bot/dispatch",
        "bot/places",
        "bot/app/texts.py",
        "bot/hotline/staff/opening_hours.py",
    ),
    "staff": (
        "bot/cases",
        "bot/hotline",
        "bot/desks",
        "bot/exports",
        "bot/places/authorities.py",
        "bot/places/taiwan/authorities.py",
        "bot/places/deadlines.py",
        "bot/places/taiwan/deadlines.py",
        "bot/places/taiwan/entitlements.py",
        "bot/places/taiwan/record_fields.py",
        "bot/places/taiwan/services.py",
        "bot/places/duties.py",
        "bot/places/taiwan/duties.py",
        "bot/places/taiwan/interpreter_fees.py",
    ),
}
"""What people read and what staff read, and where in the source each stands."""
ALONE = {
    where: domain for domain, all_ in DOMAINS.items() for where in all_ if where.endswith(".py")
}
"""A file named by itself belongs there, whatever the room around it does."""
KEYWORDS: dict[str, Any] = {"_": None, "pgettext": ((1, "c"), 2), "ngettext": (1, 2)}
NOTES = ("Translators:",)
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
"""How texts are found in Python and in the pages of the web desk."""
OPTIONS = {"**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
FILES = [(tag, "messages") for tag in LANGUAGES if tag != FALLBACK] + [
    (tag, "staff") for tag in STAFF_LANGUAGES if tag != FALLBACK
]
"""Every catalogue there is."""
ALWAYS_WHOLE = ("id", "vi", "zh_Hant", "fil", "th")
"""Languages every new phrase is written in at once; the others are offered once they caught up."""
WHOLE = [(tag, domain) for tag, domain in FILES if domain == "staff" or tag in ALWAYS_WHOLE]
"""Every catalogue that lacks nothing."""

__all__ = ["blanks_in", "message_key", "messages_by_key"]


OWN_NAMES = frozenset(it.name.source for it in NON_GOVERNMENT.values())
"""Names of organisations: written in Chinese for readers of Chinese, elsewhere kept."""


class CataloguePhrase(NamedTuple):
    """A phrase of ours and what it is in one language."""

    key: MessageKey
    words: str
    files: frozenset[str]

    @property
    def source(self) -> str:
        return self.key[1]

    @property
    def is_label(self) -> bool:
        """Whether it stands on a button or above an answer: those have a context."""
        return self.key[0] is not None

    @property
    def is_own_name(self) -> bool:
        """Whether it is the name of an organisation, which most languages keep as it is."""
        return self.source in OWN_NAMES

    @property
    def is_county(self) -> bool:
        return "flows/texts/counties.py" in self.files


def files_of(message: Message) -> frozenset[str]:
    return frozenset(path.replace("\\", "/") for path, _line in message.locations)


@cache
def extracted(domain: str) -> Catalog:
    """Return the phrases that stand in the source now."""
    catalogue = Catalog(
        project="Haven",
        version="0.1",
        copyright_holder="Haven",
        msgid_bugs_address="haven@example.org",
    )
    for where in DOMAINS[domain]:
        for path, line, message, comments, context in _found_in(ROOT / where):
            if ALONE.get(path, domain) == domain:
                catalogue.add(
                    message, None, [(path, line)], auto_comments=comments, context=context
                )
    return catalogue


def _found_in(place: Path) -> Iterator[tuple[str, int, Any, list[str], str | None]]:
    if place.is_dir():
        for name, line, message, comments, context in extract_from_dir(
            place, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=NOTES
        ):
            path = (place / name).relative_to(ROOT).as_posix()
            yield path, line, message, comments, context
    else:
        found = extract_from_file("python", place, keywords=KEYWORDS, comment_tags=NOTES)
        for line, message, comments, context in found:
            yield place.relative_to(ROOT).as_posix(), line, message, comments, context


def path_of(tag: str, domain: str) -> Path:
    return LOCALES / tag / "LC_MESSAGES" / f"{domain}.po"


@cache
def template(domain: str) -> Catalog:
    """Return what translators are given."""
    with (LOCALES / f"{domain}.pot").open("rb") as file:
        return read_po(file)


@cache
def written(tag: str, domain: str) -> Catalog:
    """Return a catalogue as its translator left it."""
    with path_of(tag, domain).open("rb") as file:
        return read_po(file, locale=tag)


def phrases_of(tag: str, domain: str = "messages") -> list[CataloguePhrase]:
    """Return every translated phrase, each form of a plural by itself."""
    return [
        CataloguePhrase(key, words, files_of(message))
        for key, message in messages_by_key(written(tag, domain)).items()
        for words in forms_of(message)
        if words
    ]


def compiled(tag: str, domain: str) -> bytes:
    """Return a catalogue as the program reads it."""
    out = io.BytesIO()
    write_mo(out, written(tag, domain))
    return out.getvalue()


@cache
def read_in(tag: str, domain: str = "messages") -> gettext.NullTranslations:
    """Return a language to read phrases in, straight from what its translator wrote."""
    if tag == FALLBACK:
        return gettext.NullTranslations()
    return gettext.GNUTranslations(io.BytesIO(compiled(tag, domain)))


def renew() -> None:
    """Write the templates anew and take their phrases into every language."""
    for domain in DOMAINS:
        catalogue = extracted(domain)
        with (LOCALES / f"{domain}.pot").open("wb") as file:
            file.write(held.serialize_catalogue(catalogue))
        for tag, of in FILES:
            if of == domain:
                kept = written(tag, domain)
                kept.update(catalogue, no_fuzzy_matching=True)
                path_of(tag, domain).write_bytes(held.serialize_catalogue(kept))


if __name__ == "__main__":
    renew()
