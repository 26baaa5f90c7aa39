"""Which queue a case waits in: every rule by answers of the real flows, and what holds for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.routing import (
    DEFAULT_QUEUE,
    QUEUE_NAMES,
    RULES,
    Queue,
    choose_queue,
    only,
    queue_name,
    raise_queue,
)
from bot.conversation import PlaceAnswer
from bot.text import Text
from tests.cases.test_priority_rules import anything
from tests.conventions.test_flow_outcomes import missing_codes
from tests.support.people.flow_answers import (
    BOOK,
    FlowAnswers,
    about_another,
    danger,
    impossible_answers,
    report,
    request,
    talk,
)

if TYPE_CHECKING:
    from tests.support.harnesses.case_store_harness import CaseStoreHarness

SEA = PlaceAnswer("at_sea")
EXAMPLES = {
    Queue.CHILD_PROTECTION: [
        request(under_18="under"),
        about_another(they_under_18="under"),
        request(under_18="under", county=SEA),
        request(under_18="under", needs=("legal_aid",)),
    ],
    Queue.FISHERS: [
        report(work="fishing_boat"),
        report(situation="at_sea", signs=("wages",)),
        about_another(they_situation="at_sea"),
        report(county=SEA),
        report(signs=("wages",), who="captain"),
        report(work="fishing_boat", signs=("violence",), who="partner"),
    ],
    Queue.VIOLENCE_AT_HOME: [
        report(work="marriage_home", signs=("violence",)),
        report(work="marriage_home", leaving="locked"),
        report(work="marriage_home", hurt="later"),
        report(signs=("threats",), who="partner"),
        report(who="partner", alarms=("violence",)),
    ],
    Queue.TRAFFICKING: [
        danger("now"),
        talk(),
        talk(safe="not_safe"),
        report(signs=None),
        report(signs=("wages", "debt")),
        report(signs=("wages",), leaving="watched"),
        report(signs=("wages",), safe="unsure"),
        report(signs=("wages",), moved=None),
        report(signs=("overtime",), alarms=("danger_now",)),
        report(work="online_scam"),
        report(work="marriage_home"),
        request(needs=("legal_aid", "shelter")),
        request(needs=("legal_aid",), safe=None),
    ],
    Queue.LABOUR: [
        report(signs=("wages",)),
        report(signs=("wages", "overtime", "deception")),
        report(signs=("overtime",), who="employer"),
    ],
    Queue.INFORMATION: [
        request(needs=("legal_aid",)),
        request(needs=("work_permit", "residence_permit")),
    ],
}
ONLY_IN_A_REQUEST = {
    f"report.needs.{code}" for code in ("legal_aid", "residence_permit", "work_permit")
}
"""A report asks what is needed most, in other words."""
QUEUES = [queue.value for queue in Queue]


def test_every_queue_has_its_rule_its_name_and_its_examples() -> None:
    assert {rule.queue for rule in RULES} == set(Queue) == set(QUEUE_NAMES) == set(EXAMPLES)
    assert [rule.queue for rule in RULES] == list(Queue)


def test_a_case_waits_where_its_answers_belong() -> None:
    examples = [(queue, told) for queue, all_ in EXAMPLES.items() for told in all_]
    assert len(examples) > 30
    assert [fault for _, told in examples for fault in impossible_answers(told)] == []
    assert [
        (queue, told) for queue, told in examples if choose_queue(told.answers) is not queue
    ] == []


def test_a_rule_asks_only_for_what_some_flow_can_be_answered() -> None:
    found = {rule.queue: missing_codes(rule.condition) - ONLY_IN_A_REQUEST for rule in RULES}
    assert {queue: codes for queue, codes in found.items() if codes} == {}


@pytest.mark.parametrize("flow", ["report", "ask_for_help", "talk", "danger"])
def test_a_report_without_answers_goes_to_the_default_queue(flow: str) -> None:
    assert choose_queue({}) is DEFAULT_QUEUE
    assert choose_queue(dict.fromkeys(BOOK.compiled[flow].questions)) is DEFAULT_QUEUE


@given(anything(), st.sampled_from(["under_18", "they_under_18"]))
def test_anyone_under_18_goes_to_the_child_protection_queue(told: FlowAnswers, step: str) -> None:
    assert choose_queue({**told.answers, step: "under"}) is Queue.CHILD_PROTECTION


@given(anything())
def test_open_answers_never_lead_to_the_less_urgent_queues(told: FlowAnswers) -> None:
    known = {step: answer for step, answer in told.answers.items() if answer is not None}
    left_open = {step: None for step in told.answers if step not in known}
    small = {Queue.LABOUR, Queue.INFORMATION}
    if choose_queue({**known, **left_open}) in small:
        assert choose_queue(known) in small


# --- More is told later ----------------------------------------------------------------------


@given(st.sampled_from(QUEUES), anything())
def test_what_is_told_later_only_ever_leads_to_more_care(now: str, told: FlowAnswers) -> None:
    then = raise_queue(now, told.answers)
    assert QUEUES.index(then) <= QUEUES.index(now)
    assert then in {now, choose_queue(told.answers)}


def test_words_alone_move_no_case() -> None:
    for queue in QUEUES:
        assert raise_queue(queue, {"added": "words"}) == queue


def test_the_queue_of_another_release_is_left_alone_and_called_by_its_code() -> None:
    assert raise_queue("harbour", {"under_18": "under"}) == "harbour"
    assert queue_name("harbour") == Text("harbour")
    assert queue_name("fishers") is QUEUE_NAMES[Queue.FISHERS]


def test_a_case_is_opened_in_its_queue_and_moved_when_more_is_told(
    case_store: CaseStoreHarness,
) -> None:
    case = case_store.opens(report(signs=("wages",)).answers)
    assert case_store.of(case, "queue") == "labour"
    case_store.raises(case, {"added": "words"})
    assert case_store.of(case, "queue") == "labour"
    case_store.raises(case, report(leaving="locked").answers)
    assert case_store.of(case, "queue") == "trafficking"
    case_store.raises(case, request(under_18="under").answers)
    assert case_store.of(case, "queue") == "child_protection"
    case_store.raises(case, report(signs=("wages",)).answers)
    assert case_store.of(case, "queue") == "child_protection"


def test_what_no_flow_can_be_answered_would_be_found() -> None:
    assert missing_codes(only("signs", "wages", "shipwreck")) == {"report.signs.shipwreck"}
