"""Generated sample media: a photo and a voice note."""

from __future__ import annotations

import io
import math
import struct
import wave
import zlib

SAMPLE_RATE = 8000
AMPLITUDE = 4000


def sample_png(number: int = 0, width: int = 320, height: int = 240) -> bytes:
    """Return a PNG with a colour gradient; each number gives another one."""
    shift = number * 47 % 90
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # the row's filter: none
        blue = 200 - 70 * y // height
        for x in range(width):
            rows += bytes((60 + x * 100 // width + shift, 150 - 40 * x // width, blue))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def sample_wav(seconds: float = 2.0) -> bytes:
    """Return a WAV of a quiet tone."""
    count = int(SAMPLE_RATE * seconds)
    samples = (
        int(
            AMPLITUDE
            * math.sin(math.pi * at / count)
            * math.sin(2 * math.pi * 440 * at / SAMPLE_RATE)
        )
        for at in range(count)
    )
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return out.getvalue()


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
