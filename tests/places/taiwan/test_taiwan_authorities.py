"""Which bodies Taiwan's law can mean: one where an answer decides, several where it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import PlaceAnswer
from bot.places.authorities import IF_MAYBE_UNDER_18, IF_UNDER_18, Law
from bot.places.taiwan.authorities import LAW
from flows.texts.phrases import SITUATION
from tests.support.content.catalogue_files import read_in
from tests.support.paths import ROOT
from tests.support.people.flow_answers import (
    BOOK,
    FlowAnswers,
    about_another,
    codes_of,
    impossible_answers,
    report,
    request,
    talk,
)
from tests.support.source_tree import imports_of, modules, name_of

ALL_THREE = {"local_government", "labour", "immigration"}
CREW = {"fisheries", "crew_mediation"}
AFAR = {"foreign_affairs", "mainland_affairs"}
SEA, AWAY = PlaceAnswer("at_sea"), PlaceAnswer("abroad")

EXPECTED = {
    "works_here": {"labour", "immigration"},
    "studies": {"immigration"},
    "married": {"local_government", "immigration"},
    "visiting": {"immigration"},
    "taiwanese": {"local_government"},
    "at_sea": {*ALL_THREE, *CREW, "coast_guard"},
    "abroad": {"local_government", *AFAR},
    "prefer_not": ALL_THREE,
}
"""By what somebody says brings them to Taiwan."""


def meant(told: FlowAnswers) -> set[str]:
    assert impossible_answers(told) == []
    return {body.code for body in LAW.authorities(told.answers)}


def test_every_answer_is_expected_to_mean_something() -> None:
    assert EXPECTED.keys() == SITUATION.keys()


@pytest.mark.parametrize(("fits", "bodies"), EXPECTED.items())
def test_a_situation_selects_the_competent_authorities(fits: str, bodies: set[str]) -> None:
    assert meant(report(situation=fits)) == bodies
    assert meant(request(situation=fits)) == bodies
    assert meant(about_another(they_situation=fits)) == bodies


@pytest.mark.parametrize("told", [report(situation=None), report(), request(), talk()])
def test_unanswered_questions_exclude_no_authority(told: FlowAnswers) -> None:
    """Left open, not asked yet, or never asked: whoever needs a visa to decide must ask."""
    assert meant(told) == ALL_THREE


def test_an_answer_about_oneself_decides_nothing_for_the_others() -> None:
    assert meant(report(about="several", they_under_18="adult", situation="studies")) == ALL_THREE


@pytest.mark.parametrize(
    ("told", "added"),
    [
        (report(situation="works_here", work="fishing_boat"), CREW),
        (report(situation="works_here", county=SEA), {*CREW, "coast_guard"}),
        (report(situation="taiwanese", county=AWAY), AFAR),
        (report(situation="works_here", county=AWAY), AFAR),
    ],
)
def test_a_boat_or_another_country_adds_the_bodies_for_it(
    told: FlowAnswers, added: set[str]
) -> None:
    fits = str(told.answers["situation"])
    assert meant(told) == EXPECTED[fits] | added


# --- Under 18 -------------------------------------------------------------------------------

CHILD = "local_government_child"
YOUNG_ONE = {"they_under_18": "under", "work": "massage_entertainment"}


def test_sexual_exploitation_under_18_selects_the_child_law() -> None:
    told = about_another(**YOUNG_ONE, signs=("unwanted_touch", "wages"))
    assert [body.code for body in LAW.authorities(told.answers)] == [CHILD]


@pytest.mark.parametrize(
    "told",
    [
        about_another(**YOUNG_ONE, signs=("wages",)),
        about_another(they_under_18="under", signs=("unwanted_touch",)),
        request(under_18="under"),
        report(about="several", **YOUNG_ONE, signs=("unwanted_touch",), situation="works_here"),
    ],
)
def test_being_under_18_alone_decides_nothing(told: FlowAnswers) -> None:
    """Or where it is about others too: then the child law is one of several."""
    assert meant(told) == {CHILD, *ALL_THREE}


def test_an_adult_is_never_put_under_the_child_law() -> None:
    told = about_another(**{**YOUNG_ONE, "they_under_18": "adult"}, signs=("unwanted_touch",))
    assert CHILD not in meant(told)


def test_under_18_always_shows_what_the_law_asks() -> None:
    for told in (request(under_18="under"), about_another(they_under_18="under")):
        duties = LAW.duties(told.answers)
        assert len(duties) == len(LAW.child_duties)
        assert {duty.condition for duty in duties} == {IF_UNDER_18}


@pytest.mark.parametrize(
    "told",
    [
        report(under_18="unsaid"),
        report(under_18=None),
        talk(),
        about_another(they_under_18="unsure"),
        report(about="several", they_under_18="unsure"),
    ],
)
def test_an_age_that_is_not_known_shows_it_with_an_if(told: FlowAnswers) -> None:
    assert {duty.condition for duty in LAW.duties(told.answers)} == {IF_MAYBE_UNDER_18}


@pytest.mark.parametrize(
    "told", [report(), about_another(), report(about="several", they_under_18="adult")]
)
def test_where_all_are_grown_up_nothing_is_said_of_it(told: FlowAnswers) -> None:
    assert impossible_answers(told) == []
    assert LAW.duties(told.answers) == []


# --- Whatever is answered -------------------------------------------------------------------

STEPS = ("about", "under_18", "they_under_18", "county", "situation", "they_situation", "work")


def _answer(step: str) -> st.SearchStrategy[Any]:
    codes = st.sampled_from(sorted(map(str, codes_of("report", step))))
    return st.none() | (codes.map(PlaceAnswer) if step == "county" else codes)


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        **{step: _answer(step) for step in STEPS},
        "signs": st.sampled_from([None, ("unwanted_touch",), ("wages", "debt")]),
    },
)


@given(ANSWERS)
def test_there_is_always_a_body_with_its_condition_and_article(answers: dict[str, Any]) -> None:
    bodies = LAW.authorities(answers)
    assert bodies
    assert len({body.code for body in bodies}) == len(bodies)
    for body in bodies:
        assert body.condition.source.startswith("If ")
        assert body.articles
    if "under" in {answers.get("under_18"), answers.get("they_under_18")}:
        assert CHILD in {body.code for body in bodies}
        assert LAW.duties(answers)


@given(ANSWERS)
def test_only_the_child_law_ever_decides_alone_over_others(answers: dict[str, Any]) -> None:
    """Without the rules that decide, whatever they decided is still among the rest."""
    undecided = Law(tuple(rule for rule in LAW.rules if not rule.is_exclusive), ())
    without = {body.code for body in undecided.authorities(answers)}
    with_them = {body.code for body in LAW.authorities(answers)}
    assert with_them <= without
    assert with_them in (without, {CHILD})


# --- Where it was read ----------------------------------------------------------------------


def test_every_rule_names_a_body_once_and_every_duty_its_article() -> None:
    by_code = {rule.authority.code: rule.authority for rule in LAW.rules}
    assert all(by_code[rule.authority.code] is rule.authority for rule in LAW.rules)
    assert {duty.code for duty in LAW.child_duties if not duty.articles} == set()
    assert len({duty.code for duty in LAW.child_duties}) == len(LAW.child_duties)


def test_no_text_of_a_law_is_from_before_the_act_was_rewritten_but_for_two() -> None:
    """The regime of 2009 is what pages still copy; the crew's rules say they changed since."""
    statutes = {
        article.statute
        for held in (*(rule.authority for rule in LAW.rules), *LAW.child_duties)
        for article in held.articles
    }
    older = {it for it in statutes if it.text_date < date(2023, 6, 14)}
    assert {it.name.source.split()[0] for it in older} == {"Regulations", "Protection"}
    assert {it.amended_on for it in older} == {None, date(2025, 11, 18)}


@pytest.mark.parametrize("tag", ["en", "zh_Hant"])
def test_staff_read_where_it_stands_and_which_text_was_read(tag: str) -> None:
    staff = read_in(tag, "staff")
    cited = {
        body.code: " ".join(body.citations(staff))
        for body in LAW.authorities(report(situation="at_sea").answers)
    }
    assert "2025-11-18" in cited["crew_mediation"]
    assert "2023-06-14" in cited["labour"]
    assert not any("{" in words for words in cited.values())
    if tag == "zh_Hant":
        assert "人口販運防制法第 5 條第 3 款" in cited["labour"]


FOR_STAFF = {"bot.places.taiwan.authorities", "bot.places.authorities", "bot.cases.indicators",
             "bot.cases.assessment"}  # fmt: skip
TO_PEOPLE = ("flows/", "bot/conversation/", "bot/dispatch/", "bot/channels/", "bot/mailbox/")


def test_nothing_that_speaks_to_a_person_knows_of_it() -> None:
    """A reason for staff, never a verdict to whoever wrote."""
    knowing = {
        name_of(path)
        for path in modules()
        if name_of(path).startswith(TO_PEOPLE) and not FOR_STAFF.isdisjoint(imports_of(path))
    }
    assert knowing == set()
    assert not FOR_STAFF.isdisjoint(imports_of(ROOT / "bot" / "app" / "tables.py"))


def test_no_body_is_asked_for_by_visa_or_papers() -> None:
    """What the law turns on is never asked: it stands in conditions for staff only."""
    looked_at = {look.step for rule in LAW.rules for look in rule.condition.looks_at()}
    assert looked_at == {*STEPS, "signs"}
    assert all(BOOK.question("report", step) for step in looked_at)
