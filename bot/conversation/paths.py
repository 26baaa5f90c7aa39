"""All paths through a flow: which steps are reached, and in what state.

Answers are distinguished only as far as a later guard does, so that there are few states.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING

from bot.conversation.choice_questions import Choose, ChooseMany
from bot.conversation.guards import AnswerGuard
from bot.conversation.questions import Question
from bot.conversation.steps import Begin, End, Say, Step
from bot.conversation.text_questions import Ask
from bot.conversation.typed_questions import AskPlace, AskWhen, Collect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.conversation.answers import Answer
    from bot.conversation.flow import Flow


WARNING = "warning"
"""The name of the step that says who can read the chat."""
FREE_TEXT = (Ask, Collect, AskPlace, AskWhen)
"""Questions answered in the person's own words."""
ANY_TEXT = "something"
"""Stands for any text."""

AnswerPairs = tuple[tuple[str, "Answer"], ...]
"""Step names and answers that later guards look at."""
PathState = tuple[int, AnswerPairs, bool, str]
"""Index of the next step, answers, whether the warning was sent, name of the step before."""


@dataclass
class PathReport:
    """What occurs on the paths of a flow."""

    reached: set[str] = field(default_factory=set)
    unwarned: set[str] = field(default_factory=set)
    """Questions for own words that a path reaches before the warning."""
    edges: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of consecutive steps."""


def explore(flow: type[Flow]) -> PathReport:
    """Follow all paths of a flow."""
    report = PathReport()
    for facts in _fact_sets(flow):
        _follow(flow, facts, report)
    return report


def _fact_sets(flow: type[Flow]) -> Iterator[frozenset[str]]:
    facts = sorted(frozenset[str]().union(*(step.when.facts() for step in flow.steps)))
    return map(frozenset, subsets(facts))


def subsets(items: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield all subsets, the empty one first."""
    for size in range(len(items) + 1):
        yield from combinations(items, size)


def _follow(flow: type[Flow], facts: frozenset[str], report: PathReport) -> None:
    last_guard = last_guard_index(flow)
    possible = distinct_answers(flow)
    states: set[PathState] = {(0, (), False, "")}
    seen: set[PathState] = set()
    while states:
        here, answers, warned, before = state = states.pop()
        seen.add(state)
        step = flow.steps[here]
        after: Iterable[AnswerPairs] = (answers,)
        if step.when.holds(dict(answers), facts):
            report.reached.add(step.name)
            report.edges.add((before, step.name))
            before = step.name
            if isinstance(step, End):
                continue
            warned = warned or (isinstance(step, Say) and step.name == WARNING)
            if isinstance(step, FREE_TEXT) and not warned:
                report.unwarned.add(step.name)
            if step.name in last_guard:
                after = [(*answers, (step.name, answer)) for answer in possible[step.name]]
        for more in after:
            states |= {(here + 1, _needed(more, last_guard, here), warned, before)} - seen


def _needed(answers: AnswerPairs, last_guard: dict[str, int], here: int) -> AnswerPairs:
    return tuple(pair for pair in answers if last_guard[pair[0]] > here)


def last_guard_index(flow: type[Flow]) -> dict[str, int]:
    """Return, for each question a guard looks at, the index of the last such guard."""
    return {
        question.name: here
        for here, step in enumerate(flow.steps)
        for question in step.when.looks_at()
    }


def distinct_answers(flow: type[Flow]) -> dict[str, list[Answer]]:
    """Return, for each question, one answer of every kind that guards distinguish."""
    mentioned: dict[str, set[str]] = {}
    for step in flow.steps:
        for leaf in step.when.leaves():
            if isinstance(leaf, AnswerGuard) and leaf.relation == "has":
                mentioned.setdefault(leaf.question.name, set()).update(leaf.codes)
    return {
        step.name: possible_answers(step, mentioned.get(step.name, set()))
        for step in flow.steps
        if isinstance(step, Question)
    }


def possible_answers(question: Question[Answer], mentioned: set[str]) -> list[Answer]:
    """Return one answer of every kind that guards distinguish; they mention these codes."""
    skipped: list[Answer] = [None] if question.skippable else []
    if isinstance(question, Choose):
        return [*question.codes, *skipped]
    if isinstance(question, ChooseMany):
        return [*_possible_ticks(question, mentioned), *skipped]
    return [ANY_TEXT, *skipped]


def _possible_ticks(question: ChooseMany, mentioned: set[str]) -> Iterator[tuple[str, ...]]:
    other = next((code for code in question.codes if code not in mentioned), None)
    for some in subsets(sorted(mentioned - question.exclusive)):
        if some or other:
            yield some or (other or "",)
    for code in sorted(mentioned & question.exclusive):
        yield (code,)


# --- Counted paths, with what happened on them --------------------------------------------

WARNED, KEPT, SENT = "warned", "kept", "sent"
"""Marks: who can read was said; keeping answers was agreed; "Send" was pressed."""
KEEP, REFUSED = "keep", "dont"
"""The step that asks whether answers may be kept, and the answer that they may not."""
SEND = "send"


@dataclass(frozen=True, slots=True)
class StepVisit:
    """A step as several paths reach it."""

    step: Step
    marks: frozenset[str]
    begun: str
    """The flow begun last before it, if nothing was asked since."""
    ways: int
    """The number of paths."""


@dataclass(frozen=True, slots=True)
class _State:
    answers: AnswerPairs = ()
    marks: frozenset[str] = frozenset()
    begun: str = ""


def visits(flow: type[Flow]) -> Iterator[StepVisit]:
    """Yield the steps of all paths; paths that no longer differ are followed once."""
    for facts in _fact_sets(flow):
        yield from _visits(flow, facts)


def count_ways(flow: type[Flow]) -> int:
    """Return the number of paths from the first step to an end."""
    return sum(visit.ways for visit in visits(flow) if isinstance(visit.step, End))


def _visits(flow: type[Flow], facts: frozenset[str]) -> Iterator[StepVisit]:
    last_guard, possible = last_guard_index(flow), distinct_answers(flow)
    states = Counter({_State(): 1})
    for here, step in enumerate(flow.steps):
        ahead: Counter[_State] = Counter()
        for state, count in states.items():
            after = [state]
            if step.when.holds(dict(state.answers), facts):
                yield StepVisit(step, state.marks, state.begun, count)
                if isinstance(step, End):
                    continue
                after = list(_after(step, state, possible if step.name in last_guard else {}))
            for following in after:
                needed = _needed(following.answers, last_guard, here)
                ahead[replace(following, answers=needed)] += count
        states = ahead


def _after(step: Step, state: _State, possible: dict[str, list[Answer]]) -> Iterator[_State]:
    """Yield the states after a step; `possible` is empty if no guard looks at its answer."""
    if isinstance(step, Begin):
        yield replace(state, begun=step.flow_name)
    elif isinstance(step, Say) and step.name == WARNING:
        yield replace(state, marks=state.marks | {WARNED})
    elif isinstance(step, Question):
        for answer in possible.get(step.name, [None]):
            pairs = (*state.answers, (step.name, answer)) if possible else state.answers
            yield _State(pairs, state.marks | _marks(step.name, answer))
    else:
        yield state


def _marks(name: str, answer: Answer) -> frozenset[str]:
    if name == KEEP and answer not in (None, REFUSED):
        return frozenset({KEPT})
    return frozenset({SENT}) if answer == SEND else frozenset()
