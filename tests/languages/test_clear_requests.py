"""Sentences that ask for the chat to be cleared now, and the many others with such a word."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.typed.clear_requests import LONGEST, find_clear_request, load_clear_requests

ASKED = {
    "id": (
        "tolong hapus semua chat ini sekarang bos mau lihat hp", "aku mau hapus semua",
        "tolong hapus", "bos datang hapus semua cepat",
    ),
    "vi": (
        "xóa", "xoá", "xoa", "em muốn xóa tin nhắn", "xóa tin nhắn đi", "xoa het di chu ve roi",
        "chủ về rồi xóa nhanh đi",
    ),
    "en": (
        "erase this chat", "delete now", "delete pls he check my phone",
        "boss is coming delete everything", "he is coming, delete all", "delete my messages",
    ),
    "zh_Hant": ("快刪掉 老闆來了", "老闆來了 快刪掉", "算了刪掉", "刪掉全部", "快刪"),
    "fil": (
        "pakibura po lahat nandito na amo ko", "paki delete po lahat ng message",
        "nandito na amo ko burahin mo na lahat",
    ),
    "th": ("ลบแชทให้หน่อย นายจ้างมาแล้ว", "ลบทิ้งให้หมดเลย", "ช่วยลบข้อความด้วยค่ะ"),
    "km": ("លុបសារទាំងអស់ ថៅកែមកហើយ", "ជួយលុបឆាតនេះឱ្យខ្ញុំផង"),
    "my": ("စာတွေ ဖျက်ပေးပါ သူဌေး လာပြီ", "ဒီစာတွေအကုန်ဖျက်ပေးပါ"),
    "zh_Hans": ("快删掉 老板来了", "帮我把聊天记录删了", "快删"),
    "ja": ("早く消して 社長が来た", "社長が来たから消して", "チャットを全部消してください"),
}  # fmt: skip
OTHERWISE = {
    "id": (
        "jangan hapus", "jangan hapus pesan saya", "bos hapus semua kontak saya", "nanti hapus",
        "bos mau hapus semua", "bisa dihapus gak", "majikan hapus foto saya",
        "hapus bos dari kontak",
    ),
    "vi": (
        "đừng xóa", "chủ xóa hết tin nhắn của em", "nó xóa zalo em", "xóa được không",
        "có xóa tin nhắn không", "để em xóa sau", "xóa chủ khỏi zalo",
    ),
    "en": (
        "don't delete", "do not delete my messages", "he deleted my contacts", "he erased my phone",
        "will you delete it?", "will you delete it", "can I delete later", "delete later",
        "boss is coming don't delete", "delete my boss number", "delete my name only",
        "he will delete all", "he said, delete everything", "delete boss from contacts",
    ),
    "zh_Hant": (
        "不要刪掉我的訊息", "別刪", "先不要刪", "他刪了我的聯絡人", "老闆刪掉我手機", "可以刪掉嗎",
        "之後再刪", "老闆叫我刪掉", "刪掉老闆的LINE", "幫我刪掉老闆的訊息",
    ),
    "fil": (
        "wag burahin", "huwag mong burahin", "binura niya contacts ko", "binura ng amo ko",
        "pwede bang burahin", "mamaya ko burahin", "hindi ko binura",
    ),
    "th": (
        "อย่าลบ", "อย่าลบข้อความหนู", "เขาลบรายชื่อหนู", "นายจ้างลบแชทหนู", "ลบได้ไหม", "ลบแชทไม่ได้",
    ),
    "km": ("កុំលុបសារខ្ញុំ", "គេលុបលេខខ្ញុំ", "ថៅកែលុបសារទាំងអស់", "តើលុបបានទេ", "លុបពេលក្រោយ"),
    "my": ("ကျမစာတွေကို မဖျက်ပါနဲ့", "သူဌေးက ဖျက်လိုက်တယ်", "ဖျက်လို့ရလား", "နောက်မှဖျက်မယ်"),
    "zh_Hans": ("别删", "不要删掉", "老板删了我的照片", "能删掉吗", "他说 删掉"),
    "ja": (
        "消さないで", "消してもいいですか", "後で消す", "社長が連絡先を消した", "彼に消された",
        "消せますか",
    ),
}  # fmt: skip


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_sentence_that_asks_to_clear_the_chat_is_one(tag: str) -> None:
    assert [it for it in ASKED[tag] if find_clear_request(it) is None] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_denial_a_question_or_a_report_asks_for_nothing(tag: str) -> None:
    assert [it for it in OTHERWISE[tag] if find_clear_request(it) is not None] == []


def test_a_request_with_a_question_mark_or_in_a_story_is_none() -> None:
    request = "delete everything"
    assert find_clear_request(request) is not None
    assert find_clear_request(f"{request}?") is None
    assert find_clear_request(f"{request} because {'he looks ' * LONGEST}") is None


def test_only_an_arrival_is_known_from_other_reasons() -> None:
    arrival = find_clear_request("delete all, the boss is coming")
    other = find_clear_request("delete all, he will kill me")
    assert arrival is not None
    assert other is not None
    assert (arrival.only_arrival, other.only_arrival) == (True, False)


def test_every_language_has_words_in_every_list() -> None:
    assert [tag for tag in LANGUAGES if not all(load_clear_requests(tag).values())] == []
