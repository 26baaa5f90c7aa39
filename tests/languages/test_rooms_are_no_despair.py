"""Where someone is in a house is no thought of suicide; who hides there is in danger.

"I am in the bathroom", the one door that locks, brought the answer to thoughts of suicide.
"""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.alarms.find import find_alarms

ROOMS = {
    "en": ["im in the bathroom", "i am in the bathroom", "I'm in the bathroom now",
           "in the bathroom", "im in bathroom", "im in the toilet", "i am in the restroom",
           "im in the kitchen",
           "i am on the balcony", "im near the window", "im on the stairs", "i am at the river",
           "im at the train station", "the pills are in the cabinet", "i am cleaning the bathroom",
           "im alone in the bathroom", "i write from the bathroom", "i am in the shower"],
    "id": ["saya di kamar mandi", "aku di kamar mandi", "aku di toilet", "saya di dapur",
           "saya di balkon", "saya di tangga", "saya di stasiun kereta", "saya di sungai"],
    "vi": ["em ở trong nhà vệ sinh", "em o trong nha ve sinh", "em đang ở nhà tắm", "em ở bếp",
           "em ở bờ sông", "em ở ga tàu", "em ở cửa sổ"],
    "zh_Hant": ["我在廁所", "我在浴室", "我在廚房", "我在陽台", "我在河邊", "我在火車站"],
    "fil": ["nasa banyo ako", "nasa kubeta ako", "nasa kusina ako", "nasa balkonahe ako",
            "nasa ilog ako", "nasa istasyon ng tren ako"],
    "th": ["อยู่ในห้องน้ำค่ะ", "หนูอยู่ในห้องน้ำ", "อยู่ในครัว", "อยู่ที่ระเบียง", "อยู่ริมแม่น้ำ", "อยู่ที่สถานีรถไฟ"],
    "km": ["ខ្ញុំនៅក្នុងបន្ទប់ទឹក", "ខ្ញុំនៅផ្ទះបាយ", "ខ្ញុំនៅរានហាល", "ខ្ញុំនៅមាត់ទន្លេ"],
    "my": ["ကျွန်မ ရေချိုးခန်းထဲမှာ", "ကျွန်မ အိမ်သာထဲမှာ", "ဝရန်တာမှာ", "မြစ်ကမ်းမှာ", "ဘူတာမှာ"],
    "zh_Hans": ["我在厕所", "我在浴室", "我在厨房", "我在阳台", "我在河边", "我在火车站"],
    "ja": ["トイレにいます", "浴室にいます", "お風呂にいます", "台所にいます",
           "川の近くにいます", "駅にいます"],
}  # fmt: skip
HIDDEN = {
    "en": ["im hiding in the bathroom", "i am hiding in the toilet",
           "i locked myself in the bathroom he is outside"],
    "id": ["saya sembunyi di kamar mandi", "aku ngumpet di wc"],
    "vi": ["em trốn trong nhà vệ sinh"],
    "zh_Hant": ["我躲在廁所", "我躲在浴室"],
    "fil": ["nagtatago ako sa cr", "nagtatago ako sa banyo"],
    "th": ["หนูแอบอยู่ในห้องน้ำ", "ซ่อนอยู่ในห้องน้ำ"],
    "km": ["ខ្ញុំលាក់ខ្លួនក្នុងបន្ទប់ទឹក"],
    "my": ["အိမ်သာထဲမှာ ပုန်းနေတယ်", "ရေချိုးခန်းထဲမှာ ပုန်းနေတယ်"],
    "zh_Hans": ["我躲在厕所", "我躲在浴室"],
    "ja": ["トイレに隠れています", "お風呂場に隠れています"],
}  # fmt: skip
DESPAIR = [
    "i want to die in the bathroom", "im in the bathroom cutting myself",
    "im in the bathroom with pills", "im on the roof", "im on the rooftop", "nasa tulay ako",
    "nasa bubong ako",
]  # fmt: skip


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_room_is_no_thought_of_suicide(tag: str) -> None:
    assert [it for it in ROOMS[tag] if "self_harm" in find_alarms(it)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_who_hides_in_a_room_is_in_danger(tag: str) -> None:
    found = {it: find_alarms(it) for it in HIDDEN[tag]}
    assert [it for it, alarms in found.items() if not {"danger_now", "held"} & alarms] == []
    assert [it for it, alarms in found.items() if "self_harm" in alarms] == []


def test_despair_in_a_room_or_on_a_roof_is_still_found() -> None:
    assert [it for it in DESPAIR if "self_harm" not in find_alarms(it)] == []
