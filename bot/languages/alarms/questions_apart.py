"""Statements that stand with a question in one text: "is it safe here? my boss beats me".

Most texts that ask are ordinary, so the learnt examples take the whole text for one. What follows
the end of a question, or stands between two, is judged by itself. A question about harm ("what if
he beats me?") stays one. Where people write without marks, a word or a sign ends a question: not
in English, Indonesian and Filipino, whose questions begin with their words.
"""

from __future__ import annotations

import re

_MARK = "[?\uff1f\u061f]+"
"""Question marks."""
_CHINESE = "[嗎吗](?!啡)"
_JAPANESE = "(?:です|ます|ません|でした|ました|でしょう)か|か(?=\\s)"
_THAI = "(?:ไหม|มั้ย|ไม๊|หรือเปล่า|รึเปล่า|หรือป่าว|หรือยัง|เหรอ|หรอ)(?:ครับ|คะ|ค่ะ|ค่า|จ๊ะ)?(?=\\s)"
_BURMESE = "(?:လား|လဲ|လဲ့)(?:ရှင့်|ရှင်|ခင်ဗျာ|ခင်ဗျ|ဗျ)?(?=\\s)"
_KHMER = "(?<!មិន)(?:បាន|ឬ|ឫ|មាន|មែន|អាច|រឺ|សុវត្ថិភាព)ទេ(?=\\s)"
_VIETNAMESE = (
    r"\b(?:có|co|được|duoc|đc|dc|phải|phai)\b(?:\s+\w+){0,5}?\s+"
    r"(?:không|khong|ko|hông|hong|kg|hok)(?:\s+(?:ạ|vậy|anh|chị|a|c))?\b(?=\s)"
)
_END_OF_QUESTION = re.compile(
    f"{_MARK}|{_CHINESE}|{_JAPANESE}|{_THAI}|{_BURMESE}|{_KHMER}|{_VIETNAMESE}"
)


def statements_next_to_questions(text: str) -> list[str]:
    """Return what a text that asks something says apart from that; nothing if it asks nothing.

    What stands before the end of a question belongs to it.
    """
    *asked, last = _END_OF_QUESTION.split(text)
    return [last] if asked and last.strip() else []
