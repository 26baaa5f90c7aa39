"""Where someone works or is, in any spelling, is no cry for help: people are asked for it."""

from __future__ import annotations

from bot.languages.alarms.find import find_alarms
from bot.text import fold_accents

LATIN = (
    "Taipei", "New Taipei", "Taoyuan", "Taichung", "Tainan", "Kaohsiung", "Keelung", "Hsinchu",
    "Miaoli", "Changhua", "Nantou", "Yunlin", "Chiayi", "Pingtung", "Yilan", "Hualien", "Taitung",
    "Penghu", "Kinmen", "Taiwan",
)  # fmt: skip
VIETNAMESE = (
    "Đài Bắc", "Tân Bắc", "Đào Viên", "Đài Trung", "Đài Nam", "Cao Hùng", "Cơ Long", "Tân Trúc",
    "Miêu Lật", "Chương Hóa", "Nam Đầu", "Vân Lâm", "Gia Nghĩa", "Bình Đông", "Nghi Lan",
    "Hoa Liên", "Đài Đông", "Bành Hồ", "Kim Môn", "Đài Loan",
)  # fmt: skip
CHINESE = (
    "台北", "新北", "桃園", "台中", "台南", "高雄", "基隆", "新竹", "苗栗", "彰化", "南投", "雲林",
    "嘉義", "屏東", "宜蘭", "花蓮", "台東", "澎湖", "金門", "台灣",
)  # fmt: skip
SAID = {
    ("em lam o {}", "em đi làm ở {}", "toi dang o {}", "em đang ở {}", "em lam o {} 3 nam roi"):
        (*VIETNAMESE, *LATIN),
    ("saya kerja di {}", "aku di {}", "majikan saya di {}", "sy kerja di {} udah 3 tahun"): LATIN,
    ("nasa {} po ako", "dito po ako sa {} nagtatrabaho", "taga {} po amo ko"): LATIN,
    ("i work in {}", "i am in {}", "my boss lives in {}"): LATIN,
    ("ทำงานที่{}", "อยู่{}ค่ะ"): ("ไทเป", "เถาหยวน", "ไถจง", "เกาสง", "ไต้หวัน", *LATIN),
    ("ខ្ញុំធ្វើការនៅ{}", "ខ្ញុំនៅ{}"): ("តៃប៉ិ", "តៃវ៉ាន់", "តាវយ័ន", "កៅស៊ុង", *LATIN),
    ("ကျွန်တော် {} မှာ အလုပ်လုပ်တယ်", "{} မှာ နေတယ်"): ("တိုင်ပေ", "ထိုင်ဝမ်", *LATIN),
    ("我在{}工作", "我住{}"): (*CHINESE, *LATIN),
    ("{}で働いています", "{}に住んでいます"): (*CHINESE, *LATIN),
}  # fmt: skip


def test_a_place_is_no_alarm_with_and_without_accents() -> None:
    """ "em lam o dai bac" (I work in Taipei) held "làm ... dại", to do oneself harm."""
    written = {
        spelling
        for sentences, places in SAID.items()
        for sentence in sentences
        for place in places
        for whole in (sentence.format(place), sentence.format(place).lower())
        for spelling in (whole, fold_accents(whole))
    }
    assert len(written) > 1000
    assert {it: sorted(find_alarms(it)) for it in sorted(written) if find_alarms(it)} == {}


def test_a_cry_next_to_a_place_is_still_one() -> None:
    """Shows that the test above could fail. The first was missed: the place was ordinary."""
    for cry in ("em o dai bac, em muon chet", "em sợ em làm dại", "aku di chiayi, mau bunuh diri"):
        assert "self_harm" in find_alarms(cry), cry
