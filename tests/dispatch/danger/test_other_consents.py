"""A typed yes where a report is sent, kept, passed on or counted is as clear as one to staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.consents import CONSENT_QUESTIONS
from bot.languages import LANGUAGES
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    frames,
    reachable_positions,
    says_at,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

MAYBE = {
    "en": ["maybe send", "yes maybe", "ok later", "yes but wait", "sure, he is here"],
    "id": ["mungkin kirim", "mungkin boleh", "iya nanti saja", "ya ada majikan"],
    "vi": ["có lẽ được", "ừ để em nghĩ", "vâng nó đang đọc"],
    "th": ["อาจจะได้", "ได้ แต่รอก่อน", "ค่ะ เขาอยู่นี่"],
    "fil": ["baka ipadala", "oo siguro", "sige mamaya", "opo andito amo ko"],
    "zh_Hant": ["也許可以", "好像可以", "好 他在看", "可以的話"],
    "zh_Hans": ["也许可以", "好像可以", "好 他在看", "可以的话"],
    "ja": ["いいです", "たぶん送る", "はい、でも後で", "たぶんいいです"],
    "my": ["ဟုတ်မလား မသိ", "ဟုတ် သူရှိနေတယ်"],
    "km": ["ប្រហែលជាបាន", "បាទ គាត់នៅទីនេះ"],
}
YES = {
    "en": ["yes", "ok please", "yes sir"], "id": ["iya", "boleh kak"], "vi": ["vâng ạ", "được ạ"],
    "th": ["ได้ค่ะ", "โอเคครับ"], "fil": ["opo", "sige po"], "zh_Hant": ["好", "可以"],
    "zh_Hans": ["好的", "可以"], "ja": ["はい", "いいですよ"], "my": ["ဟုတ်ကဲ့", "ဟုတ်"],
    "km": ["បាទ", "ចាស"],
}  # fmt: skip
OTHER_STEPS = CONSENT_QUESTIONS.keys() - {"tell", "give", "spoken"}
OTHERS = sorted(it for it in reachable_positions() if it[1] in OTHER_STEPS)
"""Questions of consent besides those whether to tell staff now."""


def has_agreed(home: HotlineHarness, person: ChatPerson, step: str) -> bool:
    """Tell whether a person agreed at a question: a case was made, or an answer says so."""
    said = {str(value) for it in frames(person) if (value := it.all_answers.get(step)) is not None}
    return bool(cases_of(home)) or not said.isdisjoint(CONSENT_QUESTIONS[step].yes_answers)


def test_every_language_is_looked_at() -> None:
    assert MAYBE.keys() == YES.keys() == LANGUAGES.keys()
    assert {step for _flow, step in OTHERS} >= {"send", "keep", "pass_on", "counting"}


@pytest.mark.parametrize("tag", MAYBE)
def test_maybe_and_a_yes_with_more_behind_it_agree_to_nothing(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for place in OTHERS:
        for typed in MAYBE[tag]:
            person = says_at(sqlite_hotline, place, typed, tag)
            assert not has_agreed(sqlite_hotline, person, place[1]), (place, typed)


@pytest.mark.parametrize("tag", YES)
def test_a_plain_yes_does(sqlite_hotline: HotlineHarness, tag: str) -> None:
    for place in OTHERS:
        for typed in YES[tag]:
            person = says_at(sqlite_hotline, place, typed, tag)
            assert current_step(person) != place, (place, typed)
            if place[1] in {"keep", "pass_on", "counting"}:
                assert has_agreed(sqlite_hotline, person, place[1]), (place, typed)
