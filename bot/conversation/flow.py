"""A flow is a class body read from top to bottom."""

from __future__ import annotations

import re
from typing import ClassVar

from bot.conversation.guards import ALWAYS
from bot.conversation.replies import CONTROLS
from bot.conversation.review import ALSO, GO, SHOW, Review
from bot.conversation.steps import End, Step
from bot.text import Text

RESERVED_NAMES = frozenset(
    {"name", "title", "steps", "renamed_steps", "former_names", ALSO, "also_files"}
)
"""Names that mean something else, in the class or in what a flow hands over."""
BUTTON_CODES = frozenset({*CONTROLS, SHOW, GO})
"""Codes beside which a review cannot have a question of the same name."""


class FlowNamespace(dict[str, object]):
    """The namespace of a flow: a step written twice would silently hide the first."""

    def __setitem__(self, name: str, value: object) -> None:
        if isinstance(self.get(name), Step):
            raise TypeError(f"the step {name} stands twice")
        super().__setitem__(name, value)


class FlowMeta(type):
    """Makes a class body readable from top to bottom, every name once."""

    @classmethod
    def __prepare__(
        cls, _name: str, _bases: tuple[type, ...], /, **_kwargs: object
    ) -> FlowNamespace:
        """Return a namespace that refuses a name for a second step."""
        return FlowNamespace()

    def __new__(cls, name: str, bases: tuple[type, ...], body: FlowNamespace) -> FlowMeta:  # noqa: D102 - as `type`
        return super().__new__(cls, name, bases, dict(body))


class Flow(metaclass=FlowMeta):
    """A conversation written down in the order it is spoken.

    The next step is always the first one further down that is still open and whose `when` holds.
    There is no other rule, so every flow ends.
    """

    name: ClassVar[str]
    """The class's name in snake_case."""
    title: ClassVar[Text]
    """What people and caseworkers call it."""
    steps: ClassVar[tuple[Step, ...]]
    renamed_steps: ClassVar[dict[str, str]] = {}
    """Former names of steps and what they are called now: drafts in flight keep their answers."""
    former_names: ClassVar[tuple[str, ...]] = ()
    """Former names of the flow."""

    def __init_subclass__(cls) -> None:
        cls.steps = tuple(step for step in vars(cls).values() if isinstance(step, Step))
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Flow")).lower()
        _check_title(cls)
        _check_names(cls)
        _check_last_step(cls)
        for here, step in enumerate(cls.steps):
            _check_looks_back(cls, step, cls.steps[:here])


def _check_title(flow: type[Flow]) -> None:
    if not isinstance(getattr(flow, "title", None), Text):
        raise TypeError(f"{flow.__name__} needs a title")


def _check_names(flow: type[Flow]) -> None:
    names = {step.name for step in flow.steps}
    for name, step in vars(flow).items():
        if isinstance(step, Step) and step.name != name:
            raise TypeError(f"{flow.__name__}.{name} stands under another name too: {step.name}")
    if taken := names & RESERVED_NAMES:
        raise TypeError(f"{flow.__name__}: a step cannot be called {', '.join(sorted(taken))}")
    if lost := set(flow.renamed_steps.values()) - names:
        raise TypeError(f"{flow.__name__}: renamed to steps that are not here: {sorted(lost)}")
    if both := set(flow.renamed_steps) & names:
        raise TypeError(f"{flow.__name__}: renamed, and still here: {sorted(both)}")


def _check_last_step(flow: type[Flow]) -> None:
    last = flow.steps[-1] if flow.steps else None
    if not isinstance(last, End) or last.when is not ALWAYS:
        raise TypeError(f"{flow.__name__} must close with an End that is always reached")


def _check_looks_back(flow: type[Flow], step: Step, earlier: tuple[Step, ...]) -> None:
    for seen in step.when.looks_at():
        if seen not in earlier:
            raise TypeError(
                f"{flow.__name__}.{step.name} looks at {seen.name}, which does not come before it"
            )
    if isinstance(step, Review):
        for asked in step.questions:
            if asked not in earlier:
                raise TypeError(f"{flow.__name__}.{step.name} reviews a question after it")
            if asked.name in BUTTON_CODES:
                raise TypeError(f"{flow.__name__}.{step.name}: {asked.name} means another button")
