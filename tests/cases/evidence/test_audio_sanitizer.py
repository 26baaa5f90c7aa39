"""Recordings are encoded anew, in a process that can do nothing else; without PyAV not at all."""

from __future__ import annotations

import sys
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from bot.cases.evidence import audio_worker
from bot.cases.evidence.audio_sanitizer import AudioSanitizer
from bot.cases.evidence.file_type import detect_type
from tests.support.recordings import FORMATS, MARK, recording, seconds_of

if TYPE_CHECKING:
    from pathlib import Path

STUBBORN = "import sys, time\nsys.stdin.buffer.read()\ntime.sleep(60)\n"
REACHES_OUT = """
import pathlib, socket, subprocess, sys
sys.path.insert(0, {folder!r})
sys.stdin.buffer.read()
import audio_worker
audio_worker.warm_up()
audio_worker.limit_resources()
done = b"ID3"
for what in (
    lambda: open("/etc/hostname"), lambda: socket.socket(), lambda: bytearray(10**9),
):
    try:
        what()
    except (OSError, MemoryError):
        continue
    done = b""
sys.stdout.buffer.write(done)
"""


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_recording_comes_back_as_its_sound_alone(kind: str) -> None:
    sent = recording(kind, 2)
    assert kind == "wav" or MARK.encode() in sent  # negative control
    clean = await AudioSanitizer().sanitize(sent)
    assert clean is not None
    assert detect_type(clean) == "mp3"
    assert MARK.encode() not in clean
    assert seconds_of(clean) == pytest.approx(2, abs=0.15)


NO_RECORDINGS = {
    "empty": b"", "no_ogg": b"OggS" + bytes(4000), "no_mp3": b"ID3" + bytes(4000),
    "cut_off": recording()[:60], "pdf": b"%PDF-1.7", "svg": b"<svg></svg>",
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_RECORDINGS)
async def test_what_is_no_recording_has_no_clean_version(kind: str) -> None:
    assert await AudioSanitizer().sanitize(NO_RECORDINGS[kind]) is None


async def test_a_playlist_that_names_other_files_is_not_followed() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as it:
        it.writestr("a", "b")
    lists = b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", b"ffconcat version 1.0\nfile /etc/passwd\n"
    for data in (*lists, packed.getvalue()):
        assert await AudioSanitizer().sanitize(data) is None


async def test_a_film_is_heard_without_its_pictures_and_a_long_recording_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audio_worker, "MAX_SECONDS", 1)
    short = audio_worker.reencode(recording("mp4", 4), "mov")
    assert seconds_of(short) == pytest.approx(1, abs=0.2)


async def test_a_worker_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "worker.py").write_text(STUBBORN)
    assert await AudioSanitizer(0.2, tmp_path / "worker.py").sanitize(recording()) is None


async def test_the_worker_can_open_no_file_no_connection_and_little_memory(tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    folder = audio_worker.__file__.rpartition("/")[0]
    script.write_text(REACHES_OUT.format(folder=folder))
    assert await AudioSanitizer(worker=script).sanitize(recording()) == b"ID3"


async def test_without_the_library_nothing_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    assert AudioSanitizer().is_available
    monkeypatch.setitem(sys.modules, "av", None)
    assert not AudioSanitizer().is_available
    assert await AudioSanitizer().sanitize(recording()) is None
