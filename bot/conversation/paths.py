"""Every way through a flow, followed without a person: which steps are reached, and in what state.

Only what a later guard looks at is told apart, so that the ways stay few.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from bot.conversation.choice_questions import Choose, ChooseMany
from bot.conversation.guards import Ticked
from bot.conversation.questions import Question
from bot.conversation.steps import Begin, End, Say, Step
from bot.conversation.text_questions import Ask
from bot.conversation.typed_questions import AskPlace, AskWhen, Collect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.conversation.answers import Answer
    from bot.conversation.flow import Flow
    from bot.conversation.steps import Step


WARNING = "warning"
"""The name of the step that says who may read along."""
FREE_TEXT = (Ask, Collect, AskPlace, AskWhen)
"""Questions that are answered in the person's own words."""
ANY_TEXT = "something"
"""Stands for any words."""

AnswerPairs = tuple[tuple[str, "Answer"], ...]
PathState = tuple[int, AnswerPairs, bool, str]
"""The step next in line, the answers that matter, whether the warning was said, the step before."""


@dataclass
class PathReport:
    """What was met on all ways together."""

    reached: set[str] = field(default_factory=set)
    unwarned: set[str] = field(default_factory=set)
    """Questions for the person's own words that a way reaches before the warning."""
    edges: set[tuple[str, str]] = field(default_factory=set)
    """Steps that follow one another on some way."""


def explore(flow: type[Flow]) -> PathReport:
    """Follow every way through a flow."""
    seen = PathReport()
    facts = sorted(frozenset[str]().union(*(step.when.facts() for step in flow.steps)))
    for known in subsets(facts):
        _follow(flow, frozenset(known), seen)
    return seen


def subsets(things: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield every selection, the empty one first."""
    for size in range(len(things) + 1):
        yield from combinations(things, size)


def _follow(flow: type[Flow], facts: frozenset[str], report: PathReport) -> None:
    needed = last_guard_index(flow)
    sorts = distinct_answers(flow)
    states: set[PathState] = {(0, (), False, "")}
    met: set[PathState] = set()
    while states:
        here, answers, warned, before = state = states.pop()
        met.add(state)
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
            if step.name in needed:
                after = [(*answers, (step.name, given)) for given in sorts[step.name]]
        for ahead in after:
            kept = tuple(pair for pair in ahead if needed[pair[0]] > here)
            states |= {(here + 1, kept, warned, before)} - met


def last_guard_index(flow: type[Flow]) -> dict[str, int]:
    """Return, for every question a guard looks at, where the last such guard stands."""
    return {
        asked.name: here for here, step in enumerate(flow.steps) for asked in step.when.looks_at()
    }


def distinct_answers(flow: type[Flow]) -> dict[str, list[Answer]]:
    """Return, for every question, one answer of each sort that guards can tell apart."""
    mentioned: dict[str, set[str]] = {}
    for step in flow.steps:
        for leaf in step.when.leaves():
            if isinstance(leaf, Ticked):
                mentioned.setdefault(leaf.question.name, set()).update(leaf.codes)
    return {
        step.name: possible_answers(step, mentioned.get(step.name, set()))
        for step in flow.steps
        if isinstance(step, Question)
    }


def possible_answers(question: Step, mentioned: set[str]) -> list[Answer]:
    """Return one answer of every sort that guards can tell apart."""
    skipped: list[Answer] = [None] if isinstance(question, Question) and question.skippable else []
    if isinstance(question, Choose):
        return [*question.codes, *skipped]
    if isinstance(question, ChooseMany):
        return [*_possible_ticks(question, mentioned), *skipped]
    return [ANY_TEXT, *skipped]


def _possible_ticks(question: ChooseMany, mentioned: set[str]) -> Iterator[tuple[str, ...]]:
    alone = mentioned & question.exclusive
    others = sorted(mentioned - question.exclusive)
    beside = next((code for code in question.codes if code not in mentioned), None)
    for some in subsets(others):
        if some or beside:
            yield some or (beside or "",)
    for code in sorted(alone):
        yield (code,)


WARNED, KEPT, SENT = "warned", "kept", "sent"
"""Said who may read along; agreed that answers are kept; pressed send."""
KEEP, REFUSED = "keep", "dont"
"""The question whether answers may be kept, and the answer that they may not."""
SEND = "send"


@dataclass(frozen=True, slots=True)
class StepVisit:
    """A step as it is come to on some ways."""

    step: Step
    marks: frozenset[str]
    begun: str
    """The flow begun last before it, if nothing was asked since."""
    ways: int


def visits(flow: type[Flow]) -> Iterator[StepVisit]:
    """Follow every way, step by step; what is the same from a step on is followed once."""
    facts = sorted(frozenset[str]().union(*(step.when.facts() for step in flow.steps)))
    for known in subsets(facts):
        yield from _visits(flow, frozenset(known))


def count_ways(flow: type[Flow]) -> int:
    """Return how many ways there are from the first step to an end."""
    return sum(visit.ways for visit in visits(flow) if isinstance(visit.step, End))


def _visits(flow: type[Flow], facts: frozenset[str]) -> Iterator[StepVisit]:
    needed, sorts = last_guard_index(flow), distinct_answers(flow)
    states: Counter[tuple[AnswerPairs, frozenset[str], str]] = Counter({((), frozenset(), ""): 1})
    for here, step in enumerate(flow.steps):
        ahead: Counter[tuple[AnswerPairs, frozenset[str], str]] = Counter()
        for (answers, passed, begun), count in states.items():
            told = [(answers, passed, begun)]
            if step.when.holds(dict(answers), facts):
                yield StepVisit(step, passed, begun, count)
                if isinstance(step, End):
                    continue
                told = list(_after(step, answers, passed, begun, needed, sorts))
            for more, marks, last in told:
                kept = tuple(pair for pair in more if needed[pair[0]] > here)
                ahead[kept, marks, last] += count
        states = ahead


def _after(  # noqa: PLR0913, PLR0917 - one state, and the two tables it is read with
    step: Step,
    answers: AnswerPairs,
    passed: frozenset[str],
    begun: str,
    needed: dict[str, int],
    sorts: dict[str, list[Answer]],
) -> Iterator[tuple[AnswerPairs, frozenset[str], str]]:
    if isinstance(step, Begin):
        yield answers, passed, step.flow_name
    elif isinstance(step, Say):
        yield answers, passed | {WARNED} if step.name == WARNING else passed, begun
    elif isinstance(step, Question):
        for given in sorts[step.name] if step.name in needed else [None]:
            marks = passed | _marks(step, given)
            more = (*answers, (step.name, given)) if step.name in needed else answers
            yield more, marks, ""
    else:
        yield answers, passed, begun


def _marks(question: Step, given: Answer) -> frozenset[str]:
    if question.name == KEEP and given not in (None, REFUSED):
        return frozenset({KEPT})
    return frozenset({SENT}) if given == SEND else frozenset()
