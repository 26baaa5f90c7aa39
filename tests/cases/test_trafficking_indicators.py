"""Three vocabularies at once: every sign has its names, or a reason why not; nothing is counted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.indicators import (
    ACT_ELEMENTS,
    ILO_INDICATORS,
    INDICATORS,
    MISSING_CODES,
    SIGN_INDICATORS,
    TOPICS,
    UNMAPPED_ANSWERS,
    Indicator,
    find_indicators,
    unknown_topics,
)
from bot.conversation.answer_rules import answer_is
from bot.text import Text
from tests.support.paths import ROOT
from tests.support.people.flow_answers import (
    BOOK,
    FlowAnswers,
    about_another,
    codes_of,
    impossible_answers,
    report,
    request,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

STANDARD = json.loads(
    (ROOT / "bot" / "exports" / "htcds" / "htcds-2.0.json").read_text(encoding="utf-8")
)
"""The fields of HTCDS 2.0: International Organization for Migration, CC BY 4.0."""
VALUES = {it["field"]: set(it["values"]) for it in STANDARD["fields"]}
EXTRA = {
    "x_MethodsOfControlDetail": {"RestrictsMovement"},
    "x_ForcedCriminality": {"true"},
}
"""Columns of our own for what the standard has no value for."""
READ_FROM = ("signs", "work", "leaving")


def called(told: FlowAnswers) -> list[str]:
    return [indicator.code for indicator in find_indicators(told.answers)]


def unnamed(indicators: Iterable[Indicator], nothing: dict[tuple[str, str], str]) -> set[Any]:
    """Return answers that have no name and no reason for it, or both."""
    looks = [look for it in indicators for look in it.condition.looks_at()]
    named = {(look.step, code) for look in looks for code in look.codes}
    offered = {(step, str(code)) for step in READ_FROM for code in codes_of("report", step)}
    return {it for it in offered if (it in named) is (it in nothing)}


def test_every_answer_has_a_name_or_a_reason_why_it_has_none() -> None:
    assert unnamed(INDICATORS, UNMAPPED_ANSWERS) == set()
    assert all(UNMAPPED_ANSWERS.values())
    assert {
        code for step, code in UNMAPPED_ANSWERS if code not in codes_of("report", step)
    } == set()


def test_an_answer_that_was_forgotten_would_be_found() -> None:
    assert ("signs", "debt") in unnamed(
        [it for it in INDICATORS if it.code != "debt"], UNMAPPED_ANSWERS
    )
    assert ("work", "farm") in unnamed(INDICATORS, {**UNMAPPED_ANSWERS, ("work", "farm"): "?"})


def test_every_indicator_stands_in_every_vocabulary_or_says_why_not() -> None:
    assert len(INDICATORS) > 20
    absent = {
        (it.code, vocabulary)
        for it in INDICATORS
        for vocabulary, name in (("ilo", it.ilo), ("act", it.act), ("htcds", it.htcds))
        if not name
    }
    assert absent == set(MISSING_CODES)


def unsayable(indicators: Iterable[Indicator]) -> list[str]:
    """Return the indicators that look at a question or an answer no report has."""
    return [
        it.code
        for it in indicators
        for look in it.condition.looks_at()
        if not BOOK.question("report", look.step) or not look.codes <= codes_of("report", look.step)
    ]


def test_every_indicator_can_be_said_by_a_person() -> None:
    assert unsayable(INDICATORS) == []


def test_an_indicator_no_person_can_say_is_found() -> None:
    wrong = replace(INDICATORS[0], condition=answer_is("work", "moon"))
    assert unsayable([wrong, *INDICATORS]) == [INDICATORS[0].code]


def test_all_eleven_of_the_ilo_and_all_of_article_2_can_come_up() -> None:
    assert len(ILO_INDICATORS) == 11
    assert {it.ilo for it in INDICATORS} - {None} == set(ILO_INDICATORS)
    assert {key for it in INDICATORS for key in it.act} == set(ACT_ELEMENTS)


def strange_codes(indicators: Iterable[Indicator]) -> set[str]:
    """Return codes that neither the standard nor a column of our own knows."""
    known = {**VALUES, **EXTRA}
    return {
        str(code)
        for it in indicators
        for codes in it.htcds
        for code in codes
        if code.value not in known.get(code.field, set())
    }


def test_every_code_is_one_of_the_standard_or_a_column_of_our_own() -> None:
    assert STANDARD["version"] == "2.0"
    assert strange_codes(INDICATORS) == set()
    assert VALUES.keys().isdisjoint(EXTRA)


def test_a_code_the_standard_does_not_have_would_be_found() -> None:
    """It defines restriction of movement, and forgot it in the list."""
    (debt,) = (it for it in SIGN_INDICATORS if it.code == "debt")
    wrong = debt.htcds[0][0]._replace(value="RestrictsMovement")
    forged = Indicator("forged", debt.text, debt.condition, htcds=((wrong,),))
    assert strange_codes([forged]) == {"vic_MethodsOfControl=RestrictsMovement"}


@pytest.mark.parametrize(
    ("told", "codes"),
    [
        (report(signs=("debt", "documents")), ["documents", "debt", "factory"]),
        (report(leaving="locked", work="fishing_boat"), ["kept_in", "fishing_boat"]),
        (report(leaving="watched", work="unsure"), ["watched"]),
        (report(signs=("none",), work="school"), []),
        (about_another(they_under_18="under", signs=("wages",), work="online_scam"),
         ["young", "wages", "online_scam"]),
        (request(under_18="under", situation=...), ["young"]),
        (request(), []),
    ],
)  # fmt: skip
def test_what_was_said_is_called_by_its_names(told: FlowAnswers, codes: list[str]) -> None:
    assert impossible_answers(told) == []
    assert called(told) == codes


def test_threats_leave_open_which_of_three_codes_it_is() -> None:
    (threats,) = find_indicators({"signs": ("threats",)})
    assert [len(codes) for codes in threats.htcds] == [3]
    (movement,) = find_indicators({"signs": ("movement",)})
    assert [len(codes) for codes in movement.htcds] == [1, 1]


@pytest.mark.parametrize("left_open", [{}, dict.fromkeys(READ_FROM), {"work": "unsure"}])
def test_what_is_not_known_stays_not_known(left_open: dict[str, object]) -> None:
    assert find_indicators(left_open) == []
    assert unknown_topics(left_open) == list(TOPICS.values())


def test_what_was_answered_is_known_even_if_it_was_none_of_them() -> None:
    assert unknown_topics({"signs": ("none",), "leaving": "free", "work": "school"}) == []
    assert unknown_topics({"signs": ("none",), "leaving": "unsure"}) == [
        TOPICS["leaving"],
        TOPICS["work"],
    ]


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "signs": st.none() | st.sets(st.sampled_from(sorted(map(str, codes_of("report", "signs")))))
        .map(sorted).map(tuple),
        "leaving": st.none() | st.sampled_from(sorted(map(str, codes_of("report", "leaving")))),
        "work": st.none() | st.sampled_from(sorted(map(str, codes_of("report", "work")))),
        "under_18": st.sampled_from(["under", "adult", "unsaid"]),
    },
)  # fmt: skip


@given(ANSWERS, ANSWERS)
def test_one_more_answer_only_adds_a_name(told: dict[str, Any], more: dict[str, Any]) -> None:
    before = find_indicators(told)
    after = find_indicators({**more, **told})
    assert set(before) <= set(after)
    assert after == [it for it in INDICATORS if it in after]


def test_nothing_is_counted_weighed_or_found() -> None:
    """There is nowhere to put a number: an indicator is words, codes and a condition."""
    kinds = {type(getattr(it, name)) for it in INDICATORS for name in it.__slots__}
    assert kinds.isdisjoint({int, float, bool})
    assert all(isinstance(it.text, Text) for it in INDICATORS)
