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
from string import ascii_lowercase

from babel import Locale

from bot.languages import LANGUAGES, LOCALES
from bot.text import fold_accents

SLIPS_FROM = 6
"""Letters of a name in which one slip is allowed: shorter ones are too near to other words."""
LONGEST = 40
"""Characters of an answer that names a language; a longer message is a story."""
_FILLERS = re.compile(
    r"^(?:i (?:want|speak|prefer|choose|read)|in|language|my language is|please"
    r"|saya (?:bisa|mau|pilih)|bahasa|pake|pakai|mau|bhs|b|tieng"
    r"|(?:toi|e|em|minh)? ?(?:muon|noi|chon|dung)|gusto ko(?: ng)?"
    r"|marunong ako(?: ng)?|salita|wika)\s+"
)
_ENDINGS = re.compile(
    r"(?:\s+(?:language|please|pls|plz|po|lang|nalang|na|only|dong|saja|aja|ya|kak|lah|a|nha|nhe|di"
    r"|sana|sir|mam|maam|thanks|speaking|speaker))+$"
    r"|(?:ค่ะ|ครับ|คะ|စာ|စကား|ဘာသာ|လို|でお願いします|です|がいい|で|で話したい|吧|謝謝|谢谢|就好|就行|可以|ครับผม|จ้า|นะ|ទេ|បាន)+$"
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
    short = _stripped(plain)
    for candidate in (plain, short):
        if candidate in names:
            return names[candidate]
    meant = {names[it] for it in _one_letter_off(short) if it in names}
    return meant.pop() if len(meant) == 1 else None


def asked_language(typed: str) -> str | None:
    """Return the tag of the language these words ask for: "please english", "bahasa indonesia ya".

    A name alone may be of a country and asks for none; "English" is a language in any case.
    """
    plain = _plain(typed)
    is_asked = plain == "english" or (len(typed) <= LONGEST and _stripped(plain) != plain)
    return match_language(typed) if is_asked else None


def _one_letter_off(word: str) -> set[str]:
    """Return what a long word in Latin letters may have been meant to be, without its slip."""
    if not word.isascii() or not word.isalpha() or len(word) < SLIPS_FROM:
        return set()
    halves = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    left_out = {head + sign + tail for head, tail in halves for sign in ascii_lowercase}
    too_many = {head + tail[1:] for head, tail in halves if tail}
    changed = {head + sign + tail[1:] for head, tail in halves if tail for sign in ascii_lowercase}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in halves if len(tail) > 1}
    return left_out | too_many | changed | swapped


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
