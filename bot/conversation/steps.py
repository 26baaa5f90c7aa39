"""The steps that wait for nothing: say, begin another flow, end. Questions have their own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.guards import ALWAYS, Guard
from bot.conversation.outcomes import Outcome

if TYPE_CHECKING:
    from bot.text import Text


class Step:
    """One moment of a flow. It takes its name from the class body it is written in."""

    def __init__(self, when: Guard) -> None:
        self.when = when
        self.name = ""

    def __set_name__(self, _owner: type, name: str) -> None:
        self.name = self.name or name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    def phrases(self) -> tuple[Text, ...]:
        """Return everything a person may read here."""
        return ()


class Say(Step):
    """Say something and go on."""

    def __init__(self, text: Text, *, when: Guard = ALWAYS) -> None:
        super().__init__(when)
        self.text = text

    def phrases(self) -> tuple[Text, ...]:
        """Return what is said."""
        return (self.text,)


class Begin(Step):
    """Begin another flow, and come back here when it has ended."""

    def __init__(self, flow_name: str, *, when: Guard = ALWAYS) -> None:
        super().__init__(when)
        self.flow_name = flow_name


class Danger(Begin):
    """Say now whom to call, and ask whether a caseworker shall know: the flow `danger`."""

    def __init__(self, *, when: Guard = ALWAYS) -> None:
        super().__init__(DANGER, when=when)


class End(Step):
    """Say something, or nothing, and end the flow with an outcome for the rest of the house."""

    def __init__(
        self, text: Text | None, outcome: Outcome = Outcome.FINISHED, *, when: Guard = ALWAYS
    ) -> None:
        super().__init__(when)
        self.text = text
        self.outcome = outcome

    def phrases(self) -> tuple[Text, ...]:
        """Return the last words, if there are any."""
        return () if self.text is None else (self.text,)


DANGER = "danger"
"""The flow every question has a button for."""
