"""Where a secret word is chosen, what is surely something else is no word; other texts are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import catalogue
from bot.messages import DeleteMessages
from flows.own_data.passphrase import Passphrase
from flows.texts import questions
from flows.texts.phrasebook import PHRASES
from flows.texts.phrases import PASSPHRASE_IS_SENTENCE
from tests.support.dispatch_inspection import (
    current_step,
    messages_of_people,
    place_at,
    quarantine_reasons,
    reachable_positions,
    readable_text,
    send_report,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

ASKED = ("passphrase", "word")
LEFT_OUT = PHRASES["take_time"].text
WHY = {
    "id": "kenapa?",
    "vi": "tại sao",
    "en": "why?",
    "zh_Hant": "為什麼",
    "fil": "bakit",
    "th": "ทำไม",
    "km": "ហេតុអ្វី",
    "my": "ဘာလို့",
    "zh_Hans": "为什么",
    "ja": "なぜ",
}
REFUSALS = {
    "id": ("saya tidak mau kata", "terima kasih", "nanti saja", "berhenti"),
    "vi": ("tôi không muốn", "cảm ơn", "để sau", "dừng lại", "tạm biệt"),
    "en": ("no thank you", "I don't want a word", "stop", "later", "no need", "I said no"),
    "zh_Hant": ("我不需要密語", "謝謝", "不用了謝謝", "停止"),
    "fil": ("ayaw ko", "salamat po", "mamaya", "itigil", "hindi ko kailangan"),
    "th": ("ไม่ต้องการ", "ขอบคุณค่ะ", "หยุด"),
    "km": ("មិនចង់បានទេ", "អរគុណ", "ឈប់"),
    "my": ("မလိုပါဘူး", "ကျေးဇူးပါ", "ရပ်"),
    "zh_Hans": ("我不需要密语", "谢谢", "停止"),
    "ja": ("いりません", "ありがとう", "やめて"),
}
WORDS = {
    "id": ("mangga tua", "hujan nanti malam", "rumah nenek di desa"),
    "vi": ("chùa một cột", "không gian", "nhà cha mẹ", "ngày mai trời lại sáng"),
    "en": ("never give up", "my cat has no name", "blue bird 77", "Maria Clara", "wait for rain"),
    "zh_Hant": ("芒果樹下", "特別的花", "不死鳥之歌", "哪吒鬧海"),
    "fil": ("walang iwanan", "bahay kubo", "araw at buwan"),
    "th": ("ดอกมะลิ", "ผ้าไหม", "ไม่มีวันลืม"),
    "km": ("ផ្កាឈូក", "ផ្ទះយាយ"),
    "my": ("သရက်သီး", "အမေ့အိမ်"),
    "zh_Hans": ("芒果树下", "无花果树"),
    "ja": ("桜の花見", "おばあちゃん", "海が好き"),
}


def asked_for_a_word(home: HotlineHarness, language: str) -> ChatPerson:
    person = home.person(language)
    place_at(person, reachable_positions()[ASKED], language=language)
    return person


def reporter_at_the_word(home: HotlineHarness) -> ChatPerson:
    """Return a person who sent a report, which staff read, and is asked for a word."""
    person = home.person()
    send_report(person)
    person.presses("Choose a secret word")
    return person


def is_taken_off(person: ChatPerson) -> bool:
    bodies = [body for _, body in person.home.post.arrived if isinstance(body, DeleteMessages)]
    return any(person._message in body.messages for body in bodies)


@pytest.mark.parametrize("language", WHY)
def test_asking_why_a_word_is_needed_shows_the_reason(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    person = asked_for_a_word(sqlite_hotline, language)
    heard = person.says(WHY[language])
    assert Passphrase.word.why is not None
    assert heard[0] == Passphrase.word.why.render(catalogue(language))
    assert current_step(person) == ASKED
    assert is_taken_off(person)


@pytest.mark.parametrize(
    ("language", "text"), [(tag, text) for tag, texts in REFUSALS.items() for text in texts]
)
def test_a_no_thanks_or_a_stop_is_no_word_and_the_question_stands(
    sqlite_hotline: HotlineHarness, language: str, text: str
) -> None:
    person = asked_for_a_word(sqlite_hotline, language)
    heard = person.says(text)
    read_in = catalogue(language)
    assert heard == [LEFT_OUT.render(read_in), Passphrase.word.prompt.render(read_in)]
    assert current_step(person) == ASKED
    assert text not in readable_text(stored_conversation(person))
    assert is_taken_off(person)


@pytest.mark.parametrize(
    ("language", "word"), [(tag, word) for tag, words in WORDS.items() for word in words]
)
def test_a_word_is_taken_in_every_language(
    sqlite_hotline: HotlineHarness, language: str, word: str
) -> None:
    person = asked_for_a_word(sqlite_hotline, language)
    person.says(word)
    assert current_step(person) == ("passphrase", "wants_second")
    assert word not in readable_text(stored_conversation(person))


SENTENCES = {
    "id": "majikan saya belum bayar gaji tiga bulan",
    "vi": "chủ không trả lương cho tôi ba tháng rồi",
    "en": "my boss has not paid me for three months",
    "zh_Hant": "老闆三個月沒有付我薪水",
    "fil": "hindi ako binayaran ng amo ko ng tatlong buwan",
    "th": "นายจ้างไม่จ่ายเงินฉันสามเดือนแล้ว",
    "km": "ថៅកែមិនបើកប្រាក់ខែឱ្យខ្ញុំបីខែហើយ",
    "my": "သူဌေးက သုံးလ လစာမပေးဘူး",
    "zh_Hans": "老板三个月没有付我工资",
    "ja": "社長が三か月給料を払ってくれません",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_who_writes_a_whole_sentence_as_word_reads_that_no_one_reads_it(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    """It may have been meant for staff, and would be lost without a word."""
    person = asked_for_a_word(sqlite_hotline, language)
    told = PASSPHRASE_IS_SENTENCE.render(catalogue(language))
    assert person.says(SENTENCES[language])[0] == told
    assert current_step(person) == ("passphrase", "wants_second")
    for word in WORDS[language]:  # the control
        person = asked_for_a_word(sqlite_hotline, language)
        assert told not in person.says(word)


@pytest.mark.parametrize(
    "text",
    ["he can see the screen", "my boss is here", "dia bisa lihat layar", "is there food tonight?"],
)
def test_what_staff_should_know_reaches_them_and_is_no_word(
    sqlite_hotline: HotlineHarness, text: str
) -> None:
    person = reporter_at_the_word(sqlite_hotline)
    person.says(text)
    assert [it.text for it in messages_of_people(sqlite_hotline)][-1:] == [text]
    assert current_step(person) == ASKED
    assert text not in readable_text(stored_conversation(person))
    assert is_taken_off(person)
    assert sqlite_hotline.ask("SELECT * FROM words") == []
    assert quarantine_reasons(sqlite_hotline) == []


def test_a_question_in_place_of_a_word_is_answered(sqlite_hotline: HotlineHarness) -> None:
    person = reporter_at_the_word(sqlite_hotline)
    heard = person.says("is it free?")
    assert heard[0] == questions.COST.source
    assert heard[-1] == Passphrase.word.prompt.source
    assert [it.text for it in messages_of_people(sqlite_hotline)][-1:] == ["is it free?"]


@pytest.mark.parametrize(
    "text", ["no thank you", "I don't want a word", "is it free", "what should I write"]
)
def test_what_may_be_close_to_the_word_never_reaches_staff(
    sqlite_hotline: HotlineHarness, text: str
) -> None:
    person = reporter_at_the_word(sqlite_hotline)
    person.says(text)
    assert text not in [it.text for it in messages_of_people(sqlite_hotline)]
    assert text not in readable_text(stored_conversation(person))
    assert current_step(person) == ASKED


def test_who_has_to_go_reads_one_short_line_that_says_nothing_of_a_word(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = reporter_at_the_word(sqlite_hotline)
    assert person.says("i have to go") == [questions.LEAVING_READ.source]
    assert "i have to go" not in [it.text for it in messages_of_people(sqlite_hotline)]


def test_a_word_after_a_refusal_is_kept_and_seen_by_no_one(hotline: HotlineHarness) -> None:
    person = reporter_at_the_word(hotline)
    person.says("no thank you", "mangga tua")
    assert current_step(person) == ("passphrase", "wants_second")
    assert len(hotline.ask("SELECT safe FROM words")) == 1
    assert "mangga tua" not in [it.text for it in messages_of_people(hotline)]


def test_clear_everything_in_place_of_a_word_clears_the_chat(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = reporter_at_the_word(sqlite_hotline)
    person.says("delete everything")
    assert current_step(person) is None
    assert sqlite_hotline.ask("SELECT * FROM words") == []


def test_a_second_word_and_the_word_of_a_receipt_are_no_refusal(
    sqlite_hotline: HotlineHarness,
) -> None:
    for place in (("passphrase", "second"), ("receipt", "word"), ("check_in", "word")):
        person = sqlite_hotline.person()
        place_at(person, reachable_positions()[place])
        person.says("no thank you")
        assert current_step(person) == place


def test_a_word_chosen_before_is_compared_whatever_it_says(sqlite_hotline: HotlineHarness) -> None:
    """Who chose "stop it" once must still be let in by it."""
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["identify", "word"])
    person.says("stop it")
    assert current_step(person) != ("identify", "word")
