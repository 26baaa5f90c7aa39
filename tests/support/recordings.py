"""Recordings as phones send them, and files that only look like one."""

from __future__ import annotations

import io
import math
from array import array

import av
from av.audio.resampler import AudioResampler

MARK = "RECORDED-BY-SARI"
"""What must not be in a recording that was encoded anew."""
FORMATS = {"ogg": "libopus", "mp3": "libmp3lame", "wav": "pcm_s16le", "flac": "flac", "mp4": "aac"}
"""Formats of files and how the sound in them is encoded."""
RATE, SAMPLES, PITCH, LOUDNESS = 48_000, 960, 440, 9000


def recording(kind: str = "ogg", seconds: float = 1.0) -> bytes:
    """Return a tone whose file says by whom it was recorded."""
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as sink:
        sink.metadata["title"] = MARK
        stream = sink.add_stream(FORMATS[kind], rate=RATE)
        stream.codec_context.layout = "mono"
        resampler = AudioResampler(stream.codec_context.format.name, "mono", RATE)
        for begin in range(0, int(RATE * seconds), SAMPLES):
            frame = av.AudioFrame(format="s16", layout="mono", samples=SAMPLES)
            frame.sample_rate, frame.pts = RATE, begin
            frame.planes[0].update(_tone(begin))
            for piece in resampler.resample(frame):
                sink.mux(stream.encode(piece))
        sink.mux(stream.encode(None))
    return out.getvalue()


def _tone(begin: int) -> bytes:
    turns = (2 * math.pi * PITCH * (begin + place) / RATE for place in range(SAMPLES))
    return array("h", [int(LOUDNESS * math.sin(it)) for it in turns]).tobytes()


def seconds_of(data: bytes) -> float:
    """Return how long a recording is."""
    with av.open(io.BytesIO(data)) as source:
        return sum(it.samples / it.sample_rate for it in source.decode(audio=0))
