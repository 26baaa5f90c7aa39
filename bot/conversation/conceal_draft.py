"""Put out of sight what was told before a silence: nobody knows who holds the phone now.

It is kept and goes along with what is sent, and the open question is asked again. But no answer is
read back, no question before is gone back to, and no later step hangs on what was answered: it is
spoken as to somebody who left all of it out. So whoever goes on learns where the person stood, and
nothing of what they told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.inputs import PressInput
from bot.conversation.machine import START
from bot.conversation.questions import Complete

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.conversation.registry import CompiledFlow, FlowRegistry
    from bot.conversation.state import Frame, Position


def hide_earlier_answers(
    registry: FlowRegistry, position: Position, drafts: Collection[str]
) -> None:
    """Veil everything told so far; of what is going on only these flows go on."""
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
    behind = frame.hidden_answers.keys() if waits else {*frame.hidden_answers, frame.step}
    last = max((compiled.index.get(name, -1) for name in behind), default=-1)
    passed = {*frame.done_steps, frame.step} if waits else {*frame.done_steps}
    frame.done_steps += [
        it for it, here in compiled.index.items() if here <= last and it not in passed
    ]
    if not waits:  # the person had gone back to it, or another flow had begun there
        frame.step = START


def _complete_partial(compiled: CompiledFlow, frame: Frame) -> None:
    """Take ticks and files that were being put together for an answer."""
    for name in frame.partial_answers:
        question = compiled.questions.get(name)
        reading = (
            question.parse(PressInput("done"), question.partial_answer(frame)) if question else None
        )
        if type(reading) is Complete:
            frame.answers[name] = reading.answer
