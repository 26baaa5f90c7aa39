"""Lines that say that no one is near any more, and similar ones that say something else."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.typed.alone_again import LONGEST, load_alone_words, says_alone_again
from bot.languages.typed.opener_answer import says_good_moment
from bot.languages.typed.someone_near import find_someone_near
from tests.languages.test_someone_near import NEAR

AGAIN = {
    "id": (
        "majikan sudah tidur", "majikan sudah tidur sekarang", "sudah, dia sudah pergi",
        "bos udah keluar kak", "dia gak ada di sini lagi", "sekarang saya sendirian",
    ),
    "vi": (
        "ông ấy đi rồi", "ok ông ấy đi rồi", "được, em viết được", "bà chủ ngủ rồi ạ",
        "nó ra ngoài rồi", "giờ em ở một mình",
    ),
    "en": (
        "ok he is gone now", "yes its ok", "ok now you can write", "ok he go out", "ok alone now",
        "boss left", "she is asleep now", "he's not here anymore", "my madam went to bed",
    ),
    "zh_Hant": ("老闆走了", "他出門了", "太太睡著了", "現在可以寫了", "他不在了", "我現在一個人"),
    "fil": (
        "opo pwede na", "umalis na sya", "tulog na po ang amo ko", "wala na siya dito",
        "mag isa lang ako ngayon", "pwede na po mag chat",
    ),
    "th": ("เขาไปแล้ว", "นายจ้างออกไปแล้วค่ะ", "นายหลับแล้ว", "ตอนนี้คุยได้แล้วค่ะ", "หนูอยู่คนเดียวแล้ว"),
    "km": ("គាត់ទៅហើយ", "ថៅកែចេញទៅក្រៅហើយ", "ម្ចាស់គេងលក់ហើយ", "ឥឡូវខ្ញុំសរសេរបានហើយ"),
    "my": ("သူဌေး မရှိတော့ဘူး", "သူ ထွက်သွားပြီ", "သူဌေးမ အိပ်နေပြီ", "အခု ရေးလို့ရပြီ"),
    "zh_Hans": ("老板走了", "他出门了", "雇主睡着了", "现在可以写了", "他不在了"),
    "ja": (
        "もう大丈夫です", "もう行きました", "はい、大丈夫です", "はい、だいじょうぶです",
        "社長は出かけました", "雇い主は寝ました", "今は一人です",
    ),
}  # fmt: skip
NOT_AGAIN = {
    "id": ("tidak aman", "dia pergi dengan paspor saya", "majikan tidur di sebelah saya", "tunggu"),
    "vi": ("không nhắn được", "chủ đi rồi, khoan nhắn", "em không an toàn", "bạn em đi rồi"),
    "en": (
        "he is not gone", "he is sleeping next to me", "he left me", "my friend is gone",
        "he is gone with my passport", "he is gone but wait", "not alone now", "not safe",
        "yes", "no", "ok", "9 harbor road", "he is gone and he will come back",
    ),
    "zh_Hant": ("不方便", "他出去買菜 等下回來", "不安全", "他拿走我手機", "沒人幫我"),
    "fil": ("hindi pwede", "wala na akong pera", "hindi ligtas", "kasama ko pa siya"),
    "th": ("ไม่ได้", "ไม่สะดวก", "ไม่ปลอดภัย", "เพื่อนไปแล้ว"),
    "km": ("អត់បាន", "មិនមានសុវត្ថិភាព", "មិនអាចសរសេរបាន"),
    "my": ("မရဘူး", "ရေးလို့မရဘူး", "မလုံခြုံဘူး", "သူငယ်ချင်း ထွက်သွားပြီ"),
    "zh_Hans": ("不方便", "他出去买菜 等下回来", "不安全", "没人帮我"),
    "ja": ("書かないで", "一人じゃない", "大丈夫じゃない", "社長が行かせない"),
}  # fmt: skip


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_line_that_says_that_no_one_is_near_is_known(tag: str) -> None:
    assert [it for it in AGAIN[tag] if not says_alone_again(it)] == []
    assert [it for it in AGAIN[tag] if find_someone_near(it) is not None] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_line_that_looks_similar_says_nothing_of_the_kind(tag: str) -> None:
    others = (*NOT_AGAIN[tag], *NEAR[tag])
    assert [it for it in others if says_alone_again(it)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_such_a_line_is_a_clear_yes_to_the_opener(tag: str) -> None:
    assert [it for it in AGAIN[tag] if says_good_moment(it, tag) is not True] == []
    others = (*NEAR[tag], *NOT_AGAIN[tag])
    plain = {"yes", "ok"}
    assert [it for it in others if it not in plain and says_good_moment(it, tag)] == []


def test_a_question_or_a_long_text_says_nothing_of_the_kind() -> None:
    assert says_alone_again("he is gone")
    assert not says_alone_again("is he gone?")
    assert not says_alone_again(f"he is gone {'now ' * LONGEST}")


def test_every_language_has_words_in_every_list() -> None:
    assert [tag for tag in LANGUAGES if not all(load_alone_words(tag).values())] == []
