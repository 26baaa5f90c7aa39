"""A typed yes to staff has nothing unknown in it; a clear yes and a clear no are taken.

"Tell them and I am dead" begins like the button. Who writes that someone reads along, that the
other has just left, or what happens "if you tell them", has not agreed to anything.
"""

from __future__ import annotations

import tomllib
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES, LOCALES
from bot.languages.typed.answer_lists import answers_in, plain_answer
from bot.languages.typed.typed_answers import TypedAnswer
from tests.dispatch.danger.test_typed_consents import NEITHER, NO, NOT_A_CLEAR_YES, POLITE
from tests.dispatch.input.test_first_words import in_the_case
from tests.languages.test_someone_near import NEAR
from tests.languages.test_taken_back import READING
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    place_at,
    reachable_positions,
    says_at,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

TELL = ("danger", "tell")
GIVE = ("story", "give")
TELL_LABELS = {"Tell them now": True, "Not yet": False}
GIVE_LABELS = {"Give it to a person": True, "Back to the question": False}
BOTH = pytest.mark.parametrize("step", [TELL, GIVE], ids=["tell", "give"])

LETS_NO_ONE_KNOW = {
    "en": ["i dont want anyone to know"],
    "id": ["jgn dibaca org lain dulu", "saya ga mau ada yang tahu"],
    "vi": ["em ko muon ai biet", "em không muốn ai biết"],
    "fil": ["wag nyo po ipabasa kahit kanino", "ayoko na pong may makaalam"],
    "th": ["ไม่อยากให้ใครรู้"],
    "km": ["ឈប់ហើយ កុំឲ្យគេអាន", "ខ្ញុំមិនចង់ឱ្យអ្នកណាដឹង"],
    "my": ["ဘယ်သူ့ကိုမှ မသိစေချင်ဘူး"],
    "zh_Hant": ["我不想讓人知道"],
    "zh_Hans": ["我不想让人知道"],
    "ja": ["誰にも知られたくない"],
}
"""What refuses though it has no word of a button."""
MAY_MEAN_ONE_OTHER = ("อย่าให้เขาอ่านแล้ว", "ไม่ต้องให้เขาอ่านแล้วนะคะ")
"""The Thai word for "them" is one for "him", too: the question stays."""
NO_YES = {
    "en": ["ok he is reading this", "tell sir",
           "tell them and he will kill me", "tell them now and i am dead",
           "if you tell them i die", "yes he is watching me", "yes, boss is watching me",
           "ok, he left", "give it to a person and i am dead", "help he is reading my phone",
           "now he is here", "maybe yes", "yes not now", "yes and they beat me", "now",
           "yes \N{THUMBS DOWN SIGN}", "yes \N{FACE WITH FINGER COVERING CLOSED LIPS}",
           "yes i am afraid", "ok but quiet", "yes he is in taoyuan", "yes i am in danger",
           "i am dead if you send it", "send it and he hits me", "let them read it he said",
           "yes but he is awake", "ok he sleeps now", "tell them nothing", "yes and no",
           "help me he reads", "sure if no police", "yes she took my phone"],
    "id": ["dia sudah pergi", "kasih tau pak",
           "sudah dia sudah keluar", "kasih tahu mereka saya mati",
           "kalau kasih tahu mereka saya dipukul", "ya dia baca hp saya", "boleh dibaca majikan",
           "ya majikan di sini", "ok dia pergi", "kirim saja nanti saya mati", "maaf ya",
           "ya takut", "sekarang dia ada di sini", "kasih ke orang saya mati", "iya saya dipukul",
           "beritahu majikan", "boleh kalau aman", "ya jangan"],
    "vi": ["báo cho họ là em chết", "nếu báo thì em bị đánh", "vâng nó đang đọc", "có máu",
           "ok nó đi rồi", "có nhà", "được à", "dạ sợ", "có sợ", "bây giờ nó ở đây",
           "đưa cho họ đọc là em chết", "vâng ông chủ đang ở đây", "nói đi là chết", "co so",
           "có người", "cứu em nó đọc tin nhắn", "có chồng em"],
    "fil": ["opo andito sya", "oo nandito amo ko", "ibigay sa tao patay ako",
            "sabihin nyo patay ako", "pag sinabi nyo papatayin ako", "oo umalis na sya",
            "basahin nila bubugbugin ako", "sige binabasa nya", "oo nasa labas sya",
            "opo nasa tabi ko sya", "kapag sinabi nyo bubugbugin ako", "oo natatakot ako",
            "ngayon nandito sya", "tao po", "ipasa nyo tapos patay ako",
            "ipasa sa amo", "tulong binabasa nya", "payag ako kung walang pulis"],
    "zh_Hant": ["告訴他們我就死定了", "現在告訴他們我會被打死", "要是告訴他們我會死",
                "告訴他們的話我會被打", "交給真人我就完了", "給真人看我會死", "好他走了",
                "現在他在", "可以看的話我會被打", "要是", "要是告訴他們", "好 他在看",
                "好 我害怕", "給人看我會死", "通知他們我就完蛋", "好 人在",
                "要死了", "是他", "告訴老闆", "說啊", "現在不行", "可以的話", "要的是錢"],
    "zh_Hans": ["告诉他们我就完了", "告诉他们我会被打死", "交给真人我就完了", "要是告诉他们我会死",
                "好他走了", "现在他在", "好 他在看", "给人看我会死", "通知他们我就完蛋",
                "告诉他们的话我会被打", "要是告诉他们",
                "要死了", "是他", "告诉老板", "说啊", "现在不行"],
    "th": ["มีคนอ่านมือถือฉัน", "เขาอ่านมือถือฉันอยู่", "ให้คนอ่านตอนนี้ฉันตาย", "โอเค เขาไปแล้ว",
           "บอกเขาฉันตาย", "ถ้าบอกฉันตาย", "ได้ เขาอยู่นี่", "ค่ะ กลัว", "ส่งเลยฉันตายแน่",
           "ตอนนี้เขาอยู่", "ค่ะ เขาดูอยู่", "ถ้าบอกเขาจะตีฉัน",
           "คนมา", "ให้เขาดูมือถือ", "บอกนายจ้าง"],
    "km": ["ប្រាប់គេខ្ញុំស្លាប់", "បើប្រាប់គេខ្ញុំស្លាប់", "បាទ គាត់នៅទីនេះ", "បាទ គាត់ទៅហើយ",
           "បាទ ទេ", "ផ្ញើទេ", "ចាស ខ្ញុំខ្លាច", "ឥឡូវគាត់នៅ", "ឱ្យគេអានខ្ញុំស្លាប់"],
    "my": ["ဟုတ် သူရှိနေတယ်", "ပြောရင် သေမယ်", "သူတို့ကိုပြော ကျွန်မသေမယ်",
           "ဟုတ်ကဲ့ သူထွက်သွားပြီ",
           "အခု သူဒီမှာ", "ဖတ်ပါ ကျွန်မသေမယ်", "ဟုတ် ကြောက်တယ်", "ပို့ရင် ရိုက်ခံရမယ်"],
    "ja": ["今、知らせないで", "今は返信しないで、社長がここにいる", "今、社長が来た",
           "今、話せない",
           "今、書けない", "今、知らせるのは怖い", "伝えて、殺される", "はい、社長が見ている",
           "知らせてください、殴られます", "もし知らせたら殺される", "うん、彼は出かけた", "今",
           "読んでください、死にます", "渡してと言われた", "たぶん、はい",
           "社長に伝えて", "助けて、読まれている", "はい、でも怖い"],
}  # fmt: skip
"""Words for a yes, or the first piece of a button, with anything else."""
CLEAR_NO = {
    "en": ["no one must read", "tell nobody", "dont tell them now", "don't tell them",
           "do not tell anyone please", "please dont tell them", "no don't tell anyone now"],
    "id": ["jangan berikan ke orang", "jangan kasih tahu mereka", "jangan beritahu sekarang",
           "tolong jangan bilang siapa siapa"],
    "vi": ["đừng báo bây giờ", "đừng báo cho họ", "đừng đưa cho ai"],
    "fil": ["huwag sabihan", "sabihan na wag", "wag sabihan sila", "wag ibigay sa tao po"],
    "zh_Hant": ["不要給真人看", "現在不要告訴他們", "不要告訴他們", "請不要告訴他們"],
    "zh_Hans": ["不要告诉他们", "现在不要告诉他们", "不要给真人看"],
    "th": ["ห้ามบอกใคร", "ห้ามบอกใครนะคะ", "อย่าบอกใครตอนนี้"],
    "km": ["កុំប្រាប់នរណា", "កុំប្រាប់គេឥឡូវ"],
    "my": ["ဘယ်သူ့ကိုမှမပြောနဲ့", "အခု မပြောနဲ့"],
    "ja": ["知らせないでください", "今、知らせないで", "誰にも言わないでください",
           "今は伝えないで"],
}  # fmt: skip
CLEAR_YES = {
    "en": ["please help me yes", "yes tell them now please", "ok now", "yes now",
           "yes send it now"],
    "id": ["ya beri tahu", "ya beri tahu mereka", "iya kirim sekarang"],
    "vi": ["có, đưa cho người thật đọc", "vâng gửi đi ngay bây giờ ạ"],
    "fil": ["opo ipasa nyo na po ngayon", "sige na po ipasa nyo na"],
    "zh_Hant": ["好的 給真人看吧", "好 現在告訴他們", "可以 快告訴他們"],
    "zh_Hans": ["好的 给真人看吧", "好 现在告诉他们"],
    "th": ["ได้ค่ะ ส่งให้เขาเลย", "โอเค ส่งเลยค่ะ"],
    "km": ["បាទ ផ្ញើឱ្យគេឥឡូវ", "ចាស ឱ្យគេអាន"],
    "my": ["ဟုတ်ကဲ့ အခု ပို့ပေးပါ"],
    "ja": ["はい、読んでもらいたいです", "はい、同意します", "はい、今渡してください"],
}  # fmt: skip
YES_WORDS = {
    "en": ["yes", "yes tell them", "send it"], "id": ["ya", "kasih tahu mereka", "kirim saja"],
    "vi": ["vâng", "báo cho họ", "có"], "fil": ["oo", "sabihin nyo na", "opo"],
    "zh_Hant": ["好", "告訴他們", "給人看"], "zh_Hans": ["好", "告诉他们", "给人看"],
    "th": ["ได้", "บอกเลย", "ให้คนอ่าน"], "km": ["បាទ", "ប្រាប់គេ"],
    "my": ["ဟုတ်ကဲ့", "သူတို့ကိုပြော"], "ja": ["はい", "伝えて"],
}  # fmt: skip


HARMLESS = ("\N{PERSON WITH FOLDED HANDS}", "早く", "今", "now", "cepetan", "求求你們", "求求你们")
"""No yes alone, and no doubt behind one: "yes now"."""


def said(typed: str, language: str) -> set[str | None]:
    """Return what a text says at both questions."""
    answer = TypedAnswer(typed)
    return {answer.consent_label(it, language) for it in (TELL_LABELS, GIVE_LABELS)}


def agrees(typed: str, language: str) -> bool:
    return not said(typed, language).isdisjoint({"Tell them now", "Give it to a person"})


def words_sent(home: HotlineHarness, place: int) -> list[str]:
    """Return what a case holds in the person's words."""
    also = cases_of(home)[place].sent[0].answers.get("also", ())
    assert isinstance(also, tuple)
    return [*map(str, also), *in_the_case(home, place)]


def names_place_or_hurry(text: str, language: str) -> bool:
    """Tell whether a sentence may follow a yes: it names a place, or is one of `HARMLESS`."""
    names = (*answers_in(language).place_names, *answers_in("en").place_names)
    plain = plain_answer(text)
    return text in HARMLESS or any(it in plain for it in names)


def follows(language: str) -> list[str]:
    """Return sentences that make a yes before them none."""
    folder = LOCALES / language
    examples = tomllib.loads((folder / "alarm_examples.toml").read_text(encoding="utf-8"))
    kinds = (*examples["urgent"].values(), examples["ordinary"]["near"])
    listed = [it for found in kinds for it in found]
    others = (NEAR, POLITE, NEITHER, NO, NOT_A_CLEAR_YES, CLEAR_NO, NO_YES)
    known = [it for found in others for it in found.get(language, [])]
    return [it for it in (*listed, *known) if not names_place_or_hurry(it, language)]


@BOTH
@pytest.mark.parametrize("tag", NO_YES)
def test_a_yes_with_an_unknown_word_hands_nothing_over(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    for typed in NO_YES[tag]:
        says_at(sqlite_hotline, step, typed, tag)
        assert cases_of(sqlite_hotline) == [], typed


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_yes_before_a_cry_a_refusal_or_someone_near_is_none(tag: str) -> None:
    sentences = [it for it in follows(tag) if not agrees(it, tag)]
    assert len(sentences) > 200
    before = cycle(f"{yes}{between}" for yes in YES_WORDS[tag] for between in (" ", ", "))
    texts = [f"{yes}{sentence}" for yes, sentence in zip(before, sentences, strict=False)]
    assert [it for it in texts if agrees(it, tag)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_yes_of_that_test_is_one_alone(tag: str) -> None:
    """Shows that the test above could fail."""
    assert [it for it in YES_WORDS[tag] if not agrees(it, tag)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_each_listed_word_for_a_yes_or_a_no_is_one_alone(tag: str) -> None:
    answers = (LOCALES / tag / "answers.toml").read_text(encoding="utf-8")
    listed = tomllib.loads(answers)["synonyms"]
    for labels in (TELL_LABELS, GIVE_LABELS):
        for label in labels:
            meant = {
                it: TypedAnswer(it.lstrip("=")).consent_label(labels, tag) for it in listed[label]
            }
            assert meant == dict.fromkeys(meant, label)


@BOTH
@pytest.mark.parametrize("tag", CLEAR_NO)
def test_a_clear_no_to_staff_is_one_at_both_questions(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    for typed in CLEAR_NO[tag]:
        person = says_at(sqlite_hotline, step, typed, tag)
        assert cases_of(sqlite_hotline) == [], typed
        assert current_step(person) not in {TELL, GIVE}, typed


@BOTH
@pytest.mark.parametrize("tag", LANGUAGES)
def test_who_lets_no_one_read_or_know_refuses_at_both_questions(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    for typed in (*LETS_NO_ONE_KNOW[tag], *READING[tag]):
        if typed in MAY_MEAN_ONE_OTHER:
            continue
        person = says_at(sqlite_hotline, step, typed, tag)
        assert cases_of(sqlite_hotline) == [], typed
        assert current_step(person) not in {TELL, GIVE}, typed


@BOTH
def test_who_lets_no_one_read_and_cries_for_help_has_not_refused(
    sqlite_hotline: HotlineHarness, step: tuple[str, str]
) -> None:
    person = says_at(sqlite_hotline, step, "do not let them read it, he has a knife", "en")
    assert cases_of(sqlite_hotline) == []
    assert current_step(person) == TELL


@BOTH
@pytest.mark.parametrize("tag", CLEAR_YES)
def test_a_clear_yes_of_several_words_is_one_and_stands_in_the_case(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    for typed in CLEAR_YES[tag]:
        before = len(cases_of(sqlite_hotline))
        says_at(sqlite_hotline, step, typed, tag)
        assert len(cases_of(sqlite_hotline)) == before + 1, typed
        assert words_sent(sqlite_hotline, before).count(typed) == 1, typed


@BOTH
def test_ok_now_after_someone_was_near_agrees_to_nothing(
    sqlite_hotline: HotlineHarness, step: tuple[str, str]
) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()[step], language="en")
    person.says("wait he is watching")
    sqlite_hotline.advance_time(60)
    person.says("ok now")
    assert cases_of(sqlite_hotline) == []
    assert current_step(person) == step
