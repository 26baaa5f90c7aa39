"""Who asks why a place is wanted reads why, in the words people use; it is no place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from tests.dispatch.input.test_answers_where_a_place_is_asked import WHERE, asked_where
from tests.support.dispatch_inspection import current_step

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

ASKS_WHY = {
    "en": ("why u need it?", "why you asking"),
    "fil": ("bakit nyo po kailangan", "para saan po yan?"),
    "vi": ("hoi lam gi vay", "chi can de lam gi"),
    "id": ("buat apa tanya?", "ngapain nanya"),
    "th": ("จะเอาไปทำอะไร", "ถามทำไมคะ"),
    "zh_Hant": ("你們要知道這個做什麼", "問這個幹嘛"),
    "zh_Hans": ("知道了要干什么", "问这个干嘛"),
    "km": ("សួរធ្វើអ្វី", "ម៉េចបានសួរ"),
    "my": ("ဘာလို့သိချင်တာလဲ", "ဘာလို့မေးတာလဲ"),
    "ja": ("何に使うの", "なんで聞くの"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reason_is_said_and_the_question_stays(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    for text in ASKS_WHY[language]:
        person = asked_where(sqlite_hotline, language)
        presses = asked_where(sqlite_hotline, language)
        presses.says("why")
        heard = person.says(text)
        assert current_step(person) == WHERE, text
        assert heard, text
        assert heard[0] == presses.texts[-len(heard)], text


def test_who_does_not_know_the_name_of_a_place_reads_nothing_of_the_police(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = asked_where(sqlite_hotline, "fil")
    wanted = asked_where(sqlite_hotline, "fil").says("hindi ko alam kung nasaan ako")
    assert person.says("hindi ko alam ang pangalan ng lugar") == wanted
