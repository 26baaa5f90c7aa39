"""Lines that take back that staff may read, and similar ones that take nothing back."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.typed.taken_back import LONGEST, find_taken_back, load_taking_back

READING = {
    "en": (
        "please stop letting them read", "i dont want them to read it anymore",
        "do not show it to anyone", "cancel", "don't let anyone see this",
        "stop reading my messages", "pls stop reading", "no more reading please",
        "i changed my mind", "I don't want anyone reading this",
        "do not let them read what i write", "they should not read this anymore",
        "i take it back, dont read", "please dont pass it on", "stop passing my messages on",
        "stop sharing", "i said yes by mistake", "wait no, don't let them read it",
        "i am scared, please stop letting them read", "nobody should read this",
        "I withdraw my consent", "you must not read it anymore", "tell them to stop reading",
    ),
    "id": (
        "jangan biarkan mereka baca lagi", "jgn dibaca lagi", "tolong jangan dibaca siapa siapa",
        "stop bacanya kak", "saya ga mau dibaca lagi", "aku gak mau mereka baca",
        "jangan kasih lihat ke siapa pun", "batalin aja", "saya berubah pikiran",
        "jangan diteruskan", "jangan tunjukkan ke orang lain", "udah jangan baca lagi",
        "berhenti membaca pesan saya", "tidak boleh dibaca lagi", "saya tarik kembali",
        "mereka jangan baca lagi",
    ),
    "vi": (
        "đừng cho ai xem", "đừng cho họ đọc nữa", "đừng đọc nữa", "đừng để họ đọc",
        "dung cho ho doc nua", "em không muốn ai đọc nữa", "ngừng đọc đi",
        "làm ơn đừng cho ai đọc tin nhắn của em", "không cho họ xem nữa", "em đổi ý rồi",
        "rút lại đi ạ", "em không đồng ý nữa", "hủy đi", "đừng chia sẻ nữa",
        "tôi không muốn họ đọc", "đừng cho mọi người xem",
    ),
    "th": (
        "อย่าให้เขาอ่านแล้ว", "อย่าอ่านต่อ", "อย่าให้ใครอ่าน", "หยุดอ่านได้แล้วค่ะ",
        "ไม่อยากให้ใครอ่านแล้ว", "ขอยกเลิกค่ะ", "ไม่ให้อ่านแล้ว", "อย่าอ่านข้อความของหนูอีก",
        "ห้ามอ่านต่อ", "อย่าส่งต่อให้ใคร", "ไม่ต้องให้เขาอ่านแล้วนะคะ", "เปลี่ยนใจแล้วค่ะ",
        "หยุดให้คนอื่นอ่าน",
    ),
    "fil": (
        "huwag nang ipabasa sa kanila", "wag nyo na ipabasa", "wag nyo nang basahin",
        "itigil nyo na ang pagbabasa", "ayoko nang mabasa nila", "wag ipakita kahit kanino",
        "huwag mong ipakita sa iba", "bawiin ko na po", "nagbago na ang isip ko",
        "hindi na ako pumapayag", "wag na basahin pls", "stop na po sa pagbabasa",
        "ayokong ipabasa", "cancel na po", "wag ishare sa iba",
    ),
    "zh_Hant": (
        "不要讓他們看了", "不要給他們看了", "取消", "別再看了", "請停止閱讀", "我不想給他們看了",
        "不要再讓人看了", "不要給任何人看", "停止讓他們看", "我反悔了", "收回同意",
        "拜託不要再看我的訊息", "我不要他們看了", "不要讓別人看到", "先不要給他們看",
        "不要轉給他們", "我不同意了",
    ),
    "zh_Hans": (
        "不要继续看了", "不想让他们看了", "别让他们看了", "别再看了", "请不要给别人看",
    ),
    "my": (
        "သူတို့ကို မဖတ်ခိုင်းပါနဲ့တော့", "မဖတ်ပါနဲ့တော့", "ဘယ်သူ့ကိုမှ မပြပါနဲ့",
        "မဖတ်စေချင်တော့ဘူး", "ဆက်မဖတ်ပါနဲ့", "ဖတ်တာ ရပ်ပေးပါ", "စိတ်ပြောင်းသွားပြီ",
        "သူတို့ကို ပေးမဖတ်ပါနဲ့", "ကျွန်မရေးတာကို မဖတ်ပါနဲ့တော့",
    ),
    "km": (
        "កុំឱ្យគេអានទៀត", "កុំអានទៀត", "ឈប់អានទៀត", "កុំឲ្យអ្នកណាមើល",
        "សូមកុំឱ្យពួកគេអានសារខ្ញុំទៀត", "ខ្ញុំមិនចង់ឱ្យគេអានទៀតទេ", "ខ្ញុំប្តូរចិត្តហើយ",
        "លែងឱ្យគេអាន", "កុំបង្ហាញអ្នកណា",
    ),
    "ja": (
        "もう読ませないでください", "だれにも読ませないで", "見せないでください",
        "もう読まないで", "読むのをやめてください", "見せたくないです", "読んでほしくないです",
        "キャンセルします", "気が変わりました", "誰にも見せないでお願い",
        "もう誰にも読まれたくない", "共有しないでください", "同意を取り消します",
        "これ以上読まないで下さい", "スタッフに見せないで",
    ),
}  # fmt: skip
"""What ends the reading at any time."""
REGRETS = {
    "en": (
        "never mind", "forget it", "don't tell anyone", "please do not tell them",
        "i dont want it anymore",
    ),
    "id": (
        "nggak jadi deh", "ga usah deh", "gak jadi kak",
    ),
    "vi": (
        "thôi không cần nữa", "thôi đừng nữa", "thôi khỏi", "bỏ đi",
    ),
    "th": (
        "ไม่เอาแล้ว", "ไม่ต้องแล้วค่ะ",
    ),
    "fil": (
        "wag na lang pala", "huwag na lang po", "hindi na pala",
    ),
    "zh_Hant": (
        "算了不要", "沒事了 不用了",
    ),
    "zh_Hans": (
        "还是算了", "不用了 谢谢",
    ),
    "my": (
        "မလိုတော့ဘူး", "မပြောပါနဲ့တော့",
    ),
    "km": (
        "មិនបាច់ទេ",
    ),
    "ja": (
        "いや、やっぱりいい", "やっぱりやめる", "もう結構です", "言わないでください",
    ),
}  # fmt: skip
"""What does so only right after the person agreed."""
NOTHING = {
    "en": (
        "don't let him read this", "please don't stop", "don't tell my boss",
        "they do not let me read", "stop him", "please stop him", "don't let my boss read it",
        "do not show it to my husband", "i cannot read", "i dont read chinese",
        "I don't want to read", "i do not want them to hit me", "please stop", "no", "wait",
        "not safe", "don't tell the police", "do not let the police read it", "nobody reads this",
        "they read my messages", "he reads my phone, don't let him see",
        "boss and madam are here, dont let them read", "5 Harbour Road, do not tell the boss",
        "do not leave me", "dont stop reading", "he said do not read it", "they show my pictures",
        "they dont show me my passport", "i dont want to go back", "stop them", "do not come now",
        "tolong hentikan dia",
    ),
    "id": (
        "jangan kasih tahu bos", "jangan biarkan dia baca", "saya tidak bisa baca",
        "saya ga mau baca", "mereka tidak kasih saya baca", "jangan berhenti",
        "jangan datang dulu",
    ),
    "vi": (
        "đừng cho ông chủ đọc", "đừng cho nó đọc", "em không đọc được", "em không muốn đọc",
        "đừng dừng lại", "họ không cho em đọc", "đừng báo công an", "đừng nói với chủ",
    ),
    "th": (
        "อย่าให้นายจ้างอ่าน", "อย่าหยุด", "อ่านไม่ออก", "เขาไม่ให้อ่าน", "หนูไม่อยากอ่าน",
        "อย่าบอกนายจ้าง",
    ),
    "fil": (
        "wag ipabasa sa amo ko", "huwag sabihin sa boss", "hindi ako marunong magbasa",
        "huwag kayong tumigil", "ayaw nila ako ipabasa", "wag kang titigil",
    ),
    "zh_Hant": (
        "不要讓老闆看", "不要給他看", "別讓她看到", "我看不懂", "他們不讓我看", "我不想看",
        "他們不給我看手機", "不要告訴老闆", "不要報警", "不要", "等等", "別走", "救我 不要走",
        "警察不要看", "不要給警察看", "不要取消",
    ),
    "zh_Hans": (
        "不要停",
    ),
    "my": (
        "သူဌေးကို မပြပါနဲ့", "မဖတ်တတ်ဘူး", "မရပ်ပါနဲ့", "သူဌေးကို မပြောပါနဲ့",
    ),
    "km": (
        "កុំឱ្យថៅកែអាន", "ខ្ញុំអានមិនចេះ", "កុំឈប់", "កុំប្រាប់ថៅកែ",
    ),
    "ja": (
        "社長に見せないで", "夫に読ませないで", "読めません", "読みたくない", "やめないで",
        "警察に言わないで", "彼に見せないで", "見ないふりをしている",
    ),
}  # fmt: skip
"""About others, or something else."""


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_line_that_lets_no_one_read_any_more_is_known(tag: str) -> None:
    found = {it: find_taken_back(it) for it in READING[tag]}
    assert [it for it, back in found.items() if back is None or not back.is_reading] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_line_that_regrets_says_so_only_of_what_was_just_agreed(tag: str) -> None:
    found = {it: find_taken_back(it) for it in REGRETS[tag]}
    assert [it for it, back in found.items() if back is None or back.is_reading] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_line_about_others_or_about_reading_itself_takes_nothing_back(tag: str) -> None:
    assert [it for it in NOTHING[tag] if find_taken_back(it) is not None] == []


def test_what_stands_next_to_it_is_returned_for_a_cry_to_be_found_in() -> None:
    found = find_taken_back("he is coming, please stop letting them read")
    assert found is None  # he, or they who are with him, may be meant
    found = find_taken_back("I am scared, please stop letting them read")
    assert found is not None
    assert (found.is_reading, found.rest) == (True, "i am scared")


def test_next_to_a_word_for_others_it_may_be_they_who_must_not_read() -> None:
    for line in ("boss and madam are here, do not let them read", "the police, dont let them read"):
        assert find_taken_back(line) is None, line


def test_a_question_or_a_long_text_takes_nothing_back() -> None:
    assert find_taken_back("stop letting them read")
    assert find_taken_back("can you stop letting them read?") is None
    assert find_taken_back(f"stop letting them read {'now ' * LONGEST}") is None


def test_doubled_words_are_read_quickly_and_take_nothing_back() -> None:
    for tag in LANGUAGES:
        word = load_taking_back(tag)["around"][0]
        assert find_taken_back(f"{word} " * (LONGEST // (len(word) + 2)) + "x") is None


def test_every_language_has_words_for_each_kind() -> None:
    needed = ("unread", "withdraws", "regrets", "around", "them", "others")
    empty = [(tag, it) for tag in LANGUAGES for it in needed if not load_taking_back(tag)[it]]
    assert empty == []
