"""The `transitions` state machine of a flow, compiled once and shared by all conversations.

Three events move a frame: `forward` to the next step, `back` to the last question that was
answered, `change` from a review to one of its questions.

A step has a transition to each later step up to the first one without a guard. The machine tries
them in order. Steps that are already answered, after a correction, are passed one by one.
"""

from __future__ import annotations

import logging
from functools import partial
from operator import eq
from typing import TYPE_CHECKING

from transitions import Event, Machine, MachineError, State

from bot.conversation.guards import ALWAYS
from bot.conversation.questions.question import Question
from bot.conversation.questions.review import Review
from bot.conversation.steps import End, Step

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.conversation.state import Frame

FORWARD, BACK, CHANGE = "forward", "back", "change"
START = "-"
"""The state before the first step: of a new flow, and of a draft whose step no longer exists."""

logging.getLogger("transitions").setLevel(logging.WARNING)


class FlowEvent(Event):
    """An event that takes the first transition whose conditions hold.

    It runs no callbacks, which the flows do not use: what the library does for them costs many
    times what the guards cost.
    """

    def trigger(self, model: Frame, *args: object) -> bool:  # type: ignore[override]  # our frames
        """Move the frame; return whether a transition was open.

        Raises:
            MachineError: the step has no transition for this event.
        """
        transitions = self.transitions.get(model.step)
        if transitions is None:
            raise MachineError(f"no {self.name} from {model.step}")
        for transition in transitions:
            # All conditions here are functions; the library would also look up names.
            if all(condition.func(*args) for condition in transition.conditions):  # type: ignore[operator]
                model.step = transition.dest  # type: ignore[assignment]  # it always has one
                return True
        return False


class FlowMachine(Machine):
    """A machine with `FlowEvent`."""

    event_cls = FlowEvent


def build_machine(steps: tuple[Step, ...]) -> Machine:
    """Return the machine of these steps."""
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
            for question in step.questions:
                machine.add_transition(
                    CHANGE, step.name, question.name, conditions=partial(eq, question.name)
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


def _is_among(name: str, answered: Collection[str]) -> bool:
    return name in answered
