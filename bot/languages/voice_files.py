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

FOLDER_NAME, EXTENSION = "voice", ".ogg"
NAME_LENGTH = 16
BLANK_START = "{"

RecordingNames = dict[tuple[str, Text], str]
"""By language and phrase: the name of its recording."""


def recording_name(text: Text, translation: str) -> str:
    """Return what the recording of a phrase is called, without its kind."""
    whole = f"{text.context or ''}\0{text.source}\0{translation}"
    return sha256(whole.encode()).hexdigest()[:NAME_LENGTH]


def recordable_texts(texts: Iterable[Text]) -> list[Text]:
    """Return the messages that can be recorded: no label, no blank, each once."""
    return list(
        dict.fromkeys(it for it in texts if it.context is None and BLANK_START not in it.source)
    )


def recording_names(tag: str, texts: Iterable[Text]) -> dict[Text, str]:
    """Return what the recordings of these phrases are called in a language."""
    words = catalogue(tag)
    return {it: recording_name(it, it.render(words)) for it in recordable_texts(texts)}


def recordings_folder(tag: str, locales: Path = LOCALES) -> Path:
    """Return where the recordings of a language lie."""
    return locales / tag / FOLDER_NAME


def find_recordings(
    texts: Collection[Text], tags: Iterable[str] = LANGUAGES, locales: Path = LOCALES
) -> RecordingNames:
    """Return which phrases there is a recording of; where there is no folder, nothing is read."""
    found: RecordingNames = {}
    for tag in tags:
        folder = recordings_folder(tag, locales)
        if folder.is_dir():
            lying = {path.stem for path in folder.glob(f"*{EXTENSION}")}
            found |= {
                (tag, text): f"{tag}/{name}" for text, name in recording_names(tag, texts).items()
                if name in lying
            }  # fmt: skip
    return found


def recording_path(name: str, locales: Path = LOCALES) -> Path:
    """Return the file of a recording."""
    tag, _slash, stem = name.partition("/")
    return recordings_folder(tag, locales) / f"{stem}{EXTENSION}"


def orphaned_recordings(tag: str, texts: Collection[Text], locales: Path = LOCALES) -> list[str]:
    """Return files that are no phrase's: the words were changed since, or the name is wrong."""
    known = set(recording_names(tag, texts).values())
    lying: Mapping[str, Path] = {it.stem: it for it in recordings_folder(tag, locales).glob("*")}
    return sorted(path.name for stem, path in lying.items() if stem not in known)
