"""An age that is typed alone, or with no more than words for it: "17", "17 years old", "17 tuổi".

Where a place is asked it is none. "17 Zhongshan Road" and "lantai 17" are places: they have another
word. Which words leave an age as it is stands in `age_words` of `locales/*/answers.toml`; "I", "at"
and "all" are among them, so a number with words needs one for an age or for years.
"""

from __future__ import annotations

import re

from bot.languages import LANGUAGES
from bot.languages.alarms.ages import says_own_age_under_18
from bot.languages.birth_years import ADULT, find_birth_ages, is_only_birth
from bot.languages.typed.answer_lists import DIGITS, PlainText, answers_in, plain_answer

YOUNGEST, OLDEST = 5, 99
LONGEST = 40
"""Characters of such a text."""
_AGE_WORD = re.compile(
    r"(?<![a-z])(?:years?|yrs?|yo|old|aged?|i am|i'?m|umur\w*|usia|tahun|thn|th|tuoi|taon|taong"
    r"|gulang|anyos|edad)\b|"
    "ปี|ขวบ|อายุ|ឆ្នាំ|អាយុ|နှစ်|အသက်|歲|岁|歳|才|年紀|年齡|年纪|年龄|年齢"
)


def find_bare_age(text: str, this_year: int | None = None) -> int | None:
    """Return the age that is all a text says; None for nearly all texts.

    With the year it is, a year of birth counts, too: as 18 where it does not say who is under 18.
    """
    if len(text) > LONGEST or "?" in text:
        return None
    if this_year is not None and (ages := find_birth_ages(text, this_year)) and is_only_birth(text):
        return max(ages) if max(ages) < ADULT else max(min(ages), ADULT)
    typed = PlainText.of(plain_answer(text))
    has_age_word = _AGE_WORD.search(typed.text) is not None or says_own_age_under_18(text)
    for tag in LANGUAGES:
        known = answers_in(tag)
        plain = known.respell(typed).text
        numbers = DIGITS.findall(known.with_digits(plain))
        polite = known.particles.strip(plain)
        is_alone = not DIGITS.sub("", known.with_digits(polite)).strip()
        if len(numbers) == 1 and (is_alone or (has_age_word and known.is_bare_age(plain))):
            return age if YOUNGEST <= (age := int(numbers[0])) <= OLDEST else None
    return None
