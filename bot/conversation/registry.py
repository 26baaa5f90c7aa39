"""All flows, compiled once and shared by all conversations."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import msgspec

from bot.conversation.answers import FileRef, PlaceAnswer, TimeAnswer
from bot.conversation.machine import BACK, CHANGE, FORWARD, START, build_machine
from bot.conversation.outcomes import TAKES_EXTRAS
from bot.conversation.questions.question import Question
from bot.conversation.questions.review import Review
from bot.conversation.state import Position
from bot.conversation.steps import KEEP, End, Say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.conversation.answers import Answer
    from bot.conversation.flow import Flow
    from bot.conversation.state import Frame

_Value = TypeVar("_Value")


class CompiledFlow:
    """A flow as the engine uses it: its steps by name, and the machine that moves a frame."""

    def __init__(self, flow: type[Flow]) -> None:
        names = [step.name for step in flow.steps]
        self.flow = flow
        self.name = flow.name
        self.steps = {step.name: step for step in flow.steps}
        self.questions: dict[str, Question[Answer]] = {
            step.name: step for step in flow.steps if isinstance(step, Question)
        }
        self.index = {name: here for here, name in enumerate(names)}
        self.later = {name: frozenset(names[here + 1 :]) for name, here in self.index.items()}
        self.earlier = {
            name: self.questions.keys() & names[:here] for name, here in self.index.items()
        } | {START: self.questions.keys() & names}
        self.say_steps = frozenset(step.name for step in flow.steps if isinstance(step, Say))
        self.reviews = frozenset(step.name for step in flow.steps if isinstance(step, Review))
        self.sent_questions = _sent_questions(flow)
        """Questions whose answers the flow sends; the choice in a menu is not an answer."""
        self.machine = build_machine(flow.steps)
        self.forward = self.machine.events[FORWARD].trigger

    def has_earlier_answer(self, frame: Frame) -> bool:
        """Return whether a question before the open one was answered."""
        earlier = self.earlier[frame.step]
        if not frame.answers.keys().isdisjoint(earlier):
            return True
        return not (earlier & self.reviews).isdisjoint(frame.done_steps)

    def has_earlier_open(self, frame: Frame) -> bool:
        """Return whether a question before the open one is open too, whatever the facts.

        With hidden answers guards tell nothing of what was asked.
        """
        if frame.hidden_answers:
            return False
        asked = {*frame.answers, *frame.hidden_answers, *frame.done_steps}
        guards = (self.steps[name].when for name in self.earlier[frame.step] - asked)
        return any(
            guard.holds(frame.answers, frozenset())
            and guard.holds(frame.answers, frozenset(guard.facts()))
            for guard in guards
        )

    def has_unsent_answers(self, frame: Frame) -> bool:
        """Return whether there are answers that could be sent and were not."""
        if not self.sent_questions:
            return False
        return bool(frame.partial_answers) or any(
            answer is not None and name in self.sent_questions
            for name, answer in frame.all_answers.items()
        )

    def go_back(self, frame: Frame) -> None:
        """Move to the last question that was answered; later messages will be repeated."""
        reviewed = self.reviews.intersection(frame.done_steps)
        self.machine.events[BACK].trigger(frame, frame.answers.keys() | reviewed)
        here = self.index[frame.step]
        frame.done_steps = [name for name in frame.done_steps if self.index.get(name, -1) < here]

    def change(self, frame: Frame, name: str) -> None:
        """Move from a review to a question."""
        self.machine.events[CHANGE].trigger(frame, name)

    def discard_unreachable(self, frame: Frame, facts: frozenset[str]) -> None:
        """Delete the answers to steps whose guard no longer holds.

        With hidden answers nothing is deleted: which steps disappear would reveal them. Whether
        answers may be stored stays as the person decided it, also where it is not asked any more.
        """
        if frame.hidden_answers:
            return
        for name, step in self.steps.items():
            if name != KEEP and not step.when.holds(frame.answers, facts):
                frame.answers.pop(name, None)
                frame.partial_answers.pop(name, None)
                if name in frame.done_steps:
                    frame.done_steps.remove(name)

    def migrate_names(self, frame: Frame) -> None:
        """Replace former names of the flow and its steps."""
        frame.flow = self.name
        if renamed := self.flow.renamed_steps:
            frame.step = renamed.get(frame.step, frame.step)
            frame.answers = _rename_keys(frame.answers, renamed)
            frame.partial_answers = _rename_keys(frame.partial_answers, renamed)
            frame.hidden_answers = _rename_keys(frame.hidden_answers, renamed)
            frame.done_steps = [renamed.get(name, name) for name in frame.done_steps]
        if frame.step not in self.steps or (
            self.flow.was_reordered and self.has_earlier_open(frame)
        ):
            frame.step = START


MAX_COMPILED = 128
"""Compiled flows to cache: more than there are, so that a second registry costs nothing."""


@lru_cache(MAX_COMPILED)
def compile_flow(flow: type[Flow]) -> CompiledFlow:
    """Return the compiled flow, which conversations do not change."""
    return CompiledFlow(flow)


class FlowRegistry:
    """All flows by name."""

    def __init__(self, flows: Iterable[type[Flow]]) -> None:
        self.compiled: dict[str, CompiledFlow] = {}
        self._current_names: dict[str, str] = {}
        for flow in flows:
            if flow.name in self.compiled:
                raise ValueError(f"two flows are called {flow.name}")
            self.compiled[flow.name] = compile_flow(flow)
            self._current_names |= dict.fromkeys(flow.former_names, flow.name)

    def flow(self, name: str) -> type[Flow]:
        """Return the flow of that name.

        Raises:
            KeyError: there is none.
        """
        return self.compiled[name].flow

    def question(self, flow: str, step: str) -> Question[Answer] | None:
        """Return a question by its current or former name; None if it no longer exists."""
        compiled = self.compiled.get(self._current_names.get(flow, flow))
        if compiled is None:
            return None
        if (moved_to := self.compiled.get(compiled.flow.moved_steps.get(step, ""))) is not None:
            compiled = moved_to
        return compiled.questions.get(compiled.flow.renamed_steps.get(step, step))

    def has_unsent_content(self, position: Position) -> bool:
        """Return whether there are answers, texts or files that could be sent and were not."""
        if position.extra_texts or position.extra_files or position.hidden_extras:
            return True
        return any(self.compiled[frame.flow].has_unsent_answers(frame) for frame in position.frames)

    def has_current_names(self, position: Position) -> bool:
        """Return whether certainly no name in this position needs to be migrated."""
        for frame in position.frames:
            compiled = self.compiled.get(frame.flow)
            if compiled is None or compiled.flow.renamed_steps or frame.step not in compiled.steps:
                return False
            if compiled.flow.was_reordered and compiled.has_earlier_open(frame):
                return False
        return True

    def migrate_names(self, position: Position) -> None:
        """Replace former names; keep texts and files of flows that no longer exist as extras."""
        for frame in position.frames:
            compiled = self.compiled.get(self._current_names.get(frame.flow, frame.flow))
            if compiled is None:
                _keep_extras(frame, position)
                position.hidden_extras += filter(
                    None, _texts_and_files(frame.hidden_answers.values())
                )
            else:
                compiled.migrate_names(frame)
        position.frames = [frame for frame in position.frames if frame.flow in self.compiled]


def unpack(packed: object, registry: FlowRegistry) -> Position:
    """Return a stored position, with the names of flows and steps of this release.

    From a step that no longer exists, the engine goes to the first open step. Texts and files of a
    flow that no longer exists are kept as extras.
    """
    position = packed if type(packed) is Position else msgspec.convert(packed, Position)
    if not registry.has_current_names(position):
        registry.migrate_names(position)
    return position


def _sent_questions(flow: type[Flow]) -> frozenset[str]:
    if not any(isinstance(step, End) and step.outcome in TAKES_EXTRAS for step in flow.steps):
        return frozenset()
    return frozenset(
        step.name for step in flow.steps if isinstance(step, Question) and step.controls
    )


def _rename_keys(by_step: dict[str, _Value], renamed: dict[str, str]) -> dict[str, _Value]:
    return {renamed.get(name, name): value for name, value in by_step.items()}


def _keep_extras(frame: Frame, position: Position) -> None:
    for part in _texts_and_files((*frame.answers.values(), *frame.partial_answers.values())):
        if isinstance(part, FileRef):
            position.extra_files.append(part)
        else:
            position.add_extra(part)


def _texts_and_files(answers: Iterable[Answer]) -> Iterator[str | FileRef]:
    """Yield the texts and files in answers."""
    for answer in answers:
        for part in answer if isinstance(answer, tuple) else (answer,):
            if isinstance(part, PlaceAnswer | TimeAnswer):
                yield part.text
            elif isinstance(part, str | FileRef):
                yield part
