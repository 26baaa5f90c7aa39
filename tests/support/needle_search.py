"""Words planted where people write, and every spelling in which a program may leave them lying.

Eleven ways: UTF-8, UTF-16 either way round, base64 at each of three places, hex, percent, JSON's
and Python's escapes, words folded as a search index folds them, and all of it packed by deflate.
"""

from __future__ import annotations

import base64
import json
import re
import struct
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NEEDLE = "Jarum針-7f3a"
"""Planted in everything a person can write."""
PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04")
"""How zlib's, gzip's and ZIP's packing begin."""
ZIP_HEAD = 30
MOST_PACKED = 1 << 22


def spellings(words: str) -> dict[str, bytes]:
    """Return the words in every spelling a program is likely to write them in."""
    plain = words.encode()
    found = {
        "utf-8": plain,
        "utf-16-le": words.encode("utf-16-le"),
        "utf-16-be": words.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "percent": quote(words, safe="").encode(),
        "json": json.dumps(words)[1:-1].encode(),
        "python": repr(plain)[2:-1].encode(),
        "folded": words.casefold().encode(),
    }
    for shift in range(3):  # base64 looks otherwise at each place among three bytes
        whole = base64.b64encode(b"\0" * shift + plain)
        begins = (8 * shift + 5) // 6
        ends = (8 * (shift + len(plain))) // 6
        found[f"base64+{shift}"] = whole[begins:ends]
        found[f"base64url+{shift}"] = base64.urlsafe_b64encode(b"\0" * shift + plain)[begins:ends]
    return found


def find_spellings(data: bytes, words: str) -> list[str]:
    """Return in which spellings the words stand in some bytes, packed ones included."""
    wanted = spellings(words)
    found = [name for name, spelling in wanted.items() if spelling in data]
    for plain in unpacked(data):
        found += [f"deflate/{name}" for name, spelling in wanted.items() if spelling in plain]
    return found


def find_any(folder: Path, words: Iterable[str]) -> list[tuple[str, str, str]]:
    """Return file, words and spelling of whatever of some words stands in the files of a folder."""
    wanted = [(it, *each) for it in words for each in spellings(it).items()]
    found = []
    for path in sorted(it for it in folder.rglob("*") if it.is_file()):
        for plain in (data := path.read_bytes(), *unpacked(data)):
            found += [(path.name, it, name) for it, name, spelling in wanted if spelling in plain]
    return found


def unpacked(data: bytes) -> Iterator[bytes]:
    """Yield whatever lies packed in some bytes."""
    for begin in PACKED.finditer(data):
        head, at = begin[0], begin.start()
        if head.startswith(b"PK"):
            name, more = struct.unpack_from("<HH", data.ljust(at + ZIP_HEAD, b"\0"), at + 26)
            at, window = at + ZIP_HEAD + name + more, -zlib.MAX_WBITS
        else:
            window = zlib.MAX_WBITS | (16 if head.startswith(b"\x1f") else 0)
        try:
            plain = zlib.decompressobj(window).decompress(data[at : at + MOST_PACKED], MOST_PACKED)
        except zlib.error:
            continue
        if plain:
            yield plain


def number_spellings(number: int) -> dict[str, bytes]:
    """Return a number as digits and as eight bytes, both ways round."""
    return {
        "digits": str(number).encode(),
        "little": struct.pack("<q", number),
        "big": struct.pack(">q", number),
    }
