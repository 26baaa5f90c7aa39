"""Lines that say that someone is near, or that nothing should be written now, and similar ones."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.typed.someone_near import LONGEST, find_someone_near, load_near_words

NEAR = {
    "id": (
        "majikan ada di dekat saya, jangan balas dulu", "bos ada di sini",
        "dia lagi liat hp saya", "jgn chat dulu kak", "nyonya lagi di samping saya",
        "majikan masih di sini jangan tulis dulu", "jangan bales skrg ya, ada majikan",
        "bos sedang mengawasi saya", "skrg gak bisa chat, majikan di sebelah",
        "dia baca chat saya", "mandor di belakangku", "lagi diawasi", "ada orang datang",
        "ada yang datang", "ada yg dateng kak", "ada org mau masuk",
        "kapten datang jangan balas", "majikan udah balik, jgn chat",
    ),
    "vi": (
        "chu ve dung nhan",
        "chủ đang ở đây, đừng nhắn", "chu dang o gan em", "ông chủ đang nhìn em",
        "đừng trả lời vội ạ, bà chủ đang ở cạnh em", "khoan nhan tin, co nguoi o day",
        "bây giờ em không nhắn tin được", "ông ấy đang xem điện thoại của em",
        "sep dang dung sau lung", "dung rep nha chi", "bà chủ đang ngồi bên cạnh",
        "nó đang xem máy em", "ông chủ quay lại rồi",
    ),
    "en": (
        "he is coming dont write", "dont message me now she is coming", "boss is coming dont reply",
        "don't reply now, she is watching", "he is reading my phone", "don't write, boss is here",
        "my boss is next to me", "dont text me yet", "madam is sitting beside me, wait please",
        "he's looking at my phone", "the employer is in the room, can't talk now",
        "someone is here, i will write later", "pls do not answer now", "boss here dont write",
        "she can see my screen", "no message pls agent here", "ok sorry he came back",
        "ok now boss here", "cant talk, not alone now", "he is back",
    ),
    "zh_Hant": (
        "他來了 先不要回", "不要傳 老闆回來了",
        "老闆在旁邊\uff0c先不要傳", "先不要回", "他在看我手機", "老闆娘在我旁邊",
        "雇主在這裡 先別傳訊息", "現在不方便打字", "有人在旁邊", "不要傳了 他在看",
        "太太還在我身邊", "現在不能說話,老闆在", "他現在在這裡",
    ),
    "fil": (
        "parating na si amo wag ka magreply",
        "wag ka muna mag reply andito amo ko", "andito yung amo ko", "binabasa niya cp ko",
        "huwag po muna kayong magtext", "nasa tabi ko ang amo ko", "wag muna, nakatingin siya",
        "katabi ko si madam", "di ako pwede mag chat ngayon",
        "tinitingnan ng amo ko ang phone ko", "may tao dito wag magchat", "may kasama ako",
    ),
    "th": (
        "ไต๋มาแล้ว", "เขากำลังมา อย่าเพิ่งตอบ",
        "อย่าเพิ่งพิมพ์ นายจ้างอยู่ตรงนี้", "อย่าเพิ่งตอบนะคะ", "นายจ้างอยู่ข้างๆหนู", "เขากำลังดูโทรศัพท์หนู",
        "อย่าพึ่งทักมา มีคนอยู่ด้วย", "ตอนนี้พิมพ์ไม่ได้ค่ะ", "เถ้าแก่ยืนอยู่ข้างหลัง", "ตอนนี้คุยไม่ได้ นายอยู่ใกล้ๆ",
        "เจ้านายยังอยู่ตรงนี้", "เค้ามองอยู่", "เจ้านายมา", "ไม่ว่าง เขาอยู่",
        "มีคนอ่านมือถือฉัน", "อย่าเพิ่งตอบ นายอยู่ตรงนี้",
    ),
    "km": (
        "គាត់មកហើយ កុំឆ្លើយ",
        "កុំទាន់ផ្ញើសារ ថៅកែនៅទីនេះ", "ថៅកែនៅក្បែរខ្ញុំ", "កុំទាន់ឆ្លើយណា", "គាត់កំពុងមើលទូរស័ព្ទខ្ញុំ",
        "ឥឡូវនិយាយមិនបានទេ", "កុំសរសេរឥឡូវ ថៅកែនៅជិត", "មានគេនៅជិតខ្ញុំ", "ម្ចាស់កំពុងមើលខ្ញុំ", "មាននរណានៅក្បែរ",
    ),
    "my": (
        "သူဌေးလာပြီ စာမပို့နဲ့",
        "မပို့ပါနဲ့ဦး သူဌေး ဒီမှာရှိတယ်", "သူဌေး ဘေးမှာရှိနေတယ်", "အခု မရေးပါနဲ့", "သူ ကျမဖုန်းကို ကြည့်နေတယ်",
        "အခု စကားပြောလို့မရဘူး", "စာမပြန်ပါနဲ့ဦး သူဌေးမ ဘေးနားမှာထိုင်နေတယ်", "သူ ကြည့်နေတယ် မပို့နဲ့",
        "အလုပ်ရှင် အနားမှာရှိတယ်", "အခု စာမပို့ပါနဲ့ သူဌေးရှိနေတယ်",
        "စာမပို့နဲ့ သူဌေးရှိနေတယ်",
    ),
    "zh_Hans": (
        "他来了 别回我",
        "老板在旁边,先别发", "先不要回复", "他在看我手机", "老板娘就在我旁边",
        "雇主在这里 别发消息", "现在不方便说话", "有人在旁边", "先别回 他在看着我",
    ),
    "ja": (
        "社長が来る 書かないで",
        "今は送らないで 社長がいる", "社長が隣にいます", "今は返信しないでください",
        "彼が私のスマホを見ています", "今は話せません", "そばに社長がいる",
        "まだ書かないで、雇い主が近くにいる", "後ろに人がいます", "見られています",
        "今は一人じゃない", "送らないで", "社長が来た、書かないで", "誰か来る", "誰かが来ました",
    ),
}  # fmt: skip
OTHERWISE = {
    "id": (
        "kapten datang",
        "bos saya di pabrik", "diawasi polisi sejak kemarin",
        "majikan tinggal di taoyuan", "dia lagi nonton tv", "jangan takut",
        "teman saya ada di sini dan mau dibantu juga", "jangan tulis ke keluarga saya",
        "majikan tidak ada di sini", "jangan hubungi keluarga saya", "bos pegang paspor saya",
        "dekat stasiun zhongli", "di samping pabrik", "apa dia di sini?", "ada yang sakit",
        "ada yang luka", "tidak ada orang datang", "kapan ada orang datang", "ada orang datang?",
        "ada orang datang ke pabrik bulan lalu", "ada yang datang dari indonesia",
    ),
    "vi": (
        "chủ ở nhà máy", "chủ em ở Đào Viên", "ông ấy đang xem tivi", "em ở gần ga Trung Lịch",
        "bạn em ở đây với em, cũng muốn giúp", "đừng nhắn cho gia đình em", "chủ không ở đây",
        "chủ giữ hộ chiếu của em", "bên cạnh chợ", "đừng lo",
    ),
    "en": (
        "he is coming", "boss is coming back at night",
        "my boss is at the factory", "the employer lives in Taoyuan", "he is watching TV",
        "my friend is here with me and wants help too", "don't write to my family",
        "my boss is not here", "is the boss here?", "he reads my phone every day",
        "next to the train station", "don't tell my boss", "I am here", "near the harbor",
        "he is always watching us", "my husband is in Vietnam", "don't hit me", "I can't write",
        "they took my phone", "nobody is here", "he came to taiwan", "no message from my family",
        "they want my back pay", "I can't talk to my family",
    ),
    "zh_Hant": (
        "他來了",
        "老闆在工廠", "雇主住桃園", "他在看電視", "我朋友也在這裡 也需要幫忙", "不要傳給我家人",
        "老闆不在這裡", "不要打我", "在火車站旁邊", "老闆在桃園", "我在這裡", "他拿走我手機",
        "不要告訴老闆",
    ),
    "fil": (
        "parating na si amo",
        "ang amo ko ay nasa pabrika", "nakatira ang amo ko sa taoyuan", "nanonood siya ng tv",
        "andito ang kaibigan ko gusto rin ng tulong", "wag kang mag text sa pamilya ko",
        "wala dito ang amo ko", "hawak ng amo ko passport ko", "nandito ako sa taichung",
        "katabi ng palengke", "wag mong sabihin sa amo ko",
    ),
    "th": (
        "นายจ้างอยู่โรงงาน", "นายจ้างมาจากไต้หวัน", "เขาอยู่ไต้หวัน",
        "นายจ้างอยู่ที่เถาหยวน", "เขาดูทีวีอยู่", "เพื่อนอยู่ที่นี่ด้วย อยากให้ช่วยเหมือนกัน",
        "อย่าเขียนถึงครอบครัวหนู", "นายจ้างไม่อยู่ที่นี่", "อยู่ข้างๆตลาด", "หนูอยู่ตรงนี้", "อย่าบอกนายจ้าง",
    ),
    "km": (
        "ថៅកែនៅរោងចក្រ", "ថៅកែរស់នៅតៅយួន", "គាត់កំពុងមើលទូរទស្សន៍", "មិត្តខ្ញុំនៅទីនេះ ចង់បានជំនួយដែរ",
        "កុំសរសេរទៅគ្រួសារខ្ញុំ", "ថៅកែមិននៅទីនេះទេ", "ខ្ញុំនៅទីនេះ", "នៅជិតផ្សារ",
    ),
    "my": (
        "သူဌေး စက်ရုံမှာ ရှိတယ်", "သူဌေးက တောင်ယွမ်မှာ နေတယ်", "သူ တီဗီ ကြည့်နေတယ်", "မရိုက်ပါနဲ့", "သူဌေးမှာ ကျမ ပတ်စပို့ ရှိနေတယ်",
        "သူငယ်ချင်း ဒီမှာရှိတယ် အကူအညီလိုတယ်", "မိသားစုဆီ မပို့ပါနဲ့", "သူဌေး ဒီမှာ မရှိဘူး", "ဈေးဘေးမှာ",
    ),
    "zh_Hans": (
        "老板在工厂", "雇主住在桃园", "他在看电视", "我朋友也在这里 也需要帮助", "不要发给我家人",
        "老板不在这里", "别打我", "在火车站旁边",
    ),
    "ja": (
        "社長は工場にいます", "彼は日本に来た",
        "雇い主は桃園に住んでいます", "彼はテレビを見ています",
        "友達も一緒にいて助けてほしい", "家族に連絡しないで", "社長はここにいません",
        "駅の隣にいます", "叩かないで", "私はここにいます", "誰か来る?", "人が来ない",
    ),
}  # fmt: skip


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_line_that_says_that_someone_is_near_is_known(tag: str) -> None:
    assert [it for it in NEAR[tag] if find_someone_near(it) is None] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_line_that_looks_similar_says_nothing_of_the_kind(tag: str) -> None:
    assert [it for it in OTHERWISE[tag] if find_someone_near(it) is not None] == []


def test_what_stands_in_other_clauses_is_given_apart() -> None:
    found = find_someone_near("don't write, boss is here, he hit me")
    assert found is not None
    assert (found.asks_for_silence, found.rest) == (True, "he hit me")
    found = find_someone_near("boss is here")
    assert found is not None
    assert (found.asks_for_silence, found.rest) == (False, "")


def test_a_question_or_a_story_says_nothing_of_the_kind() -> None:
    line = "boss is here"
    assert find_someone_near(line) is not None
    assert find_someone_near(f"{line}?") is None
    assert find_someone_near(f"{line}, {'he looks ' * LONGEST}") is None


def test_every_language_has_words_in_every_list() -> None:
    assert [tag for tag in LANGUAGES if not all(load_near_words(tag).values())] == []
