"""File type detection by the first bytes of a file; nothing is ever unpacked.

The sender's claim may be wrong or a lie, so both are stored and a mismatch is shown. A type not
listed here is `unknown`; such a file is handed over like any other, as bytes.
"""

from __future__ import annotations

from typing import Final

HEAD_BYTES: Final = 512
"""Bytes that detection needs."""
IMAGE_TYPES: Final = frozenset({"jpeg", "png", "webp"})
"""Types that `ImageSanitizer` can re-encode."""
UNKNOWN, EMPTY = "unknown", "empty"
_SIGNATURES: Final = (
    (b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF87a", "gif"),
    (b"GIF89a", "gif"), (b"BM", "bmp"), (b"II*\x00", "tiff"), (b"MM\x00*", "tiff"),
    (b"8BPS", "psd"), (b"OggS", "ogg"), (b"ID3", "mp3"), (b"fLaC", "flac"), (b"#!AMR", "amr"),
    (b"\x1aE\xdf\xa3", "matroska"), (b"FLV\x01", "flv"), (b"%PDF-", "pdf"), (b"{\\rtf", "rtf"),
    (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"PK\x07\x08", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07", "rar"), (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"), (b"SQLite format 3\x00", "sqlite"),
    (b"MZ", "program"), (b"\x7fELF", "program"), (b"\xca\xfe\xba\xbe", "program"),
    (b"\xcf\xfa\xed\xfe", "program"), (b"dex\n", "program"), (b"#!", "program"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "shortcut"),
)  # fmt: skip
_MPEG_SYNC: Final = 0xFFE0
"""The eleven set bits at the start of an MPEG audio frame."""
_BRANDS: Final = {
    b"heic": "heic", b"heix": "heic", b"mif1": "heic", b"msf1": "heic", b"avif": "avif",
    b"qt  ": "video", b"M4A ": "audio",
}  # fmt: skip
"""Brands of files in boxes (ISO 14496-12); any other brand is a video."""
_MARKUP: Final = (
    (b"<svg", "svg"), (b"<!doctype html", "html"), (b"<html", "html"), (b"<script", "html"),
    (b"<?xml", "xml"),
)  # fmt: skip
_TYPES_OF_GROUP: Final = {
    "image": {"jpeg", "png", "webp", "gif", "bmp", "tiff", "psd", "heic", "avif", "svg"},
    "audio": {"ogg", "mp3", "wav", "flac", "amr", "audio", "video", "matroska"},
    "video": {"video", "matroska", "avi", "flv", "ogg", "gif"},
}
"""Detected types that fit a group of MIME types."""
_TYPES_OF_MIME: Final = {
    "image/jpeg": {"jpeg"}, "image/png": {"png"}, "image/webp": {"webp"}, "image/gif": {"gif"},
    "image/heic": {"heic"}, "image/svg+xml": {"svg", "xml"}, "application/pdf": {"pdf"},
    "application/zip": {"zip"}, "text/html": {"html"}, "text/plain": {"text"},
    "application/vnd.android.package-archive": {"zip"},
    "application/msword": {"office", "zip", "rtf"},
}  # fmt: skip
_TYPES_OF_KIND: Final = {
    "photo": {"jpeg"}, "voice": {"ogg", "mp3", "audio", "video", "wav"},
    "video": _TYPES_OF_GROUP["video"], "video_note": _TYPES_OF_GROUP["video"],
    "animation": {"video", "gif", "matroska"}, "audio": _TYPES_OF_GROUP["audio"],
    "sticker": {"webp", "gzip", "matroska"},
}  # fmt: skip


def detect_type(head: bytes) -> str:
    """Return the type of a file, as a short code, from its first `HEAD_BYTES`."""
    if not head:
        return EMPTY
    for begin, name in _SIGNATURES:
        if head.startswith(begin):
            return name
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video")
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}.get(head[8:12], UNKNOWN)
    if int.from_bytes(head[:2], "big") & _MPEG_SYNC == _MPEG_SYNC:
        return "mp3"
    return _detect_text(head[:HEAD_BYTES])


def matches_stated_type(detected: str, kind: str, mime: str) -> bool | None:
    """Tell whether a file is what it is said to be; None where the claim is unknown.

    Args:
        detected: the result of `detect_type`.
        kind: what Telegram says it is: photo, voice, document, ...
        mime: what the sender says it is; may be empty.
    """
    stated = (
        _TYPES_OF_KIND.get(kind)
        or _TYPES_OF_MIME.get(mime.lower())
        or _TYPES_OF_GROUP.get(mime.partition("/")[0])
    )
    return None if stated is None else detected in stated


def _detect_text(head: bytes) -> str:
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for words, name in _MARKUP:
        if begin.startswith(words):
            return "svg" if name == "xml" and b"<svg" in begin else name
    try:
        text = head.decode() if len(head) < HEAD_BYTES else head[:-4].decode("utf-8", "ignore")
    except UnicodeDecodeError:
        return UNKNOWN
    return "text" if text and all(it.isprintable() or it in "\r\n\t" for it in text) else UNKNOWN
