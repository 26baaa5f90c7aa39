"""Sounds as browsers record them: a tone in one of their formats."""

from __future__ import annotations

import io
import math
from array import array
from functools import cache

import av

RATE, BLOCK = 48_000, 960
TONE, SAME_AFTER = 440, 4_800
"""Waves a second; samples after which both the wave and the blocks begin again."""
TITLE = "a name of a phone"
"""Written into the metadata of every sound."""


@cache
def tone(seconds: float = 1.0, kind: str = "webm", *, level: int = 8_000) -> bytes:
    """Return a tone of 440 Hz in a container: webm, ogg or mp4; `level` of 32,767."""
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as target:
        target.metadata["title"] = TITLE
        stream = target.add_stream("aac" if kind == "mp4" else "libopus", rate=RATE, layout="mono")
        for begin in range(0, int(seconds * RATE), BLOCK):
            frame = av.AudioFrame(format="s16", layout="mono", samples=BLOCK)
            frame.sample_rate, frame.pts = RATE, begin
            frame.planes[0].update(_block(begin % SAME_AFTER, level))
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out.getvalue()


@cache
def _block(begin: int, level: int) -> bytes:
    """Return the samples of a tone from one of them on: a minute of sound has five such blocks."""
    waves = (math.sin((begin + at) * math.tau * TONE / RATE) for at in range(BLOCK))
    return array("h", [int(level * it) for it in waves]).tobytes()


def peak(data: bytes) -> int:
    """Return the loudest sample of a sound, of 32,767."""
    to_samples = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(io.BytesIO(data), "r") as source:
        frames = [it for frame in source.decode(audio=0) for it in to_samples.resample(frame)]
    return max(max(map(abs, array("h", bytes(it.planes[0])[: it.samples * 2]))) for it in frames)
