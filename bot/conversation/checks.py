"""What must be true of all flows together; checked when the house starts, and in its tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.conversation.cards import Card
from bot.conversation.choice_questions import ListQuestion
from bot.conversation.machine import FORWARD
from bot.conversation.outcomes import Outcome
from bot.conversation.paths import FREE_TEXT, WARNING, explore
from bot.conversation.review import Review
from bot.conversation.state import Frame
from bot.conversation.steps import DANGER, Begin, End, Say
from bot.errors import FlowCheckError
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.conversation.registry import CompiledFlow, FlowRegistry

MAX_DEPTH = 5
"""So many flows may begin one another; a person should know where "Back" leads."""
ASK_NOTHING = (Card, Review)
"""What waits for a person and asks them for nothing."""
FILLED_BLANKS = frozenset(
    {"organisation", "contact", "numbers", "reference", "hours", "keep_days", "copy_days", "trail"}
    | {"offices", "organisations", "held", "until", "introduced"}
)
"""What the renderer fills in everywhere, beside what is true of the place."""


def check_flows(registry: FlowRegistry, place_blanks: Collection[str] = ()) -> None:
    """Check all flows; `place` names the blanks that a place fills.

    Raises:
        Unsound: with everything that was found.
    """
    if found := list(find_problems(registry, place_blanks)):
        raise FlowCheckError("\n".join(found))


def find_problems(registry: FlowRegistry, place_blanks: Collection[str] = ()) -> Iterator[str]:
    """Yield what is wrong, one sentence each."""
    for sheet in registry.compiled.values():
        for check in (
            _check_reachable,
            _check_ways_on,
            _check_questions,
            _check_labels,
            _check_danger_button,
        ):
            yield from (f"{sheet.name}: {finding}" for finding in check(sheet))
        yield from (
            f"{sheet.name}: {it}" for it in _check_blanks(sheet, FILLED_BLANKS.union(place_blanks))
        )
    yield from _check_begins(registry)
    yield from _check_danger_flow(registry)


def _check_reachable(compiled: CompiledFlow) -> Iterator[str]:
    """Every step is reached, and nobody writes before they know who may read along."""
    seen = explore(compiled.flow)
    for name in compiled.steps:
        if name not in seen.reached:
            yield f"{name} is never reached"
    for name in sorted(seen.unwarned):
        yield f"{name} takes the person's own words before a Say called {WARNING}"


def _check_ways_on(compiled: CompiledFlow) -> Iterator[str]:
    """From every step but an End there is a way on that nothing can close."""
    ways = compiled.machine.events[FORWARD].transitions
    for name, step in compiled.steps.items():
        if not isinstance(step, End) and all(way.conditions for way in ways.get(name, ())):
            yield f"from {name} there may be no way on"


def _check_questions(compiled: CompiledFlow) -> Iterator[str]:
    """Every question says why it is asked, and can be skipped; a menu decides by itself."""
    for name, question in compiled.questions.items():
        if question.why is None and question.controls and not isinstance(question, ASK_NOTHING):
            yield f"{name} does not say why it is asked"
        if not question.skippable and isinstance(question, FREE_TEXT):
            yield f"{name} cannot be skipped"
        if not question.controls and isinstance(question, FREE_TEXT):
            yield f"{name} has no controls"


def _check_labels(compiled: CompiledFlow) -> Iterator[str]:
    """No two buttons of a question read alike, and none is empty."""
    for name, question in compiled.questions.items():
        if isinstance(question, ListQuestion):
            labels = [fold(label.source) for label in question.choices.values()]
            if len(set(labels)) < len(labels):
                yield f"{name} has two buttons that read alike"
            if "" in labels:
                yield f"{name} has a button without words"


def _check_danger_button(compiled: CompiledFlow) -> Iterator[str]:
    """Every question is put as one, and so carries the buttons for danger and stop."""
    for name, question in compiled.questions.items():
        if not question.ask(Frame(compiled.name, name), back=False).is_question:
            yield f"{name} is put without the button for danger"


def _check_blanks(compiled: CompiledFlow, filled: frozenset[str]) -> Iterator[str]:
    """No phrase has a blank that nobody fills."""
    for name, step in compiled.steps.items():
        for text in step.phrases():
            for blank in re.findall(r"\{(\w*)\}", text.source):
                if blank not in filled:
                    yield f"{name} has the blank {{{blank}}}, which nothing fills"


def _check_begins(registry: FlowRegistry) -> Iterator[str]:
    """Flows begin flows that exist, never in a circle, never too deep."""
    begun = {
        name: [step.flow_name for step in sheet.steps.values() if isinstance(step, Begin)]
        for name, sheet in registry.compiled.items()
    }
    for name, others in begun.items():
        for other in others:
            if other not in begun:
                yield f"{name} begins {other}, which does not exist"
    for name in begun:
        depth = _depth(name, begun, ())
        if depth is None:
            yield f"{name} begins itself in a circle"
        elif depth > MAX_DEPTH:
            yield f"{name} lies {depth} flows deep, at most {MAX_DEPTH} are allowed"


def _depth(name: str, begins: dict[str, list[str]], above: tuple[str, ...]) -> int | None:
    """Return how many flows lie on one another at most; None for a circle."""
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
    """Danger can be reached from everywhere, says numbers first, and can call a caseworker."""
    sheet = registry.compiled.get(DANGER)
    if sheet is None:
        yield f"there is no flow {DANGER}"
        return
    first = next(iter(sheet.steps.values()))
    if not isinstance(first, Say) or "{numbers}" not in first.text.source:
        yield f"{DANGER}: does not begin with the numbers to call"
    ends = [step for step in sheet.steps.values() if isinstance(step, End)]
    if not any(end.outcome is Outcome.STAFF_ALERTED for end in ends):
        yield f"{DANGER}: no way tells a caseworker"
