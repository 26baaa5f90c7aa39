"""Someone else who says that they hold the phone agrees to nothing by the next yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatch.danger.test_yes_after_a_goodbye import ASKS_CONSENT, at
from tests.dispatch.input.test_first_words import in_the_case
from tests.support.dispatch_inspection import current_step, stored_conversation

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

OTHERS = {
    "en": ("I am her boss. what did she tell you", "ok yes"),
    "zh_Hant": ("我是雇主 她說了什麼 給我看", "好 同意"),
    "id": ("saya majikannya, dia bilang apa?", "ya boleh"),
    "th": ("ผมเป็นเจ้านายเขา พวกคุณเป็นใคร", "ได้"),
    "vi": ("tôi là chủ của nó mấy người là ai", "vâng"),
    "my": ("ငါ သူ့အလုပ်ရှင်ပါ သူ ဘာပြောလဲ", "ဟုတ်ကဲ့"),
}


@pytest.mark.parametrize("tag", OTHERS)
@pytest.mark.parametrize("position", ASKS_CONSENT)
def test_the_question_stays_open_and_what_they_wrote_is_kept(
    sqlite_hotline: HotlineHarness, position: tuple[str, str], tag: str
) -> None:
    line, yes = OTHERS[tag]
    person = at(sqlite_hotline, position, tag)
    heard = person.says(line)
    assert len(heard) == 1, "one short thing, and no question"
    sqlite_hotline.advance_time(60)
    person.says(yes)
    assert current_step(person) == position
    assert line in stored_conversation(person).position.extra_texts


def test_a_yes_that_is_asked_for_again_takes_their_words_along(
    sqlite_hotline: HotlineHarness,
) -> None:
    line, yes = OTHERS["en"]
    person = at(sqlite_hotline, ("danger", "tell"), "en")
    person.says(line)
    for _time in range(2):
        sqlite_hotline.advance_time(60)
        person.says(yes)
    assert current_step(person) != ("danger", "tell")
    assert line in in_the_case(sqlite_hotline)


@pytest.mark.parametrize("tag", OTHERS)
def test_without_such_a_line_the_same_yes_agrees(sqlite_hotline: HotlineHarness, tag: str) -> None:
    """The negative control."""
    person = at(sqlite_hotline, ("danger", "tell"), tag)
    person.says(OTHERS[tag][1])
    assert current_step(person) != ("danger", "tell")
