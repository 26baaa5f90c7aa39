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

from transitions import Event, Machine, MachineError, State, Transition
from transitions.core import Condition

from bot.conversation.guards import ALWAYS
from bot.conversation.questions.question import Question
from bot.conversation.questions.review import Review
from bot.conversation.steps import End, Step

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.conversation.state import Frame

FORWARD, BACK, CHANGE = "forward", "back", "change"
START = "-"
"""The state before the first step: of a new flow, and of a draft whose step no longer exists."""

Conditions = tuple[Condition, ...]

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


class FlowTransition(Transition):
    """A transition that shares its conditions with all others to the same step.

    It has no callbacks, which the flows do not use. The lists the library makes for each of 5,400
    transitions would be two thirds of their memory.
    """

    def __init__(
        self, source: str, dest: str, conditions: Conditions = (), *_callbacks: object
    ) -> None:
        super().__init__(source, dest)
        self.prepare = self.before = self.after = ()  # type: ignore[assignment]  # none is added
        self.conditions = conditions  # type: ignore[assignment]


class FlowMachine(Machine):
    """A machine with `FlowEvent` and `FlowTransition`."""

    event_cls = FlowEvent
    transition_cls = FlowTransition

    def add(self, event: str, source: str, dest: str, conditions: Conditions = ()) -> None:
        """Add a transition with conditions that are made already, to be shared."""
        self.add_transition(event, source, dest, conditions)  # type: ignore[arg-type]


def build_machine(steps: tuple[Step, ...]) -> Machine:
    """Return the machine of these steps."""
    machine = FlowMachine(
        model=None,
        states=[START, *(State(step.name, final=isinstance(step, End)) for step in steps)],
        initial=START,
        auto_transitions=False,
        model_attribute="step",
    )
    guards = {it.name: (Condition(it.when.holds),) for it in steps if it.when is not ALWAYS}
    answered = {it.name: (Condition(partial(_is_among, it.name)),) for it in steps}
    _add_forward_transitions(machine, START, steps, guards)
    _add_back_transitions(machine, START, steps, answered)
    for here, step in enumerate(steps):
        if not isinstance(step, End):
            _add_forward_transitions(machine, step.name, steps[here + 1 :], guards)
        _add_back_transitions(machine, step.name, steps[:here], answered)
        if isinstance(step, Review):
            for question in step.questions:
                chosen = (Condition(partial(eq, question.name)),)
                machine.add(CHANGE, step.name, question.name, chosen)
    return machine


def _add_forward_transitions(
    machine: FlowMachine, source: str, later: tuple[Step, ...], guards: Mapping[str, Conditions]
) -> None:
    for other in later:
        machine.add(FORWARD, source, other.name, guards.get(other.name, ()))
        if other.when is ALWAYS:
            return


def _add_back_transitions(
    machine: FlowMachine, source: str, earlier: tuple[Step, ...], answered: Mapping[str, Conditions]
) -> None:
    for other in reversed(earlier):
        if isinstance(other, Question):
            machine.add(BACK, source, other.name, answered[other.name])


def _is_among(name: str, answered: Collection[str]) -> bool:
    return name in answered
