"""Steps that do not wait for an answer: `Say`, `Begin`, `Danger` and `End`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.guards import ALWAYS, Guard
from bot.conversation.outcomes import Outcome

if TYPE_CHECKING:
    from bot.text import Text


class Step:
    """One step of a flow. Its name is the one it has in the class body."""

    def __init__(self, when: Guard) -> None:
        self.when = when
        self.name = ""

    def __set_name__(self, _owner: type, name: str) -> None:
        self.name = self.name or name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    def phrases(self) -> tuple[Text, ...]:
        """Return all phrases a person may read here."""
        return ()


class Say(Step):
    """Send a message and go on."""

    def __init__(self, text: Text, *, when: Guard = ALWAYS) -> None:
        super().__init__(when)
        self.text = text

    def phrases(self) -> tuple[Text, ...]:
        """Return the message."""
        return (self.text,)


class Begin(Step):
    """Begin another flow, and continue here when it has ended."""

    def __init__(self, flow_name: str, *, when: Guard = ALWAYS) -> None:
        super().__init__(when)
        self.flow_name = flow_name


class Danger(Begin):
    """Begin the flow `danger`: emergency numbers, and whether a caseworker is told."""

    def __init__(self, *, when: Guard = ALWAYS) -> None:
        super().__init__(DANGER, when=when)


class End(Step):
    """End the flow with an outcome, after a last message or without one."""

    def __init__(
        self, text: Text | None, outcome: Outcome = Outcome.FINISHED, *, when: Guard = ALWAYS
    ) -> None:
        super().__init__(when)
        self.text = text
        self.outcome = outcome

    def phrases(self) -> tuple[Text, ...]:
        """Return the last message, if there is one."""
        return () if self.text is None else (self.text,)


DANGER = "danger"
"""The flow every question has a button for."""
KEEP = "keep"
"""The question whether answers may be stored before they are sent."""
PERSON = "talk"
"""The flow the control "Talk to a person" begins."""
WARNING = "warning"
"""How the name of a message begins that says who can read the chat."""


def is_warning(step: Step) -> bool:
    """Return whether a step says who can read the chat."""
    return isinstance(step, Say) and step.name.startswith(WARNING)
