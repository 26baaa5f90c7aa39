"""Draw one picture anew, in a process of its own: run as a script, never imported by the bot.

It reads a picture from its input and writes a clean one to its output: pixels, upright, and nothing
of what a camera, a telephone or a program wrote beside them. Before it looks at a single byte it
gives up what it will not need: it can open no file and no connection, start no process, and has so
much memory and time and no more. Whatever goes wrong ends it, and nothing is handed over.
"""

from __future__ import annotations

import contextlib
import io
import resource
import sys
import warnings

from PIL import Image, ImageFile, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

MEMORY_BYTES = 256 * 1024 * 1024
"""Bytes beside those the interpreter itself takes."""
CPU_SECONDS = 10
MAX_PIXELS = 40_000_000
QUALITY = 92
FORMATS = {
    JpegImagePlugin.JpegImageFile.format: {"quality": QUALITY},
    PngImagePlugin.PngImageFile.format: {"compress_level": 1},
    WebPImagePlugin.WebPImageFile.format: {"quality": QUALITY, "method": 2},
}
"""What is drawn anew, each as what it is, and how well."""
PLAIN_MODES = {"1", "L", "LA", "RGB", "RGBA"}
"""Ways to hold pixels that need no table beside them."""


def limit_resources() -> None:
    """Leave this process what it holds already, and nothing more."""
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()  # noqa: SIM115, PTH123
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
        Exception: it is no picture we draw, has too many pixels, or does not end.
    """
    picture = Image.open(io.BytesIO(data), formats=list(FORMATS))
    kind = str(picture.format)
    if picture.width * picture.height > MAX_PIXELS:
        raise ValueError("too many pixels")
    picture.load()
    with contextlib.suppress(MemoryError):  # the largest stay as the camera held them
        ImageOps.exif_transpose(picture, in_place=True)
    pixels = _without_palette(picture)
    pixels.info = {}  # whatever was written beside them: the formats' writers look here alone
    out = io.BytesIO()
    pixels.save(out, kind, **FORMATS[kind])
    return out.getvalue()


def _without_palette(picture: Image.Image) -> Image.Image:
    """Return a picture without a table of colours; of one that moves, what it shows first."""
    if picture.mode in PLAIN_MODES:
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def warm_up() -> None:
    """Draw a small picture of each kind: whatever is loaded on first use is loaded now."""
    for kind, how in FORMATS.items():
        small = io.BytesIO()
        Image.new("RGB", (8, 8)).save(small, kind, exif=Image.Exif().tobytes(), **how)
        reencode(small.getvalue())


def main() -> None:
    """Read, give up the rest, draw, write."""
    warnings.simplefilter("ignore")
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = None  # we count ourselves, before anything is unpacked
    data = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    warm_up()
    limit_resources()
    clean = reencode(data)
    out.write(clean)
    out.flush()


if __name__ == "__main__":
    main()
