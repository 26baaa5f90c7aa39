"""What people type for *Erase now* where they stop erases what was not sent, in ten languages.

A Filipino "burahin nyo na lang" (just erase it) got a text about /stop and the same question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from tests.support.dispatch_inspection import current_step, reachable_positions, says_at

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

UNSENT = ("stop", "unsent")
ERASES = {
    "en": ["just erase it", "just delete everything", "erase them", "delete it please",
         "just delete", "erase my answers", "get rid of it", "throw it away", "delete now",
         "erase all of it please"],
    "fil": ["burahin nyo na lang", "burahin na lang", "burahin nyo na lang po",
         "burahin mo na lang", "pakibura na lang po", "idelete nyo na lang",
         "delete nyo na lang po", "bura na lang", "erase nyo na", "burahin nyo na po lahat",
         "paki delete na lang"],
    "id": ["hapus aja", "hapus aja kak", "dihapus aja", "hapus semuanya aja", "delete aja",
         "hapus sekarang", "tolong dihapus saja", "hapus jawaban saya", "hapusin aja deh",
         "apus aja"],
    "vi": ["xóa luôn đi", "xoa di", "xóa hết đi ạ", "xóa giúp em luôn", "xóa câu trả lời đi",
         "xóa ngay", "thôi xóa đi", "cứ xóa đi", "xoa het luon", "xóa bỏ đi"],
    "th": ["ลบเลย", "ลบไปเลย", "ลบทิ้งเลยค่ะ", "ลบให้หมดเลย", "ลบเลยครับ", "ลบคำตอบ",
         "ขอลบเลย", "ลบไปเถอะ", "ลบตอนนี้", "ช่วยลบให้หน่อย"],
    "zh_Hant": ["刪掉吧", "刪了吧", "直接刪掉", "全部刪掉吧", "刪除就好", "清掉吧", "馬上刪掉",
         "都刪了吧", "刪掉答案", "請刪除"],
    "zh_Hans": ["删掉吧", "删了吧", "直接删掉", "全部删掉吧", "删除就好", "清掉吧", "马上删掉",
         "都删了吧", "删掉答案", "请删除"],
    "ja": ["消してください", "もう消して", "全部消してください", "削除してください",
         "消しちゃって", "今消して", "消していいです", "答えを消して", "全部削除して",
         "消去でお願いします"],
    "km": ["លុបចោលទៅ", "លុបទៅ", "លុបចោលឥឡូវ", "លុបទាំងអស់ទៅ", "សូមលុបចោល", "លុបអោយអស់",
         "លុបឥឡូវនេះ", "លុបចម្លើយ", "លុបចោលអស់ទៅបង", "ជួយលុបផង"],
    "my": ["ဖျက်လိုက်ပါ", "အကုန်ဖျက်လိုက်", "ဖျက်ပစ်လိုက်", "ဖျက်လိုက်ပါတော့", "အခုဖျက်ပါ",
         "အားလုံးဖျက်လိုက်ပါ", "ဖျက်ပေးပါရှင်", "ဖျက်လိုက်တော့", "အဖြေတွေဖျက်ပါ", "ဖျက်ပစ်ပါ"],
}  # fmt: skip
ERASES_NOTHING = {
    "en": ["don't delete it", "do not erase", "will it be deleted?", "he deleted my photos"],
    "fil": ["wag burahin", "wag nyo burahin", "mabubura ba?"],
    "id": ["jangan dihapus", "jangan hapus dulu", "apa dihapus?"],
    "vi": ["đừng xóa", "khoan xóa", "có bị xóa không"],
    "th": ["อย่าลบ", "ไม่ต้องลบ", "ลบไหม"],
    "zh_Hant": ["不要刪", "先別刪", "會刪掉嗎"],
    "zh_Hans": ["不要删", "先别删", "会删掉吗"],
    "ja": ["消さないで", "消えますか", "削除しないで"],
    "km": ["កុំលុប", "កុំទាន់លុប"],
    "my": ["မဖျက်နဲ့", "မဖျက်ပါနဲ့", "ဖျက်မှာလား"],
}  # fmt: skip


@pytest.mark.parametrize("tag", LANGUAGES)
def test_who_says_to_just_erase_it_is_not_asked_again(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for typed in ERASES[tag]:
        person = says_at(sqlite_hotline, UNSENT, typed, tag)
        assert current_step(person) is None, typed


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_denial_and_a_question_erase_nothing(sqlite_hotline: HotlineHarness, tag: str) -> None:
    assert UNSENT in reachable_positions()
    for typed in ERASES_NOTHING[tag]:
        person = says_at(sqlite_hotline, UNSENT, typed, tag)
        assert current_step(person) == UNSENT, typed
