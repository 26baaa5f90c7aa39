"""What a condition says of answers: what was said, what was left open, what never came."""

from __future__ import annotations

import pytest

from bot.conversation import Where
from bot.conversation.answer_rules import (
    AGE_UNKNOWN,
    UNDER_18,
    Condition,
    either,
    every,
    said,
    unknown,
    unless,
)

SAFE, DEBT = said("safe", "safe"), said("signs", "debt")


@pytest.mark.parametrize("answer", ["debt", ("wages", "debt"), ["debt"]])
def test_what_was_said_is_found_in_one_answer_or_among_several(answer: object) -> None:
    assert DEBT({"signs": answer})
    assert not DEBT({"signs": "wages"})
    assert not DEBT({"signs": None})
    assert not DEBT({})


def test_a_place_is_read_by_its_county_and_never_by_its_words() -> None:
    assert said("county", "at_sea")({"county": Where("at_sea")})
    assert not said("county", "at_sea")({"county": Where(words="at_sea")})


def test_what_was_left_open_is_not_what_never_came() -> None:
    open_ = unknown("safe", "unsure")
    assert open_({"safe": None})
    assert open_({"safe": "unsure"})
    assert not open_({"safe": "safe"})
    assert not open_({})


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (every(SAFE, DEBT), [True, False, False, False]),
        (either(SAFE, DEBT), [True, True, True, False]),
        (unless(SAFE), [False, False, True, True]),
        (unless(SAFE, DEBT), [False, False, False, True]),
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
    looks = unless(every(SAFE, either(DEBT, unknown("hurt", "unsure")))).looks_at()
    assert {look.step for look in looks} == {"safe", "signs", "hurt"}


def test_an_age_is_known_unknown_or_was_never_asked() -> None:
    assert UNDER_18({"they_under_18": "under"})
    assert AGE_UNKNOWN({"under_18": "unsaid"})
    assert AGE_UNKNOWN({"under_18": None})
    for answers in ({}, {"under_18": "adult"}):
        assert not UNDER_18(answers)
        assert not AGE_UNKNOWN(answers)
