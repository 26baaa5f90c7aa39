"""The text layer of a PDF, as a screen reader reads it: with `ActualText` where it stands."""

from __future__ import annotations

import io
import re
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ByteStringObject, ContentStream, TextStringObject

_PAIRS = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGES = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


def page_texts(pdf: bytes) -> list[str]:
    """Return the text of each page; a line for each piece that was set on its own."""
    reader = PdfReader(io.BytesIO(pdf))
    return [_page_text(page, reader) for page in reader.pages]


def document_text(pdf: bytes) -> str:
    """Return the whole text without spaces and line ends: where lines break is no content."""
    return squeezed("".join(page_texts(pdf)))


def squeezed(text: str) -> str:
    return "".join(text.split())


def _page_text(page: Any, reader: PdfReader) -> str:
    glyphs = {name: _unicode_map(font) for name, font in page["/Resources"]["/Font"].items()}
    said: list[str] = []
    marks: list[str | None] = []
    font: dict[int, str] = {}
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in {b"BDC", b"BMC"}:
            about = operands[1] if len(operands) > 1 else {}
            actual = about.get("/ActualText") if hasattr(about, "get") else None
            if actual is not None:
                said.append(str(actual))
            marks.append(actual)
        elif operator == b"EMC":
            marks.pop()
        elif operator == b"Tf":
            font = glyphs[operands[0]]
        elif operator in {b"Tj", b"TJ"} and not any(it is not None for it in marks):
            pieces = operands[0] if operator == b"TJ" else operands
            said += [text for it in pieces for text in _decoded(it, font)]
        elif operator == b"ET":
            said.append("\n")
    return _joined(said)


def _decoded(piece: object, font: dict[int, str]) -> list[str]:
    """Return the text of each glyph."""
    if isinstance(piece, TextStringObject):
        data = piece.original_bytes
    elif isinstance(piece, ByteStringObject):
        data = bytes(piece)
    else:
        return []  # a distance
    codes = [int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2)]
    return [font.get(code, "\N{REPLACEMENT CHARACTER}") for code in codes]


def _joined(texts: list[str]) -> str:
    """Return the text of glyphs; in Khmer typst gives each of a cluster the text of all of it."""
    said: list[str] = []
    before = ""
    for text in texts:
        if len(text) < 2 or text != before:
            said.append(text)
        before = text if text.strip() else before
    return "".join(said)


def _unicode_map(font: Any) -> dict[int, str]:
    """Return the text of each glyph, from a font's `ToUnicode`."""
    data, found = font["/ToUnicode"].get_data(), {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", data, re.DOTALL):
        found |= {int(code, 16): _text(text) for code, text in _PAIRS.findall(block)}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", data, re.DOTALL):
        for first, last, text in _RANGES.findall(block):
            start = int(text, 16)
            for code in range(int(first, 16), int(last, 16) + 1):
                found[code] = chr(start + code - int(first, 16))
    return found


def _text(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be")
