"""A picture drawn anew says nothing but what it shows; whoever draws it can do nothing else."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.cases.evidence.image_sanitizer import ImageSanitizer
from tests.support.hostile_images import (
    FORMATS,
    MARK,
    image_with_metadata,
    pixel_flood,
    polyglot_file,
    zip_with_traversal,
)

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60.0
"""Seconds: what a slow machine may take; the limit itself is tested with less."""
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


async def clean(data: bytes) -> bytes | None:
    return await ImageSanitizer(PATIENCE).sanitize(data)


@pytest.mark.parametrize("kind", FORMATS)
async def test_of_a_picture_only_its_pixels_are_left(kind: str) -> None:
    told = image_with_metadata(kind)
    assert MARK.encode() in told  # the other half: it was there
    drawn = await clean(told)
    assert drawn is not None
    assert MARK.encode() not in drawn
    picture = Image.open(io.BytesIO(drawn))
    assert (picture.format, picture.size) == (kind, (64, 48))
    assert not picture.getexif()
    assert {"exif", "xmp", "icc_profile", "comment", "Comment"}.isdisjoint(picture.info)


async def test_it_stands_upright_although_nothing_says_how_it_was_held() -> None:
    drawn = await clean(image_with_metadata("PNG", orientation=6))
    assert drawn is not None
    picture = Image.open(io.BytesIO(drawn))
    assert picture.size == (48, 64)
    assert picture.getpixel((24, 5)) == (255, 0, 0)
    assert picture.getpixel((24, 60)) == (0, 0, 255)


async def test_what_hangs_behind_a_picture_is_gone() -> None:
    drawn = await clean(
        polyglot_file(image_with_metadata("JPEG"), zip_with_traversal("a.exe", 1000))
    )
    assert drawn is not None
    assert b"PK\x03\x04" not in drawn


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        image_with_metadata("JPEG")[:-200],
        image_with_metadata("PNG")[:60],
        pixel_flood(),
        polyglot_file(b"\x89PNG\r\n\x1a\n", image_with_metadata("PNG")),
        polyglot_file(b"\xff\xd8\xff\xe0", SVG),
        zip_with_traversal(),
        SVG,
        b"%PDF-1.7 " + image_with_metadata("JPEG"),
        b"RIFF\x00\x00\x00\x00WEBPVP8L",
    ],
    ids=["empty", "words", "cut jpeg", "cut png", "2.5 gigapixels", "two beginnings", "a lie",
         "archive", "svg", "pdf before a jpeg", "empty webp"],
)  # fmt: skip
async def test_what_cannot_be_drawn_has_no_clean_version(data: bytes) -> None:
    assert await clean(data) is None


async def test_forty_million_pixels_are_drawn_and_one_row_more_is_not(tmp_path: Path) -> None:
    most, more = io.BytesIO(), io.BytesIO()
    Image.new("L", (8000, 5000)).save(most, "PNG", compress_level=1)
    Image.new("L", (8000, 5001)).save(more, "PNG", compress_level=1)
    assert await clean(most.getvalue()) is not None
    assert await clean(more.getvalue()) is None


async def test_an_image_worker_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text("import sys, time\nsys.stdin.buffer.read()\ntime.sleep(3600)\n")
    assert await ImageSanitizer(0.5, slow).sanitize(image_with_metadata()) is None


@pytest.mark.parametrize(
    "deed",
    [
        "open('/etc/hostname')",
        "__import__('socket').socket()",
        "__import__('os').pipe()",
        "bytearray(400_000_000)",
    ],
)
async def test_the_image_worker_opens_nothing_and_stays_within_limits(
    tmp_path: Path, deed: str
) -> None:
    """And without giving that up they could: each deed is done once before, for comparison."""
    echo = "import sys\nsys.path[:0] = [{folder!r}]\nimport socket, image_worker\n{first}\n{deed}\n"
    echo += "sys.stdout.buffer.write(sys.stdin.buffer.read())\n"
    from bot.cases.evidence.image_sanitizer import WORKER  # noqa: PLC0415

    given = {"folder": str(WORKER.parent), "deed": deed}
    free, bound = tmp_path / "free.py", tmp_path / "bound.py"
    free.write_text(echo.format(first="", **given))
    bound.write_text(echo.format(first="image_worker.limit_resources()", **given))
    picture = image_with_metadata()
    assert await ImageSanitizer(PATIENCE, free).sanitize(picture) == picture
    assert await ImageSanitizer(PATIENCE, bound).sanitize(picture) is None


async def test_what_comes_out_as_something_else_is_not_taken(tmp_path: Path) -> None:
    liar = tmp_path / "liar.py"
    liar.write_text("import sys\nsys.stdin.buffer.read()\nsys.stdout.write('<script>')\n")
    assert await ImageSanitizer(PATIENCE, liar).sanitize(image_with_metadata()) is None


def test_the_bot_itself_never_loads_what_unpacks_pictures_or_sound() -> None:
    names = "sys, bot.app.run, bot.cli.start, bot.cases.evidence.image_sanitizer"
    code = f"import {names}; print(sys.modules.keys() & {{'PIL', 'av'}})"
    import subprocess  # noqa: PLC0415

    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
