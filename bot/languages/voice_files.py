"""Recordings of phrases, for people who prefer to listen.

The name of a recording is a digest of English and translation, so it is no longer used when either
changes, and recording and text always agree. A recording says what is the same for everyone, so a
message with a blank has none. One exception: of a message that ends with a list of phone numbers,
the words before the list are recorded, because people who cannot read letters still read digits,
and the numbers change. The recording of a safety sentence is sent only once a second native speaker
has reviewed it (`recording_manifest`).
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from bot.errors import HavenError
from bot.languages import LANGUAGES, LOCALES, catalogue
from bot.languages.po_files import SAFETY_MARK, load_template, message_key
from bot.languages.recording_manifest import (
    EXTENSION,
    MANIFEST,
    RecordingManifest,
    RecordingState,
)
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from bot.languages import MessageKey
    from bot.text import Text

FOLDER_NAME = "voice"
NAME_LENGTH = 16
BLANK_START = "{"
NUMBER_LIST = re.compile(r"\n\{(?:numbers|digits)\w*\}$")
"""The end of a message that closes with phone numbers, one a line or all in one."""
LIST_INTRODUCTION = ":"
"""The end of an English sentence behind which a list is put, for example of a place's numbers."""

RecordingNames = dict[tuple[str, str], str]
"""Names of recordings, by language and by what is shown: a whole message or, if it ends with a line
break, the beginning of one that closes with phone numbers."""


def recording_name(text: Text, translation: str) -> str:
    """Return the file name of a recording, without its extension.

    Messages that differ only in the numbers at their end share a recording.
    """
    whole = f"{text.context or ''}\0{spoken_words(text.source)}\0{spoken_words(translation)}"
    return sha256(whole.encode()).hexdigest()[:NAME_LENGTH]


def spoken_words(phrase: str) -> str:
    """Return what a recording of a phrase says: all of it, without phone numbers at its end."""
    return NUMBER_LIST.sub("", phrase)


def is_recordable(text: Text) -> bool:
    """Tell whether a text can be recorded: it is no label, and what is spoken has no blank."""
    return text.context is None and BLANK_START not in spoken_words(text.source)


def recordable_texts(texts: Iterable[Text]) -> list[Text]:
    """Return the texts that can be recorded, each once."""
    return list(dict.fromkeys(text for text in texts if is_recordable(text)))


def recording_names(tag: str, texts: Iterable[Text]) -> dict[Text, str]:
    """Return the file names of recordings in a language, without extensions."""
    words = catalogue(tag)
    return {text: recording_name(text, text.render(words)) for text in recordable_texts(texts)}


def recordings_folder(tag: str, locales: Path = LOCALES) -> Path:
    """Return the folder of a language's recordings."""
    return locales / tag / FOLDER_NAME


def safety_keys() -> frozenset[MessageKey]:
    """Return the messages whose remark says that they are safety sentences."""
    return frozenset(
        message_key(it) for it in load_template() if SAFETY_MARK in " ".join(it.auto_comments)
    )


def find_recordings(
    texts: Collection[Text], tags: Iterable[str] = LANGUAGES, locales: Path = LOCALES
) -> RecordingNames:
    """Return the recordings that may be sent; of safety sentences, only reviewed ones."""
    recordings: RecordingNames = {}
    for tag in tags:
        folder = recordings_folder(tag, locales)
        if not folder.is_dir():
            continue
        existing = {path.stem for path in folder.glob(f"*{EXTENSION}")}
        reviewed, safety = _reviewed_recordings(tag, folder, existing), safety_keys()
        for text, name in recording_names(tag, texts).items():
            is_safety = (text.context, text.source) in safety
            if name in (reviewed if is_safety else existing):
                for shown in _shown_texts(text, text.render(catalogue(tag))):
                    recordings[tag, shown] = f"{tag}/{name}"
    return recordings


def _reviewed_recordings(tag: str, folder: Path, names: set[str]) -> set[str]:
    """Return the reviewed ones; none if the manifest is unreadable, so that the bot still runs."""
    try:
        manifest = RecordingManifest(folder)
    except HavenError:
        log.error("recordings_unreadable", language=tag)
        return set()
    return {name for name in names if manifest.state(name) is RecordingState.REVIEWED}


def _shown_texts(text: Text, translation: str) -> list[str]:
    """Return the messages, and beginnings of messages, that a recording says."""
    words, source = spoken_words(translation), spoken_words(text.source)
    if source != text.source:
        return [f"{words}\n"]
    return [words, f"{words}\n"] if source.endswith(LIST_INTRODUCTION) else [words]


def recording_of(recordings: Mapping[tuple[str, str], str], tag: str, shown: str) -> str | None:
    """Return the name of the recording that says a message, or all but the list at its end."""
    beginnings = [shown[: at.end()] for at in re.finditer(r"\n", shown)]
    found = (recordings.get((tag, words)) for words in (shown, *reversed(beginnings)))
    return next((name for name in found if name), None)


def recording_path(name: str, locales: Path = LOCALES) -> Path:
    """Return the path of a recording."""
    tag, _slash, stem = name.partition("/")
    return recordings_folder(tag, locales) / f"{stem}{EXTENSION}"


def orphaned_recordings(tag: str, texts: Collection[Text], locales: Path = LOCALES) -> list[str]:
    """Return the files that belong to no phrase, because it was changed or the name is wrong."""
    known = set(recording_names(tag, texts).values())
    files = recordings_folder(tag, locales).glob("*")
    return sorted(path.name for path in files if path.stem not in known and path.name != MANIFEST)
