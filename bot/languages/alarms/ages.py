"""A person's own age under 18, told in digits: "i am 16", "16 po ako", "我16歲".

Phrases cannot list it: the same number stands before hours, people, rooms and years of work. So a
pattern for each language asks for the person, the number and, where the language has it, the word
for an age, and nothing behind it that makes it another number.
"""

from __future__ import annotations

import re
from functools import cache

from bot.text import fold

DIGITS_OF_SCRIPTS = {
    zero + value: str(value) for zero in (0x0E50, 0x1040, 0x17E0) for value in range(10)
}
"""Digits of Thai, Burmese and Khmer."""
_AGE = r"(?<![\d.,:/-])(?:[89]|1[0-7])(?![\d:/%-]|[.,]\d)"
"""8 to 17: smaller numbers are mostly something else."""
_SPELT = "(?:eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen)"
_CHINESE_AGE = f"(?:{_AGE}|(?<![一二三四五六七八九十])(?:十[一二三四五六七]?|[八九])(?=[歲岁歳才]))"
_END = (
    r"\s*(?:$|[.,!?;\n]|"
    r"(?:and|but|so|please|pls|plz|now|only|from|help|girl|boy|female|male)\b)"
)
_ENGLISH = (
    r"\b(?:i am|i'm|im|iam|i m)\s+(?:(?:only|just|still|now|a|currently|like)\s+)*"
    rf"(?:{_AGE}|{_SPELT})\s*(?:(?:y/?o|years?[ -]?olds?|yrs?[ -]?old|y\.o)\b|{_END})"
    rf"|\bmy age(?:\s+(?:is|now))*\s*:?\s*(?:{_AGE}|{_SPELT})\b|^age:?\s+{_AGE}"
)
_SAYA = r"(?:saya|aku|sy|gue|gw)"
_BARU = r"(?:(?:masih|baru|cuma|hanya|sekarang|ini|skrg|msh|br|jalan)\s+)*"
_INDONESIAN = (
    rf"(?:\b(?:umur|usia)\s*(?:{_SAYA}|ku)"
    rf"|(?<!anak )(?<!adik )(?<!teman )\b{_SAYA}\s+{_BARU}(?:umur|usia|berumur|berusia|umurnya)"
    rf"|^(?:umur|usia))\s+{_BARU}{_AGE}(?!\s*(?:ribu|juta|jam|hari|bulan))"
    rf"|\b{_SAYA}\s+{_BARU}{_AGE}\s*(?:tahun|thn|th)\s*(?:$|[.,!?;\n]|kak\b|bu\b)"
    rf"|\b{_SAYA}\s+(?:masih|baru|cuma|hanya|msh)\s+{_AGE}\s*(?:$|[.,!?;\n])"
)
_GULANG = r"(?:years?\s*old|yrs?\s*old|yo|y/o|taong\s*gulang|anyos|taon\s*(?=pa\b|lang\b|palang\b))"
_FILIPINO = (
    r"(?<!room )(?<!number )(?<!alas )(?<!no )(?<!ika )(?<!grade )"
    rf"\b{_AGE}\s*(?:{_GULANG}\s*)?(?:(?:po|pa|lang|palang|na|pong|plang)\s+)*"
    r"ako\b(?!\s*(?:nag|nung|noon|nang|ng\b|dito|sa\b))"
    rf"|\b(?:edad|idad|age)\s+ko(?:\s+(?:po|ay|lang|pa|na))*\s+{_AGE}"
    rf"|\bako\s+(?:(?:po|ay|lang|pa)\s+)+{_AGE}\s*(?:{_GULANG}|{_END})"
)
_VIETNAMESE = (
    r"(?<!hồi )(?<!khi )(?<!lúc )(?<!năm )(?<!hoi )(?<!luc )(?<!nam )(?<!từ )(?<!tu )"
    r"(?<!gái )(?<!trai )(?<!gai )(?<!con )(?<!cháu )(?<!chau )(?<!bạn )(?<!ban )(?<!của )(?<!cua )"
    r"\b(?:em|tôi|toi|mình|minh|cháu|chau|con|tui)\s+"
    r"(?:(?:mới|moi|chỉ|chi|còn|nay|năm nay|nam nay|được|duoc|dc|mới có|vừa|vua|có|co)\s+)*"
    rf"{_AGE}\s*(?:tuổi|tuoi|t\b)"
)
_THAI = (
    r"(?:^|(?<!ลูก)(?<!สาว)(?<!ชาย)(?<!น้อง)(?<!เพื่อน)(?<!หลาน)(?<!ของ)(?<!ตอน)(?<!ตั้งแต่)(?<!แต่)"
    r"(?:หนู|ผม|ฉัน|เรา|ชั้น|นู๋))\s*(?:ตอนนี้|ปีนี้|เพิ่ง|พึ่ง|แค่|ยัง|ก็)*\s*"
    rf"(?:อายุ\s*(?:แค่|เพิ่ง|พึ่ง|ได้|ยัง|เพียง)*\s*{_AGE}(?!\s*(?:เดือน|วัน|งาน))"
    rf"|{_AGE}\s*(?:ปี|ขวบ)\s*(?:$|ค่ะ|คะ|ครับ|เอง|จ้า))"
)
_CHINESE = (
    "(?<![從从當当自])我(?:的?[年][齡龄]|才|只有|只|今年|現在|现在|剛|刚|還|还|是|快|滿|满|也|就|目前|已經|已经|有)*"
    rf"\s*{_CHINESE_AGE}\s*[歲岁](?!的?[時时]|開始|开始|那年|就|以上|來|来)"
    rf"|我?今年\s*{_AGE}(?=\s*(?:$|[,。.!了]))|^我\s*{_AGE}$"
    rf"|^(?:我?才|今年|剛|刚|只有)?\s*{_CHINESE_AGE}\s*[歲岁](?:而已|啦|了|喔|哦)?$"
)
_JAPANESE = (
    r"(?:^|[、。,]|(?:私|僕|俺|わたし|あたし|ぼく|自分|うち)(?:は|も|、)?)"
    rf"(?:まだ|今年で?|今|いま|現在)*、?\s*{_CHINESE_AGE}\s*[歳才歲]"
    r"(?:です|だ(?!っ)|なん|で(?!し|働|結|来|日)|の(?:女|男|子)|しか|になった|\s*$|[。、!])"
    rf"|(?:私|僕|俺)(?:は|、)?まだ\s*{_CHINESE_AGE}\s*[歳才歲]"
)
_BURMESE = (
    r"(?<!သူ့)(?<!သူ့ )(?<!ငယ်ချင်း)(?<!ငယ်ချင်း )အသက်\s*(?:က|ကတော့|အခု)?\s*"
    rf"{_AGE}(?!\s*(?:ထက်|နှစ်(?:အထက်|ကတည်းက|တုန်းက)))"
    rf"|(?:^|ကျွန်မ|ကျမ|ကျွန်တော်|ကျနော်|သမီး|သား)\s*{_AGE}\s*နှစ်\s*(?:ပဲ|ဘဲ|ပါပဲ|သမီး|သား)(?!\s*ရှိ)"
)
_KHMER = (
    r"(?:^|(?<!កូន)(?<!ស្រី)(?<!ប្រុស)(?<!ប្អូន)(?<!ភក្តិ)(?<!ភក្ដិ)(?<!ពេល)(?<!តាំងពី)"
    r"(?:ខ្ញុំ|អូន|នាងខ្ញុំ))\s*(?:ទើប|ទើបតែ|មាន|នៅ|ឥឡូវ|ឥឡូវនេះ)*\s*"
    rf"អាយុ\s*(?:ទើប|ទើបតែ|តែ|ត្រឹម|បាន|ទើបបាន)*\s*{_AGE}(?=\s*(?:ឆ្នាំ|$|[,.!?។]))"
)
_PATTERNS = (
    _ENGLISH, _INDONESIAN, _FILIPINO, _VIETNAMESE, _THAI, _CHINESE, _JAPANESE, _BURMESE, _KHMER
)  # fmt: skip
_NUMBER = re.compile(r"(?<!\d)(?:[89]|1[0-7])(?!\d)|[十八九]|teen|eight|nine|\bten\b|twelve|eleven")


@cache
def _own_age() -> re.Pattern[str]:
    """Return the patterns of all languages; to compile them takes 20 ms."""
    return re.compile("|".join(f"(?:{it})" for it in _PATTERNS), re.MULTILINE)


def says_own_age_under_18(text: str) -> bool:
    """Tell whether a person says of themselves that they are 8 to 17 years old."""
    folded = fold(text).translate(DIGITS_OF_SCRIPTS).replace("\u2019", "'")
    return _NUMBER.search(folded) is not None and _own_age().search(folded) is not None
