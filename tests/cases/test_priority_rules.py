"""How urgent a case is: every rule by an example of the real flows, and what holds for all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.urgency import (
    REASON_TEXTS,
    RULES,
    SPECIAL_REASONS,
    Priority,
    assess_urgency,
    order_reasons,
    reason_texts,
)
from bot.conversation import PlaceAnswer
from bot.dispatch.turn.outcome_rules import OUTCOME_RULES
from bot.languages.alarms.phrases import CATEGORIES
from tests.support.people.flow_answers import (
    BOOK,
    FlowAnswers,
    about_another,
    codes_of,
    danger,
    from_check_in,
    impossible_answers,
    report,
    request,
    takes_many,
    talk,
)

SEA = PlaceAnswer("at_sea")
MEDICAL = ("medical",)

EXAMPLES: dict[str, tuple[list[FlowAnswers], list[FlowAnswers]]] = {
    "told_now": ([danger("now")], [danger("not_yet")]),
    "not_safe": (
        [report(safe="not_safe"), about_another(they_safe="danger"), talk(safe="not_safe")],
        [report(safe="unsure"), about_another(they_safe="no_danger")],
    ),
    "young_at_risk": (
        [report(under_18="under", safe="unsure", work=..., signs=..., who=...),
         request(under_18="under", safe=None),
         about_another(they_under_18="under", they_safe=None)],
        [request(under_18="under"), report(safe="unsure")],
    ),
    "moved_today": ([report(moved="today")], [report(moved="soon")]),
    "locked_hurt": (
        [report(leaving="locked", hurt="later"), report(leaving="forbidden", hurt="now")],
        [report(leaving="locked"), report(hurt="later"), report(leaving="watched", hurt="later")],
    ),
    "doctor_now": (
        [report(hurt="now"), request(needs=MEDICAL, doctor="now")],
        [report(hurt="later"), request(needs=MEDICAL, doctor="later")],
    ),
    "sea_threat": (
        [report(county=SEA, signs=("threats",)), report(county=SEA, signs=("debt", "violence"))],
        [report(county=SEA), report(signs=("threats",)), report(county=SEA, signs=("debt",))],
    ),
    "check_in_duress": ([from_check_in("duress")], [from_check_in("silence")]),
    "check_in_silence": ([from_check_in("silence")], [from_check_in("duress")]),
    "alarm_self_harm": ([report(alarms=("self_harm",))], [report(alarms=("violence",))]),
    "alarm_danger_now": ([talk(alarms=("held", "danger_now"))], [talk(alarms=("held",))]),
    **{
        f"alarm_{code}": ([request(alarms=(code,))], [request(alarms=("danger_now",))])
        for code in CATEGORIES
        if code not in {"self_harm", "danger_now"}
    },
    "under_18": (
        [request(under_18="under"), about_another(they_under_18="under")],
        [request(under_18="unsaid"), about_another(they_under_18="unsure")],
    ),
    "kept_in": (
        [report(leaving="locked"), report(leaving="forbidden")], [report(leaving="watched")]),
    "watched": ([report(leaving="watched")], [report(leaving="free")]),
    "papers_threats": (
        [report(signs=("documents", "threats"))],
        [report(signs=("documents",)), report(signs=("threats",))],
    ),
    "violence": ([report(signs=("violence",))], [report(signs=("threats",))]),
    "unwanted_touch": ([report(signs=("unwanted_touch",))], [report(signs=("isolation",))]),
    "hurt": (
        [report(hurt="later"), request(needs=MEDICAL, doctor="later"), report(needs=("doctor",))],
        [report(hurt="nobody"), report(needs=("food",))],
    ),
    "moved_soon": ([report(moved="soon")], [report(moved="no_sign")]),
    "scam_place": ([report(work="online_scam")], [report(work="massage_entertainment")]),
    "abroad": ([request(county=PlaceAnswer("abroad"))], [request(county=SEA)]),
    "no_bed": (
        [request(needs=("shelter",), tonight="none"),
         request(needs=("shelter",), tonight="not_safe")],
        [request(needs=("shelter",), tonight="can_wait")],
    ),
    "needed_today": ([request(soon="today")], [request(soon="days")]),
    "at_sea": ([report(county=SEA)], [report(county=PlaceAnswer("PEN"))]),
    "debt": ([report(signs=("debt",))], [report(signs=("wages",))]),
    "wages": ([report(signs=("wages",))], [report(signs=("debt",))]),
    "overtime": ([report(signs=("overtime",))], [report(signs=("debt",))]),
    "isolation": ([report(signs=("isolation",))], [report(signs=("debt",))]),
    "papers": ([report(signs=("documents",))], [report(signs=("debt",))]),
    "movement": ([report(signs=("movement",))], [report(signs=("debt",))]),
    "threats": ([report(signs=("threats",))], [report(signs=("debt",))]),
    "conditions": ([report(signs=("conditions",))], [report(signs=("debt",))]),
    "deception": ([report(signs=("deception",))], [report(signs=("debt",))]),
    "dependence": ([report(signs=("vulnerability",))], [report(signs=("debt",))]),
    "safety_unknown": (
        [report(safe="unsure"), report(safe=None), talk(safe=None), about_another(they_safe=None)],
        [report(), talk(), about_another()],
    ),
    "age_unknown": (
        [report(under_18="unsaid"), request(under_18=None), about_another(they_under_18="unsure")],
        [report(), talk(), about_another()],
    ),
    "going_out_unknown": ([report(leaving="unsure"), report(leaving=None)], [report()]),
    "signs_unknown": ([report(signs=None)], [report(), report(send="send", signs=..., who=...)]),
    "move_unknown": ([report(moved="unsure"), report(moved=None)], [report()]),
    "hurt_unknown": (
        [report(hurt="unsure"), report(hurt=None), request(needs=MEDICAL, doctor=None)],
        [report(), request()],
    ),
    "bed_unknown": (
        [request(needs=("shelter",), tonight="unsure"), request(needs=("shelter",), tonight=None)],
        [request(needs=("shelter",), tonight="can_wait"), request()],
    ),
    "soon_unknown": ([request(soon="unsure"), request(soon=None)], [request(soon="later")]),
}  # fmt: skip
"""For each rule what fires it, and what comes near and does not."""

P0 = [
    danger("now"),
    report(safe="not_safe"),
    report(moved="today"),
    report(leaving="locked", hurt="later"),
    report(alarms=("self_harm",)),
    report(county=SEA, signs=("threats",)),
    request(under_18="under", safe="not_safe"),
]
P1 = [
    request(under_18="under"),
    about_another(they_under_18="under"),
    report(leaving="locked"),
    report(signs=("documents", "threats")),
    report(signs=("unwanted_touch",)),
    report(hurt="later"),
    report(moved="soon"),
    report(work="online_scam", county=PlaceAnswer("abroad")),
]
P2 = [
    report(signs=("debt",)),
    report(signs=("wages", "overtime")),
    report(signs=("isolation",)),
    report(signs=("deception",)),
]
P3 = [report(), about_another(), request(), talk()]
LEVELS = {
    Priority.EMERGENCY: P0,
    Priority.WITHIN_A_DAY: P1,
    Priority.THIS_SHIFT: P2,
    Priority.STANDARD: P3,
}


def test_every_rule_has_its_examples_and_no_code_stands_twice() -> None:
    assert list(EXAMPLES) == [rule.code for rule in RULES]
    assert len(REASON_TEXTS) == len(RULES)


def test_an_example_is_what_a_person_can_answer() -> None:
    given = [told for examples in EXAMPLES.values() for each in examples for told in each]
    assert len(given) > 2 * len(RULES)
    assert [fault for told in given for fault in impossible_answers(told)] == []


def misfires(rule: Any, fires: list[FlowAnswers], near: list[FlowAnswers]) -> list[FlowAnswers]:
    """Return the examples for which a rule does not do what was agreed."""
    found = []
    for told in fires:
        priority, reasons = assess_urgency(told.answers)
        if rule.code not in reasons or priority > rule.priority:
            found.append(told)
    return found + [told for told in near if rule.code in assess_urgency(told.answers)[1]]


def test_a_rule_fires_where_it_should_and_nowhere_near() -> None:
    assert len(RULES) > 40
    found = {rule.code: misfires(rule, *EXAMPLES[rule.code]) for rule in RULES}
    assert {code: told for code, told in found.items() if told} == {}


def test_a_rule_that_misfires_is_found() -> None:
    rule = RULES[0]
    fires, near = EXAMPLES[rule.code]
    assert misfires(rule, near, fires) == [*near, *fires]


def test_the_levels_are_those_that_were_agreed() -> None:
    for level, examples in LEVELS.items():
        assert examples
        for told in examples:
            assert impossible_answers(told) == []
            assert assess_urgency(told.answers)[0] is level, (level, told)


def test_rules_stand_with_the_most_urgent_first() -> None:
    assert [rule.priority for rule in RULES] == sorted(rule.priority for rule in RULES)
    _, reasons = assess_urgency(report(safe="not_safe", hurt="later", signs=("debt",)).answers)
    levels = [next(rule.priority for rule in RULES if rule.code == code) for code in reasons]
    assert levels == sorted(levels)
    assert len(levels) > 2


@pytest.mark.parametrize(
    ("codes", "first"),
    [
        (["told_now", "alarm_danger_now", "alarm_child"], ["alarm_child"]),
        (["told_now", "not_safe", "young_at_risk", "alarm_child", "under_18"], ["young_at_risk"]),
        (["not_safe", "alarm_danger_now", "alarm_held", "alarm_weapon"], ["alarm_weapon"]),
        (["told_now", "doctor_now", "moved_soon"], ["moved_soon"]),
        (["told_now", "alarm_self_harm", "under_18"], ["alarm_self_harm", "under_18"]),
        (["told_now", "check_in_duress"], ["check_in_duress"]),
    ],
)
def test_what_is_special_stands_before_what_every_emergency_has(
    codes: list[str], first: list[str]
) -> None:
    ordered = order_reasons(codes)
    assert ordered[: len(first)] == first
    assert sorted(ordered) == sorted(codes)  # none is left out


def test_reasons_that_are_not_special_stand_with_the_gravest_first() -> None:
    assert order_reasons(["debt", "held_by_no_rule", "alarm_held", "told_now", "not_safe"]) == [
        "not_safe", "told_now", "alarm_held", "debt", "held_by_no_rule",
    ]  # fmt: skip


def test_every_special_reason_is_one_of_a_rule() -> None:
    assert {code for about in SPECIAL_REASONS for code in about} <= REASON_TEXTS.keys()


def test_every_alarm_of_every_language_is_a_rule() -> None:
    assert {f"alarm_{code}" for code in CATEGORIES} <= REASON_TEXTS.keys()


def test_a_reason_of_another_release_stays_away() -> None:
    words = reason_texts(["told_now", "of_yesterday"])
    assert words == [REASON_TEXTS["told_now"]]


# --- What holds for whatever is answered ----------------------------------------------------

FLOWS = ("report", "ask_for_help", "talk", "danger")
RISKS = {
    "report": ("safe", "under_18", "leaving", "moved", "hurt", "signs"),
    "ask_for_help": ("safe", "under_18", "soon"),
    "talk": ("safe",),
}
"""Questions about risk: left open, each is one."""


def _answer(flow: str, step: str) -> st.SearchStrategy[Any]:
    codes = sorted(map(str, codes_of(flow, step)))
    if not codes:
        return st.none() | st.text(max_size=5)
    if step == "county":
        return st.none() | st.sampled_from(codes).map(PlaceAnswer) | st.just(PlaceAnswer(text="x"))
    if takes_many(flow, step):
        return st.none() | st.lists(st.sampled_from(codes), unique=True).map(tuple)
    return st.none() | st.sampled_from(codes)


@st.composite
def anything(draw: st.DrawFn) -> FlowAnswers:
    flow = draw(st.sampled_from(FLOWS))
    steps = draw(st.sets(st.sampled_from(sorted(BOOK.compiled[flow].questions))))
    answers = {step: draw(_answer(flow, step)) for step in sorted(steps)}
    return FlowAnswers(flow, answers)


@given(anything(), st.sampled_from(Priority))
def test_the_machine_only_raises(told: FlowAnswers, at_most: Priority) -> None:
    priority, reasons = assess_urgency(told.answers, at_most)
    assert priority <= at_most
    assert priority == at_most or reasons


@given(anything(), anything())
def test_one_more_answer_never_makes_it_less_urgent(told: FlowAnswers, more: FlowAnswers) -> None:
    grown = {**more.answers, **told.answers}
    assert assess_urgency(grown)[0] <= assess_urgency(told.answers)[0]


@given(anything(), st.sampled_from(["under_18", "they_under_18"]))
def test_under_18_is_always_within_a_day(told: FlowAnswers, step: str) -> None:
    assert assess_urgency({**told.answers, step: "under"})[0] <= Priority.WITHIN_A_DAY


@pytest.mark.parametrize(
    ("flow", "step"), [(f, step) for f, all_ in RISKS.items() for step in all_]
)
def test_what_was_left_open_is_a_risk_not_a_no(flow: str, step: str) -> None:
    calm = {"report": report, "ask_for_help": request, "talk": talk}[flow]()
    assert assess_urgency(calm.answers) == (Priority.STANDARD, [])
    open_codes = {"unsure", "unsaid"} & codes_of(flow, step)
    for left_open in [None, *open_codes]:
        assert assess_urgency({**calm.answers, step: left_open})[0] <= Priority.THIS_SHIFT


def test_a_report_with_every_question_skipped_is_not_last_in_the_queue() -> None:
    for flow in ("report", "ask_for_help", "talk"):
        skipped = dict.fromkeys(BOOK.compiled[flow].questions)
        assert assess_urgency(skipped)[0] <= Priority.THIS_SHIFT


def test_told_to_tell_is_an_emergency_even_with_nothing_else() -> None:
    for outcome, follows in OUTCOME_RULES.items():
        if follows.kind == "danger":
            assert follows.min_priority is Priority.EMERGENCY, outcome
    assert assess_urgency({"signs": ("debt",)}, Priority.EMERGENCY)[0] is Priority.EMERGENCY
