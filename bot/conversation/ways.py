"""Every way through a flow, counted: what was said, agreed to and pressed before each step.

Ways are told apart only where a later guard looks, as in `paths`; a way is one selection of facts
from outside and one answer of every sort to each question that matters.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.conversation.paths import WARNING, needed_until, subsets, told_apart
from bot.conversation.questions import Question
from bot.conversation.steps import Begin, End, Say, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.conversation.answers import Answer
    from bot.conversation.flow import Flow
    from bot.conversation.paths import Answers

WARNED, KEPT, SENT = "warned", "kept", "sent"
"""Said who may read along; agreed that answers are kept; pressed send."""
KEEP, REFUSED = "keep", "dont"
"""The question whether answers may be kept, and the answer that they may not."""
SEND = "send"


@dataclass(frozen=True, slots=True)
class Visit:
    """A step as it is come to on some ways."""

    step: Step
    passed: frozenset[str]
    begun: str
    """The flow begun last before it, if nothing was asked since."""
    ways: int


def visits(flow: type[Flow]) -> Iterator[Visit]:
    """Follow every way, step by step; what is the same from a step on is followed once."""
    facts = sorted(frozenset[str]().union(*(step.when.facts() for step in flow.steps)))
    for known in subsets(facts):
        yield from _visits(flow, frozenset(known))


def ways(flow: type[Flow]) -> int:
    """Return how many ways there are from the first step to an end."""
    return sum(visit.ways for visit in visits(flow) if isinstance(visit.step, End))


def _visits(flow: type[Flow], known: frozenset[str]) -> Iterator[Visit]:
    needed, sorts = needed_until(flow), told_apart(flow)
    states: Counter[tuple[Answers, frozenset[str], str]] = Counter({((), frozenset(), ""): 1})
    for here, step in enumerate(flow.steps):
        ahead: Counter[tuple[Answers, frozenset[str], str]] = Counter()
        for (answers, passed, begun), count in states.items():
            told = [(answers, passed, begun)]
            if step.when.holds(dict(answers), known):
                yield Visit(step, passed, begun, count)
                if isinstance(step, End):
                    continue
                told = list(_after(step, answers, passed, begun, needed, sorts))
            for more, marks, last in told:
                kept = tuple(pair for pair in more if needed[pair[0]] > here)
                ahead[kept, marks, last] += count
        states = ahead


def _after(  # noqa: PLR0913, PLR0917 - one state, and the two tables it is read with
    step: Step,
    answers: Answers,
    passed: frozenset[str],
    begun: str,
    needed: dict[str, int],
    sorts: dict[str, list[Answer]],
) -> Iterator[tuple[Answers, frozenset[str], str]]:
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
