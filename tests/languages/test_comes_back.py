"""Lines that say that someone comes back soon, or that the person writes later."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.typed.comes_back import LONGEST, load_comes_back, puts_off, says_comes_back

BACK = {
    "id": ("majikan sebentar lagi balik", "sebentar lagi majikan balik", "bos balik jam 8"),
    "vi": ("lat nua no quay lai", "lát nữa chủ quay lại", "ông chủ sắp về", "mai ho ve"),
    "en": ("he comes back soon", "boss will be back at 8", "she is coming back in a minute"),
    "zh_Hant": (
        "老闆等一下就回來", "他等一下就回來", "現在他不在 但等一下會回來", "雇主等一下就回來了",
    ),
    "fil": ("babalik si amo mamaya", "babalik na sya maya maya"),
    "th": ("เดี๋ยวเขากลับมา", "เดี๋ยวเค้ากลับมา", "นายจ้างจะกลับมาตอนเย็น"),
    "km": ("បន្តិចទៀតថៅកែមកវិញ", "បន្តិចទៀតគាត់មកវិញ"),
    "my": ("သူ ခဏနေ ပြန်လာမယ်", "သူဌေး ခဏနေပြန်လာတော့မယ်"),
    "zh_Hans": ("他们等一下就回来", "他们一会儿就回来", "他们晚上8点回来"),
    "ja": ("社長はすぐ戻ります", "彼がもうすぐ帰ってくる"),
}  # fmt: skip
LATER = {
    "id": ("nanti ya", "nanti saya tulis lagi"),
    "vi": ("lat nua em viet", "em nhắn lại sau nhé, lát nữa"),
    "en": ("i write when she go", "later", "i will write later"),
    "zh_Hant": ("等他走我再寫", "晚點再說", "等她走了我再跟你說"),
    "fil": ("mamaya na lang po", "mamaya na po ako magsusulat"),
    "th": ("ไว้เขียนใหม่ตอนเขาไป", "เดี๋ยวค่อยคุยนะ"),
    "km": ("ចាំគាត់ទៅ ខ្ញុំសរសេរ", "ពេលក្រោយ"),
    "my": ("နောက်မှရေးမယ်", "သူသွားမှ ပြန်ပြောမယ်"),
    "zh_Hans": ("等他走我再写", "晚点再说"),
    "ja": ("あとでまた書きます", "彼がいなくなったらまた連絡します"),
}
OTHERWISE = {
    "id": ("ya", "dia pukul saya tadi malam", "sekarang dia pergi"),
    "vi": ("vâng", "chủ đánh em tối qua", "em muốn về nhà"),
    "en": (
        "yes", "he comes from hanoi", "he is gone", "i can write now", "tomorrow they move us",
        "he hit me when he comes back", "I go home tomorrow", "he wants to come tonight",
    ),
    "zh_Hant": ("好", "今晚他要來打我", "我想回家", "他走了", "他昨天打我"),
    "fil": ("opo", "sinaktan niya ako kagabi", "gusto ko umuwi"),
    "th": ("ใช่", "เมื่อคืนเขาตีหนู", "หนูอยากกลับบ้าน"),
    "km": ("ចាស", "គាត់វាយខ្ញុំយប់មិញ", "ខ្ញុំចង់ទៅផ្ទះ"),
    "my": ("ဟုတ်ကဲ့", "သူ မနေ့ညက ရိုက်တယ်", "အိမ်ပြန်ချင်တယ်"),
    "zh_Hans": ("好", "今晚他要来打我", "我想回家"),
    "ja": ("はい", "昨日殴られました", "家に帰りたい"),
}  # fmt: skip


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_line_that_says_that_someone_comes_back_is_known(tag: str) -> None:
    assert [it for it in BACK[tag] if not says_comes_back(it)] == []
    assert [it for it in BACK[tag] if not puts_off(it)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_line_that_puts_off_is_known_and_says_nothing_of_another(tag: str) -> None:
    assert [it for it in LATER[tag] if not puts_off(it)] == []
    assert [it for it in LATER[tag] if says_comes_back(it)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_line_that_looks_similar_says_nothing_of_the_kind(tag: str) -> None:
    assert [it for it in OTHERWISE[tag] if says_comes_back(it) or puts_off(it)] == []


def test_who_comes_back_themselves_says_nothing_of_another() -> None:
    for text in ("i come back later", "等一下就回來", "เดี๋ยวหนูกลับมา", "nanti saya balik lagi"):
        assert not says_comes_back(text), text


def test_a_question_or_a_story_says_nothing_of_the_kind() -> None:
    assert says_comes_back("he comes back soon")
    assert not says_comes_back("he comes back soon?")
    assert not puts_off(f"he comes back soon {'now ' * LONGEST}")


def test_every_language_has_words_in_every_list() -> None:
    assert [tag for tag in LANGUAGES if not all(load_comes_back(tag).values())] == []
