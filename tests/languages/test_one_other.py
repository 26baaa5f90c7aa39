"""Lines that ask that one other person is not told, clause by clause."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.typed.one_other import (
    LISTS,
    Other,
    find_plea_about_other,
    load_one_other,
)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_each_language_has_every_list(tag: str) -> None:
    assert all(load_one_other(tag)[it] for it in LISTS)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("do not let him read this", Other.UNNAMED),
        ("dont tell my mom", Other.NAMED),
        ("dont tell my mom and my boss", Other.BOSS),
        ("wag nyo sabihin kay Maria", Other.NAMED),
        ("不要讓老闆知道", Other.BOSS),
        ("ได้โปรดอย่าบอกเขา", Other.UNNAMED),
    ],
)
def test_who_must_not_know_is_found(text: str, other: Other) -> None:
    found = find_plea_about_other(text)
    assert found is not None
    assert found.other is other
    assert found.rest == ""


@pytest.mark.parametrize(
    "text",
    [
        "do not tell anyone",
        "don't tell them",
        "dont tell anyone not even my mom",
        "will you tell my boss?",
        "my boss hits me",
        "不要告訴他們",
        "不要告诉他们",
        "wag nyo sabihin kahit kanino",
        "jangan kasih tahu mereka",
    ],
)
def test_a_refusal_and_a_story_are_no_plea_about_one_other(text: str) -> None:
    assert find_plea_about_other(text) is None


def test_what_stands_next_to_a_plea_is_told_apart() -> None:
    found = find_plea_about_other("not yet, dont tell my boss. he is mean")
    assert found is not None
    assert found.rest == "not yet, he is mean"
