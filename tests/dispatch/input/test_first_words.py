"""What people write before any question asked for it reaches a person after one consent.

The sentences are of the kinds people really type first: pay, papers, a friend, a question of law,
fear, in ten languages, without accents or with another language's app.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.consents import ConsentKind, ConsentRecords
from bot.conversation.replies import NOT_UNDERSTOOD
from bot.dispatch.turn.replies import REMEMBERED
from bot.dispatch.turn.words.story_offer import STORY_WORDS, is_story
from bot.hotline.chat.messages import CaseMessages, MessageSide
from bot.languages import catalogue
from bot.text import pgettext
from flows.texts import organisation, phrases
from flows.urgent.story import Story
from flows.urgent.urgent_details import UrgentDetails
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    place_at,
    reachable_positions,
    stored_conversation,
)
from tests.support.harnesses.hotline_harness import VAULT

if TYPE_CHECKING:
    from bot.text import Text
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

FIRST_WORDS = {
    "en": ("my boss keeps my passport and i did not get pay since march", "5 Harbour Road"),
    "id": ("majikan simpan paspor saya gaji 3 bln blm dibayar", "jalan pelabuhan no 5"),
    "vi": ("chủ nợ lương ba tháng tôi không biết hỏi ai", "so 5 duong cang"),
    "fil": ("kinuha ng amo ko ang passport ko tapos di pa ako nababayaran", "5 harbor road"),
    "zh_Hant": ("老闆不給薪水已經三個月了還說合約不算數", "港口路五號"),
    "zh_Hans": ("老板不给工资已经三个月了还说合同不算数", "港口路五号"),
    "th": ("นายจ้างยึดพาสปอร์ตผมไว้ ไม่จ่ายเงินเดือนมาสามเดือนแล้ว", "ถนนท่าเรือ เลขที่ 5"),
    "km": ("ថៅកែយកលិខិតឆ្លងដែនខ្ញុំ ហើយមិនបើកប្រាក់ខែឱ្យខ្ញុំបីខែហើយ", "ផ្លូវកំពង់ផែ លេខ 5"),
    "my": ("သူဌေးက ကျွန်မ ပတ်စပို့ကို ယူထားတယ် လစာ သုံးလ မရသေးဘူး", "ဆိပ်ကမ်းလမ်း ၅"),
    "ja": ("社長にパスポートを取られて給料も三か月もらっていません", "港通り5番"),
}
"""By language: what a person types first, and an address they type later."""
NUMBERS = "110"
LATER = 5.0
"""Seconds after which a message is not part of the same burst any more."""


def told(person: ChatPerson, text: Text) -> str:
    language = stored_conversation(person).language
    return text.render(catalogue(language), person.home.house.setting.renderer.blanks(language))


def gives(person: ChatPerson) -> list[str]:
    """Press the button that gives it to a person."""
    return person.presses(told(person, Story.give.choices["give"]))


def in_the_case(home: HotlineHarness, place: int = 0) -> list[str]:
    case = home.ask("SELECT id FROM cases ORDER BY opened_at, id")[place][0]
    opener = home.opener(case)
    found = home.database.writer.run_sync(lambda work: CaseMessages.of_case(work, case, opener))
    return [it.content.text for it in found if it.side is MessageSide.PERSON]


@pytest.mark.parametrize("tag", FIRST_WORDS)
def test_first_words_are_with_a_person_after_one_tap(hotline: HotlineHarness, tag: str) -> None:
    words, address = FIRST_WORDS[tag]
    person = hotline.person("en")  # many phones speak another language than their owner
    heard = person.says(words)
    assert stored_conversation(person).language == tag
    assert len(heard) == 2
    assert NUMBERS in heard[0]
    assert heard[1] == told(person, Story.give.prompt)
    assert cases_of(hotline) == []
    heard = gives(person)
    (case,) = cases_of(hotline)
    assert case.sent[0].answers["also"] == (words,)
    assert case.language == tag
    assert case.reference in heard[0]
    assert heard[-1] == told(person, UrgentDetails.safe.prompt)
    hotline.restart()
    person.presses(told(person, UrgentDetails.safe.choices["not_safe"]))
    assert person.last == told(person, UrgentDetails.where.prompt)
    person.says(address)
    assert in_the_case(hotline)[-1] == address
    assert cases_of(hotline)[0].priority == 0


@pytest.mark.parametrize("tag", FIRST_WORDS)
def test_words_at_any_choice_get_the_same_offer(sqlite_hotline: HotlineHarness, tag: str) -> None:
    words, _address = FIRST_WORDS[tag]
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()["report", "safe"], language=tag)
    person.says(words)
    assert current_step(person) == ("story", "give")
    person.presses(told(person, Story.give.choices["go_on"]))
    assert current_step(person) == ("report", "safe")
    assert stored_conversation(person).position.extra_texts[-1] == words
    assert cases_of(sqlite_hotline) == []


@pytest.mark.parametrize("tag", FIRST_WORDS)
def test_who_wrote_in_a_language_is_not_asked_for_one(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    words, _address = FIRST_WORDS[tag]
    person = sqlite_hotline.person("en")
    person.says("/start")
    assert current_step(person) == ("language", "language")
    person.says(words)
    assert current_step(person) == ("story", "give")
    heard = person.presses(told(person, Story.give.choices["go_on"]))
    assert current_step(person) == ("welcome", "menu")
    assert told(person, organisation.FIRST) in heard
    assert stored_conversation(person).language == tag


def test_what_is_in_no_known_language_leads_back_to_the_list(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    person.says("/start")
    person.sends(location={"latitude": 25.03, "longitude": 121.56})
    person.presses("Back to the question")
    assert current_step(person) == ("language", "language")


def test_a_voice_message_a_photo_or_a_place_is_a_story_too(sqlite_hotline: HotlineHarness) -> None:
    for content in (
        {"voice": {"file_id": "V", "file_unique_id": "u", "duration": 3, "file_size": 9}},
        {"photo": [{"file_id": "P", "file_unique_id": "p", "file_size": 9}]},
        {"location": {"latitude": 25.03, "longitude": 121.56}},
    ):
        person = sqlite_hotline.person("en")
        person.sends(**content)
        assert current_step(person) == ("story", "give"), content
        person.presses("Give it to a person")
    assert len(cases_of(sqlite_hotline)) == 3
    assert sqlite_hotline.ask("SELECT count(*) FROM files") == [(2,)]


def test_who_said_no_is_not_asked_again_for_ten_minutes(sqlite_hotline: HotlineHarness) -> None:
    story, angry = FIRST_WORDS["en"][0], "I said no, why do you keep asking me the same thing"
    person = sqlite_hotline.person("en")
    person.says(story)
    person.presses("Back to the question")
    sqlite_hotline.advance_time(LATER)
    heard = person.says(angry)
    assert current_step(person) == ("welcome", "menu")
    assert told(person, NOT_UNDERSTOOD) in heard
    assert stored_conversation(person).position.extra_texts == [story, angry]
    sqlite_hotline.advance_time(REMEMBERED + 1)
    person.says("so my boss holds my passport since two years")
    assert current_step(person) == ("story", "give")


def test_the_draft_stays_unsent_when_a_story_is_given(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["report", "leaving"])
    person.says(FIRST_WORDS["en"][0])
    person.presses("Give it to a person")
    (case,) = cases_of(sqlite_hotline)
    assert set(case.sent[0].answers) == {"give", "also"}
    person.presses("Nobody is in danger")
    assert current_step(person) == ("report", "leaving")


def test_the_consent_is_kept_with_the_words_shown(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("en")
    person.says(FIRST_WORDS["en"][0])
    person.presses("Give it to a person")
    case = sqlite_hotline.ask("SELECT id FROM cases")[0][0]
    found = sqlite_hotline.database.writer.run_sync(
        lambda work: ConsentRecords(VAULT).of_case(work, case)
    )
    agreed = {it.kind: it for it in found}
    assert agreed.keys() == {ConsentKind.HOTLINE, ConsentKind.READING}
    assert agreed[ConsentKind.READING].wording_digest != bytes(32)


def test_two_answers_in_a_row_that_are_not_understood_offer_a_person(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["report", "safe"])
    assert current_step(person) == ("report", "safe")
    person.says("blue")
    assert current_step(person) == ("report", "safe")
    sqlite_hotline.advance_time(20)
    person.says("a red one")
    assert current_step(person) == ("story", "give")


def test_a_question_answered_in_between_counts_anew(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["report", "about"])
    person.says("blue")
    sqlite_hotline.advance_time(20)
    person.presses("About me")
    person.says("a red one")
    assert current_step(person) != ("story", "give")


def test_another_language_than_the_one_chosen_is_offered(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["report", "safe"])
    heard = person.says(FIRST_WORDS["id"][0])
    assert heard[0] == phrases.OTHER_LANGUAGE.render(catalogue("id"))
    assert stored_conversation(person).language == "en"


def test_after_danger_neither_language_nor_storage_is_asked(hotline: HotlineHarness) -> None:
    person = hotline.person("en")
    hotline.colleague()
    person.says("tolong dia punya pisau dia mau bunuh saya")
    now = pgettext("button", "Tell them now")
    person.presses(told(person, now))
    assert current_step(person) == ("urgent_details", "where")
    person.says("jalan pelabuhan no 5")
    person.presses(told(person, phrases.HURT["nobody"]))
    assert told(person, phrases.STILL_READ) in person.texts
    assert in_the_case(hotline)[1] == "jalan pelabuhan no 5"
    assert current_step(person) == ("afterwards", "what_now")
    assert person.says("di sini tiga anak") == [told(person, phrases.WITH_CASE)]
    assert in_the_case(hotline)[-1] == "di sini tiga anak"


def test_a_story_of_forty_thousand_characters_is_kept_and_given(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    part = "we work day and night and sleep very little. " * 95
    person.send_update(*(person.words(part) for _ in range(10)))
    person.presses("Give it to a person")
    given = cases_of(sqlite_hotline)[0].sent[0].answers["also"]
    assert sum(len(str(it)) for it in given) >= 39_000  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("hello", False),
        ("my boss is not good", True),
        ("i am fine thanks", False),
        ("老闆不給我薪水也不讓我走", True),
        ("老闆扣護照 不給薪水", True),
        ("老板扣护照 不给工资", True),
        ("護照被扣 沒領到薪水", True),
        ("我欠仲介二十萬", True),
        ("我欠中介二十万", True),
        ("我懷孕了 仲介要我回國", True),
        ("ブローカーに借金300万", True),
        ("妊娠したらクビ", True),
        ("我要回家", False),
        ("有人在嗎", False),
        ("こんにちは", False),
        ("你好", False),
        ("ช่วยด้วย", False),
    ],
)
def test_a_story_is_told_by_its_length(text: str, is_one: bool) -> None:
    assert is_story(text) is is_one
    assert STORY_WORDS == 5


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("en", "clear this chat"),
        ("id", "hapus semua"),
        ("zh_Hant", "刪掉"),
        ("th", "ลบแชทเลย"),
        ("vi", "xoá chat"),
        ("fil", "burahin lahat"),
    ],
)
def test_a_wish_to_clear_the_chat_is_obeyed_in_other_words(
    sqlite_hotline: HotlineHarness, tag: str, words: str
) -> None:
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()["report", "safe"], language=tag)
    assert person.says(words)[-1] == phrases.CHAT_CLEARED.render(catalogue(tag))


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("en", "boss delete my photos"),
        ("id", "majikan hapus foto saya"),
        ("zh_Hant", "他刪掉照片"),
        ("ja", "消してやると言われた"),
    ],
)
def test_a_report_of_deleting_clears_nothing(
    sqlite_hotline: HotlineHarness, tag: str, words: str
) -> None:
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()["report", "safe"], language=tag)
    person.says(words)
    assert words in stored_conversation(person).position.extra_texts
    assert current_step(person) is not None


def test_delete_answers_the_question_whether_answers_are_kept(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("id")
    place_at(person, reachable_positions()["report", "keep"], language="id")
    heard = person.says("hapus")
    assert phrases.CHAT_CLEARED.render(catalogue("id")) not in heard


@pytest.mark.parametrize(
    ("phone", "words", "tag"),
    [
        ("ja", "弁護士", "ja"),
        ("ja", "医者が必要", "ja"),
        ("ja", "救急車", "ja"),
        ("zh-hans", "没钱了", "zh_Hans"),
        ("zh-hans", "谁在看", "zh_Hans"),
        ("zh-hans", "救命", "zh_Hans"),
        ("zh-hans", "老闆不給薪水", "zh_Hant"),
        ("zh-hant", "救命", "zh_Hant"),
        ("en", "谁在看", "zh_Hans"),
    ],
)
def test_first_words_in_han_are_answered_as_they_or_the_phone_say(
    sqlite_hotline: HotlineHarness, phone: str, words: str, tag: str
) -> None:
    person = sqlite_hotline.person(phone)
    person.says(words)
    assert stored_conversation(person).language == tag


def test_a_second_line_in_signs_of_both_kinds_changes_no_language(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("zh-hans")
    person.says("谁在看")
    sqlite_hotline.advance_time(LATER)
    person.says("救命")
    assert stored_conversation(person).language == "zh_Hans"
