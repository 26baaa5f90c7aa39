"""Lines in which someone else says that they hold the phone, in ten languages."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.typed.other_hands import (
    LONGEST,
    any_says_other_hands,
    load_other_hands,
    says_other_hands,
)

OTHERS = {
    "en": (
        "i am her boss who are you guys",
        "I am her boss. what did she tell you",
        "i am her boss. this is my maid phone",
        "I'm her employer",
        "this is her husband",
        "why are you texting my maid?",
        "she works for me",
        "who are you? I am her boss",
        "don't text her again",
        "I took her phone",
        "this is my helper's phone",
    ),
    "id": (
        "saya bosnya kalian siapa",
        "saya majikannya. kenapa kamu hubungi dia",
        "ini majikan dia",
        "ini hp pembantu saya",
        "jangan hubungi dia lagi",
        "dia pembantu saya",
        "kenapa hubungi dia?",
    ),
    "th": (
        "ผมเป็นเจ้านายเขา พวกคุณเป็นใคร",
        "ผมเป็นนายจ้าง โทรศัพท์นี้ของแม่บ้าน",
        "นี่มือถือแม่บ้านผม",
        "ผมเป็นผัวเขา",
        "ทำไมติดต่อเขา",
        "อย่ายุ่งกับเมียผม",
        "เขาเป็นลูกจ้างผม",
    ),
    "vi": (
        "tôi là chủ của nó mấy người là ai",
        "tôi là chủ của nó",
        "tôi là chồng cô ấy",
        "đây là điện thoại của người giúp việc nhà tôi",
        "đây là điện thoại của vợ tôi",
        "đừng nhắn cho vợ tôi nữa",
        "toi la chu cua co ay",
    ),
    "fil": (
        "amo niya ako sino kayo",
        "ako ang amo niya",
        "amo niya ako",
        "cellphone ito ng katulong ko",
        "bakit niyo siya kinokontak",
        "wag niyo na siya itext",
        "katulong ko siya",
    ),
    "zh_Hant": (
        "我是她老闆 你們是誰",
        "我是雇主 她說了什麼 給我看",
        "我是她的老闆",
        "我是她雇主",
        "這是我家外勞的手機",
        "為什麼找她",
        "不要再聯絡她",
        "她是我請的看護",
        "我是她老公",
    ),
    "zh_Hans": (
        "我是她老板 你们是谁",
        "我是她的老板",
        "这是我员工的手机",
        "为什么联系她",
        "别再联系她",
        "我是他的主管",
    ),
    "ja": (
        "私は彼女の雇い主です",
        "彼女の夫です",
        "これはうちの従業員の携帯です",
        "彼女に連絡しないでください",
        "どうして彼女に連絡するんですか",
    ),
    "km": (
        "ខ្ញុំជាថៅកែ អ្នកជាអ្នកណា",
        "ខ្ញុំជាថៅកែគាត់",
        "ខ្ញុំជាប្តីគាត់",
        "នេះជាទូរស័ព្ទអ្នកបម្រើខ្ញុំ",
        "ហេតុអីទាក់ទងគាត់",
        "កុំទាក់ទងគាត់ទៀត",
    ),
    "my": (
        "ငါ သူ့သူဌေးပါ မင်းတို့ ဘယ်သူတွေလဲ",
        "ကျွန်တော်က သူ့သူဌေးပါ",
        "ဒါ ကျွန်မအိမ်အကူဖုန်းပါ",
        "ငါက သူ့ယောက်ျား",
        "ဘာလို့ သူ့ကို ဆက်သွယ်တာလဲ",
        "သူ့ကို မဆက်သွယ်ပါနဲ့",
    ),
}
OWN = {
    "en": (
        "i am her mother",
        "yes",
        "he said i am her boss",
        "my boss is here",
        "i am afraid of her boss",
        "she works for a bad man",
        "please dont write her name",
        "this is my phone",
        "i took my phone back",
    ),
    "id": (
        "saya ibunya",
        "saya pembantu",
        "majikan saya pegang hp saya",
        "saya kerja sama majikan",
        "ini hp saya",
        "jangan hubungi majikan saya",
        "kenapa hp saya",
        "ya bisa",
    ),
    "th": (
        "หนูเป็นแม่บ้าน",
        "นายจ้างอยู่",
        "ผมเป็นคนงาน",
        "เขาเอามือถือหนูไป",
        "อย่าติดต่อนายจ้างนะ",
        "แม่เขาค่ะ",
    ),
    "vi": (
        "tôi là người giúp việc",
        "tôi là mẹ cô ấy",
        "chủ giữ điện thoại của tôi",
        "đừng gọi cho chủ tôi",
        "em là vợ anh ấy",
    ),
    "fil": (
        "ako ang nanay niya",
        "katulong ako",
        "amo ko ang may hawak ng cp",
        "wag niyo tawagan ang amo ko",
        "ako po ito",
        "ako ito",
    ),
    "zh_Hant": (
        "我是看護",
        "我是她媽媽",
        "老闆拿走我的手機",
        "不要聯絡我老闆",
        "我是外勞",
        "這是我的手機",
        "我在老闆家",
    ),
    "zh_Hans": (
        "我是她妹妹",
        "老板拿走手机",
        "我是员工",
        "我是工人",
    ),
    "ja": (
        "私は彼女の母です",
        "私はメイドです",
        "雇い主に連絡しないでください",
        "社長が携帯を取りました",
        "私です",
    ),
    "km": (
        "ខ្ញុំជាអ្នកបម្រើ",
        "ខ្ញុំជាម្តាយគាត់",
        "ថៅកែដកទូរស័ព្ទ",
        "ខ្ញុំជាប្រពន្ធគាត់",
        "កុំទាក់ទងថៅកែ",
    ),
    "my": (
        "ကျွန်မက အိမ်အကူပါ",
        "သူ့အမေပါ",
        "သူဌေးက ဖုန်းယူထားတယ်",
        "သူဌေးကို မဆက်သွယ်ပါနဲ့",
        "ကျွန်မပါ",
    ),
}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_line_of_someone_else_is_known(tag: str) -> None:
    assert [it for it in OTHERS[tag] if not says_other_hands(it)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_line_of_the_person_or_of_a_relative_says_nothing_of_the_kind(tag: str) -> None:
    """The control. A relative who writes for a person goes on being heard."""
    assert [it for it in OWN[tag] if says_other_hands(it)] == []


def test_a_question_before_it_changes_nothing_and_a_story_is_none() -> None:
    assert says_other_hands("Who are you? I am her boss")
    assert not says_other_hands(f"I am her boss. {'He hits me. ' * LONGEST}")
    assert not says_other_hands("he told the police I am her boss")


def test_one_of_several_texts_is_enough() -> None:
    assert any_says_other_hands("yes\nI am her boss")
    assert not any_says_other_hands("yes\n\nhe is her boss")


def test_every_language_has_words_in_every_list() -> None:
    assert [tag for tag in LANGUAGES if not all(load_other_hands(tag).values())] == []
