"""The content of a printed document, as data: the text of a person is never markup."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class PrintFormat(StrEnum):
    """What kind of file a document becomes."""

    PDF = "pdf"
    """Tagged for screen readers (PDF/UA)."""
    PNG = "png"
    SVG = "svg"
    """Letters are outlines in it: it looks the same without our fonts."""


class PrintedEntry(msgspec.Struct, frozen=True):
    """A label and the text under it."""

    label: tuple[str, ...]
    """The same in each language, one line each."""
    text: tuple[str, ...]
    """Lines or paragraphs, as they are."""
    is_code: bool = False
    """Whether it is a number to compare, such as a digest."""


class PrintedSection(msgspec.Struct, frozen=True):
    """A heading with entries."""

    heading: tuple[str, ...]
    entries: tuple[PrintedEntry, ...] = ()
    notes: tuple[str, ...] = ()
    """Paragraphs under the heading."""


class PrintedDocument(msgspec.Struct, frozen=True):
    """One document. The same content gives the same bytes."""

    title: tuple[str, ...]
    facts: tuple[PrintedEntry, ...]
    """Short facts at the top: from whom, to whom, when."""
    sections: tuple[PrintedSection, ...]
    footer: tuple[str, ...] = ()
    """Lines at the bottom of every page, before the page number."""
