"""Whom we ask about danger and who says there is none is recorded so, or not at all.

A negated word of danger was taken for danger: staff saw "Someone is in danger".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from tests.languages.test_no_danger import DENIED_BESIDE, IN_DANGER, NO_DANGER, NOT_YET
from tests.support.dispatch_inspection import current_step, flows_of, frames, says_at

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

AFTER_STORY, OWN, THEIRS = ("urgent_details", "safe"), ("report", "safe"), ("report", "they_safe")
DANGER = {"not_safe", "danger"}


def noted(home: HotlineHarness, place: tuple[str, str], text: str, tag: str) -> set[str]:
    person = says_at(home, place, text, tag)
    return {str(it.answers.get(place[1])) for it in frames(person)}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_after_a_story_no_one_in_danger_asks_for_no_place(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for text in NO_DANGER[tag]:
        person = says_at(sqlite_hotline, AFTER_STORY, text, tag)
        assert not {"danger", "urgent_details", "story"} & set(flows_of(person)), text


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_one_in_danger_is_never_noted_as_danger(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for place in (OWN, THEIRS):
        for text in (*NO_DANGER[tag], *NOT_YET.get(tag, ())):
            assert not DANGER & noted(sqlite_hotline, place, text, tag), text


@pytest.mark.parametrize("tag", NOT_YET)
def test_no_danger_yet_is_not_noted_as_safe(sqlite_hotline: HotlineHarness, tag: str) -> None:
    for text in NOT_YET[tag]:
        assert "safe" not in noted(sqlite_hotline, OWN, text, tag), text


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_cry_with_a_negation_is_never_noted_as_safe(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for text in (*IN_DANGER[tag], *DENIED_BESIDE.get(tag, ())):
        assert "safe" not in noted(sqlite_hotline, OWN, text, tag), text
        person = says_at(sqlite_hotline, AFTER_STORY, text, tag)
        assert current_step(person) != ("afterwards", "what_now"), text


@pytest.mark.parametrize("tag", DENIED_BESIDE)
def test_danger_next_to_a_denial_is_noted(sqlite_hotline: HotlineHarness, tag: str) -> None:
    for text in DENIED_BESIDE[tag]:
        assert "not_safe" in noted(sqlite_hotline, OWN, text, tag), text
