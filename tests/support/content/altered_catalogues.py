"""Catalogues of a test: a copy of ours, in which one thing is changed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from babel.messages.pofile import read_po

from bot.languages import LOCALES
from bot.languages.po_files import catalogue_path, messages_by_key, serialize_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from babel.messages.catalog import Catalog

CALL = (None, "If it cannot wait, call an ambulance. In Taiwan the number is 119, day and night.")
"""A message with a phone number."""
ASKED = (None, "Are you under 18?")
"""A safety-critical message."""
THANKS = (
    None,
    (
        "Thank you. Your number is {reference}. They read what you write here from now on.\n"
        "When people read: {hours}"
    ),
)
"""A message with blanks."""
SEND = ("button", "Send")


def copy_catalogues(folder: Path, *tags: str) -> Path:
    """Return a folder with these catalogues of ours."""
    locales = folder / "locales"
    locales.mkdir()
    shutil.copy(LOCALES / "messages.pot", locales)
    for tag in tags:
        path = catalogue_path(tag, locales)
        path.parent.mkdir(parents=True)
        shutil.copy(catalogue_path(tag), path)
    return locales


def change(locales: Path, tag: str, alter: Callable[[Catalog], object]) -> None:
    """Write a catalogue in which something is altered."""
    path = catalogue_path(tag, locales)
    with path.open("rb") as file:
        catalog = read_po(file, locale=tag)
    alter(catalog)
    path.write_bytes(serialize_catalogue(catalog))


def set_translation(locales: Path, tag: str, key: tuple[str | None, str], words: str) -> None:
    """Write one translation."""
    change(locales, tag, lambda it: setattr(messages_by_key(it)[key], "string", words))


def get_translation(locales: Path, tag: str, key: tuple[str | None, str]) -> str:
    """Return one translation as it lies there."""
    with catalogue_path(tag, locales).open("rb") as file:
        return str(messages_by_key(read_po(file, locale=tag))[key].string)
