"""Two people answer for a recording: the one who speaks and another who listened."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.errors import HavenError
from bot.languages.recording_manifest import (
    LICENCE,
    RecordingManifest,
    RecordingReview,
    RecordingState,
)

if TYPE_CHECKING:
    from pathlib import Path

NAME, SOUND = "0123456789abcdef", b"OggS" + bytes(200)
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
RIGHT = RecordingReview("Putri", TUESDAY)


@pytest.fixture
def manifest(tmp_path: Path) -> RecordingManifest:
    """A folder with one recording, by Sari."""
    manifest = RecordingManifest(tmp_path / "voice")
    manifest.keep(NAME, SOUND, " Sari  Dewi ", MONDAY)
    return manifest


def test_speaker_reviewer_days_and_consent_are_kept(
    manifest: RecordingManifest, tmp_path: Path
) -> None:
    assert manifest.state("fedcba9876543210") is RecordingState.MISSING
    assert manifest.state(NAME) is RecordingState.RECORDED
    manifest.review(NAME, RIGHT)
    again = RecordingManifest(tmp_path / "voice")
    assert again.state(NAME) is RecordingState.REVIEWED
    entry = again.entries[NAME]
    assert (entry.speaker, entry.recorded_on, entry.consent) == ("Sari Dewi", MONDAY, LICENCE)
    assert (entry.reviewer, entry.reviewed_on, entry.problem) == ("Putri", TUESDAY, "")


@pytest.mark.parametrize("reviewer", ["Sari Dewi", "SARI DEWI", " sari  dewi "])
def test_who_speaks_cannot_review_it(manifest: RecordingManifest, reviewer: str) -> None:
    with pytest.raises(HavenError, match="another person has to review it"):
        manifest.review(NAME, RecordingReview(reviewer, TUESDAY))
    assert manifest.state(NAME) is RecordingState.RECORDED


def test_a_reviewer_asks_to_record_it_again_and_says_why(manifest: RecordingManifest) -> None:
    manifest.review(NAME, RIGHT._replace(problem="The last word\nis cut off"))
    assert manifest.state(NAME) is RecordingState.RECORD_AGAIN
    assert manifest.entries[NAME].problem == "The last word is cut off"
    manifest.keep(NAME, SOUND + b"2", "Sari Dewi", TUESDAY)
    assert manifest.state(NAME) is RecordingState.RECORDED


def test_a_file_that_is_replaced_loses_its_review(manifest: RecordingManifest) -> None:
    manifest.review(NAME, RIGHT)
    manifest.sound_path(NAME).write_bytes(SOUND + b"another voice")
    assert manifest.state(NAME) is RecordingState.RECORD_AGAIN
    with pytest.raises(HavenError, match="was replaced"):
        manifest.review(NAME, RIGHT)


def test_a_file_whose_speaker_is_not_known_cannot_be_reviewed(manifest: RecordingManifest) -> None:
    manifest.sound_path("by_hand").write_bytes(SOUND)
    with pytest.raises(HavenError, match="not known who speaks"):
        manifest.review("by_hand", RIGHT)
    assert manifest.state("by_hand") is RecordingState.RECORDED


def test_an_unreadable_manifest_is_named_and_not_written_over(
    manifest: RecordingManifest, tmp_path: Path
) -> None:
    path = tmp_path / "voice" / "recordings.json"
    path.write_text("<<<<<<< HEAD", encoding="utf-8")
    with pytest.raises(HavenError, match=r"recordings\.json.*restore it"):
        RecordingManifest(tmp_path / "voice")
    assert path.read_text(encoding="utf-8") == "<<<<<<< HEAD"


@pytest.mark.parametrize("name", ["", "  ", "a" * 61, "a\x07b"])
def test_a_name_that_cannot_be_published_is_refused(manifest: RecordingManifest, name: str) -> None:
    with pytest.raises(HavenError, match="a name of 1 to 60"):
        manifest.keep(NAME, SOUND, name, MONDAY)
