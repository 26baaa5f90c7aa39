"""A label that was typed without its last sign is that label; no person agrees in this way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import catalogue
from tests.support.dispatch_inspection import (
    current_step,
    frames,
    place_at,
    reachable_positions,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

MENU = ("welcome", "menu")


@pytest.mark.parametrize(
    ("tag", "typed"),
    [("zh_Hans", "说发生了什么"), ("zh_Hant", "說發生了什麼"), ("en", "Ask for hel")],
)
def test_a_label_without_its_last_sign_is_that_label(
    sqlite_hotline: HotlineHarness, tag: str, typed: str
) -> None:
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()[MENU], language=tag)
    person.says(typed)
    assert frames(person)[-1].flow in {"report", "ask_for_help"}


@pytest.mark.parametrize(
    ("tag", "place", "label"),
    [
        ("fil", ("danger", "tell"), "Tell them now"),
        ("id", ("story", "give"), "Give it to a person"),
        ("ja", ("story", "give"), "Give it to a person"),
        ("zh_Hans", ("report", "keep"), "You may keep them"),
    ],
)
def test_where_a_person_agrees_the_whole_label_is_needed(
    sqlite_hotline: HotlineHarness, tag: str, place: tuple[str, str], label: str
) -> None:
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()[place], language=tag)
    shown = catalogue(tag).pgettext("button", label)
    person.says(shown[:-1])
    assert current_step(person) == place
    person.says(shown)
    assert current_step(person) != place
