"""Where the place is asked, a question is answered and good news is no address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES, catalogue
from flows.texts import questions
from flows.texts.hotline import NOT_READ, WHO_MAY_WRITE
from tests.support.dispatch_inspection import (
    current_step,
    frames,
    messages_of_people,
    place_at,
    reachable_positions,
    stored_conversation,
)

if TYPE_CHECKING:
    from bot.text import Text
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

LATER = 5.0
WHERE = ("urgent_details", "where")


def shown(home: HotlineHarness, text: Text, language: str = "en") -> str:
    return text.render(catalogue(language), home.house.setting.renderer.blanks(language))


def asked_where(home: HotlineHarness, language: str) -> ChatPerson:
    """Return a person who let staff be alerted and is asked for the place."""
    person = home.person(language)
    place_at(person, reachable_positions()["danger", "tell"], language=language)
    person.presses(catalogue(language).pgettext("button", "Tell them now"))
    assert current_step(person) == WHERE
    home.advance_time(LATER)
    return person


ASKS_WHO = {
    "en": ("who is this?", "who's this"), "id": ("siapa ini?", "ini siapa ya"),
    "vi": ("ai vậy?", "cho hỏi ai vậy"), "fil": ("sino to?", "sino po kayo"),
    "th": ("นี่ใคร", "ใครทักมาคะ"), "zh_Hant": ("請問是誰?", "你是誰"),
    "zh_Hans": ("您是谁?", "这是谁"), "km": ("អ្នកណាហ្នឹង?", "តើនេះជានរណា"),
    "my": ("ဘယ်သူလဲ", "ဒါဘယ်သူလဲ"), "ja": ("誰ですか?", "どなたですか"),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_asks_who_writes_names_no_place_and_reads_nothing_of_the_report(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    """It stood as the place, and the next question told another what it is about."""
    for text in ASKS_WHO[language]:
        person = asked_where(sqlite_hotline, language)
        before = len(person.texts)
        person.says(text)
        assert person.texts[before:] == [shown(sqlite_hotline, WHO_MAY_WRITE, language)], text
        assert current_step(person) == WHERE
        assert "where" not in frames(person)[-1].answers
        assert text in str(messages_of_people(sqlite_hotline))


COMING = {
    "en": (
        "are the police coming?", "did the police arrive", "when you come?", "are you still there",
    ),
    "id": ("polisi sudah datang belum?", "kapan kalian jemput?", "apa kabar kasus saya"),
    "vi": ("công an có đến không?", "khi nào công an đến", "khi nào anh chị tới"),
    "fil": ("darating ba ang pulis?", "nandyan pa ba kayo", "kumusta na po ang kaso ko"),
    "th": ("ตำรวจจะมาไหม", "ตำรวจมาหรือยัง", "จะมารับเมื่อไหร่", "พี่ยังอยู่ไหมคะ"),
    "zh_Hant": ("警察要來了嗎", "警察來了沒", "你們什麼時候來", "我的案子怎麼樣了"),
    "zh_Hans": ("警察来了吗", "你们什么时候来", "你们还在吗"),
    "km": ("ប៉ូលីសមកដល់ហើយឬនៅ", "បងមកពេលណា"),
    "my": ("ရဲ လာပြီလား", "ဘယ်တော့ လာမှာလဲ"),
    "ja": ("警察は来ますか", "いつ来てくれますか", "まだいますか"),
}  # fmt: skip
WHO_COMES = questions.ANSWERS["police"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_asks_who_comes_where_the_place_is_asked_is_answered_and_asked_again(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    for text in COMING[language]:
        person = asked_where(sqlite_hotline, language)
        heard = person.says(text)
        answers = {shown(sqlite_hotline, it.text, language) for it in WHO_COMES}
        unread = shown(sqlite_hotline, NOT_READ, language)
        assert heard[0] in answers or unread in heard[0], text
        assert current_step(person) == WHERE, text
        assert text in str(messages_of_people(sqlite_hotline))


GOOD_NEWS = {
    "en": ("i am free now", "I'm safe now, thank you", "i escaped"),
    "id": ("saya sudah aman sekarang", "aku udah bebas kak"),
    "vi": ("em an toàn rồi", "em thoát được rồi ạ"),
    "fil": ("ligtas na po ako", "nakatakas na ako salamat"),
    "th": ("ตอนนี้หนูปลอดภัยแล้วค่ะ",),
    "zh_Hant": ("我現在安全了 謝謝", "我已經逃出來了"),
    "zh_Hans": ("我现在安全了 谢谢",),
    "km": ("ឥឡូវខ្ញុំមានសុវត្ថិភាពហើយ",),
    "my": ("ကျမ အခု ဘေးကင်းပါပြီ",),
    "ja": ("今は安全です", "もう逃げました"),
}
PLACES = {
    "en": "safe house in taichung", "id": "apartemen aman jaya lantai 2", "vi": "an toàn khu phố 3",
    "fil": "sa ligtas hotel taipei", "th": "โรงแรมปลอดภัย ไทเป", "zh_Hant": "安全島旁邊",
    "zh_Hans": "全家对面 安全路3号", "km": "សណ្ឋាគារ សុវត្ថិភាព តៃប៉ិ", "my": "လုံခြုံရေးရုံး ဘေးက အိမ်",
    "ja": "安全通り3番地",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_good_news_is_kept_as_words_and_the_place_is_asked_again(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    for text in GOOD_NEWS[language]:
        assert_kept_and_asked_again(sqlite_hotline, language, text)


def assert_kept_and_asked_again(home: HotlineHarness, language: str, text: str) -> None:
    person = asked_where(home, language)
    person.says(text)
    assert current_step(person) == WHERE, text
    assert "where" not in frames(person)[-1].answers, text
    assert text in str(messages_of_people(home))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_place_with_such_a_word_in_its_name_is_a_place(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    person = asked_where(sqlite_hotline, language)
    person.says(PLACES[language])
    assert current_step(person) != WHERE


LATE_YES = {
    "en": ("yes please tell them",), "id": ("iya kasih tau mereka", "iya kak"),
    "vi": ("vâng báo giùm em với",), "fil": ("opo pakisabi na",), "th": ("ค่ะ แจ้งเลยค่ะ",),
    "zh_Hant": ("好 快告訴他們",), "zh_Hans": ("好 快告诉他们",), "km": ("ចាស ប្រាប់គេមក",),
    "my": ("ဟုတ်ကဲ့ ပြောပေးပါ",), "ja": ("はい、伝えてください",),
}  # fmt: skip
"""A second cry for help has just agreed; the yes to the question before comes after it."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_yes_that_comes_late_is_no_place(sqlite_hotline: HotlineHarness, language: str) -> None:
    for text in LATE_YES[language]:
        assert_kept_and_asked_again(sqlite_hotline, language, text)


def test_a_yes_with_a_place_in_it_is_the_place(sqlite_hotline: HotlineHarness) -> None:
    person = asked_where(sqlite_hotline, "en")
    person.says("yes, I am in Taoyuan")
    assert current_step(person) != WHERE


LOST_JOB = {
    "en": ("he fired me", "I was fired", "They let me go"),
    "id": ("saya dipecat", "majikan pecat saya"),
    "vi": ("em bị đuổi việc", "em bi sa thai roi"),
    "fil": ("tinanggal ako sa trabaho", "sinisante po ako"),
    "th": ("หนูถูกไล่ออก", "นายจ้างไล่หนูออกแล้ว"),
    "zh_Hant": ("我被開除了", "老闆開除我"),
    "zh_Hans": ("我被开除了", "老板开除我"),
    "km": ("គេបញ្ឈប់ខ្ញុំ", "ថៅកែបញ្ឈប់ខ្ញុំ"),
    "my": ("အလုပ်ထုတ်လိုက်တယ်", "အလုပ်ပြုတ်သွားတယ်"),
    "ja": ("クビになりました", "解雇されました"),
}
COUNTY = ("report", "county")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lost_job_is_no_place_and_belongs_to_the_report(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    for text in LOST_JOB[language]:
        person = asked_where(sqlite_hotline, language)
        person.says(text)
        assert current_step(person) == WHERE, text
        assert messages_of_people(sqlite_hotline)[-1].text == text
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()[COUNTY], language=language)
        person.says(text)
        report = next(it for it in frames(person) if it.flow == "report")
        assert "county" not in report.answers, text
        assert text in stored_conversation(person).position.extra_texts


def test_what_is_written_a_second_time_is_taken_for_the_place(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()[COUNTY])
    person.says("he fired me")
    person.says("he fired me")
    assert current_step(person) != COUNTY


def test_a_place_with_a_lost_job_in_it_is_a_place(sqlite_hotline: HotlineHarness) -> None:
    person = asked_where(sqlite_hotline, "en")
    person.says("in Taichung, he fired me")
    assert current_step(person) != WHERE


WAIT = {
    "en": ("wait", "hold on", "one moment pls", "wait wait"),
    "id": ("tunggu", "tunggu sebentar", "bentar ya"),
    "vi": ("chờ chút", "khoan đã", "đợi em chút"),
    "fil": ("wait lang po", "sandali lang", "teka"),
    "th": ("รอแป๊บ", "เดี๋ยวก่อน", "สักครู่ค่ะ"),
    "zh_Hant": ("等一下", "等我一下", "稍等"),
    "zh_Hans": ("等一下", "等我一下", "稍等"),
    "km": ("ចាំបន្តិច", "រង់ចាំ"),
    "my": ("ခဏစောင့်ပါ", "ခဏလေး"),
    "ja": ("待って", "ちょっと待ってください"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_says_wait_is_asked_for_the_place_again(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    for text in WAIT[language]:
        person = asked_where(sqlite_hotline, language)
        for _ in range(3):
            person.says(text)
            sqlite_hotline.advance_time(LATER)
            assert current_step(person) == WHERE, text
        assert text in {it.text for it in messages_of_people(sqlite_hotline)}


@pytest.mark.parametrize(
    "text", ["wait at the 7-11 in Zhongli", "tunggu di depan pasar", "later street 5", "等等麵店"]
)
def test_a_place_with_such_a_word_is_a_place(sqlite_hotline: HotlineHarness, text: str) -> None:
    person = asked_where(sqlite_hotline, "en")
    person.says(text)
    assert current_step(person) != WHERE
