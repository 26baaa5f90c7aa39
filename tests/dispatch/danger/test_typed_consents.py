"""What is a yes and a no where we ask whether staff are told, and what is neither.

A question agrees to nothing and refuses nothing; thanks, "I understand" and "wait" agree to
nothing. In Indonesian a question may end with a word for yes, in Vietnamese with the one for no:
"polisi ya", "có mất tiền không".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.consents import CONSENT_QUESTIONS
from bot.conversation import Choose
from bot.languages import LANGUAGES
from bot.languages.typed.typed_answers import TypedAnswer
from tests.support.dispatch_inspection import (
    BOOK,
    cases_of,
    current_step,
    place_at,
    reachable_positions,
    says_at,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

ASKED = {
    "id": ["polisi ya", "aman ya kak", "bayar ya", "ini siapa ya", "boleh tanya dulu ya"],
    "vi": ["có mất tiền không ạ", "họ có đến nhà không ạ", "có ai biết không", "được không"],
    "en": ["ok who reads it", "yes but who are they", "ok?", "yes if it is free", "is it ok"],
    "zh_Hant": ["好的話要錢嗎", "可以不說名字嗎", "好 但是誰會看", "可以嗎"],
    "fil": ["ok lang ba", "sige pero sino sila", "may bayad ba", "opo kung libre"],
    "th": ["ได้ไหม", "ตกลงใครอ่าน", "ใช่ตำรวจไหม", "โอเคแต่ใครอ่าน"],
    "km": ["បាទ តែអ្នកណាអាន", "ប៉ូលិសមែនទេ", "បង់លុយទេ", "បានទេ"],
    "my": ["ဟုတ်ကဲ့ ဘယ်သူဖတ်မလဲ", "ရလား", "ရဲလား"],
    "zh_Hans": ["好的话要钱吗", "可以吗", "可以不说名字吗"],
    "ja": ["いいですか", "はい、でも誰が読みますか", "警察ですか"],
}
YES = {
    "id": "ya kak", "vi": "dạ được", "en": "yes please tell them", "zh_Hant": "好的",
    "fil": "sige sabihin nyo na", "th": "ได้ค่ะ", "km": "បាទ", "my": "ဟုတ်ကဲ့", "zh_Hans": "可以",
    "ja": "はい",
}  # fmt: skip
POLITE = {
    "id": ["ya takut", "kasih alamatnya", "ok makasih", "iya kak paham", "ya nanti",
           "oke tunggu dulu", "ok aku baik baik aja"],
    "vi": ["ok cảm ơn", "dạ em hiểu rồi", "ừ để em nghĩ", "vâng em ổn ạ", "dạ cảm ơn chị"],
    "en": ["i am alone now", "ok thanks", "i am ok", "ok i understand", "ok wait", "yes i see",
           "im ok thank you"],
    "zh_Hant": ["好 謝謝", "好 我知道了", "好 我再想想", "好的 了解", "好 等一下", "我沒事 好"],
    "fil": ["ok na po", "ok lang ako", "ok po salamat", "opo naintindihan ko po", "oo teka lang"],
    "th": ["กลัวมากค่ะตอนนี้", "อยู่คนเดียวค่ะตอนนี้", "โอเค ขอบคุณค่ะ", "ได้ เข้าใจแล้ว", "ค่ะ ขอคิดก่อน",
           "โอเค รอก่อน", "หนูโอเค"],
    "km": ["បាទ ខ្ញុំយល់ហើយ", "ចាស ចាំគិតសិន", "បាទ អរគុណ", "បាទ ចាំសិន"],
    "my": ["ဟုတ်ကဲ့ ကျေးဇူးတင်ပါတယ်", "ဟုတ်ကဲ့ နားလည်ပါတယ်", "အိုကေ ခဏ စောင့်ပါ"],
    "zh_Hans": ["好 谢谢", "好 我知道了", "好 我再想想", "好的 了解", "好 等一下"],
    "ja": ["はい、ありがとう", "はい、わかりました", "うん、ちょっと待って"],
}  # fmt: skip
"""What ends a talk politely, says how one is, puts off, or demands, with a word for yes in it."""
SAID = {
    "en": {"of course": "yes", "ok tell them": "yes", "do it": "yes", "no don't": "no",
           "please don't": "no"},
    "fil": {"sabihan nyo na po": "yes", "opo pakisabi na": "yes", "isumbong nyo na": "yes",
            "wag muna pala": "no", "ay wag po pala": "no", "ayoko po": "no"},
    "id": {"bisa": "yes", "y": "yes", "kasih tau aja": "yes", "ga usah deh": "no",
           "gak jadi": "no"},
    "vi": {"ừ đọc đi chị": "yes", "báo giùm em với": "yes", "có ạ, báo đi ạ": "yes",
           "đúng, báo cho họ đi": "yes", "đúng rồi": "yes", "đúng báo đi ạ": "yes",
           "đừng báo cho họ": "no", "đừng": "no", "dung bao": "no",
           "chưa, để tôi hỏi đã": "no", "thôi để coi": "no", "em không muốn": "no"},
    "th": {"บอกได้เลยค่ะ": "yes", "แจ้งเจ้าหน้าที่ด้วย": "yes", "ยังไม่ต้องบอกใคร": "no",
           "ไม่เอาแล้วค่ะ": "no", "อย่าแจ้ง": "no"},
    "km": {"oy ke mel tov": "yes", "ចាស ប្រាប់គេមក": "yes", "កុំទាន់": "no", "កុំ": "no"},
    "my": {"အေး ဖတ်လိုက်": "yes", "ပြောပေးပါ": "yes", "နေဦး မဖတ်နဲ့ဦး": "no", "မလိုဘူး": "no"},
    "zh_Hant": {"好 給人看": "yes", "麻煩幫我看": "yes", "幫我告訴他們": "yes", "不用了": "no",
                "我再想想": "no", "別說": "no"},
    "zh_Hans": {"行吧 你们看吧": "yes", "报吧": "yes", "算了 先别看": "no", "不用了": "no",
                "不行": "no"},
    "ja": {"はい、伝えてください": "yes", "伝えてほしい": "yes", "いいえ結構です": "no"},
}  # fmt: skip
"""What people typed there, and whether they meant that staff read it."""
AGREED = {
    "en": ["I agree", "of course"], "id": ["setuju", "silakan kak"], "vi": ["em đồng ý ạ"],
    "th": ["ยินยอมค่ะ", "อนุญาต"], "fil": ["payag po ako"], "zh_Hant": ["我同意", "當然"],
    "zh_Hans": ["我同意", "没问题"], "my": ["သဘောတူပါတယ်"], "km": ["ខ្ញុំយល់ព្រម"],
    "ja": ["もちろんです", "構いません"],
}  # fmt: skip
"""What agrees to anything that is asked, here to the sending of a report."""
NEITHER = {
    "en": ["tell them nothing", "tell them tomorrow", "tell them in the morning",
           "tell them tonight", "no one helps me", "not yet, he is hitting me",
           "not yet I am bleeding"],
    "id": ["tidak ada yang bantu", "belum makan 3 hari", "nggak tahan lagi", "gak punya paspor",
           "tidak mau mati di sini", "gak bisa nafas", "tidak dibayar lima bulan", "belum digaji",
           "kasih tahu besok"],
    "vi": ["báo ngày mai nhé", "không thở được", "k chịu được nữa", "không cho em ra ngoài",
           "không có hộ chiếu", "chưa được trả lương", "không có tiền"],
    "fil": ["sabihin nyo bukas", "hindi ako makalabas", "hindi pa ako kumakain",
            "hindi pa ako nababayaran", "di pa kumakain"],
    "th": ["บอกพรุ่งนี้", "ไม่มีใครช่วย"],
    "zh_Hant": ["明天再告訴他們", "明天告訴他們", "沒有人幫我"],
    "zh_Hans": ["明天再告诉他们"],
    "km": ["ប្រាប់ស្អែក"],
    "my": ["မနက်ဖြန်ပြောပါ"],
    "ja": ["明日知らせて", "まだ食べていない", "いいえ、鍵をかけられています",
           "まだもらっていない"],
}  # fmt: skip
"""A yes for another day, and cries that begin with a word for no."""
NOT_LET_GO = {
    "en": ["they wont let me go home", "they dont want to pay me my salary"],
    "id": ["gak boleh pulang", "belum boleh keluar"],
    "vi": ["không cho về", "không được về", "khong duoc ve nha", "không muốn trả lương"],
    "fil": [
        "ayaw ako pauwiin",
        "ayaw ako pauwiin ng amo ko",
        "ayaw akong palabasin",
        "ayaw ako bayaran ng amo ko",
        "ayaw ako payagan umuwi",
    ],
    "th": ["ไม่ให้กลับบ้าน", "ไม่ได้กลับบ้าน", "ไม่ยอมให้กลับ"],
    "km": ["មិនឲ្យទៅផ្ទះ"],
    "my": ["အိမ်ပြန်ခွင့်မပေးဘူး"],
    "zh_Hant": ["不讓我回家", "不肯付錢"],
    "zh_Hans": ["不让我回家", "不肯付钱"],
    "ja": ["帰らせてくれない", "家に帰してもらえない"],
}
"""What others refuse the person."""
YES_AND_MORE = {
    "en": ["yes please hurry", "yes, I am in Taoyuan", "yes I want help", "ok hurry"],
    "id": ["iya tolong cepat", "ya saya di taoyuan", "tolong beritahu mereka"],
    "vi": ["dạ", "vâng em ở Đào Viên", "vâng nhanh lên"],
    "fil": ["oo nasa taoyuan po ako", "oo pakibilis po"],
    "th": ["ค่ะ", "ครับ", "ได้ค่ะ รีบหน่อยนะ", "ได้ค่ะ หนูอยู่เถาหยวน"],
    "zh_Hant": ["好\uff0c快點", "好\uff0c我在桃園", "拜託你們", "嗯"],
    "zh_Hans": ["好\uff0c快点", "好\uff0c我在桃园", "嗯"],
    "km": ["ចាស លឿនៗ"],
    "my": ["အင်း"],
    "ja": ["お願いします", "はい、早く", "はい、桃園にいます"],
}
NO = {
    "en": ["no dont tell them", "no one must know"], "vi": ["thôi"], "th": ["ไม่ได้ค่ะ"],
    "fil": ["wag", "huwag po muna", "wag mong sabihin"], "ja": ["だめ", "いいえ結構です"],
    "zh_Hant": ["不", "不用"], "zh_Hans": ["不", "不用"],
}  # fmt: skip
NO_NEED = {
    "ja": ["もういいです", "今はいいです", "いいです", "まあいいです", "いいです いいです",
           "いいよ", "もういいですよ", "大丈夫", "大丈夫です", "結構です"],
    "my": ["ရပါတယ်", "ရပါတယ် ကျေးဇူး"],
    "vi": ["ok thôi", "dạ thôi", "vâng thôi"],
    "km": ["បានហើយ", "បាទ បានហើយ"],
    "zh_Hant": ["快"],
    "zh_Hans": ["快"],
}  # fmt: skip
"""What says "no need" at least as often as "yes", or only that one is in a hurry."""
CLEAR_YES = {
    "en": ["yes u can tell", "yes tell", "\N{THUMBS UP SIGN}", "yes you can tell them",
           "yes pls tell them quick", "yes sir", "yes please ma'am"],
    "id": ["iya kasih ke orang", "iya mau tolong cepat", "iya pak"],
    "vi": ["vâng báo giúp em với", "uh"],
    "fil": ["opo ma'am", "oo na dali", "opo tulungan nyo ako", "opo papuntahin nyo na sila"],
    "th": ["เออ บอกดิ๊", "kha", "krub"],
    "my": ["hote kae", "ok par"],
    "km": ["bat", "ok bong", "chas"],
    "zh_Hant": ["可以 求求你们", "可以 求求你們"],
    "zh_Hans": ["可以 求求你们"],
    "ja": ["おねがい", "お願いします早く", "いいですよ"],
}  # fmt: skip
NOT_A_CLEAR_YES = {
    "en": ["yes tell me more", "yes but", "yes tell me who", "\N{PERSON WITH FOLDED HANDS}",
           "can you tell me", "yes but dont tell police", "bat", "kha", "uh",
           "\N{THUMBS DOWN SIGN}"],
    "id": ["iya kasih tau dulu caranya", "iya tapi", "iya mau tau dulu", "iya mau pulang", "uh"],
    "vi": ["vâng nhưng", "vâng báo giá", "uh nhưng", "vâng báo giúp em biết giá"],
    "fil": ["opo pero", "opo tulungan nyo ako intindihin", "bat", "oo na lang ba"],
    "th": ["บอกก่อนว่าใคร", "kha but", "เออ บอกหน่อยว่าใคร"],
    "my": ["ok par but", "မလိုပါဘူး ရပါတယ်"],
    "km": ["bat te", "ok bong te", "ok bong tae"],
    "zh_Hant": ["可以 但是", "求求你們", "可以 等等", "快點說你是誰"],
    "zh_Hans": ["可以 但是", "求求你们"],
    "ja": ["おねがい、やめて", "お願いしません", "早く"],
}  # fmt: skip
"""A yes with a condition or a question in it, a plea alone, and words of another language."""
TELL = ("danger", "tell")
GIVE = ("story", "give")
SPOKEN = "spoken"
"""A caseworker reads this consent out: no flow asks for it."""


@pytest.mark.parametrize("tag", ASKED)
def test_a_question_is_no_consent_and_no_refusal(sqlite_hotline: HotlineHarness, tag: str) -> None:
    for typed in ASKED[tag]:
        person = says_at(sqlite_hotline, TELL, typed, tag)
        assert cases_of(sqlite_hotline) == [], typed
        assert current_step(person) == TELL, typed


@pytest.mark.parametrize("step", [TELL, GIVE], ids=["tell", "give"])
@pytest.mark.parametrize("tag", POLITE)
def test_a_polite_end_is_no_consent(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    """Staff must tell the police: whoever only says thanks has not let anyone read."""
    for typed in POLITE[tag]:
        says_at(sqlite_hotline, step, typed, tag)
        assert cases_of(sqlite_hotline) == [], typed


@pytest.mark.parametrize("step", [TELL, GIVE], ids=["tell", "give"])
@pytest.mark.parametrize("tag", SAID)
def test_a_yes_and_a_no_in_other_words_are_understood(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    for typed, meant in SAID[tag].items():
        before = len(cases_of(sqlite_hotline))
        person = says_at(sqlite_hotline, step, typed, tag)
        assert len(cases_of(sqlite_hotline)) - before == (meant == "yes"), typed
        assert current_step(person) != step, typed


@pytest.mark.parametrize("tag", AGREED)
def test_who_agrees_in_a_word_sends_the_report(sqlite_hotline: HotlineHarness, tag: str) -> None:
    for typed in AGREED[tag]:
        before = len(cases_of(sqlite_hotline))
        says_at(sqlite_hotline, ("report", "send"), typed, tag)
        assert len(cases_of(sqlite_hotline)) - before == 1, typed


@pytest.mark.parametrize("tag", NEITHER)
def test_another_day_and_a_cry_with_a_no_in_it_answer_nothing(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for typed in NEITHER[tag]:
        person = says_at(sqlite_hotline, TELL, typed, tag)
        assert cases_of(sqlite_hotline) == [], typed
        assert current_step(person) == TELL, typed


@pytest.mark.parametrize("step", [TELL, GIVE], ids=["tell", "give"])
@pytest.mark.parametrize("tag", NOT_LET_GO)
def test_what_others_refuse_the_person_is_no_refusal_of_theirs(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    for typed in NOT_LET_GO[tag]:
        person = says_at(sqlite_hotline, step, typed, tag)
        assert cases_of(sqlite_hotline) == [], typed
        assert current_step(person) in {TELL, GIVE}, typed


def test_a_refusal_in_the_same_words_about_telling_still_is_one(
    sqlite_hotline: HotlineHarness,
) -> None:
    for typed in ("ayaw ko po", "ayaw ko ng pulis", "ayaw ko po muna"):
        person = says_at(sqlite_hotline, TELL, typed, "fil")
        assert current_step(person) != TELL, typed


@pytest.mark.parametrize("step", [TELL, GIVE], ids=["tell", "give"])
@pytest.mark.parametrize("tag", NO_NEED)
def test_what_may_mean_that_there_is_no_need_agrees_to_nothing(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    for typed in NO_NEED[tag]:
        says_at(sqlite_hotline, step, typed, tag)
        assert cases_of(sqlite_hotline) == [], typed


@pytest.mark.parametrize("step", [TELL, GIVE], ids=["tell", "give"])
@pytest.mark.parametrize("tag", CLEAR_YES)
def test_a_clear_yes_in_short_or_in_latin_letters_is_one(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    for typed in CLEAR_YES[tag]:
        before = len(cases_of(sqlite_hotline))
        says_at(sqlite_hotline, step, typed, tag)
        assert len(cases_of(sqlite_hotline)) == before + 1, typed


@pytest.mark.parametrize("step", [TELL, GIVE], ids=["tell", "give"])
@pytest.mark.parametrize("tag", NOT_A_CLEAR_YES)
def test_a_yes_with_a_condition_and_words_of_another_language_are_none(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    for typed in NOT_A_CLEAR_YES[tag]:
        says_at(sqlite_hotline, step, typed, tag)
        assert cases_of(sqlite_hotline) == [], typed


@pytest.mark.parametrize("tag", YES_AND_MORE)
def test_a_yes_with_hurry_or_a_place_is_one(sqlite_hotline: HotlineHarness, tag: str) -> None:
    for typed in YES_AND_MORE[tag]:
        before = len(cases_of(sqlite_hotline))
        says_at(sqlite_hotline, TELL, typed, tag)
        assert len(cases_of(sqlite_hotline)) == before + 1, typed


@pytest.mark.parametrize("tag", NO)
def test_a_short_no_is_one(sqlite_hotline: HotlineHarness, tag: str) -> None:
    for typed in NO[tag]:
        person = says_at(sqlite_hotline, TELL, typed, tag)
        assert cases_of(sqlite_hotline) == [], typed
        assert current_step(person) != TELL, typed


def test_an_ok_behind_an_explanation_and_a_place_hand_nothing_over() -> None:
    labels = {"Tell them now": True, "Not yet": False}
    for typed, language in (("ok im at work now", "en"), ("好\uff0c我在上班", "zh_Hant")):
        answer = TypedAnswer(typed)
        assert answer.consent_label(labels, language, is_explained=True) is None, typed


def test_a_yes_among_thanks_would_be_taken_for_consent(
    sqlite_hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the test above could fail."""
    monkeypatch.setattr(TypedAnswer, "leaves_open", lambda *_: False)
    for tag, typed in (("en", "ok thanks"), ("fil", "ok na po"), ("km", "បាទ អរគុណ")):
        says_at(sqlite_hotline, GIVE, typed, tag)
    assert len(cases_of(sqlite_hotline)) == 3


@pytest.mark.parametrize("step", sorted(CONSENT_QUESTIONS.keys() - {SPOKEN}))
def test_a_yes_with_a_question_mark_is_none_at_any_consent(
    sqlite_hotline: HotlineHarness, step: str
) -> None:
    places = [it for it in reachable_positions() if it[1] == step]
    assert places
    for where in places:
        question = BOOK.compiled[where[0]].questions[step]
        assert isinstance(question, Choose)
        for label in question.choices.values():
            person = sqlite_hotline.person("en")
            place_at(person, reachable_positions()[where])
            person.says(f"{label.source.lower()} ?")
            assert current_step(person) == where, label.source


@pytest.mark.parametrize("tag", YES)
def test_a_yes_still_is_one(sqlite_hotline: HotlineHarness, tag: str) -> None:
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()[TELL], language=tag)
    person.says(YES[tag])
    assert len(cases_of(sqlite_hotline)) == 1


EXPLAINED = {
    "en": ("who reads this?", "ok", "yes"),
    "fil": ("may marunong po ba mag bisaya dyan", "sige po", "opo"),
    "id": ("ini polisi ya", "oke kak", "ya boleh"),
    "zh_Hant": ("可以講台語嗎", "好", "可以給你們看"),
    "th": ("มีล่ามไทยไหมครับ", "โอเคค่ะ", "ได้ค่ะ"),
    "my": ("ပိုက်ဆံပေးရလား", "အိုကေ", "ဟုတ်ကဲ့"),
}
"""By language: what is asked, an "ok" that may only say "I have read it", and a yes."""


@pytest.mark.parametrize("tag", EXPLAINED)
@pytest.mark.parametrize("place", [("story", "give"), ("danger", "tell")])
def test_ok_behind_an_answer_to_a_question_hands_nothing_over(
    sqlite_hotline: HotlineHarness, tag: str, place: tuple[str, str]
) -> None:
    asked, acknowledged, agreed = EXPLAINED[tag]
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()[place], language=tag)
    person.says(asked)
    sqlite_hotline.advance_time(60)
    person.says(acknowledged)
    assert current_step(person) == place
    assert cases_of(sqlite_hotline) == []
    sqlite_hotline.advance_time(60)
    person.says(agreed)
    assert len(cases_of(sqlite_hotline)) == 1


def test_ok_alone_is_a_yes(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["danger", "tell"])
    person.says("ok")
    assert len(cases_of(sqlite_hotline)) == 1


MAY_READ = {
    "en": "yes you can read it", "id": "ya boleh dibaca", "vi": "vâng đọc được",
    "fil": "opo pwede nyo basahin", "th": "ค่ะ อ่านได้", "zh_Hant": "好 可以看",
    "zh_Hans": "好的 可以看", "ja": "はい 読んでいいです", "km": "បាទ អានបាន", "my": "ဟုတ်ကဲ့ ဖတ်လို့ရပါတယ်",
}  # fmt: skip
MAY_NOT_READ = {
    "en": "no don't read it", "id": "jangan dibaca", "vi": "đừng cho họ đọc", "fil": "wag ipabasa",
    "th": "ไม่ต้องให้ใครอ่าน", "zh_Hant": "不要給人看", "zh_Hans": "不要给人看", "ja": "読まないで",
    "km": "កុំអាន", "my": "မဖတ်ပါနဲ့",
}  # fmt: skip


@pytest.mark.parametrize("place", [("danger", "tell"), ("story", "give")])
@pytest.mark.parametrize("tag", LANGUAGES)
def test_leave_to_read_is_a_yes_at_both_questions_and_its_refusal_none(
    sqlite_hotline: HotlineHarness, tag: str, place: tuple[str, str]
) -> None:
    for typed, opened in ((MAY_NOT_READ[tag], 0), (MAY_READ[tag], 1)):
        person = sqlite_hotline.person(tag)
        place_at(person, reachable_positions()[place], language=tag)
        sqlite_hotline.advance_time(10)
        person.says(typed)
        assert sqlite_hotline.ask("SELECT count(*) FROM cases") == [(opened,)], typed
