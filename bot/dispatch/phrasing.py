"""What is said when no flow is speaking, and what stands on the buttons below every question.

The words themselves stand in `flows/`, above this floor: `app` hands them down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.text import Catalogue, Text


@dataclass(frozen=True)
class Phrasing:
    """Phrases the dispatcher says by itself."""

    controls: Mapping[str, Text]
    """Labels of the engine's controls: skip, why, back, done, keep."""
    labels: Sequence[Text]
    """Every label of every choice in every flow."""
    danger: Text
    stop: Text
    stale: Text
    pressed_already: Text
    polite_no: Text
    received_contact: Text
    received_change: Text
    too_large: Text
    nothing_lost: Text
    blanks: Callable[[Catalogue], Mapping[str, str]]
    """Returns what fills {organisation}, {contact}, {hours}, {keep_days} and {numbers}."""
    alarms: Callable[[str], frozenset[str]]
    """Returns the codes of alarming words in what a person wrote."""
