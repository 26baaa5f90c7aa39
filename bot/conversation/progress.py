"""The progress of a flow, for a caseworker who takes over and for the hand-back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.conversation.engine import ask_again
from bot.conversation.machine import START
from bot.conversation.questions.question import Complete

if TYPE_CHECKING:
    from bot.conversation.answers import Answer
    from bot.conversation.inputs import Input
    from bot.conversation.registry import FlowRegistry
    from bot.conversation.replies import Turn
    from bot.conversation.state import Frame, Position

    Facts = frozenset[str]


class FlowProgress(msgspec.Struct, frozen=True):
    """The questions of a flow by step name, in the order they are asked."""

    flow: str
    open_step: str
    """The open question."""
    answered: tuple[str, ...]
    skipped: tuple[str, ...]
    missing: tuple[str, ...]
    """Questions that will be asked, as far as the answers so far decide."""


def flow_progress(registry: FlowRegistry, position: Position, facts: Facts) -> FlowProgress | None:
    """Return the progress of the running flow with most questions, or None without a flow."""
    all_progress = [
        _frame_progress(registry, frame, facts)
        for frame in position.frames
        if frame.flow in registry.compiled
    ]
    return max(all_progress, key=lambda one: len(one.answered + one.missing), default=None)


def _frame_progress(registry: FlowRegistry, frame: Frame, facts: Facts) -> FlowProgress:
    answered: list[str] = []
    skipped: list[str] = []
    missing: list[str] = []
    answers = frame.all_answers
    for name, question in registry.compiled[frame.flow].questions.items():
        if name in answers:
            (skipped if answers[name] is None else answered).append(name)
        elif name not in frame.done_steps and question.when.holds(answers, facts):
            missing.append(name)
    return FlowProgress(frame.flow, frame.step, tuple(answered), tuple(skipped), tuple(missing))


def fill_answer(
    registry: FlowRegistry, position: Position, flow: str, step: str, incoming: Input
) -> Answer:
    """Answer a question of a running flow for the person; return the answer.

    None if the input does not fit the question, or the flow is not running.
    """
    frame = next((frame for frame in position.frames if frame.flow == flow), None)
    question = registry.question(flow, step)
    if frame is None or question is None:
        return None
    parsed = question.parse(incoming, ())
    if type(parsed) is not Complete or parsed.answer is None:
        return None
    frame.answers[question.name] = parsed.answer
    frame.partial_answers.pop(question.name, None)
    return parsed.answer


def resume(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Ask the first open question, without repeating earlier messages."""
    for frame in position.frames:
        registry.compiled[frame.flow].discard_unreachable(frame, facts)
    if position.frames:
        position.frames[-1].step = START
    return ask_again(registry, position, facts)
