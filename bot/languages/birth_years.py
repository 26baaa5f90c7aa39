"""Years of birth that people write in place of an age: "98年次", "H21", "lahir 2009", "เกิดปี 2552".

Taiwan counts from 1912 (民國), Japan by emperors (昭和, 平成, 令和), Thailand and Cambodia by the
Buddhist era, and Burma has its own years as well. Two digits can be read in several ways:
"98年生" is 2009 in Taiwan and 1998 in China. So all ages that a text can mean are returned: only
where they agree is it known whether a person is under 18. Who turns 18 this year may still be 17.
"""

from __future__ import annotations

import re
from functools import cache

from bot.languages.alarms.ages import DIGITS_OF_SCRIPTS
from bot.text import fold

LONGEST = 60
"""Characters of a text that says when a person was born, and no more."""
YOUNGEST, OLDEST = 5, 75
"""Ages that two digits, or years of an era that is not named, are read as."""
ADULT = 18
CENTURY = 100
_ROC, _BUDDHIST, _BURMESE = 1911, -543, 638
"""What is added to these years."""
_ERAS = {"民國": _ROC, "roc": _ROC, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERA_NAMES = {
    "民国": "民國", "minguo": "民國", "minkuo": "民國", "mingguo": "民國",
    "s": "昭和", "昭": "昭和", "showa": "昭和",
    "h": "平成", "平": "平成", "heisei": "平成",
    "r": "令和", "令": "令和", "reiwa": "令和",
}  # fmt: skip
_HAN_DIGITS = {sign: str(value) for value, sign in enumerate("〇一二三四五六七八九")} | {"零": "0"}
_HAN_NUMBER = re.compile("[〇零一二三四五六七八九十百]{1,5}(?=年)")
_ANY_NUMBER = re.compile(rf"[\d{''.join(_HAN_DIGITS)}十百元]")
"""A digit of any script, or a sign of a Chinese number or first year: nearly no text has one."""
_ERA = re.compile(
    r"(民國|民国|\b(?:min(?:g?g|k)uo|roc)|昭和|平成|令和|\b(?:showa|heisei|reiwa))\s*(\d{1,3})(?!\d)"
)
_LETTER_ALONE = re.compile(
    r"(?:私は|僕は|俺は)?\s*([hrs昭平令])\s?\.?\s?(\d{1,2})\s*年?\s*(?:生まれ|生)?(?:です|だよ|。)*"
)
_YEAR_OF_ROC = re.compile(r"(?<!\d)(\d{2,3})\s*年\s*次")
_YEAR_2K = re.compile(r"(?<![a-z\d])2k(\d{1,2})(?!\d)")
"""How young people in Vietnam write 2009: "2k9"."""
_LATIN = (
    r"(?<![a-z])(?:born|birth\w*|bday|dob|yob|lahir|kelahiran|klahiran|i?pinanganak|isinilang"
    r"|kapanganakan|sinh|sn)(?![a-z])"
)
_BIRTH = {
    "zh": "出生|生[於于]|年\\s*生(?!ま|的?氣|气|病|意|活|了)|年次|[后後]$",
    "ja": "生まれ|年生(?=です|だ)|うまれ",
    "th": "เกิด(?!อะไร|เหตุ|ขึ้น)",
    "km": "កើត(?!ឡើង|ហេតុ)|កំណើត",
    "my": "မွေး",
    "latin": _LATIN,
}
"""Words for birth, by how their two digits can be read."""
_YEAR_ALONE = re.compile(
    r"(?:(?:year|tahun|thn|th|nam|năm|taon|noong|in|saya|em|ako|i am|im|พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|ปี"
    r"|ឆ្នាំ|西元|公元|西暦|私は|我是?)\s*)*(\d{4})\s*(?:年|的|po|ค่ะ|ครับ|คะ|です|ခုနှစ်|ạ)*[.!。]?"
)
_SHORT_YEAR_ALONE = re.compile(r"(?:我是?|私は)?\s*(\d{2,3})\s*年(?:的|です|だよ)*[.!。]?")
_DECADE = re.compile(r"(?<!\d)(\d)0\s*[后後]$")
_FOUR_DIGITS = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_SHORT_NUMBER = re.compile(r"(?<![\d/.-])(\d{2,3})(?![\d/.-])")
_LATIN_SHORT = re.compile(
    _LATIN + r"(?:\s+(?:in|on|year|tahun|thn|th|taon|noong|nung|ng|nam|năm|ko|ako|po|saya|is|was))*"
    r"\s*[:']?\s*'?(\d{2})(?![\d/.-]|\s*(?:year|month|day|of\b|bulan|thang|tháng|jan|feb|mar|apr|ma[yi]"
    r"|jun|jul|aug|sep|o[ck]t|nov|de[cs]))"
)
_NO_CHILD = "(?!ま|的?氣|气|病|意|活|了|小|孩|女|兒|儿|下|產|产|子|完)"
"""Behind 生: "2015年生了孩子" is the birth of another."""
_OWN = (
    r"\b(?:i was|i am|i'm|im|i)\s+born\b|^born\s+(?:in|on|\w{3,9})?\s*\d"
    r"|\bmy (?:birth ?year|year of birth|dob)\b"
    r"|\b(?:saya|aku|gue|gw)\s+(?:\w+\s+)?(?:lahir|kelahiran|klahiran)\b"
    r"|^(?:lahir|kelahiran|klahiran)\s*(?:tahun|thn|th)?\s*\d"
    r"|\b(?:i?pinanganak|isinilang)\s+(?:po\s+)?ako\b|^i?pinanganak\s*(?:noong|nung)?\s*\d"
    r"|\bako\s+(?:\w+\s+)?i?pinanganak\b"
    r"|(?:^|\b(?:em|tôi|toi|mình|minh|cháu|chau|tui)\s+)"
    r"(?:(?:sinh|sn)(?:\s+(?:năm|nam|ngày|ngay|vào|vao))*\s*\d|2k\d)"
    r"|(?:^|หนู|ผม|ฉัน|เรา)\s*เกิด\s*(?:ปี|เมื่อ|พ\.?\s?ศ|\d)"
    r"|(?:^|ខ្ញុំ)\s*កើត\s*(?:នៅ|ក្នុង)?\s*(?:ឆ្នាំ|\d)"
    r"|^(?:ကျွန်မ|ကျမ|ကျွန်တော်|ကျနော်)?\s*(?:က|ကို)?\s*(?:\d{4}\s*(?:ခုနှစ်)?\s*(?:မှာ)?\s*)?မွေး"
    r"|(?:^|(?<![和跟與])我)(?:是|也是|在|于|於)?\s*(?:民國|民国|西元|公元)?\s*\d{2,4}\s*年\s*"
    rf"(?:次|出?生{_NO_CHILD})"
    r"|(?:^|私は|僕は|俺は|自分は|わたしは)\s*(?:西暦|平成|令和|昭和|[hrs])?\s*\d{1,4}\s*年?\s*"
    r"生まれ(?!の(?:娘|息子|子))"
)


def find_birth_ages(text: str, this_year: int) -> frozenset[int] | None:
    """Return the ages that a year of birth may mean; None where a text names no such year.

    None are left where it can be no year of birth, such as one that is to come.

    Args:
        text: what was typed where an age is asked.
        this_year: the Christian year it is now.
    """
    if len(text) > LONGEST:
        return None
    folded = _in_digits(text)
    certain = _certain_years(folded, this_year)
    if certain is not None:
        return frozenset(this_year - it for it in certain if it <= this_year)
    short = _short_years(folded)
    if short is None:
        return None
    ages = {this_year - it for it in short}
    return frozenset(it for it in ages if YOUNGEST <= it <= OLDEST)


def says_born_under_18(text: str, this_year: int) -> bool:
    """Tell whether a person says of themselves that they were born less than 18 years ago."""
    if _ANY_NUMBER.search(text) is None:
        return False
    for clause in re.split(r"[,;!?\n\u3001\u3002\uff0c\u104b\u17d4]", text):
        if _own_birth().search(_in_digits(clause)) is None:
            continue
        ages = find_birth_ages(clause.strip(), this_year)
        if ages and min(ages) >= YOUNGEST and max(ages) < ADULT:
            return True
    return False


def is_only_birth(text: str) -> bool:
    """Tell whether a text begins with the person's own birth or an era: it is no place."""
    folded = _in_digits(text)
    era, own = _ERA.match(folded), _own_birth().match(folded)
    has_year = era is None or re.match(r"\s*年\s*(?:出?生|次|$|です)", folded[era.end() :])
    return (era is not None or own is not None) and has_year is not None


@cache
def _own_birth() -> re.Pattern[str]:
    return re.compile(_OWN)


def _in_digits(text: str) -> str:
    """Return a text with the digits of all scripts, and Chinese numbers of years, in our digits."""
    folded = fold(text).translate(DIGITS_OF_SCRIPTS).replace("\u2019", "'").replace("元年", "1年")
    return _HAN_NUMBER.sub(lambda it: _han_digits(it[0]), folded)


def _han_digits(number: str) -> str:
    """Return a Chinese number below 200 in digits: "九十八", "九八", "一百零一"."""
    hundreds, has_hundred, rest = number.rpartition("百")
    tens, has_ten, ones = rest.rpartition("十")
    if has_ten:
        rest = (_HAN_DIGITS.get(tens, "") or "1") + (_HAN_DIGITS.get(ones, "") or "0")
    digits = "".join(_HAN_DIGITS.get(it, it) for it in rest)
    return f"{_HAN_DIGITS.get(hundreds, '1')}{int(digits or 0):02}" if has_hundred else digits


def _certain_years(folded: str, this_year: int) -> set[int] | None:
    """Return the year that stands in a text in four digits or with its era."""
    if found := _ERA.search(folded) or _LETTER_ALONE.fullmatch(folded):
        era = _ERA_NAMES.get(found[1], found[1])
        return {int(found[2]) + _ERAS[era]}
    if found := _YEAR_OF_ROC.search(folded):
        return {int(found[1]) + _ROC}
    if found := _YEAR_2K.search(folded):
        return {2000 + int(found[1])}
    alone = _YEAR_ALONE.fullmatch(folded)
    years = [alone[1]] if alone else _FOUR_DIGITS.findall(folded) if _births(folded) else []
    read = {year for it in years for year in _four_digits(int(it), this_year)}
    return read or None


def _four_digits(number: int, this_year: int) -> set[int]:
    """Return the Christian years that a number of four digits may mean."""
    ways = (number, number + _BUDDHIST, number + _BURMESE)
    return {it for it in ways if this_year - 110 <= it <= this_year}


def _births(folded: str) -> list[str]:
    """Return the ways of writing whose words for birth stand in a text."""
    return [tag for tag, words in _BIRTH.items() if re.search(words, folded)]


def _short_years(folded: str) -> set[int] | None:
    """Return the years that two or three digits next to a word for birth may mean."""
    if found := _DECADE.search(folded):
        first = 10 * int(found[1])
        return {*_christian(first), *_christian(first + 9)}
    if found := _SHORT_YEAR_ALONE.fullmatch(folded):
        return _ways_to_read(int(found[1]), ("zh", "ja"))
    if found := _LATIN_SHORT.search(folded):
        return _christian(int(found[1]))
    births = [it for it in _births(folded) if it != "latin"]
    numbers = _SHORT_NUMBER.findall(folded)
    if not births or not numbers:
        return None
    return _ways_to_read(int(numbers[0]), births) if len(numbers) == 1 else set()


def _christian(number: int) -> set[int]:
    return {1900 + number, 2000 + number} if number < CENTURY else set()


def _ways_to_read(number: int, births: list[str] | tuple[str, ...]) -> set[int]:
    """Return the years that a number may mean where these ways of writing stand."""
    years = _christian(number)
    if "zh" in births:
        years.add(number + _ROC)
    if "ja" in births:
        years |= {number + _ERAS[it] for it in ("昭和", "平成", "令和")}
    if "th" in births or "km" in births:
        years |= {2400 + number + _BUDDHIST, 2500 + number + _BUDDHIST}
    if "my" in births:
        years.add(1300 + number + _BURMESE)
    return years
