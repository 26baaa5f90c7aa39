"""Thanks, a greeting or "what?" answer no question: no one has said that they are safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.dispatch.turn.words.meant_choice import MeantChoice
from bot.languages import LANGUAGES
from tests.support.dispatch_inspection import current_step, frames, says_at

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

EMPTY = {
    "en": ["thank you so much", "ok thanks", "hello?", "sorry", "what"],
    "id": ["makasih banyak kak", "terima kasih ya", "halo kak", "gimana"],
    "vi": ["cảm ơn", "cảm ơn anh chị", "dạ em cảm ơn ạ", "xin lỗi", "alo", "hả"],
    "th": ["ขอบคุณค่ะ", "ขอบคุณมากครับ", "ฮัลโหล", "อะไรนะ"],
    "fil": ["maraming salamat po", "salamat", "sandali lang", "hello po"],
    "zh_Hant": ["謝謝你", "感謝", "不好意思", "請問一下", "在嗎"],
    "zh_Hans": ["谢谢你们", "感谢", "不好意思", "早上好"],
    "ja": ["ありがとうございます", "どうも", "おはようございます", "もしもし", "すみません"],
    "my": ["ကျေးဇူးတင်ပါတယ်", "ကျေးဇူး", "မင်္ဂလာပါ", "ဘာလဲ"],
    "km": ["អរគុណច្រើនបង", "អរគុណ", "អ្វីគេ", "សួស្តី"],
}
"""Some of these were taken for "nobody", "safe", "hurt now", "married" or a story."""
ASKED = (
    ("report", "hurt"), ("report", "leaving"), ("ask_for_help", "safe"),
    ("ask_for_help", "under_18"), ("ask_for_help", "situation"),
)  # fmt: skip


@pytest.mark.parametrize("tag", EMPTY)
def test_the_question_stays_open_and_nothing_is_noted(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for place in ASKED:
        for typed in EMPTY[tag]:
            person = says_at(sqlite_hotline, place, typed, tag)
            assert current_step(person) == place, (place, typed)
            assert frames(person)[-1].answers.get(place[1]) is None, (place, typed)


@pytest.mark.parametrize(
    ("tag", "typed"), [("en", "hello?"), ("ja", "もしもし"), ("id", "halo kak")]
)
def test_who_calls_again_and_again_is_offered_a_person(
    sqlite_hotline: HotlineHarness, tag: str, typed: str
) -> None:
    person = says_at(sqlite_hotline, ("report", "hurt"), typed, tag)
    for _ in range(2):
        person.home.run(person.home.close_writer_idle(5))
        person.says(typed)
    assert current_step(person) == ("story", "give")


def test_every_language_is_looked_at() -> None:
    assert EMPTY.keys() == LANGUAGES.keys()


@pytest.mark.parametrize(
    ("tag", "typed"),
    [("fil", "opo salamat po"), ("en", "yes, thank you"), ("id", "iya, makasih")],
)
def test_a_yes_next_to_thanks_is_still_one(
    sqlite_hotline: HotlineHarness, tag: str, typed: str
) -> None:
    person = says_at(sqlite_hotline, ("ask_for_help", "under_18"), typed, tag)
    assert frames(person)[-1].answers["under_18"] == "under"


@pytest.mark.parametrize(("tag", "typed"), [("ja", "はい\uff1f"), ("en", "safe?"), ("id", "aman?")])
def test_who_asks_back_has_not_said_that_they_are_safe(
    sqlite_hotline: HotlineHarness, tag: str, typed: str
) -> None:
    place = ("ask_for_help", "safe")
    assert current_step(says_at(sqlite_hotline, place, typed, tag)) == place
    assert current_step(says_at(sqlite_hotline, place, typed.rstrip("?\uff1f"), tag)) != place


def test_a_text_that_thanks_would_be_taken_for_an_answer(
    sqlite_hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the test above could fail."""
    monkeypatch.setattr(MeantChoice, "says_nothing", lambda *_: False)
    person = says_at(sqlite_hotline, ("ask_for_help", "safe"), "ကျေးဇူးတင်ပါတယ်", "my")
    assert current_step(person) != ("ask_for_help", "safe")
