"""Requests that the police are not called or told: "please dont call police", 不要叫警察.

The examples confuse it with a cry for the police, because all its words but one are the same. A
negation counts only with the words of calling and telling between it and the police, so that "do
not wait, call the police" and "I cannot call the police myself" stay what they are. A text that
names the police once more, without a negation, stays a cry for them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from bot.text import fold

_POLICE = (
    r"\b(?:police|policeman|policemen|cops?|polisi|polis|pulis|pulisya|kapulisan)\b"
    r"|\b(?:công an|cong an|cảnh sát|canh sat)\b"
    r"|\b(?:immigration|imigrasi|nia)\b|(?<!\d)110(?!\d)|移民[署局]|入管|イミグレ|ตม\b"
    "|警察|警方|公安|[報报][警案]|[員员]警|条子|ตำรวจ|แจ้งความ|ប៉ូលិស|ប៉ូលីស|ប៉ុលិស|នគរបាល|ရဲ|ပုလိပ်"
)


def _compile(pattern: str) -> re.Pattern[str]:
    """Return a pattern in the form of folded text: "ำ" is two signs there."""
    return re.compile(unicodedata.normalize("NFKC", pattern))


def _before(negations: str, between: str, most: int = 6) -> str:
    """Return a pattern in a script with spaces: a negation, words that may follow, the police."""
    return rf"\b(?:{negations})\s+(?:(?:{between})\s+){{0,{most}}}(?:{_POLICE})"


def _tight(negations: str, between: str, most: int = 6) -> str:
    """Return the same in a script without spaces."""
    return rf"(?:{negations})\s*(?:(?:{between})\s*){{0,{most}}}(?:{_POLICE})"


_ENGLISH = r"(?<!why )(?<!why'd )(?<!is )(?<!are )(?<!was )" + _before(
    r"do(?:n'?t| not)|dnt|donot|never|no|not|without",
    "want|wanna|need|call|calling|tell|telling|contact|inform|report|bring|send|involve|involving|get"
    "|phone|ring|let|talk|speak|go|say|notify|alert|me|us|it|this|to|the|with|any|my|please|pls"
    "|anything|about|have|anyone|ever|plz",
)
_INDONESIAN = _before(
    r"jangan|jgn|jng|(?:tidak|tdk|gak|ga|gk|nggak|ngga|enggak|g)\s+(?:mau|usah|perlu|ingin|pengen)",
    "panggil|lapor|laporkan|laporin|telpon|telepon|tlp|hubungi|bilang|kasih|tau|tahu|beri|beritahu"
    "|bawa|kirim|ke|sama|dulu|libatkan|sampai|sampe|ada|ikut|ngomong|cerita|dengan|ya|kak|mbak|dong"
    "|lah|urusan|ketemu|berurusan|manggil|dipanggil|pihak|kantor|saya|aku",
)
_FILIPINO = (
    _before(
        r"wag|huwag|hwag|'wag|ayoko|ayokong|ayaw\s+(?:po\s+)?(?:ko|namin)"
        r"|(?:hindi|di|hndi)\s+(?:po\s+|ko\s+)?(?:gusto|kailangan)",
        "po|na|mo|nyo|ninyo|niyo|nyong|niyong|ninyong|mong|pong|munang|muna|ng|nang|sa|mga|sana|tumawag"
        "|tawagan|tawagin|tatawag|magsumbong|isumbong|sabihin|sabihan|ipaalam|ireport|magreport|report"
        "|isama|dalhin|papuntahin|papuntahan|lang|ko|kayo|kayong|kang|ka|please|pls|malaman|idamay|wag"
        "|magpatawag|magpapunta|may|ang",
    )
    + r"(?!\s+ng\b)"
)
_VIETNAMESE = _before(
    "đừng|dừng|dung|chớ|(?:không|khong|ko|hông|k|kg)\\s+(?:muốn|muon|cần|can)",
    "gọi|goi|báo|bao|kêu|keu|nói|noi|với|voi|cho|đưa|dua|gặp|gap|mời|moi|tới|toi|liên|lạc|lien|lac"
    "|có|co|dính|dinh|đến|den|vội|nhờ|nho|đi|di|bên|ben|phía|chị|anh|ai",
)
_THAI = _tight(
    "อย่า|ห้าม|ไม่ต้อง|ไม่อยาก|ไม่เอา|ไม่ขอ",
    "เพิ่ง|แจ้ง|เรียก|โทร|บอก|ไป|หา|ติดต่อ|ให้|ยุ่ง|กับ|รู้|เกี่ยว|พา|เอา|ส่ง|ถึง|มี|เรื่อง|ต้องการ|การ|เจอ|พบ",
)
_CHINESE = "(?<!要)(?<!該)(?<!该)" + _tight(
    "不要|[別别]|勿|不用|不需要|不想要?|先不要|不",
    "再|[讓让]|叫|找|打[給给]|[聯联][絡络]|[聯联][繫系]|通知|告[訴诉]|[請请]|去|跟|[給给]|打[電电][話话]|你[們们]|拜託|拜托"
    "|[幫帮]我|把我的事|先|有",
)
_CHINESE_AFTER = "(?:警察|警方)(?:就|先|也)?(?:不要|[別别])(?:來|来|知道|進來|进来|插手|介入)"
_LATER = (
    rf"(?:{_POLICE})[^.?!\n]{{0,60}}\b(?:don'?t|do not)(?:\s+(?:call|tell|bring|report|contact))?"
    r"(?:\s+them)?(?:\s+(?:here|pls|please))?\W*$"
    "|(?:警察|警方|[報报]警)[^。?!\n]{0,24}(?:[別别]|(?<!我)不要|不能)(?:叫|找|[報报]|[聯联][絡络系繫]|[讓让]|告[訴诉]|喊)?"
    "(?:他[們们])?(?:[來来])?\\W*$"
)
"""The police first, and then that they are not to be called."""
_JAPANESE = (
    r"(?:警察|けいさつ|ポリス|通報)[^。、\s?]{0,10}?"
    "(?:ないで(?!す)|たくな[いく]|なくてい|なくて大丈夫|やめて|は(?:いや|嫌|だめ|ダメ|無理|勘弁)|いらな)"
)
_BURMESE = (
    r"(?:ရဲ|ပုလိပ်)\s*(?:တွေ|စခန်း|တို့)?\s*(?:ကို|ဆီ|ဆီကို)?\s*(?:ဖုန်း|သွား|အကြောင်း|ဘာမှ)?\s*"
    "မ(?!ျ)[^။]{1,14}?(?:နဲ့|ချင်|လိုဘူး|လိုပါဘူး|လိုပါ)"
)
_KHMER = _tight(
    "កុំ|មិនចង់|អត់ចង់|មិនបាច់|អត់បាច់|មិនត្រូវការ|អត់ត្រូវការ",
    "ហៅ|ប្រាប់|ឲ្យ|អោយ|ឱ្យ|ទៅ|រាយការណ៍|ដល់|ជួប|តេ|ទូរស័ព្ទ|ប្តឹង|ប្ដឹង|ជាមួយ|មាន|ដឹង|យក|ខ្ញុំ|ឈ្មោះ|ពី|មក|អាន",
)


@cache
def _refused() -> re.Pattern[str]:
    """Return the requests of all languages as one pattern."""
    return _compile(
        f"{_ENGLISH}|{_INDONESIAN}|{_FILIPINO}|{_VIETNAMESE}|{_THAI}|{_CHINESE}|{_CHINESE_AFTER}"
        f"|{_LATER}|{_JAPANESE}|{_BURMESE}|{_KHMER}"
    )


@cache
def _named() -> re.Pattern[str]:
    return _compile(_POLICE)


def refuses_police(text: str) -> bool:
    """Tell whether a text names the police only to say that they should not be called or told."""
    folded = fold(text).replace("\u2019", "'")
    rest, count = _refused().subn(" ", folded)
    return count > 0 and _named().search(rest) is None
