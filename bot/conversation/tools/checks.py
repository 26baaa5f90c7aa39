"""Static checks of all flows, run when the application starts and in tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.conversation.machine import FORWARD
from bot.conversation.outcomes import Outcome
from bot.conversation.questions.choice import Card, ListQuestion
from bot.conversation.questions.review import Review
from bot.conversation.state import Frame
from bot.conversation.steps import DANGER, WARNING, Begin, End, Say
from bot.conversation.tools.paths import FREE_TEXT, explore
from bot.errors import FlowCheckError
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.conversation.registry import CompiledFlow, FlowRegistry

MAX_DEPTH = 5
"""Flows that may run on one another: a person should know where "Back" leads."""
ASK_NOTHING = (Card, Review)
"""Questions that need no reason because they ask for nothing."""
FILLED_BLANKS = frozenset(
    {"organisation", "contact", "numbers", "reference", "hours", "keep_days", "copy_days", "trail"}
    | {"offices", "organisations", "held", "until", "introduced", "source"}
)
"""Blanks the renderer fills everywhere, in addition to those of the place."""


def check_flows(registry: FlowRegistry, place_blanks: Collection[str] = ()) -> None:
    """Check all flows. `place_blanks` are the blanks the place fills.

    Raises:
        FlowCheckError: with all problems.
    """
    if problems := list(find_problems(registry, place_blanks)):
        raise FlowCheckError("\n".join(problems))


def find_problems(registry: FlowRegistry, place_blanks: Collection[str] = ()) -> Iterator[str]:
    """Yield each problem as a sentence."""
    blanks = FILLED_BLANKS.union(place_blanks)
    for compiled in registry.compiled.values():
        for check in (
            _check_reachable,
            _check_ways_on,
            _check_questions,
            _check_labels,
            _check_danger_button,
        ):
            yield from (f"{compiled.name}: {problem}" for problem in check(compiled))
        yield from (f"{compiled.name}: {problem}" for problem in _check_blanks(compiled, blanks))
    yield from _check_begins(registry)
    yield from _check_danger_flow(registry)


def _check_reachable(compiled: CompiledFlow) -> Iterator[str]:
    """Every step can be reached, and own words come after the warning who can read the chat."""
    report = explore(compiled.flow)
    for name in compiled.steps:
        if name not in report.reached:
            yield f"{name} is never reached"
    for name in sorted(report.unwarned):
        yield f"{name} takes the person's own words before a Say called {WARNING}"


def _check_ways_on(compiled: CompiledFlow) -> Iterator[str]:
    """Every step but an End has a transition without a condition."""
    transitions = compiled.machine.events[FORWARD].transitions
    for name, step in compiled.steps.items():
        if not isinstance(step, End) and all(way.conditions for way in transitions.get(name, ())):
            yield f"from {name} there may be no way on"


def _check_questions(compiled: CompiledFlow) -> Iterator[str]:
    """Every question has a reason; every question for own words can be skipped."""
    for name, question in compiled.questions.items():
        if question.why is None and question.controls and not isinstance(question, ASK_NOTHING):
            yield f"{name} does not say why it is asked"
        if not question.skippable and isinstance(question, FREE_TEXT):
            yield f"{name} cannot be skipped"
        if not question.controls and isinstance(question, FREE_TEXT):
            yield f"{name} has no controls"


def _check_labels(compiled: CompiledFlow) -> Iterator[str]:
    """The buttons of a question have different labels, none of them empty."""
    for name, question in compiled.questions.items():
        if isinstance(question, ListQuestion):
            labels = [fold(label.source) for label in question.choices.values()]
            if len(set(labels)) < len(labels):
                yield f"{name} has two buttons that read alike"
            if "" in labels:
                yield f"{name} has a button without words"


def _check_danger_button(compiled: CompiledFlow) -> Iterator[str]:
    """Every question has the buttons for danger and for clearing the chat."""
    for name, question in compiled.questions.items():
        if not question.ask(Frame(compiled.name, name), back=False).is_question:
            yield f"{name} is asked without the button for danger"


def _check_blanks(compiled: CompiledFlow, filled: frozenset[str]) -> Iterator[str]:
    """Every blank is filled."""
    for name, step in compiled.steps.items():
        for text in step.phrases():
            for blank in re.findall(r"\{(\w*)\}", text.source):
                if blank not in filled:
                    yield f"{name} has the blank {{{blank}}}, which nothing fills"


def _check_begins(registry: FlowRegistry) -> Iterator[str]:
    """Flows begin flows that exist, without a cycle and to a limited depth."""
    begins = {
        name: [step.flow_name for step in compiled.steps.values() if isinstance(step, Begin)]
        for name, compiled in registry.compiled.items()
    }
    for name, others in begins.items():
        for other in others:
            if other not in begins:
                yield f"{name} begins {other}, which does not exist"
    for name in begins:
        depth = _depth(name, begins, ())
        if depth is None:
            yield f"{name} begins itself in a circle"
        elif depth > MAX_DEPTH:
            yield f"{name} is {depth} flows deep; at most {MAX_DEPTH} are allowed"


def _depth(name: str, begins: dict[str, list[str]], above: tuple[str, ...]) -> int | None:
    """Return how many flows can run on one another; None for a cycle."""
    if name in above:
        return None
    deepest = 0
    for other in begins.get(name, ()):
        depth = _depth(other, begins, (*above, name))
        if depth is None:
            return None
        deepest = max(deepest, depth)
    return deepest + 1


def _check_danger_flow(registry: FlowRegistry) -> Iterator[str]:
    """The flow `danger` exists, begins with numbers, and can alert a caseworker."""
    compiled = registry.compiled.get(DANGER)
    if compiled is None:
        yield f"there is no flow {DANGER}"
        return
    first = next(iter(compiled.steps.values()))
    if not isinstance(first, Say) or "{numbers}" not in first.text.source:
        yield f"{DANGER}: does not begin with the numbers to call"
    ends = [step for step in compiled.steps.values() if isinstance(step, End)]
    if not any(end.outcome is Outcome.STAFF_ALERTED for end in ends):
        yield f"{DANGER}: no end tells a caseworker"
