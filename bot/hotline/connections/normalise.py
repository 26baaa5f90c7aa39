"""Normalised forms of names, telephones, plates, vessels and addresses. Pure.

Two notations of one value have a form in common. A value written in several scripts has one form
for each; nothing is guessed from one script to another. What says too little to connect anything
(a family name alone, "boss", a street without a number) has no form.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.cases.record.values import CHINESE, parse_phone
from bot.hotline.connections.addresses import address_form, in_digits
from bot.hotline.connections.kinds import ConnectionKind
from bot.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MIN_LETTERS, MIN_CHINESE = 3, 2
"""Characters of the shortest name."""
MIN_PLATE, MIN_REGISTRATION = 4, 5
MAX_FORMS = 6
"""Forms of one value; a value with more is a text, not a name."""
MAX_LENGTH = 200
"""Characters of a value that is compared; a longer one is a text."""
FOLDINGS = 4
"""Folding is repeated until nothing changes, which takes two rounds for all known text."""
IMO_DIGITS = 7
LATIN, NO_LETTER = "LATIN", "?"
_WITH_CHINESE = frozenset({CHINESE, "HIRAGANA", "KATAKANA"})
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "pak", "bapak", "ibu"})
_LEGAL_FORMS = frozenset({"co", "ltd", "inc", "corp", "company", "limited", "llc", "pt", "cv"})
_NO_NAMES = _TITLES | _LEGAL_FORMS
_SHIP_WORDS = frozenset({"mv", "fv", "no", "number", "nr", "vessel", "ship", "boat", "hao"})
_CHINESE_ENDS = (
    "股份有限公司", "有限公司", "公司", "先生", "小姐", "女士", "太太",
)  # fmt: skip
_CHINESE_SHIP_ENDS = ("號", "号")
_CHINESE_SHIP_STARTS = ("漁船", "渔船", "船舶", "船名", "船隻", "漁船名")
_PLATE_WORDS = re.compile(
    r"\b(?:licen[cs]e|number|plate|no|nr|car|vehicle|plat|nomor|bien so|ทะเบียน)\b"
    "|車牌|車號|牌照|號碼|号码|號|号|機車|汽車"
)
"""What is written around the number of a plate."""
_SHIP_NUMBER = re.compile("第?([零一二三四五六七八九十百]+|\\d+)(?=[號号]|$)")
_SAYS_NOTHING = (
    "boss", "the boss", "agent", "agency", "broker", "employer", "owner", "recruiter", "captain",
    "driver", "manager", "unknown", "not known", "none", "bos", "agen", "agensi", "majikan",
    "calo", "sponsor", "mandor", "tidak tahu", "chủ", "ông chủ", "môi giới", "công ty",
    "không biết", "amo", "ahente", "hindi alam", "老闆", "老板", "老闆娘", "仲介", "中介", "雇主",
    "僱主", "工頭", "船長", "司機", "不知道", "不詳", "นายหน้า", "นายจ้าง", "เจ้านาย", "เถ้าแก่", "ไม่รู้",
    "ថៅកែ", "មេខ្យល់", "ပွဲစား", "သူဌေး",
)  # fmt: skip
"""What people write for one whose name they do not know."""
_REMARK = re.compile(r"\([^)\d]*\)|^[^\d+(]+")
"""What stands around a telephone number: `tel.`, `(LINE)`."""
_ALTERNATIVES = re.compile(r"[/,;、\uff0c\uff1b\n]+")


def normal_forms(
    kind: ConnectionKind, typed: str, region: str = "", around: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return the forms by which a value is compared; empty if it says too little.

    `region` is the country whose telephone numbers have no prefix (ISO 3166 alpha-2). `around` are
    the city and the county that are known of the subject of an address.
    """
    if len(typed) > MAX_LENGTH:
        return ()
    if kind is ConnectionKind.ADDRESS:
        form = address_form(_folded(typed), [_folded(it) for it in around])
        return (form,) if form else ()
    is_phone = kind is ConnectionKind.PHONE
    found = _phones(typed, region) if is_phone else _FORMS[kind](_folded(typed))
    unique = tuple(dict.fromkeys(it for it in found if it))
    return unique if len(unique) <= MAX_FORMS else ()


def _folded(text: str) -> str:
    """Return text without case, accents and variants of width, composed."""
    for _round in range(FOLDINGS):
        found = unicodedata.normalize("NFC", fold_accents(text))
        if found == text:
            break
        text = found
    return text


def _phones(typed: str, region: str) -> Iterable[str]:
    """Yield E.164 without extension, of one number or of several with a sign between them."""
    for part in (typed, *_ALTERNATIVES.split(_REMARK.sub(" ", typed))):
        yield parse_phone(part, region).partition(";")[0]


def _plates(folded: str) -> Iterable[str]:
    yield _with_number(_PLATE_WORDS.sub(" ", folded), MIN_PLATE)


def _with_number(folded: str, least: int) -> str:
    """Return letters and digits alone; empty for what has no digit or is too short."""
    bare = "".join(it for it in folded if it.isalnum())
    return bare if len(bare) >= least and any(it.isdigit() for it in bare) else ""


def _vessels(folded: str) -> Iterable[str]:
    """Yield the IMO number, or a form of the name for each script, or the registration."""
    digits = "".join(it for it in folded if it.isdecimal())
    if len(digits) == IMO_DIGITS and not _letters(folded) - set("imo"):
        return [f"imo{digits}"]
    names = [_vessel_name(*it) for it in _by_script(folded.replace("/", "")).items()]
    return names if any(names) else [_with_number(folded, MIN_REGISTRATION)]


def _vessel_name(script: str, words: Iterable[str]) -> str:
    name = "".join(it for it in words if it not in _SHIP_WORDS)
    if script == CHINESE:
        name = _SHIP_NUMBER.sub(lambda it: in_digits(it[1]), name)
        name = _without_ends(name, _CHINESE_SHIP_ENDS, _CHINESE_SHIP_STARTS)
    return "" if name in _SHIP_WORDS else _if_long_enough(script, name)


def _letters(folded: str) -> set[str]:
    return {it for it in folded if it.isalpha()}


def _names(folded: str) -> Iterable[str]:
    """Yield a form for each script; the order of words with spaces between them says nothing.

    In Latin letters another one says where no space stands: Xiao Ming is Xiaoming.
    """
    if folded in _says_nothing():
        return
    for script, words in _by_script(folded).items():
        if script == CHINESE:
            name = _without_ends("".join(words), _CHINESE_ENDS)
        elif script == LATIN:
            kept = [it for it in words if it not in _NO_NAMES]
            name, together = " ".join(sorted(kept)), "".join(kept)
            says_nothing = not _says_nothing().isdisjoint({name, together}) or together in _NO_NAMES
            yield _if_long_enough(script, "" if says_nothing else together)
        else:
            name = "".join(words)
        if name not in _says_nothing():
            yield _if_long_enough(script, name)


@lru_cache(maxsize=1)
def _says_nothing() -> frozenset[str]:
    folded = [_folded(it) for it in _SAYS_NOTHING]
    return frozenset({*folded, *(" ".join(sorted(it.split())) for it in folded)})


def _if_long_enough(script: str, name: str) -> str:
    letters = sum(it.isalpha() for it in name)
    return name if letters >= (MIN_CHINESE if script == CHINESE else MIN_LETTERS) else ""


def _without_ends(name: str, ends: tuple[str, ...], starts: tuple[str, ...] = ()) -> str:
    """Return a name without what it may begin and end with, as often as it does."""
    while True:
        shorter = name
        for start in starts:
            shorter = shorter.removeprefix(start)
        for end in ends:
            shorter = shorter.removesuffix(end)
        if shorter == name:
            return name
        name = shorter


def _by_script(folded: str) -> dict[str, list[str]]:
    """Return the words of a text by script; a number belongs to the script before it."""
    found: dict[str, list[str]] = {}
    last, ahead = "", list[str]()
    for word in _words(folded):
        for script, part in _parts(word):
            last = script or last
            if last:
                found.setdefault(last, []).extend([*ahead, part])
                ahead = []
            else:
                ahead.append(part)
    return found


def _words(folded: str) -> list[str]:
    """Return the words of a text; a hyphen or an apostrophe stands within one."""
    kept = (it for it in folded if unicodedata.category(it) != "Pd" and it not in "'\u2019")
    return "".join(it if _script(it) else " " for it in kept).split()


def _parts(word: str) -> Iterable[tuple[str, str]]:
    """Yield the parts of a word in one script each; the script of digits alone is empty."""
    script, part = "", ""
    for char in word:
        own = _script(char)
        if own != NO_LETTER and script and own != script:
            yield script, part
            part = ""
        script = script if own == NO_LETTER else own
        part += char
    yield script, part


def _script(char: str) -> str:
    """Return the script of a letter; NO_LETTER for digits and marks; empty for what ends a word."""
    if char.isalpha():
        name = unicodedata.name(char, "").split(" ")[0]
        return CHINESE if name in _WITH_CHINESE else name or NO_LETTER
    return NO_LETTER if char.isdigit() or unicodedata.category(char).startswith("M") else ""


_FORMS: Mapping[ConnectionKind, Callable[[str], Iterable[str]]] = {
    ConnectionKind.NAME: _names,
    ConnectionKind.PLATE: _plates,
    ConnectionKind.VESSEL: _vessels,
}
