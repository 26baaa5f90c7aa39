"""What looks like an address or a point on a map in what is written about a shelter. Pure.

The address of a shelter is stored nowhere (`/SECURITY.md`). Rather one harmless line is refused,
whose writer is told why, than one address kept. Words that only describe the way are not
recognised.
"""

from __future__ import annotations

import re
import unicodedata

_NUMERAL = "[0-9零\u3007一二三四五六七八九十百]"
_STREET = (
    r"(?:street|str|road|rd|avenue|ave|boulevard|blvd|highway|hwy|drive|lane|ln|alley|aly"
    r"|jalan|jln|jl|gang|duong|pho|ngo|ngach|hem|calle|kalye|barangay|brgy|thanon|soi)"
)
_PATTERNS = tuple(
    re.compile(it)
    for it in (
        # Chinese: a number of a house, a floor, a lane, a section; a road with a number; a village.
        rf"{_NUMERAL}{{1,8}}(?:[-之]{_NUMERAL}{{1,8}})?\s*[號号]",
        rf"{_NUMERAL}{{1,8}}\s*(?:樓|楼|巷|弄|鄰|邻)",
        rf"[路街道]\s*{_NUMERAL}{{1,8}}\s*段",
        rf"(?<![網网道線线])[路街]\s*{_NUMERAL}|大道\s*{_NUMERAL}",
        "[縣县市][\u4e00-\u9fff]{1,3}[區区鄉乡鎮镇市][\u4e00-\u9fff]{1,3}[里村]",
        # Latin letters: a street and a number in either order; a house, a floor, a section.
        rf"\b\d+[a-z]?(?:-\d+)?,? (?:[\w'.-]+ ){{0,4}}{_STREET}\b",
        rf"\b{_STREET}\b[.,]? (?:[\w'.-]+,? ){{0,4}}?(?:no[. ]*)?\d",
        r"\b(?:no|nr|house|unit|room)\b[. ]*#?\d+(?:-\d+)?,? .{0,80}\b(?:st|district|village)\b",
        r"\b(?:sec|section)\b[. ]*\d",
        r"\b\d{1,2}(?:st|nd|rd|th)? ?(?:floor|fl|f)\b",
        # Thai, Khmer, Burmese, Japanese: a word for a street or a house, and a number.
        r"(?:ถนน|ซอย|ตรอก|บ้านเลขที่|ផ្លូវ|ផ្ទះលេខ|လမ်း|အိမ်အမှတ်|丁目|番地)\D{0,30}\d",
        r"\d\s*(?:丁目|番地)",
        # A point on a map.
        r"-?\d{1,3}\.\d{3,}\s*[,;/ ]\s*-?\d{1,3}\.\d{3,}",
        r"\d{1,3}\s*°\s*\d{1,2}",
        r"maps\.app\.goo|goo\.gl/maps|google\.[a-z.]+/maps|maps\.google|maps\.apple|waze\.com",
        r"openstreetmap|osm\.org|what3words|w3w\.co|///\w+\.\w+\.\w+",
        r"\b[23456789cfghjmpqrvwx]{4,8}\+[23456789cfghjmpqrvwx]{2,3}\b",
    )
)


def find_address(text: str) -> str:
    """Return what looks like a part of an address in a text; empty for nothing."""
    folded = _without_accents(unicodedata.normalize("NFKC", text).casefold())
    line = " ".join(folded.split())
    found = (it.search(line) for it in _PATTERNS)
    return next((it[0].strip() for it in found if it), "")


def _without_accents(text: str) -> str:
    """Return a text without the marks of Vietnamese and others; đường is typed duong as well."""
    apart = unicodedata.normalize("NFD", text.replace("đ", "d"))
    bare = "".join(it for it in apart if not "\u0300" <= it <= "\u036f")
    return unicodedata.normalize("NFC", bare)
