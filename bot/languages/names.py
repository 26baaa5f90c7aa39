"""Languages by name: what people write when they are asked to choose one.

Every language is known by its name in each of the ten, by its code, and by what people
call it ("tagalog", "bahasa", "中文": `locales/language_names.toml`). Accents, case and
words around the name do not matter.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache

from babel import Locale

from bot.languages import LANGUAGES, LOCALES
from bot.text import fold_accents

LONGEST = 40
"""Characters of an answer that names a language; a longer message is a story."""
_FILLERS = re.compile(
    r"^(?:i (?:want|speak|prefer|choose|read)|in|language|my language is|please"
    r"|saya (?:bisa|mau|pilih)|bahasa|pake|pakai|mau|bhs|b|tieng"
    r"|(?:toi|e|em|minh)? ?(?:muon|noi|chon|dung)|gusto ko(?: ng)?"
    r"|marunong ako(?: ng)?|salita|wika)\s+"
)
_ENDINGS = re.compile(
    r"(?:\s+(?:language|please|po|lang|only|dong|saja|aja|a|nha|speaking))+$"
    r"|(?:ค่ะ|ครับ|คะ|စာ|စကား|ဘာသာ|လို|でお願いします|です|がいい|吧|謝謝)+$"
)
_PREFIXES = (
    "เอา",
    "พูด",
    "คน",
    "ภาษา",
    "និយាយ",
    "ភាសា",
    "我說",
    "我要",
    "說",
    "请用",
    "請用",
    "我讲",
)


def match_language(typed: str) -> str | None:
    """Return the tag of the language these words name; None for a language Haven does not speak."""
    if len(typed) > LONGEST:
        return None
    plain = _plain(typed)
    names = _names()
    for candidate in (plain, _stripped(plain)):
        if candidate in names:
            return names[candidate]
    return None


def _plain(typed: str) -> str:
    return " ".join(
        re.sub(
            r"[!?.,;:()\"'。,!?、~_/-]+", " ", unicodedata.normalize("NFC", fold_accents(typed))
        ).split()
    )


def _stripped(plain: str) -> str:
    shorter = _ENDINGS.sub("", _FILLERS.sub("", plain)).strip()
    for prefix in _PREFIXES:
        shorter = shorter.removeprefix(prefix).strip()
    return shorter


@cache
def _names() -> dict[str, str]:
    """Return every known name, plain, with the language it means."""
    found: dict[str, str] = {}
    for tag in LANGUAGES:
        for reader in LANGUAGES:
            name = Locale.parse(tag).get_display_name(reader) or ""
            found.setdefault(_plain(name), tag)
            short = Locale.parse(reader).languages.get(tag.partition("_")[0], "")
            if tag != "zh_Hans":  # the bare word "Chinese" means the one of Taiwan
                found.setdefault(_plain(short), tag)
        found[_plain(tag)] = tag
    aliases = tomllib.loads((LOCALES / "language_names.toml").read_text(encoding="utf-8"))
    found |= {_plain(name): tag for tag, names in aliases.items() for name in names}
    found.pop("", None)
    return found
