"""The base class of flows: a class body of steps, in the order they are spoken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from bot.conversation.guards import ALWAYS
from bot.conversation.questions.question import Question
from bot.conversation.questions.review import ALSO, GO, SHOW, Review
from bot.conversation.replies import CONTROLS
from bot.conversation.steps import End, Step
from bot.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

RESERVED_NAMES = frozenset(
    {"name", "title", "steps", "short_names", "renamed_steps", "former_names", ALSO, "also_files"}
    | {"moved_steps", "was_reordered", "offers_person", "has_controls"}
)
"""Names of other attributes of a flow, and of the extras among its answers."""
BUTTON_CODES = frozenset({*CONTROLS, SHOW, GO})
"""Codes of buttons of a review: a question under review cannot have such a name."""


class FlowNamespace(dict[str, object]):
    """The namespace of a flow class, in which each step name occurs once."""

    def __setitem__(self, name: str, value: object) -> None:
        if isinstance(self.get(name), Step):
            raise TypeError(f"two steps are called {name}")
        super().__setitem__(name, value)


class FlowMeta(type):
    """The metaclass of flows: a second step of the same name would silently replace the first."""

    @classmethod
    def __prepare__(
        cls, _name: str, _bases: tuple[type, ...], /, **_kwargs: object
    ) -> FlowNamespace:
        """Return the namespace for a flow."""
        return FlowNamespace()

    def __new__(cls, name: str, bases: tuple[type, ...], body: FlowNamespace) -> FlowMeta:
        """Create the class with a plain dict."""
        return super().__new__(cls, name, bases, dict(body))


class Flow(metaclass=FlowMeta):
    """A conversation, written in the order it is spoken.

    The next step is the first one further down that is still open and whose `when` holds. There is
    no other rule, so every flow ends.
    """

    name: ClassVar[str]
    """The class name in snake_case, without `Flow` at its end."""
    title: ClassVar[Text]
    steps: ClassVar[tuple[Step, ...]]
    short_names: ClassVar[Mapping[str, Text]] = {}
    """Names of questions in a summary, by step name, where a question has no `short` of its own."""
    renamed_steps: ClassVar[dict[str, str]] = {}
    """Former to current names of steps, so that stored drafts keep their answers."""
    moved_steps: ClassVar[dict[str, str]] = {}
    """Steps that another flow asks now, by its name, so that old reports can be read."""
    former_names: ClassVar[tuple[str, ...]] = ()
    """Former names of the flow, for stored drafts."""
    was_reordered: ClassVar[bool] = False
    """Whether a stored draft may wait at a question that now comes after an open one."""
    offers_person: ClassVar[bool] = True
    """Whether its questions have the control "Talk to a person"."""
    has_controls: ClassVar[bool] = True
    """Whether its questions have controls. Without them a question fits on a small phone."""

    def __init_subclass__(cls) -> None:
        cls.steps = tuple(step for step in vars(cls).values() if isinstance(step, Step))
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Flow")).lower()
        _check_title(cls)
        _check_names(cls)
        _check_last_step(cls)
        for here, step in enumerate(cls.steps):
            _check_looks_back(cls, step, cls.steps[:here])
            if isinstance(step, Question):
                step.offers_person &= cls.offers_person
                step.controls &= cls.has_controls
                if step.short is step.prompt:
                    step.short = cls.short_names.get(step.name, step.prompt)


def _check_title(flow: type[Flow]) -> None:
    if not isinstance(getattr(flow, "title", None), Text):
        raise TypeError(f"{flow.__name__} needs a title")


def _check_names(flow: type[Flow]) -> None:
    names = {step.name for step in flow.steps}
    for name, step in vars(flow).items():
        if isinstance(step, Step) and step.name != name:
            raise TypeError(f"{flow.__name__}.{name} has another name too: {step.name}")
    if taken := names & RESERVED_NAMES:
        raise TypeError(f"{flow.__name__}: a step cannot be called {', '.join(sorted(taken))}")
    if missing := set(flow.renamed_steps.values()) - names:
        raise TypeError(f"{flow.__name__}: renamed to steps that do not exist: {sorted(missing)}")
    if both := set(flow.renamed_steps) & names:
        raise TypeError(f"{flow.__name__}: renamed steps that still exist: {sorted(both)}")


def _check_last_step(flow: type[Flow]) -> None:
    last = flow.steps[-1] if flow.steps else None
    if not isinstance(last, End) or last.when is not ALWAYS:
        raise TypeError(f"{flow.__name__} must end with an End that has no guard")


def _check_looks_back(flow: type[Flow], step: Step, earlier: tuple[object, ...]) -> None:
    for question in step.when.looks_at():
        if question not in earlier:
            raise TypeError(
                f"{flow.__name__}.{step.name} depends on {question.name}, which is not before it"
            )
    if isinstance(step, Review):
        for question in step.questions:
            if question not in earlier:
                raise TypeError(f"{flow.__name__}.{step.name} reviews a question after it")
            if question.name in BUTTON_CODES:
                raise TypeError(f"{flow.__name__}.{step.name}: {question.name} is another button")
