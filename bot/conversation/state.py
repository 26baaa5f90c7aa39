"""Where a person is: the flows begun and not ended, and the answers so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.conversation.answers import Answer, FileRef  # noqa: TC001 - msgspec reads the types

if TYPE_CHECKING:
    from bot.conversation.registry import FlowRegistry

MAX_EXTRAS = 50
"""Pieces kept apart; beyond that the oldest are joined, never dropped."""


class Frame(msgspec.Struct, array_like=True):
    """One flow begun and not ended. Like all of a conversation: what is new stands last."""

    flow: str
    step: str
    """The open question. The machine moves it."""
    answers: dict[str, Answer] = {}
    done_steps: list[str] = []
    """Steps without an answer that are done: what was said, flows that came back."""
    partial_answers: dict[str, tuple[str | FileRef, ...]] = {}
    """Answers being put together: ticks and files before "Done"."""
    hidden_answers: dict[str, Answer] = {}
    """Answers of before a silence: they go along, and nothing shows them or hangs on them."""

    @property
    def all_answers(self) -> dict[str, Answer]:
        """Return every answer, those of before a silence included."""
        return {**self.hidden_answers, **self.answers} if self.hidden_answers else self.answers


class Position(msgspec.Struct, array_like=True):
    """Where a person is. The last frame is the one being spoken; the others wait beneath."""

    frames: list[Frame] = []
    extra_texts: list[str] = []
    """Words written beside the questions, oldest first."""
    extra_files: list[FileRef] = []
    """Files sent where none was asked for."""
    hidden_extras: list[str | FileRef] = []
    """Words and files of that kind of before a silence: they go along, and nothing shows them."""

    def add_extra(self, text: str) -> None:
        """Keep words that answer no question."""
        if not text.strip():
            return
        self.extra_texts.append(text)
        if len(self.extra_texts) > MAX_EXTRAS:
            self.extra_texts[:2] = ["\n".join(self.extra_texts[:2])]

    def extras_only(self) -> Position:
        """Return what was written beside the questions, with no question."""
        return Position([], self.extra_texts, self.extra_files, self.hidden_extras)

    def merge_extras(self, other: Position) -> None:
        """Add what was written beside the questions elsewhere."""
        self.extra_texts += other.extra_texts
        self.extra_files += other.extra_files
        self.hidden_extras += other.hidden_extras


def pack(position: Position) -> object:
    """Return the position as `msgspec.msgpack` (or JSON) writes it."""
    return position


def unpack(packed: object, registry: FlowRegistry) -> Position:
    """Return the position again, whatever a release has renamed, added or removed since.

    A step that is gone is left at once: the engine finds the first open one by the answers.
    What was answered in a flow that is gone is kept beside the questions.
    """
    position = packed if type(packed) is Position else msgspec.convert(packed, Position)
    if not registry.has_current_names(position):
        registry.migrate_names(position)
    return position
