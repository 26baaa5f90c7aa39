"""Recordings of phrases, for people who prefer to listen.

The name of a recording is a digest of English and translation, so it is no longer used when either
changes, and recording and text always agree. A phrase with a blank has no recording.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from bot.languages import LANGUAGES, LOCALES, catalogue
from bot.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

FOLDER_NAME, EXTENSION = "voice", ".ogg"
NAME_LENGTH = 16
BLANK_START = "{"

RecordingNames = dict[tuple[str, Text], str]


def recording_name(text: Text, translation: str) -> str:
    """Return the file name of a recording, without its extension."""
    whole = f"{text.context or ''}\0{text.source}\0{translation}"
    return sha256(whole.encode()).hexdigest()[:NAME_LENGTH]


def recordable_texts(texts: Iterable[Text]) -> list[Text]:
    """Return the texts that can be recorded: not labels, without a blank, each once."""
    recordable = (text for text in texts if text.context is None and BLANK_START not in text.source)
    return list(dict.fromkeys(recordable))


def recording_names(tag: str, texts: Iterable[Text]) -> dict[Text, str]:
    """Return the file names of recordings in a language, without extensions."""
    words = catalogue(tag)
    return {text: recording_name(text, text.render(words)) for text in recordable_texts(texts)}


def recordings_folder(tag: str, locales: Path = LOCALES) -> Path:
    """Return the folder of a language's recordings."""
    return locales / tag / FOLDER_NAME


def find_recordings(
    texts: Collection[Text], tags: Iterable[str] = LANGUAGES, locales: Path = LOCALES
) -> RecordingNames:
    """Return the recordings that exist."""
    recordings: RecordingNames = {}
    for tag in tags:
        folder = recordings_folder(tag, locales)
        if folder.is_dir():
            existing = {path.stem for path in folder.glob(f"*{EXTENSION}")}
            for text, name in recording_names(tag, texts).items():
                if name in existing:
                    recordings[tag, text] = f"{tag}/{name}"
    return recordings


def recording_path(name: str, locales: Path = LOCALES) -> Path:
    """Return the path of a recording."""
    tag, _slash, stem = name.partition("/")
    return recordings_folder(tag, locales) / f"{stem}{EXTENSION}"


def orphaned_recordings(tag: str, texts: Collection[Text], locales: Path = LOCALES) -> list[str]:
    """Return the files that belong to no phrase, because it was changed or the name is wrong."""
    known = set(recording_names(tag, texts).values())
    files = recordings_folder(tag, locales).glob("*")
    return sorted(path.name for path in files if path.stem not in known)
