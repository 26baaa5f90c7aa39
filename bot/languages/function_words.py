"""Small words of the languages in Latin letters, and which language they say a text is in.

Cheap phones write no accents. Without them Vietnamese "di" and "ke" are words of Indonesian, and
"ko" and "sa" words of Filipino: such words support each of their languages and decide for none.
"""

from __future__ import annotations

import re
from collections import Counter

from bot.languages import FALLBACK
from bot.text import fold

_FUNCTION_WORDS = {
    "en": "the and you your is are was were of for that this with we they have has will would can "
    "could should not what where when who how does did please help if but about there here been "
    "it he she his her them our i my to or as",
    "id": "yang dari ini itu untuk dengan tidak ada saya anda kamu mereka akan bisa apa siapa "
    "kapan mana bagaimana sudah belum juga atau jika kalau karena pada adalah seperti hanya masih "
    "orang kerja bapak ibu gaji majikan paspor bulan pulang uang agen tdk gak nggak blm sdh yg dgn "
    "utk sy krn",
    "fil": "ang ng mga ay ako ikaw siya kayo sila ito iyan iyon hindi po wala kung pero dito saan "
    "kailan sino ano paano lang din rin naman namin natin inyo iyong aking ninyo nila kong akong "
    "yung yun tapos amo sweldo tulong gusto kasi niya nung wag huwag",
    "vi": "và là của không có được cho với những các này đó tôi bạn chúng người khi nào đâu gì sao "
    "đến từ nếu thì đã sẽ đang ở một hay vì cũng rất muốn phải làm khong duoc toi nguoi chung "
    "nhung muon phai lam em anh chi chu bi danh bat nhot tuoi tien luong nha het giup cuu oi roi "
    "chua biet viec voi cua trong ngoai noi nghe nua xin hop chieu thang nhieu cung goi dien thoai "
    "ngay gio hom chet dau gi la cho ve vao toan giay nam moi lay dap tra cong dang nen neu "
    "rang thay chong dem",
}
FUNCTION_WORDS = {tag: frozenset(words.split()) for tag, words in _FUNCTION_WORDS.items()}
"""Small words that no other of these languages has."""
_SHARED_WORDS = {
    ("id", "vi", "fil"): "di mo ko",
    ("id", "vi"): "ke dan dia",
    ("id", "fil"): "ka kita kami para lagi takut nya aku tolong anak sakit dapat sama sya",
    ("vi", "fil"): "sa ba",
    ("vi", "en"): "am an on so do be me ma",
}
"""Words of several of these languages, once they are written without accents."""
LANGUAGE_OF_WORD = {word: tag for tag, words in FUNCTION_WORDS.items() for word in words}
LANGUAGES_OF_SHARED = {
    word: tags for tags, words in _SHARED_WORDS.items() for word in words.split()
}
_VIETNAMESE_YES = frozenset({"vâng", "dạ", "ừ", "được", "đúng", "rồi", "đồng"})
_AROUND_YES = frozenset({"ạ", "có", "ý", "em", "anh", "chị", "ơi", "nhé", "nha", "ok", "à", "á"})
WORD = re.compile(r"[^\W\d_]+")
MIN_WORDS = 2
"""Function words that make a sentence and not a name."""
LONGEST_NAME = 5
"""Words of a name or an address, at most."""
OWN_WORD, SHARED_WORD = 2, 1
"""What a word of one language, and of several, says for a language."""
LEAST_SAID = OWN_WORD + SHARED_WORD
"""What has to be said for a language."""
TIMES_SAID = 1.5
"""How much more has to be said for another language than for that of the phone. English says less:
many phones are in English, and their owners are not."""


def count_function_words(text: str) -> Counter[str]:
    """Count the words that only one language in Latin letters has."""
    words = WORD.findall(fold(text))
    return Counter(LANGUAGE_OF_WORD[word] for word in words if word in LANGUAGE_OF_WORD)


def choose_language(text: str, marked: Counter[str], preferred: str) -> str | None:
    """Return the language of a text in Latin letters; None where that cannot be told.

    Args:
        text: what was written.
        marked: further words of a language, told by its letters.
        preferred: the language of the phone or of the chat.
    """
    words = [fold(it) for it in WORD.findall(_without_names(text))]
    own = Counter(LANGUAGE_OF_WORD[it] for it in words if it in LANGUAGE_OF_WORD) + marked
    shared = Counter(tag for it in words for tag in LANGUAGES_OF_SHARED.get(it, ()))
    said = {tag: OWN_WORD * own[tag] + SHARED_WORD * shared[tag] for tag in FUNCTION_WORDS}
    best = max(said, key=lambda tag: (said[tag], tag == preferred))
    if not own[best] or said[best] < LEAST_SAID:
        return None
    if best == preferred:
        return best
    if list(said.values()).count(said[best]) > 1:
        return None
    if preferred in said and preferred != FALLBACK:
        is_clear = own[best] >= MIN_WORDS and said[best] >= TIMES_SAID * said[preferred]
        return best if is_clear else None
    return best


def language_of_yes(text: str) -> str | None:
    """Return the language whose accents a bare yes has; None if it is something else.

    Two or three letters are too few for `choose_language`, and with accents they are certain.
    """
    words = frozenset(WORD.findall(fold(text)))
    is_yes = not words.isdisjoint(_VIETNAMESE_YES) and words <= _VIETNAMESE_YES | _AROUND_YES
    return "vi" if is_yes else None


def _without_names(text: str) -> str:
    """Return a text without words that begin with a capital, except where it shouts or the first.

    A long text whose words all begin so is no name.
    """
    words = WORD.findall(text)
    small = [it for it in words[1:] if not it[0].isupper() or it == "I"]
    if small:
        return " ".join([words[0], *small])
    return text if text.isupper() or len(words) > LONGEST_NAME or len(words) < MIN_WORDS else ""
