"""The content of slides and of sheets of paper for a talk, as data; nothing of it is markup."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

SLIDES = Path(__file__).with_name("slides.typ")
SHEET = Path(__file__).with_name("talk_sheet.typ")


class TalkLanguage(msgspec.Struct, frozen=True):
    """How a language is set."""

    lang: str
    """Two or three letters, e.g. `zh`."""
    region: str
    """Two letters, empty for none."""
    fonts: tuple[str, ...]
    """The font of its script first."""
    leading: float
    """Space between lines, in em: some scripts stand in two storeys."""


class TalkNumber(msgspec.Struct, frozen=True):
    """A telephone number and who answers."""

    number: str
    answered_by: str


class TalkSlide(msgspec.Struct, frozen=True):
    """One slide."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    """Signs, or the answers to a question."""
    numbers: tuple[TalkNumber, ...] = ()
    note: str = ""
    """A small line at the end."""
    has_picture: bool = False
    """Whether the QR code and the bot's name stand on it."""
    look: Literal["opening", "question", "signs", "plain"] = "plain"


class TalkSlides(msgspec.Struct, frozen=True):
    """All slides of a talk."""

    language: TalkLanguage
    title: str
    handle: str
    picture: str
    """The QR code of the chat as SVG."""
    slides: tuple[TalkSlide, ...]


class TalkSheetEntry(msgspec.Struct, frozen=True):
    """A question or a hint."""

    heading: str = ""
    boxes: tuple[str, ...] = ()
    """Answers to mark."""
    paragraphs: tuple[str, ...] = ()


class TalkSheetPage(msgspec.Struct, frozen=True):
    """One side of a sheet."""

    heading: str
    intro: str
    entries: tuple[TalkSheetEntry, ...]
    numbers: tuple[TalkNumber, ...] = ()
    note: str = ""


class TalkSheet(msgspec.Struct, frozen=True):
    """A sheet of paper; each page begins on a side of its own."""

    language: TalkLanguage
    title: str
    handle: str
    picture: str
    """The QR code of the chat as SVG."""
    pages: tuple[TalkSheetPage, ...]
