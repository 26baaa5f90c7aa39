"""What a turn needs and what follows from it: values, so that a turn that fails leaves nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.conversation import Answer, Book
    from bot.dispatch.phrasing import Phrasing
    from bot.dispatch.screens import Screens
    from bot.messages import Body, Toast
    from bot.vault import Vault


@dataclass(slots=True)
class Sending:
    """Something a person sent to the hotline in this turn."""

    kind: str
    flow: str
    answers: dict[str, Answer]
    opens: bool
    at_least: int


@dataclass(slots=True)
class Effects:
    """What follows from one update."""

    bodies: list[Body] = field(default_factory=list)
    fleeting: list[int] = field(default_factory=list)
    """Places in `bodies` that vanish at the next step."""
    toast: Toast | None = None
    blocked: bool = False


@dataclass(frozen=True)
class Setting:
    """What every turn needs beside the conversation and the update."""

    book: Book
    screens: Screens
    phrasing: Phrasing
    vault: Vault
    known: Callable[[int], frozenset[str]]
    """Facts of this deployment at a moment: rehearsal, police, staffed."""
    username: str = ""
