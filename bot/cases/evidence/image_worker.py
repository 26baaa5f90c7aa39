"""Re-encodes one picture in a process of its own: run as a script, never imported by the bot.

It reads a picture from standard input and writes a clean one to standard output: upright pixels,
without any metadata of a camera, phone or program. Before it decodes a single byte it gives up what
it does not need: it can open no file or connection, start no process, and has limited memory and
time. Any error ends it without output.
"""

from __future__ import annotations

import contextlib
import io
import resource
import sys
import warnings
from pathlib import Path

from PIL import Image, ImageFile, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

MEMORY_BYTES = 256 * 1024 * 1024
"""Bytes on top of what the interpreter itself uses."""
CPU_SECONDS = 10
MAX_PIXELS = 40_000_000
QUALITY = 92
FORMATS = {
    JpegImagePlugin.JpegImageFile.format: {"quality": QUALITY},
    PngImagePlugin.PngImageFile.format: {"compress_level": 1},
    WebPImagePlugin.WebPImageFile.format: {"quality": QUALITY, "method": 2},
}
"""Formats and how to save them; each picture keeps its format."""
PLAIN_MODES = {"1", "L", "LA", "RGB", "RGBA"}
"""Pixel modes without a palette."""


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


def reencode(data: bytes) -> bytes:
    """Return the picture in these bytes as pixels alone.

    Raises:
        Exception: the format is not supported, it has too many pixels, or it is cut off.
    """
    picture = Image.open(io.BytesIO(data), formats=list(FORMATS))
    kind = str(picture.format)
    if picture.width * picture.height > MAX_PIXELS:
        raise ValueError("too many pixels")
    picture.load()
    with contextlib.suppress(MemoryError):  # the largest pictures keep their orientation
        ImageOps.exif_transpose(picture, in_place=True)
    pixels = _without_palette(picture)
    pixels.info = {}  # the metadata; the writers of all formats take it from here alone
    out = io.BytesIO()
    pixels.save(out, kind, **FORMATS[kind])
    return out.getvalue()


def _without_palette(picture: Image.Image) -> Image.Image:
    """Return a picture without a palette; of an animation, its first frame."""
    if picture.mode in PLAIN_MODES:
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def warm_up() -> None:
    """Re-encode a small picture of each format, so that everything needed is loaded now."""
    for kind, how in FORMATS.items():
        small = io.BytesIO()
        Image.new("RGB", (8, 8)).save(small, kind, exif=Image.Exif().tobytes(), **how)
        reencode(small.getvalue())


def main() -> None:
    """Read the picture, limit the process, re-encode, write."""
    warnings.simplefilter("ignore")
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = None  # `reencode` counts them, before anything is decoded
    data = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    warm_up()
    limit_resources()
    clean = reencode(data)
    out.write(clean)
    out.flush()


if __name__ == "__main__":
    main()
