"""Thanks alone answer no question: who thanks has not said that they are safe, or unhurt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.dispatch.turn.typed_text import TypedText
from bot.languages import LANGUAGES
from tests.support.dispatch_inspection import current_step, frames, says_at

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

THANKS = {
    "en": ["thank you so much", "ok thanks"],
    "id": ["makasih banyak kak", "terima kasih ya"],
    "vi": ["cảm ơn", "cảm ơn anh chị", "dạ em cảm ơn ạ"],
    "th": ["ขอบคุณค่ะ", "ขอบคุณมากครับ"],
    "fil": ["maraming salamat po", "salamat"],
    "zh_Hant": ["謝謝你", "感謝"],
    "zh_Hans": ["谢谢你们", "感谢"],
    "ja": ["ありがとうございます", "どうも"],
    "my": ["ကျေးဇူးတင်ပါတယ်", "ကျေးဇူး"],
    "km": ["អរគុណច្រើនបង", "អរគុណ"],
}
"""Some of these were once taken for "nobody", "safe", "forbidden" or "unsure", or for a story."""
ASKED = (
    ("report", "hurt"), ("report", "leaving"), ("ask_for_help", "safe"),
    ("ask_for_help", "under_18"),
)  # fmt: skip


@pytest.mark.parametrize("tag", THANKS)
def test_the_question_stays_open_and_nothing_is_noted(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for place in ASKED:
        for typed in THANKS[tag]:
            person = says_at(sqlite_hotline, place, typed, tag)
            assert current_step(person) == place, (place, typed)
            assert frames(person)[-1].answers.get(place[1]) is None, (place, typed)


def test_every_language_is_looked_at() -> None:
    assert THANKS.keys() == LANGUAGES.keys()


@pytest.mark.parametrize(
    ("tag", "typed"),
    [("fil", "opo salamat po"), ("en", "yes, thank you"), ("id", "iya, makasih")],
)
def test_a_yes_next_to_thanks_is_still_one(
    sqlite_hotline: HotlineHarness, tag: str, typed: str
) -> None:
    person = says_at(sqlite_hotline, ("ask_for_help", "under_18"), typed, tag)
    assert frames(person)[-1].answers["under_18"] == "under"


def test_a_text_that_thanks_would_be_taken_for_an_answer(
    sqlite_hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the test above could fail."""
    monkeypatch.setattr(TypedText, "only_thanks", lambda *_: False)
    person = says_at(sqlite_hotline, ("ask_for_help", "safe"), "ကျေးဇူးတင်ပါတယ်", "my")
    assert current_step(person) != ("ask_for_help", "safe")
