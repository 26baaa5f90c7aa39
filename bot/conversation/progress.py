"""Where a conversation stands for whoever takes it over, and how it goes on without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.conversation.engine import ask_again
from bot.conversation.machine import START
from bot.conversation.questions import Said

if TYPE_CHECKING:
    from bot.conversation.inputs import Heard
    from bot.conversation.registry import Book
    from bot.conversation.replies import Turn
    from bot.conversation.state import Frame, Position

    Facts = frozenset[str]


class Bookmark(msgspec.Struct, frozen=True):
    """The questions of one flow, by step, in the order they are asked."""

    flow: str
    open: str
    """The question that waits."""
    answered: tuple[str, ...]
    skipped: tuple[str, ...]
    missing: tuple[str, ...]
    """Not answered yet, as far as the answers so far tell what will be asked."""


def bookmark(book: Book, position: Position, known: Facts) -> Bookmark | None:
    """Return where the flow stands that was begun first and asks most; None where none does."""
    marks = [_mark(book, frame, known) for frame in position.frames if frame.flow in book.sheets]
    return max(marks, key=lambda it: len(it.answered + it.missing), default=None)


def _mark(book: Book, frame: Frame, known: Facts) -> Bookmark:
    answered: list[str] = []
    skipped: list[str] = []
    missing: list[str] = []
    told = frame.told
    for name, question in book.sheets[frame.flow].questions.items():
        if name in told:
            (skipped if told[name] is None else answered).append(name)
        elif name not in frame.passed and question.when.holds(told, known):
            missing.append(name)
    return Bookmark(frame.flow, frame.step, tuple(answered), tuple(skipped), tuple(missing))


def fill(book: Book, position: Position, flow: str, step: str, heard: Heard) -> bool:
    """Answer a question of a flow that is going on for the person; tell whether it fitted."""
    frame = next((frame for frame in position.frames if frame.flow == flow), None)
    question = book.question(flow, step)
    if frame is None or question is None:
        return False
    reading = question.read(heard, ())
    if type(reading) is not Said or reading.answer is None:
        return False
    frame.answers[question.name] = reading.answer
    frame.held.pop(question.name, None)
    return True


def go_on(book: Book, position: Position, known: Facts) -> Turn:
    """Ask the first question that is still missing; what was said before is not said again."""
    for frame in position.frames:
        book.sheets[frame.flow].drop_unguarded(frame, known)
    if position.frames:
        position.frames[-1].step = START
    return ask_again(book, position, known)
