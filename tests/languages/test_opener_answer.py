"""What people type in place of a button below the opener, in ten languages."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.typed.opener_answer import says_good_moment

YES = {
    "id": (
        "ya, saya bisa menulis sekarang",
        "ya bisa",
        "bisa",
        "iya",
        "iya sekarang bisa",
        "boleh",
        "ya silakan",
        "aman, bisa",
        "oke",
        "ya saya sendirian",
        "bisa kak",
        "sekarang bisa chat",
        "halo iya",
    ),
    "vi": (
        "có, tôi viết được",
        "được",
        "vâng",
        "dạ được",
        "ừ được",
        "bây giờ được",
        "có thể viết",
        "ok",
        "tôi nhắn được",
        "em viết được ạ",
        "rảnh",
        "bây giờ nói được",
    ),
    "en": (
        "yes i can write now",
        "yes",
        "yes i can",
        "yes its ok",
        "ok",
        "go ahead",
        "i can talk",
        "yes im alone",
        "sure",
        "hello yes",
        "yes now is good",
        "now is fine",
        "i can text now",
    ),
    "zh_Hant": (
        "可以",
        "現在可以",
        "可以寫",
        "我現在可以寫",
        "好",
        "嗯可以",
        "方便",
        "現在方便",
        "是的可以",
        "說吧",
    ),
    "fil": (
        "opo pwede po",
        "pwede na",
        "oo",
        "pwede po akong sumulat",
        "sige po",
        "ok lang",
        "opo",
        "pwede ako ngayon",
        "oo mag isa lang ako",
    ),
    "th": (
        "ได้ค่ะ",
        "ตอนนี้ได้",
        "พิมพ์ได้ค่ะ",
        "คุยได้",
        "สะดวกค่ะ",
        "ได้เลย",
        "โอเค",
    ),
    "km": (
        "បាទបាន",
        "អាចសរសេរបាន",
        "បាន",
        "ឥឡូវបាន",
        "ចាស",
    ),
    "my": (
        "ရပါတယ်",
        "အခုရေးလို့ရတယ်",
        "ဟုတ်ကဲ့",
        "ရတယ်",
        "ပြောလို့ရပါတယ်",
    ),
    "zh_Hans": (
        "可以",
        "现在可以",
        "我可以写",
        "方便",
        "好的可以",
        "说吧",
    ),
    "ja": (
        "はい",
        "大丈夫です",
        "今書けます",
        "はい、書けます",
        "今なら大丈夫",
        "いいですよ",
    ),
}
NO = {
    "id": (
        "tidak",
        "jangan sekarang",
        "nanti",
        "dia di sini",
        "belum bisa",
    ),
    "vi": (
        "không",
        "chưa được",
        "để sau",
        "không được",
        "nó đang ở đây",
    ),
    "en": (
        "no",
        "not now",
        "later",
        "he is here",
        "i cant write now",
        "dont write",
    ),
    "zh_Hant": (
        "不行",
        "不方便",
        "等一下",
        "他在",
    ),
    "fil": (
        "hindi",
        "mamaya na",
        "hindi pwede",
        "andito siya",
    ),
    "th": (
        "ไม่ได้",
        "ไม่สะดวก",
        "เดี๋ยวก่อน",
    ),
    "km": (
        "អត់ទេ",
        "មិនបាន",
    ),
    "my": (
        "မရဘူး",
        "နောက်မှ",
    ),
    "zh_Hans": (
        "不行",
        "不方便",
    ),
    "ja": (
        "だめ",
        "今は無理",
        "あとで",
    ),
}
THREAT = {
    "id": "tapi dia di sini", "vi": "nhưng nó đang ở đây", "en": "but he is here",
    "zh_Hant": "但是他在旁邊", "fil": "pero nandito siya", "th": "แต่เขาอยู่ตรงนี้",
    "km": "តែគាត់នៅទីនេះ", "my": "ဒါပေမဲ့ သူ ဒီမှာ ရှိတယ်", "zh_Hans": "但是他在旁边",
    "ja": "でも彼がここにいます",
}  # fmt: skip


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_yes_in_words_lets_a_caseworker_write(tag: str) -> None:
    """After a stop what was written waits for it: a yes that is not heard would lose it."""
    assert [it for it in YES[tag] if says_good_moment(it, tag) is not True] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_no_in_words_is_one_and_is_not_asked_about_again(tag: str) -> None:
    assert [it for it in NO[tag] if says_good_moment(it, tag) is not False] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_yes_with_someone_near_is_none(tag: str) -> None:
    """The control: each begins like a yes."""
    assert not any(says_good_moment(f"{yes}, {THREAT[tag]}", tag) for yes in YES[tag])
