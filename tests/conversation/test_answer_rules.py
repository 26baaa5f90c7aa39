"""Conditions over answers that were given, skipped or not asked."""

from __future__ import annotations

import pytest

from bot.conversation import PlaceAnswer
from bot.conversation.answer_rules import (
    AGE_UNKNOWN,
    UNDER_18,
    Condition,
    all_of,
    answer_is,
    answer_is_open,
    any_of,
    none_of,
)

SAFE, DEBT = answer_is("safe", "safe"), answer_is("signs", "debt")


@pytest.mark.parametrize("answer", ["debt", ("wages", "debt"), ["debt"]])
def test_what_was_said_is_found_in_one_answer_or_among_several(answer: object) -> None:
    assert DEBT({"signs": answer})
    assert not DEBT({"signs": "wages"})
    assert not DEBT({"signs": None})
    assert not DEBT({})


def test_a_place_is_read_by_its_county_and_never_by_its_words() -> None:
    assert answer_is("county", "at_sea")({"county": PlaceAnswer("at_sea")})
    assert not answer_is("county", "at_sea")({"county": PlaceAnswer(text="at_sea")})


def test_what_was_left_open_is_not_what_never_came() -> None:
    open_ = answer_is_open("safe", "unsure")
    assert open_({"safe": None})
    assert open_({"safe": "unsure"})
    assert not open_({"safe": "safe"})
    assert not open_({})


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (all_of(SAFE, DEBT), [True, False, False, False]),
        (any_of(SAFE, DEBT), [True, True, True, False]),
        (none_of(SAFE), [False, False, True, True]),
        (none_of(SAFE, DEBT), [False, False, False, True]),
    ],
)
def test_conditions_are_put_together(condition: Condition, holds: list[bool]) -> None:
    told: list[dict[str, object]] = [
        {"safe": "safe", "signs": ("debt",)},
        {"safe": "safe"},
        {"signs": ("debt",)},
        {},
    ]
    assert [condition(answers) for answers in told] == holds


def test_a_condition_tells_every_answer_it_looks_at() -> None:
    looks = none_of(all_of(SAFE, any_of(DEBT, answer_is_open("hurt", "unsure")))).looks_at()
    assert {look.step for look in looks} == {"safe", "signs", "hurt"}


def test_an_age_is_known_unknown_or_was_never_asked() -> None:
    assert UNDER_18({"they_under_18": "under"})
    assert AGE_UNKNOWN({"under_18": "unsaid"})
    assert AGE_UNKNOWN({"under_18": None})
    for answers in ({}, {"under_18": "adult"}):
        assert not UNDER_18(answers)
        assert not AGE_UNKNOWN(answers)
