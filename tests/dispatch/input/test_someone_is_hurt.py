"""Who says that someone is hurt or ill, in the words of our own question, is understood so.

"有人生病" (someone is ill) was taken for *Nobody hurt or ill*, and "ada yang sakit" for a question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES, catalogue
from tests.support.dispatch_inspection import (
    current_step,
    frames,
    place_at,
    reachable_positions,
    says_at,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

WHERE_ASKED = ("report", "hurt")
HURT = {
    "id": ["ada yang sakit", "ada yang luka", "ada yg sakit", "ada yang terluka",
           "ada yang luka atau sakit", "iya ada yang sakit"],
    "vi": ["có người bị thương", "có người bệnh"],
    "en": ["someone is hurt", "someone is sick"],
    "zh_Hant": ["有人受傷", "有人生病", "有人不舒服"],
    "fil": ["may nasaktan", "may sakit po", "may sugatan"],
    "th": ["มีคนเจ็บ", "มีคนป่วยค่ะ"],
    "km": ["មានអ្នករបួស", "មានអ្នកឈឺ"],
    "my": ["ဒဏ်ရာရတဲ့သူ ရှိတယ်", "နေမကောင်းတဲ့သူ ရှိတယ်"],
    "zh_Hans": ["有人受伤", "有人生病", "有人不舒服"],
    "ja": ["けが人がいます", "病人がいます", "病気の人がいます"],
}  # fmt: skip
NOT_HURT = {
    "id": ["tidak ada yang sakit", "tidak ada yang luka", "gak ada yang sakit"],
    "en": ["nobody is hurt", "no one is sick"],
    "vi": ["không có ai bị thương"],
    "zh_Hant": ["沒有人受傷", "沒有人生病"],
    "fil": ["walang nasaktan", "walang may sakit"],
    "ja": ["けが人はいません"],
}
INJURED = {
    "id": "dia berdarah banyak dari kepala", "vi": "chị ấy ngất xỉu rồi", "th": "เลือดออกเยอะมาก",
    "en": "she fainted and does not wake up", "zh_Hant": "她一直流血", "zh_Hans": "她一直流血",
    "fil": "dumudugo yung ulo niya", "km": "គាត់ហូរឈាមច្រើន", "my": "သွေးအများကြီး ထွက်နေတယ်",
    "ja": "頭から血が出ています",
}  # fmt: skip
AMBULANCE = "119"
ASKED = {"id": ["ada orang disini?", "ada yang bisa bantu?"]}


def noted(home: HotlineHarness, text: str, tag: str) -> set[str]:
    person = says_at(home, WHERE_ASKED, text, tag)
    return {str(it.answers.get("hurt")) for it in frames(person)}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_someone_hurt_is_noted_as_one_who_needs_a_doctor(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for text in HURT[tag]:
        assert "now" in noted(sqlite_hotline, text, tag), text


@pytest.mark.parametrize("tag", NOT_HURT)
def test_no_one_hurt_is_not_noted_as_someone(sqlite_hotline: HotlineHarness, tag: str) -> None:
    for text in NOT_HURT[tag]:
        assert not {"now", "later"} & noted(sqlite_hotline, text, tag), text


@pytest.mark.parametrize("tag", ASKED)
def test_who_asks_for_someone_has_said_nothing_of_hurt(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for text in ASKED[tag]:
        assert not {"now", "later", "nobody"} & noted(sqlite_hotline, text, tag), text


@pytest.mark.parametrize("text", ["ada orang datang", "ada yang datang", "ada yg dateng"])
def test_who_says_in_indonesian_that_someone_comes_gets_one_line(
    sqlite_hotline: HotlineHarness, text: str
) -> None:
    person = sqlite_hotline.person("id")
    place_at(person, reachable_positions()[WHERE_ASKED], language="id")
    assert len(person.says(text)) == 1
    assert stored_conversation(person).has_left
    assert current_step(person) == WHERE_ASKED


def told_and_asked(home: HotlineHarness, tag: str) -> ChatPerson:
    """Return a person of whom staff were told and who is asked whether anyone is hurt."""
    person = home.person(tag)
    place_at(person, reachable_positions()["danger", "tell"], language=tag)
    person.presses(catalogue(tag).pgettext("button", "Tell them now"))
    home.advance_time(5 * 60)
    person.says("no. 88 minsheng road taichung")
    assert current_step(person) == ("urgent_details", "hurt")
    home.advance_time(60)
    return person


@pytest.mark.parametrize("tag", LANGUAGES)
def test_who_tells_of_an_injury_in_words_reads_the_number_of_the_ambulance_once(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    """Staff have the words, and may be far away: who bleeds should not wait for them."""
    person = told_and_asked(sqlite_hotline, tag)
    shown = len(person.texts)
    person.says(INJURED[tag])
    person.says(INJURED[tag])
    assert sum(AMBULANCE in it for it in person.texts[shown:]) == 1, person.texts[shown:]


def test_an_answer_after_which_the_flow_names_the_ambulance_brings_it_no_second_time(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = told_and_asked(sqlite_hotline, "en")
    shown = len(person.texts)
    person.says("yes she is bleeding")
    assert sum(AMBULANCE in it for it in person.texts[shown:]) == 1, person.texts[shown:]


def test_words_without_an_injury_bring_no_number(sqlite_hotline: HotlineHarness) -> None:
    """A negative control: nothing is read out of an address."""
    person = told_and_asked(sqlite_hotline, "en")
    shown = len(person.texts)
    person.says("the house next to the temple")
    assert not any(AMBULANCE in it for it in person.texts[shown:])
