"""All flows, compiled once and shared by every conversation."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bot.conversation.answers import FileNote, Moment, Where
from bot.conversation.machine import BACK, CHANGE, FORWARD, START, machine_for
from bot.conversation.outcomes import CARRIES_WORDS
from bot.conversation.questions import Question
from bot.conversation.review import Review
from bot.conversation.steps import End, Say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.conversation.answers import Answer
    from bot.conversation.flow import Flow
    from bot.conversation.state import Frame, Position


class Sheet:
    """One flow as the engine reads it: its steps by name, and the machine that moves a frame."""

    def __init__(self, flow: type[Flow]) -> None:
        names = [step.name for step in flow.steps]
        self.flow = flow
        self.name = flow.name
        self.steps = {step.name: step for step in flow.steps}
        self.questions: dict[str, Question[Answer]] = {
            step.name: step for step in flow.steps if isinstance(step, Question)
        }
        self.order = {name: here for here, name in enumerate(names)}
        self.later = {name: frozenset(names[here + 1 :]) for name, here in self.order.items()}
        self.earlier = {
            name: self.questions.keys() & names[:here] for name, here in self.order.items()
        } | {START: self.questions.keys() & names}
        self.spoken = frozenset(step.name for step in flow.steps if isinstance(step, Say))
        self.reviews = frozenset(step.name for step in flow.steps if isinstance(step, Review))
        self.tells = _tells(flow)
        """Questions whose answers go with what the flow sends; where a menu leads is no answer."""
        self.machine = machine_for(flow.steps)
        self.forward = self.machine.events[FORWARD].trigger

    def was_asked_before(self, frame: Frame) -> bool:
        """Return whether a question before the open one is answered."""
        earlier = self.earlier[frame.step]
        if not frame.answers.keys().isdisjoint(earlier):
            return True
        return not (earlier & self.reviews).isdisjoint(frame.passed)

    def is_unsent(self, frame: Frame) -> bool:
        """Return whether the person has told something here that was not sent yet."""
        tells = self.tells
        if not tells:
            return False
        return bool(frame.held) or any(
            answer is not None and name in tells for name, answer in frame.told.items()
        )

    def go_back(self, frame: Frame) -> None:
        """Move to the question answered last; whatever was said after it will be said again."""
        looked_over = self.reviews.intersection(frame.passed)
        self.machine.events[BACK].trigger(frame, frame.answers.keys() | looked_over)
        here = self.order[frame.step]
        frame.passed = [name for name in frame.passed if self.order.get(name, -1) < here]

    def change(self, frame: Frame, name: str) -> None:
        """Move from a review to one of its questions."""
        self.machine.events[CHANGE].trigger(frame, name)

    def drop_unguarded(self, frame: Frame, known: frozenset[str]) -> None:
        """Drop what belongs to steps that would not be spoken any more.

        Where answers are veiled nothing is dropped: what hangs on them would show them.
        """
        if frame.veiled:
            return
        for name, step in self.steps.items():
            if not step.when.holds(frame.answers, known):
                frame.answers.pop(name, None)
                frame.held.pop(name, None)
                if name in frame.passed:
                    frame.passed.remove(name)

    def bring_up_to_date(self, frame: Frame) -> None:
        """Call flow and steps as they are called now."""
        frame.flow = self.name
        renamed = self.flow.renamed
        if renamed:
            frame.step = renamed.get(frame.step, frame.step)
            frame.answers = {renamed.get(name, name): a for name, a in frame.answers.items()}
            frame.held = {renamed.get(name, name): h for name, h in frame.held.items()}
            frame.veiled = {renamed.get(name, name): a for name, a in frame.veiled.items()}
            frame.passed = [renamed.get(name, name) for name in frame.passed]
        if frame.step not in self.steps:
            frame.step = START


SHEETS = 128
"""Flows kept compiled: more than a deployment has, so that a second book costs nothing."""


@lru_cache(SHEETS)
def sheet_of(flow: type[Flow]) -> Sheet:
    """Return a flow as the engine reads it: whoever holds a conversation changes nothing of it."""
    return Sheet(flow)


class Book:
    """Every flow by its name."""

    def __init__(self, flows: Iterable[type[Flow]]) -> None:
        self.sheets: dict[str, Sheet] = {}
        self._formerly: dict[str, str] = {}
        for flow in flows:
            if flow.name in self.sheets:
                raise ValueError(f"two flows are called {flow.name}")
            self.sheets[flow.name] = sheet_of(flow)
            self._formerly |= dict.fromkeys(flow.formerly, flow.name)

    def flow(self, name: str) -> type[Flow]:
        """Return the flow of that name; KeyError if there is none."""
        return self.sheets[name].flow

    def question(self, flow: str, step: str) -> Question[Answer] | None:
        """Return a question, to read an answer back; None where a release has removed it."""
        sheet = self.sheets.get(self._formerly.get(flow, flow))
        found = sheet.steps.get(sheet.flow.renamed.get(step, step)) if sheet else None
        return found if isinstance(found, Question) else None

    def is_unsent(self, position: Position) -> bool:
        """Return whether there is anything of the person's that could be sent, kept or erased."""
        if position.also or position.also_files or position.veiled:
            return True
        return any(self.sheets[frame.flow].is_unsent(frame) for frame in position.frames)

    def is_up_to_date(self, position: Position) -> bool:
        """Return whether no release has touched the names in this position."""
        for frame in position.frames:
            sheet = self.sheets.get(frame.flow)
            if sheet is None or sheet.flow.renamed or frame.step not in sheet.steps:
                return False
        return True

    def bring_up_to_date(self, position: Position) -> None:
        """Call everything as it is called now; keep the words of flows that are gone."""
        for frame in position.frames:
            sheet = self.sheets.get(self._formerly.get(frame.flow, frame.flow))
            if sheet is None:
                _keep_words(frame, position)
                position.veiled += filter(None, _parts(frame.veiled.values()))
            else:
                sheet.bring_up_to_date(frame)
        position.frames = [frame for frame in position.frames if frame.flow in self.sheets]


def _tells(flow: type[Flow]) -> frozenset[str]:
    if not any(isinstance(step, End) and step.outcome in CARRIES_WORDS for step in flow.steps):
        return frozenset()
    asked = (step for step in flow.steps if isinstance(step, Question) and step.controls)
    return frozenset(question.name for question in asked)


def _keep_words(frame: Frame, position: Position) -> None:
    for part in _parts((*frame.answers.values(), *frame.held.values())):
        if isinstance(part, FileNote):
            position.also_files.append(part)
        else:
            position.keep(part)


def _parts(answers: Iterable[Answer]) -> Iterator[str | FileNote]:
    """Yield the words and the files in answers."""
    for answer in answers:
        for part in answer if isinstance(answer, tuple) else (answer,):
            if isinstance(part, Where | Moment):
                yield part.words
            elif isinstance(part, str | FileNote):
                yield part
