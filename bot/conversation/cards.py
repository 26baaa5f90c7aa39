"""Something to read, one idea at a time, and where to go from there."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from bot.conversation.choice_questions import Choose
from bot.conversation.guards import ALWAYS, Guard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text


class Card(Choose):
    """Say one thing and wait until it is read. It asks nothing, so it gives no reason."""

    def __init__(self, text: Text, *, when: Guard = ALWAYS, choices: Mapping[str, Text]) -> None:
        super().__init__(text, why=None, skippable=False, choices=choices, when=when)


def on_any(code: str, *cards: Card) -> Guard:
    """Hold when this was chosen on one of the cards."""
    return reduce(or_, (card.was(code) for card in cards))
