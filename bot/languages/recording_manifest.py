"""Who speaks in each recording, and who reviewed it: `locales/TAG/voice/recordings.json`.

Why: a wrong word in a safety sentence can endanger a person, so two people answer for a recording,
by name: the one who speaks and another native speaker who listened. An entry holds the digest of
its file, so a file that is replaced loses its review.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads the annotations
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.errors import HavenError
from bot.text import fold

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST, EXTENSION = "recordings.json", ".ogg"
LICENCE = "AGPL-3.0-or-later"
"""What speakers agree to: that their recording is published under Haven's licence."""
MAX_NAME_LENGTH, MAX_PROBLEM_LENGTH = 60, 300


class RecordingState(StrEnum):
    """What is still to be done for a sentence."""

    MISSING = "missing"
    RECORDED = "recorded"
    REVIEWED = "reviewed"
    RECORD_AGAIN = "record again"


class RecordingEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One recording: who speaks, and what another person said about it."""

    sha256: str
    speaker: str
    recorded_on: date
    consent: str
    """The licence under which the speaker agreed to publish it."""
    reviewer: str = ""
    reviewed_on: date | None = None
    problem: str = ""
    """Why it has to be recorded again; empty: the reviewer found nothing wrong."""


class RecordingReview(NamedTuple):
    """What a native speaker says who listened to a recording."""

    reviewer: str
    day: date
    problem: str = ""
    """Why it has to be recorded again; empty: it is right."""


class RecordingManifest:
    """The recordings in one folder, with their entries."""

    def __init__(self, folder: Path) -> None:
        """Read the entries.

        Raises:
            HavenError: the file cannot be read; nothing is lost, as nothing was written.
        """
        self._folder, self._path = folder, folder / MANIFEST
        self.entries: dict[str, RecordingEntry] = {}
        """By the name of a recording, without extension."""
        try:
            if self._path.exists():
                entries = dict[str, RecordingEntry]
                self.entries = msgspec.json.decode(self._path.read_bytes(), type=entries)
        except (OSError, msgspec.MsgspecError) as error:
            raise HavenError(f"{self._path}: {error}; restore it from version control") from None

    def state(self, name: str) -> RecordingState:
        """Return the state of a recording; a file without an entry was not recorded on the page."""
        try:
            digest = sha256(self.sound_path(name).read_bytes()).hexdigest()
        except OSError:
            return RecordingState.MISSING
        entry = self.entries.get(name)
        if entry is None:
            return RecordingState.RECORDED
        if entry.sha256 != digest or entry.problem:
            return RecordingState.RECORD_AGAIN
        return RecordingState.REVIEWED if entry.reviewer else RecordingState.RECORDED

    def sound_path(self, name: str) -> Path:
        """Return the path of a recording."""
        return self._folder / f"{name}{EXTENSION}"

    def keep(self, name: str, sound: bytes, speaker: str, day: date) -> None:
        """Store a recording in place of an earlier one; it has to be reviewed again.

        Args:
            name: of the recording.
            sound: Opus in OGG.
            speaker: who speaks, and agrees to publish it.
            day: of the recording.
        """
        digest = sha256(sound).hexdigest()
        entry = RecordingEntry(
            sha256=digest, speaker=clean_name(speaker), recorded_on=day, consent=LICENCE
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        _replace(self.sound_path(name), sound)
        self._store(name, entry)

    def review(self, name: str, review: RecordingReview) -> None:
        """Store what a native speaker said about a recording.

        Raises:
            HavenError: there is no such recording, it is not known who speaks, or the reviewer is
                the one who speaks.
        """
        entry, reviewer = self.entries.get(name), clean_name(review.reviewer)
        if entry is None or self.state(name) is RecordingState.MISSING:
            raise HavenError("It is not known who speaks here. Please record the sentence again.")
        if fold(reviewer) == fold(entry.speaker):
            raise HavenError(f"{entry.speaker} recorded this: another person has to review it.")
        if sha256(self.sound_path(name).read_bytes()).hexdigest() != entry.sha256:
            raise HavenError("The file was replaced. Please record the sentence again.")
        problem = " ".join(review.problem.split())[:MAX_PROBLEM_LENGTH]
        reviewed = {"reviewer": reviewer, "reviewed_on": review.day, "problem": problem}
        self._store(name, msgspec.structs.replace(entry, **reviewed))

    def _store(self, name: str, entry: RecordingEntry) -> None:
        self.entries[name] = entry
        lines = msgspec.json.encode(dict(sorted(self.entries.items())))
        _replace(self._path, msgspec.json.format(lines, indent=2) + b"\n")


def clean_name(name: str) -> str:
    """Return a name with single spaces.

    Raises:
        HavenError: it is empty, too long or unprintable.
    """
    found = " ".join(name.split())
    if not found or len(found) > MAX_NAME_LENGTH or not found.isprintable():
        raise HavenError(f"Please enter a name of 1 to {MAX_NAME_LENGTH} characters.")
    return found


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
