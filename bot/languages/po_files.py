"""Catalogue files: messages with line, faults and reviews; the progress of a language."""

from __future__ import annotations

import gettext
import io
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from babel.messages.pofile import read_po, write_po

from bot.languages import FALLBACK, LANGUAGES, LOCALES, MessageKey
from bot.languages.style_rules import find_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from babel.messages.catalog import Catalog, Message


SAFETY_MARK = "safety sentence"
MAX_SOURCE_SHOWN = 40
CHARSET = re.compile(rb'"Content-Type:[^"]*charset=([\w-]+)', re.IGNORECASE)

MAX_NAME_LENGTH = 60
_PATTERN = re.compile(r"reviewed by (?P<who>.+) on (?P<day>\d{4}-\d\d-\d\d), (?P<of>[0-9a-f]{8})")
_DIGEST_SIZE = 4
REQUIRED_REVIEWERS = 2
"""Native speakers who must each have reviewed a safety-critical message."""


class TranslationReview(NamedTuple):
    """A reviewer's confirmation that a translation is right, as a comment in the catalogue.

    It is no longer valid when English or translation changes.
    """

    reviewer: str
    day: date
    digest: str
    """The digest of what was reviewed, from `translation_digest`."""

    def __str__(self) -> str:
        return f"reviewed by {self.reviewer} on {self.day.isoformat()}, {self.digest}"


def translation_digest(context: str | None, source: str, forms: Iterable[str]) -> str:
    """Return the digest of context, English and all forms of a translation."""
    whole = "\x1f".join((context or "", source, *forms)).encode()
    return blake2b(whole, digest_size=_DIGEST_SIZE).hexdigest()


def parse_reviews(comments: Iterable[str], digest: str) -> list[TranslationReview]:
    """Return the valid reviews among the comments of a message, one for each reviewer."""
    reviews: dict[str, TranslationReview] = {}
    for comment in comments:
        if (match := _PATTERN.fullmatch(comment.strip())) and match["of"] == digest:
            day = date.fromisoformat(match["day"])
            reviews[match["who"]] = TranslationReview(match["who"], day, digest)
    return list(reviews.values())


def other_comments(comments: Iterable[str]) -> list[str]:
    """Return the comments that are not reviews."""
    return [comment for comment in comments if not _PATTERN.fullmatch(comment.strip())]


class CatalogueFault(NamedTuple):
    """A fault in a catalogue, with file and line."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True)
class CatalogueEntry:
    """A message in one language."""

    key: MessageKey
    plural: str | None
    """English for every number but one."""
    forms: tuple[str, ...]
    line: int
    remarks: str
    is_safety: bool
    reviews: tuple[TranslationReview, ...]
    source_files: tuple[str, ...]

    @property
    def is_translated(self) -> bool:
        """Whether every form is translated."""
        return bool(self.forms) and all(self.forms)


@dataclass(frozen=True)
class CheckedCatalogue:
    """The catalogue file of a language, compared with the template."""

    tag: str
    entries: tuple[CatalogueEntry, ...]
    faults: tuple[CatalogueFault, ...]
    """Faults in translations, which must not be shown."""
    missing: tuple[CatalogueFault, ...]
    catalog: Catalog | None
    """None for English, and if the file is unreadable."""

    @property
    def is_complete(self) -> bool:
        """Whether the language can be offered."""
        return not self.faults and not self.missing

    def compile(self) -> gettext.NullTranslations:
        """Return the compiled catalogue."""
        if self.catalog is None:
            return gettext.NullTranslations()
        shared = {entry.key: entry.key for entry in self.entries}
        translated = {
            shared.get(key, key): _plain_forms(message)
            for key, message in messages_by_key(self.catalog).items()
            if not message.fuzzy and all(forms_of(message))
        }
        headers = {name.lower(): value.strip() for name, value in self.catalog.mime_headers}
        return CheckedTranslations(headers, self.catalog.plural_expr, translated)


class CheckedTranslations(gettext.NullTranslations):
    """The translations of a checked catalogue.

    The languages share the English phrases by which they are found: each copy takes 0.1 MB.
    """

    def __init__(
        self,
        headers: dict[str, str],
        plural_rule: str,
        translated: Mapping[MessageKey, str | tuple[str, ...]],
    ) -> None:
        super().__init__()
        self._info = self.headers = headers
        self.plural_rule = plural_rule
        self._plural = gettext.c2py(plural_rule)
        self._found = {
            key[1] if key[0] is None else key: forms for key, forms in translated.items()
        }

    def forms(self, key: MessageKey) -> str | tuple[str, ...]:
        """Return the translation of a message, or all forms of one with a plural."""
        return self._found[key[1] if key[0] is None else key]

    def gettext(self, message: str) -> str:
        """Return the translation; that of the fallback, or English, if there is none."""
        found = self._found.get(message)
        if found is None:
            return super().gettext(message)
        return found if isinstance(found, str) else found[self._plural(1)]

    def pgettext(self, context: str, message: str) -> str:
        """Return the translation for that context; that of the fallback, or English, otherwise."""
        found = self._found.get((context, message))
        if found is None:
            return super().pgettext(context, message)
        return found if isinstance(found, str) else found[self._plural(1)]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the plural form for `n`; that of the fallback, or English, if there is none."""
        found = self._found.get(msgid1)
        if isinstance(found, tuple):
            return found[self._plural(n)]
        return super().ngettext(msgid1, msgid2, n)


def _plain_forms(message: Message) -> str | tuple[str, ...]:
    """Return the translation of a message without a plural, and all forms of one with a plural."""
    return forms_of(message) if message.pluralizable else str(message.string)


def catalogue_path(tag: str, locales: Path = LOCALES) -> Path:
    """Return the path of a language's catalogue of messages to people."""
    return locales / tag / "LC_MESSAGES" / "messages.po"


def template_path(locales: Path = LOCALES) -> Path:
    """Return the path of the template of messages to people."""
    return locales / "messages.pot"


@lru_cache(maxsize=2)
def load_template(locales: Path = LOCALES) -> Catalog:
    """Return the template with all messages of the source."""
    with template_path(locales).open("rb") as file:
        return read_po(file)


def load_catalogue(tag: str, locales: Path = LOCALES) -> CheckedCatalogue:
    """Return a catalogue with all its faults. An unreadable file is a fault, not an error."""
    path = catalogue_path(tag, locales)
    name = path.relative_to(locales.parent).as_posix()
    wanted = messages_by_key(load_template(locales))
    if tag == FALLBACK:
        english = (replace(_entry(key, it, None), forms=(key[1],)) for key, it in wanted.items())
        return CheckedCatalogue(tag, tuple(english), (), (), None)
    catalog = _read(path, name, tag)
    if isinstance(catalog, CatalogueFault):
        return CheckedCatalogue(tag, (), (catalog,), (), None)
    faults: list[CatalogueFault] = []
    missing: list[CatalogueFault] = []
    if (catalog.num_plurals, catalog.plural_expr) != LANGUAGES[tag].plurals:
        faults.append(CatalogueFault(name, 1, "its header has another plural rule"))
    translated = messages_by_key(catalog)
    entries = tuple(_entry(key, it, translated.get(key)) for key, it in wanted.items())
    for entry in entries:
        translation = translated.get(entry.key)
        for fault in _entry_faults(entry, translation, LANGUAGES[tag].plurals[0]):
            is_missing = fault in {"missing", "empty"}
            (missing if is_missing else faults).append(
                CatalogueFault(name, entry.line, f"{fault}: {_shorten(entry.key[1])}")
            )
    return CheckedCatalogue(tag, entries, tuple(faults), tuple(missing), catalog)


def _read(path: Path, name: str, tag: str) -> Catalog | CatalogueFault:
    try:
        raw = path.read_bytes()
        raw.decode("utf-8")
    except OSError as error:
        return CatalogueFault(name, 1, f"cannot be read ({type(error).__name__})")
    except UnicodeDecodeError as error:
        return CatalogueFault(name, raw.count(b"\n", 0, error.start) + 1, "not UTF-8")
    charset = CHARSET.search(raw)
    if charset is None or charset[1].lower() != b"utf-8":
        return CatalogueFault(name, 1, "its header has another charset than utf-8")
    try:
        return read_po(io.BytesIO(raw), locale=tag, abort_invalid=True)
    except Exception as error:  # noqa: BLE001 - a broken file raises errors of many kinds
        line = getattr(error, "lineno", 0) or 0
        return CatalogueFault(name, line + 1, f"not a catalogue ({type(error).__name__})")


def _entry_faults(
    entry: CatalogueEntry, translation: Message | None, plural_forms: int
) -> Iterable[str]:
    if translation is None:
        return ("missing",)
    if translation.fuzzy:
        return ("fuzzy",)
    if not entry.is_translated:
        return ("empty",)
    if len(entry.forms) != (plural_forms if entry.plural else 1):
        return ("other plural forms",)
    return faults_in(entry)


def faults_in(entry: CatalogueEntry) -> list[str]:
    """Return the names of the checks that a translation fails in any form."""
    source = entry.key[1] if entry.plural is None else entry.plural
    return list(dict.fromkeys(fault for form in entry.forms for fault in find_faults(source, form)))


def _entry(key: MessageKey, message: Message, translation: Message | None) -> CatalogueEntry:
    forms = forms_of(translation) if translation is not None else ()
    comments = translation.user_comments if translation is not None else ()
    remarks = " ".join(message.auto_comments).removeprefix("Translators: ")
    return CatalogueEntry(
        key,
        plural=None if isinstance(message.id, str) else message.id[1],
        forms=forms,
        line=(translation.lineno or 1) if translation is not None else 1,
        remarks=remarks,
        is_safety=SAFETY_MARK in remarks,
        reviews=tuple(parse_reviews(comments, translation_digest(*key, forms))),
        source_files=tuple(
            dict.fromkeys(path.replace("\\", "/") for path, _line in message.locations)
        ),
    )


def forms_of(message: Message) -> tuple[str, ...]:
    """Return the plural forms of a translation."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def message_key(message: Message) -> MessageKey:
    """Return the key of a message."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def messages_by_key(catalog: Catalog) -> dict[MessageKey, Message]:
    """Return the messages of a catalogue, without its header."""
    return {message_key(message): message for message in catalog if message.id}


def serialize_catalogue(catalog: Catalog) -> bytes:
    """Return a catalogue file in a fixed order, without its creation date."""
    out = io.BytesIO()
    for message in catalog:  # babel orders by the first place, and sorts places only later
        message.locations.sort()
    write_po(out, catalog, width=0, sort_by_file=True, ignore_obsolete=True)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b'"POT-Creation-Date'))


def _shorten(source: str) -> str:
    text = source.replace("\n", " ")
    if len(text) > MAX_SOURCE_SHOWN:
        text = text[: MAX_SOURCE_SHOWN - 1] + "…"
    return f"“{text}”"


@dataclass(frozen=True)
class UnreviewedMessage:
    """A safety-critical message with too few reviews."""

    context: str | None
    source: str
    places: tuple[str, ...]
    readers: int


@dataclass(frozen=True)
class LanguageProgress:
    """The progress of a language in numbers."""

    language: str
    messages: int
    drafted: int
    reviewed: int
    """Messages with at least one review that is still valid."""
    safety_critical: int
    safety_critical_unreviewed: int
    complete: bool
    on: bool
    recorded: int = 0
    recordable: int = 0
    """Messages that can have a recording: those without a blank."""
    unread: tuple[UnreviewedMessage, ...] = ()


def measure_progress(catalogue: CheckedCatalogue, *, on: bool) -> LanguageProgress:
    """Return the progress of a catalogue; `on` tells whether it is offered."""
    safety = [entry for entry in catalogue.entries if entry.is_safety]
    unread = tuple(
        UnreviewedMessage(*entry.key, entry.source_files, len(entry.reviews))
        for entry in safety
        if len({review.reviewer for review in entry.reviews}) < REQUIRED_REVIEWERS
    )
    return LanguageProgress(
        catalogue.tag,
        messages=len(catalogue.entries),
        drafted=sum(entry.is_translated for entry in catalogue.entries),
        reviewed=sum(bool(entry.reviews) for entry in catalogue.entries),
        safety_critical=len(safety),
        safety_critical_unreviewed=len(unread),
        complete=catalogue.is_complete,
        on=on,
        unread=unread,
    )
