"""Hiding a draft after a silence, because someone else may now hold the phone.

The answers are kept and sent with the rest, and the open question is asked again. But no answer is
shown, Back does not reach an earlier question, and no guard depends on an earlier answer: later
steps run as if all of it had been skipped. Who continues learns at which question the person
stopped, and nothing of the answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.inputs import PressInput
from bot.conversation.machine import START
from bot.conversation.questions.question import Complete

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.conversation.registry import CompiledFlow, FlowRegistry
    from bot.conversation.state import Frame, Position


def hide_earlier_answers(
    registry: FlowRegistry, position: Position, drafts: Collection[str]
) -> None:
    """Hide all answers so far, and end all flows except these."""
    position.frames = [frame for frame in position.frames if frame.flow in drafts]
    for frame in position.frames:
        _hide_frame(registry.compiled[frame.flow], frame)
    position.hidden_extras += [*position.extra_texts, *position.extra_files]
    position.extra_texts, position.extra_files = [], []


def _hide_frame(compiled: CompiledFlow, frame: Frame) -> None:
    _complete_partial(compiled, frame)
    frame.hidden_answers |= frame.answers
    frame.answers, frame.partial_answers = {}, {}
    waits = frame.step in compiled.questions and frame.step not in frame.hidden_answers
    seen = {*frame.hidden_answers} if waits else {*frame.hidden_answers, frame.step}
    last = max((compiled.index.get(name, -1) for name in seen), default=-1)
    passed = {*frame.done_steps, frame.step} if waits else {*frame.done_steps}
    frame.done_steps += [
        name for name, here in compiled.index.items() if here <= last and name not in passed
    ]
    if not waits:  # the person had gone back to this question, or another flow had begun here
        frame.step = START


def _complete_partial(compiled: CompiledFlow, frame: Frame) -> None:
    """Turn ticks and files into answers, as "Done" does."""
    for name in frame.partial_answers:
        if (question := compiled.questions.get(name)) is not None:
            parsed = question.parse(PressInput("done"), question.partial_answer(frame))
            if type(parsed) is Complete:
                frame.answers[name] = parsed.answer
