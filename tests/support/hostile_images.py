"""Pictures that give something away, and files that are made to do harm."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache

from PIL import Image, PngImagePlugin

MARK = "TAKEN-AT-25.0330N-121.5654E-BY-SARI"
"""What must not be in a picture that was drawn anew."""
FORMATS = ("JPEG", "PNG", "WEBP")


def image_with_metadata(
    kind: str = "JPEG", size: tuple[int, int] = (64, 48), orientation: int = 1
) -> bytes:
    """Return a picture, red on its left, whose file says where and by whom it was taken."""
    picture = Image.new("RGB", size, (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010E] = MARK  # what it shows
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[29] = MARK  # GPS
    more: dict[str, object] = {"exif": exif.tobytes()}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", MARK)
        text.add_itxt("XML:com.adobe.xmp", MARK)
        more["pnginfo"] = text
    elif kind == "WEBP":
        more |= {"xmp": MARK.encode(), "icc_profile": MARK.encode()}
    else:
        more |= {"comment": MARK.encode(), "icc_profile": MARK.encode()}
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def pixel_flood(width: int = 50_000, height: int = 50_000) -> bytes:
    """Return a small PNG that says it has two and a half thousand million pixels."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + _chunk(b"IEND", b"")
    )


@cache
def zip_with_traversal(name: str = "../../etc/passwd", size: int = 50_000_000) -> bytes:
    """Return a small archive with something large in it that wants to lie elsewhere."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return out.getvalue()


def polyglot_file(first: bytes, then: bytes) -> bytes:
    """Return a file that is one thing from its beginning and another from its end."""
    return first + then


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
