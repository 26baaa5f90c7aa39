"""Re-encodes one recording in a process of its own: run as a script, never imported by the bot.

It reads a recording from standard input and writes its sound alone to standard output, as MP3:
without any metadata of a phone or program. Before it decodes a single byte it gives up what it does
not need: it can open no file or connection, start no process, and has limited memory and time. Any
error ends it without output.
"""

from __future__ import annotations

import io
import resource
import sys
from pathlib import Path

import av
from av.audio.resampler import AudioResampler

MEMORY_BYTES = 256 * 1024 * 1024
"""Bytes on top of what the interpreter itself uses."""
CPU_SECONDS = 30
MAX_SECONDS = 30 * 60
"""Sound in one recording; the rest of a longer one is left out."""
RATE, BITS_PER_SECOND = 24_000, 48_000
DEMUXERS = {"ogg": "ogg", "mp3": "mp3", "audio": "mov", "video": "mov", "wav": "wav",
            "flac": "flac", "amr": "amr"}  # fmt: skip
"""The one reader that is tried, by the detected type."""
CODECS = frozenset({
    "opus", "vorbis", "mp3", "mp3float", "aac", "flac", "amrnb", "amrwb", "pcm_s16le", "pcm_u8",
})  # fmt: skip


def limit_resources() -> None:
    """Take away everything this process does not hold already."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_AS, used + MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def reencode(data: bytes, demuxer: str) -> bytes:
    """Return the sound in these bytes as MP3, one channel.

    Raises:
        Exception: the format is not supported, it holds no sound, or it is damaged.
    """
    out = io.BytesIO()
    with av.open(io.BytesIO(data), "r", format=demuxer) as source:
        heard = source.streams.audio[0]
        if heard.codec_context.name not in CODECS:
            raise ValueError("no such codec")
        heard.codec_context.thread_count = 1
        with av.open(out, "w", format="mp3") as sink:
            written = sink.add_stream("libmp3lame", rate=RATE, bit_rate=BITS_PER_SECOND)
            written.codec_context.layout = "mono"
            written.codec_context.thread_count = 1
            resampler = AudioResampler("s16p", "mono", RATE)
            samples = 0
            for frame in source.decode(heard):
                frame.pts = None
                for piece in resampler.resample(frame):
                    samples += piece.samples
                    sink.mux(written.encode(piece))
                if samples >= MAX_SECONDS * RATE:
                    break
            for piece in resampler.resample(None):
                samples += piece.samples
                sink.mux(written.encode(piece))
            sink.mux(written.encode(None))
    if not samples:
        raise ValueError("no sound")
    return out.getvalue()


def warm_up() -> None:
    """Re-encode a moment of silence, so that everything needed is loaded now."""
    out = io.BytesIO()
    with av.open(out, "w", format="wav") as sink:
        written = sink.add_stream("pcm_s16le", rate=RATE)
        written.codec_context.layout = "mono"
        frame = av.AudioFrame(format="s16", layout="mono", samples=RATE // 10)
        frame.sample_rate = RATE
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        sink.mux(written.encode(frame))
        sink.mux(written.encode(None))
    reencode(out.getvalue(), "wav")


def main() -> None:
    """Read the recording, limit the process, re-encode, write."""
    av.logging.set_level(None)
    demuxer = DEMUXERS[sys.argv[1]]
    data = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    warm_up()
    limit_resources()
    clean = reencode(data, demuxer)
    out.write(clean)
    out.flush()


if __name__ == "__main__":
    main()
