"""All paths through a flow: which steps are reached, and in what state.

Answers are distinguished only as far as a later guard does, so that there are few states.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from bot.conversation.guards import AnswerGuard
from bot.conversation.questions.choice import Choose, ChooseMany
from bot.conversation.questions.question import Question
from bot.conversation.questions.text import Ask
from bot.conversation.questions.typed import AskPlace, AskWhen, Collect
from bot.conversation.steps import KEEP, Begin, End, Step, is_warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.conversation.answers import Answer
    from bot.conversation.flow import Flow


FREE_TEXT = (Ask, Collect, AskPlace, AskWhen)
"""Questions answered in the person's own words."""
ANY_TEXT = "something"
"""Stands for any text."""

AnswerPairs = tuple[tuple[str, "Answer"], ...]
"""Step names and answers that later guards look at."""

WARNED, KEPT, SENT = "warned", "kept", "sent"
"""Marks: who can read was said; keeping answers was agreed; "Send" was pressed."""
UNASKED = "unasked"
"""The mark that the guard of the question whether answers may be kept left it out."""
REFUSED = "dont"
"""The answer that answers may not be kept."""
SENDING = frozenset({"send", "give"})
"""Answers by which a person hands over what they wrote."""


@dataclass(frozen=True, slots=True)
class StepVisit:
    """A step as several paths reach it."""

    step: Step
    before: str
    """The name of the step before; empty for the first."""
    marks: frozenset[str]
    begun: str
    """The flow begun last before it, if nothing was asked since."""
    ways: int
    """The number of paths."""


class _State(NamedTuple):
    answers: AnswerPairs = ()
    before: str = ""
    marks: frozenset[str] = frozenset()
    begun: str = ""


@lru_cache(maxsize=64)  # several checks follow the same paths
def visits(flow: type[Flow]) -> tuple[StepVisit, ...]:
    """Return the steps of all paths; paths that no longer differ are followed once."""
    facts = sorted(frozenset[str]().union(*(step.when.facts() for step in flow.steps)))
    return tuple(visit for stated in _subsets(facts) for visit in _visits(flow, frozenset(stated)))


def count_ways(flow: type[Flow]) -> int:
    """Return the number of paths from the first step to an end."""
    return sum(visit.ways for visit in visits(flow) if isinstance(visit.step, End))


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
    for visit in visits(flow):
        report.reached.add(visit.step.name)
        report.edges.add((visit.before, visit.step.name))
        if isinstance(visit.step, FREE_TEXT) and WARNED not in visit.marks:
            report.unwarned.add(visit.step.name)
    return report


def _subsets(items: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield all _subsets, the empty one first."""
    for size in range(len(items) + 1):
        yield from combinations(items, size)


def _last_guard_index(flow: type[Flow]) -> dict[str, int]:
    """Return, for each question a guard looks at, the index of the last such guard."""
    return {
        question.name: here
        for here, step in enumerate(flow.steps)
        for question in step.when.looks_at()
    }


def _distinct_answers(flow: type[Flow]) -> dict[str, list[Answer]]:
    """Return, for each question, one answer of every kind that guards distinguish."""
    mentioned: dict[str, set[str]] = {}
    for step in flow.steps:
        for leaf in step.when.leaves():
            if isinstance(leaf, AnswerGuard) and leaf.relation == "has":
                mentioned.setdefault(leaf.question.name, set()).update(leaf.codes)
    return {
        step.name: _possible_answers(step, mentioned.get(step.name, set()))
        for step in flow.steps
        if isinstance(step, Question)
    }


def _possible_answers(question: Question[Answer], mentioned: set[str]) -> list[Answer]:
    """Return one answer of every kind that guards distinguish; they mention these codes."""
    skipped: list[Answer] = [None] if question.skippable else []
    if isinstance(question, Choose):
        return [*question.codes, *skipped]
    if isinstance(question, ChooseMany):
        return [*_possible_ticks(question, mentioned), *skipped]
    return [ANY_TEXT, *skipped]


def _possible_ticks(question: ChooseMany, mentioned: set[str]) -> Iterator[tuple[str, ...]]:
    other = next((code for code in question.codes if code not in mentioned), None)
    for some in _subsets(sorted(mentioned - question.exclusive)):
        if some or other:
            yield some or (other or "",)
    for code in sorted(mentioned & question.exclusive):
        yield (code,)


def _visits(flow: type[Flow], facts: frozenset[str]) -> Iterator[StepVisit]:
    last_guard, possible = _last_guard_index(flow), _distinct_answers(flow)
    states = Counter({_State(): 1})
    for here, step in enumerate(flow.steps):
        ahead: Counter[_State] = Counter()
        for state, count in states.items():
            after = [state]
            if step.when.holds(dict(state.answers), facts):
                yield StepVisit(step, state.before, state.marks, state.begun, count)
                if isinstance(step, End):
                    continue
                after = list(_after(step, state, possible if step.name in last_guard else {}))
            elif step.name == KEEP:
                after = [state._replace(marks=state.marks | {UNASKED})]
            for following in after:
                needed = tuple(one for one in following.answers if last_guard[one[0]] > here)
                ahead[following._replace(answers=needed)] += count
        states = ahead


def _after(step: Step, state: _State, possible: dict[str, list[Answer]]) -> Iterator[_State]:
    """Yield the states after a step; `possible` is empty if no guard looks at its answer."""
    if isinstance(step, Begin):
        yield state._replace(before=step.name, begun=step.flow_name)
    elif isinstance(step, Question):
        for answer in possible.get(step.name, [None]):
            pairs = (*state.answers, (step.name, answer)) if possible else state.answers
            yield _State(pairs, step.name, state.marks | _marks(step.name, answer))
    else:
        warned = {WARNED} if is_warning(step) else set()
        yield state._replace(before=step.name, marks=state.marks | warned)


def _marks(name: str, answer: Answer) -> frozenset[str]:
    if name == KEEP and answer not in (None, REFUSED):
        return frozenset({KEPT})
    return frozenset({SENT}) if answer in SENDING else frozenset()
