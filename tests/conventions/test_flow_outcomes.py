"""Every outcome has something that follows, and every name in the tables exists in the flows."""

from __future__ import annotations

from dataclasses import replace

from bot.cases.indicators import INDICATORS
from bot.cases.intake import REPORT_KINDS as SENT
from bot.cases.queries import REPORT_KIND_NAMES as NAMED
from bot.cases.urgency import RULES, UrgencyRule, assess_urgency
from bot.conversation import ChooseMany, End, Flow, FlowRegistry, Outcome, PressInput
from bot.conversation.answer_rules import (
    AnswerIs,
    AnswerIsOpen,
    Condition,
    ConditionGroup,
    NoneHold,
    answer_is,
)
from bot.conversation.questions.choice import ListQuestion
from bot.conversation.questions.question import Complete as Answered
from bot.conversation.questions.question import Partial, Question
from bot.conversation.tools.text_session import COMMANDS as REHEARSED
from bot.dispatch.reminders.check_in_scheduler import DURESS_ALERT, SILENCE_ALERT
from bot.dispatch.turn.flow_names import (
    AFTERWARDS_FLOW,
    DANGER_FLOW,
    NOTICE_CHANGED_FLOW,
    RESUME_FLOW,
    RETURN_CHECK_FLOW,
    WELCOME_FLOW,
)
from bot.dispatch.turn.outcome_rules import (
    CONSENT_WITHDRAWALS,
    DRAFT_FLOWS,
    DRAFT_STOP_STEPS,
    EMERGENCY_KIND,
    ERASING_ANSWERS,
    NEXT_STEP_OUTCOMES,
    OUTCOME_RULES,
)
from bot.dispatch.turn.slash_commands import COMMAND_FLOWS, IMMEDIATE_COMMANDS
from bot.languages import LANGUAGES
from bot.languages.alarms.phrases import CATEGORIES
from bot.places.taiwan.authorities import LAW
from flows import ALL_FLOWS
from flows.texts import phrases

BOOK = FlowRegistry(ALL_FLOWS)
BEGUN = {
    AFTERWARDS_FLOW,
    WELCOME_FLOW,
    RETURN_CHECK_FLOW,
    DANGER_FLOW,
    RESUME_FLOW,
    NOTICE_CHANGED_FLOW,
    *COMMAND_FLOWS.values(),
    *REHEARSED.values(),
}
"""Flows the house begins by itself, by name."""
ALARMS = set(CATEGORIES)
NOT_ASKED = {"alarms": ALARMS, "check_in": {SILENCE_ALERT, DURESS_ALERT}}
"""What is no answer to a question: words that alarm us, and what an agreed hour came to."""
ELSEWHERE = {("ask_for_help", "needs"): {"doctor"}}
"""Codes a rule asks for that this flow calls otherwise, and asks more closely about."""


# --- Outcomes -----------------------------------------------------------------------------


def test_every_outcome_has_something_that_follows() -> None:
    assert set(OUTCOME_RULES) == set(Outcome)
    assert set(Outcome) >= NEXT_STEP_OUTCOMES


def test_every_outcome_is_what_some_flow_comes_to() -> None:
    reached = {step.outcome for flow in ALL_FLOWS for step in flow.steps if isinstance(step, End)}
    assert reached == set(Outcome)


def test_whatever_is_sent_is_known_to_the_cases_by_the_same_name() -> None:
    sent = {follows.kind for follows in OUTCOME_RULES.values()} - {None}
    assert sent == set(SENT) == set(NAMED)
    assert EMERGENCY_KIND in sent


def test_only_what_opens_a_case_or_asks_about_one_leads_on_to_more() -> None:
    # Asked about a case that is there, or changed what was decided in it.
    looks_at_one = {
        Outcome.STATUS_REQUESTED,
        Outcome.DATA_REQUESTED,
        Outcome.CONSENT_REVOKED,
        Outcome.CHOICES_MADE,
    }
    assert all(OUTCOME_RULES[outcome].opens_case for outcome in NEXT_STEP_OUTCOMES - looks_at_one)


# --- Flows by name ------------------------------------------------------------------------


def strange_flows(names: set[str]) -> set[str]:
    return names - BOOK.compiled.keys()


def strange_steps(steps: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(flow, step) for flow, step in steps if BOOK.question(flow, step) is None}


def strange_answers(answers: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    return {(flow, step, code) for flow, step, code in answers if code not in codes_of(flow, step)}


def codes_of(flow: str, step: str) -> set[str]:
    """Return what can be pressed at a question."""
    question = BOOK.question(flow, step)
    return set(question.codes) if isinstance(question, ListQuestion) else set()


def test_every_flow_started_by_name_exists() -> None:
    assert strange_flows(BEGUN | DRAFT_FLOWS | DRAFT_STOP_STEPS.keys()) == set()
    assert strange_flows({"reports"}) == {"reports"}


def test_every_command_has_a_description() -> None:
    assert phrases.COMMAND_DESCRIPTIONS.keys() == COMMAND_FLOWS.keys() | IMMEDIATE_COMMANDS


def test_every_question_after_which_a_draft_is_kept_exists() -> None:
    kept = {(flow, step) for flow, steps in DRAFT_STOP_STEPS.items() for step in steps}
    assert strange_steps(kept) == set()
    assert strange_steps({("report", "sned")}) == {("report", "sned")}


def test_every_answer_that_erases_can_be_given() -> None:
    assert strange_answers(set(ERASING_ANSWERS) | CONSENT_WITHDRAWALS.keys()) == set()
    assert strange_answers({("stop", "unsent", "delete")}) == {("stop", "unsent", "delete")}


def test_stopping_keeps_or_erases_the_answers() -> None:
    """No way to stop may fall between the two tables: then answers would vanish unsaid."""
    for flow in ALL_FLOWS:
        for step in flow.steps:
            if isinstance(step, End) and step.outcome is Outcome.STOPPED:
                for leaf in step.when.leaves():
                    asked = getattr(leaf, "question", None)
                    if asked is not None:
                        kept = asked.name in DRAFT_STOP_STEPS.get(flow.name, ())
                        gone = {
                            (flow.name, asked.name, code) for code in leaf.codes
                        } <= ERASING_ANSWERS
                        assert kept or gone, f"{flow.name}.{step.name}"


def test_the_language_chosen_is_one_we_offer() -> None:
    assert codes_of("language", "language") == set(LANGUAGES)


# --- Rules of urgency ---------------------------------------------------------------------


def asking(step: str, flows: tuple[type[Flow], ...] = ALL_FLOWS) -> dict[str, Question[object]]:
    """Return the questions of that name, by flow."""
    return {
        flow.name: each
        for flow in flows
        for each in flow.steps
        if isinstance(each, Question) and each.name == step
    }


def missing_codes(condition: Condition, flows: tuple[type[Flow], ...] = ALL_FLOWS) -> set[str]:
    """Return what a condition looks at and no person can answer."""
    missing = set()
    for look in condition.looks_at():
        if look.step in NOT_ASKED:
            missing |= {f"{look.step}.{code}" for code in look.codes - NOT_ASKED[look.step]}
            continue
        questions = asking(look.step, flows)
        missing |= set() if questions else {look.step}
        for flow, question in questions.items():
            offered = set(question.codes) if isinstance(question, ListQuestion) else set()
            lacking = look.codes - offered - ELSEWHERE.get((flow, look.step), set())
            missing |= {f"{flow}.{look.step}.{code}" for code in lacking}
    return missing


def test_urgency_rules_use_only_answers_people_can_give() -> None:
    assert len(RULES) > FEWEST_RULES
    missing = {rule.code: missing_codes(rule.condition) for rule in RULES}
    assert {code: found for code, found in missing.items() if found} == {}


FEWEST_RULES = 20
OTHERS = {
    **{f"indicator {it.code}": it.condition for it in INDICATORS},
    **{f"body {place} {it.authority.code}": it.condition for place, it in enumerate(LAW.rules)},
}
"""Conditions that stand in other rooms."""


def never_holds(condition: Condition) -> bool:
    """Tell whether no answers make a condition hold, or some that should do not."""
    ways = answers_for(condition)
    return not ways or not all(condition(answers) for answers in ways)


def test_other_conditions_use_only_answers_people_can_give() -> None:
    assert len(OTHERS) > FEWEST_RULES
    missing = {name: missing_codes(condition) for name, condition in OTHERS.items()}
    assert {name: found for name, found in missing.items() if found} == {}
    assert [name for name, condition in OTHERS.items() if never_holds(condition)] == []


def test_a_condition_that_can_never_hold_is_found() -> None:
    assert never_holds(answer_is("safe", "unsafe"))
    assert not never_holds(answer_is("safe", "not_safe"))


def test_a_renamed_answer_would_be_found() -> None:
    assert missing_codes(answer_is("safe", "unsafe")) >= {"report.safe.unsafe", "talk.safe.unsafe"}
    assert missing_codes(answer_is("is_safe", "not_safe")) == {"is_safe"}
    assert missing_codes(answer_is("alarms", "despair")) == {"alarms.despair"}


def test_a_code_called_otherwise_is_offered_somewhere() -> None:
    for (flow, step), codes in ELSEWHERE.items():
        assert codes.isdisjoint(codes_of(flow, step))
        for code in codes:
            assert any(code in codes_of(other, step) for other in BOOK.compiled)


def answer_of(question: Question[object], code: str) -> object:
    """Return the answer a person gives by pressing, in the shape the engine keeps."""
    reading = question.parse(PressInput(code), ())
    if isinstance(reading, Partial):
        reading = question.parse(PressInput("done"), reading.parts)
    assert isinstance(reading, Answered)
    return reading.answer


def answers_for(condition: Condition) -> list[dict[str, object]]:
    """Return answers, as flows give them, under which a condition holds: one for every way."""
    if isinstance(condition, ConditionGroup):
        ways = [answers_for(each) for each in condition.conditions]
        if not condition.needs_all:
            return [answers for way in ways for answers in way]
        joined: list[dict[str, object]] = [{}]
        for way in ways:
            joined = [merged(one, other) for one in joined for other in way]
        return joined
    if isinstance(condition, NoneHold):
        return [{}]
    assert isinstance(condition, AnswerIs)
    if condition.step in NOT_ASKED:
        return [{condition.step: (code,)} for code in condition.codes]
    found = [
        {condition.step: answer_of(question, code)}
        for question in asking(condition.step).values()
        for code in sorted(condition.codes)
        if isinstance(question, ListQuestion) and code in question.codes
    ]
    return [*found, {condition.step: None}] if isinstance(condition, AnswerIsOpen) else found


def merged(one: dict[str, object], other: dict[str, object]) -> dict[str, object]:
    both = {**one, **other}
    for step in one.keys() & other.keys():
        if isinstance(one[step], tuple) and isinstance(other[step], tuple):
            both[step] = (*one[step], *other[step])  # type: ignore[misc]
    return both


def rule_faults(rule: UrgencyRule) -> list[dict[str, object]]:
    """Return answers under which a rule should hold and does not, or makes a case less urgent."""
    ways = answers_for(rule.condition)
    assert ways, rule.code
    found = []
    for answers in ways:
        priority, codes = assess_urgency(answers)
        if rule.code not in codes or priority > rule.priority:
            found.append(answers)
    return found


def test_a_rule_holds_for_answers_as_flows_give_them() -> None:
    assert len(RULES) > FEWEST_RULES
    faults = {rule.code: rule_faults(rule) for rule in RULES}
    assert {code: found for code, found in faults.items() if found} == {}


def test_a_rule_that_is_not_in_the_table_does_not_hold() -> None:
    assert rule_faults(replace(RULES[0], code="not in the table"))


def test_no_rule_holds_when_nothing_was_asked() -> None:
    assert [rule.code for rule in RULES if rule.condition({})] == []


def test_rules_stand_in_order_and_every_code_once() -> None:
    assert [rule.priority for rule in RULES] == sorted(rule.priority for rule in RULES)
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_every_alarm_makes_a_case_more_urgent() -> None:
    ordinary, _ = assess_urgency({})
    for code in ALARMS:
        assert assess_urgency({"alarms": (code,)})[0] < ordinary, code


def test_leaving_a_question_open_counts_as_risk() -> None:
    """What is a risk when somebody is not sure is one when they do not answer."""
    for rule in RULES:
        for look in rule.condition.looks_at():
            if isinstance(look, AnswerIsOpen):
                assert look({look.step: None})
                assert not look({})


def test_ticks_are_read_like_any_other_answer() -> None:
    ticked = [step for flow in ALL_FLOWS for step in flow.steps if isinstance(step, ChooseMany)]
    assert {"needs", "signs"} <= {step.name for step in ticked}
    rule = replace(RULES[0], condition=answer_is("signs", "violence"))
    assert rule.condition({"signs": ("wages", "violence")})
    assert not rule.condition({"signs": ("wages",)})
