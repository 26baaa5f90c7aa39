"""What a browser records becomes what Telegram takes, or is refused with a reason."""

from __future__ import annotations

import io

import av
import pytest

from bot.languages.voice_encoder import MAX_BYTES, RecordingRefusedError, encode_voice
from tests.support.sounds import TITLE, peak, tone


@pytest.mark.parametrize("kind", ["webm", "ogg", "mp4"])
def test_recordings_of_every_browser_become_opus_in_ogg_without_metadata(kind: str) -> None:
    recorded = tone(2.0, kind)
    assert TITLE.encode() in recorded
    encoded = encode_voice(recorded)
    assert encoded.startswith(b"OggS")
    assert TITLE.encode() not in encoded
    with av.open(io.BytesIO(encoded), "r") as source:
        (stream,) = source.streams
        assert (stream.codec.name, stream.layout.name) == ("opus", "mono")
        assert source.metadata == stream.metadata == {}
        assert source.duration == pytest.approx(2_000_000, abs=100_000)


def test_quiet_and_loud_speakers_are_equally_loud() -> None:
    quiet, loud = tone(3.0, level=1_000), tone(3.0, level=24_000)
    assert peak(loud) > 10 * peak(quiet)
    assert peak(encode_voice(loud)) < 1.3 * peak(encode_voice(quiet))


def test_a_minute_is_kept_and_fits_and_more_is_refused() -> None:
    assert len(encode_voice(tone(59.9))) < MAX_BYTES
    with pytest.raises(RecordingRefusedError, match="longer than 60 seconds"):
        encode_voice(tone(61.0))


@pytest.mark.parametrize("broken", [b"", b"no sound at all", tone()[:60]], ids=len)
def test_a_broken_file_is_refused_with_what_to_do(broken: bytes) -> None:
    with pytest.raises(RecordingRefusedError, match="Please record it again"):
        encode_voice(broken)


def test_silence_is_refused_because_the_microphone_may_be_off() -> None:
    with pytest.raises(RecordingRefusedError, match="which microphone"):
        encode_voice(tone(level=0))
