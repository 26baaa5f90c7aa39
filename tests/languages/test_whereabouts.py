"""Which numbers are shown in danger to a person who is in another country or at sea."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.whereabouts import ABROAD, AT_SEA, KINDS, find_whereabouts, load_whereabouts

ELSEWHERE = {
    "en": "they sold us, we are in Myanmar, KK Park",
    "id": "kami di kamboja, disekap di tempat scam",
    "vi": "em dang o campuchia, ho khong cho ve",
    "fil": "nasa Cambodia po kami, ayaw kami paalisin",
    "th": "หนูอยู่ปอยเปต ออกไปไหนไม่ได้",
    "km": "ខ្ញុំនៅ KK Park គេមិនឱ្យចេញទេ",
    "my": "ကမ္ဘောဒီးယားမှာ ပိတ်ထားတယ်",
    "zh_Hant": "我被騙到柬埔寨的園區 救命",
    "zh_Hans": "我在妙瓦底的园区 出不去",
    "ja": "今カンボジアにいます。出られません",
}
ON_WATER = {
    "en": "the captain beats us, we are on a boat",
    "id": "tolong saya di kapal, nahkoda pukul kami",
    "vi": "tụi em trên tàu cá, thuyền trưởng đánh",
    "fil": "nasa barko kami, binubugbog kami ng kapitan",
    "th": "อยู่บนเรือประมง ไต้ก๋งตีพวกผม",
    "km": "ពួកយើងនៅលើទូក គេវាយយើង",
    "my": "ငါးဖမ်းသင်္ဘောပေါ်မှာ ကပ္ပတိန် ရိုက်တယ်",
    "zh_Hant": "我們在船上 船長打人",
    "zh_Hans": "我们在渔船上 船长打人",
    "ja": "漁船の上です。船長になぐられます",
}
HERE = {
    "en": "my boss in Taipei took my passport, I want to go home",
    "id": "majikan di Taipei ambil paspor saya, saya mau pulang ke Indonesia",
    "vi": "chủ ở Đài Bắc giữ hộ chiếu, em muốn về Việt Nam",
    "fil": "kinuha ng amo ko sa Taipei ang passport ko, gusto ko umuwi ng Pilipinas",
    "th": "นายจ้างที่ไทเปยึดพาสปอร์ต อยากกลับไทย",
    "km": "ថៅកែនៅតៃប៉ិយកលិខិតឆ្លងដែន ខ្ញុំចង់ទៅកម្ពុជាវិញ",
    "my": "ထိုင်ပေက သူဌေး ပတ်စပို့ သိမ်းထားတယ် မြန်မာပြည် ပြန်ချင်တယ်",
    "zh_Hant": "台北的老闆拿走我的護照 我想回家",
    "zh_Hans": "台北的老板拿走我的护照 我想回家",
    "ja": "台北の社長がパスポートを持っています。帰りたいです",
}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_who_writes_from_another_country_is_found(tag: str) -> None:
    assert find_whereabouts([ELSEWHERE[tag]]) == {ABROAD}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_who_writes_from_a_ship_is_found(tag: str) -> None:
    assert find_whereabouts([ON_WATER[tag]]) == {AT_SEA}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_who_wants_to_go_home_is_not_taken_to_be_there(tag: str) -> None:
    """The negative control."""
    assert find_whereabouts([HERE[tag]]) == frozenset()


def test_chosen_codes_count_and_nothing_means_nothing() -> None:
    assert find_whereabouts(["abroad"]) == {ABROAD}
    assert find_whereabouts(["at_sea", "x"]) == {AT_SEA}
    assert find_whereabouts([]) == frozenset()


def test_every_list_has_words_and_none_twice() -> None:
    for tag in LANGUAGES:
        lists = load_whereabouts(tag)
        for kind in KINDS:
            assert lists[kind], (tag, kind)
            assert len(lists[kind]) == len({*lists[kind]}), (tag, kind)
            assert all(lists[kind]), (tag, kind)


@pytest.mark.parametrize(
    "text",
    [
        "我被骗到台湾电信诈骗园区", "我被騙到台灣的詐騙園區",
        "i am locked in a scam compound in Taiwan",
        "saya disekap di tempat scam di taiwan", "em bị nhốt ở khu lừa đảo ở Đài Loan",
    ],
)  # fmt: skip
def test_a_compound_that_is_in_taiwan_is_not_abroad(text: str) -> None:
    assert find_whereabouts([text]) == set()


@pytest.mark.parametrize(
    "text",
    [
        "我从台湾到诈骗园区", "我在诈骗园区", "诈骗园区不在台湾", "from Taiwan to a scam compound",
        "我从台湾诈骗园区被卖到缅甸",
    ],
)  # fmt: skip
def test_a_compound_to_which_a_person_was_taken_from_taiwan_is_abroad(text: str) -> None:
    assert find_whereabouts([text]) == {ABROAD}


@pytest.mark.parametrize(
    "text",
    [
        "im fisherman boat in sea 2 year no see land pls",
        "we are in the sea",
        "tàu viễn dương hai năm",
    ],
)
def test_a_fisherman_who_writes_few_words_is_found(text: str) -> None:
    assert find_whereabouts([text]) == {AT_SEA}


@pytest.mark.parametrize(
    "text", ["i want to see land office", "in seat 12", "overseas", "land bank"]
)
def test_words_that_only_sound_like_it_name_no_sea(text: str) -> None:
    assert find_whereabouts([text]) == frozenset()
