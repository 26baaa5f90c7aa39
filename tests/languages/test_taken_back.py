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
        "ok stop dont let anyone read it any more",
        "actually no, i dont want anyone reading this now",
        "please stop showing my messages to people", "changed my mind, no one should read this",
        "i dont want other people to read it for now",
        "um no i really dont want anyone to read it",
        "ok wait, i would rather no one reads this", "pls dont let more people see my messages",
    ),
    "id": (
        "jangan biarkan mereka baca lagi", "jgn dibaca lagi", "tolong jangan dibaca siapa siapa",
        "stop bacanya kak", "saya ga mau dibaca lagi", "aku gak mau mereka baca",
        "jangan kasih lihat ke siapa pun", "batalin aja", "saya berubah pikiran",
        "jangan diteruskan", "jangan tunjukkan ke orang lain", "udah jangan baca lagi",
        "berhenti membaca pesan saya", "tidak boleh dibaca lagi", "saya tarik kembali",
        "mereka jangan baca lagi",
        "eh ga jadi deh jgn dibaca org lain dulu", "jgn dibaca org lain dulu",
        "eh udah deh jgn dikasih baca ke siapa2", "jangan sampai dibaca orang lain ya",
        "gausah dibaca org dulu deh", "saya ga mau ada yg baca lagi",
        "stop dulu ya, jangan ada yang baca", "aku berubah pikiran, jgn kasih lihat siapa siapa",
        "aduh jangan dulu dibaca org2 ya kak", "udah ah saya udah ga mau ada yg baca",
        "mending jgn dibaca siapa2 dulu",
    ),
    "vi": (
        "đừng cho ai xem", "đừng cho họ đọc nữa", "đừng đọc nữa", "đừng để họ đọc",
        "dung cho ho doc nua", "em không muốn ai đọc nữa", "ngừng đọc đi",
        "làm ơn đừng cho ai đọc tin nhắn của em", "không cho họ xem nữa", "em đổi ý rồi",
        "rút lại đi ạ", "em không đồng ý nữa", "hủy đi", "đừng chia sẻ nữa",
        "tôi không muốn họ đọc", "đừng cho mọi người xem",
        "thoi dung cho ai doc nua", "thôi đừng cho ai đọc nữa", "thôi em không muốn ai đọc nữa",
        "thoi em ko muon ai doc nua", "thôi dừng lại đi, đừng cho người khác đọc nữa",
        "thoi khoi can ai doc nua dau", "em đổi ý rồi, đừng cho ai xem nữa nha",
        "à thôi đừng để người ta đọc", "minh ko muon cho ai xem nua",
        "khoan da, dung cho nguoi nao doc het", "thoi minh khong muon ai xem nua dau",
        "thôi khỏi, đừng cho mọi người đọc nữa nha", "dạ thôi em chưa muốn cho ai đọc ạ",
    ),
    "th": (
        "อย่าให้เขาอ่านแล้ว", "อย่าอ่านต่อ", "อย่าให้ใครอ่าน", "หยุดอ่านได้แล้วค่ะ",
        "ไม่อยากให้ใครอ่านแล้ว", "ขอยกเลิกค่ะ", "ไม่ให้อ่านแล้ว", "อย่าอ่านข้อความของหนูอีก",
        "ห้ามอ่านต่อ", "อย่าส่งต่อให้ใคร", "ไม่ต้องให้เขาอ่านแล้วนะคะ", "เปลี่ยนใจแล้วค่ะ",
        "หยุดให้คนอื่นอ่าน",
        "ไม่เอาแล้วค่ะ อย่าให้ใครอ่านอีก", "พอแล้ว ไม่อยากให้ใครอ่านแล้ว",
        "ขอหยุดก่อนนะ อย่าเพิ่งให้คนอื่นอ่าน", "เปลี่ยนใจแล้ว ไม่ให้ใครอ่านแล้วค่ะ",
        "เออ ไม่ต้องให้ใครอ่านแล้วล่ะ", "หนูไม่อยากให้คนอื่นเห็นข้อความแล้ว",
        "เอ่อ ไม่อยากให้คนอื่นอ่านแล้วอ่ะ", "งั้นอย่าให้ใครอ่านไว้ก่อนนะ",
    ),
    "fil": (
        "huwag nang ipabasa sa kanila", "wag nyo na ipabasa", "wag nyo nang basahin",
        "itigil nyo na ang pagbabasa", "ayoko nang mabasa nila", "wag ipakita kahit kanino",
        "huwag mong ipakita sa iba", "bawiin ko na po", "nagbago na ang isip ko",
        "hindi na ako pumapayag", "wag na basahin pls", "stop na po sa pagbabasa",
        "ayokong ipabasa", "cancel na po", "wag ishare sa iba",
        "ayoko na pong may magbasa", "ayoko na pong may magbasa nito", "ayaw ko na pong ipabasa",
        "ayoko na pong mabasa to ng iba", "ay wag na lang po, wag nyo na ipakita sa iba",
        "ayaw ko na po na may makabasa", "teka lang po wag muna ipabasa kahit kanino",
        "nagbago na isip ko ayoko nang ipabasa", "tama na po wala na sanang magbabasa nito",
        "ayoko na po talagang may makabasa nito", "ayaw ko po sanang ipakita sa iba",
        "wag na po muna sana ipabasa sa ibang tao", "sana walang makabasa nito",
    ),
    "zh_Hant": (
        "不要讓他們看了", "不要給他們看了", "取消", "別再看了", "請停止閱讀", "我不想給他們看了",
        "不要再讓人看了", "不要給任何人看", "停止讓他們看", "我反悔了", "收回同意",
        "拜託不要再看我的訊息", "我不要他們看了", "不要讓別人看到", "先不要給他們看",
        "不要轉給他們", "我不同意了",
        "算了啦,不要給別人看了", "我不想讓人家看了", "先不要讓其他人看好了",
        "停,不要再讓任何人讀了", "我反悔了,別讓人看到", "等一下,我不想給人看了",
        "那還是不要讓別人看", "暫時不想給人看",
    ),
    "zh_Hans": (
        "不要继续看了", "不想让他们看了", "别让他们看了", "别再看了", "请不要给别人看",
        "算了,别给别人看了", "我不想让人看了", "还是不要了吧,先别让别人看",
        "停一下,不要再给任何人看了", "我改主意了,别让人看到", "等等,我不想再让人读下去了",
    ),
    "my": (
        "သူတို့ကို မဖတ်ခိုင်းပါနဲ့တော့", "မဖတ်ပါနဲ့တော့", "ဘယ်သူ့ကိုမှ မပြပါနဲ့",
        "မဖတ်စေချင်တော့ဘူး", "ဆက်မဖတ်ပါနဲ့", "ဖတ်တာ ရပ်ပေးပါ", "စိတ်ပြောင်းသွားပြီ",
        "သူတို့ကို ပေးမဖတ်ပါနဲ့", "ကျွန်မရေးတာကို မဖတ်ပါနဲ့တော့",
        "မလုပ်တော့ဘူး ဘယ်သူ့ကိုမှ မဖတ်ခိုင်းပါနဲ့တော့", "တော်ပြီ ဘယ်သူမှ မဖတ်စေချင်တော့ဘူး",
        "ခဏရပ်ပါ တခြားလူတွေကို မဖတ်ခိုင်းပါနဲ့ဦး", "စိတ်ပြောင်းသွားပြီ ဘယ်သူ့ကိုမှ မပြပါနဲ့",
        "ရပ်လိုက်ပါတော့ တခြားသူ မဖတ်ပါစေနဲ့", "ကျွန်မ ဘယ်သူ့ကိုမှ ဆက်မဖတ်စေချင်တော့ပါဘူး",
        "ရပ်ပါ တခြားသူတွေ မဖတ်ပါစေနဲ့တော့",
    ),
    "km": (
        "កុំឱ្យគេអានទៀត", "កុំអានទៀត", "ឈប់អានទៀត", "កុំឲ្យអ្នកណាមើល",
        "សូមកុំឱ្យពួកគេអានសារខ្ញុំទៀត", "ខ្ញុំមិនចង់ឱ្យគេអានទៀតទេ", "ខ្ញុំប្តូរចិត្តហើយ",
        "លែងឱ្យគេអាន", "កុំបង្ហាញអ្នកណា",
        "ឈប់ហើយ កុំឲ្យអ្នកណាអានទៀត", "អត់ទេ ខ្ញុំមិនចង់ឲ្យគេអានទៀតទេ", "កុំអោយអ្នកផ្សេងអានសិន",
        "ខ្ញុំប្ដូរចិត្តហើយ កុំឲ្យនរណាអាន", "បានហើយ ឈប់ឲ្យគេអានទៅ",
        "កុំបង្ហាញសាររបស់ខ្ញុំដល់អ្នកណាទៀត",
    ),
    "ja": (
        "もう読ませないでください", "だれにも読ませないで", "見せないでください",
        "もう読まないで", "読むのをやめてください", "見せたくないです", "読んでほしくないです",
        "キャンセルします", "気が変わりました", "誰にも見せないでお願い",
        "もう誰にも読まれたくない", "共有しないでください", "同意を取り消します",
        "これ以上読まないで下さい", "スタッフに見せないで",
        "やっぱりいいです、もう誰にも読ませないで", "すみません、もう誰にも見せないでください",
        "ごめん、やっぱ読まれたくない", "他の人にはまだ読ませないでほしい",
        "気が変わりました。誰にも読んでほしくないです", "もうやめて、これ以上人に見せないで",
        "やっぱ、誰にも見せないでほしい", "とりあえず他人に読まれたくないです",
    ),
}  # fmt: skip
"""What ends the reading at any time."""
REGRETS = {
    "en": (
        "never mind", "forget it", "don't tell anyone", "please do not tell them",
        "i dont want it anymore", "hmm never mind, keep it between us please",
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
        "do not let him read this", "no one reads my letters",
        "my boss does not want anyone to read our contract",
        "he really does not want anyone to read it", "i dont want him to read it",
        "my madam would rather no one reads my letters", "i really dont want to read it",
        "dont let more people come", "well i cannot read",
    ),
    "id": (
        "jangan kasih tahu bos", "jangan biarkan dia baca", "saya tidak bisa baca",
        "saya ga mau baca", "mereka tidak kasih saya baca", "jangan berhenti",
        "jangan datang dulu",
        "jangan kasih dia baca ini", "kami dilarang baca kontrak",
        "tidak ada yang baca surat saya", "bos ga mau ada yang baca kontraknya",
        "org lain baca hp saya", "orang lain jangan masuk", "dia ga mau ada yang baca",
        "mending saya pulang", "saya juga ga mau baca", "jangan dulu datang",
    ),
    "vi": (
        "đừng cho ông chủ đọc", "đừng cho nó đọc", "em không đọc được", "em không muốn đọc",
        "đừng dừng lại", "họ không cho em đọc", "đừng báo công an", "đừng nói với chủ",
        "đừng cho nó đọc cái này", "họ không cho em đọc hợp đồng", "không ai đọc thư của em",
        "chủ không muốn ai đọc hợp đồng", "chủ không muốn cho em đọc", "thôi đừng đánh em",
        "em không muốn cho con đọc", "chua ai doc thu cua em", "thoi dung cho chu doc",
        "không cần cho nó xem",
    ),
    "th": (
        "อย่าให้นายจ้างอ่าน", "อย่าหยุด", "อ่านไม่ออก", "เขาไม่ให้อ่าน", "หนูไม่อยากอ่าน",
        "อย่าบอกนายจ้าง",
        "เขาไม่ให้หนูอ่านสัญญา", "ไม่มีใครอ่านจดหมายของหนู", "นายจ้างไม่อยากให้ใครอ่านสัญญา",
        "งั้นไปก่อนนะ", "เออ หนูอ่านไม่ออก", "นายไม่ให้ใครอ่านเลย",
    ),
    "fil": (
        "wag ipabasa sa amo ko", "huwag sabihin sa boss", "hindi ako marunong magbasa",
        "huwag kayong tumigil", "ayaw nila ako ipabasa", "wag kang titigil",
        "huwag mong ipabasa sa kanya ito", "ayaw nila akong magbasa",
        "walang nagbabasa ng sulat ko", "ayaw ng amo ko na may magbasa ng kontrata",
        "ayoko na pong magbasa", "ayaw nilang may magbasa", "sana may makabasa nito",
        "walang makabasa ng sulat", "ayaw ko pong makita siya", "ayoko na siyang makita",
        "sana wala siya dito", "ayoko may makita siya", "wala pong makakita sa akin dito",
        "sana walang makakita sa akin dito", "ayokong may makakita sa akin",
        "ayaw ko pong may makakita sakin",
    ),
    "zh_Hant": (
        "不要讓老闆看", "不要給他看", "別讓她看到", "我看不懂", "他們不讓我看", "我不想看",
        "他們不給我看手機", "不要告訴老闆", "不要報警", "不要", "等等", "別走", "救我 不要走",
        "警察不要看", "不要給警察看", "不要取消",
        "不要讓他看這個", "他們不讓我看合約", "沒有人看我的信", "老闆不想讓人看合約",
        "暫時不想看", "我還是看不懂", "他暫時不讓我看手機",
    ),
    "zh_Hans": (
        "不要停",
        "别让他看这个", "他们不让我看合同", "没有人看我的信", "老板不想让人看合同",
    ),
    "my": (
        "သူဌေးကို မပြပါနဲ့", "မဖတ်တတ်ဘူး", "မရပ်ပါနဲ့", "သူဌေးကို မပြောပါနဲ့",
        "သူ့ကို ဒါ မဖတ်ခိုင်းပါနဲ့", "သူတို့က ကျွန်မကို စာချုပ် မဖတ်ခိုင်းဘူး",
        "ကျွန်မရဲ့ စာကို ဘယ်သူမှ မဖတ်ဘူး", "သူဌေးက စာချုပ်ကို ဘယ်သူ့ကိုမှ မဖတ်စေချင်ဘူး",
        "သူဌေး မဖတ်ပါစေနဲ့", "အမေ မဖတ်ပါစေနဲ့တော့",
    ),
    "km": (
        "កុំឱ្យថៅកែអាន", "ខ្ញុំអានមិនចេះ", "កុំឈប់", "កុំប្រាប់ថៅកែ",
        "កុំឲ្យគាត់អាននេះ", "គេមិនឲ្យខ្ញុំអានកិច្ចសន្យាទេ", "គ្មានអ្នកណាអានសំបុត្ររបស់ខ្ញុំទេ",
        "ថៅកែមិនចង់ឲ្យអ្នកណាអានកិច្ចសន្យា",
    ),
    "ja": (
        "社長に見せないで", "夫に読ませないで", "読めません", "読みたくない", "やめないで",
        "警察に言わないで", "彼に見せないで", "見ないふりをしている",
        "彼にこれを読ませないで", "契約書を読ませてもらえません", "誰も私の手紙を読みません",
        "社長は誰にも契約書を読ませたくない", "やっぱり読めません", "上司に見られたくない",
        "顔を見られたくない",
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


def test_a_word_that_regrets_hides_no_denial_that_begins_with_it() -> None:
    assert find_taken_back("thôi đừng") == (False, "")
    assert find_taken_back("thôi đừng cho ai đọc") == (True, "")


def test_small_words_may_stand_within_what_is_said() -> None:
    for line in (
        "ayoko may magbasa",
        "ayoko na pong may magbasa",
        "ayoko na po talagang may magbasa",
    ):
        assert find_taken_back(line) == (True, ""), line
    assert find_taken_back("ayoko na pong magbasa") is None


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
