"""What staff are told beside the answers: no silence hides what was said; the law is a guest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.assessment import assess, merge_answers
from bot.conversation import PlaceAnswer
from bot.places.authorities import IF_MAYBE_UNDER_18, IF_UNDER_18
from bot.places.taiwan.authorities import LAW
from tests.support.content.catalogue_files import read_in
from tests.support.people.flow_answers import about_another, report, request, talk

if TYPE_CHECKING:
    from tests.support.harnesses.case_store_harness import CaseStoreHarness

ENGLISH = read_in("en", "staff")


def test_a_later_answer_holds_and_a_silence_hides_none() -> None:
    joined = merge_answers([
        {"situation": "works_here", "work": "farm", "signs": ("debt",)},
        {"situation": "married", "work": None, "signs": ("wages", "debt"), "safe": None},
        {"signs": None},
    ])  # fmt: skip
    assert joined == {
        "situation": "married",
        "work": "farm",
        "signs": ("debt", "wages"),
        "safe": None,
    }
    assert merge_answers([]) == {}


ANSWER = st.none() | st.sampled_from(["a", "b"]) | st.lists(st.sampled_from("xyz")).map(tuple)
TOLD = st.lists(st.dictionaries(st.sampled_from(["signs", "work", "safe"]), ANSWER))


@given(TOLD)
def test_nothing_that_was_asked_is_lost_and_nothing_is_made_up(told: list[dict[str, Any]]) -> None:
    joined = merge_answers(told)
    assert joined.keys() == {step for answers in told for step in answers}
    for step, answer in joined.items():
        given_ = [answers[step] for answers in told if answers.get(step) is not None]
        assert (answer is None) is (given_ == [])
        if isinstance(answer, tuple):
            parts = {part for it in given_ if isinstance(it, tuple) for part in it}
            assert set(answer) <= parts


def test_without_a_law_only_signs_are_read() -> None:
    found = assess(report(signs=("debt",)).answers, None, ENGLISH)
    assert (found.authorities, found.duties) == ((), ())
    assert [sign.text for sign in found.indicators] == ["Has to work off a debt.", "Factory"]
    assert found.indicators[0].ilo == "Debt bondage"
    assert found.indicators[0].act == ("Means: improper debt bondage",)
    assert found.indicators[0].htcds == ("vic_MethodsOfControl=DebtBondage",)


def test_where_the_answer_leaves_several_codes_it_says_one_of() -> None:
    (threats,) = assess({"signs": ("threats",)}, None, ENGLISH).indicators
    assert threats.htcds[0].startswith("one of: vic_MethodsOfControl=PhysicalThreats, ")


async def test_an_opened_case_reads_bodies_duties_and_signs(case_store: CaseStoreHarness) -> None:
    case = case_store.opens(report(situation="works_here", signs=("debt",)).answers)
    opened = await case_store.reads(case.reference)
    assert [body.name.split(",")[0] for body in opened.assessment.authorities] == [
        "Ministry of Labor",
        "National Immigration Agency",
    ]
    assert all(body.condition and body.articles for body in opened.assessment.authorities)
    assert opened.assessment.duties == ()
    assert "Has to work off a debt." in opened.reasons
    assert "Has to work off a debt." in {sign.text for sign in opened.assessment.indicators}


async def test_what_was_told_later_in_the_same_case_is_read_together(
    case_store: CaseStoreHarness,
) -> None:
    case = case_store.opens(talk().answers, flow="talk", kind="talk")
    assert {it.condition for it in (await case_store.reads(case.reference)).assessment.duties} == {
        IF_MAYBE_UNDER_18.source
    }
    case_store.adds(case, about_another(they_under_18="under", they_situation="studies").answers)
    found = (await case_store.reads(case.reference)).assessment
    assert {it.condition for it in found.duties} == {IF_UNDER_18.source}
    assert len(found.authorities) == 2


async def test_staff_in_taiwan_read_all_of_it_in_chinese(case_store: CaseStoreHarness) -> None:
    told = report(
        situation="at_sea", county=PlaceAnswer("at_sea"), under_18="unsaid", work="fishing_boat",
        signs=("threats", "wages", "vulnerability"), leaving="unsure",
    )  # fmt: skip
    case = case_store.opens(told.answers)
    found = (await case_store.reads(case.reference, "zh_Hant")).assessment
    words = [
        *(part for body in found.authorities
          for part in (body.name, body.task, body.condition, *body.articles)),
        *(part for duty in found.duties for part in (duty.text, duty.condition, *duty.articles)),
        *(part for sign in found.indicators for part in (sign.text, *filter(None, [sign.ilo]),
                                                    *sign.act)),
        *found.unknown_topics,
    ]  # fmt: skip
    assert len(words) > 50
    assert [it for it in words if it.isascii()] == []
    assert any("漁業署" in body.name for body in found.authorities)
    assert any("人口販運防制法第 5 條第 7 款" in it for it in words)


@pytest.mark.parametrize("told", [request(under_18="under"), report(), talk()])
def test_a_law_is_asked_with_what_was_told_and_nothing_else(told: Any) -> None:
    asked: list[object] = []

    class Listens:
        def authorities(self, answers: Any) -> list[Any]:
            asked.append(dict(answers))
            return []

        def duties(self, answers: Any) -> list[Any]:
            asked.append(dict(answers))
            return []

    assert assess(told.answers, Listens(), ENGLISH).authorities == ()
    assert asked == [told.answers] * 2
    assert LAW.authorities(told.answers)
