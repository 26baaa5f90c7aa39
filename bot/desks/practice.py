"""Made-up people of a training, as its desk knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class PracticeCase:
    """One made-up person; times in minutes, None where it did not happen."""

    title: str
    name: str
    about: str
    """What is behind it, for the debrief, in English."""
    part: str
    """One of the four Ps."""
    language: str
    reference: str
    """Empty until they have sent something."""
    priority: int
    right_priority: int
    signs: tuple[str, ...]
    answered_after: float | None
    response_minutes: int
    is_in_time: bool


class Practice(Protocol):
    """The training that this desk belongs to."""

    async def cases(self) -> Sequence[PracticeCase]:
        """Return the made-up people, in the order in which they come."""
