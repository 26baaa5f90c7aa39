"""Compile a flow into a `transitions` machine, once, for every conversation to share.

A frame passes through the machine, none belongs to it. Three events move it: `forward` to the next
step, `back` to the question answered last, `change` from a review to one of its questions.

A machine tries the ways out of a step one after the other, so each step has only the ways a reader
sees: to every later step up to the first one that is always spoken. A step that is already
answered is walked over, one `forward` a step; that happens after a correction only.
"""

from __future__ import annotations

import logging
from functools import partial
from operator import eq
from typing import TYPE_CHECKING

from transitions import Event, Machine, MachineError, State

from bot.conversation.guards import ALWAYS
from bot.conversation.questions import Question
from bot.conversation.review import Review
from bot.conversation.steps import End, Step

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.conversation.state import Frame

FORWARD, BACK, CHANGE = "forward", "back", "change"
START = "-"
"""Before the first step: where a flow begins, and where a draft waits whose step is gone."""

logging.getLogger("transitions").setLevel(logging.WARNING)


class FlowEvent(Event):
    """An event that tries the ways out of a step in order, and takes the first that is open.

    Nothing else hangs on a step here: no callback, no trace, no queue. What the library does for
    those, at every event and on every way, costs many times what our guards and our move do.
    """

    def trigger(self, model: Frame, *args: object) -> bool:  # type: ignore[override]  # our frames
        """Move the frame; return whether there was a way.

        Raises:
            MachineError: no way leads out of this step, whatever was answered.
        """
        ways = self.transitions.get(model.step)
        if ways is None:
            raise MachineError(f"no {self.name} from {model.step}")
        for way in ways:
            # Our conditions are functions; the library would also look names up.
            if all(condition.func(*args) for condition in way.conditions):  # type: ignore[operator]
                model.step = way.dest  # type: ignore[assignment]  # a way leads somewhere
                return True
        return False


class FlowMachine(Machine):
    """A machine whose events are moves."""

    event_cls = FlowEvent


def build_machine(steps: tuple[Step, ...]) -> Machine:
    """Return the machine for these steps."""
    machine = FlowMachine(
        model=None,
        states=[START, *(State(step.name, final=isinstance(step, End)) for step in steps)],
        initial=START,
        auto_transitions=False,
        model_attribute="step",
    )
    _add_forward_transitions(machine, START, steps)
    _add_back_transitions(machine, START, steps)
    for here, step in enumerate(steps):
        if not isinstance(step, End):
            _add_forward_transitions(machine, step.name, steps[here + 1 :])
        _add_back_transitions(machine, step.name, steps[:here])
        if isinstance(step, Review):
            for asked in step.questions:
                machine.add_transition(
                    CHANGE, step.name, asked.name, conditions=partial(eq, asked.name)
                )
    return machine


def _add_forward_transitions(machine: Machine, source: str, later: tuple[Step, ...]) -> None:
    for other in later:
        if other.when is ALWAYS:
            machine.add_transition(FORWARD, source, other.name)
            return
        machine.add_transition(FORWARD, source, other.name, conditions=other.when.holds)


def _add_back_transitions(machine: Machine, source: str, earlier: tuple[Step, ...]) -> None:
    for other in reversed(earlier):
        if isinstance(other, Question):
            machine.add_transition(
                BACK, source, other.name, conditions=partial(_is_among, other.name)
            )


def _is_among(name: str, done: Collection[str]) -> bool:
    return name in done
