"""Complete catalogues, checked and compiled once: `locales/catalogues.compiled`.

To read the catalogues of all languages and to check each translation takes a quarter of a second
of processor time, and a process should answer sooner. So this is done when a release is built, or
by `./run`. The file names a digest of each catalogue, of the template and of the code that checks
them: where that differs, or there is no file, a catalogue is read and checked at the start. So is
one that is not complete, and its faults are named there.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from bot.languages import FALLBACK, LANGUAGES, LOCALES, MessageKey
from bot.languages.compiled_lists import digest_of_files, source_of
from bot.languages.po_files import (
    CheckedTranslations,
    catalogue_path,
    load_catalogue,
    load_template,
    template_path,
)

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "catalogues.compiled"
CODE = (
    "bot.languages",
    "bot.languages.compiled_catalogues",
    "bot.languages.po_files",
    "bot.languages.style_rules",
)
"""Modules that decide whether a catalogue is complete, and what is read from it."""


class CompiledCatalogue(msgspec.Struct, frozen=True):
    """A catalogue in which every message of the template is translated and without a fault."""

    digest: bytes
    headers: dict[str, str]
    plural_rule: str
    translations: list[str | tuple[str, ...]]
    """In the order of the keys."""


class CompiledCatalogues(msgspec.Struct, frozen=True):
    """The file. All languages share the keys."""

    keys: list[MessageKey]
    languages: dict[str, CompiledCatalogue]


def compile_complete(folder: Path = LOCALES) -> bool:
    """Write the complete catalogues of a folder into it; return False if they were there.

    Raises:
        OSError: there is no template, or the folder cannot be written.
    """
    digests = {tag: digest_of(tag, folder) for tag in LANGUAGES if tag != FALLBACK}
    known = _read(folder)
    if known is not None and {tag: it.digest for tag, it in known.languages.items()} == digests:
        return False
    keys = [entry.key for entry in load_catalogue(FALLBACK, folder).entries]
    languages = {
        tag: CompiledCatalogue(digest, found.headers, found.plural_rule, [*map(found.forms, keys)])
        for tag, digest in digests.items()
        if (found := _checked(tag, folder)) is not None
    }
    partial = (folder / FILE_NAME).with_suffix(".partial")
    partial.write_bytes(msgspec.msgpack.encode(CompiledCatalogues(keys, languages)))
    partial.replace(folder / FILE_NAME)
    forget()
    return True


def compiled_translations(tag: str, folder: Path = LOCALES) -> CheckedTranslations | None:
    """Return a complete catalogue that was checked before; None if it must be read and checked."""
    whole = _read(folder)
    kept = whole.languages.get(tag) if whole is not None else None
    if whole is None or kept is None or kept.digest != digest_of(tag, folder):
        return None
    translated = dict(zip(whole.keys, kept.translations, strict=True))
    return CheckedTranslations(kept.headers, kept.plural_rule, translated)


def digest_of(tag: str, folder: Path) -> bytes:
    """Return the digest of a catalogue and of all that decides what is read from it."""
    template, catalogue = template_path(folder), catalogue_path(tag, folder)
    if not template.exists() or not catalogue.exists():
        return b""
    code = map(source_of, CODE)
    return digest_of_files((*code, template, catalogue), unicodedata.unidata_version)


def forget() -> None:
    """Free what was read; a process needs it once."""
    _read.cache_clear()
    load_template.cache_clear()


def _checked(tag: str, folder: Path) -> CheckedTranslations | None:
    found = load_catalogue(tag, folder)
    compiled = found.compile() if found.is_complete else None
    return compiled if isinstance(compiled, CheckedTranslations) else None


@lru_cache(maxsize=1)
def _read(folder: Path) -> CompiledCatalogues | None:
    try:
        whole = (folder / FILE_NAME).read_bytes()
        return msgspec.msgpack.decode(whole, type=CompiledCatalogues)
    except (OSError, msgspec.MsgspecError):
        return None
