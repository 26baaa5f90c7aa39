"""Catalogues as their translators left them: every message with its line, and what is broken."""

from __future__ import annotations

import gettext
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path  # noqa: TC003 - a default's type
from typing import TYPE_CHECKING, NamedTuple

from bot.languages import FALLBACK, LANGUAGES, LOCALES, reviews
from bot.languages.translation_checks import find_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Catalog, Message

    from bot.languages.reviews import TranslationReview

MessageKey = tuple[str | None, str]
"""A message's context and its English."""

SAFETY_MARK = "safety sentence"
"""What a remark to translators says of a message that must not go wrong."""
CHARSET = re.compile(rb'"Content-Type:[^"]*charset=([\w-]+)', re.IGNORECASE)


class CatalogueFault(NamedTuple):
    """What is wrong in a catalogue, and where."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True)
class CatalogueEntry:
    """One message of ours in one language."""

    key: MessageKey
    plural: str | None
    """English for any number but one."""
    forms: tuple[str, ...]
    """Every form; empty where nobody has written it."""
    line: int
    remarks: str
    """What translators are told about it."""
    is_safety: bool
    reviews: tuple[TranslationReview, ...]
    source_files: tuple[str, ...]
    """Files of the source it stands in."""

    @property
    def is_translated(self) -> bool:
        """Whether every form has words."""
        return bool(self.forms) and all(self.forms)


@dataclass(frozen=True)
class CheckedCatalogue:
    """One language's catalogue as it lies on the disk, held against the template."""

    tag: str
    entries: tuple[CatalogueEntry, ...]
    faults: tuple[CatalogueFault, ...]
    """What is broken: nobody may be shown it."""
    missing: tuple[CatalogueFault, ...]
    """What nobody has translated yet."""
    catalog: Catalog | None
    """None where the file cannot be read at all."""

    @property
    def is_complete(self) -> bool:
        """Whether a person may be spoken to in it."""
        return not self.faults and not self.missing

    def compile(self) -> gettext.NullTranslations:
        """Return it as the program reads it."""
        if self.catalog is None:
            return gettext.NullTranslations()
        from babel.messages.mofile import write_mo  # noqa: PLC0415 - only where one is read

        out = io.BytesIO()
        write_mo(out, self.catalog)
        return gettext.GNUTranslations(io.BytesIO(out.getvalue()))


def catalogue_path(tag: str, locales: Path = LOCALES) -> Path:
    """Return where a language's catalogue for people lies."""
    return locales / tag / "LC_MESSAGES" / "messages.po"


@lru_cache(maxsize=2)
def load_template(locales: Path = LOCALES) -> Catalog:
    """Return what translators are given: every phrase the source has."""
    from babel.messages.pofile import read_po  # noqa: PLC0415 - only where one is read

    with (locales / "messages.pot").open("rb") as file:
        return read_po(file)


def load_catalogue(tag: str, locales: Path = LOCALES) -> CheckedCatalogue:
    """Return a catalogue and everything that is wrong with it; it never raises."""
    path = catalogue_path(tag, locales)
    name = path.relative_to(locales.parent).as_posix()
    wanted = messages_by_key(load_template(locales))
    if tag == FALLBACK:
        return CheckedCatalogue(tag, tuple(_english_entries(wanted)), (), (), None)
    try:
        raw = path.read_bytes()
    except OSError as error:
        return _unreadable(tag, CatalogueFault(name, 1, f"cannot be read ({type(error).__name__})"))
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return _unreadable(
            tag, CatalogueFault(name, raw.count(b"\n", 0, error.start) + 1, "not UTF-8")
        )
    charset = CHARSET.search(raw)
    if charset is None or charset[1].lower() != b"utf-8":
        return _unreadable(
            tag, CatalogueFault(name, 1, "its header says another charset than utf-8")
        )
    try:
        catalog = _parse(raw, tag)
    except Exception as error:  # noqa: BLE001 - whatever a broken file makes of its reader
        line = getattr(error, "lineno", 0) or 0
        return _unreadable(
            tag, CatalogueFault(name, line + 1, f"no catalogue ({type(error).__name__})")
        )
    return _check(tag, name, catalog, wanted)


def _parse(raw: bytes, tag: str) -> Catalog:
    from babel.messages.pofile import read_po  # noqa: PLC0415 - only where one is read

    return read_po(io.BytesIO(raw), locale=tag, abort_invalid=True)


def _unreadable(tag: str, fault: CatalogueFault) -> CheckedCatalogue:
    return CheckedCatalogue(tag, (), (fault,), (), None)


def _check(
    tag: str, name: str, catalog: Catalog, wanted: dict[MessageKey, Message]
) -> CheckedCatalogue:
    wrong: list[CatalogueFault] = []
    gaps: list[CatalogueFault] = []
    entries = []
    if (catalog.num_plurals, catalog.plural_expr) != LANGUAGES[tag].plurals:
        wrong.append(CatalogueFault(name, 1, "its header counts plurals in another way"))
    have = messages_by_key(catalog)
    for key, message in wanted.items():
        found = have.get(key)
        entry = _entry(key, message, found)
        entries.append(entry)
        if found is None:
            gaps.append(CatalogueFault(name, 1, f"missing: {_shorten(key)}"))
        elif found.fuzzy:
            wrong.append(CatalogueFault(name, entry.line, f"fuzzy: {_shorten(key)}"))
        elif not entry.is_translated:
            gaps.append(CatalogueFault(name, entry.line, f"empty: {_shorten(key)}"))
        elif len(entry.forms) != (LANGUAGES[tag].plurals[0] if entry.plural else 1):
            wrong.append(CatalogueFault(name, entry.line, f"other plural forms: {_shorten(key)}"))
        else:
            wrong += [
                CatalogueFault(name, entry.line, f"{it}: {_shorten(key)}")
                for it in faults_in(entry)
            ]
    return CheckedCatalogue(tag, tuple(entries), tuple(wrong), tuple(gaps), catalog)


def faults_in(entry: CatalogueEntry) -> list[str]:
    """Return what a translation lost or added that is not words, over all its forms."""
    of = entry.key[1] if entry.plural is None else entry.plural
    return list(dict.fromkeys(it for words in entry.forms for it in find_faults(of, words)))


def _entry(key: MessageKey, message: Message, found: Message | None) -> CatalogueEntry:
    words = forms_of(found) if found is not None else ()
    comments = found.user_comments if found is not None else ()
    remarks = " ".join(message.auto_comments).removeprefix("Translators: ")
    return CatalogueEntry(
        key,
        None if isinstance(message.id, str) else message.id[1],
        words,
        (found.lineno or 1) if found is not None else 1,
        remarks,
        SAFETY_MARK in remarks,
        tuple(reviews.parse_reviews(comments, reviews.translation_digest(*key, words))),
        tuple(dict.fromkeys(path.replace("\\", "/") for path, _line in message.locations)),
    )


def _english_entries(wanted: dict[MessageKey, Message]) -> Iterator[CatalogueEntry]:
    for key, message in wanted.items():
        entry = _entry(key, message, None)
        yield CatalogueEntry(
            key, entry.plural, (key[1],), 1, entry.remarks, entry.is_safety, (), entry.source_files
        )


def forms_of(message: Message) -> tuple[str, ...]:
    """Return every form of a translation."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def message_key(message: Message) -> MessageKey:
    """Return what a message is found by."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def messages_by_key(catalog: Catalog) -> dict[MessageKey, Message]:
    """Return the messages of a catalogue, without its header."""
    return {message_key(message): message for message in catalog if message.id}


def serialize_catalogue(catalog: Catalog) -> bytes:
    """Return a catalogue as it lies on the disk: in one order, without the day it was made."""
    from babel.messages.pofile import write_po  # noqa: PLC0415 - only where one is written

    out = io.BytesIO()
    write_po(out, catalog, width=0, sort_by_file=True, ignore_obsolete=True)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b'"POT-Creation-Date'))


def _shorten(key: MessageKey) -> str:
    words = key[1].replace("\n", " ")
    return f"“{words if len(words) <= 40 else words[:39] + '…'}”"  # noqa: PLR2004 - what fits a line
