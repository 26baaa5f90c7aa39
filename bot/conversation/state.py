"""Where a person is: the flows begun and not ended, and the answers so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.conversation.answers import Answer, FileNote  # noqa: TC001 - msgspec reads the types

if TYPE_CHECKING:
    from bot.conversation.registry import Book

ALSO_AT_MOST = 50
"""Pieces kept apart; beyond that the oldest are joined, never dropped."""


class Frame(msgspec.Struct, array_like=True):
    """One flow begun and not ended. Like all of a conversation: what is new stands last."""

    flow: str
    step: str
    """The open question. The machine moves it."""
    answers: dict[str, Answer] = {}
    passed: list[str] = []
    """Steps without an answer that are done: what was said, flows that came back."""
    held: dict[str, tuple[str | FileNote, ...]] = {}
    """Answers being put together: ticks and files before "Done"."""
    veiled: dict[str, Answer] = {}
    """Answers of before a silence: they go along, and nothing shows them or hangs on them."""

    @property
    def told(self) -> dict[str, Answer]:
        """Return every answer, those of before a silence included."""
        return {**self.veiled, **self.answers} if self.veiled else self.answers


class Position(msgspec.Struct, array_like=True):
    """Where a person is. The last frame is the one being spoken; the others wait beneath."""

    frames: list[Frame] = []
    also: list[str] = []
    """Words written beside the questions, oldest first."""
    also_files: list[FileNote] = []
    """Files sent where none was asked for."""
    veiled: list[str | FileNote] = []
    """Words and files of that kind of before a silence: they go along, and nothing shows them."""

    def keep(self, words: str) -> None:
        """Keep words that answer no question."""
        if not words.strip():
            return
        self.also.append(words)
        if len(self.also) > ALSO_AT_MOST:
            self.also[:2] = ["\n".join(self.also[:2])]

    def beside(self) -> Position:
        """Return what was written beside the questions, with no question."""
        return Position([], self.also, self.also_files, self.veiled)

    def take(self, other: Position) -> None:
        """Add what was written beside the questions elsewhere."""
        self.also += other.also
        self.also_files += other.also_files
        self.veiled += other.veiled


def pack(position: Position) -> object:
    """Return the position as `msgspec.msgpack` (or JSON) writes it."""
    return position


def unpack(packed: object, book: Book) -> Position:
    """Return the position again, whatever a release has renamed, added or removed since.

    A step that is gone is left at once: the engine finds the first open one by the answers.
    What was answered in a flow that is gone is kept beside the questions.
    """
    position = packed if type(packed) is Position else msgspec.convert(packed, Position)
    if not book.is_up_to_date(position):
        book.bring_up_to_date(position)
    return position
