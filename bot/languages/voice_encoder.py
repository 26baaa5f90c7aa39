"""Conversion of what a browser records into what Telegram sends as a voice message.

Browsers record WebM with Opus (Chromium), OGG with Opus (Firefox) or MP4 with AAC (Safari).
Telegram needs OGG with Opus. This module needs PyAV, the extra `voice`; only the demo's page
imports it.
"""

from __future__ import annotations

import io
from array import array
from contextlib import suppress
from typing import TYPE_CHECKING

import av
from av.filter import Graph

from bot.errors import HavenError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SECONDS = 60
MAX_BYTES = 1024 * 1024
"""Of a finished recording: a voice message on a slow connection."""
SAMPLE_RATE, BIT_RATE = 48_000, 32_000
"""Opus works at 48 kHz; 32 kbit/s is clear speech, 240 kB a minute."""
LOUDNESS = "I=-16:TP=-1.5:LRA=11"
"""EBU R128 for speech on a phone's loudspeaker: every sentence is as loud as the others."""
MIN_PEAK = 300
"""Of 32,767: below it a microphone recorded only its own noise."""


class RecordingRefusedError(HavenError):
    """A recording cannot be used; the message says why, and what to do."""


def encode_voice(data: bytes) -> bytes:
    """Return a recording as mono Opus in OGG, equally loud, without metadata.

    Raises:
        RecordingRefusedError: it is not audio, broken, silent, or longer than 60 seconds.
    """
    try:
        frames = list(_decode(data))
        _check_sound(frames)
        encoded = _encode(_normalise(frames))
    except (av.FFmpegError, ValueError):
        raise RecordingRefusedError(
            "This file cannot be read as a recording. Please record it again."
        ) from None
    if len(encoded) > MAX_BYTES:
        raise RecordingRefusedError("The recording is larger than 1 MB. Please make it shorter.")
    return encoded


def _decode(data: bytes) -> Iterator[av.AudioFrame]:
    """Yield the sound as mono 16-bit frames."""
    to_mono = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    samples = 0
    with av.open(io.BytesIO(data), "r") as source:
        if not source.streams.audio:
            raise ValueError("no audio")
        for decoded in source.decode(source.streams.audio[0]):
            decoded.pts = None  # browsers leave gaps between time stamps; the samples have none
            for frame in to_mono.resample(decoded):
                samples += frame.samples
                if samples > MAX_SECONDS * SAMPLE_RATE:
                    raise RecordingRefusedError(
                        f"The recording is longer than {MAX_SECONDS} seconds. Please record it "
                        "again, without pauses."
                    )
                yield frame
        yield from to_mono.resample(None)


def _check_sound(frames: list[av.AudioFrame]) -> None:
    peak = max((max(map(abs, _samples(frame)), default=0) for frame in frames), default=0)
    if peak < MIN_PEAK:
        raise RecordingRefusedError(
            "Nothing can be heard. Please check which microphone the browser uses, and record it "
            "again."
        )


def _samples(frame: av.AudioFrame) -> array[int]:
    return array("h", bytes(frame.planes[0])[: frame.samples * 2])


def _normalise(frames: list[av.AudioFrame]) -> Iterator[av.AudioFrame]:
    """Yield frames of equal loudness, ready for the encoder."""
    graph = Graph()
    graph.link_nodes(
        graph.add_abuffer(format="s16", sample_rate=SAMPLE_RATE, layout="mono"),
        graph.add("loudnorm", LOUDNESS),
        graph.add("aresample", str(SAMPLE_RATE)),
        graph.add("aformat", "sample_fmts=s16:channel_layouts=mono"),
        graph.add("abuffersink"),
    ).configure()
    for frame in [*frames, None]:
        graph.push(frame)
        with suppress(av.BlockingIOError, av.EOFError):  # the filter wants more, or has ended
            while isinstance(normalised := graph.pull(), av.AudioFrame):
                yield normalised


def _encode(frames: Iterator[av.AudioFrame]) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="ogg", options={"fflags": "+bitexact"}) as target:
        stream = target.add_stream("libopus", rate=SAMPLE_RATE, layout="mono")
        stream.bit_rate = BIT_RATE
        stream.options = {"application": "voip", "flags": "+bitexact"}
        for frame in frames:
            frame.pts = None
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out.getvalue()
