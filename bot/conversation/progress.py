"""Where a conversation stands for whoever takes it over, and how it goes on without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.conversation.engine import ask_again
from bot.conversation.machine import START
from bot.conversation.questions import Complete

if TYPE_CHECKING:
    from bot.conversation.inputs import Input
    from bot.conversation.registry import FlowRegistry
    from bot.conversation.replies import Turn
    from bot.conversation.state import Frame, Position

    Facts = frozenset[str]


class FlowProgress(msgspec.Struct, frozen=True):
    """The questions of one flow, by step, in the order they are asked."""

    flow: str
    open_step: str
    """The question that waits."""
    answered: tuple[str, ...]
    skipped: tuple[str, ...]
    missing: tuple[str, ...]
    """Not answered yet, as far as the answers so far tell what will be asked."""


def flow_progress(registry: FlowRegistry, position: Position, facts: Facts) -> FlowProgress | None:
    """Return where the flow stands that was begun first and asks most; None where none does."""
    marks = [
        _frame_progress(registry, frame, facts)
        for frame in position.frames
        if frame.flow in registry.compiled
    ]
    return max(marks, key=lambda it: len(it.answered + it.missing), default=None)


def _frame_progress(registry: FlowRegistry, frame: Frame, facts: Facts) -> FlowProgress:
    answered: list[str] = []
    skipped: list[str] = []
    missing: list[str] = []
    told = frame.all_answers
    for name, question in registry.compiled[frame.flow].questions.items():
        if name in told:
            (skipped if told[name] is None else answered).append(name)
        elif name not in frame.done_steps and question.when.holds(told, facts):
            missing.append(name)
    return FlowProgress(frame.flow, frame.step, tuple(answered), tuple(skipped), tuple(missing))


def fill_answer(
    registry: FlowRegistry, position: Position, flow: str, step: str, incoming: Input
) -> bool:
    """Answer a question of a flow that is going on for the person; tell whether it fitted."""
    frame = next((frame for frame in position.frames if frame.flow == flow), None)
    question = registry.question(flow, step)
    if frame is None or question is None:
        return False
    reading = question.parse(incoming, ())
    if type(reading) is not Complete or reading.answer is None:
        return False
    frame.answers[question.name] = reading.answer
    frame.partial_answers.pop(question.name, None)
    return True


def resume(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Ask the first question that is still missing; what was said before is not said again."""
    for frame in position.frames:
        registry.compiled[frame.flow].discard_unreachable(frame, facts)
    if position.frames:
        position.frames[-1].step = START
    return ask_again(registry, position, facts)
