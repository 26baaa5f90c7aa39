"""Recordings of phrases: a file beside a catalogue, for whoever would rather listen than read.

A recording is named after the words it says, English and translated. So it falls silent by itself
once either is changed, and nobody ever hears something else than what they read. A phrase with a
blank has none: nobody can record a number that is looked up.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from bot.languages import LANGUAGES, LOCALES, catalogue
from bot.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

FOLDER, KIND = "voice", ".ogg"
LENGTH = 16
BLANK = "{"

Voices = dict[tuple[str, Text], str]
"""By language and phrase: the name of its recording."""


def name_of(text: Text, words: str) -> str:
    """Return what the recording of a phrase is called, without its kind."""
    whole = f"{text.context or ''}\0{text.source}\0{words}"
    return sha256(whole.encode()).hexdigest()[:LENGTH]


def speakable(texts: Iterable[Text]) -> list[Text]:
    """Return the messages that can be recorded: no label, no blank, each once."""
    return list(dict.fromkeys(it for it in texts if it.context is None and BLANK not in it.source))


def names(tag: str, texts: Iterable[Text]) -> dict[Text, str]:
    """Return what the recordings of these phrases are called in a language."""
    words = catalogue(tag)
    return {it: name_of(it, it.read_in(words)) for it in speakable(texts)}


def folder_of(tag: str, locales: Path = LOCALES) -> Path:
    """Return where the recordings of a language lie."""
    return locales / tag / FOLDER


def recorded(
    texts: Collection[Text], tags: Iterable[str] = LANGUAGES, locales: Path = LOCALES
) -> Voices:
    """Return which phrases there is a recording of; where there is no folder, nothing is read."""
    found: Voices = {}
    for tag in tags:
        folder = folder_of(tag, locales)
        if folder.is_dir():
            lying = {path.stem for path in folder.glob(f"*{KIND}")}
            found |= {
                (tag, text): f"{tag}/{name}" for text, name in names(tag, texts).items()
                if name in lying
            }  # fmt: skip
    return found


def path_of(name: str, locales: Path = LOCALES) -> Path:
    """Return the file of a recording."""
    tag, _slash, stem = name.partition("/")
    return folder_of(tag, locales) / f"{stem}{KIND}"


def stray(tag: str, texts: Collection[Text], locales: Path = LOCALES) -> list[str]:
    """Return files that are no phrase's: the words were changed since, or the name is wrong."""
    known = set(names(tag, texts).values())
    lying: Mapping[str, Path] = {it.stem: it for it in folder_of(tag, locales).glob("*")}
    return sorted(path.name for stem, path in lying.items() if stem not in known)
