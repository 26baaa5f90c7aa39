"""What a file is by its first bytes, whatever anybody says of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.evidence.file_type import detect_type, matches_stated_type
from bot.sandbox.sample_updates import sample_wav
from tests.support.hostile_images import (
    FORMATS,
    image_with_metadata,
    pixel_flood,
    zip_with_traversal,
)


@pytest.mark.parametrize(
    ("head", "looks"),
    [
        (b"", "empty"),
        (image_with_metadata("JPEG"), "jpeg"),
        (image_with_metadata("PNG"), "png"),
        (image_with_metadata("WEBP"), "webp"),
        (pixel_flood(), "png"),
        (sample_wav(0.1), "wav"),
        (b"OggS\x00\x02", "ogg"),
        (b"\x00\x00\x00\x18ftypheic\x00", "heic"),
        (b"\x00\x00\x00\x20ftypisom\x00", "video"),
        (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        (zip_with_traversal(size=10), "zip"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07\x00", "rar"),
        (b"MZ\x90\x00", "program"),
        (b"L\x00\x00\x00\x01\x14\x02\x00", "shortcut"),
        (b"8BPS\x00\x01", "psd"),
        (b"\xef\xbb\xbf<!DOCTYPE HTML><script>", "html"),
        (b"<?xml version='1.0'?><svg onload=x>", "svg"),
        (b"hello, my name is\r\n", "text"),
        ("ช่วยด้วย".encode() * 100, "text"),
        (b"\x00\x01\x02\x03", "unknown"),
    ],
)
def test_a_file_is_known_by_its_beginning(head: bytes, looks: str) -> None:
    assert detect_type(head) == looks


@given(st.binary(max_size=600))
def test_anything_at_all_looks_like_something(head: bytes) -> None:
    assert detect_type(head).isascii()


@pytest.mark.parametrize(
    ("looks", "kind", "mime", "as_stated"),
    [
        ("jpeg", "photo", "", True),
        ("program", "photo", "image/jpeg", False),
        ("ogg", "voice", "audio/ogg", True),
        ("pdf", "document", "application/pdf", True),
        ("program", "document", "image/png", False),
        ("html", "document", "application/pdf", False),
        ("zip", "document", "application/x-foo", None),
        ("jpeg", "document", "", None),
        ("heic", "document", "image/heic", True),
        ("png", "document", "IMAGE/PNG", True),
    ],
)
def test_what_was_said_of_it_is_compared(
    looks: str, kind: str, mime: str, as_stated: bool | None
) -> None:
    assert matches_stated_type(looks, kind, mime) is as_stated


def test_every_sanitized_format_is_recognised() -> None:
    assert {detect_type(image_with_metadata(kind)) for kind in FORMATS} == {"jpeg", "png", "webp"}
