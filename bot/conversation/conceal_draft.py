"""Put out of sight what was told before a silence: nobody knows who holds the phone now.

It is kept and goes along with what is sent, and the open question is asked again. But no answer is
read back, no question before is gone back to, and no later step hangs on what was answered: it is
spoken as to somebody who left all of it out. So whoever goes on learns where the person stood, and
nothing of what they told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.inputs import Pressed
from bot.conversation.machine import START
from bot.conversation.questions import Said

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.conversation.registry import Book, Sheet
    from bot.conversation.state import Frame, Position


def veil(book: Book, position: Position, drafts: Collection[str]) -> None:
    """Veil everything told so far; of what is going on only these flows go on."""
    position.frames = [frame for frame in position.frames if frame.flow in drafts]
    for frame in position.frames:
        _veil(book.sheets[frame.flow], frame)
    position.veiled += [*position.also, *position.also_files]
    position.also, position.also_files = [], []


def _veil(sheet: Sheet, frame: Frame) -> None:
    _finish(sheet, frame)
    frame.veiled |= frame.answers
    frame.answers, frame.held = {}, {}
    waits = frame.step in sheet.questions and frame.step not in frame.veiled
    behind = frame.veiled.keys() if waits else {*frame.veiled, frame.step}
    last = max((sheet.order.get(name, -1) for name in behind), default=-1)
    passed = {*frame.passed, frame.step} if waits else {*frame.passed}
    frame.passed += [it for it, here in sheet.order.items() if here <= last and it not in passed]
    if not waits:  # the person had gone back to it, or another flow had begun there
        frame.step = START


def _finish(sheet: Sheet, frame: Frame) -> None:
    """Take ticks and files that were being put together for an answer."""
    for name in frame.held:
        question = sheet.questions.get(name)
        reading = question.read(Pressed("done"), question.begun(frame)) if question else None
        if type(reading) is Said:
            frame.answers[name] = reading.answer
