"""Addresses as they are compared: down to their number, without floor and room. Pure.

Most roads have one of a few names, so a road and a number without a city or a district connect
nothing. What is written down as city and county of the same subject counts as written before it.

- An address in Chinese is taken apart: county, district, road, section, lane, alley, number.
  Numerals before such a word are digits, the name of a county or a district today is that of
  before 2010 (縣 and 鎮 became 市 and 區), and in the four cities whose roads have names of their
  own the district is left out.
- One in Latin letters is taken apart the same way, in whatever order its parts stand.
- In any other script it is compared as a whole.

Nothing is guessed from one script to another: a road has no one spelling in Latin letters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROUNDS = 4
"""An address is taken apart until nothing changes; one that never settles is not compared."""
COUNTIES: Mapping[str, tuple[str, ...]] = {
    "台北市": ("TPE", "taipei"), "新北市": ("NWT", "new taipei"), "桃園市": ("TAO", "taoyuan"),
    "台中市": ("TXG", "taichung"), "台南市": ("TNN", "tainan"), "高雄市": ("KHH", "kaohsiung"),
    "基隆市": ("KEE", "keelung"), "新竹市": ("HSZ", "hsinchu city"),
    "新竹縣": ("HSQ", "hsinchu county"), "苗栗縣": ("MIA", "miaoli"), "彰化縣": ("CHA", "changhua"),
    "南投縣": ("NAN", "nantou"), "雲林縣": ("YUN", "yunlin"), "嘉義市": ("CYI", "chiayi city"),
    "嘉義縣": ("CYQ", "chiayi county"), "屏東縣": ("PIF", "pingtung"), "宜蘭縣": ("ILA", "yilan"),
    "花蓮縣": ("HUA", "hualien"), "台東縣": ("TTT", "taitung"), "澎湖縣": ("PEN", "penghu"),
    "金門縣": ("KIN", "kinmen"), "連江縣": ("LIE", "matsu"),
}  # fmt: skip
"""Counties and cities of Taiwan: the ISO 3166-2:TW code of an answer, and the name in English."""
FORMER = {"台北縣": "新北市", "桃園縣": "桃園市", "台中縣": "台中市", "台南縣": "台南市",
          "高雄縣": "高雄市"}  # fmt: skip
WITHOUT_DISTRICT = frozenset({"台北市", "基隆市", "新竹市", "嘉義市"})
"""Cities in which no road name occurs twice, so that people leave the district out."""
DIGITS = "零一二三四五六七八九"
_NUMERAL = re.compile(
    "[零一二三四五六七八九十百]+(?=[段巷弄號之樓路街鄰])|(?<=之)[一二三四五六七八九十]+"
)
_VARIANTS = str.maketrans({"\u3007": "零", "号": "號"})
_UNITS = "十百"
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_OTHER_LETTER = re.compile(r"[^\W\d_a-z\u3400-\u4dbf\u4e00-\u9fff]")
_COUNTRY = re.compile(r"^(?:中華民國|台灣省?)|^\d{3,6}(?=[\u4e00-\u9fff])")
_DISTRICT = re.compile(r"^([^\d]{1,3}?)(?:區|鄉|鎮(?!區)|市(?!區))(?=.)")
_VILLAGE = re.compile(r"^[^\d]{2,3}[里村](?=[^\d]{1,8}(?:路|街|大道|段))|\d+鄰")
_HOUSE = re.compile(
    r"^(?P<road>.*?)(?:(?P<section>\d+)段)?(?:(?P<lane>\d+)巷)?(?:(?P<alley>\d+)弄)?"
    r"(?P<number>\d+(?:之\d+)?)(?:號(?:之(?P<after>\d+)(?!樓))?|$)"
)
_STREET_WORDS: Mapping[str, str] = {
    "rd": "road", "road": "road", "st": "street", "street": "street", "str": "street",
    "ave": "avenue", "avenue": "avenue", "blvd": "boulevard", "boulevard": "boulevard",
    "hwy": "highway", "highway": "highway", "dr": "drive", "drive": "drive",
}  # fmt: skip
_FIRST_WORDS: Mapping[str, str] = {
    "jl": "jalan", "jln": "jalan", "jalan": "jalan", "duong": "duong", "pho": "pho",
}  # fmt: skip
"""Words that stand before the name of a street: Indonesian, Vietnamese."""
_SIDES: Mapping[str, str] = {"e": "east", "w": "west", "n": "north", "s": "south"}
_NAMED: Mapping[str, re.Pattern[str]] = {
    "section": re.compile(r"\b(?:sec|section)\b\.? ?(\d+)|\b(\d+)(?:st|nd|rd|th) sec(?:tion)?\b"),
    "lane": re.compile(r"\b(?:ln|lane)\b\.? ?(\d+)"),
    "alley": re.compile(r"\b(?:aly|alley)\b\.? ?(\d+)"),
    "number": re.compile(r"\b(?:no|nr|number)\b\.? ?(\d+(?:-\d+)?)"),
}
_INSIDE = re.compile(r"\b(?:\d+(?:st|nd|rd|th)? ?(?:floor|fl|f)|(?:floor|room|rm|unit|f) ?\d+)\b")
_OUTSIDE = re.compile(r"\b(?:taiwan|roc|r o c|republic of china|district|dist|township|village)\b")


@dataclass(slots=True)
class _Address:
    """The parts of an address; empty where one is not known."""

    county: str = ""
    district: str = ""
    road: str = ""
    section: str = ""
    lane: str = ""
    alley: str = ""
    number: str = ""
    places: list[str] = field(default_factory=list)
    """What is named as well, in Latin letters."""


def address_form(folded: str, around: Iterable[str] = ()) -> str:
    """Return the form by which an address is compared; empty if it says too little.

    `folded` is without case, accents and variants of width. `around` are city and county of the
    same subject, folded, or the code of an answer.
    """
    folded = folded.translate(_VARIANTS)
    given = [name for name in (_known_place(it) for it in around) if name]
    for _round in range(ROUNDS):
        form = _take_apart(folded, given)
        if form == folded:
            return form
        folded, given = form, []
    return ""


def _take_apart(folded: str, around: list[str]) -> str:
    if _OTHER_LETTER.search(folded):
        return _whole(" ".join([folded, *around]))
    if _CHINESE.search(folded):
        return _chinese("".join([*_chinese_order(around, folded), folded]))
    return _latin([*(it.strip() for it in folded.split(",")), *around])


def _whole(text: str) -> str:
    """Return the letters and digits of a text; empty without any of the two."""
    if not (any(it.isdigit() for it in text) and any(it.isalpha() for it in text)):
        return ""
    kept = (it if it.isalnum() or unicodedata.category(it)[0] == "M" else " " for it in text)
    return " ".join("".join(kept).split())


def _known_place(name: str) -> str:
    """Return the Chinese name of a county for its code; any other name as it is."""
    codes = {codes[0].casefold(): county for county, codes in COUNTIES.items()}
    return codes.get(name.strip().casefold(), name.strip())


# --- Chinese --------------------------------------------------------------------------------


def _chinese_order(around: list[str], folded: str) -> list[str]:
    """Return the places of a subject, the county first, without what the address says itself."""
    named = {codes[1]: county for county, codes in COUNTIES.items()}
    places = [named.get(it.removesuffix(" city"), named.get(it, it)) for it in around]
    places.sort(key=lambda it: _county(it)[0] == "")
    known = [it for it in places if _CHINESE.search(it) and it not in folded]
    return [it if _county(it)[0] or it[-1] in "區鄉鎮市" else f"{it}區" for it in known]


def _chinese(text: str) -> str:
    bare = "".join(it for it in re.sub(r"(?<=\d)\s*[-~]\s*(?=\d)", "之", text) if it.isalnum())
    bare = _NUMERAL.sub(lambda it: in_digits(it[0]), bare)
    found = _Address()
    found.county, rest = _county(_COUNTRY.sub("", bare))
    if district := _DISTRICT.match(rest):
        found.district, rest = district[1], rest[district.end() :]
    house = _HOUSE.match(_VILLAGE.sub("", rest))
    if house is None or not (found.county or found.district):
        return ""
    found.road = house["road"]
    found.section, found.lane = house["section"] or "", house["lane"] or ""
    found.alley, found.number = house["alley"] or "", house["number"]
    if house["after"] and "之" not in found.number:
        found.number += f"之{house['after']}"
    return _chinese_form(found)


def _chinese_form(it: _Address) -> str:
    if not _CHINESE.search(it.road):
        return ""
    is_plain = it.county in WITHOUT_DISTRICT or not it.district
    parts = (
        (it.county, ""), ("" if is_plain else it.district, "區"), (it.road, ""), (it.section, "段"),
        (it.lane, "巷"), (it.alley, "弄"), (it.number, "號"),
    )  # fmt: skip
    return "".join(part + unit for part, unit in parts if part)


def _county(text: str) -> tuple[str, str]:
    """Return the county that a text begins with, and the rest; empty if it names none."""
    for name in (*COUNTIES, *FORMER):
        if text.startswith(name):
            return FORMER.get(name, name), text[len(name) :]
    for name in COUNTIES:
        is_one = f"{name[:-1]}{'縣' if name[-1] == '市' else '市'}" not in COUNTIES
        if is_one and text.startswith(name[:-1]) and text[2:3] not in "縣市":
            return name, text[2:]
    return "", text


def in_digits(text: str) -> str:
    """Return a number in Chinese numerals up to 999 in digits: 三十五, 一百二十. Else the text."""
    if not all(it in DIGITS or it in _UNITS for it in text):
        return text
    if not any(it in _UNITS for it in text):
        return "".join(str(DIGITS.index(it)) for it in text)
    total, digit = 0, 0
    for it in text:
        if it in _UNITS:
            total, digit = total + (digit or 1) * (10 if it == "十" else 100), 0
        else:
            digit = DIGITS.index(it)
    return str(total + digit)


# --- Latin letters --------------------------------------------------------------------------


def _latin(parts: list[str]) -> str:
    found = _Address()
    for part in parts:
        _read_part(found, part)
    if not (found.road and found.number and (found.county or found.places)):
        return ""
    names = ("number", "alley", "lane", "section")
    named = [f"{it} {value}" for it in names if (value := getattr(found, it))]
    is_plain = found.county in WITHOUT_DISTRICT
    places = [] if is_plain else sorted(set(found.places))
    county = COUNTIES[found.county][1] if found.county else ""
    return ", ".join(it for it in (*named, found.road, *places, county) if it)


def _read_part(found: _Address, part: str) -> None:
    """Read what stands between two commas."""
    text = _OUTSIDE.sub(" ", _INSIDE.sub(" ", part.replace("'", "").replace(".", " ")))
    for name, pattern in _NAMED.items():
        text = _take(found, name, pattern, " ".join(text.split()))
    words = re.findall(r"[^\W\d_]+|\d+(?:-\d+)*", text)
    if any(it in _STREET_WORDS or it in _FIRST_WORDS for it in words):
        words = _read_road(found, words)
    elif not found.number and not found.road and words and words[0][0].isdigit():
        found.number, words = words[0], words[1:]
    _read_place(found, [it for it in words if not it[0].isdigit()])


def _take(found: _Address, name: str, pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    if match is None:
        return text
    setattr(found, name, getattr(found, name) or match[match.lastindex or 1])
    return f"{text[: match.start()]} {text[match.end() :]}"


def _read_road(found: _Address, words: list[str]) -> list[str]:
    """Read a road and the number next to it; return the words after it."""
    place = next(i for i, it in enumerate(words) if it in _STREET_WORDS or it in _FIRST_WORDS)
    is_first = words[place] in _FIRST_WORDS and place + 1 < len(words)
    name = words[place + 1 :] if is_first else words[:place]
    after = [] if is_first else words[place + 1 :]
    numbers = [it for it in name if it[0].isdigit()] or [it for it in after[:1] if it[0].isdigit()]
    if numbers and not found.number:
        found.number = numbers[0]
    kind = _FIRST_WORDS[words[place]] if is_first else _STREET_WORDS.get(words[place], words[place])
    joined = "".join(_SIDES.get(it, it) for it in name if not it[0].isdigit())
    if joined and not found.road:
        found.road = f"{kind} {joined}" if is_first else f"{joined} {kind}"
    return after


def _read_place(found: _Address, words: list[str]) -> None:
    name = " ".join(words)
    if _CHINESE.search(name):  # of the two, a county alone has one name in both scripts
        found.county = found.county or _county(name)[0]
        return
    bare = name.removesuffix(" city").removesuffix(" county").strip()
    for county, (_code, english) in COUNTIES.items():
        if english in {name, bare}:
            found.county = found.county or county
            return
    if bare and bare not in {"city", "county"}:
        found.places.append(bare)
