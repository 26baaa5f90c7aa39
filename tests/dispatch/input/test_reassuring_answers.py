"""What would let helpers hurry less is not guessed of words that may be a cry for help.

"There are guards at the gate and we cannot leave" and "I do not want to live" were close enough to
"I am safe here" for the learnt examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.conversation.inputs import PressInput
from bot.dispatch.turn.words.meant_choice import MeantChoice
from bot.languages import LANGUAGES
from tests.support.dispatch_inspection import current_step, frames, says_at
from tests.support.paths import TESTS

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

SAFE, HURT = ("ask_for_help", "safe"), ("report", "hurt")
IS_SAFE = {
    "en": ["i am safe now", "we are safe"], "id": ["aku aman sekarang", "sudah aman"],
    "vi": ["em an toàn rồi", "em đang an toàn"], "th": ["ตอนนี้ปลอดภัยแล้ว", "หนูปลอดภัยค่ะ"],
    "fil": ["ligtas po ako", "safe na po ako"], "zh_Hant": ["我現在安全了", "我很安全"],
    "zh_Hans": ["我现在很安全", "安全"], "ja": ["今は安全です", "今は大丈夫です"],
    "my": ["အခုလုံခြုံပါတယ်", "ဘေးကင်းပါတယ်"], "km": ["ឥឡូវមានសុវត្ថិភាព", "ខ្ញុំមានសុវត្ថិភាព"],
}  # fmt: skip


def urgent(tag: str) -> list[tuple[str, str]]:
    """Return urgent situations, said plainly and as people text them."""
    path = TESTS / "languages" / "core_situations" / f"{tag}.tsv"
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [(plain, texted) for code, plain, texted in rows if code.startswith("u")]


def noted(home: HotlineHarness, place: tuple[str, str], text: str, tag: str) -> set[str]:
    person = says_at(home, place, text, tag)
    return {str(it.answers.get(place[1])) for it in frames(person)}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_urgent_words_are_noted_as_safe_or_unhurt(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    assert len(urgent(tag)) > 50
    for plain, texted in urgent(tag):
        assert "safe" not in noted(sqlite_hotline, SAFE, texted, tag), texted
        assert "nobody" not in noted(sqlite_hotline, HURT, plain, tag), plain


@pytest.mark.parametrize("tag", IS_SAFE)
def test_who_says_plainly_that_they_are_safe_has_said_it(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for typed in IS_SAFE[tag]:
        assert current_step(says_at(sqlite_hotline, SAFE, typed, tag)) != SAFE, typed


def test_every_language_is_looked_at() -> None:
    assert IS_SAFE.keys() == LANGUAGES.keys()


def test_a_guess_would_be_noticed(
    sqlite_hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the test above could fail."""
    assert "safe" not in noted(sqlite_hotline, SAFE, "dont wanna live anymore", "en")
    monkeypatch.setattr(MeantChoice, "of_synonym", lambda *_a, **_k: PressInput("safe"))
    assert "safe" in noted(sqlite_hotline, SAFE, "dont wanna live anymore", "en")
