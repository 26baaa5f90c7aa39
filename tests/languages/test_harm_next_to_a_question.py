"""Harm that is told in the same message as a question is heard as it would be without it."""

from __future__ import annotations

import pytest

from bot.languages.alarms.find import HARM, find_alarms, find_listed
from bot.languages.alarms.questions_apart import statements_next_to_questions

TOLD = [
    "is it safe here? boss beat me last night",
    "is it safe here? boss beat me every day",
    "ini aman gak? saya dipukul bos tadi malam",
    "siapa yg baca? saya dikurung",
    "hello po pwede po magtanong safe po ba to? amo ko binubugbog ako bleeding pa rin ulo ko pls",
    "safe po ba to? binubugbog ako bleeding pa rin ulo ko pls visa expired 3 months, sahod 15000",
    "safe po ba dito? dumudugo po ulo ko",
    "safe po ba? nakakulong po ako",
    "cho em hỏi có an toàn không chủ đánh em chảy máu đầu",
    "ขอถามหน่อย ปลอดภัยไหม นายจ้างตีหัวแตก",
    "請問這裡安全嗎 老闆打我流血",
    "请问这里安全吗老板打我流血",
    "質問してもいいですか 社長に殴られて血が出てる",
    "မေးလို့ရမလား သူဌေး ရိုက်လို့ ခေါင်းကွဲသွားတယ်",
    "សួរបានទេ ថៅកែវាយខ្ញុំបែកក្បាល",
]
ASKED = [
    "is it legal to lock me in?",
    "can i ask? is it legal to lock me in?",
    "can i ask you something? it is about my pay",
    "not police ok?? just help",
    "may batas ba? bawal ba ikulong ang tao?",
    "這些可以刪掉嗎 怕被男友撞見",
    "có lấy tiền công gì không nói trước để em biết",
    "co dang tin ko hay lai ban nguoi",
    "mấy giờ có người được không",
]


@pytest.mark.parametrize("text", TOLD)
def test_harm_told_after_a_question_is_heard(text: str) -> None:
    assert find_alarms(text) & HARM
    (said,) = statements_next_to_questions(text)
    assert find_listed(said) & HARM


@pytest.mark.parametrize("text", ASKED)
def test_a_question_about_harm_or_about_something_else_is_none(text: str) -> None:
    assert not find_alarms(text) & {*HARM, "danger_now"}


def test_what_asks_nothing_is_not_taken_apart() -> None:
    for text in ("my boss beats me", "he gave me 嗎啡", "不是嗎", ""):
        assert statements_next_to_questions(text) == []
