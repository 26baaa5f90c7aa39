"""Languages by name: what people write when they are asked to choose one.

Every language is known by its name in each of the ten, by its code, and by what people call it
("tagalog", "bahasa", "中文"). Accents, case and words around the name do not matter.
"""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from bot.languages import LANGUAGES
from bot.text import fold_accents

LONGEST = 40
"""Characters of an answer that names a language; a longer message is a story."""
_ALIASES = {
    "id": "bahasa indo indonesian indonesia indon bahasa_indonesia 印尼 印尼文 印尼話 印尼语 印尼語 "
    "インドネシア อินโด อินโดนีเซีย ឥណ្ឌូណេស៊ី အင်ဒိုနီးရှား",
    "vi": "viet vietnam vietnamese vn tieng_viet tiengviet viet_nam 越南 越文 越語 越南文 越南話 "
    "ベトナム เวียดนาม វៀតណាម ဗီယက်နမ်",
    "en": "eng inggris ingles anh tieng_anh english 英文 英語 英语 英 อังกฤษ អង់គ្លេស အင်္ဂလိပ် えいご",
    "zh_Hant": "chinese mandarin taiwanese traditional traditional_chinese mandarin_chinese "
    "cina tionghoa trung tieng_trung hoa tieng_hoa intsik tsino instik 中文 繁體 繁體中文 繁中 國語 華語 華文 台語 "
    "中國話 中國語 漢語 จีน ภาษาจีน ចិន ភាសាចិន တရုတ် တရုတ်စာ ちゅうごくご",
    "zh_Hans": "simplified simplified_chinese 简体 简体中文 简体字 简中 普通话 华语 汉语 國語簡體 簡體 簡體中文 "
    "中国话 中国语 putonghua",
    "fil": "tagalog filipino pilipino pinoy tgl tag tl philippines pilipinas 菲律賓 菲律賓文 菲律宾 菲語 "
    "他加祿 タガログ フィリピン ฟิลิปปินส์ ตากาล็อก ហ្វីលីពីន តាហ្គាឡុក ဖိလစ်ပိုင် တာဂါလော့ filipina",
    "th": "thai thailand tai siam thailan thay tieng_thai 泰文 泰語 泰语 泰國 泰 タイ タイ語 ภาษาไทย ไทย "
    "ថៃ ភាសាថៃ ထိုင်း muangthai",
    "km": "khmer cambodian cambodia kampuchea kamboja campuchia kambodya 柬埔寨 柬文 高棉 高棉語 柬語 カンボジア クメール "
    "เขมร กัมพูชา ខ្មែរ ភាសាខ្មែរ ကမ္ဘောဒီးယား ခမာ kh",
    "my": "burmese myanmar burma bamar mien_dien myanma birma 緬甸 緬文 緬語 缅甸 缅甸语 ビルマ ミャンマー "
    "พม่า เมียนมา ភូមា မြန်မာ မြန်မာစာ ဗမာ ဗမာစာ mm",
    "ja": "japanese japan jp nihongo jepang nhat tieng_nhat hapon hapones nippon 日文 日語 日语 日本 日本語 にほんご "
    "ญี่ปุ่น ជប៉ុន ဂျပန်",
}
"""What people call a language beside its names in the catalogues of the Unicode consortium."""
_FILLERS = re.compile(
    r"^(?:i (?:want|speak|prefer|choose|read)|in|language|my language is|please|saya (?:bisa|mau|pilih)|bahasa"
    r"|toi (?:noi|chon)|tieng|gusto ko(?: ng)?|marunong ako(?: ng)?|salita|wika)\s+"
)
_ENDINGS = re.compile(
    r"(?:\s+(?:language|please|po|lang|only|dong|saja|aja|a|nha|speaking))+$"
    r"|(?:ค่ะ|ครับ|คะ|စာ|စကား|ဘာသာ|です|でお願いします|がいい|吧|謝謝)+$"
)
_PREFIXES = ("ภาษา", "ភាសា", "我說", "我要", "說", "请用", "請用", "我讲")


def match_language(typed: str) -> str | None:
    """Return the tag of the language these words name; None for no language of ours."""
    if len(typed) > LONGEST:
        return None
    plain = _plain(typed)
    names = _names()
    for candidate in (plain, _stripped(plain)):
        if candidate in names:
            return names[candidate]
    return None


def _plain(typed: str) -> str:
    return " ".join(re.sub(r"[!?.,;:()\"'。,!?、~_/-]+", " ", fold_accents(typed)).split())


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
    for tag, names in _ALIASES.items():
        for name in names.split():
            found[_plain(name.replace("_", " "))] = tag
    found.pop("", None)
    return found
